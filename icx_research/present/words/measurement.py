"""What the tables of measurement and aggregation say, in sentences made of their numbers."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY, MIN_AGREEMENT, SIGNIFICANCE
from icx_research.core.errors import NotTestable
from icx_research.survey.scores.item_lists import NO_ITEMS

NAMED = 6  # scales that a sentence can name
PUBLISHED = (
    "Going on: published figures may be linked as they are; where neither standard errors nor "
    "counts are published, reliability is unknown, and a null result cannot be told from noise."
)


def measurement_answer(
    *,
    reliability: pd.DataFrame | None,
    dimensions: pd.DataFrame | None,
    invariance: pd.DataFrame | None,
    asked: Sequence[str] = (),
    label: Callable[[str], str] = str,
) -> str:
    """Say how reliable the scales are, whether each is one thing, and what may be compared.

    Parameters
    ----------
    reliability, dimensions, invariance : DataFrame or None
        What `reliability_overview`, `dimensionality_overview` and `invariance_overview`
        give; None where the study does not allow one.
    asked : sequence of str
        Scales the study asks about: what the numbers mean for going on with them.
    label : callable
        Turns the name of a scale into its words, such as ``study.codebook.label``.

    Returns
    -------
    str
        One line per question.

    Raises
    ------
    NotTestable
        If there is no table at all.
    """
    lines = []
    if reliability is not None:
        lines.append(_reliability(reliability, label))
    if dimensions is not None:
        lines.append(_dimensions(dimensions, label))
    if reliability is not None or invariance is not None:
        lines.append(_invariance(invariance, label))
    if not lines:
        raise NotTestable(f"{NO_ITEMS} {PUBLISHED}")
    if asked and reliability is not None:
        lines.append(_going_on(reliability, asked, label))
    return "\n".join(lines)


def aggregation_answer(
    overview: pd.DataFrame | None, *, asked: Sequence[str] = (), label: Callable[[str], str] = str
) -> str:
    """Say whether units differ, how reliable their means are, and how far raters agree.

    Parameters
    ----------
    overview : DataFrame or None
        What `aggregation_overview` gives; None where the study does not allow it.
    asked : sequence of str
        Scales the study asks about: what the numbers mean for going on with them.
    label : callable
        As for `measurement_answer`.

    Returns
    -------
    str
        One line per question.

    Raises
    ------
    NotTestable
        If there is no table.
    """
    if overview is None:
        raise NotTestable(f"{NO_ITEMS} {PUBLISHED}")
    known = overview.dropna(subset="icc_1")
    if known.empty:
        return f"Not assessable on any of {_scales(len(overview))} ({_first_note(overview)})."
    differ = known[known["p_value"] < SIGNIFICANCE]
    reliable = known[known["icc_2"] >= ADEQUATE_RELIABILITY]
    short = known[known["icc_2"] < ADEQUATE_RELIABILITY]
    lines = [
        f"Units differ beyond chance (F test, 5%) on {len(differ)} of {_scales(len(known))}; "
        f"ICC(1), the share of a single answer's variance that lies between units, is "
        f"{_span(known['icc_1'])}.",
        f"The mean of a unit of average size has a reliability of at least "
        f"{apa.bounded(ADEQUATE_RELIABILITY)} on {len(reliable)} of {_scales(len(known))}"
        + (f"; below it: {_each(short, 'icc_2', label)}." if 0 < len(short) <= NAMED else "."),
    ]
    agreed = [
        f"{int((known[name] >= MIN_AGREEMENT).sum())} of {int(known[name].notna().sum())} under a "
        f"{name.removeprefix('rwg_j_').replace('_', ' ')} null"
        for name in ("rwg_j_uniform", "rwg_j_slight_skew")
        if known[name].notna().any()
    ]
    lines.append(
        f"The median unit agrees by at least {apa.bounded(MIN_AGREEMENT)} on "
        f"{' and '.join(agreed)}."
    )
    lines += [_gate(row, label) for row in _rows(known, asked)]
    return "\n".join(lines)


def _gate(row: dict[str, Any], label: Callable[[str], str]) -> str:
    """Say what the aggregation of an asked scale means for the linkage."""
    found = f"Going on with {label(row['scale'])}: ICC(1) = {apa.bounded(row['icc_1'])}"
    if row["icc_1"] <= 0:
        return (
            f"{found}: its unit means differ by no more than chance, and a verdict on chance alone "
            "is blocked; more respondents per unit are needed."
        )
    means = f"{found}, ICC(2) = {apa.bounded(row['icc_2'])}: its unit means may be linked"
    if row["icc_2"] >= ADEQUATE_RELIABILITY:
        return f"{means}."
    kept = apa.bounded(math.sqrt(row["icc_2"]))
    return (
        f"{means}, but correlations with them shrink to about {kept} of their size; 04_linkage "
        "shows them corrected beside the observed ones, where its gates are open."
    )


def _going_on(table: pd.DataFrame, asked: Sequence[str], label: Callable[[str], str]) -> str:
    """Say which of the asked scales are reliable, and that a low alpha stops nothing."""
    alpha = table[table["term"] == "alpha"]
    known = _rows(alpha.dropna(subset="estimate"), asked)
    told = [f"alpha of {label(row['scale'])} is {apa.bounded(row['estimate'])}" for row in known]
    single = [label(name) for name in asked if name not in {row["scale"] for row in known}]
    if single:
        told.append(f"no alpha of {', '.join(single)}, so how noisy the answers are is not known")
    low = [label(row["scale"]) for row in known if row["estimate"] < ADEQUATE_RELIABILITY]
    if low:
        return (
            f"Going on: {'; '.join(told)}. Nothing here stops the linkage, but what "
            f"{', '.join(low)} measures is blurred: look at the items before a null result is "
            "believed."
        )
    return f"Going on: {'; '.join(told)}. Nothing here stops the linkage."


def _rows(table: pd.DataFrame, asked: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of the asked scales, in the order they are asked."""
    found = {row["scale"]: row for row in table.to_dict("records")}
    return [found[name] for name in dict.fromkeys(asked) if name in found]


