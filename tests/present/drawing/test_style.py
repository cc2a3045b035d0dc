import matplotlib.pyplot as plt
import pytest

from icx_research.present.drawing.style import JOURNALS, figure_style

APA_SIZES = (8, 14)  # points, Publication Manual of the APA, 7th edition
MAX_LINE = 1.5  # points


@pytest.mark.parametrize("journal", JOURNALS)
def test_width_is_that_of_the_journal_and_text_stays_legible(journal):
    with figure_style(journal):
        assert plt.rcParams["figure.figsize"] == [JOURNALS[journal], 0.75 * JOURNALS[journal]]
        for name in ("font.size", "axes.labelsize", "xtick.labelsize", "legend.fontsize"):
            assert APA_SIZES[0] <= plt.rcParams[name] <= APA_SIZES[1]
        assert plt.rcParams["lines.linewidth"] <= MAX_LINE
        assert plt.rcParams["pdf.fonttype"] == 42


def test_style_ends_with_the_block():
    before = dict(plt.rcParams)
    with figure_style("print"):
        pass
    assert dict(plt.rcParams) == before


def test_unknown_journal_is_refused_with_the_known_ones():
    message = "journal must be one of print, one_column, two_column; got 'poster'."
    with pytest.raises(ValueError, match=message), figure_style("poster"):
        pass
