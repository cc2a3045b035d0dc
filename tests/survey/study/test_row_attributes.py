"""Columns that describe rows, touchpoints, and answers of 0 or 1 and of 0 to 100."""

import pandas as pd
import pytest

from icx_research import (
    StudyError,
    answer_quality,
    link_study,
    protect,
    scale_scores,
    study_from_frames,
    unit_scores,
)
from icx_research.survey.doubts.scale_doubts import suspected_scales
from tests.survey.builders import CODEBOOK, CUSTOMERS, KEYS, STAFF, changed, read_small

DESCRIBED = CODEBOOK.replace(
    "  keys: {respondent: customer, serving_unit: branch}\n",
    "  keys: {respondent: customer, serving_unit: branch, touchpoint: channel}\n"
    "  attributes: {owner: Company or partner}\n",
)
CHANNELS = """\
customer,branch,channel,owner,c1
k1,A,shop,own,2
k1,A,web,P07,6
k1,A,phone,own,7
k2,A,shop, 1.0 ,3
k3,B,web,,5
k4,B,web,own,4
k5,C,shop,own,3
k6,D,shop,own,1
"""


def described(folder, **contents):
    return read_small(folder, codebook=DESCRIBED, customers=CHANNELS, **contents)


def refusal(folder, **contents):
    with pytest.raises(StudyError) as caught:
        read_small(folder, **contents)
    return str(caught.value)


def test_attributes_of_rows_stay_text_in_every_table(tmp_path):
    study = described(tmp_path)
    table = study.tables["external"]
    assert set(table) == {"respondent", "serving_unit", "touchpoint", "owner", "c1", "wave"}
    assert table["owner"].tolist()[:4] == ["own", "P07", "own", " 1.0 "]
    assert pd.isna(table["owner"].tolist()[4])  # nothing is filled in
    assert scale_scores(study).tables["external"]["owner"].tolist()[:2] == ["own", "P07"]
    assert study.codebook.label("owner") == "Company or partner"
    linked = link_study(study)
    assert "owner" not in linked.table


def test_a_customer_of_several_touchpoints_counts_once(tmp_path):
    scored = scale_scores(described(tmp_path))
    units = unit_scores(scored, by="serving_unit").table
    assert units[["unit", "n", "mean"]].to_numpy().tolist() == [
        ["A", 2.0, 4.0],  # k1 gave (2 + 6 + 7) / 3 = 5, k2 gave 3
        ["B", 2.0, 4.5],
        ["C", 1.0, 3.0],
        ["D", 1.0, 1.0],
    ]
    apart = unit_scores(scored, by=["serving_unit", "touchpoint"])
    assert apart.by == ("serving_unit", "touchpoint")
    assert apart.table[["unit", "touchpoint", "n", "mean"]].to_numpy().tolist()[:3] == [
        ["A", "phone", 1.0, 7.0],
        ["A", "shop", 2.0, 2.5],
        ["A", "web", 1.0, 6.0],
    ]
    assert list(protect(apart).table)[:3] == ["unit", "touchpoint", "wave"]


def test_a_touchpoint_rated_twice_by_one_customer_is_set_aside(tmp_path):
    codebook = DESCRIBED + "thresholds: {max_quarantined: 0.5}\n"
    customers = CHANNELS.replace("k1,A,web", "k1,A,shop")
    study = read_small(tmp_path, codebook=codebook, customers=customers)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "customer + branch + channel", "the same key stands in row 3; keep one of them"],
        [3, "customer + branch + channel", "the same key stands in row 2; keep one of them"],
    ]


def test_undeclared_touchpoints_are_hinted_at(tmp_path):
    assert refusal(tmp_path, customers=CHANNELS) == (
        "customers.csv, row 3, column customer + branch: the same key stands in other rows, too; "
        "declare the touchpoint or wave column under keys, or keep one row per key (3 of 8 rows "
        "cannot be used; at most 20% may be set aside)."
    )


@pytest.mark.parametrize(
    ("column", "cell"), [("customer_name", "x"), ("GPS", "x"), ("note", "+49 30 1234567")]
)
def test_attributes_with_personal_data_are_refused(tmp_path, column, cell):
    lines = CUSTOMERS.splitlines()
    customers = "\n".join([f"{lines[0]},{column}", *(f"{line},{cell}" for line in lines[1:])])
    codebook = CODEBOOK.replace(
        "  keys: {respondent: customer", f"  attributes: [{column}]\n  keys: {{respondent: customer"
    )
    assert refusal(tmp_path, codebook=codebook, customers=customers) == (
        f"customers.csv, column {column}: the column seems to hold personal data (names, telephone "
        "numbers, places); take it out of the attributes, or rename it if it does not."
    )


