"""Random numbers: drawn from the generator or the seed that is handed in, never from elsewhere."""

from numbers import Integral

import numpy as np

Rng = np.random.Generator | int


def as_generator(rng: Rng | None, *, analysis: str) -> np.random.Generator:
    """Make a generator of a seed; hand a generator on as it is.

    Parameters
    ----------
    rng : numpy.random.Generator or int
    analysis : str
        Name of the analysis, for messages.

    Raises
    ------
    TypeError
        If it is missing, or neither a generator nor a whole number from 0 on.

    Examples
    --------
    >>> int(as_generator(1, analysis="htmt").integers(1000))
    473
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, Integral) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    given = "" if rng is None else f", not {rng if isinstance(rng, int) else type(rng).__name__}"
    raise TypeError(
        f"{analysis} needs rng=numpy.random.default_rng(1) or a whole number, such as rng=1{given}."
    )
