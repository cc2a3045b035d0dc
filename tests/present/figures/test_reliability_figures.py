from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import icx_research as icx
from icx_research.core import apa
from icx_research.present.figures.reliability import (
    ReliabilityFigure,
    plot_reliability,
)
from icx_research.scales.reliability import ReliabilityOverview
from tests.present.pictures import dots, shapes, spans

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


def test_dots_and_intervals_are_those_of_the_table(overview):
    ax = plot_reliability(overview)
    first, second = dots(ax).values()
    assert list(dots(ax)) == ["Cronbach's alpha", "McDonald's omega"]
    assert [x for x, _ in first] == [0.8]  # what cannot be assessed is not drawn
    assert [x for x, _ in second] == [0.82, -0.2]
    assert spans(ax) == [[(0.7, 0.85)], [(0.72, 0.88), (-0.4, 0.1)]]
    assert first[0][1] < second[0][1] < second[1][1]  # alpha above omega; the first scale on top
    assert ax.get_ylim()[0] > ax.get_ylim()[1] == 0
    assert ax.get_xlim() == (-0.4, 1.0)


def test_coefficients_differ_in_shape_and_filling(overview):
    first, second = shapes(plot_reliability(overview)).values()
    assert first[0] != second[0]
    assert second[1] == (1, 1, 1, 1) != first[1]


def test_numbers_stand_beside_the_rows(overview):
    assert texts(plot_reliability(overview)) == [
        ".80 [.70, .85]", "not assessable", ".82 [.72, .88]", "−.20 [−.40, .10]",
    ]  # fmt: skip


def test_labels_come_from_the_codebook_and_are_cut(overview):
    names = {"csat": "Customer satisfaction", "one": "A label that is long " * 9 + "$x$"}
    ax = plot_reliability(replace(overview, labels=names))
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0] == "Customer satisfaction"
    assert labels[1].endswith("…")
    assert labels[1].count("\n") == 2
    plt.gcf().canvas.draw()  # no formula is read into a label


def test_many_scales_are_written_on_several_pages(overview, tmp_path):
    many = pd.concat([overview.table[:2].assign(scale=f"s{i}") for i in range(30)])
    figure = ReliabilityFigure(replace(overview, table=many))
    saved = figure.save(tmp_path, dpi=40)
    assert {"png", "png_2", "pdf_2", "svg_2"} <= set(saved.paths)
    assert len(pd.read_csv(saved.paths["csv"])) == 60
    with icx.figure_style("apa"):
        pages = figure.pages
    scales = [scale for page in pages for scale in page.source["scale"].unique()]
    assert scales == [f"s{i}" for i in range(30)]


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
