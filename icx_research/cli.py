"""The `icx` command: a thin layer over the library, with exit codes and plain words."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import icx_research
from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.core.errors import Blocked, NotTestable, StudyError

CLEAN, QUARANTINED, UNUSABLE, STOPPED = 0, 1, 2, 130
SHOWN_ROWS = 5

app = typer.Typer(
    name="icx",
    help="Internal and external customer satisfaction: from two surveys to an honest answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

StudyArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[STUDY.yaml]",
        help="The study, or its folder; study.yaml in this folder, else the bundled study.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the data files (else: beside the study, "
                 "then the folder named by the environment variable ICX_DATA)."),
]  # fmt: skip


def _version(asked: bool) -> None:
    if asked:
        print(f"icx_research {icx_research.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Link internal and external customer satisfaction: from two surveys to an honest answer."""


@app.command()
def study(
    study_file: StudyArgument = None,
    data: DataOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for all results (else: results/ beside the study, or figures/bundled/).",
        ),
    ] = None,
) -> None:
    """Validate a study, link it, and write figures, tables, verdicts, notebooks and a page.

    Exit code 0: done; 1: done, with rows set aside; 2: the study is not usable.
    """
    from icx_research.present.study_run import run_study

    path = _find(study_file)
    console = Console(stderr=True, highlight=False)
    console.print(f"study: {escape(str(path))}", soft_wrap=True)
    with console.status("starting") if console.is_terminal else _Quiet() as status:

        def say(line: str) -> None:
            if console.is_terminal:
                status.update(line)
            elif ": cell " not in line:
                console.print(escape(line), soft_wrap=True)

        try:
            run = run_study(path, data=data, out=out or _default_out(path), progress=say)
        except KeyboardInterrupt:
            raise typer.Exit(_stopped()) from None
    for entry in run.ledger.entries:
        print(f"{entry.claim} {entry.title}: {entry.words}")
        print(f"  {entry.verdict.reason}")
        if entry.detail:
            print(f"  {entry.detail}")
    for caution in run.study.codebook.cautions:
        print(f"Caution: {caution}")
    if run.study.n_quarantined:
        print(f"{run.study.n_quarantined} rows set aside; see tables/quarantine.csv.")
    _print_doubts(run.study)
    print(f"{run.n_files} files in {run.folder}; start with {run.page}")
    raise typer.Exit(QUARANTINED if run.study.n_quarantined else CLEAN)


@app.command()
def check(study_file: StudyArgument = None, data: DataOption = None) -> None:
    """Say whether the files of a study are usable, and what is set aside and why.

    Exit code 0: clean; 1: usable, with rows set aside; 2: not usable.
    """
    from icx_research.survey.linking import link_study
    from icx_research.survey.matching import BY_DESIGN, resembling_words
    from icx_research.survey.scoring import scale_scores
    from icx_research.survey.study import read_study

    found = read_study(_find(study_file), data=data)
    console = Console(highlight=False)
    _show(console, found.summary)
    _print_notes(found)
    _print_problems(found.quarantine)
    _show_programmes(console, found)
    doubtful = _print_doubts(found)
    _show(console, scale_scores(found).counts)
    linked = link_study(found)
    _show(console, linked.coverage.assign(share_matched=linked.coverage["share_matched"].round(3)))
    for unit in linked.drops.itertuples():
        near = resembling_words(unit.unit, unit.resembles)
        print(f"{unit.side} unit {unit.unit!r}: {unit.reason}{near}.")
    _print_too_few(linked)
    if found.n_quarantined:
        total = sum(found.n_read.values())
        share = f"{found.n_quarantined} of {total} rows ({found.n_quarantined / total:.1%})"
        print(f"Usable; {share} are set aside. Means are off if these rows differ from the others.")
    elif doubtful or (linked.drops["reason"] != BY_DESIGN).any():
        print("Nothing is set aside; look at what is named above.")
    else:
        print("Clean: nothing is set aside.")
    raise typer.Exit(QUARANTINED if found.n_quarantined else CLEAN)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new study.")],
    internal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Colleagues' ratings.")
    ] = None,
    external: Annotated[
        Path | None, typer.Option(metavar="FILE", help="End customers' ratings.")
    ] = None,
) -> None:
    """Draft a commented study.yaml from two files, or write empty templates."""
    from icx_research.survey.drafting.draft import draft_study

    written = draft_study(folder, internal=internal, external=external)
    print(f"{', '.join(path.name for path in written)} in {folder}")
    asked = written[0].read_text(encoding="utf-8").count("QUESTION:")
    first = f"answer its {asked} questions" if asked else "fill in the files"
    print(f"Next: {first}, then run: icx check {written[0]}")


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
    seed: Annotated[
        int, typer.Option(min=0, help="Seed; the same seed gives the same bytes.")
    ] = 20240501,
    units: Annotated[int, typer.Option(min=4, help="Number of branches.")] = 60,
    waves: Annotated[int, typer.Option(min=1, help="Number of survey waves.")] = 3,
) -> None:
    """Write a simulated company with known truth: study.yaml, its tables, truth.yaml."""
    from icx_research.survey.simulation.files import write_simulation

    written = write_simulation(folder, seed=seed, n_units=units, waves=waves)
    print(f"{len(written)} files in {folder}; try: icx check {folder / 'study.yaml'}")


