"""Text files that belong together are written together."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from icx_research.core.errors import StudyError
from icx_research.core.stopping import finished_first


def write_together(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    """Write all texts into a folder, in UTF-8; where one cannot be written, none.

    Parameters
    ----------
    folder : Path
        Made if it is not there; files of the same names are replaced.
    contents : dict of str to str
        Text of each file, by its name.

    Returns
    -------
    list of Path

    Raises
    ------
    StudyError
        If the folder cannot be written to.
    """
    parts = {folder / name: folder / f".{name}.part" for name in contents}
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    with finished_first(f"the files in {folder} are complete"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part, text in zip(parts.values(), contents.values(), strict=True):
                part.write_text(text, encoding="utf-8", newline="\n")
            for path, part in parts.items():
                part.replace(path)
        except OSError as error:
            for part in parts.values():
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            for place in made:
                with suppress(OSError):
                    place.rmdir()
            raise StudyError(f"{folder} cannot be written ({error.strerror}).") from None
    return list(parts)
