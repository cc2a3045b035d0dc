"""Write the seeded answers of five sites for the alignment tests: sites.csv.

Two correlated factors with four items each; latent means and variances differ, and so do three
intercepts and two loadings of some sites, so that no level of exact invariance holds. Correlated
residuals that the model leaves out. Run: python make_data.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SIZES = {"north": 160, "south": 120, "east": 140, "west": 110, "centre": 170}
MEANS = np.array([[0.0, 0.0], [0.4, -0.3], [-0.5, 0.2], [0.2, 0.6], [-0.2, -0.4]])
SDS = np.array([[1.0, 1.0], [1.3, 0.9], [0.8, 1.2], [1.1, 0.8], [0.9, 1.1]])


def main() -> None:
    rng = np.random.default_rng(20250811)
    parts = []
    for g, (site, n) in enumerate(SIZES.items()):
        loadings = np.zeros((8, 2))
        loadings[:4, 0], loadings[4:, 1] = [0.9, 0.7, 0.8, 0.6], [0.7, 0.8, 0.9, 0.7]
        intercepts = np.array([3.0, 3.4, 2.8, 3.1, 3.6, 3.2, 2.9, 3.3])
        if site == "west":
            intercepts[1] += 0.7
            loadings[5, 1] += 0.4
        if site == "south":
            intercepts[6] -= 0.6
        if site == "centre":
            intercepts[3] += 0.5
            loadings[0, 0] -= 0.35
        base = rng.normal(size=(n, 2)) @ np.linalg.cholesky([[1, 0.4], [0.4, 1]]).T
        factors = MEANS[g] + base * SDS[g]
        noise = 0.6 * rng.normal(size=(n, 8))
        noise[:, 1] += 0.2 * noise[:, 0]
        frame = pd.DataFrame(intercepts + factors @ loadings.T + noise)
        frame.columns = [f"a{i}" for i in range(1, 5)] + [f"b{i}" for i in range(1, 5)]
        parts.append(frame.round(3).assign(site=site))
    pd.concat(parts).to_csv(HERE / "sites.csv", index=False)


if __name__ == "__main__":
    main()
