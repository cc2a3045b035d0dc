"""Covariances of unit scores, and of the sampling errors of their means."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.linkage.rows import complete_rows, rows_of
from icx_research.linkage.unit_moments import partial_correlation, unit_moments
from tests.builders import linked_units

# Closed forms on both sides: what differs is the order of sums.
EXACT = 1e-10


@pytest.fixture(scope="module")
def company_moments(linked):
    names = ["internal_satisfaction", "customer_focus", "csat"]
    return unit_moments(complete_rows(linked, names), names, controls=["region", "size"])


@pytest.fixture(scope="module")
def linked():
    return icx.link_study(icx.load_example("company"))


def test_parts_are_those_of_the_units(company_moments, linked):
    table = linked.at_wave().table
    m = company_moments
    assert m.names[:3] == ("internal_satisfaction", "customer_focus", "csat")
    assert m.names[-1] == "size"
    assert all(name.startswith("region[") for name in m.names[3:-1])
    assert repr(m) == f"UnitMoments: {', '.join(m.names)}; n = 60 units"
    plain = np.cov(m.scores.T)
    errors = m.error.mean(axis=0)
    np.testing.assert_allclose(
        np.diag(errors)[:3], [(table[f"{name}_se"] ** 2).mean() for name in m.names[:3]], rtol=EXACT
    )
    assert (errors[3:] == 0).all()
    assert m.taken_out == (("internal_satisfaction", "customer_focus"),)
    assert errors[0, 1] > 0 == errors[0, 2]
    np.testing.assert_allclose(m.true, plain - errors, rtol=1e-8)
    beside = np.where(np.eye(len(plain)), 0.0, errors)
    np.testing.assert_allclose(m.observed, plain - beside, rtol=1e-8)
    np.testing.assert_allclose(
        m.at(["csat", "size"]).observed, plain[np.ix_([2, -1], [2, -1])], rtol=1e-8
    )


def test_jackknife_leaves_out_one_cluster_after_the_other(rng):
    x = rng.normal(size=24)
    linked = linked_units(x, x + rng.normal(size=24), n_client_units=12, inside_se=0.3)
    m = unit_moments(complete_rows(linked, ["inside", "outside"]), ["inside", "outside"])
    assert m.n_clusters == 12
    value, se = m.jackknife(partial_correlation, true=False)
    assert value == pytest.approx(np.corrcoef(m.scores.T)[0, 1], rel=EXACT)
    left = [np.corrcoef(m.scores[m.cluster != g].T)[0, 1] for g in range(12)]
    assert se == pytest.approx(np.sqrt(11 / 12 * ((left - np.mean(left)) ** 2).sum()), rel=1e-8)
    slope, _ = m.at(["inside"]).jackknife(lambda cov: cov[:, 0, 0], true=True)
    assert slope == pytest.approx(m.scores[:, 0].var(ddof=1) - 0.09, rel=EXACT)


def test_partial_correlation_is_that_of_residuals(rng):
    rows = rng.normal(size=(40, 4)) @ rng.normal(size=(4, 4))
    design = np.column_stack([np.ones(40), rows[:, 2:]])
    rest = rows[:, :2] - design @ np.linalg.lstsq(design, rows[:, :2], rcond=None)[0]
    found = partial_correlation(np.cov(rows.T)[None])
    assert found[0] == pytest.approx(np.corrcoef(rest.T)[0, 1], rel=EXACT)
    assert np.isnan(partial_correlation(np.array([[[-0.1, 0.0], [0.0, 1.0]]]))[0])


def test_missing_standard_errors_leave_the_true_covariances_open():
    linked = linked_units(np.arange(12.0), np.arange(12.0) ** 2, inside_se=0.5)
    m = unit_moments(complete_rows(linked, ["inside", "outside"]), ["inside", "outside"])
    assert np.isnan(m.true[1, 1]) and not np.isnan(m.observed).any()
    assert m.true[0, 0] == pytest.approx(13 - 0.25)


def test_a_plain_data_frame_brings_its_own_errors():
    data = pd.DataFrame({"x": [1.0, 2, 4, np.nan], "x_se": 0.5, "y": [2.0, 1, 5, 3]})
    rows = rows_of(data, ["x", "y"])
    m = unit_moments(rows, ["x", "y"])
    assert (rows.n_used, rows.n_dropped, m.n_clusters) == (3, 1, 3)
    assert m.true[0, 0] == pytest.approx(data["x"].var() - 0.25)
    assert m.true[1, 1] == pytest.approx(data["y"][:3].var())
