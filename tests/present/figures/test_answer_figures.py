import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from icx_research.present.drawing.colours import HIGH, LOW
from icx_research.present.figures.answers import (
    MIDDLE,
    AnswersFigure,
    plot_answers,
    shade,
)
from icx_research.survey.answers.answer_distributions import answer_distributions
from tests.survey.answers.test_answer_distributions import study_of

FLOAT = 1e-9  # sums of whole percents


@pytest.fixture
def csat(company):
    return answer_distributions(company, scales=["csat"])


def bars(ax):
    """Left end and width of each piece, item by item from the top."""
    found = {}
    for patch in ax.patches:
        found.setdefault(patch.get_y(), []).append((patch.get_x(), patch.get_width()))
    return [found[place] for place in sorted(found)]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_pieces_are_the_shares_and_the_middle_is_halved_about_zero(csat):
    drawn = bars(plot_answers(csat))
    for pieces, item in zip(drawn, csat.items["item"], strict=True):
        shares = csat.table[csat.table["item"] == item]["percent"].tolist()
        lefts, widths = zip(*pieces, strict=True)
        assert list(widths) == shares
        np.testing.assert_allclose(np.diff(lefts), widths[:-1], atol=FLOAT)
        assert lefts[3] == pytest.approx(-shares[3] / 2)


def test_without_a_middle_answer_zero_lies_between_two():
    study = study_of([1] * 20 + [2] * 30 + [3] * 40 + [4] * 10, low=1, high=4)
    (pieces,) = bars(plot_answers(answer_distributions(study, scales=["service"])))
    assert pieces == [(-50, 20), (-30, 30), (0, 40), (40, 10)]


def test_answers_put_together_are_dotted_and_lie_on_one_side():
    study = study_of([1] * 4 + [3] * 26 + [4] * 40 + [5] * 30)  # 1 to 3 stand together
    found = answer_distributions(study, scales=["service"])
    ax = plot_answers(found)
    assert found.table[["lowest", "highest"]].to_numpy().tolist()[0] == [1, 3]
    assert bars(ax) == [[(-30, 30), (0, 40), (40, 30)]]
    assert [patch.get_hatch() or "" for patch in ax.patches] == ["....", "", ""]
    keys = [text.get_text() for text in ax.get_legend().get_texts()]
    assert keys == ["1", "2", "3", "4", "5", "put together"]
    assert "given by fewer than 10 persons" in AnswersFigure(found).caption


def test_rows_say_wording_missing_and_band(csat):
    ax = plot_answers(csat)
    labels = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    assert labels == ["Customer satisfaction", *csat.items["wording"]]
    assert texts(ax).count("3%") == 3
    assert texts(ax).count("1000+") == 3
    assert {"missing", "respon-\ndents"} <= set(texts(ax))
    assert ax.get_xlabel() == "Answers below and above the middle (%)"


def test_large_pieces_carry_their_percent(csat):
    shares = csat.table["percent"]
    numbers = [int(text) for text in texts(plot_answers(csat)) if text.isdigit()]
    assert set(numbers) <= set(shares)
    assert max(shares) in numbers
    assert min(shares) not in numbers


def test_withheld_items_show_no_piece():
    found = answer_distributions(study_of([5] * 95 + [1] * 5), scales=["service"])
    ax = plot_answers(found)
    assert bars(ax) == []
    assert "withheld" in texts(ax)
    assert ax.get_legend() is None
    assert (
        "Withheld: fewer than 10 persons answered, or too few differed."
        in AnswersFigure(found).caption
    )


def test_colours_grow_stronger_to_either_side():
    assert shade(4, 1, 7) == to_rgb(MIDDLE)
    assert shade(1, 1, 7) == pytest.approx(to_rgb(LOW))
    assert shade(7, 1, 7) == pytest.approx(to_rgb(HIGH))
    assert shade(1, 0, 1) == pytest.approx(to_rgb(HIGH))
    darkness = [1 - np.mean(shade(value, 0, 10)) for value in range(6, 11)]
    assert (np.diff(darkness) > 0).all()


def test_several_ranges_are_refused(company):
    found = answer_distributions(company, scales=["csat", "recommendation"])
    with pytest.raises(ValueError, match="draws items of one range; these have 2"):
        plot_answers(found)
    _, ax = plt.subplots()
    assert plot_answers(found.parts[1], ax=ax) is ax


def test_words_name_scale_range_and_middle(csat, company):
    caption = AnswersFigure(csat).caption
    assert caption.startswith(
        "Answers to Customer satisfaction (1 to 7), as given, in percent of the answers of all "
        "waves. Zero is the middle of the scale; the answer 4 lies half to either side of it."
    )
    assert "reverse-keyed" not in caption
    asked = answer_distributions(company, scales=["internal_satisfaction"])
    assert "On reverse-keyed items a high answer means a low score." in AnswersFigure(asked).caption
    shares = csat.table[csat.table["item"] == "csat1"]
    below = shares.loc[shares["highest"] < 4, "percent"].sum()
    above = shares.loc[shares["lowest"] > 4, "percent"].sum()
    assert (
        f"I am satisfied with this branch.: {below}% below and {above}% above the middle"
        in AnswersFigure(csat).alt
    )
    halves = answer_distributions(study_of([0] * 20 + [1] * 20, low=0, high=1), scales=["service"])
    assert "it lies between 0 and 1" in AnswersFigure(halves).caption
