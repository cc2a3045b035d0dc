import dataclasses

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.present.figures.agreement import (
    AgreementFigure,
    plot_agreement,
)

VALUES = [0.05, 0.25, 0.65, 0.7, 0.72, 0.95, 1.0, 0.88]


@pytest.fixture
def result():
    ratings = pd.DataFrame({"unit": list("aabb"), "q": [1, 2, 3, 3]})
    found = icx.rwg_j(ratings, items=["q"], unit="unit", response_range=(1, 5))
    units = pd.DataFrame(
        {"n": [12] * 7 + [4], "mean_variance": 1.0, "rwg_j": VALUES, "rwg_j_star": VALUES,
         "p_value": np.nan},
        index=list("abcdefgh"),
    )  # fmt: skip
    return dataclasses.replace(found, units=units, n_units=8)


def heights(ax):
    return {
        round(patch.get_x() - 0.005, 3): patch.get_height()
        for container in ax.containers
        for patch in container
        if patch.get_height()
    }


def test_bars_count_units_with_enough_raters(result):
    assert heights(plot_agreement(result)) == {0.0: 1, 0.2: 1, 0.6: 1, 0.7: 2, 0.9: 2}
    assert AgreementFigure(result, 4).counts["uniform"].sum() == 8


def test_two_nulls_stand_side_by_side_and_differ_in_hatching(result):
    ax = plot_agreement({"uniform": result, "slight_skew": result})
    second, first = ax.containers  # seaborn draws the last one first
    assert [p.get_height() for p in first] == [p.get_height() for p in second]
    assert second[0].get_x() - first[0].get_x() == pytest.approx(0.045)
    assert not first[0].get_hatch()
    assert second[0].get_hatch() == "////"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["uniform null", "slight skew null"]


def test_bands_and_limit_are_labelled(result):
    ax = plot_agreement(result)
    words = [text.get_text().replace("\n", " ") for text in ax.texts]
    assert words == ["none", "weak", "moderate", "strong", "very strong", ".70"]
    assert any(list(line.get_xdata()) == [0.7, 0.7] for line in ax.lines)


def test_few_units_are_never_drawn(result):
    few = dataclasses.replace(result, units=result.units[3:])
    message = r"4 units have 10 or more raters; a picture needs 5, so that no bar stands for a unit"
    with pytest.raises(icx.Blocked, match=message):
        plot_agreement(few)
    with pytest.raises(ValueError, match="draws 1 or 2 results, not 0"):
        plot_agreement({})


def test_no_unit_is_named(result):
    ax = plot_agreement(result)
    plt.gcf().canvas.draw()
    words = [text.get_text() for text in ax.findobj(plt.Text)]
    assert not set(words) & set("abcdefgh")
    assert "a" not in AgreementFigure(result).counts.index


def test_caption_counts_shown_units_and_shares(result):
    assert AgreementFigure({"uniform": result, "slight_skew": result}).caption == (
        "Agreement of the raters of a unit (rWG(J), 1 item) in 7 of 8 units, those with at least "
        "10 raters. At least .70 (James, 1982; dashed) have 57% under the uniform null and 57% "
        "under the slight skew null. Bands: LeBreton and Senter (2008); labels, no pass mark."
    )
    assert "0.9 to 1.0: 2" in AgreementFigure(result).alt
