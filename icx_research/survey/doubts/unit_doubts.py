"""Units that look like something else: a line of totals, or another spelling of a unit."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from icx_research.core.apa import counted
from icx_research.survey.codebook.spoilt_cells import DATE_MADE, spreadsheet_date
from icx_research.survey.codebook.types import Score, Source
from icx_research.survey.files.encodings import NOT_WESTERN, reads_badly
from icx_research.survey.link.matching import fold_id
from icx_research.survey.study.study import Study

# What people write in front of totals and means, in the languages of the files seen; and what
# means so alone or before a word for units only, as "all" does.
TOTALS = set(
    """
total totals subtotal subtotals overall grandtotal average averages gesamt gesamtergebnis
gesamtwert gesamtsumme insgesamt summe zwischensumme mittelwert durchschnitt razem ogółem ogolem
suma średnia srednia moyenne somme totale totaal totaux promedio média media gemiddelde totalt
genomsnitt gennemsnit gjennomsnitt snitt yhteensä keskiarvo celkem průměr összesen итого всего
""".split()
)
ALONE = set(
    """
sum mean all alle tous toutes todos todas tutti tutte ensemble everyone everything
""".split()
)
UNITS = set(
    """
units sites branches departments teams stores shops locations offices trusts schools hospitals
organisations organizations respondents staff customers employees england national company
filialen standorte abteilungen einheiten bereiche befragten mitarbeiter kunden sites agences
magasins sucursales tiendas filiali sedi vestigingen afdelingen score result the combined
""".split()
)
PART_OF_NAMES = 0.2  # share of the units from which on a word of totals is a part of their names
LEAST_UNITS = 3  # besides a line of totals
NEAR = 0.02  # of the sum of the others, within which the persons of a line of totals lie
SURVEYS = ("internal", "external", "employees")
TOTAL = "seems to be a line of totals or means; if it is, delete it from the file"
_FOLDED = set(map(fold_id, TOTALS | ALONE))
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
            totals = _totals(units)
            found += [(name, unit, TOTAL) for unit in totals]
            found += [
                (name, unit, reason)
                for unit, reason in _as_large_as_the_others(frame, study.codebook.sources[name])
                if unit not in totals
            ]
            found += [(name, unit, reason) for unit, reason in _spelt(units)]
            found += [(name, unit, reason) for unit, reason in _misread(units)]
    return pd.DataFrame(found, columns=["table", "unit", "reason"])


def looks_like_totals(unit: str) -> bool:
    """Tell whether an id speaks of totals or means.

    Examples
    --------
    >>> [looks_like_totals(unit) for unit in ("Total (all sites)", "Gesamt (n=812)", "All units")]
    [True, True, True]
    >>> [looks_like_totals(unit) for unit in ("Gesamtschule Nord", "All Saints Hospital", "B01")]
    [False, False, False]
    """
    words = re.findall(r"[^\W\d_]+", unit.casefold())
    rest = [word for word in words if word not in ALONE | {"n", "of"}]
    alone = any(word in ALONE for word in words) and all(word in UNITS for word in rest)
    return bool(TOTALS & set(words)) or alone


def _totals(units: Sequence[str]) -> list[str]:
    """Find lines of totals, unless the word is a part of many names: Total Bonn, Total Ulm."""
    found = [unit for unit in units if looks_like_totals(unit)]
    most = max(PART_OF_NAMES * len(units), 2)
    return found if len(found) <= most else [u for u in found if fold_id(u) in _FOLDED]


def _as_large_as_the_others(
    frame: "nw.DataFrame[Any]", source: Source
) -> Iterator[tuple[str, str]]:
    """Find a unit whose persons are about as many as those of all other units together."""
    counts = {m.n for m in source.measures.values() if isinstance(m, Score) and m.n}
    waves = frame["wave"].to_list() if "wave" in frame.columns else [""] * len(frame)
    told = set()
    for column in sorted(counts):
        table = pd.DataFrame({"unit": frame[source.unit_key].to_list(), "wave": waves,
                              "n": frame[column].to_numpy().astype(float)}).dropna()  # fmt: skip
        for _, of_wave in table.groupby("wave"):
            others = of_wave["n"].sum() - of_wave["n"]
            near = (of_wave["n"] - others).abs() <= NEAR * others
            if len(of_wave) > LEAST_UNITS:
                told |= set(of_wave.loc[near, "unit"])
    for unit in sorted(told):
        yield (
            unit,
            "has as many persons as all other units together; if it is a line of totals, delete it "
            "from the file",
        )


def _misread(units: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find units whose letters were read in a wrong encoding, or that are dates throughout."""
    beyond = [unit for unit in units if not unit.isascii()]
    if beyond and reads_badly(beyond):
        yield (
            beyond[0],
            "is written in letters that look misread; is the file in another encoding, such as "
            f"{NOT_WESTERN}",
        )
    dates = [unit for unit in units if spreadsheet_date(unit.strip())]
    if len(dates) > len(units) / 2:
        yield dates[0], DATE_MADE


def _spelt(units: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find units that are spelt in several ways."""
    alike: dict[str, list[str]] = {}
    for unit in units:
        if folded := fold_id(unit):
            alike.setdefault(folded, []).append(unit)
    spelt = [same for same in alike.values() if len(same) > 1]
    more = len(spelt) - SHOWN - 1  # besides the one that stands for them
    for first, *others in spelt[: SHOWN if more > 0 else None]:
        named = ", ".join(repr(other) for other in others)
        yield first, f"is another unit than {named}; if they are one, spell it alike"
    if more > 0:
        rest = counted(more, "more unit")
        yield spelt[SHOWN][0], f"and {rest} are spelt in several ways; spell them alike"
