"""Oracle: R factanal, GPArotation, psych; values in tests/reference/measurement/exploratory_*"""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.measurement.exploratory.extraction import minres_uniquenesses, ml_uniquenesses
from icx_research.measurement.exploratory.factor_analysis import factor_analysis
from icx_research.measurement.exploratory.rotation import rotate
from icx_research.measurement.reliability.hierarchical import omega_hierarchical
from tests.measurement.conftest import REFERENCE

TIGHT = 2e-6  # both iterate on; oblimin stops at gradients of 1e-7
PSYCH = 5e-5  # psych's minres and oblimin stop at 1e-5
FIT = 1e-9  # the discrepancy is flat at its minimum
DERIVATIVE = 1e-5  # of central differences


@pytest.fixture(scope="module")
def loadings_by_r():
    return pd.read_csv(REFERENCE / "exploratory_loadings_r.csv", comment="#")


@pytest.mark.parametrize("rotation", ["none", "oblimin", "varimax", "promax"])
@pytest.mark.parametrize("q", [2, 3])
def test_ml_and_rotations_match_factanal_and_gparotation(service, by_r, loadings_by_r, q, rotation):
    check(service, by_r, loadings_by_r, f"ml{q}:{rotation}", "ml", q, rotation, TIGHT)


@pytest.mark.parametrize("q", [2, 3])
def test_minres_matches_psych(service, by_r, loadings_by_r, q):
    check(service, by_r, loadings_by_r, f"minres{q}:oblimin", "minres", q, "oblimin", PSYCH)
    found = factor_analysis(service, n_factors=q)
    r = by_r("exploratory_r")
    assert found.rmsr == pytest.approx(r[f"minres{q}:rmsr"], rel=PSYCH)
    multiplier = 393 - 1 - (2 * 12 + 5) / 6 - 2 * q / 3
    assert found.chi_square == pytest.approx(multiplier * r[f"minres{q}:objective"], rel=PSYCH)


def check(service, by_r, loadings_by_r, label, method, q, rotation, tolerance):
    r = by_r("exploratory_r")
    found = factor_analysis(service, n_factors=q, method=method, rotation=rotation)
    of_label = loadings_by_r[loadings_by_r["label"] == label]
    expected = of_label.pivot_table(index="item", columns="factor", values="value")
    np.testing.assert_allclose(found.loadings, expected.loc[service.columns], atol=tolerance)
    for f in found.loadings:
        for g in found.loadings:
            assert found.factor_correlations.loc[f, g] == pytest.approx(
                r[f"{label}:phi:{f}:{g}"], abs=tolerance
            )


@pytest.mark.parametrize("q", [1, 2, 3])
def test_ml_fit_matches_factanal(service, by_r, q):
    r = by_r("exploratory_r")
    found = factor_analysis(service, n_factors=q, method="ml", rotation="varimax")
    assert found.chi_square == pytest.approx(r[f"ml{q}:chi_square"], rel=FIT)
    assert found.df == r[f"ml{q}:df"]
    assert found.p_value == pytest.approx(r[f"ml{q}:p"], rel=1e-6)
    expected = [r[f"ml{q}:uniqueness:{i}"] for i in service]
    np.testing.assert_allclose(found.uniquenesses, expected, atol=TIGHT)
    assert (found.n_used, found.n_dropped, found.note) == (393, 7, "")
    assert (found.method, found.rotation) == ("ml", "varimax")


