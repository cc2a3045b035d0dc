"""The same respondents on both sides: found, and taken out by the linkage estimate."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research import NotTestable, disattenuate, linkage_correlations, split_half_correlation
from icx_research.survey.link.shared_respondents import shared_error

KEYS = {
    "study": "One questionnaire",
    "internal": {
        "keys": {"respondent": "person", "client_unit": "unit"},
        "scales": {"service": {"items": ["a"], "range": [-9, 9]}},
    },
    "employees": {
        "keys": {"respondent": "person", "unit": "unit"},
        "scales": {"focus": {"items": ["b"], "range": [-9, 9]}},
    },
    "external": {
        "keys": {"serving_unit": "unit"},
        "scales": {"csat": {"items": ["c"], "range": [-9, 9]}},
    },
}


def people(rng, units=40, k=5):
    mood = rng.standard_normal((units * k, 1))
    answers = np.sqrt(0.5) * (mood + rng.standard_normal((units * k, 2)))
    unit = np.repeat([f"u{i:04d}" for i in range(units)], k)
    tau = np.repeat(rng.standard_normal((units, 2)), k, axis=0) / 3
    a, b = (answers + tau).T
    person = [f"p{i}" for i in range(units * k)]
    return pd.DataFrame({"unit": unit, "person": person, "a": a, "b": b})


def linked(staff, keys=KEYS, **frames):
    customers = pd.DataFrame({"unit": np.repeat(staff["unit"].unique(), 2)})
    customers["c"] = np.arange(len(customers)) % 5
    frames = {"internal": staff, "employees": staff, "external": customers} | frames
    return icx.link_study(icx.study_from_frames(keys, **frames))


def test_linkage_estimate_is_that_of_split_halves_automatically(rng):
    staff = people(rng)
    units = linked(staff)
    found = linkage_correlations(units, internal="service", external="focus")
    halves = split_half_correlation(staff, first="a", second="b", unit="unit", rng=rng)
    assert found.estimate.value == pytest.approx(halves.full_length)
    assert found.same_source == pytest.approx(halves.same_source)
    assert found.expected_spurious == pytest.approx(halves.expected_spurious)
    assert found.note.startswith(
        "the same respondents gave both scores: the correlation is that of split halves at full "
        "length; undivided it is "
    )


def test_shared_mood_alone_gives_nothing(rng):
    found = linkage_correlations(
        linked(people(rng, units=600)), internal="service", external="focus"
    )
    assert found.same_source > 0.25
    assert found.estimate.ci_low < 0 < found.estimate.ci_high
    assert found.estimate.value == pytest.approx(0, abs=0.13)  # three errors of 1 / sqrt(600)
    assert disattenuate(found).observed == found.estimate


def test_different_respondents_are_left_alone(rng):
    units = linked(people(rng))
    assert shared_error(units, "service", "csat") is None
    found = linkage_correlations(units, internal="service", external="csat")
    assert (found.note, np.isnan(found.same_source)) == ("", True)


def test_only_persons_in_common_count(rng):
    staff = people(rng)
    half = staff[staff.index % 5 < 3]
    error = shared_error(linked(staff, employees=half), "service", "focus")
    cov = half.groupby("unit")[["a", "b"]].cov().xs("a", level=1)["b"].to_numpy()
    np.testing.assert_allclose(error.covariance, 3 * cov / (5 * 3))
    var = half.groupby("unit")[["a", "b"]].var(ddof=1).prod(axis=1).to_numpy()
    np.testing.assert_allclose(error.variance, (var + cov**2) / 2 / 25)
    others = staff.assign(person=staff["person"] + "x")
    np.testing.assert_array_equal(
        shared_error(linked(staff, employees=others), "service", "focus").covariance, 0
    )


def test_through_a_crosswalk_the_errors_are_weighted(rng):
    staff = people(rng, units=8)
    keys = KEYS | {
        "crosswalk": {
            "keys": {"client_unit": "client", "serving_unit": "serving"},
            "weight": "share",
            "cardinality": "many_to_one",
        }
    }
    names = staff["unit"].unique()
    walk = pd.DataFrame({"client": names, "serving": np.repeat(["A", "B", "C", "D"], 2),
                         "share": [0.25, 0.75] * 4})  # fmt: skip
    customers = pd.DataFrame({"unit": list("AABBCCDD"), "c": range(8)})
    units = linked(staff, keys, crosswalk=walk, external=customers)
    error = shared_error(units, "service", "focus")
    cov = staff.groupby("unit")[["a", "b"]].cov().xs("a", level=1)["b"].to_numpy() / 5
    np.testing.assert_allclose(error.covariance, cov[::2] / 16 + cov[1::2] * 9 / 16)


def test_a_lag_keeps_persons_with_their_wave():
    company = icx.link_study(icx.load_example("company"), lag=1)
    now = icx.link_study(icx.load_example("company"))
    first = shared_error(company.at_wave("2"), "internal_satisfaction", "customer_focus")
    same = shared_error(now.at_wave("1"), "internal_satisfaction", "customer_focus")
    np.testing.assert_allclose(first.covariance, same.covariance)


def test_unnamed_respondents_leave_a_warning(rng):
    staff = people(rng)
    keys = KEYS | {"employees": {**KEYS["employees"], "keys": {"unit": "unit"}}}
    found = linkage_correlations(linked(staff, keys), internal="service", external="focus")
    assert found.note == (
        "both scores may be of the same respondents, who are not named: shared mood may be part "
        "of the correlation"
    )
    units = linked(staff)
    no_rows = tuple(dataclasses.replace(scores, persons=None) for scores in units.scores)
    error = shared_error(dataclasses.replace(units, scores=no_rows), "service", "focus")
    assert error.note == "both scores are published figures and may be of the same respondents"
    assert np.isnan(error.covariance).all()


def test_ranks_of_the_same_respondents_are_refused(rng):
    with pytest.raises(NotTestable) as refusal:
        linkage_correlations(
            linked(people(rng)), internal="service", external="focus", method="spearman"
        )
    assert refusal.value.missing == (
        "ranks cannot be freed of the mood of respondents who gave both scores; use "
        "method='pearson'."
    )


def test_clusters_are_the_connected_parts_of_the_crosswalk(rng):
    units = linked(people(rng, units=5))
    assert units.cluster.tolist() == [0, 1, 2, 3, 4]
    walk = pd.DataFrame({
        "client_unit": ["c1", "c1", "c2", "c2", "c3"],
        "serving_unit": ["u0000", "u0002", "u0002", "u0003", "u0001"],
    })  # fmt: skip
    assert dataclasses.replace(units, crosswalk=walk).cluster.tolist() == [0, 1, 0, 0, 2]
