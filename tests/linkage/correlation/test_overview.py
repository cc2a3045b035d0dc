"""Oracle: the single analyses, which are tested against R in their own files."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icx_research.core import apa
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.linkage.correlation.overview import (
    linkage_overview,
    outcome_overview,
    wave_overview,
)
from icx_research.survey.codebook.types import Score, Source
from tests.builders import codebook, linked_units

COLUMNS = [
    "internal", "external", "units", "term", "estimate", "ci_low", "ci_high", "p_value", "n",
    "note",
]  # fmt: skip
BOTH = {"internal": "inside", "external": "outside"}


def build(rng, *, n=24, wave="1", **book):
    x, y = rng.normal(size=(2, n))
    return linked_units(
        x + y, y, wave=wave, inside_se=0.2, outside_se=0.3, inside_n=12.0, outside_n=15.0,
        region=["north", "south", "west"] * (n // 3), size=np.arange(n) % 7,
        book=codebook(**book),
    )  # fmt: skip


def assert_row(row, term, estimate, p_value, n, note):
    assert row["term"] == term
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (
        estimate.value, estimate.ci_low, estimate.ci_high,
    )  # fmt: skip
    np.testing.assert_equal(row["p_value"], p_value)
    assert (row["n"], row["note"]) == (n, note)


def test_each_row_is_its_analysis(rng):
    linked = build(rng, n=36, controls=("size",), subsets={"northern": {"region": "north"}})
    table = linkage_overview(linked, confidence_level=0.90).table
    assert list(table) == COLUMNS
    assert table["units"].tolist() == ["all"] * 3 + ["northern"] * 3
    assert set(table["internal"]) == {"inside"}
    assert set(table["external"]) == {"outside"}
    for start, units, n in ((0, linked, 36), (3, linked.subset("northern"), 12)):
        plain = linkage_correlations(units, **BOTH, confidence_level=0.90)
        partial = linkage_correlations(units, **BOTH, controls=["size"], confidence_level=0.90)
        corrected = disattenuate(plain)
        rows = table.iloc[start : start + 3].reset_index()
        assert_row(rows.loc[0], "correlation", plain.estimate, plain.primary.p_value, n, "")
        assert_row(rows.loc[1], "disattenuated", corrected.estimate, np.nan, n, corrected.note)
        assert_row(
            rows.loc[2], "partial_correlation", partial.estimate, partial.primary.p_value, n,
            "given size",
        )  # fmt: skip


def test_without_controls_there_is_no_partial_row(rng):
    assert linkage_overview(build(rng)).table["term"].tolist() == ["correlation", "disattenuated"]


def test_what_the_data_do_not_allow_says_why(rng):
    linked = build(rng, n=12, subsets={"west": {"region": "west"}}, controls=("spot",))
    linked.table["spot"] = [f"spot {i}" for i in range(12)]
    table = linkage_overview(linked).table
    assert table["term"].tolist() == [
        "correlation", "disattenuated", "partial_correlation", "correlation",
    ]  # fmt: skip
    assert table["note"].iloc[2] == (
        "a correlation with these controls needs at least 15 linked units with all values; there "
        "are 12 in wave 1."
    )
    assert table["note"].iloc[3] == (
        "4 linked units have all values; at least 10 are needed for a verdict."
    )
    assert (
        table.loc[[2, 3], ["estimate", "ci_low", "ci_high", "p_value", "n"]].isna().all(axis=None)
    )


def test_constant_scores_and_unknown_errors_are_notes(rng):
    linked = build(rng)
    linked.table["inside_se"] = np.nan
    assert linkage_overview(linked).table["note"].iloc[1] == (
        "reliability of the internal score not assessable: counts per unit are known but not how "
        "much persons differ; name a column of standard errors or standard deviations"
    )
    linked.table["inside"] = 0.1
    assert linkage_overview(linked).table["note"].tolist() == [
        "all units have the same inside; there is nothing to correlate."
    ]


def test_a_redundant_control_is_named(rng):
    linked = build(rng, controls=("size", "twice"))
    linked.table["twice"] = 2 * linked.table["size"]
    assert linkage_overview(linked).table["note"].iloc[2] == (
        "given size, twice; 1 control column(s) are constant or follow from the others"
    )


def test_a_control_that_did_not_reach_the_units_is_a_note(rng):
    linked = build(rng, controls=("load",))
    table = linkage_overview(linked).table
    assert table["term"].tolist()[-1] == "partial_correlation"
    assert table["note"].iloc[-1].startswith("the control 'load' is not known of the linked units")


def with_outcomes(linked):
    source = Source(
        "outcomes", None, {"unit": "unit"}, measures={"outside": Score("outside", "O", ("o",))}
    )
    sources = {**linked.codebook.sources, "outcomes": source}
    return replace(linked, codebook=replace(linked.codebook, sources=sources))


def test_outcomes_have_one_row_each(rng):
    linked = with_outcomes(build(rng))
    table = outcome_overview(linked, confidence_level=0.90).table
    plain = linkage_correlations(linked, **BOTH, confidence_level=0.90)
    assert list(table) == COLUMNS
    assert len(table) == 1
    assert table[["internal", "external", "units"]].iloc[0].tolist() == ["inside", "outside", "all"]
    assert_row(table.iloc[0], "correlation", plain.estimate, plain.primary.p_value, 24, "")


def test_without_outcomes_there_is_nothing_to_overview(rng):
    overview = outcome_overview(build(rng))
    assert overview.refusal == "not testable: the study has no outcomes table."
    assert list(overview.table) == COLUMNS
    assert overview.table.empty


def test_waves_stand_in_order_each_on_its_own(rng):
    linked = build(rng, wave=["1", "2"] * 12)
    table = wave_overview(linked, confidence_level=0.90).table
    assert table["wave"].tolist() == ["1", "2"]
    for wave, row in table.set_index("wave").iterrows():
        alone = linkage_correlations(linked, **BOTH, wave=wave, confidence_level=0.90)
        expected = alone.table.iloc[0]
        shared = ["term", "estimate", "ci_low", "ci_high", "p_value", "n"]
        pd.testing.assert_series_equal(row[shared], expected[shared], check_names=False)
        assert row["note"] == ""


def test_a_wave_that_is_not_testable_says_why_and_the_others_stay(rng):
    linked = build(rng, wave=["1", "2"] * 12)
    linked.table.loc[linked.table["wave"] == "1", BOTH["internal"]] = np.nan
    table = wave_overview(linked).table.set_index("wave")
    assert table.loc["1", "note"].startswith("0 linked units have all values")
    assert np.isfinite(table.loc["2", "estimate"])


def test_one_wave_is_no_series_of_waves(rng):
    overview = wave_overview(build(rng))
    assert overview.refusal == "not testable: a second wave is needed; the study has one."
    assert overview.table.empty


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"rows": 9}, "9 linked units have all values; at least 10 are needed for a verdict."),
        ({"inside_se": 9.0}, "the internal unit means differ by no more than sampling error"),
        ({"outside_n": 3.0}, "only 0 units have at least 10 respondents on both sides"),
    ],
)
def test_behind_a_shut_gate_there_are_no_numbers(rng, spoil, said):
    linked = build(rng, published=False)
    table = linked.table.head(spoil.pop("rows", 24)).assign(**spoil)
    shown = linkage_overview(replace(linked, table=table)).table
    assert shown["term"].tolist() == ["correlation"]
    assert shown["note"].iloc[0].startswith(said)
    assert shown[["estimate", "ci_low", "ci_high", "p_value", "n"]].isna().all(axis=None)


def test_ten_units_open_the_gate(rng):
    linked = build(rng)
    table = linkage_overview(replace(linked, table=linked.table.head(10))).table
    assert table["n"].tolist() == [10, 10]


def test_the_answer_says_which_way_and_how_clear(rng):
    x = rng.normal(size=24)
    book = codebook(subsets={"northern": {"region": "north"}, "western": {"region": "west"}})
    linked = linked_units(x, x + rng.normal(size=24), region=["north"] * 12 + ["west"] * 12,
                          book=book)  # fmt: skip
    linked.table.loc[12:14, "outside"] = np.nan
    overview = linkage_overview(linked)
    row = overview.table.iloc[0]
    inside, outside = overview.label("inside"), overview.label("outside")
    assert overview.answer() == (
        f"Where {inside} is higher, {outside} is higher (r = {apa.bounded(row['estimate'])}, "
        f"interval {apa.bounded(row['ci_low'])} to {apa.bounded(row['ci_high'])}, 21 units). Of "
        "2 other correlations: 1 above zero, 1 not estimated."
    )


def test_the_answer_turns_with_the_sign_and_leaves_open_what_is_open(rng):
    x, noise = rng.normal(size=(2, 24))
    noise -= noise.mean() + x * np.cov(x, noise)[0, 1] / x.var(ddof=1)
    assert ", Outside is lower (r = −" in linkage_overview(linked_units(x, noise - x)).answer()
    assert linkage_overview(linked_units(x, noise)).answer().startswith(
        "It is left open whether Inside and Outside go together (r = "
    )  # fmt: skip


def test_the_answer_gives_refusals(rng):
    assert wave_overview(build(rng)).answer() == (
        "Nothing can be said: not testable: a second wave is needed; the study has one."
    )
    few = replace(build(rng), table=build(rng).table.head(9))
    assert linkage_overview(few).answer() == (
        "Inside with Outside is not estimated: 9 linked units have all values; at least 10 are "
        "needed for a verdict."
    )


def test_waves_are_told_apart_in_the_answer(rng):
    x = rng.normal(size=48)
    linked = linked_units(x, x, wave=["1", "2"] * 24)
    assert wave_overview(linked).answer().endswith(
        ", 24 units in wave 1). Of 1 other wave, with the same units: 1 above zero."
    )  # fmt: skip
