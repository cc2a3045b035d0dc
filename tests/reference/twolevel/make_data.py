"""Draw the answers that twolevel.R reads.

Run in this folder: python make_data.py (writes answers.csv).
"""

import numpy as np
import pandas as pd

WITHIN = np.array([0.9, 0.8, 0.7, 0.8, 0.6, 0.7])
BETWEEN = np.array([0.6, 0.5, 0.5, 0.3, 0.5, 0.2])


def answers(rng: np.random.Generator, sizes: np.ndarray) -> pd.DataFrame:
    """Six items of raters in units, with two correlated factors within and one between."""
    unit = np.repeat(np.arange(len(sizes)), sizes)
    n, phi = len(unit), np.array([[1, 0.6], [0.6, 1]])
    factors = rng.multivariate_normal(np.zeros(2), phi, size=n)
    of_unit = rng.normal(size=(len(sizes), 1)) * BETWEEN + 0.35 * rng.normal(size=(len(sizes), 6))
    y = 4 + of_unit[unit] + factors[:, np.repeat([0, 1], 3)] * WITHIN
    y = y + 0.8 * rng.normal(size=(n, 6))
    y[:, 5] += 0.3 * factors[:, 0]  # a cross-loading, so that no model fits exactly
    frame = pd.DataFrame(y.round(3), columns=[f"q{i}" for i in range(1, 7)])
    return frame.assign(unit=[f"u{u:03}" for u in unit])


if __name__ == "__main__":
    rng = np.random.default_rng(20250802)
    parts = {
        "unbalanced": answers(rng, rng.integers(1, 15, size=90)),
        "balanced": answers(rng, np.full(80, 6)),
    }
    whole = [part.assign(design=name) for name, part in parts.items()]
    pd.concat(whole).to_csv("answers.csv", index=False)
