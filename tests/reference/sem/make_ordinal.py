"""Write the seeded ordinal data of the WLSMV tests: ordinal.csv.

Three correlated factors with a cross-loading and a correlated residual that the tested models
leave out, cut into 2, 3, 5 and 7 categories (symmetric and skewed), and one set of mixed numbers
of categories; two groups that differ in latent means and variances, two thresholds and one
loading. Run: python make_ordinal.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
N = 700
LOADINGS = [0.8, 0.6, 0.7, 0.75, 0.85, 0.65, 0.6, 0.8, 0.7]
# Cut points by set of items; the letters are the first letter of the columns.
CUTS = {
    "b": [],  # one of BINARY: items of two categories need different ones
    "t": [0.4, 1.2],
    "f": [-1.4, -0.5, 0.4, 1.3],
    "s": [-1.8, -1.1, -0.5, 0.1, 0.7, 1.4],
    "k": [-2.0, -1.4, -0.8, -0.1],
}
BINARY = [0.7, -0.4, 0.2, 0.9, -0.7, 0.0, 0.5, -0.2, 0.3]
MIXED = "bbtffsksf"


def main() -> None:
    rng = np.random.default_rng(20260311)
    group = np.repeat(["east", "west"], [400, 300])
    west = group == "west"
    mixing = np.linalg.cholesky(np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]]))
    factors = rng.normal(size=(N, 3)) @ mixing.T
    factors[west] = factors[west] * [1.2, 0.9, 1.0] + [0.4, 0.0, -0.3]
    loadings = np.zeros((9, 3))
    for item, loading in enumerate(LOADINGS):
        loadings[item, item // 3] = loading
    loadings[8, 0] = 0.25
    noise = rng.normal(size=(N, 9)) * np.sqrt(1 - np.square(LOADINGS))
    noise[:, 7] += 0.3 * noise[:, 6]
    answers = factors @ loadings.T + noise
    answers[west, 4] += 0.25 * factors[west, 1]
    columns: dict[str, np.ndarray] = {}
    for letter, cuts in CUTS.items():
        for item in range(9):
            own = cuts or [BINARY[item]]
            columns[f"{letter}{item + 1}"] = _cut(answers[:, item], own, west, shift=item == 1)
    for item, letter in enumerate(MIXED):
        own = CUTS[letter] or [BINARY[item]]
        columns[f"m{item + 1}"] = _cut(answers[:, item], own, west, shift=item == 5)
    data = pd.DataFrame(columns)
    data["region"] = group
    data.to_csv(HERE / "ordinal.csv", index=False)


def _cut(answers: np.ndarray, cuts: list[float], west: np.ndarray, *, shift: bool) -> np.ndarray:
    """Cut at thresholds; with `shift` the first one lies elsewhere in the west."""
    codes = np.searchsorted(cuts, answers) + 1
    if shift:
        moved = [cuts[0] - 0.3, *cuts[1:]]
        codes[west] = np.searchsorted(moved, answers[west]) + 1
    return codes


if __name__ == "__main__":
    main()
