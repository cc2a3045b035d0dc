import matplotlib.pyplot as plt
import pytest

from icx_research.present import shown


@pytest.fixture
def displayed(monkeypatch):
    seen = []
    monkeypatch.setattr(shown, "display", seen.append)
    return seen


def test_figure_comes_before_its_caption_and_is_closed(displayed):
    figure, ax = plt.subplots()
    shown.show_figure(ax, "A line, n = 5.")
    assert displayed[0] is figure
    assert displayed[1].data == "A line, n = 5."
    assert not plt.fignum_exists(figure.number)


def test_captions_are_no_markup(displayed):
    shown.show_figure(plt.subplots()[1], "<b>*Costs* in $_1 [x](y)")
    assert displayed[1].data == r"\<b\>\*Costs\* in \$\_1 \[x\](y)"