@pytest.mark.parametrize(
    "rotation", ["none", "oblimin", "varimax", "promax", "geomin", "quartimax"]
)
@pytest.mark.parametrize("method", ["ml", "minres"])
def test_every_part_belongs_to_the_same_solution(service, method, rotation):
    found = factor_analysis(service, n_factors=3, method=method, rotation=rotation)
    pattern, phi = found.loadings.to_numpy(), found.factor_correlations.to_numpy()
    plain = factor_analysis(service, n_factors=3, method=method, rotation="none")
    unrotated = plain.loadings.to_numpy() @ plain.loadings.to_numpy().T
    np.testing.assert_allclose(pattern @ phi @ pattern.T, unrotated, atol=1e-12)
    np.testing.assert_allclose(found.communalities, np.diag(unrotated), atol=1e-12)
    np.testing.assert_allclose(found.communalities + found.uniquenesses, 1, atol=1e-12)
    np.testing.assert_allclose(found.structure, pattern @ phi, atol=1e-14)
    assert found.variance["explained"].sum() == pytest.approx(found.communalities.sum())
    assert found.variance["explained"].is_monotonic_decreasing
    np.testing.assert_allclose(found.variance["proportion"] * 12, found.variance["explained"])
    np.testing.assert_allclose(found.variance["cumulative"], found.variance["proportion"].cumsum())
    assert (pattern.sum(axis=0) > 0).all()
    residual = service.dropna().corr().to_numpy() - pattern @ phi @ pattern.T
    off = ~np.eye(12, dtype=bool)
    assert found.rmsr == pytest.approx(np.sqrt(np.mean(residual[off] ** 2)), rel=1e-10)


def test_ml_communalities_match_statsmodels(service):
    from statsmodels.multivariate.factor import Factor

    model = Factor(service.dropna(), n_factor=3, method="ml").fit(tol=1e-10)
    found = factor_analysis(service, n_factors=3, method="ml")
    np.testing.assert_allclose(found.communalities, model.communality, atol=1e-5)  # its optimizer


@pytest.mark.parametrize("seed", range(8))
def test_factor_correlations_follow_the_sorted_factors(seed):
    """The fault of factor-analyzer: correlations left in the order before sorting."""
    rng = np.random.default_rng(seed)
    sizes = rng.permutation([3, 4, 6])
    phi = np.array([[1, 0.6, 0.1], [0.6, 1, 0.35], [0.1, 0.35, 1]])
    pattern = np.zeros((13, 3))
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    for f in range(3):
        pattern[bounds[f] : bounds[f + 1], f] = 0.8
    r = pattern @ phi @ pattern.T
    np.fill_diagonal(r, 1)
    names = tuple(f"q{i}" for i in range(13))
    found = factor_analysis(Moments(names, 500, np.zeros(13), r), n_factors=3)
    main = found.loadings.to_numpy().argmax(axis=0)
    true = [int(np.searchsorted(bounds, item, side="right")) - 1 for item in main]
    np.testing.assert_allclose(found.factor_correlations, phi[np.ix_(true, true)], atol=0.02)
    np.testing.assert_allclose(found.communalities, 0.64, atol=1e-6)


@pytest.mark.parametrize("extract", [ml_uniquenesses, minres_uniquenesses])
@pytest.mark.parametrize("q", [1, 2, 3])
def test_extraction_is_a_minimum(service, extract, q):
    r = service.dropna().corr().to_numpy()
    found = extract(r, n_factors=q)
    assert found.converged and not found.at_bound.any()

    def criterion(psi):
        if extract is minres_uniquenesses:
            rest = np.linalg.eigvalsh(r - np.diag(psi))[:-q]
            return np.sum(rest**2) / 2
        scale = np.sqrt(psi)
        rest = np.linalg.eigvalsh(r / np.outer(scale, scale))[:-q]
        return np.sum(rest - np.log(rest) - 1)

    assert found.criterion == pytest.approx(criterion(found.uniquenesses), rel=1e-12)
    for i in range(12):
        step = np.zeros(12)
        step[i] = 1e-4
        up, down = (criterion(found.uniquenesses + s) for s in (step, -step))
        assert (up - down) / 2e-4 == pytest.approx(0, abs=1e-6)
        assert min(up, down) > found.criterion


