"""Oracle: R semTools and lavaan; values in tests/reference/measurement/reliability_r.*"""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.reduction import moments
from icx_research.measurement.reliability.omega import omega_total
from icx_research.measurement.validity.convergent import (
    average_variance_extracted,
    composite_reliability,
)
from icx_research.measurement.validity.discriminant import htmt

ML_RTOL = 2e-7  # lavaan stops at gradients of 1e-7, see test_reliability.py
SE_RTOL = 1e-6  # the same
SEMTOOLS_RTOL = 2e-7  # semTools divides by the observed variances, which the fit meets to 1e-7
CLOSED_RTOL = 1e-12
SCALES = {name: [f"{name}{i}" for i in range(1, 5)] for name in ("tan", "rel", "emp")}


@pytest.mark.parametrize("scale", ["tan", "rel", "emp", "all"])
def test_average_variance_extracted_matches_lavaan_and_semtools(service, by_r, scale):
    r = by_r("reliability_r")
    items = service.dropna()
    found = average_variance_extracted(items if scale == "all" else items[SCALES[scale]])
    assert found.estimate.value == pytest.approx(r[f"{scale}:ave"], rel=ML_RTOL)
    assert found.estimate.value == pytest.approx(r[f"{scale}:ave_semtools"], rel=SEMTOOLS_RTOL)
    assert found.se == pytest.approx(r[f"{scale}:ave_se"], rel=SE_RTOL)
    assert found.coefficient == "average_variance_extracted"


def test_composite_reliability_of_items_is_omega(service):
    found, omega = composite_reliability(service), omega_total(service)
    assert found.estimate == omega.estimate
    assert (found.se, found.n_used, found.n_dropped) == (omega.se, 393, 7)
    assert found.coefficient == "composite_reliability"


def test_given_loadings_follow_the_formulae():
    loadings = pd.Series([0.9, 0.6, 0.3], index=["a", "b", "c"])
    reliability = composite_reliability(loadings=loadings)
    assert reliability.estimate.value == pytest.approx(1.8**2 / (1.8**2 + 0.19 + 0.64 + 0.91))
    extracted = average_variance_extracted(loadings=loadings, uniquenesses=[1, 2, 0.5])
    assert extracted.estimate.value == pytest.approx(1.26 / (1.26 + 3.5))
    assert extracted.uniquenesses.to_dict() == {"a": 1, "b": 2, "c": 0.5}
    assert extracted.loadings.to_dict() == loadings.to_dict()
    assert np.isnan([extracted.se, extracted.estimate.ci_low]).all()
    assert (extracted.n_used, extracted.n_dropped) == (0, 0)
    assert extracted.to_apa() == (
        "average variance extracted = .26 (from given loadings, so without an interval)"
    )


def test_bad_loadings_are_refused(small):
    cases = {
        "composite_reliability needs either items or loadings.": {},
        "composite_reliability needs at least 2 loadings and as many uniquenesses; got 1 loadings "
        "and 1 uniquenesses.": {"loadings": [0.5]},
        "composite_reliability needs at least 2 loadings and as many uniquenesses; got 2 loadings "
        "and 3 uniquenesses.": {"loadings": [0.5, 0.6], "uniquenesses": [1, 1, 1]},
        "composite_reliability needs uniquenesses that are not negative (for loadings alone: "
        "loadings of standardised items, at most 1).": {"loadings": [0.5, 1.2]},
    }
    for message, options in cases.items():
        with pytest.raises(ValueError) as refusal:
            composite_reliability(**options)
        assert str(refusal.value) == message
    with pytest.raises(ValueError, match="average_variance_extracted needs either items or load"):
        average_variance_extracted(small, loadings=[0.5, 0.5])


@pytest.mark.parametrize(("method", "name"), [("arithmetic", "htmt"), ("geometric", "htmt2")])
def test_htmt_matches_semtools(service, by_r, method, name):
    r = by_r("reliability_r")
    found = htmt(service, scales=SCALES, method=method)
    assert list(found.ratios) == [("tan", "rel"), ("tan", "emp"), ("rel", "emp")]
    for (first, second), ratio in found.ratios.items():
        assert ratio.value == pytest.approx(r[f"{name}:{first}:{second}"], rel=CLOSED_RTOL)
        assert np.isnan([ratio.ci_low, ratio.ci_high]).all()
    assert found.estimate == found.ratios["tan", "rel"]
    assert (found.n_used, found.n_dropped, found.n_resamples) == (393, 7, 0)
    assert found.note == "no interval without rng"


