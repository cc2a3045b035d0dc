import matplotlib.pyplot as plt
import pytest

from icx_research.present.drawing.item_rows import item_rows, label_items
from icx_research.survey.answers.answer_distributions import answer_distributions


@pytest.fixture
def items(company):
    return answer_distributions(company, scales=["internal_satisfaction"]).items


def test_items_stand_under_the_name_of_their_scale_with_their_wording(items, company):
    rows = item_rows(items, company.codebook, inches=5.5)
    assert [name for _, name in rows.headings] == ["Internal satisfaction"]
    assert [label.replace("\n", " ") for label in rows.labels] == [
        "All in all I am satisfied with this supplier.",
        "This supplier's service helps me do my work well.",
        "I often wish I could go elsewhere for this service. (reverse-keyed)",
    ]
    assert max(len(line) for label in rows.labels for line in label.splitlines()) <= 38
    assert rows.headings[0][0] < rows.places[0] < rows.places[1] < rows.places[2] < rows.n_lines


def test_axis_names_scale_and_items_first_item_on_top(items, company):
    _, ax = plt.subplots()
    rows = item_rows(items, company.codebook, inches=5.5)
    label_items(ax, rows)
    texts = [label.get_text() for label in ax.get_yticklabels()]
    assert texts == ["Internal satisfaction", *rows.labels]
    assert [label.get_fontweight() for label in ax.get_yticklabels()] == ["bold"] + ["normal"] * 3
    assert ax.get_ylim() == (rows.n_lines, 0)
