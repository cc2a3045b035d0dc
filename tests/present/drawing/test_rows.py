import matplotlib.pyplot as plt
import pytest

from icx_research.present.drawing.rows import (
    LABELS,
    Rows,
    beside,
    item_rows,
    line_inches,
    most_lines,
    slot_inches,
    stacked,
)
from icx_research.present.drawing.style import figure_style
from icx_research.present.drawing.wrapping import inches_of
from icx_research.survey.answers.answer_distributions import answer_distributions


@pytest.fixture
def items(company):
    return answer_distributions(company, scales=["internal_satisfaction"]).items


def test_width_is_that_of_the_slot_of_the_axes():
    figure, axes = plt.subplots(1, 2, figsize=(7, 3), dpi=72)
    assert slot_inches(axes[1]) == 3.5
    assert slot_inches(figure.add_axes((0, 0, 0.2, 1))) == 7


def test_items_stand_under_the_name_of_their_scale_with_their_wording(items, company):
    rows = item_rows(items, company.codebook, width=5.5)
    assert [name for _, name in rows.headings] == ["Internal satisfaction"]
    assert [label.replace("\n", " ") for label in rows.labels] == [
        "All in all I am satisfied with this supplier.",
        "This supplier's service helps me do my work well.",
        "I often wish I could go elsewhere for this service. (reverse-keyed)",
    ]
    assert max(map(inches_of, rows.labels)) <= LABELS * 5.5
    assert rows.headings[0][0] < rows.places[0] < rows.places[1] < rows.places[2] < rows.n_lines


def test_rows_run_downwards_under_bold_headings():
    _, ax = plt.subplots()
    Rows([2.0, 4.0, 6.0], ["a", "b", "all"], 7.0, [(0.5, "scale")], frozenset([2])).label(ax)
    labels = ax.get_yticklabels()
    assert [label.get_text() for label in labels] == ["scale", "a", "b", "all"]
    assert [label.get_fontweight() for label in labels] == ["bold", "normal", "normal", "bold"]
    assert ax.get_ylim() == (7.0, 0.0)


def test_columns_stand_under_their_head_and_hold_no_formula():
    _, ax = plt.subplots()
    rows = Rows([0.5, 1.5], ["first", "second"], 2.0)
    rows.label(ax)
    rows.columns(ax, {"cost": ["$5", "6"], "n": ["1", "2"]})
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("cost", (1, 0)), ("\\$5", (1, 0.5)), ("6", (1, 1.5)),
        ("n", (1, 0)), ("1", (1, 0.5)), ("2", (1, 1.5)),
    ]  # fmt: skip
    first, second = sorted({text.get_position()[0] for text in ax.texts})
    assert second - first > 72 * (inches_of("cost") + inches_of("n")) / 2
    beside(ax, 1, "note")
    assert ax.texts[-1].xy == (1, 1)


def test_labels_get_fewer_lines_before_the_figure_gets_too_high():
    label = "I often wish I could go elsewhere for this service."
    with figure_style("sage_wiley"):
        few, more = (stacked([("", [label] * n)], width=3.1) for n in (3, 18))
        assert {name.count("\n") for name in few.labels} == {2}
        assert {name.count("\n") for name in more.labels} == {0}
        assert more.n_lines <= most_lines()
        too_many = stacked([("", [label] * 60)], width=3.1)
        assert {name.count("\n") for name in too_many.labels} == {2}  # it is divided instead
        assert too_many.n_pages == 6
        assert few.inches == pytest.approx(few.n_lines * line_inches())
