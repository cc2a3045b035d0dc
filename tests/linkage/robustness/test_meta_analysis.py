"""Pooled estimates: against metafor, at the edges, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icx_research import NotTestable, meta_analysis
from icx_research.core.errors import UnsuitableData

REFERENCE_FOLDER = Path(__file__).parents[2] / "reference" / "linkage"
STUDIES = pd.read_csv(REFERENCE_FOLDER / "meta_studies.csv", comment="#")
REFERENCE = pd.read_csv(REFERENCE_FOLDER / "meta_analysis.csv", comment="#")
TESTS = {"knha": "knapp_hartung", "z": "z"}
MODERATORS = {"none": [], "lat": ["latitude"], "lat+random+systematic": ["latitude", "allocation"]}


def pooled(studies, **options):
    return meta_analysis(studies, estimate="y", standard_error="se", **options)


@pytest.mark.parametrize("case", REFERENCE["case"].unique())
def test_agrees_with_metafor(case):
    name, method, test, moderators = case.split(" ", 3)
    studies = STUDIES[STUDIES["set"] == name].reset_index(drop=True)
    result = pooled(studies, method=method, test=TESTS[test], moderators=MODERATORS[moderators])
    values = {
        "prediction_low": result.prediction.ci_low,
        "prediction_high": result.prediction.ci_high,
        "tau2": result.tau_squared.value,
        "tau2_low": result.tau_squared.ci_low,
        "tau2_high": result.tau_squared.ci_high,
        "i2": result.i_squared,
        "q": result.q["statistic"],
        "q_p": result.q["p_value"],
    }
    if moderators == "none":
        values |= dict(zip(("egger", "egger_se"), result.egger[["estimate", "se"]], strict=True))
        values["egger_p"] = result.egger["p_value"]
        left = {"without": "estimate", "without_low": "ci_low", "without_tau2": "tau_squared"}
        for what, column in left.items():
            for place, value in enumerate(result.leave_one_out[column], start=1):
                values[f"{what}:{place}"] = value
    columns = {
        "estimate": "estimate", "se": "se", "statistic": "statistic", "p": "p_value",
        "low": "ci_low", "high": "ci_high",
    }  # fmt: skip
    for what, column in columns.items():
        for place, value in enumerate(result.table[column], start=1):
            values[f"{what}:{place}"] = value
    expected = REFERENCE[REFERENCE["case"] == case].set_index("what")["value"]
    assert set(values) == set(expected.index)
    for what, value in values.items():
        assert value == pytest.approx(expected[what], rel=1e-6, abs=1e-9), what


def test_the_same_value_in_all_studies_is_the_answer():
    result = pooled(pd.DataFrame({"y": [0.2, 0.2, 0.2], "se": [0.1, 0.2, 0.3]}))
    assert result.estimate.value == pytest.approx(0.2)
    assert result.tau_squared.value == result.i_squared == 0


def test_intervals_cover_the_true_mean():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        se = rng.uniform(0.05, 0.3, size=20)
        studies = pd.DataFrame({"y": 0.3 + rng.normal(0, np.hypot(0.2, se)), "se": se})
        interval = pooled(studies).estimate
        hits += interval.ci_low < 0.3 < interval.ci_high
    assert hits / 300 == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 300))


def test_reversed_estimates_reverse_the_result():
    studies = STUDIES[STUDIES["set"] == "bcg"]
    there, back = pooled(studies), pooled(studies.assign(y=-studies["y"]))
    assert back.estimate.value == pytest.approx(-there.estimate.value)
    assert back.prediction.ci_low == pytest.approx(-there.prediction.ci_high)
    assert back.i_squared == pytest.approx(there.i_squared)


def test_rows_without_a_standard_error_are_left_out_and_counted():
    studies = pd.DataFrame({"y": [0.2, 0.3, 0.4], "se": [0.1, np.nan, 0.1]})
    result = pooled(studies)
    assert (result.n_used, result.n_dropped) == (2, 1)
    assert result.estimate.value == pytest.approx(0.3)


def test_the_answer_says_whether_the_sign_is_clear_and_holds_elsewhere():
    answer = pooled(STUDIES[STUDIES["set"] == "few"]).answer()
    assert answer == (
        "Over 3 studies the estimate is 0.46, 95% CI [−0.56, 1.48]: zero is not excluded. A "
        "further study should expect a true value between −1.51 and 2.44, so even its sign is "
        "open. With fewer than ten studies, whether small studies report larger estimates cannot "
        "be told."
    )


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"y": [0.3, np.nan, np.nan]},
            NotTestable,
            "at least 2 studies with estimate, standard error are needed, not 1.",
        ),
        ({"se": [0.1, 0.0, 0.2]}, UnsuitableData, "the standard error of 'B' is not above zero."),
        ({"y": ["a", "b", "c"]}, UnsuitableData, "column 'y' must hold numbers."),
    ],
)
def test_studies_that_cannot_be_pooled(changes, error, message):
    studies = pd.DataFrame({"y": [0.3, 0.4, 0.1], "se": [0.1, 0.1, 0.2]}, index=list("ABC"))
    with pytest.raises(error) as refusal:
        pooled(studies.assign(**changes))
    assert str(refusal.value) == message


def test_wrong_options_are_refused():
    studies = STUDIES[STUDIES["set"] == "few"]
    with pytest.raises(ValueError, match=r"^method must be 'REML', 'DL' or 'PM', not 'ML'\.$"):
        pooled(studies, method="ML")
    with pytest.raises(ValueError, match=r"^there is no column 'country'; there are set, y"):
        pooled(studies, moderators=["country"])
    with pytest.raises(UnsuitableData, match=r"^a moderator is constant or follows"):
        pooled(studies.assign(same=1), moderators=["same"])


def test_too_few_studies_to_leave_one_out_or_test_small_ones():
    result = pooled(STUDIES[STUDIES["set"] == "few"].head(2))
    with pytest.raises(UnsuitableData, match=r"^leaving out a study leaves too few"):
        _ = result.leave_one_out
    with pytest.raises(UnsuitableData, match=r"^Egger's test needs at least three"):
        _ = result.egger
