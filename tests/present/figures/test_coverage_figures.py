import pandas as pd
import pytest

from icx_research.present.figures.coverage import CoverageFigure, plot_coverage
from icx_research.survey.disclosure.link_coverage import link_coverage
from tests import builders
from tests.survey.disclosure.test_link_coverage import customers, staff, study_of


@pytest.fixture
def shut():
    return link_coverage(
        study_of(staff({"A": 20, "B": 30, "C": 50}), customers({"A": 40, "B": 40}))
    )


def bars(ax, label):
    """Left end and width of each bar of a kind, from the top."""
    pieces = [c[0] for c in ax.containers if c.get_label() == label]
    return [(piece.get_x(), piece.get_width()) for piece in pieces]


def test_bars_are_the_shares_and_the_rest_is_hatched(shut):
    ax = plot_coverage(shut)
    assert bars(ax, "units, upper bar") == [(0, 66.6), (0, 100)]
    assert bars(ax, "respondents, lower bar") == [(0, 50), (0, 100)]
    rest = [c[0] for c in ax.containers if c.get_label() == "without a partner"]
    assert [(patch.get_x(), round(patch.get_width(), 9)) for patch in rest] == [
        (66.6, 33.4), (50, 50), (100, 0), (100, 0),
    ]  # fmt: skip
    assert {patch.get_hatch() for patch in rest} == {"/////"}


def test_gate_is_a_broken_line_at_the_limit_of_the_codebook():
    study = study_of(
        staff({"A": 20, "B": 5}), customers({"A": 40}), thresholds={"min_matched": 0.6}
    )
    found = link_coverage(study)
    (line,) = plot_coverage(found).lines
    assert list(line.get_xdata()) == [60, 60]
    assert line.get_linestyle() == "--"
    assert line.get_label() == "gate: 60% of the respondents"
    assert found.passes == {"internal": True, "external": True}


def test_rows_are_named_and_counted(company):
    ax = plot_coverage(link_coverage(company))
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "Internal: client units", "all waves", "wave 1", "wave 2", "wave 3",
        "External: serving units", "all waves", "wave 1", "wave 2", "wave 3",
    ]  # fmt: skip
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("60 of 60") == 8
    assert texts.count("1000+") == 8
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "gate: 95% of the respondents", "units, upper bar", "without a partner",
        "respondents, lower bar",
    ]  # fmt: skip


def test_shares_of_few_respondents_are_withheld():
    inside = [staff({"A": 5, "B": 4}, "1"), staff({"A": 30, "B": 10}, "2")]
    outside = [customers({"A": 20, "B": 20}, wave) for wave in ("1", "2")]
    found = link_coverage(study_of(pd.concat(inside), pd.concat(outside), waves=True))
    ax = plot_coverage(found)
    assert len(bars(ax, "respondents, lower bar")) == 5
    assert [text.get_text() for text in ax.texts].count("withheld") == 1
    assert CoverageFigure(found).caption.endswith("Withheld: fewer than 10 respondents.")


def test_words_say_whether_the_gate_opens(shut, company):
    assert CoverageFigure(shut).caption == (
        "Units and respondents with a partner on the other side of the link. The gate asks for 95% "
        "of the respondents on either side; it stays shut on the internal side and opens on the "
        "external side. Shares are rounded down; numbers of respondents are in bands."
    )
    assert CoverageFigure(shut).alt == (
        "Bars of the link's coverage. internal: 2 of 3 units and 50% of the respondents have a "
        "partner; external: 2 of 2 units and 100% of the respondents have a partner. Gate at 95%."
    )
    several = CoverageFigure(link_coverage(company)).caption
    assert ", in all and wave by wave." in several
    assert "95% of the respondents of all waves on either side; it opens on both sides." in several


def test_of_published_tables_rows_are_counted():
    published = link_coverage(builders.study([1.0, 2.0], [3.0, 4.0]))
    assert CoverageFigure(published).caption == (
        "Units and rows with a partner on the other side of the link. The gate asks for 95% of the "
        "rows on either side; it opens on both sides. Shares are rounded down. Of a published "
        "table the rows are counted, not the persons behind them."
    )
    ax = plot_coverage(published)
    assert len(bars(ax, "rows, lower bar")) == 2
    assert not [text for text in ax.texts if "respon" in text.get_text()]


def test_full_bars_are_a_sentence(company, shut):
    assert CoverageFigure(link_coverage(company)).sentence == (
        "Every unit (60 internal and 60 external) and all respondents have a partner on the other "
        "side of the link in every wave: a figure would show full bars only."
    )
    assert CoverageFigure(shut).sentence == ""
