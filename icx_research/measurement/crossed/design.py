"""Ratings of suppliers by raters of client units, reduced to counts and sums."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from icx_research.core.errors import NotTestable, UnsuitableData
from icx_research.measurement.agreement.units import check_table
from icx_research.measurement.items import ROUNDING, SAME, item_values

SOURCES = ("client", "supplier", "rater", "dyad")


@dataclass(frozen=True, eq=False)
class Cells:
    """Ratings that one rater gave to one supplier, summed up.

    Attributes
    ----------
    rater, supplier : array of int, shape (m,)
    client : array of int, shape (raters,)
        Client unit of every rater.
    count, total : array, shape (m,)
        Ratings and their sum, about the grand mean.
    squares : float
        Sum of squares of all ratings about the grand mean.
    levels : dict of str to int
        Levels of every source.
    grand_mean : float
    """

    rater: np.ndarray
    supplier: np.ndarray
    client: np.ndarray
    count: np.ndarray
    total: np.ndarray
    squares: float
    levels: dict[str, int]
    grand_mean: float

    @property
    def dyad(self) -> np.ndarray:
        """Client unit and supplier of every cell, as one number."""
        return self.client[self.rater] * self.levels["supplier"] + self.supplier


@dataclass(frozen=True, eq=False)
class Sums:
    """What the likelihood needs of the cells; raters are grouped by their k sizes.

    Attributes
    ----------
    n : float
        Ratings.
    size, raters : array, shape (k,)
        Ratings per rater, and raters with so many.
    count, total : array, shape (c, s)
        Ratings and their sums per client unit and supplier.
    squares : float
    count_products : array, shape (k, c, s, s)
        Sum over raters of their counts per supplier times these.
    total_products : array, shape (k, c, s)
        Sum over raters of their counts times their total.
    total_squares : array, shape (k,)
        Sum of the raters' squared totals.
    """

    n: float
    size: np.ndarray
    raters: np.ndarray
    count: np.ndarray
    total: np.ndarray
    squares: float
    count_products: np.ndarray
    total_products: np.ndarray
    total_squares: np.ndarray


def read_cells(
    data: pd.DataFrame, *, score: str, client: str, rater: str | None, supplier: str | None
) -> tuple[Cells, int]:
    """Sum up the ratings of every rater per supplier; also count the rows left out.

    Raises
    ------
    ValueError
        If a column is unknown, the score is not numeric or does not vary, or a rater has
        several client units.
    NotTestable
        If there is one client unit only.
    """
    keys = [name for name in (client, rater, supplier) if name is not None]
    check_table(data, [score, *keys], analysis="variance_shares")
    y = item_values(data[[score]], analysis="variance_shares")[:, 0]
    use = ~np.isnan(y) & data[keys].notna().all(axis=1).to_numpy()
    y, rows = y[use], data.loc[use, keys]
    own, clients = pd.factorize(rows[client])
    if len(clients) < 2:
        raise NotTestable(
            f"variance_shares needs ratings of at least 2 client units; {client!r} has "
            f"{len(clients)}."
        )
    if np.ptp(y) <= SAME * np.abs(y).max():
        raise UnsuitableData(f"variance_shares needs ratings that vary; {score!r} does not.")
    by = pd.factorize(rows[rater])[0] if rater else np.arange(len(y))
    of = pd.factorize(rows[supplier])[0] if supplier else np.zeros(len(y), dtype=int)
    raters, suppliers = int(by.max()) + 1, int(of.max()) + 1
    home = np.zeros(raters, dtype=int)
    home[by] = own
    if (home[by] != own).any():
        several = len(np.unique(by[home[by] != own]))
        raise UnsuitableData(
            f"variance_shares needs every rater in one client unit; {several} of {raters} raters "
            "rate for several. Where the same id stands for different persons, join it with the "
            "client unit."
        )
    mean = float(y.mean())
    y = y - mean
    pairs, at = np.unique(by * suppliers + of, return_inverse=True)
    levels = {"client": len(clients), "supplier": suppliers, "rater": raters}
    levels["dyad"] = len(np.unique(own * suppliers + of))
    found = Cells(
        rater=pairs // suppliers,
        supplier=pairs % suppliers,
        client=home,
        count=np.bincount(at).astype(float),
        total=np.bincount(at, y),
        squares=float(y @ y),
        levels=levels,
        grand_mean=mean,
    )
    return found, len(data) - len(y)


def sums(cells: Cells) -> Sums:
    """Sum cells up over raters of the same size, per client unit."""
    c, s = cells.levels["client"], cells.levels["supplier"]
    n_rater = np.bincount(cells.rater, cells.count)
    size, kind, raters = np.unique(n_rater, return_inverse=True, return_counts=True)
    empty = Sums(
        n=float(cells.count.sum()),
        size=size,
        raters=raters.astype(float),
        count=np.bincount(cells.dyad, cells.count, c * s).reshape(c, s),
        total=np.zeros((c, s)),
        squares=0.0,
        count_products=_count_products(cells, kind, len(size)),
        total_products=np.zeros((len(size), c, s)),
        total_squares=np.zeros(len(size)),
    )
    return with_totals(empty, cells, cells.total, cells.squares)


def with_totals(reduced: Sums, cells: Cells, total: np.ndarray, squares: float) -> Sums:
    """Replace the ratings of all cells and keep their counts."""
    k, c, s = reduced.total_products.shape
    n_rater = np.bincount(cells.rater, cells.count)
    kind = np.searchsorted(reduced.size, n_rater)
    of_rater = np.bincount(cells.rater, total)
    at = kind[cells.rater] * c * s + cells.dyad
    return replace(
        reduced,
        total=np.bincount(cells.dyad, total, c * s).reshape(c, s),
        squares=squares,
        total_products=np.bincount(at, cells.count * of_rater[cells.rater], k * c * s).reshape(
            k, c, s
        ),
        total_squares=np.bincount(kind, of_rater**2, k),
    )


def _count_products(cells: Cells, kind: np.ndarray, kinds: int) -> np.ndarray:
    """Add up every pair of cells of one rater, by the steps between cells of one rater."""
    c, s = cells.levels["client"], cells.levels["supplier"]
    found = np.zeros((kinds, c, s, s))
    base = kind[cells.rater], cells.client[cells.rater]
    step = 0
    while True:  # cells are sorted by rater, so that step 1 pairs neighbours
        first = np.arange(len(cells.rater) - step)
        first = first[cells.rater[first] == cells.rater[first + step]]
        if not len(first):
            return found
        second = first + step
        products = cells.count[first] * cells.count[second]
        k, unit = base[0][first], base[1][first]
        np.add.at(found, (k, unit, cells.supplier[first], cells.supplier[second]), products)
        if step:
            np.add.at(found, (k, unit, cells.supplier[second], cells.supplier[first]), products)
        step += 1


def separable(cells: Cells, candidates: tuple[str, ...]) -> tuple[str, ...]:
    r"""Keep the sources whose variances the design can tell apart, in the order given.

    Notes
    -----
    Variances are estimable where the matrix of :math:`\operatorname{tr}(M V_i M V_j)` is
    regular, M taking the mean off and :math:`V_i = Z_i Z_i'`, the identity for the residual
    (Rao, 1971, Journal of Multivariate Analysis, 1, 257-275,
    https://doi.org/10.1016/0047-259X(71)90001-7).
    """
    codes = {
        "client": cells.client[cells.rater],
        "supplier": cells.supplier,
        "rater": cells.rater,
        "dyad": np.unique(cells.dyad, return_inverse=True)[1],
    }
    n = float(cells.count.sum())
    kept: tuple[str, ...] = ()
    for name in candidates:
        tried = (*kept, name)
        matrix = np.empty((len(tried) + 1,) * 2)
        matrix[-1, -1] = n - 1
        for i, first in enumerate(tried):
            own = np.bincount(codes[first], cells.count)
            matrix[i, -1] = matrix[-1, i] = n - own @ own / n
            for j, second in enumerate(tried[: i + 1]):
                matrix[i, j] = matrix[j, i] = _overlap(codes[first], codes[second], cells.count)
        scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
        regular = matrix[-2, -2] > ROUNDING * n**2
        if regular and np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] > 1e-9:
            kept = tried
    return kept


def _overlap(first: np.ndarray, second: np.ndarray, count: np.ndarray) -> float:
    """Squared norm of Z_i' M Z_j."""
    n = count.sum()
    joint = np.bincount(
        np.unique(first * (second.max() + 1) + second, return_inverse=True)[1], count
    )
    a, b = np.bincount(first, count), np.bincount(second, count)
    cross = np.bincount(first, count * b[second]) @ a
    return float(joint @ joint - 2 * cross / n + (a @ a) * (b @ b) / n**2)
