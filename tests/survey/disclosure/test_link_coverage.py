"""Coverage of the link: shares by hand, wave by wave, also where the gate stays shut."""

import re

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.pipeline.console import counted_coverage
from icx_research.survey.disclosure.link_coverage import link_coverage, shown_coverage
from tests import builders
from tests.survey.builders import KEYS, changed, frames_study


def side(person, unit, item, sizes, wave=None):
    """Answers of as many persons per unit as stated."""
    names = [name for name, n in sizes.items() for _ in range(n)]
    table = {
        person: [f"{wave}-{person}{i}" for i in range(len(names))],
        unit: names,
        item: [1 + i % 7 for i in range(len(names))],
    }
    return pd.DataFrame(table | ({"wave": wave} if wave else {}))


def study_of(staff, customers, *, waves=False, **changes):
    book = changed(KEYS, **changes)
    if waves:
        book = changed(book, internal__keys__wave="wave", external__keys__wave="wave")
    return icx.study_from_frames(book, internal=staff, external=customers)


def staff(sizes, wave=None):
    return side("person", "branch", "q1", sizes, wave)


def customers(sizes, wave=None):
    return side("customer", "branch", "c1", sizes, wave)


def test_shares_of_units_and_respondents_by_hand():
    found = link_coverage(
        study_of(staff({"A": 20, "B": 30, "C": 50}), customers({"A": 40, "B": 40}))
    )
    columns = ["wave", "units", "units_matched", "percent_units", "respondents",
               "percent_respondents"]  # fmt: skip
    rows = found.table.set_index("side")[columns]
    assert rows.loc["internal"].tolist() == ["all", 3, 2, 66.6, "100-199", 50.0]
    assert rows.loc["external"].tolist() == ["all", 2, 2, 100.0, "50-99", 100.0]
    assert found.limit == 95
    assert found.passes == {"internal": False, "external": True}
    assert repr(found) == (
        "LinkCoverage: gate at 95% of the respondents (internal shut, external open)"
    )
    with pytest.raises(icx.Blocked, match="only 50% of the respondents"):
        icx.link_study(study_of(staff({"A": 20, "B": 30, "C": 50}), customers({"A": 40, "B": 40})))


def test_a_share_below_the_gate_is_never_rounded_up_to_it():
    study = study_of(staff({"A": 9499, "B": 501}), customers({"A": 40}))
    line = link_coverage(study).table.iloc[0]
    assert line["percent_respondents"] == 94
    study = study_of(staff({"A": 950, "B": 50}), customers({"A": 40}))
    found = link_coverage(study)
    assert (found.table["percent_respondents"].iloc[0], found.passes["internal"]) == (95.0, True)


def test_in_a_wave_partners_need_a_score_of_that_wave():
    inside = [staff({"A": 20, "B": 20}, "1"), staff({"A": 30, "B": 10}, "2")]
    outside = [customers({"A": 20}, "1"), customers({"A": 20, "B": 40}, "2")]
    found = link_coverage(study_of(pd.concat(inside), pd.concat(outside), waves=True)).table
    shares = found.set_index(["side", "wave"])["percent_respondents"]
    assert shares.to_dict() == {
        ("internal", "all"): 100, ("internal", "1"): 50, ("internal", "2"): 100,
        ("external", "all"): 100, ("external", "1"): 100, ("external", "2"): 100,
    }  # fmt: skip


def test_a_wave_of_one_side_only_has_no_partner():
    inside = [staff({"A": 20, "B": 20}, wave) for wave in ("1", "2")]
    outside = [customers({"A": 20, "B": 20}, wave) for wave in ("2", "3")]
    found = link_coverage(study_of(pd.concat(inside), pd.concat(outside), waves=True)).table
    matched = found.set_index(["side", "wave"])["units_matched"].to_dict()
    assert matched == {
        ("internal", "all"): 2, ("internal", "1"): 0, ("internal", "2"): 2,
        ("external", "all"): 2, ("external", "2"): 2, ("external", "3"): 0,
    }  # fmt: skip


def test_nine_respondents_are_withheld():
    inside = [staff({"A": 5, "B": 4}, "1"), staff({"A": 30, "B": 10}, "2")]
    outside = [customers({"A": 20, "B": 20}, wave) for wave in ("1", "2")]
    found = link_coverage(study_of(pd.concat(inside), pd.concat(outside), waves=True)).table
    line = found[(found["side"] == "internal") & (found["wave"] == "1")].iloc[0]
    assert np.isnan(line["percent_respondents"])
    assert line["respondents"] == ""


def test_published_tables_count_rows_and_are_not_withheld():
    found = link_coverage(builders.study([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
    assert found.table["percent_respondents"].tolist() == [100.0, 100.0]
    assert found.table["respondents"].tolist() == ["", ""]


def test_units_without_partner_by_design_do_not_count():
    study = study_of(
        staff({"A": 20, "B": 30, "C": 50}), customers({"A": 40, "B": 40}),
        link={"unlinked_client_units": ["C"]},
    )  # fmt: skip
    found = link_coverage(study)
    assert found.table["units"].tolist() == [2, 2]
    assert found.passes == {"internal": True, "external": True}


def test_totals_agree_with_the_link_itself(tmp_path):
    study = icx.load_example("company")
    linked = icx.link_study(study).coverage
    found = link_coverage(study).table.query("wave == 'all'")
    assert found["units_matched"].tolist() == linked["units_matched"].tolist()
    np.testing.assert_allclose(found["percent_respondents"], 100 * linked["share_matched"])


def test_what_is_shown_of_a_link_holds_no_exact_number_of_persons():
    staff = {"A": [1, 2, 3] * 10, "B": [4, 5, 6] * 10, "C": [2, 3]}
    linked = icx.link_study(frames_study(staff, {"A": [1, 2] * 9, "B": [3, 4] * 9}))
    shown = shown_coverage(linked)
    assert shown[shown["side"] == "internal"].iloc[0].tolist() == [
        "internal", "all", 3, 2, 66.6, "50-99", 90.0,
    ]  # fmt: skip
    assert linked.coverage["respondents"].tolist() == [62, 36]
    assert "96" not in linked._repr_html_()
    assert counted_coverage(linked)["share_matched"].tolist() == [0.967, 1.0]
    for page in (linked._repr_html_(), shown.to_html()):
        assert not {"62", "62.0", "60", "60.0", "36"} & set(re.findall(r">([^<>]+)<", page))