@pytest.mark.parametrize("extract", [ml_uniquenesses, minres_uniquenesses])
@pytest.mark.parametrize("q", [1, 2, 3])
def test_second_derivatives_are_exact(service, extract, q, monkeypatch):
    """Newton's method needs 6 rounds; with a wrong curvature it needs 13 or more."""
    monkeypatch.setattr("icx_research.measurement.exploratory.extraction.MAX_ITERATIONS", 8)
    r = service.dropna().corr().to_numpy()
    found = extract(r, n_factors=q)
    assert found.converged
    again = extract(r, n_factors=q, start=found.uniquenesses)
    np.testing.assert_allclose(again.uniquenesses, found.uniquenesses, rtol=1e-9)


def test_a_heywood_case_is_named():
    r = np.array([[0.0, 0.8, 0.8, 0.3], [0.8, 0, 0.5, 0.3], [0.8, 0.5, 0, 0.3], [0.3, 0.3, 0.3, 0]])
    np.fill_diagonal(r, 1)
    for method in ("ml", "minres"):
        found = factor_analysis(
            Moments(tuple("abcd"), 80, np.zeros(4), r), n_factors=1, method=method
        )
        assert found.note == "improper solution: the uniqueness of a is at its bound"
        assert found.to_apa().endswith(f"n = 80 ({found.note})")
        # minres takes the communality of its loadings, which may then exceed 1
        assert -0.04 < found.uniquenesses["a"] < 0.0051


def test_moments_give_the_same_as_rows(service):
    rows = factor_analysis(service, n_factors=2)
    again = factor_analysis(moments(service, list(service.columns)), n_factors=2)
    pd.testing.assert_frame_equal(rows.loadings, again.loadings, atol=1e-7)


def test_a_model_without_degrees_of_freedom_has_no_test():
    r = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    found = factor_analysis(Moments(tuple("abc"), 80, np.zeros(3), r), n_factors=1)
    assert found.df == 0 and np.isnan([found.chi_square, found.p_value]).all()
    np.testing.assert_allclose(found.loadings["F1"] ** 2, [2 / 3, 0.375, 0.24], rtol=1e-6)


def test_shows_itself(service):
    found = factor_analysis(service, n_factors=3)
    assert found.to_apa() == (
        "3 factors (minres, oblimin) explain 43% of the variance, χ²(33) = 26.05, p = .800, "
        "RMSR = .019, n = 393"
    )
    assert found.table["term"].iloc[:2].tolist() == ["F1:tan1", "F1:tan2"]
    assert found.table["estimate"].tolist() == found.loadings.to_numpy().T.ravel().tolist()
    tidy = found.sorted_loadings
    main = tidy.drop(columns="communality").abs().to_numpy().argmax(axis=1)
    assert (np.diff(main) >= 0).all()
    assert tidy["communality"].to_dict() == found.communalities.to_dict()
    assert ">tan1</td>" in found._repr_html_()


ERRORS = {
    "method must be 'minres' or 'ml', not 'pca'.": {"method": "pca"},
    "rotation must be one of oblimin, promax, geomin, varimax, quartimax, none; got 'bifactor'.": {
        "rotation": "bifactor"
    },
    "factor_analysis of 12 items can tell apart 1 to 7 factors; got n_factors=0.": {"n_factors": 0},
    "factor_analysis of 12 items can tell apart 1 to 7 factors; got n_factors=8.": {"n_factors": 8},
}


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(service, message):
    with pytest.raises(ValueError) as refusal:
        factor_analysis(service, **{"n_factors": 2} | ERRORS[message])
    assert str(refusal.value) == message


@pytest.mark.parametrize("q", [2, 3])
def test_omega_hierarchical_matches_psych(service, by_r, q):
    r = by_r("exploratory_r")
    found = omega_hierarchical(service, n_factors=q)
    assert found.omega_hierarchical == pytest.approx(r[f"omega_h{q}"], abs=PSYCH)
    assert found.omega_total == pytest.approx(r[f"omega_t{q}"], abs=PSYCH)
    assert found.explained_common_variance == pytest.approx(r[f"ecv{q}"], abs=PSYCH)
    expected = [r[f"general{q}:{i}"] for i in service]
    np.testing.assert_allclose(found.general_loadings, expected, atol=PSYCH)
    assert (found.n_used, found.n_dropped) == (393, 7)
    two = "both factors taken to depend alike on the general"
    assert found.note == (two if q == 2 else "")


