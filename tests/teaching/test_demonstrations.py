"""False alarms of copied outcomes, and estimates beside the truth."""

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

import icx_research as icx
from icx_research.survey.study.datasets import bundled
from icx_research.teaching import beside_truth, copied_down

RTOL = 1e-10  # both sides are sums over the same rows, in another order
# Standard error of a share near .05 in 4000 shuffles: .0034; four of them.
LEVEL_ATOL = 0.014
PAIR = {"internal": "internal_satisfaction", "external": "csat"}


@pytest.fixture(scope="module")
def linked():
    return icx.link_study(icx.load_example("company"))


@pytest.fixture(scope="module")
def copied(linked):
    """The rows of the wrong analysis, spelled out: persons with their unit's outcome."""
    people = linked.scores[0].persons.query("wave == '3'")
    outcome = linked.at_wave().table.set_index("unit")["csat"]
    rows = pd.DataFrame({"x": people["internal_satisfaction"], "y": people["unit"].map(outcome)})
    return rows.assign(unit=people["unit"]).dropna()


def test_both_rows_are_ordinary_correlations(linked, copied, rng):
    table = copied_down(linked, **PAIR, n_resamples=1, rng=rng)
    assert table["rows"].tolist() == ["one per unit", "copied to each respondent"]
    wrong = stats.pearsonr(copied["x"], copied["y"])
    limits = wrong.confidence_interval(0.95)
    np.testing.assert_allclose(
        table.loc[1, ["n", "estimate", "ci_low", "ci_high"]].astype(float),
        [len(copied), wrong.statistic, limits.low, limits.high],
        rtol=RTOL,
    )
    right = icx.linkage_correlations(linked, **PAIR)
    np.testing.assert_allclose(
        table.loc[0, ["n", "estimate", "ci_low", "ci_high"]].astype(float),
        [right.n_used, right.estimate.value, right.estimate.ci_low, right.estimate.ci_high],
        rtol=RTOL,
    )


def test_one_row_per_unit_keeps_its_level_and_copies_do_not(linked, rng):
    table = copied_down(linked, **PAIR, n_resamples=4000, rng=rng)
    assert table.loc[0, "false_alarms"] == pytest.approx(0.05, abs=LEVEL_ATOL)
    assert table.loc[1, "false_alarms"] > 0.2


def test_false_alarms_are_those_of_brute_force(linked, copied):
    """Few units, so that degrees of freedom show; the same shuffles on both sides."""
    few = linked.where(region="Centre")
    table = copied_down(few, **PAIR, n_resamples=300, rng=np.random.default_rng(7))
    units = few.at_wave().table
    deals = np.tile(units["csat"].to_numpy(), (300, 1))
    deals = np.random.default_rng(7).permuted(deals, axis=1)
    persons = copied[copied["unit"].isin(units["unit"])]
    at = pd.Index(units["unit"]).get_indexer(persons["unit"])
    plain = [stats.pearsonr(units["internal_satisfaction"], deal).pvalue for deal in deals]
    copies = [stats.pearsonr(persons["x"], deal[at]).pvalue for deal in deals]
    assert table["n"].tolist() == [len(units), len(persons)]
    assert table["false_alarms"].tolist() == [np.mean(np.array(p) < 0.05) for p in (plain, copies)]


def test_same_generator_same_table(linked):
    tables = [copied_down(linked, **PAIR, rng=np.random.default_rng(3)) for _ in range(2)]
    pd.testing.assert_frame_equal(*tables)


def test_no_shuffle_is_refused(linked, rng):
    with pytest.raises(ValueError, match=r"^n_resamples must be at least 1, not 0\.$"):
        copied_down(linked, **PAIR, n_resamples=0, rng=rng)


@pytest.mark.parametrize("wave", ["1", "3"])
def test_truth_stands_beside_the_estimate_of_its_wave(linked, wave):
    text = (bundled("data") / "company" / "truth.yaml").read_text(encoding="utf-8")
    known = yaml.safe_load(text)
    found = icx.disattenuate(icx.linkage_correlations(linked, **PAIR, wave=wave))
    table = beside_truth(found, wave=wave).set_index("term")
    assert table.columns.tolist() == ["estimate", "ci_low", "ci_high", "truth", "inside"]
    assert table.loc["observed", "truth"] == known["waves"][wave]["observed_correlation"]
    assert table.loc["disattenuated", "truth"] == known["population"]["unit_correlation"]
    assert table["estimate"].tolist() == [found.observed.value, found.disattenuated.value]
    assert table["inside"].tolist() == [True, True]


def test_truth_outside_the_interval_is_said_to_be(linked):
    narrow = icx.disattenuate(
        icx.linkage_correlations(linked, internal="internal_satisfaction", external="csat"),
        confidence_level=0.01,
    )
    assert beside_truth(narrow)["inside"].tolist() == [False, False]
