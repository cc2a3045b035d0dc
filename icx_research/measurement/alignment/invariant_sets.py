"""Which groups share a parameter: sets of groups whose aligned parameters do not differ."""

import numpy as np
from scipy import special
from scipy.sparse.csgraph import connected_components

# Of Asparouhov & Muthén (2014): pairs of groups are joined where they do not differ at .01; a
# group belongs to the set where it does not differ from its average at .001.
PAIR_LEVEL, SET_LEVEL = 0.01, 0.001
MAX_ROUNDS = 100


def invariant_set(values: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Find the groups in which a parameter is the same, as far as tests can tell.

    Parameters
    ----------
    values : array, shape (g,)
        The parameter in every group.
    covariance : array, shape (g, g)
        Of `values`.

    Returns
    -------
    array of bool, shape (g,)

    Notes
    -----
    The largest set of groups that are connected by pairs without a difference is the start;
    groups leave it that differ from its average, and join it that do not, until no group
    moves.

    References
    ----------
    Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment. Structural
    Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210

    Examples
    --------
    >>> import numpy as np
    >>> invariant_set(np.array([0.8, 0.9, 2.0]), 0.01 * np.eye(3))
    array([ True,  True, False])
    """
    g = len(values)
    variance = np.diag(covariance)
    pair_error = np.sqrt(np.maximum(variance[:, None] + variance - 2 * covariance, 0.0))
    near = np.abs(values[:, None] - values) <= _critical(PAIR_LEVEL) * pair_error
    _, label = connected_components(near, directed=False)
    inside = np.asarray(label == np.bincount(label).argmax())
    for _ in range(MAX_ROUNDS):
        contrast = np.eye(g) - inside / inside.sum()
        error = np.sqrt(np.maximum(np.diag(contrast @ covariance @ contrast.T), 0.0))
        stays = np.abs(contrast @ values) <= _critical(SET_LEVEL) * error
        if not stays.any() or (stays == inside).all():
            break
        inside = stays
    return inside


def _critical(level: float) -> float:
    return float(-special.ndtri(level / 2))