def test_omega_hierarchical_recovers_an_exact_bifactor():
    general, group = np.full(12, 0.6), np.kron(np.eye(3), np.full((4, 1), 0.5))
    r = np.outer(general, general) + group @ group.T
    np.fill_diagonal(r, 1)
    names = tuple(f"q{i}" for i in range(12))
    found = omega_hierarchical(Moments(names, 500, np.zeros(12), r))
    assert found.omega_hierarchical == pytest.approx(7.2**2 / r.sum(), abs=1e-5)
    assert found.omega_total == pytest.approx(1 - 12 * 0.39 / r.sum(), abs=1e-5)
    assert found.explained_common_variance == pytest.approx(0.36 / 0.61, abs=1e-5)
    np.testing.assert_allclose(found.general_loadings, 0.6, atol=1e-5)
    np.testing.assert_allclose(np.sort(found.group_loadings.to_numpy())[:, -1], 0.5, atol=1e-5)
    np.testing.assert_allclose(found.uniquenesses, 0.39, atol=1e-6)
    assert found.table["estimate"].tolist() == [
        found.omega_hierarchical, found.omega_total, found.explained_common_variance,
    ]  # fmt: skip
    assert found.to_apa() == (
        "omega hierarchical = .76, omega total = .93, explained common variance = .59, n = 500"
    )


def test_omega_hierarchical_refuses_one_factor_and_opposed_factors(service):
    with pytest.raises(ValueError) as refusal:
        omega_hierarchical(service, n_factors=1)
    assert str(refusal.value) == "omega_hierarchical needs n_factors of at least 2, not 1."
    pattern = np.kron(np.eye(2), np.full((4, 1), 0.8))
    r = pattern @ np.array([[1, -0.3], [-0.3, 1]]) @ pattern.T
    np.fill_diagonal(r, 1)
    with pytest.raises(ValueError) as refusal:
        omega_hierarchical(Moments(tuple("abcdefgh"), 99, np.zeros(8), r), n_factors=2)
    assert str(refusal.value) == (
        "omega_hierarchical needs factors with a positive correlation; two factors have -0.30."
    )


def test_factor_analyzer_is_imported_for_a_rotation_only():
    code = (
        "import sys, numpy as np\n"
        "import icx_research.measurement.exploratory.factor_analysis\n"
        "from icx_research.measurement.exploratory.rotation import rotate\n"
        "rotate(np.ones((4, 1)), rotation='oblimin')\n"
        "heavy = {'factor_analyzer', 'sklearn', 'matplotlib', 'statsmodels'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_factor_is_not_rotated():
    loadings = np.array([[-0.5], [-0.6], [0.1]])
    found = rotate(loadings, rotation="promax")
    np.testing.assert_array_equal(found.loadings, -loadings)
    assert found.correlations.tolist() == [[1.0]]
    assert found.explained == pytest.approx([0.62])


@pytest.mark.parametrize("q", [2, 3])
@pytest.mark.parametrize("rotation", ["geomin", "quartimax"])
def test_geomin_and_quartimax_match_gparotation(service, rotation, q):
    r = pd.read_csv(REFERENCE / "rotations_r.csv", comment="#")
    r = r[r["label"] == f"{rotation}{q}"].pivot_table(
        index=["part", "item"], columns="factor", values="value"
    )
    found = factor_analysis(service, n_factors=q, method="ml", rotation=rotation)
    np.testing.assert_allclose(found.loadings, r.loc["loading"].loc[service.columns], atol=TIGHT)
    np.testing.assert_allclose(found.factor_correlations, r.loc["phi"], atol=TIGHT)
