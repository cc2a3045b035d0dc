"""What may be shown of units: enough persons behind it, rounded, counts in bands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core.bands import BANDS, EQUAL, band
from icx_research.core.cutoffs import LOWEST_MIN_PERSONS
from icx_research.core.errors import NotTestable
from icx_research.survey.codebook.types import Codebook, Source
from icx_research.survey.disclosure.effective_persons import effective_persons
from icx_research.survey.disclosure.rounding import published_rounding
from icx_research.survey.disclosure.same_answer import nearly_unanimous
from icx_research.survey.disclosure.suppression import withhold_beside
from icx_research.survey.disclosure.thresholds import persons_needed
from icx_research.survey.link.crosswalk import side_by_side
from icx_research.survey.link.linking import LinkedUnits, equal_to
from icx_research.survey.units.aggregation import UnitScores


@dataclass(frozen=True, eq=False, repr=False)
class ProtectedUnits:
    """Unit scores that may be shown; the only unit table displays accept.

    Attributes
    ----------
    codebook : Codebook
    table : DataFrame
        `unit` (and `supplier_unit` or `touchpoint`), `wave`, and per score its rounded mean, its
        rounded standard error `<name>_se` and its band of respondents `<name>_n`;
        nan where suppressed.
    scores : tuple of str
    min_persons : int
        Distinct persons behind every figure that is not public already.
    steps : dict of str to float
        Rounding step of the means of each score.
    n_suppressed : dict of str to int
        Figures withheld per score.
    """

    codebook: Codebook
    table: pd.DataFrame
    scores: tuple[str, ...]
    min_persons: int
    steps: dict[str, float]
    n_suppressed: dict[str, int]

    def __repr__(self) -> str:
        """Say how much is shown and how much withheld."""
        withheld = ", ".join(f"{name} {n}" for name, n in self.n_suppressed.items() if n)
        return (
            f"ProtectedUnits: {len(self.table)} rows, at least {self.min_persons} persons per "
            f"figure (withheld: {withheld or 'nothing'})"
        )

    def _repr_html_(self) -> str:
        return self.table.to_html(index=False, na_rep="withheld")


def protect(
    units: LinkedUnits | UnitScores,
    *,
    scores: Sequence[str] | None = None,
    min_persons: int | None = None,
    decimals: int | None = None,
) -> ProtectedUnits:
    """Withhold and round unit scores so that no person can be traced.

    Parameters
    ----------
    units : LinkedUnits or UnitScores
    scores : sequence of str, optional
        Those that are to be shown; all unless given.
    min_persons : int, optional
        Distinct persons behind every figure; the codebook's threshold unless
        given, which is 10, and never below it.
    decimals : int, optional
        Decimals of a published mean, its standard error having one more; chosen by the range
        of the score unless given: one from 1 to 7 (see `published_rounding`). More than that
        are not shown.

    Returns
    -------
    ProtectedUnits

    Raises
    ------
    ValueError
        If a score is unknown, `min_persons` is below the codebook's or `decimals` above 2.

    Notes
    -----
    A figure is withheld if fewer than `min_persons` persons are behind it, or carry it (see
    `effective_persons`), or if nine tenths of them gave the same answer. Where it would be the only
    one withheld of its wave (or of a subset of the codebook, the units outside it, a unit or
    a supplier), or those withheld are fewer than `min_persons` persons together, the next
    smallest goes with it where the others are few: what is known of all units would give it
    away (see `withhold_beside`). Tables the codebook declares `published` are shown as they
    are.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> protect(link_study(load_example("company")).at_wave("3")).n_suppressed["csat"]
    0
    """
    codebook = units.codebook
    threshold = persons_needed(codebook, min_persons)
    if decimals is not None and not 0 <= decimals <= 2:
        raise ValueError(f"decimals must be 0, 1 or 2, not {decimals}.")
    if isinstance(units, UnitScores):
        wide, known = side_by_side(units, units.table["wave"]).reset_index(), units.scales
    else:
        wide, known = units.table, [*units.internal, *units.external]
    names = tuple(known if scores is None else dict.fromkeys(scores))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"There is no score {unknown[0]!r}; there are {', '.join(known)}.")
    keys = [name for name in ("unit", "supplier_unit", "touchpoint", "wave") if name in wide]
    shown = {name: wide[name] for name in keys}
    totals = _totals(wide, keys, codebook)
    suppressed, steps = {}, {}
    for name in names:
        source = codebook.source_of(name)
        figures = wide[[name, f"{name}_se", f"{name}_n"]]
        counted = not _is_fact(figures, source)
        rounding = published_rounding(source.measures[name], figures[name].to_numpy(float),
                                      counted=counted, decimals=decimals)  # fmt: skip
        steps[name] = rounding.step
        carried = np.full(len(wide), np.inf)
        if isinstance(units, LinkedUnits):
            carried = effective_persons(units, name)
        fit = _may_be_shown(figures, carried, source, threshold)
        if not source.published:
            fit &= ~nearly_unanimous(units, name, wide)
        hidden = figures[name].notna() & ~fit
        if hidden.any():
            n = figures[f"{name}_n"].where(figures[name].notna()).to_numpy(float)
            hidden[:] = withhold_beside(
                hidden.to_numpy(), n, totals,
                min_persons=threshold, step=rounding.step, min_width=rounding.min_width,
            )  # fmt: skip
        suppressed[name] = int(hidden.sum())
        if source.published:
            shown |= {name: figures[name], f"{name}_se": figures[f"{name}_se"]}
            shown[f"{name}_n"] = figures[f"{name}_n"].map(_exact).astype(object)
            continue
        figures = figures.mask(hidden)
        shown[name] = rounding.means(
            figures[name].to_numpy(float), figures[f"{name}_n"].to_numpy(float)
        )
        shown[f"{name}_se"] = rounding.errors(
            figures[f"{name}_se"].to_numpy(float),
            values=figures[name].to_numpy(float),
            n=np.minimum(figures[f"{name}_n"].to_numpy(float), carried),
        )
        shown[f"{name}_n"] = figures[f"{name}_n"].map(band).astype(object)
    return ProtectedUnits(codebook, pd.DataFrame(shown), names, threshold, steps, suppressed)


def _totals(wide: pd.DataFrame, keys: list[str], codebook: Codebook) -> list[np.ndarray]:
    """Give each row the number of its wave, its unit and supplier, its subset or the rest."""
    cells = [name for name in keys if name != "wave"]
    margins = [["wave"], *([[name, "wave"] for name in cells] if len(cells) > 1 else [])]
    found = [wide.groupby(by, sort=False).ngroup().to_numpy() for by in margins]
    subsets = [equals for equals in codebook.question.subsets.values() if set(equals) <= set(wide)]
    return found + [2 * found[0] + equal_to(wide, equals) for equals in subsets]


def _may_be_shown(
    figures: pd.DataFrame, carried: np.ndarray, source: Source, threshold: int
) -> pd.Series:
    """Tell which means of (mean, standard error, persons) may be shown for their own sake."""
    _, se, n = (figures[name] for name in figures)
    if source.published or _is_fact(figures, source):
        return pd.Series(True, index=figures.index)
    return (n >= threshold) & (carried >= threshold) & ~(se < EQUAL)


def _is_fact(figures: pd.DataFrame, source: Source) -> bool:
    """Tell whether (mean, standard error, persons) is an outcome behind which nobody is counted."""
    return source.name == "outcomes" and bool(figures.iloc[:, 2].isna().all())


def _exact(n: float) -> str:
    return "" if np.isnan(n) else f"{n:.0f}"


def units_by_band(units: ProtectedUnits, score: str) -> pd.DataFrame:
    """Count units by the number of persons behind one score.

    Parameters
    ----------
    units : ProtectedUnits
    score : str

    Returns
    -------
    DataFrame
        `respondents` (a band, or "withheld") and `units`, from few to many.

    Raises
    ------
    NotTestable
        If the score is published already, with or without counts.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> units = protect(link_study(load_example("company")).at_wave("3"))
    >>> int(units_by_band(units, "csat")["units"].sum())
    60
    """
    if units.codebook.source_of(score).published:
        raise NotTestable(
            "counts of respondents are needed; these figures are public as they stand."
        )
    counts = units.table[f"{score}_n"].replace("", "withheld").value_counts()
    order = ["withheld", f"{LOWEST_MIN_PERSONS}-{BANDS[0] - 1}", *map(band, map(float, BANDS))]
    counts = counts.reindex([name for name in order if name in counts])
    return counts.rename_axis("respondents").rename("units").reset_index()
