import matplotlib.pyplot as plt
import nbformat
import pytest

from icx_research.pipeline.notebooks import page_of
from icx_research.present.drawing import shown


@pytest.fixture
def displayed(monkeypatch):
    seen = []
    monkeypatch.setattr(shown, "display", lambda what, metadata=None: seen.append((what, metadata)))
    return seen


def test_figure_comes_before_its_caption_and_is_closed(displayed):
    figure, ax = plt.subplots()
    shown.show_figure(ax, "A line, n = 5.")
    assert displayed[0] == (figure, {"image/png": {"alt": "A line, n = 5."}})
    assert displayed[1][0].data == "A line, n = 5."
    assert not plt.fignum_exists(figure.number)


def test_captions_are_no_markup(displayed):
    shown.show_figure(plt.subplots()[1], "<b>*Costs* in $_1 [x](y)")
    assert displayed[1][0].data == r"\<b\>\*Costs\* in \$\_1 \[x\](y)"


def test_alternative_text_reaches_the_page(displayed):
    shown.show_figure(plt.subplots()[1], "A line.", alt="A line, up & away")
    picture = nbformat.v4.new_output(
        "display_data", {"image/png": "aGVsbG8="}, metadata=displayed[0][1]
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[picture])])
    assert 'alt="A line, up &amp; away"' in page_of(notebook, "x")
