from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

import icx_research as icx
from icx_research.core import apa
from icx_research.present.figures.reliability import (
    ReliabilityFigure,
    plot_reliability,
)
from icx_research.scales.reliability import ReliabilityOverview

NAN = float("nan")


@pytest.fixture
def table():
    rows = [
        ("csat", "alpha", 0.8, 0.7, 0.85, 100), ("csat", "omega_total", 0.82, 0.72, 0.88, 100),
        ("one", "alpha", NAN, NAN, NAN, NAN), ("one", "omega_total", -0.2, -0.4, 0.1, 90),
    ]  # fmt: skip
    columns = ["scale", "term", "estimate", "ci_low", "ci_high", "n"]
    return pd.DataFrame(rows, columns=columns).assign(note="")


@pytest.fixture
def overview(table):
    return ReliabilityOverview(table)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def spans(lines):
    return [tuple(segment[:, 0]) for segment in lines.get_segments() if len(segment)]


def test_dots_and_intervals_are_those_of_the_table(overview):
    ax = plot_reliability(overview)
    dots = {line.get_label(): line for line in ax.lines if line.get_marker() in "os"}
    np.testing.assert_allclose(dots["Cronbach's alpha"].get_xdata(), [0.8, NAN])
    np.testing.assert_allclose(dots["McDonald's omega"].get_xdata(), [0.82, -0.2])
    first, second = (c for c in ax.collections if isinstance(c, LineCollection))
    assert spans(first) == [(0.7, 0.85)]
    assert spans(second) == [(0.72, 0.88), (-0.4, 0.1)]
    heights = [line.get_ydata() for line in dots.values()]
    assert (heights[0] < heights[1]).all()  # alpha above omega; the first scale on top
    assert ax.get_ylim() == (1.5, -0.5)
    assert ax.get_xlim() == (-0.4, 1.0)


def test_coefficients_differ_in_shape_and_filling(overview):
    first, second = (line for line in plot_reliability(overview).lines if line.get_marker() in "os")
    assert first.get_marker() != second.get_marker()
    assert second.get_markerfacecolor() == "white" != first.get_markerfacecolor()


def test_numbers_stand_beside_the_rows(overview):
    assert texts(plot_reliability(overview)) == [
        ".80 [.70, .85]", "not assessable", ".82 [.72, .88]", "−.20 [−.40, .10]",
    ]  # fmt: skip


def test_labels_come_from_the_codebook_and_are_cut(overview):
    names = {"csat": "Customer satisfaction", "one": "A label that is long " * 5 + "$x$"}
    ax = plot_reliability(replace(overview, labels=names))
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0] == "Customer satisfaction"
    assert labels[1].endswith("…")
    assert max(map(len, labels[1].splitlines())) <= 34
    plt.gcf().canvas.draw()  # no formula is read into a label


def test_height_grows_with_the_scales(overview):
    many = pd.concat([overview.table[:2].assign(scale=f"s{i}") for i in range(30)])
    assert plot_reliability(replace(overview, table=many)).figure.get_size_inches()[1] > 9
    _, ax = plt.subplots()
    assert plot_reliability(overview, ax=ax) is ax


def test_caption_names_coefficients_interval_convention_and_rows(overview):
    assert ReliabilityFigure(overview).caption == (
        "Cronbach's alpha and McDonald's omega of 2 scales with 95% intervals; the dotted line at "
        ".70 is a convention (Nunnally, 1978), not a pass mark. Complete rows per scale: 90 to "
        "100. Not assessable: the answers do not allow the coefficient."
    )
    first = replace(overview, table=overview.table[:2], confidence_level=0.9)
    assert "of 1 scale with 90% intervals" in ReliabilityFigure(first).caption
    assert "Complete rows per scale: 100." in ReliabilityFigure(first).caption


def test_alt_tells_each_number(overview):
    alt = ReliabilityFigure(replace(overview, labels={"csat": "CSAT"})).alt
    assert "CSAT: alpha .80 [.70, .85]; CSAT: omega total .82 [.72, .88]" in alt
    assert "one: alpha not assessable" in alt


def test_results_of_any_data_by_label(rng):
    answers = rng.normal(size=(60, 1)) + rng.normal(size=(60, 3))
    alpha = icx.cronbach_alpha(pd.DataFrame(answers, columns=list("abc")), confidence_level=0.9)
    figure = ReliabilityFigure({"Mine": alpha})
    value, low, high = (
        apa.bounded(number) for number in alpha.table[["estimate", "ci_low", "ci_high"]].iloc[0]
    )
    assert texts(figure.plot()) == [f"{value} [{low}, {high}]"]
    assert "of 1 scale with 90% intervals" in figure.caption
    with pytest.raises(ValueError, match=r"^An overview needs at least 1 result; got none\.$"):
        plot_reliability({})


def test_without_interval_the_estimate_stands_alone(overview):
    bare = overview.table[:1].assign(ci_low=NAN, ci_high=NAN)
    assert texts(plot_reliability(replace(overview, table=bare))) == [".80"]


def test_a_refused_overview_is_not_drawn(overview):
    figure = ReliabilityFigure(replace(overview, refusal="not testable: no items."))
    with pytest.raises(icx.NotTestable, match=r"^no items\.$"):
        figure.plot()
    assert repr(figure) == "ReliabilityFigure: not testable: no items."
