import matplotlib.pyplot as plt
import numpy as np
import pytest

import icx_research as icx
from icx_research.present.figures.missing import (
    MissingnessFigure,
    plot_missingness,
)
from icx_research.survey.answers.missing_answers import missing_answers
from tests.survey.answers.test_missing_answers import rows, study_of


@pytest.fixture
def found():
    staff = rows("1", 9, gaps=3) + rows("2", 20, gaps=5) + rows("3", 40, gaps=4)
    return missing_answers(study_of(staff))


def cells(ax):
    return [patch for patch in ax.patches if patch.get_width() == pytest.approx(0.94)]


def test_each_cell_stands_in_its_column_with_its_percent(found):
    ax = plot_missingness(found)
    numbers = {
        (round(text.get_position()[0]), text.get_text())
        for text in ax.texts
        if text.get_text().isdigit()
    }
    assert numbers == {(2, "10"), (2, "0"), (0, "0"), (1, "0")}  # the customers answered all
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "3", "all rows"]
    assert ax.get_xlabel() == "Wave"


def test_withheld_cells_are_hatched_and_without_a_number(found):
    drawn = cells(plot_missingness(found))
    hatched = [patch for patch in drawn if patch.get_hatch()]
    assert len(hatched) == 4  # two items in the two small waves
    assert {round(patch.get_x() + 0.47) for patch in hatched} == {0, 1}
    assert "Hatched cells are withheld" in MissingnessFigure(found).caption


def test_more_missing_is_darker():
    found = missing_answers(study_of(rows("1", 20, gaps=3) + rows("2", 20, gaps=12)))
    drawn = cells(plot_missingness(found))
    first_item = min(patch.get_y() for patch in drawn)
    brightness = {
        round(patch.get_x() + 0.47): np.mean(patch.get_facecolor()[:3])
        for patch in drawn
        if patch.get_y() == first_item
    }
    assert brightness[1] < brightness[0] < 1


def test_bars_are_the_shares_over_all_rows():
    staff = rows("1", 20, gaps=5) + rows("2", 20, gaps=5)
    for row in staff[:4]:
        row["q2"] = None
    found = missing_answers(study_of(staff))
    assert found.items["missing"].tolist() == [20, 10, 0]
    ax = plot_missingness(found)
    bars = next(c for c in ax.containers if c.get_label() == "all rows")
    values = [patch.get_width() for patch in bars]
    shares = found.items["missing"].to_numpy()
    np.testing.assert_allclose(np.array(values) * shares.max(), shares * max(values))
    texts = [text.get_text() for text in ax.texts]
    assert all(f" {share:.0f}%" in texts for share in shares)


def test_columns_nobody_was_asked_in_stay_empty():
    staff = rows("1", 20, gaps=5) + rows("3", 20, gaps=5)
    found = missing_answers(study_of(staff))
    ax = plot_missingness(found)
    assert found.columns == ("1", "2", "3")
    assert len(cells(ax)) == 2 * 2 + 2
    assert "Where there is no cell nobody was asked." in MissingnessFigure(found).caption


ASKED = ("internal_satisfaction", "csat", "recommendation", "customer_focus")


def test_words(company):
    found = missing_answers(company, scales=ASKED)
    assert MissingnessFigure(found).caption == (
        "Missing answers per item by wave, in percent of the rows: empty cells and codes for no "
        "answer. The bars are over all rows."
    )
    assert MissingnessFigure(found).alt.startswith(
        "Map of missing answers: 11 items by 3 waves. Most are missing for: "
    )
    by_size = missing_answers(company, scales=ASKED, by="unit_size")
    assert "by the number of respondents of the unit" in MissingnessFigure(by_size).caption
    ax = plot_missingness(by_size, ax=plt.subplots()[1])
    assert ax.get_xlabel() == "Respondents per unit"


def test_axis_names_scales_and_wordings(company):
    with icx.figure_style("print"):
        ax = plot_missingness(missing_answers(company, scales=ASKED))
    labels = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    assert labels[:2] == ["Internal satisfaction", "All in all I am satisfied with this supplier."]
    assert len(labels) == 11 + 4
