import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.present.figures.scree import ScreeFigure, plot_scree


def items(rng, k, shared):
    common = rng.normal(size=(400, 1)) * shared
    return pd.DataFrame(common + rng.normal(size=(400, k)), columns=[f"q{i}" for i in range(k)])


@pytest.fixture
def result(rng):
    return icx.parallel_analysis(items(rng, 6, 1.0), n_resamples=50, rng=rng)


def test_lines_are_the_eigenvalues(result):
    ax = plot_scree(result)
    drawn = {line.get_label(): line for line in ax.lines}
    for label, column in (
        ("these items", "observed"),
        ("mean, unrelated items", "null_mean"),
        ("95% quantile, unrelated items", "null_quantile"),
    ):
        np.testing.assert_array_equal(drawn[label].get_ydata(), result.eigenvalues[column])
        np.testing.assert_array_equal(drawn[label].get_xdata(), range(1, 7))
    styles = {line.get_linestyle() for label, line in drawn.items() if not label.startswith("_")}
    assert styles == {"-", "--", ":"}


def test_what_exceeds_the_null_is_shaded(result):
    shade = plot_scree(result).patches[0]
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (0.5, 1.5)


def test_nothing_is_shaded_where_nothing_exceeds(rng):
    none = icx.parallel_analysis(items(rng, 6, 0.0), n_resamples=50, rng=rng)
    assert none.n_factors == 0
    assert not plot_scree(none).patches
    assert "No component exceeds it." in ScreeFigure(none).caption


def test_axes_say_what_is_counted(rng, result):
    ax = plot_scree(result)
    assert ax.get_xlabel() == "Number of the component"
    assert ax.get_ylabel() == "Eigenvalue of the correlations"
    factors = icx.parallel_analysis(items(rng, 44, 1.0), method="factor", n_resamples=20, rng=rng)
    ax = plot_scree(factors)
    assert ax.get_ylabel() == "Eigenvalue of the correlations (reduced)"
    assert len(ax.get_xticks()) <= 14
    assert (ax.get_xticks() % 1 == 0).all()


def test_caption_says_how_it_was_found(result):
    assert ScreeFigure(result).caption == (
        "Eigenvalues of 6 items (dots), with mean and 95% quantile of 50 draws of unrelated normal "
        "items of the same size (parallel analysis). Shaded: the one that exceeds it. n = 400 "
        "complete rows."
    )
    first = f"{result.eigenvalues['observed'].iloc[0]:.2f}"
    assert f"Falling line of 6 eigenvalues, beginning {first}" in ScreeFigure(result).alt
