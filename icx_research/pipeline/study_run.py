"""The main job: a study in, its figures, tables, ledger, notebooks and page out."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from icx_research.core.display import as_printed
from icx_research.core.errors import StudyError
from icx_research.pipeline.analysis import HANDED_ON, Analysis, hand_on
from icx_research.pipeline.manifest import write_manifest
from icx_research.pipeline.notebooks import notebook_paths, run_notebook
from icx_research.pipeline.publication import workshop
from icx_research.present.pages.linkage import linkage_figures
from icx_research.present.pages.quality import quality_figures
from icx_research.present.pages.report import write_report
from icx_research.present.tables.csv import write_csv
from icx_research.survey.disclosure.link_coverage import shown_coverage
from icx_research.survey.study.study import read_study

STEPS = 5  # of a run, beside its notebooks


@dataclass(frozen=True, repr=False)
class StudyRun:
    """What a run wrote.

    Attributes
    ----------
    folder, page : Path
    analysis : Analysis
        What it computed.
    n_files : int
    """

    folder: Path
    page: Path
    analysis: Analysis
    n_files: int

    def __repr__(self) -> str:
        """Say where the page is."""
        return f"StudyRun: {self.n_files} files in {self.folder}; {self.analysis.ledger!r}"


def run_study(
    path: str | Path,
    *,
    data: str | Path | None = None,
    out: str | Path,
    progress: Callable[[str], None] | None = None,
) -> StudyRun:
    """Validate a study, run everything, and write it below one folder.

    Parameters
    ----------
    path : path of a `study.yaml`
    data : path, optional
        Folder of the files, as in `read_study`.
    out : path
        Folder of the results, of which those of an earlier run are replaced as a whole.
    progress : callable, optional
        Called with a line for each step ("3 of 10: estimating") and each cell of a notebook.

    Returns
    -------
    StudyRun

    Raises
    ------
    StudyError, Blocked
        As `read_study` and `link_units`; if the folder holds other files, another run is
        writing to it, or it cannot be written. Then nothing is written.
    """
    out, say = Path(out), _Steps(progress or (lambda line: None))
    _refuse_sources(out, Path(path), data)
    try:
        with workshop(out) as folder:
            say.next("reading and validating the files")
            analysis = Analysis(read_study(path, data=data))
            say.next("scoring, averaging and linking")
            _ = analysis.linked
            return _run(analysis, Path(path), data, folder, out, say)
    except OSError as error:
        raise StudyError(_unwritable(out, error)) from None


class _Steps:
    """Counts the steps of a run while it tells of them."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._n, self._step = tell, 0, ""
        self._total = STEPS + len(notebook_paths())

    def next(self, step: str) -> None:
        self._n += 1
        self._step = f"{self._n} of {self._total}: {step}"
        self._tell(self._step)

    def part(self, what: str) -> None:
        self._tell(f"{self._step}: {what}")


def _run(
    analysis: Analysis,
    path: Path,
    data: str | Path | None,
    folder: Path,
    out: Path,
    say: "_Steps",
) -> StudyRun:
    for name in ("figures", "tables", "notebooks"):
        (folder / name).mkdir()
    say.next("estimating")
    study, linked = analysis.study, analysis.linked
    tables = {
        "quarantine": study.quarantine,
        "coverage": shown_coverage(linked),
        "unlinked_units": linked.drops,
        "reliability": linked.reliability,
        "linkage": analysis.linkages.table,
        "claims": analysis.ledger.table,
    }
    if len(linked.waves) > 1:
        tables["linkage_by_wave"] = analysis.waves.table
    for name, table in tables.items():
        write_csv(as_printed(table), folder / "tables" / f"{name}.csv")
    say.next("drawing figures")
    figures = list(linkage_figures(analysis.asked, folder=folder / "figures"))
    quality = quality_figures(study, linked, folder=folder / "figures")
    notebooks = _notebooks(analysis, path, data, folder, out, say)
    say.next("writing the page")
    write_report(
        study,
        folder / "index.html",
        linked=linked,
        ledger=analysis.ledger,
        overview=analysis.linkages,
        doubts=analysis.doubts,
        figures=figures,
        quality=quality,
        notebooks=notebooks,
        tables=[f"{name}.csv" for name in tables],
    )
    steps = {
        "linked_rows": len(linked.table),
        "linked_units": int(linked.table["unit"].nunique()),
        "units_without_partner": len(linked.drops),
    }
    write_manifest(study, folder, steps)
    n_files = sum(file.is_file() for file in folder.rglob("*"))
    return StudyRun(out, out / "index.html", analysis, n_files)


def _notebooks(
    analysis: Analysis,
    path: Path,
    data: str | Path | None,
    folder: Path,
    out: Path,
    say: "_Steps",
) -> list[str]:
    """Run copies of the notebooks, which go on from what is computed already; give their names."""
    handed_on = folder / "analysis"
    hand_on(analysis, handed_on)
    parameters = {
        "study_file": _from_notebooks(path, out),
        "data_folder": _from_notebooks(Path(data), out) if data else None,
    }
    names = []
    for notebook in notebook_paths():
        say.next(f"notebook {notebook.stem}")
        run_notebook(
            notebook,
            folder / "notebooks" / notebook.name,
            parameters=parameters,
            environment={HANDED_ON: str(handed_on.resolve())},
            progress=lambda _, done, total: say.part(f"cell {done} of {total}"),
        )
        names.append(notebook.name)
    shutil.rmtree(handed_on)
    return names


def _unwritable(out: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        why = "the disk is full; free some space"
        return f"{out} cannot be written: {why}, or choose another --out."
    inside = str(error.filename).startswith(str(out.resolve()))
    return (
        f"{error.filename if inside else out} cannot be written ({error.strerror}); close it if "
        "another program has it open, or choose another --out."
    )


def _refuse_sources(out: Path, path: Path, data: str | Path | None) -> None:
    """Refuse a folder of results that holds the study, or has no possible name."""
    try:
        out.exists()
    except (OSError, ValueError):
        raise StudyError(f"No folder can be called {out!s:.60}; choose another --out.") from None
    for name in (path, *([Path(data)] if data else [])):
        if name.exists() and name.resolve().is_relative_to(out.resolve()):
            raise StudyError(
                f"{name} lies in {out.absolute()}, the folder of the results, which needs to be "
                "one of its own; choose another --out."
            )


def _from_notebooks(path: Path, out: Path) -> str:
    """Name a path as the executed notebooks see it, so that a moved folder still works."""
    try:
        return Path(os.path.relpath(path.resolve(), (out / "notebooks").resolve())).as_posix()
    except ValueError:  # another drive
        return str(path.resolve())
