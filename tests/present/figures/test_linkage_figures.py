import dataclasses

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection

import icx_research as icx
from icx_research.present.figures.linkage import (
    Z_95,
    LinkageFigure,
    plot_linkage,
)


@pytest.fixture
def parts(linked, pair):
    units = icx.protect(linked)
    return {
        "result": icx.linkage_correlations(linked, **pair),
        "line": icx.linkage_line(units, **pair),
        "units": units,
    }


def figure_of(parts, delta=0.15):
    return LinkageFigure(parts["result"], parts["line"], parts["units"], delta)


def draw(parts, delta=0.15, ax=None):
    return plot_linkage(**parts, delta=delta, ax=ax)


def dots(ax):
    (collection,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    return np.asarray(collection.get_offsets())


def test_dots_are_protected_units_within_their_rounding_step(parts, pair):
    shown = figure_of(parts).source
    drawn = dots(draw(parts))
    rounded = shown[[pair["internal"], pair["external"]]].to_numpy()
    assert len(drawn) == len(shown) == 60
    assert np.abs(drawn - rounded).max() <= 0.05 + 1e-12
    assert np.round(drawn.mean(axis=0), 2) == pytest.approx(rounded.mean(axis=0), abs=0.02)


def test_exact_unit_means_are_nowhere_in_the_figure(parts, linked, pair):
    exact = linked.at_wave("3").table[pair["internal"]].to_numpy()
    drawn = dots(draw(parts))[:, 0]
    assert np.abs(exact[:, None] - drawn[None, :]).min() > 1e-9
    assert parts["line"].band["x"].min() == figure_of(parts).source[pair["internal"]].min()


def test_bars_are_intervals_on_both_sides(parts, pair):
    ax = draw(parts)
    shown = figure_of(parts).source
    bars = [c for c in ax.collections if isinstance(c, LineCollection)]
    lengths = [
        np.array([np.ptp(segment[:, axis]) for segment in bar.get_segments()])
        for axis, bar in enumerate(bars)
    ]
    for length, name in zip(lengths, pair.values(), strict=True):
        np.testing.assert_allclose(length, 2 * Z_95 * shown[f"{name}_se"], atol=1e-12)


def test_line_is_that_of_the_result(parts):
    (line,) = draw(parts).lines
    np.testing.assert_allclose(line.get_ydata(), parts["line"].band["fit"])
    np.testing.assert_allclose(line.get_xdata(), parts["line"].band["x"])


def test_wedge_has_the_slope_of_delta(parts):
    delta = 0.2
    ax = draw(parts, delta=delta)
    wedge = next(c for c in ax.collections if c.get_label() == "|r| below .20")
    corners = wedge.get_paths()[0].vertices
    x, y = corners[:, 0], corners[:, 1]
    line = parts["line"]
    right = np.isclose(x, x.max())
    slope = (y[right].max() - line.centre[1]) / (x.max() - line.centre[0])
    assert slope == pytest.approx(delta * line.sd[1] / line.sd[0])


def test_labels_carry_range_and_level(parts):
    ax = draw(parts)
    assert ax.get_xlabel() == "Internal satisfaction (1–7, unit mean)"
    assert ax.get_ylabel() == "Customer satisfaction (1–7, unit mean)"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "|r| below .15",
        "unit",
        "line with 95% band",
    ]


def test_draws_into_the_axes_it_is_given(parts):
    _, ax = plt.subplots()
    assert draw(parts, ax=ax) is ax


def test_refuses_units_that_are_not_protected(parts, linked):
    parts["units"] = linked
    message = r"Figures take protected units only; call protect\(linked\), not LinkedUnits."
    with pytest.raises(TypeError, match=message):
        draw(parts)


def test_refuses_a_line_of_other_scores(parts):
    parts["line"] = dataclasses.replace(parts["line"], external="recommendation")
    with pytest.raises(ValueError, match="line and correlation must be of the same scores"):
        draw(parts)


def test_caption_names_interval_n_and_reliability(parts):
    caption = figure_of(parts).caption
    estimate = parts["result"].correlation.estimate
    assert f"r = {estimate.value:.2f}".replace("0.", ".") in caption
    assert "n = 60 units" in caption
    assert "95% intervals of unit means: horizontal (Internal satisfaction), vertical" in caption
    assert f"{parts['result'].reliability_internal.value:.2f} (internal)"[1:] in caption
    assert "at least 10 persons" in caption
    assert "wave 3" in caption


def test_alt_text_says_what_is_seen(parts):
    alt = figure_of(parts).alt
    assert alt.startswith("Scatter plot of 60 units. Across: Internal satisfaction, from 4 to 5.7.")
    assert "The line rises by" in alt
    assert "n = 60 units" in alt


def test_withheld_units_are_not_drawn(parts, linked, pair):
    parts["units"] = icx.protect(linked, min_persons=16)
    figure = figure_of(parts)
    enough = linked.at_wave("3").table[f"{pair['internal']}_n"] >= 16
    assert len(figure.source) == enough.sum() < 60
    assert f"{len(figure.source)} of 60 linked units shown" in figure.caption


def test_a_line_through_exact_units_is_refused(parts, linked, pair):
    line = icx.linkage_line(linked, **pair)
    with pytest.raises(ValueError, match=r"^The line must be that of protected units; call "):
        draw({**parts, "line": line})
