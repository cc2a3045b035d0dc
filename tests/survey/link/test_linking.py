"""The link: exactly one row per serving unit and wave, whatever comes in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icx_research import (
    Blocked,
    StudyError,
    link_study,
    link_units,
    protect,
    scale_scores,
    study_from_frames,
    unit_scores,
)
from tests.survey.builders import CODEBOOK, KEYS, changed, frames_study, ratings, read_small

STAFF = {"A": [6, 5, 7], "B": [3, 4], "C": [2, 2, 3, 5], "D": [6, 4]}
CUSTOMERS = {"A": [6, 7], "B": [4, 5], "C": [3, 2], "D": [5, 6]}
REGIONS = pd.DataFrame(
    {"code": list("ABCD"), "region": ["North", "North", "South", "South"], "size": [10, 20, 30, 40]}
)
UNITS = {"keys": {"unit": "code"}, "attributes": ["region", "size"]}


def sides(study):
    scored = scale_scores(study)
    return unit_scores(scored, by="client_unit"), unit_scores(scored, by="serving_unit")


def test_both_sides_stand_beside_each_other():
    linked = link_units(*sides(frames_study(STAFF, CUSTOMERS)))
    assert list(linked.table) == [
        "unit", "wave", "n_client_units", "service", "service_n", "service_se",
        "csat", "csat_n", "csat_se",
    ]  # fmt: skip
    assert linked.table["unit"].tolist() == list("ABCD")
    np.testing.assert_allclose(linked.table["service"], [6, 3.5, 3, 5])
    assert linked.table["service_n"].tolist() == [3, 2, 4, 2]
    np.testing.assert_allclose(linked.table["csat"], [6.5, 4.5, 2.5, 5.5])
    np.testing.assert_allclose(linked.table["csat_se"], [0.5] * 4)
    assert (linked.internal, linked.external) == (("service",), ("csat",))
    assert linked.crosswalk.to_numpy().tolist() == [[u, u, 1.0] for u in "ABCD"]
    assert (linked.n_client_units, len(linked.drops)) == (4, 0)


def test_one_unit_only_is_refused(tmp_path):
    lines = "person,branch,q1,q2,q3\n" + "".join(f"s{i},A,{i},4,4\n" for i in range(1, 7))
    customers = "customer,branch,c1\n" + "".join(f"k{i},A,{i}\n" for i in range(1, 7))
    study = read_small(tmp_path, staff=lines, customers=customers)
    with pytest.raises(Blocked) as caught:
        link_study(study)
    assert caught.value.reason == (
        "only one unit ('A') is linked, and units are compared with each other; check the unit "
        "columns under keys."
    )


def attributed(**options):
    keys = changed(KEYS, units=UNITS, question__subsets={"south": {"region": "South"}})
    return link_study(frames_study(STAFF, CUSTOMERS, keys=changed(keys, **options), units=REGIONS))


def test_units_bring_their_attributes_and_groups():
    linked = attributed()
    assert linked.table["region"].tolist() == ["North", "North", "South", "South"]
    south = linked.subset("south")
    assert south.table["unit"].tolist() == ["C", "D"]
    assert south.n_client_units == 2
    assert south.crosswalk["client_unit"].tolist() == ["C", "D"]
    assert linked.where(region="North", size="20").table["unit"].tolist() == ["B"]
    assert repr(south) == (
        "LinkedUnits: 2 rows, 2 serving units x 1 wave(s), 2 client units; 0 units "
        "without a partner"
    )


def test_a_group_that_is_not_there_is_refused():
    linked = attributed()
    with pytest.raises(ValueError) as caught:
        linked.where(region="East")
    assert str(caught.value) == (
        "No linked unit has region = East; check the spelling of the value."
    )
    with pytest.raises(ValueError, match=r"^Linked units have no attribute 'colour'\.$"):
        linked.where(colour="red")
    with pytest.raises(
        ValueError, match=r"^There is no subset 'north'; the codebook has \['south'\]\.$"
    ):
        linked.subset("north")
    wrong = attributed(question__subsets={"south": {"region": "south"}})
    with pytest.raises(StudyError) as caught:
        wrong.subset("south")
    assert str(caught.value) == (
        "codebook: question.subsets.south: No linked unit has region = south; check the "
        "spelling of "
        "the value."
    )


def test_attributes_by_client_id_reach_the_serving_unit_of_another_name():
    walk = pd.DataFrame({"client_unit": list("ABCD"), "serving_unit": list("WXYZ")})
    keys = changed(KEYS, units=UNITS, crosswalk={"keys": dict(zip(*[list(walk)] * 2, strict=True))})
    customers = dict(zip("WXYZ", CUSTOMERS.values(), strict=True))
    linked = link_study(frames_study(STAFF, customers, keys=keys, units=REGIONS, crosswalk=walk))
    assert linked.table["unit"].tolist() == list("WXYZ")
    assert linked.table["size"].tolist() == ["10", "20", "30", "40"]


def test_employees_and_outcomes_join_their_side():
    keys = changed(
        KEYS,
        employees={
            "keys": {"respondent": "person", "unit": "branch"},
            "scales": {"focus": {"items": ["f1"], "range": [1, 7]}},
        },
        outcomes={"keys": {"unit": "code"}, "scores": {"growth": {"value": "size"}}},
    )
    people = ratings({"A": [1, 3], "B": [5], "X": [7]}, unit="branch", item="f1", person="person")
    linked = link_study(
        frames_study(STAFF, CUSTOMERS, keys=keys, employees=people, outcomes=REGIONS)
    )
    assert (linked.internal, linked.external) == (("service", "focus"), ("csat", "growth"))
    np.testing.assert_allclose(linked.table["focus"], [2, 5, np.nan, np.nan])
    assert linked.table["growth"].tolist() == [10, 20, 30, 40]


def test_scores_of_the_wrong_side_or_grain_are_refused():
    inside, outside = sides(frames_study(STAFF, CUSTOMERS))
    with pytest.raises(ValueError) as caught:
        link_units(outside, inside)
    assert str(caught.value) == (
        "internal must be unit_scores(..., by='client_unit'): the link runs through the "
        "client unit "
        "to the serving unit; got scores by serving_unit."
    )
    with pytest.raises(ValueError, match=r"^Further scores must be by 'unit'; got client_unit\.$"):
        link_units([inside, inside], outside)
    with pytest.raises(ValueError, match=r"^link_units needs unit scores on both sides\.$"):
        link_units([], outside)


def test_renaming_units_changes_only_their_names(rng):
    names = dict(zip("ABCD", ["zz", "0", "É", "m n"], strict=True))
    plain = link_study(frames_study(STAFF, CUSTOMERS)).table
    renamed = link_study(
        frames_study(*({names[u]: v for u, v in side.items()} for side in (STAFF, CUSTOMERS)))
    ).table
    back = {new: old for old, new in names.items()}
    restored = renamed.assign(unit=renamed["unit"].map(back)).sort_values("unit", ignore_index=True)
    pd.testing.assert_frame_equal(restored, plain, check_dtype=False)


UNIT_IDS = st.sampled_from(["A", "B", "C", " A"])
ROW = st.tuples(
    UNIT_IDS,
    st.sampled_from("12"),
    st.integers(0, 3),
    st.sampled_from(["HR", "IT"]),
    st.integers(1, 7),
)
SMALL = st.lists(ROW, min_size=5, max_size=14)
PAIRS = st.lists(st.tuples(UNIT_IDS, UNIT_IDS), min_size=2, max_size=8, unique=True)


@given(
    staff=SMALL,
    customers=SMALL,
    pairs=st.none() | PAIRS,
    cardinality=st.sampled_from(["one_to_one", "one_to_many", "many_to_one", "many_to_many"]),
    keys=st.sampled_from(["plain", "waves", "suppliers", "supplier as client", "no respondent"]),
    lag=st.sampled_from([0, 0, 0, 1, -1]),
)
@settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
def test_a_serving_unit_never_stands_twice(staff, customers, pairs, cardinality, keys, lag):
    """Duplicate ids, wrong columns, many-to-many: refused, or one row per unit and wave."""
    names = ["branch", "wave", "person", "supplier", "q1"]
    inside = pd.DataFrame(staff, columns=names)
    outside = pd.DataFrame(customers, columns=["branch", "wave", "customer", "supplier", "c1"])
    codebook = changed(KEYS, thresholds={"max_quarantined": 0.9, "min_matched": 0.01})
    if keys == "waves":
        codebook = changed(codebook, internal__keys__wave="wave", external__keys__wave="wave")
    if keys == "suppliers":
        codebook = changed(codebook, internal__keys__supplier_unit="supplier")
    if keys == "supplier as client":
        codebook = changed(codebook, internal__keys__client_unit="supplier")
    if keys == "no respondent":
        del codebook["internal"]["keys"]["respondent"]
    tables = {"internal": inside, "external": outside}
    if pairs:
        codebook["crosswalk"] = {
            "keys": {"client_unit": "c", "serving_unit": "s"},
            "cardinality": cardinality,
        }
        tables["crosswalk"] = pd.DataFrame(pairs, columns=["c", "s"])
    try:
        linked = link_study(study_from_frames(codebook, **tables), lag=lag)
    except (StudyError, Blocked) as refusal:
        assert str(refusal).endswith((".", "?"))
        return
    table = linked.table
    assert not table.duplicated(["unit", "wave"]).any()
    assert set(table["unit"]) <= set(outside["branch"])
    waves = table["wave"].nunique()
    assert len(table) <= outside["branch"].nunique() * waves
    assert (table["service_n"].dropna() <= len(inside)).all()
    assert table["service"].dropna().between(1, 7).all()
    assert (table["n_client_units"] <= inside[["branch", "supplier"]].nunique().max()).all()


def test_an_undeclared_second_survey_round_is_no_second_row(tmp_path):
    twice = "customer,branch,c1\n" + "".join(
        f"k{i},{unit},{i % 7 + 1}\n" for _ in range(2) for i, unit in enumerate("ABCD")
    )
    with pytest.raises(StudyError, match="declare the touchpoint or wave column under keys"):
        link_study(read_small(tmp_path, customers=twice, codebook=CODEBOOK))


def test_many_scales_link_without_a_warning_of_pandas():
    items = [f"q{i}" for i in range(60)]
    scales = {f"s{i}": {"items": [item], "range": [1, 7]} for i, item in enumerate(items)}
    keys = changed(KEYS, internal__scales=scales, question={"internal": "s0", "external": "csat"})
    answers = np.arange(40)[:, None] % 7 + 1 + np.zeros(60)
    staff = pd.DataFrame(answers, columns=items)
    staff = pd.concat(
        [staff, pd.DataFrame({"person": range(40), "branch": list("ABCD") * 10})], axis=1
    )
    customers = pd.DataFrame(
        {"customer": range(40), "branch": list("ABCD") * 10, "c1": answers[:, 0]}
    )
    linked = link_study(study_from_frames(keys, internal=staff, external=customers))
    assert len(protect(linked).scores) == len(protect(linked.scores[0]).scores) + 1 == 61
