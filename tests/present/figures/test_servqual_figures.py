import matplotlib.pyplot as plt
import numpy as np
import pytest

import icx_research as icx
from icx_research.present.figures.servqual import ServqualFigure, plot_servqual
from icx_research.survey.instruments.service_dimensions import servqual_study
from tests.present.pictures import dots, shapes, spans
from tests.survey.instruments.test_service_dimensions import study_of


@pytest.fixture
def found():
    return servqual_study(study_of(n=40)[0])


def test_each_part_has_its_own_marker_at_its_mean_with_its_interval(found):
    ax = plot_servqual(found)
    drawn = dots(ax)
    assert list(drawn) == ["expectation", "perception", "need"]
    for (part, places), ends in zip(drawn.items(), spans(ax), strict=True):
        rows = found.profile[found.profile["part"] == part]
        np.testing.assert_allclose([x for x, _ in places], rows["estimate"])
        np.testing.assert_allclose(ends, rows[["ci_low", "ci_high"]])
    assert len({marker for marker, _ in shapes(ax).values()}) == 3
    heights = {part: places[0][1] for part, places in drawn.items()}
    assert heights["expectation"] == heights["perception"] < heights["need"]  # below them


def test_gap_is_a_distance_and_a_number_never_a_mean_of_its_own(found):
    ax = plot_servqual(found)
    assert "gap" not in dots(ax)
    wide = found.profile.set_index(["dimension", "part"])["estimate"]
    ties = [line for line in ax.lines if line.get_color() == "0.85"]
    for name, tie in zip(("p1", "p2", "total"), ties, strict=True):
        assert list(tie.get_xdata()) == [wide[name, "perception"], wide[name, "expectation"]]
        text = f"{wide[name, 'gap']:+.2f}".replace("-", "−")
        assert text in [drawn.get_text() for drawn in ax.texts]


def test_dimensions_are_named_by_their_questions_and_the_range_is_whole(found):
    ax = plot_servqual(found)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["Quick?", "Right?", "All dimensions"]
    assert ax.get_xlabel() == "Mean answer (1–7, respondents)"
    low, high = ax.get_xlim()
    assert low < 1 < 7 < high
    bottom, top = ax.get_ylim()
    assert bottom > top == 0


def test_works_on_a_gap_of_any_data_without_need():
    answers = study_of(n=40)[1]
    gap = icx.servqual_gap(answers, perception={"speed": ["p1", "p2"]},
                           expectation={"speed": ["e1", "e2"]})  # fmt: skip
    _, ax = plt.subplots()
    assert plot_servqual(gap, ax=ax) is ax
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "expectation", "perception",
    ]  # fmt: skip
    assert ServqualFigure(gap).caption.startswith("Expectation and perception of internal service")


def test_what_few_answered_is_not_drawn():
    answers = study_of(n=12)[1]
    answers.loc[3:, "p1"] = np.nan
    gap = icx.servqual_gap(
        answers, perception={"a": ["p1"], "b": ["p2"]}, expectation={"a": ["e1"], "b": ["e2"]}
    )
    ax = plot_servqual(gap)
    assert len(dots(ax)["perception"]) == 1
    assert "withheld" in [text.get_text() for text in ax.texts]
    # Of b alone: the mean of both dimensions would give a away.
    assert len([line for line in ax.lines if line.get_color() == "0.85"]) == 1
    assert "Withheld: fewer than 10 respondents" in ServqualFigure(gap).caption
    assert "a: expectation" in ServqualFigure(gap).alt
    assert "a: expectation 4.08, perception" not in ServqualFigure(gap).alt


def test_words(found):
    caption = ServqualFigure(found).caption
    assert caption.startswith(
        "Need, expectation and perception of internal service by dimension, means of 40 "
        "respondents with 95% intervals"
    )
    assert "descriptive only" in caption
    wide = found.profile.set_index(["dimension", "part"])["estimate"]
    assert (
        f"Quick?: need {wide['p1', 'need']:.2f}, expectation {wide['p1', 'expectation']:.2f}, "
        f"perception {wide['p1', 'perception']:.2f}; Right?: " in ServqualFigure(found).alt
    )
