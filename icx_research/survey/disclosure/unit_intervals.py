"""Unit means in order with their intervals, of protected figures only."""

from dataclasses import dataclass

import pandas as pd

from icx_research.core import apa
from icx_research.core.display import table_html
from icx_research.core.errors import Blocked
from icx_research.core.intervals import normal_quantile
from icx_research.core.results import check_confidence_level
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.codebook.wave_order import choose_wave
from icx_research.survey.disclosure.protect import ProtectedUnits


@dataclass(frozen=True, eq=False, repr=False)
class UnitIntervals:
    """Unit means of one score and wave, lowest first.

    Attributes
    ----------
    codebook : Codebook
    score, wave : str
    table : DataFrame
        One row per unit that may be shown, by size of its mean and then by name: `unit`,
        `estimate` (rounded as published), `ci_low`, `ci_high` (nan without a standard
        error), `respondents` (band).
    mean : float
        Of the means shown, each unit counting once.
    n_shown, n_units : int
        Units shown, and units of the wave.
    n_below, n_above : int
        Units whose whole interval lies below or above `mean`.
    min_persons : int
    confidence_level : float
    """

    codebook: Codebook
    score: str
    wave: str
    table: pd.DataFrame
    mean: float
    n_shown: int
    n_units: int
    n_below: int
    n_above: int
    min_persons: int
    confidence_level: float

    def __repr__(self) -> str:
        """Count the units and those apart from the mean."""
        return (
            f"UnitIntervals: {self.score}, {self.n_shown} of {self.n_units} units shown, mean "
            f"{apa.number(self.mean)}; {self.n_below} below it and {self.n_above} above it"
        )

    def _repr_html_(self) -> str:
        return table_html(self.table)


def unit_intervals(
    units: ProtectedUnits,
    *,
    score: str,
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> UnitIntervals:
    r"""Put protected unit means in order, with their intervals.

    Parameters
    ----------
    units : ProtectedUnits
        Full-precision units are refused.
    score : str
        Internal or external.
    wave : str, optional
        The one the study asks about unless stated, which is the latest by default.
    confidence_level : float, default 0.95

    Returns
    -------
    UnitIntervals

    Raises
    ------
    TypeError
        If `units` is not protected.
    ValueError
        If score or wave is unknown, or `confidence_level` is not a fraction.
    Blocked
        If no unit may be shown.

    Notes
    -----
    :math:`\bar x_u \pm z\, s_u / \sqrt{n_u}`, from the rounded figures. The mean is that of
    the units shown: one over all units would give away a unit that is withheld alone.
    Intervals are of single units; whether two units differ is another question, which two
    overlapping intervals do not answer.

    References
    ----------
    Goldstein, H., & Healy, M. J. R. (1995). The graphical presentation of a collection of
    means. Journal of the Royal Statistical Society A, 158, 175-177.
    https://doi.org/10.2307/2983411

    Examples
    --------
    >>> from icx_research import link_study, load_example, protect
    >>> unit_intervals(protect(link_study(load_example("company"))), score="csat").n_shown
    60
    """
    check_confidence_level(confidence_level)
    if not isinstance(units, ProtectedUnits):
        raise TypeError(
            "unit_intervals takes protected units only; call protect(...), not "
            f"{type(units).__name__}."
        )
    if score not in units.scores:
        raise ValueError(f"score must be one of {', '.join(units.scores)}; got {score!r}.")
    chosen = choose_wave(units.table["wave"].unique(), units.codebook, wave)
    rows = units.table[units.table["wave"] == chosen]
    shown = rows.dropna(subset=score)
    if shown.empty:
        raise Blocked(f"no unit has {units.min_persons} persons behind {score}; none may be shown.")
    reach = normal_quantile(confidence_level) * shown[f"{score}_se"].astype(float)
    table = pd.DataFrame(
        {
            "unit": _names(shown),
            "estimate": shown[score],
            "ci_low": shown[score] - reach,
            "ci_high": shown[score] + reach,
            "respondents": shown[f"{score}_n"],
        }
    ).sort_values(["estimate", "unit"], ignore_index=True)
    mean = float(table["estimate"].mean())
    return UnitIntervals(
        codebook=units.codebook,
        score=score,
        wave=str(rows["wave"].iloc[0]),
        table=table,
        mean=mean,
        n_shown=len(table),
        n_units=len(rows),
        n_below=int((table["ci_high"] < mean).sum()),
        n_above=int((table["ci_low"] > mean).sum()),
        min_persons=units.min_persons,
        confidence_level=confidence_level,
    )


def _names(rows: pd.DataFrame) -> pd.Series:
    """Name units, with the supplier where a unit has a score per supplier."""
    names = rows["unit"].astype("str")
    return names + " / " + rows["supplier_unit"] if "supplier_unit" in rows else names
