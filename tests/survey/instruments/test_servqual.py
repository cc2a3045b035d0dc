"""SERVQUAL: gaps by hand, order of averaging, reliability of the gap, whole messages."""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.artefacts import gap_reliability
from icx_research.survey.instruments.servperf import servperf
from icx_research.survey.instruments.servqual import servqual_gap

P = {"reliability": ["p1", "p2"], "empathy": ["p3"]}
E = {"reliability": ["e1", "e2"], "empathy": ["e3"]}
W = {"reliability": "w1", "empathy": "w2"}


@pytest.fixture
def answers():
    return pd.DataFrame(
        {
            "unit": ["A", "A", "B", "B"],
            "p1": [5, 6, 4, 3], "p2": [6, np.nan, 3, np.nan], "p3": [7, 5, 5, 4],
            "e1": [7, 6, 6, 7], "e2": [7, 7, 5, np.nan], "e3": [6, 6, 7, 6],
            "w1": [60, 70, 50, 90], "w2": [40, 30, 50, 20],
        }
    )  # fmt: skip


def gap(answers, **options):
    return servqual_gap(answers, perception=P, expectation=E, **options)


def test_dimensions_totals_and_weighted_gap_by_hand(answers):
    found = gap(answers, weights=W)
    # by respondent: item gaps of which both answers are given
    reliability = np.array([-1.5, 0, -2, -4])
    empathy = np.array([1, -1, -2, -2])
    total = (reliability + empathy) / 2
    weighted = (reliability * [60, 70, 50, 0] + empathy * [40, 30, 50, 0])[:3] / 100
    table = found.table.set_index("term")
    for term, scores in (
        ("reliability", reliability), ("empathy", empathy), ("total", total),
        ("weighted", weighted),
    ):  # fmt: skip
        assert table.loc[term, "estimate"] == pytest.approx(scores.mean())
        se = scores.std(ddof=1) / np.sqrt(len(scores))
        assert table.loc[term, "se"] == pytest.approx(se)
        assert table.loc[term, "n"] == len(scores)
    reach = 3.182446305284263 * total.std(ddof=1) / 2  # t quantile with 3 df
    np.testing.assert_allclose(
        [found.estimate.ci_low, found.estimate.ci_high],
        [total.mean() - reach, total.mean() + reach],
    )
    assert (found.n_used, found.n_dropped) == (4, 0)
    assert found.note == (
        "gaps are descriptive: as predictor or outcome take expectation and perception as two "
        "variables, not their difference; 1 row(s) have weights that do not sum to 100 and no "
        "weighted score"
    )
    rows = found.dimensions.set_index("dimension")
    np.testing.assert_allclose(
        rows.loc["reliability", ["expectation", "perception", "gap", "weight"]].astype(float),
        [(7 + 6.5 + 5.5 + 7) / 4, (5.5 + 6 + 3.5 + 3) / 4, reliability.mean(), 67.5],
    )
    assert rows["n"].tolist() == [4, 4, 4]
    assert "descriptive" in repr(found)


def test_order_is_respondent_then_unit_not_item_then_unit(answers):
    groups = gap(answers, by="unit", min_persons=5).groups
    assert groups["n"].isna().all()  # two respondents per unit are never shown
    many = pd.concat([answers.assign(unit="A")] * 3, ignore_index=True)
    groups = gap(many, by="unit").groups
    by_respondent = np.mean([-1.5, 0, -2, -4])
    by_item = np.mean([answers["p1"].mean() - answers["e1"].mean(), np.mean([-1, -2])])
    assert groups["reliability_gap"].item() == pytest.approx(by_respondent)
    assert abs(by_respondent - by_item) > 0.1
    assert groups["n"].item() == 12


def test_rows_of_one_person_count_once(answers):
    doubled = pd.concat([answers.assign(id=range(4)), answers.iloc[:1].assign(id=0)])
    found = gap(doubled, respondent="id")
    assert found.estimate == gap(answers).estimate
    assert found.n_used == 4


def test_reverse_keyed_items_are_turned_only_if_named(answers):
    turned = answers.assign(e1=8 - answers["e1"])
    assert gap(turned, reverse_keyed=["e1"]).estimate == gap(answers).estimate
    assert gap(turned).estimate != gap(answers).estimate


def test_reliability_of_the_gap_follows_the_formula(rng):
    n = 4000
    mood = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], n)
    items = {f"p{i}": mood[:, 0] + rng.standard_normal(n) for i in range(3)}
    items |= {f"e{i}": mood[:, 1] + rng.standard_normal(n) for i in range(3)}
    data = pd.DataFrame(items)
    found = servqual_gap(
        data,
        perception={"d": ["p0", "p1", "p2"]},
        expectation={"d": ["e0", "e1", "e2"]},
        response_range=(-9, 9),
    )
    row = found.dimensions.iloc[0]
    assert row["reliability_perception"] == pytest.approx(0.75, abs=0.02)  # k r / (1 + (k-1) r)
    assert row["correlation"] == pytest.approx(0.5 * 0.75, abs=0.03)
    expected = gap_reliability(
        reliability_perception=row["reliability_perception"],
        reliability_expectation=row["reliability_expectation"],
        correlation=row["correlation"],
        sd_perception=data[["p0", "p1", "p2"]].mean(axis=1).std(),
        sd_expectation=data[["e0", "e1", "e2"]].mean(axis=1).std(),
    )
    assert row["reliability_gap"] == pytest.approx(expected)
    assert row["reliability_gap"] == pytest.approx(0.6, abs=0.03)  # .75, .75, r .375


