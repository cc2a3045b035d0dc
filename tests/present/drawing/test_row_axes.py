import matplotlib.pyplot as plt

from icx_research.present.drawing.row_axes import beside, column_beside, inches_of, label_rows


def test_width_is_that_of_the_whole_figure():
    _, axes = plt.subplots(1, 2, figsize=(7, 3), dpi=72)
    assert inches_of(axes[1]) == 7


def test_rows_run_downwards_with_texts_beside_them():
    _, ax = plt.subplots()
    label_rows(ax, ["first", "second"])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["first", "second"]
    assert ax.get_ylim() == (1.5, -0.5)
    beside(ax, 1, "note")
    assert ax.texts[0].xy == (1, 1)


def test_rows_may_stand_where_they_need_room_the_first_on_top():
    _, ax = plt.subplots()
    label_rows(ax, ["scale", "item"], places=[1.0, 2.5], bold=[True, False], bottom=4.0)
    assert list(ax.get_yticks()) == [1.0, 2.5]
    assert [label.get_fontweight() for label in ax.get_yticklabels()] == ["bold", "normal"]
    assert ax.get_ylim() == (4.0, 0.0)


def test_columns_stand_under_their_head_and_hold_no_formula():
    _, ax = plt.subplots()
    label_rows(ax, ["first", "second"])
    column_beside(ax, 30, [0, 1], ["$5", "6"], "cost")
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("cost", (1, -0.5)),
        ("\\$5", (1, 0)),
        ("6", (1, 1)),
    ]
    assert {text.get_position()[0] for text in ax.texts} == {30}