def _reliability(table: pd.DataFrame, label: Callable[[str], str]) -> str:
    alpha = table[table["term"] == "alpha"].dropna(subset="estimate")
    if alpha.empty:
        return f"Reliability: not assessable ({_first_note(table)})."
    sure = alpha[alpha["ci_low"] >= ADEQUATE_RELIABILITY]
    lowest = alpha.loc[alpha["estimate"].astype(float).idxmin()]
    limits = f"[{apa.bounded(lowest['ci_low'])}, {apa.bounded(lowest['ci_high'])}]"
    have = "has" if len(alpha) == 1 else "have"
    return (
        f"Reliability: on {len(sure)} of {_scales(len(alpha))} that {have} an alpha its interval "
        f"lies above {apa.bounded(ADEQUATE_RELIABILITY)}; lowest is {label(lowest['scale'])} with "
        f"{apa.bounded(lowest['estimate'])} {limits}."
    )


def _dimensions(table: pd.DataFrame, label: Callable[[str], str]) -> str:
    known = table.dropna(subset="parallel_analysis")
    if known.empty:
        return f"Dimensions: not assessable ({_first_note(table)})."
    one = known[known["parallel_analysis"] == 1]
    others = [label(name) for name in known.loc[known["parallel_analysis"] != 1, "scale"]][:NAMED]
    return (
        f"Dimensions: parallel analysis finds one in {len(one)} of {_scales(len(known))} that can "
        f"be judged{'; not in: ' + ', '.join(others) if others else ''}."
    )


def _invariance(table: pd.DataFrame | None, label: Callable[[str], str]) -> str:
    if table is None:
        return "Comparison: the study has no groups to compare the asked scales across."
    known = table.dropna(subset="means")
    if known.empty:
        return f"Comparison: not assessable ({_first_note(table)})."
    told = []
    for answer, words in (("yes", "may be compared"), ("no", "may not be compared")):
        rows = known[known["means"] == answer]
        pairs = [
            f"{label(row.scale)} across {_across(row.across, label)}" for row in rows.itertuples()
        ]
        if pairs:
            told.append(f"{words}: {', '.join(pairs)}")
    return f"Comparison: means {'; they '.join(told)} (scalar invariance by the fall of CFI)."


def _first_note(table: pd.DataFrame) -> str:
    return str(table["note"].iloc[0]).rstrip(".")


def _across(name: str, label: Callable[[str], str]) -> str:
    return {"wave": "waves", "supplier_unit": "suppliers"}.get(name) or f"its twin {label(name)}"


def _scales(n: int) -> str:
    return apa.counted(n, "scale")


def _span(values: Iterable[float]) -> str:
    found = [float(value) for value in values]
    low, high = apa.bounded(min(found)), apa.bounded(max(found))
    return low if low == high else f"{low} to {high}"


def _each(table: pd.DataFrame, column: str, label: Callable[[str], str]) -> str:
    return ", ".join(
        f"{label(row['scale'])} ({apa.bounded(float(row[column]))})"
        for row in table.to_dict("records")
    )
