"""Write the seeded data of the structural equation tests: answers.csv and answers_missing.csv.

Three correlated factors with cross-loadings and correlated residuals that the tested models
leave out, so that fit indices are not at their limits; skewed factors and cluster effects, so
that robust corrections differ from normal theory; two groups that differ in two intercepts.
Run: python make_data.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
N, N_CLUSTERS = 420, 42


def main() -> None:
    rng = np.random.default_rng(20250707)
    cluster = rng.permutation(np.repeat(np.arange(N_CLUSTERS), N // N_CLUSTERS))
    group = np.array(["east", "west"])[(cluster % 5 < 2).astype(int)]
    west = group == "west"
    mixing = np.linalg.cholesky(np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]]))
    skewed = (rng.chisquare(4, size=(N, 3)) - 4) / np.sqrt(8)
    shared = rng.normal(size=(N_CLUSTERS, 3))[cluster]
    factors = (np.sqrt(0.8) * skewed + np.sqrt(0.2) * shared) @ mixing.T
    factors[west, 0] += 0.4
    loadings = np.zeros((9, 3))
    for item, loading in enumerate([0.9, 0.6, 0.7, 0.8, 0.9, 0.7, 0.6, 0.8, 0.7]):
        loadings[item, item // 3] = loading
    loadings[8, 0], loadings[2, 1] = 0.30, 0.20
    noise = rng.standard_t(7, size=(N, 9)) * np.sqrt(5 / 7) * 0.65
    noise[:, 7] += 0.35 * noise[:, 6]
    items = factors @ loadings.T + noise + np.linspace(3, 5, 9)
    items[west, 1] += 0.35
    items[west, 6] -= 0.30
    age = rng.normal(40, 10, size=N)
    tenure = 0.3 * (age - 40) + rng.gamma(2, 3, size=N)
    effort = 0.4 * factors[:, 0] + 0.02 * age + 0.03 * tenure + rng.normal(size=N) * 0.8
    loyalty = 0.5 * effort + 0.3 * factors[:, 1] + 0.01 * age + rng.normal(size=N) * 0.9
    data = pd.DataFrame(items, columns=[f"x{i}" for i in range(1, 10)])
    data = data.assign(age=age, tenure=tenure, effort=effort, loyalty=loyalty).round(4)
    data["team"], data["region"] = cluster, group
    data = data.sort_values("region", kind="stable").reset_index(drop=True)
    data.to_csv(HERE / "answers.csv", index=False)
    gaps = data.copy()
    lost = rng.random((N, 9)) < np.where(data[["loyalty"]] > data["loyalty"].median(), 0.16, 0.06)
    for i in range(9):
        gaps.loc[lost[:, i], f"x{i + 1}"] = np.nan
    gaps.loc[rng.random(N) < 0.05, "effort"] = np.nan
    gaps.to_csv(HERE / "answers_missing.csv", index=False)


if __name__ == "__main__":
    main()
