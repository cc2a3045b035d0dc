"""The same respondents on both sides: found, and taken out by the linkage estimate."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import yaml

import icx_research as icx
from icx_research import NotTestable, disattenuate, linkage_correlations, split_half_correlation
from icx_research.survey.link.shared_respondents import shared_error

KEYS = {
    "study": "One questionnaire",
    "internal": {
        "keys": {"respondent": "person", "client_unit": "unit"},
        "scales": {"service": {"items": ["a"], "range": [-9, 9]}},
    },
    "employees": {
        "keys": {"respondent": "person", "unit": "unit"},
        "scales": {"focus": {"items": ["b"], "range": [-9, 9]}},
    },
    "external": {
        "keys": {"serving_unit": "unit"},
        "scales": {"csat": {"items": ["c"], "range": [-9, 9]}},
    },
}


def people(rng, units=40, k=5):
    mood = rng.standard_normal((units * k, 1))
    answers = np.sqrt(0.5) * (mood + rng.standard_normal((units * k, 2)))
    unit = np.repeat([f"u{i:04d}" for i in range(units)], k)
    tau = np.repeat(rng.standard_normal((units, 2)), k, axis=0) / 3
    a, b = (answers + tau).T
    person = [f"p{i}" for i in range(units * k)]
    return pd.DataFrame({"unit": unit, "person": person, "a": a, "b": b})


def linked(staff, keys=KEYS, **frames):
    customers = pd.DataFrame({"unit": np.repeat(staff["unit"].unique(), 2)})
    customers["c"] = np.arange(len(customers)) % 5
    frames = {"internal": staff, "employees": staff, "external": customers} | frames
    return icx.link_study(icx.study_from_frames(keys, **frames))


def test_linkage_estimate_is_that_of_split_halves_automatically(rng):
    staff = people(rng)
    units = linked(staff)
    found = linkage_correlations(units, internal="service", external="focus")
    halves = split_half_correlation(staff, first="a", second="b", unit="unit", rng=rng)
    assert found.estimate.value == pytest.approx(halves.full_length)
    assert found.same_source == pytest.approx(halves.same_source)
    assert found.expected_spurious == pytest.approx(halves.expected_spurious)
    assert found.note.startswith(
        "the same respondents gave both scores: the correlation is that of split halves at full "
        "length; undivided it is "
    )


def test_shared_mood_alone_gives_nothing(rng):
    found = linkage_correlations(
        linked(people(rng, units=600)), internal="service", external="focus"
    )
    assert found.same_source > 0.25
    assert found.estimate.ci_low < 0 < found.estimate.ci_high
    assert found.estimate.value == pytest.approx(0, abs=0.13)  # three errors of 1 / sqrt(600)
    assert disattenuate(found).observed == found.estimate


def test_different_respondents_are_left_alone(rng):
    units = linked(people(rng))
    assert shared_error(units, "service", "csat") is None
    found = linkage_correlations(units, internal="service", external="csat")
    assert (found.note, np.isnan(found.same_source)) == ("", True)


def test_only_persons_in_common_count(rng):
    staff = people(rng)
    half = staff[staff.index % 5 < 3]
    error = shared_error(linked(staff, employees=half), "service", "focus")
    cov = half.groupby("unit")[["a", "b"]].cov().xs("a", level=1)["b"].to_numpy()
    np.testing.assert_allclose(error.covariance, 3 * cov / (5 * 3))
    var = half.groupby("unit")[["a", "b"]].var(ddof=1).prod(axis=1).to_numpy()
    np.testing.assert_allclose(error.variance, (var + cov**2) / 2 / 25)
    others = staff.assign(person=staff["person"] + "x")
    assert shared_error(linked(staff, employees=others), "service", "focus") is None


def test_through_a_crosswalk_the_errors_are_weighted(rng):
    staff = people(rng, units=8)
    keys = KEYS | {
        "crosswalk": {
            "keys": {"client_unit": "client", "serving_unit": "serving"},
            "weight": "share",
            "cardinality": "many_to_one",
        }
    }
    names = staff["unit"].unique()
    walk = pd.DataFrame({"client": names, "serving": np.repeat(["A", "B", "C", "D"], 2),
                         "share": [0.25, 0.75] * 4})  # fmt: skip
    customers = pd.DataFrame({"unit": list("AABBCCDD"), "c": range(8)})
    units = linked(staff, keys, crosswalk=walk, external=customers)
    error = shared_error(units, "service", "focus")
    cov = staff.groupby("unit")[["a", "b"]].cov().xs("a", level=1)["b"].to_numpy() / 5
    np.testing.assert_allclose(error.covariance, cov[::2] / 16 + cov[1::2] * 9 / 16)


def test_a_lag_keeps_persons_with_their_wave():
    company = icx.link_study(icx.load_example("company"), lag=1)
    now = icx.link_study(icx.load_example("company"))
    first = shared_error(company.at_wave("2"), "internal_satisfaction", "customer_focus")
    same = shared_error(now.at_wave("1"), "internal_satisfaction", "customer_focus")
    np.testing.assert_allclose(first.covariance, same.covariance)


def test_unnamed_respondents_leave_a_warning(rng):
    staff = people(rng)
    keys = KEYS | {"employees": {**KEYS["employees"], "keys": {"unit": "unit"}}}
    found = linkage_correlations(linked(staff, keys), internal="service", external="focus")
    assert found.note == (
        "both scores may be of the same respondents, who are not named: shared mood may be part "
        "of the correlation"
    )
    units = linked(staff)
    no_rows = tuple(dataclasses.replace(scores, persons=None) for scores in units.scores)
    error = shared_error(dataclasses.replace(units, scores=no_rows), "service", "focus")
    assert error.note == "both scores are published figures and may be of the same respondents"
    assert np.isnan(error.covariance).all()


def test_ranks_of_the_same_respondents_are_refused(rng):
    with pytest.raises(NotTestable) as refusal:
        linkage_correlations(
            linked(people(rng)), internal="service", external="focus", method="spearman"
        )
    assert refusal.value.missing == (
        "ranks cannot be freed of the mood of respondents who gave both scores; use "
        "method='pearson'."
    )


def test_clusters_are_the_connected_parts_of_the_crosswalk(rng):
    units = linked(people(rng, units=5))
    assert units.cluster.tolist() == [0, 1, 2, 3, 4]
    walk = pd.DataFrame({
        "client_unit": ["c1", "c1", "c2", "c2", "c3"],
        "serving_unit": ["u0000", "u0002", "u0002", "u0003", "u0001"],
    })  # fmt: skip
    assert dataclasses.replace(units, crosswalk=walk).cluster.tolist() == [0, 1, 0, 0, 2]


SPLIT = {
    "study": "One survey in two files",
    "internal": {
        "keys": {"respondent": "person", "client_unit": "unit"},
        "scales": {"service": {"items": ["a"], "range": [-9, 9]}},
    },
    "external": {
        "keys": {"respondent": "person", "serving_unit": "unit"},
        "scales": {"focus": {"items": ["b"], "range": [-9, 9]}},
    },
}


def two_files(staff, folder, *, customers=None, **more):
    """Export one survey in two files and link them again."""
    customers = staff if customers is None else customers
    staff[["unit", "person", "a"]].to_csv(folder / "staff.csv", index=False)
    customers[["unit", "person", "b"]].to_csv(folder / "customers.csv", index=False)
    keys = {**SPLIT, **more}
    keys["internal"] = {**keys["internal"], "file": "staff.csv"}
    keys["external"] = {**keys["external"], "file": "customers.csv"}
    (folder / "study.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    return icx.read_study(folder / "study.yaml")


def test_one_survey_in_two_files_is_that_of_one_file(rng, tmp_path):
    staff = people(rng)
    units = icx.link_study(two_files(staff, tmp_path))
    found = linkage_correlations(units, internal="service", external="focus")
    together = linkage_correlations(linked(staff), internal="service", external="focus")
    assert found.estimate.value == pytest.approx(together.estimate.value)
    assert found.estimate.ci_low == pytest.approx(together.estimate.ci_low)
    assert found.same_source == pytest.approx(together.same_source)
    assert found.respondents == "taken out"
    assert found.note.startswith(
        "200 respondents, the same by their ids, gave both scores, which stand in staff.csv and "
        "customers.csv: the correlation is that of split halves at full length; undivided it is "
    )


def test_some_in_common_are_taken_out_and_counted(rng, tmp_path):
    staff = people(rng, units=30, k=8)
    customers = staff.assign(person=np.where(staff.index % 8 < 4, staff["person"], "new"))
    customers["person"] += np.where(customers["person"] == "new", customers.index.astype(str), "")
    units = icx.link_study(two_files(staff, tmp_path, customers=customers))
    error = shared_error(units, "service", "focus")
    half = staff[staff.index % 8 < 4]
    cov = half.groupby("unit")[["a", "b"]].cov().xs("a", level=1)["b"].to_numpy()
    np.testing.assert_allclose(error.covariance, 4 * cov / 64)
    assert error.note.startswith("120 respondents, the same by their ids, gave both scores")


def test_through_a_crosswalk_ids_tell_the_same_persons(rng, tmp_path):
    staff = people(rng, units=24)
    names = staff["unit"].unique()
    walk = pd.DataFrame({"client": names, "serving": [f"S{i // 2}" for i in range(24)],
                         "share": 0.5})  # fmt: skip
    walk.to_csv(tmp_path / "walk.csv", index=False)
    customers = staff.assign(unit=staff["unit"].map(walk.set_index("client")["serving"]))
    crosswalk = {
        "file": "walk.csv",
        "keys": {"client_unit": "client", "serving_unit": "serving"},
        "weight": "share",
        "cardinality": "many_to_one",
    }
    study = two_files(staff, tmp_path, customers=customers, crosswalk=crosswalk)
    error = shared_error(icx.link_study(study), "service", "focus")
    cov = staff.groupby("unit")[["a", "b"]].cov().xs("a", level=1)["b"].to_numpy()
    each = 0.5 * 5 * cov / (5 * 10)
    np.testing.assert_allclose(error.covariance, (each[::2] + each[1::2])[np.argsort(
        [f"S{i}" for i in range(12)])])  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_ids_alike_by_numbering_are_different_persons(seed, tmp_path):
    rng = np.random.default_rng(seed)
    staff = people(rng).assign(person=lambda table: np.arange(len(table)))
    customers = staff.assign(person=rng.permutation(len(staff)))
    units = icx.link_study(two_files(staff, tmp_path, customers=customers))
    assert shared_error(units, "service", "focus") is None
    found = linkage_correlations(units, internal="service", external="focus", method="spearman")
    assert (found.respondents, found.note) == ("different", "")


def test_the_codebook_says_that_respondents_differ(rng, tmp_path):
    study = two_files(people(rng), tmp_path, same_respondents="different")
    assert shared_error(icx.link_study(study), "service", "focus") is None


PUBLISHED = {
    "study": "Published tables",
    "internal": {
        "grain": "unit",
        "published": True,
        "keys": {"client_unit": "unit"},
        "scores": {"service": {"value": "a", "standard_error": "a_se"}},
    },
    "external": {
        "grain": "unit",
        "published": True,
        "keys": {"serving_unit": "unit"},
        "scores": {"csat": {"value": "b", "standard_error": "b_se"}},
    },
}


def published(rng, **more):
    x = rng.normal(size=60)
    y = x + 0.3 * rng.normal(size=60)
    table = pd.DataFrame({"unit": [f"u{i}" for i in range(60)], "a": x, "b": y,
                          "a_se": 0.3, "b_se": 0.4})  # fmt: skip
    return icx.study_from_frames({**PUBLISHED, **more}, internal=table, external=table)


def test_published_tables_of_the_same_respondents_give_no_strong_support(rng):
    entry = icx.evaluate_claims(published(rng, same_respondents="same"))["K01"]
    assert entry.words == "supported (shared mood not taken out)"
    assert (
        entry.verdict.reason.endswith(" of it, so support is not called strong.")
        and "their shared mood may be part of the estimate, at most ." in entry.verdict.reason
    )
    assert "both scores are published figures and are of the same respondents" in entry.detail


@pytest.mark.parametrize("more", [{}, {"same_respondents": "unknown"}])
def test_unknown_respondents_are_said_in_the_verdict(rng, more):
    entry = icx.evaluate_claims(published(rng, **more))["K01"]
    assert entry.words == "supported (strong support)"
    assert entry.verdict.reason.endswith(
        "Whether the same respondents stand behind both scores is not known."
    )
    assert "(codebook: same_respondents: unknown)" in entry.detail


def test_different_respondents_of_published_tables_leave_no_note(rng):
    entry = icx.evaluate_claims(published(rng, same_respondents="different"))["K01"]
    assert entry.words == "supported (strong support)"
    assert "respondents" not in entry.verdict.reason + entry.detail


def test_a_misspelled_word_is_refused(rng):
    with pytest.raises(icx.StudyError, match="same_respondents"):
        published(rng, same_respondents="maybe")


def test_shared_mood_in_two_files_is_rarely_taken_for_a_link(tmp_path):
    """The small version of validation/shared_respondents.py."""
    verdicts = []
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        study = two_files(people(np.random.default_rng(seed), units=40, k=10), folder)
        verdicts.append(icx.evaluate_claims(study)["K01"].verdict.verdict)
    assert verdicts.count("supported") <= 20 * 0.05 + 3 * np.sqrt(20 * 0.05 * 0.95)
    assert "inconclusive" in verdicts