def test_mail_addresses_are_refused_in_attributes_as_elsewhere(tmp_path):
    lines = STAFF.splitlines()
    staff = "\n".join([f"{lines[0]},boss", *(f"{line},a@b.de" for line in lines[1:])])
    codebook = CODEBOOK.replace("  file: staff.csv", "  file: staff.csv\n  attributes: [boss]")
    assert refusal(tmp_path, codebook=codebook, staff=staff) == (
        "staff.csv, row 2, column boss: the column holds e-mail addresses, which are personal "
        "data; take it out of the codebook, or replace the addresses by codes."
    )


def test_frames_bring_attributes_and_touchpoints_along():
    keys = changed(KEYS, external__keys__touchpoint="channel", internal__attributes=["prim"])
    staff = pd.DataFrame({"person": [1, 2], "branch": ["A", "B"], "prim": [3, None], "q1": [4, 5]})
    customers = pd.DataFrame(
        {"customer": [1, 1, 2], "branch": ["A", "A", "B"], "channel": [7, 8, 7], "c1": [4, 6, 3]}
    )
    study = study_from_frames(keys, internal=staff, external=customers)
    assert study.tables["internal"]["prim"].tolist()[0] == "3"
    assert study.tables["external"]["touchpoint"].tolist() == ["7", "8", "7"]
    units = unit_scores(scale_scores(study), by="serving_unit").table
    assert units["mean"].tolist() == [5.0, 3.0]


def test_yes_or_no_and_hundred_points_are_ordinary_scales(tmp_path):
    codebook = (
        CODEBOOK.replace(
            "items: [q1, q2, q3], range: [1, 7], reverse_keyed: [q3]}",
            "items: [q1], range: [1, 7]}\n    exit: {items: [q2], range: [0, 1]}\n"
            "    weight: {items: [q3], range: [0, 100], kind: importance}",
        )
        + "question: {internal: exit, external: csat}\nthresholds: {max_quarantined: 0.4}\n"
    )
    staff = "person,branch,q1,q2,q3\n" + "".join(
        f"s{i},{unit},{i % 7 + 1},{i % 2},{10 * i}\n" for i, unit in enumerate("AABBCCDD")
    )
    study = read_small(tmp_path, codebook=codebook, staff=staff)
    assert study.n_quarantined == 0
    scored = unit_scores(scale_scores(study), by="client_unit", source="internal").table
    means = scored.set_index(["scale", "unit"])["mean"]
    assert means["exit"].tolist() == [0.5] * 4
    assert means["weight"].tolist() == [5.0, 25.0, 45.0, 65.0]
    assert len(answer_quality(study)) == 4
    assert len(suspected_scales(study)) == 0
    bad = staff.replace("s1,A,2,1,10", "s1,A,2,2,10").replace("s2,B,3,0,20", "s2,B,3,0,101")
    found = read_small(tmp_path, codebook=codebook, staff=bad).quarantine
    advice = "correct it or declare its code in missing_codes"
    assert found[["row", "column", "reason"]].to_numpy().tolist() == [
        [3, "q2", f"the answer is outside 0 to 1; {advice}"],
        [4, "q3", f"the answer is outside 0 to 100; {advice}"],
    ]


def test_a_key_that_is_declared_already_is_not_asked_for(tmp_path):
    customers = CHANNELS + CHANNELS.split("\n", 1)[1]
    assert refusal(tmp_path, codebook=DESCRIBED, customers=customers) == (
        "customers.csv, row 2, column customer + branch + channel: the same key stands in other "
        "rows, too; declare the wave column under keys, or keep one row per key (16 of 16 rows "
        "cannot be used; at most 20% may be set aside)."
    )


def test_an_attribute_may_be_called_touchpoint_where_it_is_no_key(tmp_path):
    """One row per customer: the touchpoint only describes it."""
    codebook = DESCRIBED.replace(", touchpoint: channel}", "}").replace(
        "{owner: Company or partner}", "{touchpoint: Channel}"
    )
    lines = CHANNELS.replace("channel", "touchpoint").splitlines()
    customers = "\n".join([lines[0], lines[1], *lines[4:]]) + "\n"
    study = read_small(tmp_path, codebook=codebook, customers=customers)
    scored = scale_scores(study)
    assert scored.tables["external"]["touchpoint"].tolist()[:2] == ["shop", "shop"]
    means = unit_scores(scored, by="serving_unit").table.set_index("unit")["mean"]
    assert means.loc[["A", "C"]].tolist() == [2.5, 3.0]
