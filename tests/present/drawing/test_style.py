import matplotlib.pyplot as plt
import pytest

from icx_research.present.drawing.journals import JOURNALS
from icx_research.present.drawing.style import figure_style, greatest_inches

MAX_LINE = 2.0  # points
# Smallest and largest text, in points, and the widths in mm, as the publishers print them.
ASKED = {
    "apa": ((8, 14), (0, 165)),
    "elsevier": ((7, 99), (90, 140, 190)),
    "nature": ((5, 7), (89, 183)),
    "plos": ((8, 12), (66.8, 190.5)),
}


@pytest.mark.parametrize("journal", JOURNALS)
def test_width_is_that_of_the_journal_and_all_text_has_its_size(journal):
    asked = JOURNALS[journal]
    with figure_style(journal):
        rc = plt.rcParams
        assert rc["figure.figsize"][0] * 25.4 == pytest.approx(asked.width)
        assert rc["figure.figsize"][1] <= greatest_inches()
        assert greatest_inches() == pytest.approx(asked.height / 25.4)
        assert rc["font.size"] == asked.text
        sizes = ("axes.labelsize", "xtick.labelsize", "legend.fontsize", "legend.title_fontsize")
        assert {str(rc[name]) for name in sizes} == {"medium"}
        assert rc["lines.linewidth"] <= MAX_LINE
        assert rc["pdf.fonttype"] == 42


@pytest.mark.parametrize("journal", JOURNALS)
def test_numbers_keep_to_what_their_source_asks_for(journal):
    asked = JOURNALS[journal]
    assert "http" in asked.source or "our choice" in asked.source
    assert asked.height <= 170
    family = journal.split("_")[0]
    if family in ASKED:
        (smallest, largest), widths = ASKED[family]
        assert smallest <= asked.text <= largest
        assert min(widths) <= asked.width <= max(widths)


def test_style_ends_with_the_block():
    before = dict(plt.rcParams)
    with figure_style("slides"):
        assert greatest_inches() * 25.4 == pytest.approx(143)
    assert dict(plt.rcParams) == before
    assert greatest_inches() * 25.4 == pytest.approx(170)


def test_unknown_journal_is_refused_with_the_known_ones():
    message = f"journal must be one of {', '.join(JOURNALS)}; got 'poster'."
    with pytest.raises(ValueError, match=message), figure_style("poster"):
        pass
