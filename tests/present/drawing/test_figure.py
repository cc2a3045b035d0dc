from dataclasses import dataclass

import IPython.display
import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest

from icx_research.core.errors import Blocked
from icx_research.pipeline.notebooks import page_of
from icx_research.present.drawing.figure import MOST, Figure, divided, heard


@dataclass(frozen=True, repr=False, eq=False)
class Line(Figure):
    """The smallest figure there is."""

    caption: str = "A line, n = 5."
    reason: str = ""
    name = "a line"
    alt = "A line, up & away."

    @property
    def source(self):
        return pd.DataFrame({"x": [1, 2]})

    def _draw(self, ax):
        if self.reason:
            raise Blocked(self.reason)
        ax.plot([1, 2])


@pytest.fixture
def displayed(monkeypatch):
    seen = []
    monkeypatch.setattr(
        IPython.display, "display", lambda *a, **options: seen.append((*a, options))
    )
    return seen


def test_a_notebook_shows_the_figure_then_its_caption_and_closes_it(displayed):
    Line()._ipython_display_()
    (figure, options), (caption, _) = displayed
    assert options == {"metadata": {"image/png": {"alt": "A line, up & away."}}}
    assert list(figure.get_size_inches() * 25.4) == pytest.approx([165, 0.75 * 165])
    assert caption.data == "A line, n = 5."
    assert not plt.get_fignums()


def test_captions_are_no_markup(displayed):
    Line("<b>*Costs* in $_1 [x](y)")._ipython_display_()
    assert displayed[1][0].data == r"\<b\>\*Costs\* in \$\_1 \[x\](y)"


def test_a_refusal_stands_in_the_place_of_the_picture(displayed, capsys):
    Line(reason="no unit may be shown.")._ipython_display_()
    assert capsys.readouterr().out == "blocked: no unit may be shown.\n"
    assert not displayed


def test_what_is_no_refusal_is_a_fault(displayed):
    with pytest.raises(TypeError):
        Line(caption=5)._ipython_display_()


def test_alternative_text_reaches_the_page(displayed):
    Line()._ipython_display_()
    picture = nbformat.v4.new_output("display_data", {"image/png": "aGVsbG8="}, **displayed[0][1])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[picture])])
    assert 'alt="A line, up &amp; away."' in page_of(notebook, "x")


def test_draws_into_the_axes_it_is_given_or_into_a_figure_of_its_own():
    ax = plt.subplots()[1]
    assert Line().plot(ax) is ax
    assert Line().plot() is not ax
    assert repr(Line()) == "Line: A line, n = 5."


def test_saves_words_and_data_under_a_name_that_is_free(tmp_path):
    saved = Line().save(tmp_path, dpi=40)
    again = Line().save(tmp_path, taken=[saved.name], dpi=40)
    assert (saved.name, again.name) == ("a_line", "a_line_2")
    assert (saved.caption, saved.alt) == ("A line, n = 5.", "A line, up & away.")
    assert saved.paths["csv"].read_text(encoding="utf-8") == "x\n1\n2\n"
    assert not plt.get_fignums()
    assert Line().save(tmp_path, name="mine", dpi=40).name == "mine"


def test_nobody_listens_to_a_hundred_numbers():
    parts = [f"scale {i}: .7{i}" for i in range(10)]
    assert heard("Dots", parts).endswith("; scale 9: .79.")
    said = heard("Dots", parts * 9, "Gate at 5%")
    assert len(said) <= MOST
    assert said.startswith("Dots. scale 0: .70; scale 1: .71; ")
    assert said.endswith(" more in the data table. Gate at 5%.")
    n_said = said.count(":")
    assert f"; {90 - n_said} more in" in said
    assert heard("Dots", ["x" * 400]) == "Dots. 1 in the data table."
    assert len(heard("word " * 100, [])) <= MOST


def test_rows_are_divided_in_their_order():
    assert divided(list("abcdefg"), 3) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_a_figure_that_shows_nothing_is_a_sentence(displayed, capsys):
    class Full(Line):
        sentence = "All have a partner."

    Full()._ipython_display_()
    assert capsys.readouterr().out == "All have a partner.\n"
    assert not displayed


def test_axes_that_are_given_get_room_for_their_texts():
    figure, axes = plt.subplots(1, 2)
    Line().plot(axes[0])
    assert type(figure.get_layout_engine()).__name__ == "ConstrainedLayoutEngine"
