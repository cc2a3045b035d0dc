"""Published figures as unit scores."""

import numpy as np
import pandas as pd


def published_scores(rows: pd.DataFrame, roles: tuple[str, ...], scales: list[str]) -> pd.DataFrame:
    """Bring published figures into the shape of unit scores, with their reliability."""
    parts = []
    cells = [(scale, cell) for scale in scales for _, cell in rows.groupby("wave", sort=True)]
    for scale, cell in cells:
        present = cell[cell[scale].notna()]
        observed = present[scale].var(ddof=1)
        if present.empty:
            continue
        se = present[f"{scale}_se"].astype(float)
        true = observed - np.mean(se**2) if se.notna().all() else np.nan
        parts.append(
            pd.DataFrame(
                {
                    "unit": present[roles[0]],
                    "wave": present["wave"],
                    "scale": scale,
                    "n": present[f"{scale}_n"].astype(float),
                    "mean": present[scale].astype(float),
                    "sd": np.nan,
                    "se": se,
                    "reliability": true / (true + se**2) if true > 0 else np.nan,
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"scale": []})
