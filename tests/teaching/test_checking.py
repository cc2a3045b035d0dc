"""The exercises: expected values against plain pandas, and each classic mistake."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research.survey.study.datasets import bundled
from icx_research.teaching import check
from icx_research.teaching.answers import EXACT, TWO_DECIMALS
from icx_research.teaching.checking import EXERCISES

COMPANY = bundled("data") / "company"
ITEMS = ["isat1", "isat2", "isat3"]


def read(name):
    return pd.read_csv(COMPANY / f"{name}.csv")


@pytest.fixture(scope="module")
def ratings():
    table = read("internal_ratings")
    answers = table[ITEMS].replace(99, np.nan)  # 99: not applicable
    keyed = answers.assign(isat3=8 - answers["isat3"])
    enough = answers.notna().sum(axis=1) >= 2
    return table[["wave", "rater", "client_unit", "supplier_unit"]].assign(
        **keyed, score=keyed.mean(axis=1).where(enough)
    )


@pytest.fixture(scope="module")
def persons(ratings):
    keys = ["wave", "client_unit", "rater"]
    return ratings.groupby(keys)["score"].mean().dropna().reset_index()


def units(people, unit, score, wave):
    """Mean and squared standard error per unit."""
    cells = people[people["wave"] == wave].groupby(unit)[score]
    return pd.DataFrame({"mean": cells.mean(), "error": cells.var() / cells.count()})


@pytest.fixture(scope="module")
def expected(ratings, persons):
    """Every right answer, without the library."""
    customers = read("external_ratings")
    one = ratings.query("wave == 3 and rater == 'B09-24' and supplier_unit == 'Procurement'")
    inside = units(persons, "client_unit", "score", 3)
    advice = units(customers.dropna(subset=["nps"]), "serving_unit", "nps", 3)
    r = np.corrcoef(inside["mean"], advice["mean"])[0, 1]
    share = [1 - side["error"].mean() / side["mean"].var() for side in (inside, advice)]
    return {
        "2.1": one["score"].item(),
        "3.1": inside.loc["B09", "mean"],
        "4.1": spearman_brown(persons[persons["wave"] == 3], 10),
        "5.1": len(units(persons, "client_unit", "score", 1)),
        "6.1": r / math.sqrt(share[0] * share[1]),
        "7.1": verdict(inside),
    }


def spearman_brown(people, k):
    """Step from ICC(1), by one-way analysis of variance, to the mean of k persons."""
    groups = people.groupby("client_unit")["score"]
    n, mean = groups.count(), groups.mean()
    between = (n * (mean - people["score"].mean()) ** 2).sum() / (len(n) - 1)
    within = ((n - 1) * groups.var()).sum() / (n.sum() - len(n))
    size = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    icc_1 = (between - within) / (between + (size - 1) * within)
    return k * icc_1 / (1 + (k - 1) * icc_1)


def verdict(inside):
    """Apply rule R-DIR to complaints by hand; few complaints are good."""
    outcomes = read("outcomes").query("wave == 3").set_index("unit")["complaints"]
    z = np.arctanh(-np.corrcoef(inside["mean"], outcomes.loc[inside.index])[0, 1])
    lower = np.tanh(z - stats.norm.ppf(0.975) / math.sqrt(len(inside) - 3))
    upper_90 = np.tanh(z + stats.norm.ppf(0.95) / math.sqrt(len(inside) - 3))
    assert lower <= 0
    assert upper_90 >= 0.15
    return "inconclusive"


def said(capsys, exercise, answer):
    check(exercise, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize("exercise", EXERCISES)
def test_right_answer_agrees_with_plain_pandas(exercise, expected, capsys):
    assert said(capsys, exercise, expected[exercise]) == f"{exercise}: right.\n"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_placeholder_asks_for_an_answer(exercise, capsys):
    line = f"{exercise}: replace ... by your answer and run the cell again.\n"
    assert said(capsys, exercise, ...) == line


@pytest.mark.parametrize("exercise", ["3.1", "4.1", "6.1"])
def test_two_decimals_are_enough(exercise, expected, capsys):
    line = f"{exercise}: right, to two decimals. Keep all digits until the last step.\n"
    assert said(capsys, exercise, round(expected[exercise], 2)) == line


@pytest.mark.parametrize("exercise", EXERCISES)
def test_mistakes_are_told_from_the_right_answer_and_each_other(exercise):
    key = EXERCISES[exercise]()
    if isinstance(key.expected, str):
        values = [key.expected, *(mistake.value for mistake in key.mistakes)]
        assert len(set(values)) == len(values)
        return
    apart = EXACT if isinstance(key.expected, int) else TWO_DECIMALS
    numbers = {m.value: m.nudge for m in key.mistakes if not math.isnan(m.value)}
    for value, nudge in numbers.items():
        assert abs(value - key.expected) > apart
        others = [other for other, words in numbers.items() if words != nudge]
        assert all(abs(value - other) > apart for other in others)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_nudge_is_reached_and_gives_nothing_away(exercise, capsys):
    key = EXERCISES[exercise]()
    for mistake in key.mistakes:
        assert said(capsys, exercise, mistake.value) == f"{exercise}: not yet. {mistake.nudge}\n"
        if key.expected != 2:  # the nudge of 2.1 names a rule with a small number in it
            assert f"{key.expected}"[:4] not in mistake.nudge


def test_classic_mistakes_of_scoring(ratings, capsys):
    one = ratings.query("wave == 3 and rater == 'B09-24' and supplier_unit == 'Procurement'")
    answers = one[ITEMS].assign(isat3=8 - one["isat3"]).iloc[0].dropna()
    assert "turn the reverse-keyed item?" in said(capsys, "2.1", answers.mean())
    assert "That is the sum" in said(capsys, "2.1", one[ITEMS].sum(axis=1))
    assert "no zero" in said(capsys, "2.1", one[ITEMS].sum(axis=1) / len(ITEMS))
    upside_down = (answers["isat1"] + 7 - answers["isat3"]) / 2
    assert "lowest + highest" in said(capsys, "2.1", upside_down)
    assert "at least half" in said(capsys, "2.1", float("nan"))


def test_classic_mistakes_of_averaging(ratings, capsys):
    ours = ratings.query("wave == 3 and client_unit == 'B09'")
    assert "You averaged items first." in said(capsys, "3.1", ours[ITEMS].mean().mean())
    assert "You averaged ratings" in said(capsys, "3.1", ours["score"].mean())
    raw = ours.assign(isat3=8 - ours["isat3"])
    raw = raw[ITEMS].mean(axis=1).where(ours["score"].notna())
    by_person = raw.groupby(ours["rater"]).mean().mean()
    assert "forget to turn the reverse-keyed item?" in said(capsys, "3.1", by_person)
    stacked = ratings.query("client_unit == 'B09'").groupby("rater")["score"].mean().mean()
    assert "all waves together" in said(capsys, "3.1", stacked)
    rounded = ours.groupby("rater")["score"].mean().mean().round(1)
    assert "published figure" in said(capsys, "3.1", rounded)


def test_classic_mistakes_of_counting(ratings, persons, capsys):
    first = read("external_ratings").query("wave == 1")
    answered = int((first[["csat1", "csat2", "csat3"]].notna().sum(axis=1) >= 2).sum())
    raters = int((persons["wave"] == 1).sum())
    for people in (raters, answered, raters + answered):
        assert "Those are persons." in said(capsys, "5.1", people)
    assert "Those are ratings" in said(capsys, "5.1", int((ratings["wave"] == 1).sum()))
    assert "rows of all waves" in said(capsys, "5.1", len(read("outcomes")))


def test_classic_mistakes_of_correcting(expected, persons, capsys):
    percentage = "6.1: not yet. That is a percentage; give the share, a number below 1.\n"
    assert said(capsys, "6.1", 100 * expected["6.1"]) == percentage
    assert said(capsys, "6.1", -expected["6.1"]) == (
        "6.1: not yet. The size is right, the sign is not.\n"
    )
    assert said(capsys, "4.1", 100 * expected["4.1"]) == percentage.replace("6.1", "4.1")
    advice = read("external_ratings").dropna(subset=["nps"])
    inside = units(persons, "client_unit", "score", 3)
    outside = units(advice, "serving_unit", "nps", 3)
    r = np.corrcoef(inside["mean"], outside["mean"])[0, 1]
    assert "That is the observed correlation." in said(capsys, "6.1", r)
    share = (expected["6.1"] / r) ** -2
    assert "You multiplied" in said(capsys, "6.1", r * math.sqrt(share))
    assert "square root" in said(capsys, "6.1", r / share)


def test_words_are_taken_in_any_case(capsys):
    assert said(capsys, "7.1", "INCONCLUSIVE") == "7.1: right.\n"
    assert "on one side of zero?" in said(capsys, "7.1", "Supported")
    assert "not the same as ruling it out" in said(capsys, "7.1", "contradicted")
    line = '7.1: not yet. A word is needed, in quotation marks, such as "word".\n'
    assert said(capsys, "7.1", 0.13) == line


def test_unknown_exercise_lists_the_known_ones():
    known = r"2\.1, 3\.1, 4\.1, 5\.1, 6\.1, 7\.1"
    with pytest.raises(ValueError, match=rf"^There is no exercise '9\.9'; known are {known}\.$"):
        check("9.9", 1)
