"""Write the seeded data that the R scripts of this folder read."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def linkage_units(rng: np.random.Generator) -> pd.DataFrame:
    """Forty units with two scores, two numeric controls and a region, rounded to force ties."""
    n = 40
    region = np.array(["north", "south", "west"])[rng.integers(0, 3, n)]
    size = rng.integers(20, 400, n)
    load = rng.normal(size=n)
    shift = pd.Series(region).map({"north": 0.0, "south": 0.5, "west": -0.4}).to_numpy()
    inside = 4.5 + shift + 0.001 * size + 0.3 * load + rng.normal(0, 0.6, n)
    outside = 5 + 0.4 * (inside - 4.5) + 0.6 * shift - 0.002 * size + rng.normal(0, 0.6, n)
    return pd.DataFrame(
        {
            "unit": [f"u{i:02d}" for i in range(n)],
            "inside": inside.round(1),
            "outside": outside.round(1),
            "size": size,
            "load": load.round(3),
            "region": region,
        }
    )


def ratings(rng: np.random.Generator) -> pd.DataFrame:
    """Answers of twelve units of 1 to 15 persons."""
    sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15]
    unit = np.repeat([f"u{i:02d}" for i in range(len(sizes))], sizes)
    score = 4.5 + np.repeat(rng.normal(0, 0.6, len(sizes)), sizes) + rng.normal(0, 1, len(unit))
    return pd.DataFrame({"unit": unit, "score": score.round(2)})


if __name__ == "__main__":
    rng = np.random.default_rng(20250301)
    linkage_units(rng).to_csv(HERE / "linkage_units.csv", index=False)
    ratings(rng).to_csv(HERE / "ratings.csv", index=False)
