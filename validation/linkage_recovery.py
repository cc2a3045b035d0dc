"""Does the linkage estimate find the truth? Bias and coverage over simulated studies.

The observed unit-level correlation is held against the attenuated truth, the disattenuated
one against the correlation of true unit scores; each within three Monte-Carlo errors.
"""

import argparse
import sys

import numpy as np
import pandas as pd
from _runs import report, simulate

import icx_research as icx

COVERAGE = 0.95
MONTE_CARLO_ERRORS = 3
SEED = 20240501


def one_study(seed: int, n_units: int) -> dict[str, float]:
    """Simulate and analyse one study of one wave."""
    study = icx.simulate_study(n_units=n_units, waves=1, rng=np.random.default_rng([SEED, seed]))
    linked = icx.link_study(study)
    observed = icx.linkage_correlations(linked, internal="internal_satisfaction", external="csat")
    corrected = icx.disattenuate(observed).estimate
    attenuated = study.truth["waves"]["1"]["observed_correlation"]
    latent = study.truth["population"]["unit_correlation"]
    return {
        "observed_error": observed.estimate.value - attenuated,
        "observed_covers": observed.estimate.ci_low <= attenuated <= observed.estimate.ci_high,
        "disattenuated_error": corrected.value - latent,
        "disattenuated_covers": corrected.ci_low <= latent <= corrected.ci_high,
    }


def summarise(runs: pd.DataFrame) -> pd.DataFrame:
    """Give mean, target, Monte-Carlo error and verdict per quantity."""
    lines = []
    for name in runs:
        values = runs[name].astype(float)
        covers = name.endswith("covers")
        target = COVERAGE if covers else 0.0
        spread = np.sqrt(COVERAGE * (1 - COVERAGE)) if covers else values.std(ddof=1)
        error = spread / np.sqrt(len(values))
        lines.append(
            {
                "quantity": name,
                "mean": values.mean(),
                "target": target,
                "monte_carlo_error": error,
                "ok": abs(values.mean() - target) <= MONTE_CARLO_ERRORS * error,
            }
        )
    return pd.DataFrame(lines)


def main() -> int:
    """Run the simulation and report it; exit code 1 if a quantity is off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--units", type=int, default=60)
    options = parser.parse_args()
    runs = simulate("linkage_recovery", one_study, options.studies, n_units=options.units)
    sentence = f"{options.studies} simulated studies of {options.units} units"
    return report("linkage_recovery", sentence, summarise(pd.DataFrame(runs)))


if __name__ == "__main__":
    sys.exit(main())
