import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from icx_research.present.figures.reliability import (
    plot_reliability,
    reliability_alt,
    reliability_caption,
)

NAN = float("nan")


@pytest.fixture
def table():
    rows = [
        ("csat", "alpha", 0.8, 0.7, 0.85, 100), ("csat", "omega_total", 0.82, 0.72, 0.88, 100),
        ("one", "alpha", NAN, NAN, NAN, NAN), ("one", "omega_total", -0.2, -0.4, 0.1, 90),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["scale", "term", "estimate", "ci_low", "ci_high", "n"])


def texts(ax):
    return [text.get_text() for text in ax.texts]


def spans(lines):
    return [tuple(segment[:, 0]) for segment in lines.get_segments() if len(segment)]


def test_dots_and_intervals_are_those_of_the_table(table):
    ax = plot_reliability(table)
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


def test_coefficients_differ_in_shape_and_filling(table):
    first, second = (line for line in plot_reliability(table).lines if line.get_marker() in "os")
    assert first.get_marker() != second.get_marker()
    assert second.get_markerfacecolor() == "white" != first.get_markerfacecolor()


def test_numbers_stand_beside_the_rows(table):
    assert texts(plot_reliability(table)) == [
        ".80 [.70, .85]", "not assessable", ".82 [.72, .88]", "−.20 [−.40, .10]",
    ]  # fmt: skip


def test_labels_come_from_the_codebook_and_are_cut(table):
    names = {"csat": "Customer satisfaction", "one": "A label that is long " * 5 + "$x$"}
    ax = plot_reliability(table, label=names.get)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0] == "Customer satisfaction"
    assert labels[1].endswith("…")
    assert max(map(len, labels[1].splitlines())) <= 34
    plt.gcf().canvas.draw()  # no formula is read into a label


def test_height_grows_with_the_scales(table):
    many = pd.concat([table[:2].assign(scale=f"s{i}") for i in range(30)])
    assert plot_reliability(many).figure.get_size_inches()[1] > 9
    _, ax = plt.subplots()
    assert plot_reliability(table, ax=ax) is ax


def test_caption_names_coefficients_interval_convention_and_rows(table):
    assert reliability_caption(table) == (
        "Cronbach's alpha and McDonald's omega of 2 scales with 95% intervals; the dotted line at "
        ".70 is a convention (Nunnally, 1978), not a pass mark. Complete rows per scale: 90 to "
        "100. Not assessable: the answers do not allow the coefficient."
    )
    assert "of 1 scale with 90% intervals" in reliability_caption(table[:2], confidence_level=0.9)
    assert "Complete rows per scale: 100." in reliability_caption(table[:2])


def test_alt_tells_each_number(table):
    alt = reliability_alt(table, label=str.upper)
    assert "CSAT: alpha .80 [.70, .85]; CSAT: omega total .82 [.72, .88]" in alt
    assert "ONE: alpha not assessable" in alt


def test_a_single_result_and_no_result(table):
    bare = table[["scale", "term", "estimate"]].assign(ci_low=NAN, ci_high=NAN)[:1]
    assert texts(plot_reliability(bare)) == [".80"]
    with pytest.raises(ValueError, match=r"plot_reliability needs at least 1 row; the table has"):
        plot_reliability(table[:0])
