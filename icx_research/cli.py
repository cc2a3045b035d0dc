"""The commands of `icx`: a thin layer over the library, with exit codes and plain words."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

import icx_research

CLEAN, QUARANTINED = 0, 1

app = typer.Typer(
    name="icx",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    epilog="Your own data in three steps: icx new my_study --internal staff.csv --external "
    "customers.csv; icx check my_study; icx study my_study. Without a study of your own, "
    "icx study shows the bundled one.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

StudyArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="STUDY.yaml",
        help="The codebook of the study, or the folder it is in. Without it: study.yaml in the "
        "current folder and, where there is none, the bundled study.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of the data files. Without it: that of "
                 "STUDY.yaml, then the one the environment variable ICX_DATA names."),
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
            help="Folder for all results, and nothing is written elsewhere. Without it: results/ "
            "beside STUDY.yaml; of the bundled study, figures/bundled/.",
        ),
    ] = None,
) -> None:
    """Do the whole analysis of a study and write a page with its verdict.

    Reads and checks the files, links both surveys unit by unit, estimates, draws the figures,
    runs the notebooks and writes index.html. It takes a minute or two. Your files stay as they
    are.

    Exit code 0: done; 1: done, with rows set aside; 2: the study is not usable.

    Examples: icx study, or icx study my_study --out results_of_may
    """
    from icx_research.pipeline.progress import ShownProgress
    from icx_research.pipeline.study_run import run_study

    path = _find(study_file)
    console = Console(stderr=True, highlight=False)
    console.print(f"study: {escape(str(path))}", soft_wrap=True)
    with ShownProgress(console) as progress:
        run = run_study(path, data=data, out=out or _default_out(path), progress=progress)
    for entry in run.analysis.ledger.entries:
        print(f"{entry.claim} {entry.title}: {entry.words}")
        print(f"  {entry.verdict.reason}")
        if entry.detail:
            print(f"  {entry.detail}")
    for caution in run.analysis.study.codebook.cautions:
        print(f"Caution: {caution}")
    set_aside = run.analysis.study.n_quarantined
    if set_aside:
        print(f"{set_aside} rows set aside; see tables/quarantine.csv.")
    for line in run.analysis.doubts:
        print(line)
    print(f"{run.n_files} files in {run.folder}; start with {run.page}")
    raise typer.Exit(QUARANTINED if set_aside else CLEAN)


@app.command()
def check(study_file: StudyArgument = None, data: DataOption = None) -> None:
    """Say whether the files of a study are usable, and what to mend.

    Writes nothing. Each line names file, row, column and what to do; answers are never shown.

    Exit code 0: clean; 1: usable, with rows set aside; 2: not usable.

    Example: icx check my_study
    """
    from icx_research.linkage.gates import too_few_units
    from icx_research.pipeline import console as say
    from icx_research.survey.answers.weighted_means import weighted_means
    from icx_research.survey.doubts.all_doubts import doubts
    from icx_research.survey.link.linking import link_study
    from icx_research.survey.link.matching import BY_DESIGN
    from icx_research.survey.link.unlinked import drop_lines
    from icx_research.survey.link.waves import wave_sentence
    from icx_research.survey.scores.scoring import scale_scores
    from icx_research.survey.study.study import read_study
    from icx_research.survey.units.one_row_each import one_row_per_unit

    path = _find(study_file)
    found = read_study(path, data=data)
    print("What was read:")
    say.show_table(say.counted_rows(found))
    say.print_notes(found)
    say.print_problems(found.quarantine)
    say.show_programmes(found)
    doubtful = doubts(found)
    for line in doubtful:
        print(line)
    print("Rows with a score, and without:")
    scored = scale_scores(found)
    say.show_table(say.with_reasons(found, scored.counts))
    linked = link_study(found)
    described = weighted_means(scored)
    if len(described):
        print("Means of all rows with a score, weighted and not; the link is not weighted:")
        say.show_table(described)
    print("Who has a partner on the other side:")
    say.show_table(say.counted_coverage(linked))
    if rests_on := wave_sentence(linked.waves, linked.codebook):
        print(rests_on)
    for line in drop_lines(linked.drops):
        print(line)
    rows_are_units = one_row_per_unit(found)
    few = rows_are_units or [line for line in [too_few_units(linked)] if line]
    for line in few:
        print(line)
    if found.n_quarantined:
        total = sum(found.n_read.values())
        share = f"{found.n_quarantined} of {total} rows ({found.n_quarantined / total:.1%})"
        print(f"Usable; {share} are set aside. Means are off if these rows differ from the others.")
    elif doubtful or (linked.drops["reason"] != BY_DESIGN).any():
        print("Nothing is set aside; look at what is named above.")
    else:
        print("Clean: nothing is set aside.")
    print(f"Next: {_command()} study {path}")
    raise typer.Exit(QUARANTINED if found.n_quarantined else CLEAN)


@app.command()
def new(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of the new study; made if needed.")
    ],
    internal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Colleagues' ratings of internal services: one row per person (or per rating), "
            "with a column for the unit. CSV, Excel, SPSS, Stata or Parquet.",
        ),
    ] = None,
    external: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="End customers' ratings of units: one row per customer, with a column for the "
            "unit. Give both files or neither.",
        ),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Column with the unit, where it is not to be guessed; give it twice where the "
            "files name it otherwise: first the internal one, then the external one.",
        ),
    ] = None,
    respondent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="Column with the code of who answered, in the same way."
        ),
    ] = None,
) -> None:
    """Draft the study.yaml of a new study from two files.

    Looks at the files and writes a commented codebook into DIR; what only you can know stands
    there as a question. The files are neither copied nor changed. Without files it writes
    templates to fill in.

    Example: icx new my_study --internal staff.csv --external customers.xlsx
    """
    from icx_research.survey.drafting.draft import draft_study

    written = draft_study(
        folder,
        internal=internal,
        external=external,
        units=unit or (),
        respondents=respondent or (),
    )
    print(f"Written to {folder}: {', '.join(path.name for path in written)}")
    asked = written[0].read_text(encoding="utf-8").count("QUESTION:")
    first = f"answer its {asked} questions" if asked else "fill in the files"
    print(f"Next: {first}, then run: {_command()} check {written[0]}")


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write to.")],
    seed: Annotated[
        int, typer.Option(min=0, help="Seed; the same seed gives the same bytes.")
    ] = 20240501,
    units: Annotated[int, typer.Option(min=4, help="Number of branches.")] = 60,
    waves: Annotated[int, typer.Option(min=1, help="Number of survey waves.")] = 3,
) -> None:
    """Write a simulated company with known truth, to try things out."""
    from icx_research.simulation.files import write_simulation

    written = write_simulation(folder, seed=seed, n_units=units, waves=waves)
    print(f"{len(written)} files in {folder}; try: {_command()} check {folder / 'study.yaml'}")


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
    """Explain every key of a study.yaml, or print a ready questionnaire."""
    from icx_research.survey.codebook.schema import explain
    from icx_research.survey.instruments.questionnaires import questionnaire

    print(questionnaire(block) if block else explain())


@app.command()
def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of your copy of the notebooks.")
    ] = Path("my_notebooks"),
) -> None:
    """Open a copy of the notebooks, yours to change, in JupyterLab."""
    from icx_research.pipeline.notebooks import open_lab

    raise typer.Exit(open_lab(folder))


def _find(study_file: Path | None) -> Path:
    """Take a file or its folder; without either, study.yaml here or the bundled study."""
    from icx_research.survey.study.datasets import example_path

    if study_file is None:
        here = Path("study.yaml")
        return here if here.is_file() else example_path("company")
    return study_file / "study.yaml" if study_file.is_dir() else study_file


def heal_first() -> None:
    """Put right what a run that died has left here, or beside anything the command names."""
    from icx_research.pipeline.publication import heal

    named = [Path(word.partition("=")[2] or word) for word in sys.argv[1:]]
    bundled = _bundled_out().parent
    for line in heal({Path(), bundled, *named, *(path.parent for path in named)}):
        print(line, file=sys.stderr)


def _command() -> str:
    """Name the command as it was typed; `run.py` says so when it forwards."""
    return os.environ.get("ICX_COMMAND", "icx")


def _default_out(path: Path) -> Path:
    from icx_research.survey.study.datasets import example_path

    return _bundled_out() if path == example_path("company") else path.parent / "results"


def _bundled_out() -> Path:
    package = Path(__file__).resolve().parent
    in_checkout = (package.parent / "pyproject.toml").is_file()
    return package.parent / "figures" / "bundled" if in_checkout else Path("figures") / "bundled"
