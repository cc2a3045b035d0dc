"""Oracle: lavaan under the same permuted labels, semTools (tests/reference/invariance)."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icx_research.core.reduction import moments
from icx_research.measurement.invariance.ladder import measurement_invariance
from icx_research.measurement.invariance.permutation import (
    INDICES,
    PermutationTest,
    group_codes,
    refitted,
)
from icx_research.measurement.sem.model import estimate, prepare
from tests.measurement.sem.reference import EQUAL, THREE, answers

REFERENCE = Path(__file__).parents[2] / "reference" / "invariance"
# lavaan stops up to 5e-8 above the minimum of the chi-square (ours are the lower values).
# The SRMR is not flat at the minimum: it shows where lavaan's estimates stop.
R_ATOL, R_SRMR_ATOL = 1e-7, 2e-6
# semTools drew 1,000 permutations, the test N_DRAWS: four standard errors of the difference.
N_DRAWS, R_DRAWS, WIDTH = 80, 1000, 4.0
TERMS = dict(zip(INDICES, ("chisq", "cfi", "tli", "rmsea", "srmr"), strict=True))
LEVELS = ("configural", "metric", "scalar", "strict")


def read(name):
    return pd.read_csv(REFERENCE / f"{name}.csv", comment="#")


def fitted(kind="full", missing="listwise", levels=LEVELS):
    prepared = prepare(
        THREE, answers(kind), group="region", estimator="ML", missing=missing, cluster=None,
        keep_rows=True,
    )  # fmt: skip
    return {level: estimate(prepared, group_equal=EQUAL[:k]).fit for k, level in enumerate(levels)}


@pytest.fixture(scope="module")
def drawn():
    return measurement_invariance(
        THREE, answers(), group="region", n_permutations=N_DRAWS, rng=np.random.default_rng(11)
    )


@pytest.mark.parametrize(
    ("case", "kind", "missing", "count"),
    [("complete", "full", "listwise", 6), ("fiml", "gaps", "fiml", 2)],
)
def test_refits_match_lavaan_under_the_same_labels(case, kind, missing, count):
    labels = read("permutation_labels")
    orders = [(labels[name] == "west").to_numpy().astype(int) for name in labels][:count]
    found = refitted(fitted(kind, missing), orders, n_permutations=count)
    assert (found.n_failed, found.n_permutations, found.n_used) == (0, count, 420)
    reference = read("permutation_draws").query("case == @case")
    for i, level in enumerate(LEVELS):
        for j, term in enumerate(TERMS.values()):
            rows = reference[(reference["level"] == level) & (reference["term"] == term)]
            np.testing.assert_allclose(
                found.draws[:, i, j],
                rows.sort_values("draw")["value"],
                rtol=0,
                atol=R_SRMR_ATOL if term == "srmr" else R_ATOL,
            )


def test_p_values_match_semtools_within_monte_carlo_error(drawn):
    reference = read("permutation_p").set_index(["level", "term"])["p_value"]
    ours = drawn.permutation.table.set_index(["level", "term"])["p_value"]
    for level in LEVELS:
        for term, theirs in TERMS.items():
            p, q = ours[level, term], reference[level, theirs]
            middle = np.clip((p + q) / 2, 0.005, 0.995)
            error = np.sqrt(middle * (1 - middle) * (1 / N_DRAWS + 1 / R_DRAWS))
            assert abs(p - q) < WIDTH * error + 1 / N_DRAWS
    assert ours["scalar", "chi_square"] == pytest.approx(1 / (1 + N_DRAWS))
    assert ours["metric", "chi_square"] > 0.5


def test_labels_as_they_are_give_the_observed_table(drawn):
    fits = fitted()
    found = refitted(fits, [group_codes(fits["strict"].sample)], n_permutations=1)
    np.testing.assert_allclose(found.draws[0], found.observed, rtol=0, atol=R_ATOL)
    assert (found.p_values == 1).all()
    table, observed = drawn.table, found.observed
    for j, term in enumerate(INDICES):
        expected = np.concatenate([table[term][:1], np.diff(table[term])])
        np.testing.assert_allclose(observed[:, j], expected, rtol=1e-8, atol=1e-10)


def test_result_says_what_was_drawn(drawn):
    found = drawn.permutation
    assert list(found.table.columns) == ["level", "term", "estimate", "p_value", "n_draws"]
    assert list(found.table["level"]) == [level for level in LEVELS for _ in INDICES]
    assert (found.table["n_draws"] == N_DRAWS).all()
    np.testing.assert_array_equal(found.table["estimate"], found.observed.ravel())
    np.testing.assert_array_equal(found.table["p_value"], found.p_values.ravel())
    assert (found.note, drawn.note) == ("", "")
    again = measurement_invariance(
        THREE, answers(), group="region", levels=LEVELS[:1], n_permutations=3,
        rng=np.random.default_rng(5),
    )  # fmt: skip
    same = measurement_invariance(
        THREE, answers(), group="region", levels=LEVELS[:1], n_permutations=3,
        rng=np.random.default_rng(5),
    )  # fmt: skip
    np.testing.assert_array_equal(again.permutation.draws, same.permutation.draws)
    assert again.permutation.to_apa() == (
        "configural: p = 1.000 (chi2), p = 1.000 (CFI); 3 permutations, n = 420"
    )
    assert measurement_invariance(THREE, answers(), group="region").permutation is None


def test_p_value_counts_the_observed_labels_and_knows_the_bad_side():
    draws = np.array([[1.0, 0.9, 0.9, 0.05, 0.05], [2, 0.8, 0.8, 0.06, 0.06], [3, 0.7, 0.7, 0, 0]])
    found = PermutationTest(
        levels=("configural",),
        observed=np.array([[2.0, 0.9, 0.75, 0.05, 0.1]]),
        draws=draws[:, None, :],
        n_permutations=5,
        n_failed=2,
        n_used=40,
    )
    # as bad: chi-square 2 and 3; CFI all; TLI .7; RMSEA .05 and .06; SRMR none
    np.testing.assert_allclose(found.p_values, [[3 / 4, 4 / 4, 2 / 4, 3 / 4, 1 / 4]])
    assert found.note == (
        "2 of 5 permutations left out: a model did not converge or a permuted group could not be "
        "fitted"
    )
    assert found.to_apa() == (
        f"configural: p = .750 (chi2), p = 1.000 (CFI); 3 permutations, n = 40; {found.note}"
    )


def test_permutations_that_cannot_be_fitted_are_counted():
    # one answer of 2 in an item that else holds 1: one permuted group has a constant
    data = answers().assign(x9=1.0)
    data.loc[[0, 1], "x9"] = 2.0
    data.loc[[300], "x9"] = 2.0
    found = measurement_invariance(
        THREE, data, group="region", levels=LEVELS[:1], n_permutations=12,
        rng=np.random.default_rng(3),
    )  # fmt: skip
    failed = found.permutation.n_failed
    assert 0 < failed < 12
    assert len(found.permutation.draws) == 12 - failed
    assert found.note.endswith(found.permutation.note)
    assert found.permutation.note.startswith(f"{failed} of 12 permutations left out")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_permutations": -1}, "n_permutations must be at least 0, not -1."),
        ({"n_permutations": 5, "rng": np.random.default_rng(1), "cluster": "team"},
         "n_permutations presumes rows that are independent; it is not available with cluster."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(options, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        measurement_invariance(THREE, answers(), group="region", **options)


def test_needs_rows():
    by = moments(answers(), [f"x{i}" for i in range(1, 10)], by="region")
    message = "n_permutations needs the rows, to permute their groups; give a DataFrame."
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        measurement_invariance(
            THREE, by, group="region", n_permutations=2, rng=np.random.default_rng(1)
        )
