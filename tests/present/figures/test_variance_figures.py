import pandas as pd
import pytest

from icx_research.core.variance import VarianceComponents
from icx_research.present.figures.variance import VarianceFigure, plot_variance_shares

NAN = float("nan")


class Shares:
    """Stands for any result with shares of variance in its table."""

    def __init__(self, **shares):
        rows = [(term, value, value - 0.1, value + 0.1) for term, value in shares.items()]
        self.table = pd.DataFrame(rows, columns=["term", "estimate", "ci_low", "ci_high"])


FULL = Shares(residual=0.35, client=0.10, rater=0.40, supplier=0.10, dyad=0.05)
ONE_WAY = VarianceComponents(0.2, 0.8, 0.2, 0.1, 0.3, 0.7, 10, 20, 200)


def pieces(ax, row):
    place = ax.get_yticks()[row]
    found = [p for p in ax.patches if p.get_y() < place < p.get_y() + p.get_height()]
    return [(round(p.get_x(), 6), round(p.get_width(), 6)) for p in found]


def test_pieces_are_the_shares_in_a_fixed_order():
    ax = plot_variance_shares(FULL)
    assert pieces(ax, 0) == [(0, 0.4), (0.4, 0.1), (0.5, 0.1), (0.6, 0.05), (0.65, 0.35)]
    assert [text.get_text() for text in ax.texts] == ["40", "10", "10", "35"]
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["rater", "client unit", "supplier unit", "client × supplier", "residual"]
    hatches = [patch.get_hatch() for patch in ax.patches]
    assert len({h for h in hatches if h}) == 3


def test_one_way_components_are_unit_and_residual():
    ax = plot_variance_shares({"Internal": FULL, "Customers": ONE_WAY})
    assert pieces(ax, 1) == [(0, 0.2), (0.2, 0.8)]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["Internal", "Customers"]
    table = VarianceFigure(ONE_WAY).source
    assert table[["ci_low", "ci_high"]].to_numpy().tolist() == [[0.1, 0.3], [0.7, 0.9]]


def test_negative_shares_are_drawn_as_nothing_and_said():
    shares = Shares(rater=0.6, supplier=-0.1, residual=0.5)
    assert VarianceFigure(shares).source["drawn"].tolist() == pytest.approx([6 / 11, 0, 5 / 11])
    assert "Negative estimates are drawn as nothing." in VarianceFigure(shares).caption
    assert "supplier unit -10%" in VarianceFigure(shares).alt
    assert "Negative" not in VarianceFigure(FULL).caption


def test_caption_gives_intervals_of_a_single_bar():
    assert "rater 40% [30, 50]; client unit 10% [0, 20]" in VarianceFigure(FULL).caption
    assert VarianceFigure({"a": FULL, "b": FULL}).caption == (
        "Where the variance of single scores lies, in percent; pieces below 6 percent bear no "
        "number."
    )
    assert VarianceFigure({"a": ONE_WAY}).alt.endswith(
        "a: unit 20% [10, 30], residual 80% [70, 90]."
    )


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="needs at least 1 result; got none"):
        plot_variance_shares({})
    with pytest.raises(ValueError, match=r"Terms must be among rater, .*; got 'mood'\."):
        plot_variance_shares(Shares(mood=1.0))


def test_without_intervals_and_without_variance():
    bare = Shares(rater=NAN, residual=NAN)
    assert VarianceFigure(bare).source["drawn"].tolist() == [0, 0]
    assert len(plot_variance_shares(bare).texts) == 0
