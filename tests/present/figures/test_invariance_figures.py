import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.present.figures.invariance import (
    BEYOND,
    INDICES,
    InvarianceFigure,
    multiples,
    plot_invariance,
)
from tests.present.pictures import dots, shapes

MODEL = "f =~ a + b + c + d"


@pytest.fixture
def ladder():
    rng = np.random.default_rng(5)
    parts = []
    for group, shift in (("in", 0.0), ("out", 3.0)):
        common = rng.normal(size=(300, 1))
        answers = common * [0.8, 0.7, 0.8, 0.9] + rng.normal(size=(300, 4)) * 0.6
        answers[:, 0] += shift  # one intercept differs a lot
        parts.append(pd.DataFrame(answers, columns=list("abcd")).assign(group=group))
    return icx.measurement_invariance(MODEL, pd.concat(parts), group="group")


def test_changes_stand_in_multiples_of_their_cut_offs(ladder):
    table = ladder.table
    np.testing.assert_allclose(multiples(table, "cfi"), table["delta_cfi"] / -0.010)
    np.testing.assert_allclose(multiples(table, "rmsea"), table["delta_rmsea"] / 0.015)
    np.testing.assert_allclose(
        multiples(table, "srmr")[1:], table["delta_srmr"][1:] / [0.030, 0.010, 0.010]
    )
    ax = plot_invariance(ladder)
    drawn = dots(ax)
    assert list(drawn) == ["ΔCFI", "ΔRMSEA", "ΔSRMR"]
    expected = (table["delta_rmsea"] / 0.015).clip(-1, BEYOND)[1:]  # the first has none above
    np.testing.assert_allclose([x for x, _ in drawn["ΔRMSEA"]], expected)
    assert len({marker for marker, _ in shapes(ax).values()}) == 3


def test_the_cut_off_is_one_line(ladder):
    (line,) = (x for x in plot_invariance(ladder).lines if x.get_linestyle() == "--")
    assert list(line.get_xdata()) == [1, 1]


def test_each_change_is_written_and_those_beyond_have_an_arrow(ladder):
    written = [text.get_text() for text in plot_invariance(ladder).texts]
    delta = ladder.table.set_index("level")["delta_cfi"]["scalar"]
    assert delta < -0.010 * BEYOND
    assert f"−{-delta:.3f} →".replace("0.", ".") in written
    beyond = sum(int((multiples(ladder.table, name) > BEYOND).sum()) for name in INDICES)
    assert sum(text.endswith("→") for text in written) == beyond >= 3


def test_tests_and_levels_stand_beside(ladder):
    ax = plot_invariance(ladder)
    written = [text.get_text() for text in ax.texts]
    row = ladder.table.iloc[1]
    assert f"Δχ²({row['difference_df']:.0f}) = {row['difference']:.2f}" in "\n".join(written)
    assert any(text.startswith("CFI ") for text in written)
    assert [text.get_text().split()[0] for text in ax.get_yticklabels()] == [
        "configural", "metric", "scalar", "strict",
    ]  # fmt: skip


def test_caption_names_groups_cut_offs_and_the_level(ladder):
    caption = InvarianceFigure(ladder).caption
    assert caption.startswith("Measurement invariance over 2 groups (in, out).")
    assert "Chen (2007): ΔCFI −.010" in caption
    assert (
        "Highest level by the fall of CFI alone (not more than .010): metric. n = 600 rows."
        in caption
    )
    assert "metric: change of CFI " in InvarianceFigure(ladder).alt


def test_released_paths_are_named(ladder):
    rows = ladder.models["configural"].fit.sample
    assert rows.n_used == 600
    caption = InvarianceFigure(type(ladder)(**{**vars(ladder), "freed": ("a ~ 1",)})).caption
    assert "Free to differ: a ~ 1." in caption
