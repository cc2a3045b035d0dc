r"""Test of the restrictions that one ordinal model adds to another.

The difference of two weighted least squares statistics is not chi-square. With A the restrictions
in the parameters of the general model, :math:`P = \Delta' W \Delta` its information and :math:`M
= P^{-1} A' (A P^{-1} A')^{-1} A P^{-1}`, it is distributed as a sum of chi-squares weighted by the
eigenvalues of :math:`M \Delta' W \Gamma W \Delta`: Satorra, A. (2000). Scaled and adjusted
restricted tests in multi-sample analysis of moment structures. In R. D. H. Heijmans, D. S. G.
Pollock & A. Satorra (Eds.), Innovations in multivariate statistical analysis (pp. 233-247).
Kluwer. A follows from the derivatives of both models: it is what the general model can move and
the restricted one cannot.
"""

import numpy as np

from icx_research.measurement.sem.ordinal_estimation import OrdinalFit
from icx_research.measurement.sem.shifted import Shifted, shifted

# Singular value, relative to the largest, below which a direction counts as not taken.
RANK = 1e-9


def difference_test(restricted: OrdinalFit, general: OrdinalFit) -> Shifted:
    """Adjust the difference of two chi-squares in mean and variance; nan where not nested."""
    df = restricted.df - general.df
    restrictions = _restrictions(restricted, general)
    if restrictions.shape[1] != df or np.isnan(general.bread).any():
        return Shifted(np.nan, np.nan, np.nan)
    middle = general.bread @ restrictions
    inner = np.linalg.inv(restrictions.T @ middle)
    product = middle @ inner @ middle.T @ general.meat
    difference = restricted.chi_square - general.chi_square
    return shifted(difference, df, float(np.trace(product)), float((product * product.T).sum()))


def _restrictions(restricted: OrdinalFit, general: OrdinalFit) -> np.ndarray:
    """Directions of the general model's parameters that the restricted one cannot take."""
    wide, narrow = np.vstack(general.slopes), np.vstack(restricted.slopes)
    shared = np.linalg.lstsq(wide, narrow, rcond=None)[0]
    left, values, _ = np.linalg.svd(shared)
    rank = int((values > values.max(initial=0.0) * RANK).sum())
    return left[:, rank:]
