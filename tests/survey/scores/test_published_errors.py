"""Published figures: the standard error of a mean with sd, and of shares per answer."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, scale_scores, study_from_frames
from tests.survey.builders import KEYS, changed

RTOL = 1e-12  # closed forms on both sides


def scored(scores, **columns):
    units = [f"u{i}" for i in range(len(next(iter(columns.values()))))]
    inside = pd.DataFrame({"branch": units, **columns})
    outside = pd.DataFrame({"customer": units, "branch": units, "c1": [1] * len(units)})
    keys = changed(KEYS, internal={"grain": "unit", "keys": {"client_unit": "branch"},
                                   "scores": scores})  # fmt: skip
    study = study_from_frames(keys, internal=inside, external=outside)
    return study, scale_scores(study).tables["internal"]


def test_sd_and_n_give_the_standard_error():
    _, table = scored({"trust": {"value": "m", "sd": "s", "n": "n"}},
                      m=[5.0, 6.1], s=[1.2, 0.9], n=[36, 100])  # fmt: skip
    np.testing.assert_allclose(table["trust_se"], [0.2, 0.09], rtol=RTOL)
    assert table["trust_n"].tolist() == [36, 100]


@pytest.mark.parametrize("whole", [1, 100])
@pytest.mark.parametrize("points", [(1, 2, 3), (0, 50, 100)])
def test_shares_give_what_the_persons_answers_give(rng, whole, points):
    answers = [rng.choice(points, size=n, p=[0.2, 0.3, 0.5]) for n in (40, 75)]
    shares = {f"p{point}": [whole * np.mean(a == point) for a in answers] for point in points}
    study, table = scored(
        {"pride": {"shares": {f"p{point}": point for point in points}, "n": "n"}},
        **shares, n=[40, 75],
    )  # fmt: skip
    np.testing.assert_allclose(table["pride"], [a.mean() for a in answers], rtol=1e-9)
    expected = [a.std(ddof=1) / np.sqrt(len(a)) for a in answers]
    np.testing.assert_allclose(table["pride_se"], expected, rtol=1e-9)
    assert study.codebook.measures["pride"].response_range == (points[0], points[-1])


def test_shares_without_n_have_no_error_and_a_missing_share_leaves_no_score():
    _, table = scored({"pride": {"shares": {"no": 0, "yes": 1}}}, no=[40, None], yes=[60, 50])
    assert table["pride"].tolist()[0] == pytest.approx(0.6)
    assert table["pride"].isna().tolist() == [False, True]
    assert table["pride_se"].isna().all()


def test_shares_that_do_not_add_up_are_set_aside():
    figures = {"no": [40, 30, 20, 10, 50, 99], "yes": [60, 70, 80, 90, 50.9, 60]}
    study, table = scored({"pride": {"shares": {"no": 0, "yes": 1}}}, **figures)
    assert len(table) == 5
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [6, "no", "the shares from no to yes add up to neither 1 nor 100 (per cent); list every "
         "answer under shares, or correct them"]
    ]  # fmt: skip


def test_n_beside_several_columns_counts_and_gives_no_error():
    _, table = scored({"trust": {"values": ["a", "b"], "n": "n", "metric": "percent"}},
                      a=[50, 60], b=[70, 80], n=[30, 40])  # fmt: skip
    assert (table["trust"].tolist(), table["trust_n"].tolist()) == ([60, 70], [30, 40])
    assert table["trust_se"].isna().all()


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ({"value": "m", "sd": "s"},
         ".sd: the standard error is sd / sqrt(n); name the column of n, too."),
        ({"value": "m", "sd": "s", "n": "n", "standard_error": "s"},
         ".sd: the standard error is given already; keep one of the two."),
        ({"shares": {"no": 1}},
         ".shares: give at least two answers, each with a number of its own."),
        ({"shares": {"no": 1, "yes": "good"}}, ".shares.yes: expected a number here."),
        ({"shares": {"no": 0, "yes": 1}, "metric": "percent"},
         ".metric: metric follows from the shares; leave it out with shares."),
        ({"share": {"no": 0}}, ".share: unknown key; did you mean 'shares'?"),
    ],
)  # fmt: skip
def test_a_score_that_says_too_little_or_too_much_is_refused(score, message):
    with pytest.raises(StudyError) as caught:
        scored({"trust": score}, m=[1, 2], s=[1, 2], n=[3, 4], no=[1, 2], yes=[3, 4])
    assert str(caught.value) == f"codebook: internal.scores.trust{message}"