@app.command()
def codebook(
    block: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Print a ready questionnaire instead: servqual, servperf, nps, csat or ces.",
        ),
    ] = None,
) -> None:
    """Explain every key a study.yaml may hold, or print a ready block of scales."""
    from icx_research.survey.instruments.questionnaires import questionnaire
    from icx_research.survey.schema import explain

    print(questionnaire(block) if block else explain())


@app.command()
def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Folder of your copy of the notebooks.")
    ] = Path("my_notebooks"),
) -> None:
    """Open a personal copy of the notebooks in JupyterLab; the stored ones stay as they are."""
    from icx_research.present.notebooks import open_lab

    raise typer.Exit(open_lab(folder))


class _Quiet:
    """Stands in for a status line where there is no terminal."""

    def __enter__(self) -> "_Quiet":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, line: str) -> None:
        """Show nothing."""


def _find(study_file: Path | None) -> Path:
    """Take a file or its folder; without either, study.yaml here or the bundled study."""
    from icx_research.survey.datasets import example_path

    if study_file is None:
        here = Path("study.yaml")
        return here if here.is_file() else example_path("company")
    return study_file / "study.yaml" if study_file.is_dir() else study_file


def _default_out(path: Path) -> Path:
    from icx_research.survey.datasets import example_path

    if path != example_path("company"):
        return path.parent / "results"
    package = Path(__file__).resolve().parent
    in_checkout = (package.parent / "pyproject.toml").is_file()
    return package.parent / "figures" / "bundled" if in_checkout else Path("figures") / "bundled"


def _print_problems(problems: Any) -> None:
    """Give one line per file, column and reason, with the first rows."""
    for (file, column, reason), rows in problems.groupby(["file", "column", "reason"], sort=False):
        first = ", ".join(str(row) for row in rows["row"].head(SHOWN_ROWS))
        more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
        at = f", column {column}" if column else ""
        print(f"{file}, row{'s' if len(rows) > 1 else ''} {first}{more}{at}: {reason}.")


def _print_notes(found: Any) -> None:
    """Say what the readers left out, and which columns were never loaded."""
    for line in found.log:
        print(line)
    for name, columns in found.dropped_columns.items():
        file = found.codebook.sources[name].file
        print(f"{file}: never loaded, as personal data: {', '.join(columns)}.")


def _print_too_few(linked: Any) -> None:
    """Say beforehand where too few units are linked, or may be shown, for a verdict."""
    from icx_research.survey.disclosure import protect

    units = linked.at_wave().table["unit"].nunique()
    question, shown = linked.codebook.question, protect(linked.at_wave())
    asked = shown.table[[question.internal[0], question.external[0]]]
    visible = int(asked.notna().all(axis=1).sum())
    if units < MIN_LINKED_UNITS:
        print(f"{units} units are linked; there is no verdict below {MIN_LINKED_UNITS}.")
    elif visible < MIN_LINKED_UNITS:
        print(
            f"{visible} of {units} units have at least {shown.min_persons} respondents on both "
            f"sides; there is no verdict below {MIN_LINKED_UNITS}. Collect more answers, or join "
            "small units into larger ones."
        )


def _print_doubts(found: Any) -> int:
    """Name what looks wrong in files, answers and units, and was left as it is."""
    from icx_research.survey.doubts import doubts

    lines = doubts(found)
    for line in lines:
        print(line)
    return len(lines)


def _show_programmes(console: Console, found: Any) -> None:
    """Show in how many units each programme starts and runs, wave by wave."""
    from icx_research.survey.programmes import programme_counts

    if "programme" in found.tables and "wave" in found.codebook.sources["programme"].keys:
        _show(console, programme_counts(found))


def _show(console: Console, table: Any) -> None:
    shown = Table(box=None, pad_edge=False)
    for name in table:
        shown.add_column(str(name), justify="right" if table[name].dtype.kind in "if" else "left")
    for values in table.itertuples(index=False):
        shown.add_row(*(escape(f"{v:g}" if isinstance(v, float) else str(v)) for v in values))
    console.print(shown)


def main() -> None:
    """Run the command; bad input ends in one sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except StudyError as error:
        _stop(str(error))
    except NotTestable as refusal:
        _stop(f"not testable: {refusal.missing}")
    except Blocked as refusal:
        _stop(f"blocked: {refusal.reason}")
    except KeyboardInterrupt:
        sys.exit(_stopped())


def _stop(sentence: str) -> None:
    print(" ".join(sentence.splitlines()), file=sys.stderr)
    sys.exit(UNUSABLE)


def _stopped() -> int:
    print("Stopped; nothing was written.", file=sys.stderr)
    return STOPPED