def test_htmt_from_moments_is_the_same(service):
    reduced = moments(service, list(service.columns))
    found, rows = htmt(reduced, scales=SCALES), htmt(service, scales=SCALES)
    for pair, ratio in rows.ratios.items():
        assert found.ratios[pair].value == pytest.approx(ratio.value, rel=1e-10)


def test_the_bootstrap_is_the_one_by_rows(service):
    """Weights times products against refits of drawn rows."""
    few = {"tan": SCALES["tan"], "rel": SCALES["rel"]}
    found = htmt(service, scales=few, n_resamples=4000, rng=np.random.default_rng(1))
    complete = service[few["tan"] + few["rel"]].dropna()
    rng = np.random.default_rng(2)
    draws = [
        htmt(
            complete.iloc[rng.integers(0, len(complete), len(complete))], scales=few
        ).estimate.value
        for _ in range(1000)
    ]
    low, high = np.quantile(draws, [0.025, 0.975])
    # quantiles of 1,000 and 4,000 draws with standard deviation .06: standard error .005
    assert found.estimate.ci_low == pytest.approx(low, abs=0.015)
    assert found.estimate.ci_high == pytest.approx(high, abs=0.015)
    assert found.n_resamples == 4000
    assert found.note == ""


def test_blocks_of_weights_do_not_change_the_size(service, monkeypatch):
    monkeypatch.setattr("icx_research.core.resampling.BLOCK", 10_000)
    found = htmt(service, scales=SCALES, n_resamples=99, rng=np.random.default_rng(3))
    assert all(r.ci_low < r.value < r.ci_high for r in found.ratios.values())


def test_htmt_recovers_the_latent_correlation(rng):
    factors = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=100_000)
    x = np.repeat(factors, 3, axis=1) * 0.7 + rng.normal(size=(100_000, 6)) * np.sqrt(0.51)
    items = pd.DataFrame(x, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    found = htmt(items, scales={"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3"]})
    assert found.estimate.value == pytest.approx(0.6, abs=0.01)  # three standard errors


def test_htmt_shows_itself(service):
    found = htmt(service, scales=SCALES, n_resamples=200, rng=np.random.default_rng(4))
    assert found.table["term"].tolist() == ["tan ~ rel", "tan ~ emp", "rel ~ emp"]
    assert found.table["ci_low"].tolist() == [r.ci_low for r in found.ratios.values()]
    assert found.to_apa().startswith("largest HTMT = .61 (tan ~ rel), 95% CI [.")
    assert found.to_apa().endswith("], n = 393")


def test_htmt_refuses_bad_scales(service):
    few, twice = (
        "htmt needs at least 2 scales of at least 2 items each.",
        "htmt needs each item in one scale only.",
    )
    cases = [
        ({"a": ["tan1", "tan2"]}, {}, few),
        ({"a": ["tan1", "tan2"], "b": ["rel1"]}, {}, few),
        ({"a": ["tan1", "tan2"], "b": ["tan2", "rel1"]}, {}, twice),
        ({"a": ["tan1", "tan2"], "b": ["rel1", "x"]}, {},
         f"items has no column 'x'; it has {list(service.columns)}."),
        (SCALES, {"method": "htmt2"}, "method must be 'arithmetic' or 'geometric', not 'htmt2'."),
    ]  # fmt: skip
    for scales, options, message in cases:
        with pytest.raises(ValueError) as refusal:
            htmt(service, scales=scales, **options)
        assert str(refusal.value) == message
    with pytest.raises(ValueError) as refusal:
        htmt(moments(service, list(service)), scales=SCALES, rng=np.random.default_rng(5))
    assert str(refusal.value) == "htmt needs the rows for an interval; leave out rng for moments."


def test_htmt_takes_sizes_of_correlations(service):
    """An item keyed the other way changes signs, not the ratio."""
    turned = service.assign(tan2=6 - service["tan2"], emp1=6 - service["emp1"])
    found, plain = htmt(turned, scales=SCALES), htmt(service, scales=SCALES)
    for pair, ratio in plain.ratios.items():
        assert found.ratios[pair].value == pytest.approx(ratio.value, rel=CLOSED_RTOL)
