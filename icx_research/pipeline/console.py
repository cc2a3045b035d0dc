"""What the command line prints about a study: what was read, set aside, linked and suspected."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from icx_research.survey.doubts.programmes import programme_counts
from icx_research.survey.link.matching import rounded_down
from icx_research.survey.scores.scoring import few_answers

SHOWN_ROWS = 5
UNFOLDED = 1000  # characters; no table is as wide


def counted_rows(study: Any) -> Any:
    """Count the rows of each file, under names so short that file names fit beside them."""
    short = {"rows_read": "rows", "rows_quarantined": "set_aside", "rows_used": "used"}
    return study.summary.rename(columns=short)


def print_problems(problems: Any) -> None:
    """Give one line per file, column and reason, with the first rows."""
    for (file, column, reason), rows in problems.groupby(["file", "column", "reason"], sort=False):
        first = ", ".join(str(row) for row in rows["row"].head(SHOWN_ROWS))
        more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
        at = f", column {column}" if column else ""
        print(f"{file}, row{'s' if len(rows) > 1 else ''} {first}{more}{at}: {reason}.")


def print_notes(study: Any) -> None:
    """Say what the readers left out, and which columns were never loaded."""
    for line in study.log:
        print(line)
    for name, columns in study.dropped_columns.items():
        file = study.codebook.sources[name].file
        print(f"{file}: never loaded, as personal data: {', '.join(columns)}.")


def with_reasons(study: Any, counts: Any) -> Any:
    """Say beside the scales that some rows have no score of, why."""
    measures = study.codebook.measures
    why = [
        few_answers(measures[line.scale]) if line.n_dropped else "" for line in counts.itertuples()
    ]
    shown = counts.rename(columns={"n_used": "with", "n_dropped": "without"})
    return shown.assign(because=why) if any(why) else shown


def counted_coverage(linked: Any) -> Any:
    """Count respondents, or rows where a table is published."""
    shown = linked.coverage.assign(share_matched=linked.coverage["share_matched"].map(rounded_down))
    grains = [linked.codebook.sources[side].grain for side in shown["side"]]
    if "unit" not in grains:
        return shown
    shown.insert(3, "counted", ["rows" if grain == "unit" else "respondents" for grain in grains])
    return shown.rename(columns={"respondents": "all", "respondents_matched": "matched"})


def show_programmes(study: Any) -> None:
    """Show in how many units each programme starts and runs, wave by wave."""
    if "programme" in study.tables and "wave" in study.codebook.sources["programme"].keys:
        show_table(programme_counts(study))


def show_table(table: Any) -> None:
    """Print a table without frames; nothing in it is cut."""
    shown = Table(box=None, pad_edge=False)
    for name in table:
        number = table[name].dtype.kind in "if"
        shown.add_column(str(name), justify="right" if number else "left", overflow="fold")
    for values in table.itertuples(index=False):
        shown.add_row(*(escape(f"{v:g}" if isinstance(v, float) else str(v)) for v in values))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = UNFOLDED  # so that a name in a file can be searched for
    console.print(shown)
