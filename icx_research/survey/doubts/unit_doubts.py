"""Units that look like something else: a line of totals, or another spelling of a unit."""

from collections.abc import Iterator, Sequence

import narwhals as nw
import pandas as pd

from icx_research.core.apa import counted
from icx_research.survey.link.matching import fold_id
from icx_research.survey.study.study import Study

# What people write in front of totals and means, in the languages of the files seen.
TOTALS = {
    fold_id(word)
    for word in (
        "total", "totals", "grand total", "sub total", "subtotal", "overall", "overall total",
        "sum", "average", "mean", "all", "all units", "gesamt", "gesamtergebnis", "insgesamt",
        "summe", "mittelwert", "durchschnitt", "razem", "ogółem", "suma", "suma końcowa",
        "średnia", "ensemble", "moyenne", "somme", "total général",
    )
}  # fmt: skip
SURVEYS = ("internal", "external", "employees")
SHOWN = 5  # pairs of spellings that are named per table


def suspected_units(study: Study) -> pd.DataFrame:
    """List units of the surveys and outcomes that seem to be none of their own.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        One row per suspicion: `table`, `unit`, `reason`. Nothing is changed.

    Examples
    --------
    >>> from icx_research import load_example
    >>> len(suspected_units(load_example("company")))
    0
    """
    found: list[tuple[str, str, str]] = []
    for name in (*SURVEYS, "outcomes"):
        if name in study.tables:
            role = study.codebook.sources[name].unit_key
            frame = nw.from_native(study.tables[name], eager_only=True)
            units = sorted(frame[role].unique().to_list())
            found += [(name, unit, reason) for unit, reason in _suspected(units)]
    return pd.DataFrame(found, columns=["table", "unit", "reason"])


def _suspected(units: Sequence[str]) -> Iterator[tuple[str, str]]:
    alike: dict[str, list[str]] = {}
    for unit in units:
        folded = fold_id(unit)
        if folded in TOTALS:
            yield unit, "seems to be a line of totals or means; if it is, delete it from the file"
        if folded:
            alike.setdefault(folded, []).append(unit)
    spelt = [same for same in alike.values() if len(same) > 1]
    more = len(spelt) - SHOWN - 1  # besides the one that stands for them
    for first, *others in spelt[: SHOWN if more > 0 else None]:
        named = ", ".join(repr(other) for other in others)
        yield first, f"is another unit than {named}; if they are one, spell it alike"
    if more > 0:
        rest = counted(more, "more unit")
        yield spelt[SHOWN][0], f"and {rest} are spelt in several ways; spell them alike"
