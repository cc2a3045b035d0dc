"""Do the intervals of reliability cover? Bootstrap and delta-method intervals over many samples.

Items with a general and three strong group factors (with weak ones the intervals of omega
hierarchical fail: see its notes), and items of one factor, cut into five categories for the ordinal
coefficients; the truth is that of the population. An interval is in order where its coverage is
within three Monte-Carlo errors of 95 %, or, as percentile intervals of shares are known to be a
little short, above 92 %.
"""

import argparse
import sys

import numpy as np
import pandas as pd
from _runs import report, simulate

import icx_research as icx

COVERAGE, SHORT = 0.95, 0.92
MONTE_CARLO_ERRORS = 3
SEED = 20250820
CUTS = [-1.2, -0.4, 0.4, 1.2]
LOADINGS = np.array([0.8, 0.7, 0.6, 0.75, 0.65])


def bifactor() -> np.ndarray:
    """Correlate nine items of three groups."""
    general, group = np.full(9, 0.6), np.kron(np.eye(3), np.full((3, 1), 0.5))
    r = np.outer(general, general) + group @ group.T
    np.fill_diagonal(r, 1)
    return r


def truths() -> dict[str, float]:
    """Compute the coefficients of the population."""
    r = bifactor()
    one = np.outer(LOADINGS, LOADINGS)
    errors = 1 - LOADINGS**2
    np.fill_diagonal(one, 1)
    alpha = 5 / 4 * (1 - 5 / one.sum())
    population = icx.Moments(tuple("abcde"), 1000, np.zeros(5), one)
    return {
        "omega_hierarchical": (9 * 0.6) ** 2 / r.sum(),
        "omega_total": 1 - 9 * (1 - 0.36 - 0.25) / r.sum(),
        "explained_common_variance": 0.36 / 0.61,
        "ordinal_alpha": alpha,
        "ordinal_omega": LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + errors.sum()),
        "split_half_mean": icx.split_half(population, coefficient="guttman").mean,
        "composite_reliability": LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + errors.sum()),
        "average_variance_extracted": (LOADINGS**2).mean(),
    }


def one_sample(seed: int, n: int, n_resamples: int) -> dict[str, tuple[float, float]]:
    """Draw one sample and return the limits of every interval."""
    rng = np.random.default_rng([SEED, seed])
    nine = pd.DataFrame(rng.multivariate_normal(np.zeros(9), bifactor(), size=n))
    one = rng.normal(size=(n, 1)) * LOADINGS + rng.normal(size=(n, 5)) * np.sqrt(1 - LOADINGS**2)
    five, cut = pd.DataFrame(one), pd.DataFrame(np.digitize(one, CUTS))
    more = {"n_resamples": n_resamples, "rng": rng}
    estimates = {
        **icx.omega_hierarchical(nine, **more).intervals,
        "ordinal_alpha": icx.ordinal_alpha(cut, **more).estimate,
        "ordinal_omega": icx.ordinal_omega(cut, **more).estimate,
        "split_half_mean": icx.split_half(five, coefficient="guttman", **more).intervals["mean"],
        "composite_reliability": icx.composite_reliability(five).estimate,
        "average_variance_extracted": icx.average_variance_extracted(five).estimate,
    }
    return {name: (own.ci_low, own.ci_high) for name, own in estimates.items()}


def main() -> int:
    """Run the simulation and report it; exit code 1 if an interval is off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--resamples", type=int, default=250)
    options = parser.parse_args()
    settings = {"n": options.rows, "n_resamples": options.resamples}
    runs = simulate("reliability_intervals", one_sample, options.samples, **settings)
    error = np.sqrt(COVERAGE * (1 - COVERAGE) / len(runs))
    lines = []
    for name, truth in truths().items():
        coverage = np.mean([run[name][0] <= truth <= run[name][1] for run in runs])
        near = abs(coverage - COVERAGE) <= MONTE_CARLO_ERRORS * error
        lines.append(
            {
                "interval": name,
                "truth": truth,
                "coverage": coverage,
                "monte_carlo_error": error,
                "ok": near or coverage >= SHORT,
            }
        )
    sentence = f"{options.samples} samples of {options.rows} rows, {options.resamples} resamples"
    return report("reliability_intervals", sentence, pd.DataFrame(lines))


if __name__ == "__main__":
    sys.exit(main())
