"""The `icx` command: a thin layer over the library, with exit codes and plain words."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from icx_research.core.errors import Blocked, NotTestable, StudyError

CLEAN, QUARANTINED, UNUSABLE = 0, 1, 2
SHOWN_PROBLEMS = 20

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
    typer.Argument(metavar="[STUDY.yaml]", help="The study; the bundled one if left out."),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the data files (else: beside the study, "
                 "then the folder named by the environment variable ICX_DATA)."),
]  # fmt: skip


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
    """Validate a study, link it, and write figures, tables, ledger, notebooks and a page.

    Exit code 0: done; 1: done, with rows set aside; 2: the study is not usable.
    """
    from icx_research.present.study_run import run_study
    from icx_research.survey.datasets import example_path

    console = Console(stderr=True, highlight=False)
    path = study_file or example_path("company")
    with console.status("starting") if console.is_terminal else _Quiet() as status:

        def say(line: str) -> None:
            if console.is_terminal:
                status.update(line)
            else:
                console.print(escape(line), soft_wrap=True)

        run = run_study(path, data=data, out=out or _default_out(study_file), progress=say)
    for entry in run.ledger.entries:
        print(f"{entry.claim} {entry.title}: {entry.words}")
        print(f"  {entry.verdict.reason}")
        if entry.detail:
            print(f"  {entry.detail}")
    for caution in run.study.codebook.cautions:
        print(f"Caution: {caution}")
    if run.study.n_quarantined:
        print(f"{run.study.n_quarantined} rows set aside; see tables/quarantine.csv.")
    print(f"{run.n_files} files in {run.folder}; start with {run.page}")
    raise typer.Exit(QUARANTINED if run.study.n_quarantined else CLEAN)


@app.command()
def check(study_file: StudyArgument = None, data: DataOption = None) -> None:
    """Say whether the files of a study are usable, and what is set aside and why.

    Exit code 0: clean; 1: usable, with rows set aside; 2: not usable.
    """
    from icx_research.survey.datasets import example_path
    from icx_research.survey.linking import link_study
    from icx_research.survey.study import read_study

    found = read_study(study_file or example_path("company"), data=data)
    console = Console(highlight=False)
    _show(console, found.summary)
    problems = found.quarantine
    for row in problems.head(SHOWN_PROBLEMS).itertuples():
        column = f", column {row.column}" if row.column else ""
        print(f"{row.file}, row {row.row}{column}: {row.reason}.")
    if len(problems) > SHOWN_PROBLEMS:
        print(f"... and {len(problems) - SHOWN_PROBLEMS} more problems of this kind.")
    linked = link_study(found)
    _show(console, linked.coverage.assign(share_matched=linked.coverage["share_matched"].round(3)))
    for unit in linked.drops.itertuples():
        near = f" (resembles {unit.resembles!r})" if unit.resembles else ""
        print(f"{unit.side} unit {unit.unit!r}: {unit.reason}{near}.")
    if found.n_quarantined:
        total = sum(found.n_read.values())
        share = f"{found.n_quarantined} of {total} rows ({found.n_quarantined / total:.1%})"
        print(f"Usable; {share} are set aside. Means are off if these rows differ from the others.")
    else:
        print("Clean: nothing is set aside.")
    raise typer.Exit(QUARANTINED if found.n_quarantined else CLEAN)


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same bytes.")] = 20240501,
    units: Annotated[int, typer.Option(min=4, help="Number of branches.")] = 60,
    waves: Annotated[int, typer.Option(min=1, help="Number of survey waves.")] = 3,
) -> None:
    """Write a simulated company with known truth: study.yaml, its tables, truth.yaml."""
    from icx_research.survey.simulated_files import write_simulation

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
    from icx_research.survey.questionnaires import questionnaire
    from icx_research.survey.schema import explain

    print(questionnaire(block) if block else explain())


class _Quiet:
    """Stands in for a status line where there is no terminal."""

    def __enter__(self) -> "_Quiet":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, line: str) -> None:
        """Show nothing."""


def _default_out(study_file: Path | None) -> Path:
    if study_file is not None:
        return study_file.parent / "results"
    package = Path(__file__).resolve().parent
    in_checkout = (package.parent / "pyproject.toml").is_file()
    return package.parent / "figures" / "bundled" if in_checkout else Path("figures") / "bundled"


def _show(console: Console, table: "object") -> None:
    import pandas as pd

    assert isinstance(table, pd.DataFrame)
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
        print("Stopped; nothing was written.", file=sys.stderr)
        sys.exit(130)


def _stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(UNUSABLE)
