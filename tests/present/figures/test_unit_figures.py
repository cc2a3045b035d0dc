from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

import icx_research as icx
from icx_research.present.figures.units import UnitsFigure, plot_units
from icx_research.survey.disclosure.unit_intervals import unit_intervals
from tests import builders
from tests.present.pictures import dots, shapes, spans
from tests.survey.disclosure.test_unit_intervals import protected


@pytest.fixture
def found():
    return unit_intervals(
        protected([5.04, 3.96, 4.49, 6.0, 4.0], n=[12, 25, 60, 9, 9]), score="inside"
    )


def order(ax):
    """Give the means of each band, the highest unit on top."""
    drawn = dots(ax)
    heights = sorted(y for places in drawn.values() for _, y in places)
    return {band: [(x, heights.index(y)) for x, y in own] for band, own in drawn.items()}


def test_dots_stand_in_order_by_band_and_withheld_units_nowhere(found):
    assert order(plot_units(found)) == {"10-14": [(5.0, 0)], "20-29": [(4.0, 2)],
                                        "50-99": [(4.5, 1)]}  # fmt: skip


def test_exact_counts_of_published_figures_are_drawn_in_bands(found):
    exact = found.table.assign(respondents=["6938", "12", "7080"])
    assert order(plot_units(replace(found, table=exact))) == {
        "10-14": [(4.5, 1)], "1000+": [(5.0, 0), (4.0, 2)],
    }  # fmt: skip


def test_bands_differ_in_marker_not_in_colour_alone(found):
    assert len({marker for marker, _ in shapes(plot_units(found)).values()}) == 3


def test_bars_are_the_intervals(found):
    ends = [span for band in spans(plot_units(found)) for span in band]
    np.testing.assert_allclose(sorted(ends), found.table[["ci_low", "ci_high"]])


def test_line_is_the_mean_of_the_units_shown(found):
    (line,) = plot_units(found).lines
    assert list(line.get_xdata()) == [4.5, 4.5]
    assert line.get_label() == "mean of the units (4.50)"


def test_few_units_are_named_and_the_axis_says_what_is_measured(found):
    ax = plot_units(found)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["u0", "u2", "u1"]
    assert ax.get_legend().get_title().get_text() == "Respondents"
    with icx.figure_style("apa"):
        company = icx.protect(icx.link_study(icx.load_example("company")))
        ax = plot_units(unit_intervals(company, score="csat"))
    assert len(ax.get_yticklabels()) == 0  # 60 names do not fit on a page
    assert ax.get_xlabel() == "Customer satisfaction (1–7, unit mean)"


def test_many_units_have_no_names_but_an_order(rng):
    found = unit_intervals(protected(rng.normal(4.5, 0.4, 61)), score="inside")
    ax = plot_units(found, ax=plt.subplots()[1])
    assert ax.get_ylabel() == "Units in order of their mean"
    assert not ax.get_yticklabels()
    assert sum(len(places) for places in dots(ax).values()) == 61


def test_words(found):
    assert UnitsFigure(found).caption == (
        "Inside of 3 of 5 units, in order of their means. Bars are 95% intervals of single unit "
        "means, not of differences between units. Intervals wholly below the broken line, the mean "
        "of the units shown: 1; wholly above it: 0. Unit figures rest on at least 10 persons and "
        "are rounded; units with equal figures stand in order of their names."
    )
    assert UnitsFigure(found).alt == (
        "3 units in order of Inside, from 4 to 5, about a mean of 4.5; intervals wholly below "
        "the mean: 1, wholly above it: 0."
    )


def test_published_figures_without_standard_errors():
    book = builders.codebook(with_se=False)
    units = icx.protect(builders.linked_units([10.0, 40.0], [1.0, 2.0], book=book))
    found = unit_intervals(units, score="inside")
    ax = plot_units(found)
    assert list(dots(ax)) == ["unit"]
    assert ax.get_legend().get_title().get_text() == ""
    assert ax.lines[0].get_label() == "mean of the units (25.0)"
    assert (
        "No bars: standard errors of the unit figures are not known." in UnitsFigure(found).caption
    )
    assert "rounded" not in UnitsFigure(found).caption
