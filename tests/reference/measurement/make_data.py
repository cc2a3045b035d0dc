"""Draw the answers the R scripts of this folder read.

Run in this folder: python make_data.py
It writes service_items.csv, mixed_items.csv, unit_ratings.csv and crossed_ratings.csv.
"""

import numpy as np
import pandas as pd


def service_items(rng: np.random.Generator) -> pd.DataFrame:
    """400 x 12 five-point answers: three correlated factors of four items, some missing."""
    phi = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    pattern = np.zeros((12, 3))
    for factor, own in enumerate(
        ([0.8, 0.7, 0.6, 0.5], [0.75, 0.7, 0.65, 0.4], [0.85, 0.6, 0.7, 0.5])
    ):
        pattern[4 * factor : 4 * factor + 4, factor] = own
    pattern[3, 1] = 0.3  # a cross-loading, so that the model does not fit exactly
    unique = 1 - np.einsum("ij,jk,ik->i", pattern, phi, pattern)
    factors = rng.multivariate_normal(np.zeros(3), phi, size=400)
    latent = factors @ pattern.T + rng.normal(size=(400, 12)) * np.sqrt(unique)
    cuts = np.array([-1.8, -1.0, -0.1, 0.9])
    answers = (latent[:, :, None] > cuts).sum(axis=2) + 1.0
    answers[rng.random(answers.shape) < 0.003] = np.nan
    names = [f"{scale}{i}" for scale in ("tan", "rel", "emp") for i in range(1, 5)]
    return pd.DataFrame(answers, columns=names).astype("Int64")


def mixed_items(rng: np.random.Generator) -> pd.DataFrame:
    """500 x 6 items of 2, 3, 4, 5, 7 and 11 categories; one pair nearly equal, one empty cells."""
    common = rng.normal(size=(500, 1))
    weight = np.array([0.75, 0.6, 0.95, 0.95, -0.5, 0.7])
    latent = common * weight + rng.normal(size=(500, 6)) * np.sqrt(1 - weight**2)
    columns = {}
    for i, categories in enumerate((2, 3, 4, 5, 7, 11)):
        cuts = np.linspace(-1.6, 2.0, categories + 1)[1:-1]
        columns[f"c{categories}"] = (latent[:, [i]] > cuts).sum(axis=1) + 1
    return pd.DataFrame(columns)


def unit_ratings(rng: np.random.Generator) -> pd.DataFrame:
    """Seven-point answers to four items by 2 to 14 raters in 30 units, some missing."""
    rows = []
    for unit in range(30):
        raters = int(rng.integers(2, 15))
        level, spread = rng.normal(4.5, 0.6), rng.uniform(0.5, 2.2)
        person = rng.normal(size=(raters, 1))
        noise = rng.normal(size=(raters, 4))
        answers = np.clip(np.round(level + spread * (0.6 * person + 0.8 * noise)), 1, 7)
        answers[rng.random(answers.shape) < 0.01] = np.nan
        rows.append(
            pd.DataFrame(answers, columns=["s1", "s2", "s3", "s4"]).assign(unit=f"u{unit:02}")
        )
    return pd.concat(rows, ignore_index=True).astype(
        dict.fromkeys(["s1", "s2", "s3", "s4"], "Int64")
    )


def crossed_ratings(rng: np.random.Generator) -> pd.DataFrame:
    """Ratings of 5 suppliers by 1 to 12 raters in 14 client units, some twice, some not at all.

    `flat` is without effects of suppliers and dyads.
    """
    client, supplier = rng.normal(size=14) * 0.5, rng.normal(size=5) * 0.4
    dyad = rng.normal(size=(14, 5)) * 0.4
    rows = []
    for c in range(14):
        for r in range(int(rng.integers(1, 13))):
            halo = client[c] + 0.7 * rng.normal()
            for s in range(5):
                for _ in range(int(rng.choice(3, p=[0.2, 0.65, 0.15]))):
                    noise = rng.normal()
                    score = 4 + halo + supplier[s] + dyad[c, s] + noise
                    flat = 4 + halo + rng.normal()
                    rows.append((f"c{c:02}", f"c{c:02}r{r:02}", f"s{s}", score, flat))
    names = ["client", "rater", "supplier", "score", "flat"]
    return pd.DataFrame(rows, columns=names).round(3)


if __name__ == "__main__":
    service_items(np.random.default_rng(20250701)).to_csv("service_items.csv", index=False)
    mixed_items(np.random.default_rng(20250702)).to_csv("mixed_items.csv", index=False)
    unit_ratings(np.random.default_rng(20250703)).to_csv("unit_ratings.csv", index=False)
    crossed_ratings(np.random.default_rng(20250705)).to_csv("crossed_ratings.csv", index=False)
