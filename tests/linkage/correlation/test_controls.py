"""The rank of controls against R is tested with the correlations that use them."""

import numpy as np
import pandas as pd

from icx_research.linkage.correlation.controls import control_basis, control_columns, varies

EXACT = 1e-12  # orthonormal to rounding


def test_categories_become_indicators_of_all_but_the_first():
    rows = pd.DataFrame({"region": ["b", "a", "c", "a"], "size": [1, 2, 3, 4]})
    expected = [[1, 1, 0], [2, 0, 0], [3, 0, 1], [4, 0, 0]]
    np.testing.assert_array_equal(control_columns(rows, ["size", "region"]), expected)
    assert control_columns(rows, []).shape == (4, 0)


def test_varies_is_relative_to_the_size_of_the_numbers():
    found = varies(np.array([[0.1 + 0.2, 1e9, 0.0, 1e-15], [0.3, 1e9 + 1, 0.0, 2e-15]]))
    assert found.tolist() == [False, True, False, True]
    assert varies(np.empty((0, 2))).tolist() == [False, False]


def test_basis_spans_independent_controls_only(rng):
    x = rng.normal(size=(30, 2))
    design = np.column_stack([x, 2 * x[:, 0] - 3, np.full(30, 7.0)])
    basis = control_basis(design)
    assert basis.shape == (30, 2)
    np.testing.assert_allclose(basis.T @ basis, np.eye(2), atol=EXACT)
    centred = design - design.mean(axis=0)
    np.testing.assert_allclose(centred - basis @ (basis.T @ centred), 0, atol=EXACT * 100)
