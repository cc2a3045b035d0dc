"""Every kind of figure at the size of every journal: what an author's reader must not meet."""

from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import icx_research as icx
from icx_research.present.drawing.figure import MOST
from icx_research.present.drawing.journals import JOURNALS
from icx_research.present.pages.gallery import EXAMPLES, example_figures
from tests.present.drawing.measured import printed, texts_of

LONG = "Zufriedenheit mit <b>&amp; %s_{x} #1 $5 — " * 5  # 200 characters and more, and signs


@cache
def figures():
    return example_figures()


@cache
def pages(name, journal):
    return printed(figures()[name], journal)


each_figure = pytest.mark.parametrize("name", EXAMPLES)
each_size = pytest.mark.parametrize("journal", JOURNALS)


@each_size
@each_figure
def test_nothing_is_cut(name, journal):
    assert [page.cut() for page in pages(name, journal)] == [[]] * len(pages(name, journal))


@each_size
@each_figure
def test_no_text_stands_on_another(name, journal):
    assert [page.overlapping() for page in pages(name, journal)] == [[]] * len(pages(name, journal))


@each_size
@each_figure
def test_all_text_has_the_size_of_the_journal(name, journal):
    sizes = {size for page in pages(name, journal) for _, size, _ in page.texts}
    assert sizes == {JOURNALS[journal].text}


@each_size
@each_figure
def test_it_fits_on_a_page_with_its_caption(name, journal):
    asked = JOURNALS[journal]
    for page in pages(name, journal):
        assert page.width == pytest.approx(asked.width)
        assert page.height <= asked.height + 0.01


@each_figure
def test_alternative_text_can_be_listened_to(name):
    figure = figures()[name]
    assert 40 <= len(figure.alt) <= MOST
    assert figure.alt.endswith((".", "…"))


@each_figure
def test_colours_do_not_depend_on_where_it_is_drawn(name):
    pictures = []
    for colour in ("black", "red"):
        with (
            icx.figure_style("nature"),
            mpl.rc_context({"axes.prop_cycle": mpl.cycler(color=[colour])}),
        ):
            drawn = figures()[name].plot().figure
            drawn.canvas.draw()
            pictures.append(bytes(drawn.canvas.buffer_rgba()))
            plt.close(drawn)
    assert pictures[0] == pictures[1]


@each_figure
def test_texts_stay_off_the_neighbour_on_axes_that_are_given(name):
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 9))
    figures()[name].plot(left)
    right.plot([0, 1])
    mine = [(text.get_text(), box.x1) for text, box in texts_of(figure) if text.axes is left]
    border = right.get_tightbbox().x0
    assert mine
    assert [text for text, x1 in mine if x1 > border] == []
