"""Who answered: response rates per unit, and early against late respondents."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import NotTestable, StudyError, UnsuitableData
from icx_research.core.frames import check_columns
from icx_research.core.results import (
    Estimate,
    SampleResult,
    check_confidence_level,
    estimate_table,
    with_interval,
)
from icx_research.survey.codebook.cells import key_text
from icx_research.survey.link.linked_facts import facts_at
from icx_research.survey.units.aggregation import UnitScores


@dataclass(frozen=True, eq=False, repr=False)
class ResponseRates(SampleResult):
    """Response rates of units, and whether they go with the score.

    Attributes
    ----------
    scale, wave : str
    rates : DataFrame
        `unit`, `n`, `headcount`, `rate`; full precision, for estimation.
    overall : float
        Respondents of all units by headcount of all units.
    correlation : Estimate
        Of rate and unit mean, over units.
    statistic, p_value : float
    n_used, n_dropped : int
        Units with and without a known headcount.
    note : str
    """

    scale: str
    wave: str
    rates: pd.DataFrame
    overall: float
    correlation: Estimate
    statistic: float
    p_value: float

    @property
    def estimate(self) -> Estimate:
        """Correlation of response rate and score."""
        return self.correlation

    @property
    def table(self) -> pd.DataFrame:
        """Overall rate, quartiles of the units' rates, correlation with the score."""
        quartiles = np.quantile(self.rates["rate"], [0.25, 0.5, 0.75])
        terms = ["overall_rate", "lower_quartile", "median", "upper_quartile"]
        rows: list[dict[str, object]] = [
            {"term": term, "estimate": float(value), "n": self.n_used}
            for term, value in zip(terms, (self.overall, *quartiles), strict=True)
        ]
        rows.append(
            self.correlation.row(
                "correlation_with_score",
                statistic=self.statistic,
                df=self.n_used - 2,
                p_value=self.p_value,
                n=self.n_used,
            )
        )
        return estimate_table(rows)

    def to_apa(self) -> str:
        """Overall rate and correlation with the score."""
        found = self.correlation
        return (
            f"response rate {100 * self.overall:.0f}%; with {self.scale} over units "
            f"r = {apa.bounded(found.value)}, {found.limits}, n = {self.n_used} units"
        )


