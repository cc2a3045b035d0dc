"""The main job: a study in, its figures, tables, ledger, notebooks and page out."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from icx_research.core.display import as_printed
from icx_research.core.errors import StudyError
from icx_research.pipeline.analysis import HANDED_ON, Analysis, hand_on
from icx_research.pipeline.manifest import NAME as MANIFEST
from icx_research.pipeline.manifest import outputs_of, write_manifest
from icx_research.pipeline.notebooks import notebook_paths, run_notebook
from icx_research.present.pages.linkage import linkage_figures
from icx_research.present.pages.quality import quality_figures
from icx_research.present.pages.report import write_report
from icx_research.present.tables.csv import write_csv
from icx_research.survey.disclosure.link_coverage import shown_coverage
from icx_research.survey.study.study import read_study


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
        Folder of the results. Files of an earlier run are replaced, others stay.
    progress : callable, optional
        Called with a line for each step.

    Returns
    -------
    StudyRun

    Raises
    ------
    StudyError, Blocked
        As `read_study` and `link_units`; then nothing is written.
    """
    say = progress or (lambda line: None)
    out = Path(out)
    _refuse_foreign(out, ["index.html", MANIFEST])
    _refuse_sources(out, Path(path), data)
    say("reading and validating the files")
    analysis = Analysis(read_study(path, data=data))
    say("scoring, averaging and linking")
    _ = analysis.linked  # refused before a folder is made
    workshop = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        run = _run(analysis, Path(path), data, workshop, out, say)
        _move(workshop, out)
    except OSError as error:
        raise StudyError(
            f"{error.filename or out} cannot be written ({error.strerror}); close it if another "
            "program has it open, or choose another --out."
        ) from None
    finally:
        if workshop:
            shutil.rmtree(workshop, ignore_errors=True)
    return run


def _run(
    analysis: Analysis,
    path: Path,
    data: str | Path | None,
    folder: Path,
    out: Path,
    say: Callable[[str], None],
) -> StudyRun:
    for name in ("figures", "tables", "notebooks"):
        (folder / name).mkdir()
    say("estimating")
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
    say("drawing figures")
    figures = list(linkage_figures(analysis.asked, folder=folder / "figures"))
    coverage = analysis.coverage
    quality = quality_figures(study, linked, folder=folder / "figures", coverage=coverage)
    notebooks = _notebooks(analysis, path, data, folder, out, say)
    say("writing the page")
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
    say: Callable[[str], None],
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
        say(f"notebook {notebook.stem}")
        run_notebook(
            notebook,
            folder / "notebooks" / notebook.name,
            parameters=parameters,
            environment={HANDED_ON: str(handed_on.resolve())},
            progress=lambda name, done, total: say(f"notebook {name}: cell {done} of {total}"),
        )
        names.append(notebook.name)
    shutil.rmtree(handed_on)
    return names


def _move(workshop: Path, out: Path) -> None:
    """Put finished files in place, and take away those only an earlier run had."""
    new = sorted(file.relative_to(workshop) for file in workshop.rglob("*") if file.is_file())
    _refuse_foreign(out, [file.as_posix() for file in new])
    stale = set(outputs_of(out)) - {file.as_posix() for file in new}
    # The manifest goes last: until it stands, the folder is known to be of the earlier run.
    new.sort(key=lambda file: file.name == MANIFEST)
    for file in new:
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(workshop / file, out / file)
    for name in stale:
        inside = (out / name).resolve()
        if inside.is_relative_to(out.resolve()):
            inside.unlink(missing_ok=True)


def _refuse_foreign(out: Path, names: list[str]) -> None:
    """Refuse to replace files that no earlier run wrote."""
    try:
        there = out.exists()
    except (OSError, ValueError):
        raise StudyError(f"No folder can be called {out!s:.60}; choose another --out.") from None
    if there and not out.is_dir():
        raise StudyError(f"{out} is a file, not a folder; choose another --out.")
    own = {*outputs_of(out), MANIFEST} if outputs_of(out) else set()
    for name in names:
        if (out / name).exists() and name not in own:
            raise StudyError(
                f"{out / name} is there already and not from an earlier run; choose another --out."
            )


def _refuse_sources(out: Path, path: Path, data: str | Path | None) -> None:
    """Refuse a folder of results that holds the study: both would be mixed up."""
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
