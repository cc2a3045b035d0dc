import matplotlib.pyplot as plt
import pytest

from icx_research.present.row_axes import beside, label_rows, row_axes, row_label


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Short", "Short"),
        ("Perceived quality", "Perceived\nquality"),
        ("One two three four five six seven", "One two\nthree …"),
        ("a_name_without_any_space_at_all", "a_name_wit\nhout_any …"),
        ("Costs $x$", "Costs \\$x\\$"),
    ],
)
def test_labels_fill_few_lines_and_hold_no_formula(text, shown):
    assert row_label(text, width=10) == shown


def test_figures_are_as_high_as_their_rows():
    assert row_axes(10, row=0.3, around=1.0, ax=None).figure.get_size_inches()[1] == 4.0
    _, ax = plt.subplots()
    assert row_axes(10, row=0.3, around=1.0, ax=ax) is ax


def test_rows_run_downwards_with_texts_beside_them():
    _, ax = plt.subplots()
    label_rows(ax, ["first", "second"])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["first", "second"]
    assert ax.get_ylim() == (1.5, -0.5)
    beside(ax, 1, "note")
    assert ax.texts[0].xy == (1, 1)