def response_rates(
    scores: UnitScores,
    *,
    scale: str,
    headcount: str,
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> ResponseRates:
    """Compare respondents with the headcount of their units.

    Parameters
    ----------
    scores : UnitScores
        Of respondents' answers, by client unit, serving unit or unit.
    scale : str
    headcount : str
        Attribute of the units: how many were asked, such as the number of employees.
    wave : str, optional
        The last one in the table unless stated.
    confidence_level : float, default 0.95

    Returns
    -------
    ResponseRates

    Raises
    ------
    NotTestable
        If headcounts are not known, answers are published figures, or fewer than four
        units remain.
    StudyError
        If a unit has more respondents than heads.
    ValueError
        If scale or wave is unknown.

    Notes
    -----
    Pearson correlation with Fisher's interval. A correlation is a sign that nonresponse
    is not the same everywhere, its absence no proof of the contrary: see
    `nonresponse_bounds`.

    Examples
    --------
    >>> from icx_research import load_example, scale_scores, unit_scores
    >>> scored = scale_scores(load_example("company"), scales=["internal_satisfaction"])
    >>> scores = unit_scores(scored, by="client_unit")
    >>> response_rates(scores, scale="internal_satisfaction", headcount="size").n_used
    60
    """
    check_confidence_level(confidence_level)
    if scale not in scores.scales:
        raise ValueError(f"scale must be one of {', '.join(scores.scales)}; got {scale!r}.")
    table = scores.table[scores.table["scale"] == scale]
    waves = list(table["wave"].unique())
    wave = key_text(wave) or waves[-1]
    if wave not in waves:
        raise ValueError(f"There is no wave {wave!r}; there are {', '.join(waves)}.")
    if scores.source.grain == "unit":
        raise NotTestable("respondents are needed; the table holds published figures.")
    facts = facts_at(scores, str(wave))
    if facts is None or headcount not in facts:
        raise NotTestable(f"headcounts of units are needed (attribute {headcount!r}).")
    heads = pd.to_numeric(facts[headcount], errors="coerce")
    rates = table[table["wave"] == wave][["unit", "n", "mean"]].reset_index(drop=True)
    rates["headcount"] = rates["unit"].map(heads).astype(float)
    known = rates[rates["headcount"] > 0].copy()
    if len(known) < 4:
        raise NotTestable(f"headcounts of at least 4 units are needed; {len(known)} are known.")
    known["rate"] = known["n"] / known["headcount"]
    over = known[known["rate"] > 1]
    if len(over):
        raise StudyError(
            f"Unit {over['unit'].iloc[0]!r} has more respondents than {headcount!r} says it has "
            f"members ({len(over)} unit(s) do); correct {headcount!r} or the unit column."
        )
    from scipy import stats  # late: slow, and most studies have no headcount

    x, y = known["rate"].to_numpy(), known["mean"].to_numpy()
    varies = np.ptp(x) > 0 and np.ptp(y) > 0
    found = stats.pearsonr(x, y) if varies else None
    nan = float("nan")
    interval = found.confidence_interval(confidence_level) if found else (nan, nan)
    r = float(found.statistic) if found else nan
    with np.errstate(divide="ignore"):
        t = float(r * np.sqrt((len(x) - 2) / np.float64(1 - r**2)))
    return ResponseRates(
        scale=scale,
        wave=str(wave),
        rates=known[["unit", "n", "headcount", "rate"]].reset_index(drop=True),
        overall=float(known["n"].sum() / known["headcount"].sum()),
        correlation=Estimate(r, float(interval[0]), float(interval[1]), confidence_level),
        statistic=t,
        p_value=float(found.pvalue) if found else nan,
        n_used=len(known),
        n_dropped=len(rates) - len(known),
        note="" if varies else "rates or scores do not vary, so there is no correlation",
    )


@dataclass(frozen=True, repr=False)
class EarlyLate(SampleResult):
    """Late less early respondents, within their units.

    Attributes
    ----------
    difference : Estimate
        Mean difference, in points of the score.
    se, df, p_value : float
    n_used, n_dropped : int
        Respondents.
    """

    difference: Estimate
    se: float
    df: float
    p_value: float

    @property
    def estimate(self) -> Estimate:
        """The difference."""
        return self.difference

    @property
    def table(self) -> pd.DataFrame:
        """One row: late less early."""
        found = self.difference
        return estimate_table(
            [
                found.row(
                    "late_minus_early",
                    se=self.se,
                    statistic=found.value / self.se if self.se > 0 else float("nan"),
                    df=self.df,
                    p_value=self.p_value,
                    n=self.n_used,
                )
            ]
        )

    def to_apa(self) -> str:
        """Difference, interval and respondents."""
        found = self.difference
        return f"late − early = {with_interval(found)}, n = {self.n_used} respondents"


def early_late_comparison(
    data: Any, *, score: str, date: str, unit: str, confidence_level: float = 0.95
) -> EarlyLate:
    r"""Compare late with early respondents, as stand-ins for those who did not answer.

    Parameters
    ----------
    data : DataFrame
        One row per respondent.
    score : str
        Column with the score.
    date : str
        Column with the day of the answer (dates, or text as 2025-03-01).
    unit : str
        Column with the unit: early and late are compared within units.
    confidence_level : float, default 0.95

    Returns
    -------
    EarlyLate

    Raises
    ------
    NotTestable
        If there is no date of answering, or nobody is early or late.
    ValueError
        If another column is unknown, or dates cannot be read.

    Notes
    -----
    Late is after the unit's median day. The score is centred at the mean of the unit's
    early and late means, so that units do not enter; then Welch's t test.

    References
    ----------
    Armstrong, J. S., & Overton, T. S. (1977). Estimating nonresponse bias in mail surveys.
    Journal of Marketing Research, 14, 396-402. https://doi.org/10.1177/002224377701400320

    Examples
    --------
    >>> answers = pd.DataFrame({"unit": list("aaaabbbb"), "score": [5, 6, 4, 4, 3, 4, 3, 2],
    ...                         "day": [f"2025-03-0{day}" for day in (1, 2, 8, 9)] * 2})
    >>> early_late_comparison(answers, score="score", date="day", unit="unit").estimate.value
    -1.25
    """
    check_confidence_level(confidence_level)
    frame = nw.from_native(data, eager_only=True)
    if date not in frame.columns:
        raise NotTestable(f"the day of each answer is needed (column {date!r}).")
    check_columns((score, unit), frame.columns)
    rows = pd.DataFrame({name: frame[name].to_list() for name in (unit, score, date)})
    try:
        day = pd.to_datetime(rows[date])
    except (ValueError, TypeError):
        raise UnsuitableData(f"Column {date!r} holds something that is no date.") from None
    rows = rows.assign(_day=day, _score=pd.to_numeric(rows[score]).astype(float))
    used = rows.dropna(subset=["_day", "_score", unit])
    late = used["_day"] > used.groupby(unit)["_day"].transform("median")
    cells = used.assign(_late=late).groupby([unit, "_late"])["_score"].transform("mean")
    both = late.groupby(used[unit]).transform("nunique") == 2
    used, late, cells = used[both], late[both], cells[both]
    if min(int(late.sum()), int((~late).sum())) < 2:
        raise NotTestable("fewer than two respondents are early, or late, within their units.")
    from scipy import stats  # late, as above

    early_mean = cells.where(~late).groupby(used[unit]).transform("mean")
    late_mean = cells.where(late).groupby(used[unit]).transform("mean")
    centred = used["_score"] - (early_mean + late_mean) / 2
    found = stats.ttest_ind(centred[late], centred[~late], equal_var=False)
    difference = float(centred[late].mean() - centred[~late].mean())
    interval = found.confidence_interval(confidence_level)
    return EarlyLate(
        difference=Estimate(
            difference, float(interval.low), float(interval.high), confidence_level
        ),
        se=float(np.hypot(stats.sem(centred[late]), stats.sem(centred[~late]))),
        df=float(found.df),
        p_value=float(found.pvalue),
        n_used=len(used),
        n_dropped=len(rows) - len(used),
    )
