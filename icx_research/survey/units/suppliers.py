"""Which suppliers a unit rates: taken out of its score by least squares."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import Blocked

SMALLEST_ROOT = 1e-9  # share of the largest root below which suppliers are not comparable


def supplier_effects(
    frame: "nw.DataFrame[Any]", roles: tuple[str, ...], scales: list[str]
) -> pd.DataFrame:
    r"""Estimate how much better or worse than the average supplier each one is rated.

    Parameters
    ----------
    frame : narwhals DataFrame
        Rating rows with the client unit, `supplier_unit`, `wave` and the scales.
    roles : tuple of str
        The client unit's role, alone.
    scales : list of str

    Returns
    -------
    DataFrame
        `scale`, `wave`, `supplier_unit`, `effect` (sum to 0 per scale and wave), `n`.

    Raises
    ------
    ValueError
        If the rows name no supplier, or the scores are wanted per supplier.
    Blocked
        If two groups of suppliers have no client unit in common.

    Notes
    -----
    Ratings are client unit + supplier + residual, both fixed. From the counts
    :math:`N` and sums per cell (unit x supplier) the supplier effects solve
    :math:`(D_s - N' D_u^{-1} N) b = t_s - N' \bar y_u`, :math:`\sum b = 0`: a unit's
    score is then what it would be if it rated all suppliers alike.
    """
    if "supplier_unit" not in frame.columns or roles != ("client_unit",):
        raise ValueError(
            "supplier_adjusted needs ratings with a supplier_unit column, by='client_unit'."
        )
    lines = []
    for scale in scales:
        cells = (
            frame.filter(~nw.col(scale).is_null())
            .group_by(["wave", "client_unit", "supplier_unit"])
            .agg(n=nw.col(scale).count(), total=nw.col(scale).sum())
            .sort(["wave", "client_unit", "supplier_unit"])
        )
        table = pd.DataFrame(cells.to_dict(as_series=False))
        for wave, cell in table.groupby("wave", sort=True):
            for supplier, effect, n in _least_squares(cell, scale, str(wave)):
                lines.append((scale, wave, supplier, effect, n))
    return pd.DataFrame(lines, columns=["scale", "wave", "supplier_unit", "effect", "n"])


def _least_squares(cell: pd.DataFrame, scale: str, wave: str) -> list[tuple[str, float, int]]:
    wide = cell.pivot_table(
        index="client_unit", columns="supplier_unit", values=["n", "total"], aggfunc="sum"
    )
    n = wide["n"].fillna(0).to_numpy(float)
    total = wide["total"].fillna(0).to_numpy(float)
    unit_mean = total.sum(axis=1) / n.sum(axis=1)
    system = np.diag(n.sum(axis=0)) - n.T @ (n / n.sum(axis=1)[:, None])
    right = total.sum(axis=0) - n.T @ unit_mean
    roots, vectors = np.linalg.eigh(system)
    use = roots > SMALLEST_ROOT * max(roots.max(), 1.0)
    if use.sum() < len(roots) - 1:
        raise Blocked(
            f"suppliers cannot be compared on {scale!r} in wave {wave}: no client unit rates both "
            "of two groups of them; leave supplier_adjusted out."
        )
    effect = vectors[:, use] @ ((vectors[:, use].T @ right) / roots[use])
    effect = effect - effect.mean()
    suppliers = list(wide["n"].columns)
    counts = n.sum(axis=0).astype(int).tolist()
    return list(zip(suppliers, effect.tolist(), counts, strict=True))


def without_suppliers(
    frame: "nw.DataFrame[Any]", effects: pd.DataFrame, scales: list[str]
) -> "nw.DataFrame[Any]":
    """Subtract its supplier's effect from each rating."""
    wide = effects.pivot_table(
        index=["wave", "supplier_unit"], columns="scale", values="effect", aggfunc="sum"
    )
    wide = wide.add_prefix("_effect_").reset_index()
    table = nw.from_dict(
        {str(name): wide[name].tolist() for name in wide}, backend=frame.implementation
    )
    joined = frame.join(table, on=["wave", "supplier_unit"], how="left")
    adjusted = [(nw.col(name) - nw.col(f"_effect_{name}")).alias(name) for name in scales]
    return joined.with_columns(*adjusted).drop([f"_effect_{name}" for name in scales])