def test_single_items_have_no_reliability(answers):
    row = gap(answers).dimensions.set_index("dimension").loc["empathy"]
    assert np.isnan(
        row[["reliability_perception", "reliability_gap", "weight"]].astype(float)
    ).all()


def test_servperf_is_the_perception_side(answers):
    both, alone = gap(answers, weights=W), servperf(answers, perception=P, weights=W)
    np.testing.assert_allclose(
        alone.table["estimate"].iloc[:3], both.dimensions["perception"], rtol=1e-12
    )
    assert alone.table["term"].tolist() == ["reliability", "empathy", "total", "weighted"]
    assert alone.reliability["reliability"] == pytest.approx(
        both.dimensions["reliability_perception"].iloc[0]
    )
    assert alone.estimate == alone.scores[2][1]
    assert (alone.n_used, alone.n_dropped, alone.groups) == (4, 0, None)
    assert alone.note == "1 row(s) have weights that do not sum to 100 and no weighted score"


def test_groups_of_perception_are_withheld_when_small(answers):
    many = pd.concat([answers] * 5 + [answers.assign(unit="C").head(2)], ignore_index=True)
    found = servperf(many, perception=P, by="unit")
    assert found.groups["unit"].tolist() == ["A", "B", "C"]
    assert found.groups["total_perception"].isna().tolist() == [True, False, True]
    assert found.groups["n"].isna().tolist() == [True, False, True]
    assert found.note == (
        "2 group(s) with fewer than 10 respondents, or that would give one away, are withheld"
    )


def profile(frame):
    wide = gap(frame).profile.set_index(["dimension", "part"])["estimate"]
    return wide.isna().to_dict()


def test_a_level_that_is_withheld_takes_its_gap_and_its_total_with_it(answers):
    frame = pd.concat([answers] * 5, ignore_index=True)
    hidden = profile(frame.assign(p3=6))
    names = ("reliability", "empathy", "total")
    assert {name: hidden[name, "perception"] for name in names} == dict(
        zip(names, (False, True, True), strict=True)
    )
    assert {name: hidden[name, "gap"] for name in names} == dict(
        zip(names, (False, True, True), strict=True)
    )
    assert not any(hidden[name, "expectation"] for name in names)
    assert not any(profile(frame).values())


def test_half_of_the_items_make_a_score(answers):
    blank = answers.assign(p2=np.nan, e2=np.nan)
    np.testing.assert_allclose(gap(blank).table["estimate"].iloc[0], np.mean([-2, 0, -2, -4]))
    gone = answers.assign(p1=np.nan, p2=np.nan, p3=np.nan, e1=np.nan)
    with pytest.raises(ValueError, match="lie outside"):
        gap(gone.assign(e3=9))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"perception": {}},
         r"^perception needs at least one dimension, each with at least one item\.$"),
        ({"perception": {"total": ["p1"]}},
         r"^A dimension cannot be called 'total': that is what is made of all\.$"),
        ({"expectation": {"empathy": ["e3"]}},
         r"^perception and expectation need the same dimensions; got \['reliability', 'empathy'\] "
         r"and \['empathy'\]\.$"),
        ({"expectation": {"reliability": ["e1"], "empathy": ["e3"]}},
         r"^Dimension 'reliability' has 2 perception and 1 expectation items; they are paired in "
         r"order\.$"),
        ({"weights": {"empathy": "w2"}},
         r"^weights needs a column for each of \['reliability', 'empathy'\]; got \['empathy'\]\.$"),
        ({"expectation": {"reliability": ["e1", "p1"], "empathy": ["e3"]}},
         r"^Item 'p1' is named twice; an item belongs to one place\.$"),
        ({"reverse_keyed": ["e9"]},
         r"^reverse_keyed names 'e9', which is no item of a dimension\.$"),
        ({"respondent": "who"}, r"^data has no column 'who'; it has \["),
        ({"response_range": (1, 6)},
         r"^Answers to 'p3' lie outside the range 1 to 6; correct response_range, or turn codes "
         r"that mean 'no answer' into missing values\.$"),
        ({"min_persons": 1}, r"^min_persons must be at least 5, not 1\.$"),
    ],
)  # fmt: skip
def test_designs_that_do_not_fit_are_refused(answers, options, message):
    with pytest.raises(ValueError, match=message):
        servqual_gap(answers, **{"perception": P, "expectation": E, **options})
