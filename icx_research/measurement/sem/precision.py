"""Covariance matrix of the estimates."""

import numpy as np

from icx_research.measurement.sem.estimation import Fit, undetermined


def inverse(information: np.ndarray, directions: np.ndarray | None = None) -> np.ndarray:
    """Inverse of an information matrix; nan where it is singular or not positive definite.

    Under constraints that of the information along the `directions` that are left, shape
    (q, r): singular, and zero along what the constraints fix.
    """
    inner = information if directions is None else directions.T @ information @ directions
    if len(undetermined(inner)):
        return np.full_like(information, np.nan)
    found = np.linalg.inv(inner)
    return found if directions is None else directions @ found @ directions.T


def model_covariance(fit: Fit) -> np.ndarray:
    """Inverse information: expected for complete data, observed where values are missing.

    The expected information would need values missing completely at random (Kenward &
    Molenberghs, 1998, Statistical Science, 13, 236-247,
    https://doi.org/10.1214/ss/1028905686).
    """
    complete = all(data.is_complete for data in fit.sample.patterns)
    information = fit.expected_information if complete else fit.observed_information
    if not fit.minimum.converged:
        return np.full_like(information, np.nan)
    return inverse(information, fit.directions)
