import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh

import icx_research as icx
from icx_research.core import apa
from icx_research.present.figures.loadings import LoadingsFigure, plot_loadings


@pytest.fixture
def result(rng):
    factors = rng.normal(size=(500, 2))
    pattern = np.array([[0.9, 0], [0, 0.8], [-0.8, 0], [0, 0.7], [0.7, 0.0], [0, 0.6]])
    answers = factors @ pattern.T + rng.normal(size=(500, 6)) * 0.5
    return icx.factor_analysis(pd.DataFrame(answers, columns=list("abcdef")), n_factors=2)


def test_every_loading_and_communality_is_written(result):
    ax = plot_loadings(result)
    grid = {(int(t.get_position()[0]), int(t.get_position()[1])): t for t in ax.texts}
    table = result.sorted_loadings
    assert [text.get_text() for text in ax.get_yticklabels()] == list(table.index)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["F1", "F2", "h²"]
    for i in range(6):
        shown = [grid[j, i].get_text() for j in range(3)]
        assert shown == [apa.bounded(float(value)) for value in table.iloc[i]]
    assert len(ax.texts) == 18


def test_colours_are_the_loadings_and_never_the_only_cue(result):
    ax = plot_loadings(result)
    (image,) = [mesh for mesh in ax.collections if isinstance(mesh, QuadMesh)]
    values = result.sorted_loadings[["F1", "F2"]].to_numpy()
    np.testing.assert_array_equal(image.get_array().reshape(values.shape), values)
    assert image.get_clim() == (-1, 1)
    bold = {t.get_text() for t in ax.texts if t.get_fontweight() == "bold"}
    assert bold == {apa.bounded(float(v)) for v in values.ravel() if abs(v) >= 0.3}
    assert {t.get_color() for t in ax.texts} <= {"white", "black"}


def test_items_take_their_wording(result):
    ax = plot_loadings(
        result, labels={item: f"Question {item} " + "with many words " * 9 for item in "abcdef"}
    )
    first = ax.get_yticklabels()[0].get_text()
    assert first.startswith("Question")
    assert first.count("\n") == 1


def test_caption_says_method_share_and_factor_correlations(result):
    share = 100 * result.variance["cumulative"].iloc[-1]
    phi = apa.bounded(result.factor_correlations.iloc[0, 1])
    assert LoadingsFigure(result).caption == (
        f"Loadings of 6 items on 2 factors (minres, oblimin), which explain {share:.0f}% of the "
        f"variance; .30 and more in bold; h²: communality. Correlations of the factors: {phi}. "
        "n = 500 complete rows."
    )
    assert "c: " in LoadingsFigure(result).alt
    assert f"{apa.bounded(result.loadings.loc['c'].min())} on" in LoadingsFigure(result).alt


def test_one_factor_is_not_called_rotated(rng):
    one = rng.normal(size=(300, 1)) + rng.normal(size=(300, 3))
    found = icx.factor_analysis(pd.DataFrame(one, columns=list("abc")), n_factors=1)
    assert "on 1 factor (minres, unrotated)" in LoadingsFigure(found).caption
    assert "Correlations" not in LoadingsFigure(found).caption
    assert len(plot_loadings(found).texts) == 6
