"""Oracle: R psych; script and values in tests/reference/measurement/exploratory_r.*"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.measurement.exploratory.adequacy import bartlett_sphericity, kmo
from icx_research.measurement.exploratory.average_partial import minimum_average_partial
from icx_research.measurement.exploratory.extraction import minres_uniquenesses
from icx_research.measurement.exploratory.parallel import (
    one_factor_communalities,
    parallel_analysis,
)

CLOSED_RTOL = 1e-10  # closed forms
PSYCH_MINRES = 1e-5  # psych's minres stops at gradients of 1e-5
SETTLED = 2e-4  # loadings of random items are iterated to changes of 1e-5


def test_kmo_matches_psych(service, by_r):
    r = by_r("exploratory_r")
    found = kmo(service)
    assert found.overall == pytest.approx(r["kmo"], rel=CLOSED_RTOL)
    np.testing.assert_allclose(found.items, [r[f"kmo:{i}"] for i in service], rtol=CLOSED_RTOL)
    assert (found.n_used, found.n_dropped, found.note) == (393, 7, "")
    assert found.table["term"].tolist() == ["overall", *service.columns]
    assert found.table["estimate"].tolist() == [found.overall, *found.items]
    assert found.to_apa() == "KMO = .83 (lowest .76, emp3), n = 393"


def test_bartletts_test_matches_psych(service, by_r):
    r = by_r("exploratory_r")
    found = bartlett_sphericity(service)
    assert found.chi_square == pytest.approx(r["bartlett"], rel=CLOSED_RTOL)
    assert found.df == r["bartlett_df"] == 66
    assert found.p_value == pytest.approx(r["bartlett_p"], rel=1e-8)
    assert (found.n_used, found.n_dropped, found.note) == (393, 7, "")
    assert found.table.iloc[0].tolist() == ["sphericity", found.chi_square, 66, found.p_value, 393]
    assert found.to_apa() == f"χ²(66, n = 393) = {found.chi_square:.2f}, p < .001"


def test_kmo_of_two_items_is_a_half():
    found = kmo(Moments(("a", "b"), 10, [0, 0], [[1, 0.3], [0.3, 1]]))
    assert found.estimate.value == found.overall == pytest.approx(0.5)


def test_bartletts_test_keeps_its_level(rng):
    p = [bartlett_sphericity(pd.DataFrame(rng.normal(size=(60, 5)))).p_value for _ in range(600)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_average_partials_match_psych(service, by_r):
    r = by_r("exploratory_r")
    found = minimum_average_partial(service)
    expected = [r[f"map:{m}"] for m in range(1, 9)]
    np.testing.assert_allclose(found.averages["squared"].iloc[1:9], expected, rtol=CLOSED_RTOL)
    off = ~np.eye(12, dtype=bool)
    correlations = service.dropna().corr().to_numpy()[off]
    assert found.averages.loc[0, "squared"] == pytest.approx(np.mean(correlations**2))
    assert found.averages.loc[0, "fourth_power"] == pytest.approx(np.mean(correlations**4))
    assert (found.n_factors, found.n_factors_revised) == (2, 2)
    assert (found.n_used, found.n_dropped, found.note) == (393, 7, "")
    assert found.table["estimate"].tolist() == found.averages["squared"].tolist()
    assert found.to_apa() == ("minimum average partial at 2 components (fourth powers: 2), n = 393")


def test_fourth_powers_are_of_partial_correlations(service):
    """After one component, by regression of every item on its scores."""
    z = service.dropna()
    z = (z - z.mean()) / z.std()
    vector = np.linalg.eigh(z.corr())[1][:, -1]
    scores = z.to_numpy() @ vector
    rest = z - np.outer(scores, scores @ z.to_numpy() / (scores @ scores))
    partial = np.corrcoef(rest, rowvar=False)[~np.eye(12, dtype=bool)]
    found = minimum_average_partial(service).averages.loc[1]
    assert found["fourth_power"] == pytest.approx(np.mean(partial**4), rel=1e-9)


@pytest.mark.parametrize("null", ["normal", "permutation"])
def test_null_eigenvalues_match_simulated_rows_in_r(service, by_r, null):
    r = by_r("exploratory_r")
    options = {"null": null, "n_resamples": 1000, "rng": np.random.default_rng(1)}
    found = parallel_analysis(service, **options).eigenvalues
    # standard deviations are .02 to .05: three standard errors of means, five of quantiles
    mean = [r[f"null_mean:{i}"] for i in range(1, 13)]
    np.testing.assert_allclose(found["null_mean"], mean, atol=0.0055)
    quantile = [r[f"null_quantile:{i}"] for i in range(1, 13)]
    np.testing.assert_allclose(found["null_quantile"], quantile, atol=0.013)
    observed = np.linalg.eigvalsh(service.dropna().corr())[::-1]
    np.testing.assert_allclose(found["observed"], observed, rtol=1e-12)


def test_reduced_eigenvalues_match_psych(service, by_r):
    r = by_r("exploratory_r")
    found = parallel_analysis(service, method="factor", rng=np.random.default_rng(2))
    expected = [r[f"reduced:{i}"] for i in range(1, 13)]
    np.testing.assert_allclose(found.eigenvalues["observed"], expected, atol=PSYCH_MINRES)
    mean = [r[f"reduced_mean:{i}"] for i in range(1, 13)]
    # 400 draws by psych; the first eigenvalue, with improper solutions, varies by .25
    np.testing.assert_allclose(found.eigenvalues["null_mean"].iloc[1:], mean[1:], atol=0.012)
    assert found.eigenvalues["null_mean"].iloc[0] == pytest.approx(mean[0], abs=0.06)
    assert found.n_factors == 3
    assert found.to_apa() == (
        "parallel analysis suggests 3 factors (95% quantile of 500 draws), n = 393"
    )


def test_communalities_of_random_items_are_those_of_newton_steps(rng):
    x = rng.normal(size=(30, 120, 8))
    drawn = np.stack([np.corrcoef(one, rowvar=False) for one in x])
    found = one_factor_communalities(drawn)
    off = ~np.eye(8, dtype=bool)
    closer = 0
    for r, communalities in zip(drawn, found, strict=True):
        newton = minres_uniquenesses(r, n_factors=1)
        closer += np.abs(communalities - (1 - newton.uniquenesses)).max() < SETTLED
        fitted = newton.loadings @ newton.loadings.T
        best = np.sum((r - fitted)[off] ** 2)
        signs = np.sign(newton.loadings[:, 0] * newton.loadings.sum())
        size = signs * np.sqrt(communalities)
        assert np.sum((r - np.outer(size, size))[off] ** 2) < best + 0.5
    assert closer >= 22  # the others end in another local minimum of equal standing


def test_finds_the_number_of_factors_that_made_the_data(rng):
    pattern = np.kron(np.eye(3), np.full((5, 1), 0.7))
    x = rng.normal(size=(600, 3)) @ pattern.T + rng.normal(size=(600, 15)) * np.sqrt(0.51)
    items = pd.DataFrame(x).add_prefix("q")
    for method in ("pca", "factor"):
        found = parallel_analysis(items, method=method, rng=rng, n_resamples=200)
        assert found.n_factors == 3
    assert minimum_average_partial(items).n_factors == 3


def test_unrelated_items_rarely_seem_to_have_a_factor(rng):
    hits = sum(
        parallel_analysis(
            pd.DataFrame(rng.normal(size=(100, 6))), rng=rng, n_resamples=200
        ).n_factors
        > 0
        for _ in range(300)
    )
    assert 0.015 < hits / 300 < 0.095  # .05 give or take three standard errors and the null's own


def test_moments_give_the_same_as_rows(service):
    reduced = moments(service, list(service.columns))
    for method in ("pca", "factor"):
        rows, again = (
            parallel_analysis(x, method=method, rng=np.random.default_rng(3), n_resamples=50)
            for x in (service, reduced)
        )
        pd.testing.assert_frame_equal(rows.eigenvalues, again.eigenvalues, rtol=1e-9)
        assert (again.n_used, again.n_dropped, again.note) == (393, 7, "")
        assert (again.method, again.null, again.quantile, again.n_resamples) == (
            method, "normal", 0.95, 50,
        )  # fmt: skip
    assert rows.table["estimate"].tolist() == rows.eigenvalues["observed"].tolist()
    assert "<td>1</td>" in rows._repr_html_()


def test_blocks_do_not_change_the_draws(service, monkeypatch):
    monkeypatch.setattr("icx_research.core.resampling.BLOCK", 1000)
    found = parallel_analysis(service, rng=np.random.default_rng(4), n_resamples=55)
    assert found.n_factors == 3


OPTIONS = "method must be 'pca' or 'factor', and null 'normal' or 'permutation'; got "
ERRORS = {
    OPTIONS + "'ml' and 'normal'.": {"method": "ml"},
    OPTIONS + "'pca' and 'flat'.": {"null": "flat"},
    "quantile must lie between 0 and 1, and n_resamples be at least 1; got 95 and 500.": {
        "quantile": 95
    },
    "quantile must lie between 0 and 1, and n_resamples be at least 1; got 0.95 and 0.": {
        "n_resamples": 0
    },
    "parallel_analysis needs the rows to permute them; use null='normal'.": {"null": "permutation"},
}


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(service, message):
    with pytest.raises(ValueError) as refusal:
        parallel_analysis(
            moments(service, list(service)), rng=np.random.default_rng(5), **ERRORS[message]
        )
    assert str(refusal.value) == message


@pytest.mark.parametrize("analysis", [kmo, bartlett_sphericity, minimum_average_partial])
def test_a_dependent_item_is_refused_by_name_of_the_analysis(service, analysis):
    spoiled = service.assign(sum=service["tan1"] + service["tan2"])
    with pytest.raises(ValueError) as refusal:
        analysis(spoiled)
    assert str(refusal.value).startswith(
        f"{analysis.__name__} needs a covariance matrix that is positive definite; the smallest"
    )
