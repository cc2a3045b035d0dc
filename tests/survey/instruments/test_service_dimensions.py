"""Dimensions a codebook declares; expectation, perception and need by hand."""

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

import icx_research as icx
from icx_research.survey.instruments.service_dimensions import service_dimensions, servqual_study
from tests.survey.builders import KEYS, changed


def codebook(scales, **changes):
    return changed(
        KEYS, internal__scales=scales, question={"internal": next(iter(scales))}, **changes
    )


def pair(**more):
    return {
        "help_perception": {"kind": "perception", "items": {"p1": "Quick?", "p2": "Right?"},
                            "range": [1, 7]},
        "help_expectation": {"kind": "expectation", "items": ["e1", "e2"], "range": [1, 7]},
        **more,
    }  # fmt: skip


NEED = {"help_need": {"items": ["n1", "n2"], "range": [1, 7]}}


def dimensions(scales):
    return service_dimensions(icx.read_codebook(codebook(scales)))


def test_questions_of_a_single_pair_are_a_dimension_each():
    found = dimensions(pair())
    assert found.perception == {"p1": ("p1",), "p2": ("p2",)}
    assert found.expectation == {"p1": ("e1",), "p2": ("e2",)}
    assert (found.need, found.labels) == ({}, {"p1": "Quick?", "p2": "Right?"})
    assert (found.table, found.response_range) == ("internal", (1, 7))


@pytest.mark.parametrize("name", ["help_need", "need"])
def test_a_scale_named_need_joins_whatever_its_kind(name):
    found = dimensions(pair(**{name: NEED["help_need"]}))
    assert found.need == {"p1": ("n1",), "p2": ("n2",)}


def test_a_single_need_belongs_to_no_one_of_several_pairs():
    scales = {name.replace("help", "other"): {**scale, "items": [f"o{i}{name}" for i in (1, 2)]}
              for name, scale in pair().items()}  # fmt: skip
    assert dimensions(pair(**scales, need=NEED["help_need"])).need == {}


@pytest.mark.parametrize(
    "other",
    [
        {"help_need": {"items": ["n1"], "range": [1, 7]}},
        {"help_need": {"items": ["n1", "n2"], "range": [0, 10]}},
        {"other_need": {"items": ["n1", "n2"], "range": [1, 7]}},
    ],
)
def test_a_need_that_does_not_correspond_is_left_out(other):
    assert dimensions(pair(**other)).need == {}


def test_block_of_the_questionnaire_gives_five_dimensions():
    found = dimensions(yaml.safe_load(icx.questionnaire("servqual")))
    assert list(found.perception) == [
        "tangibles", "reliability", "responsiveness", "assurance", "empathy",
    ]  # fmt: skip
    assert found.labels["empathy"] == "Empathy"
    assert [len(items) for items in found.expectation.values()] == [4, 5, 4, 4, 5]


def test_reversed_items_of_both_sides_are_kept():
    scales = pair()
    scales["help_expectation"]["reverse_keyed"] = ["e2"]
    assert dimensions(scales).reverse_keyed == ("e2",)


@pytest.mark.parametrize("change", [{"items": ["e1"]}, {"range": [1, 5]}, {"kind": "other"}])
def test_scales_that_do_not_correspond_are_no_dimensions(change):
    scales = pair()
    scales["help_expectation"] |= change
    with pytest.raises(icx.NotTestable, match="scales of kind perception and expectation are need"):
        dimensions(scales)


def study_of(n=12, waves=("1",), **more):
    rng = np.random.default_rng(4)
    names = ["p1", "p2", "e1", "e2", "n1", "n2"]
    answers = pd.DataFrame(rng.integers(1, 8, (n * len(waves), 6)).astype(float), columns=names)
    answers = answers.assign(person=[f"s{i}" for i in range(len(answers))],
                             branch=["A", "B"] * (len(answers) // 2),
                             wave=np.repeat(waves, n))  # fmt: skip
    customers = pd.DataFrame({"customer": ["k1", "k2"], "branch": ["A", "B"], "c1": [3, 5]})
    book = codebook(pair(**NEED), internal__keys__wave="wave", **more)
    return icx.study_from_frames(book, internal=answers, external=customers), answers


def test_means_and_intervals_of_each_part_by_hand():
    study, answers = study_of()
    found = servqual_study(study)
    profile = found.profile.set_index(["dimension", "part"])
    for name, columns in {
        ("p1", "need"): answers["n1"], ("p1", "expectation"): answers["e1"],
        ("p2", "perception"): answers["p2"], ("p2", "gap"): answers["p2"] - answers["e2"],
        ("total", "need"): answers[["n1", "n2"]].mean(axis=1),
    }.items():  # fmt: skip
        reach = stats.t.ppf(0.975, 11) * columns.std(ddof=1) / np.sqrt(12)
        row = profile.loc[name]
        np.testing.assert_allclose(
            row[["estimate", "ci_low", "ci_high"]].astype(float),
            np.round([columns.mean(), columns.mean() - reach, columns.mean() + reach], 2),
            atol=1e-12,
        )
        assert row["respondents"] == "10-14"
    assert list(found.levels) == ["perception", "expectation", "need"]
    assert found.labels == {"p1": "Quick?", "p2": "Right?", "total": "All dimensions"}


def test_one_wave_is_described():
    study, answers = study_of(waves=("1", "2"))
    latest = answers[answers["wave"] == "2"]
    assert servqual_study(study).levels["need"][0][1].value == pytest.approx(latest["n1"].mean())
    first = servqual_study(study, wave="1")
    assert first.n_used == 12
    assert first.estimate.value != servqual_study(study).estimate.value
    with pytest.raises(ValueError, match=r"There is no wave '3'; there are 1, 2\."):
        servqual_study(study, wave="3")


def test_nine_respondents_are_refused_and_a_part_of_nine_is_withheld():
    with pytest.raises(icx.Blocked, match="fewer than 10 persons answered"):
        servqual_study(study_of(n=8)[0])
    study, answers = study_of()
    answers.loc[:2, "n1"] = np.nan
    found = servqual_study(
        icx.study_from_frames(study.codebook, internal=answers,
                              external=study.tables["external"].rename(
                                  columns={"respondent": "customer", "serving_unit": "branch"}))
    )  # fmt: skip
    profile = found.profile.set_index(["dimension", "part"])
    assert np.isnan(profile.loc[("p1", "need"), "estimate"])
    assert profile.loc[("p1", "need"), "respondents"] == ""
    assert profile.loc[("p2", "need"), "estimate"] > 0


def test_a_part_on_which_all_agree_is_withheld():
    _, answers = study_of()
    answers["e1"] = 7.0
    found = icx.servqual_gap(
        answers, perception={"quick": ["p1"]}, expectation={"quick": ["e1"]},
        labels={"quick": "Quick help"},
    )  # fmt: skip
    profile = found.profile.set_index(["dimension", "part"])
    assert np.isnan(profile.loc[("quick", "expectation"), "estimate"])
    assert profile.loc[("quick", "perception"), "label"] == "Quick help"


def test_need_must_name_items_of_every_dimension():
    answers = study_of()[1]
    message = (
        r"need must name at least one item for each of \['quick'\]; got \{'slow': \['n1'\]\}\."
    )
    with pytest.raises(ValueError, match=message):
        icx.servqual_gap(answers, perception={"quick": ["p1"]}, expectation={"quick": ["e1"]},
                         need={"slow": ["n1"]})  # fmt: skip
