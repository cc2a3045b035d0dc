"""Items of a study by hand: keyed, one row per rater, never shown."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.survey.scores.items import scale_members
from tests.builders import study as published
from tests.survey.builders import KEYS, changed

NAN = np.nan
SCALES = {
    "service": {"items": ["a", "b"], "range": [1, 7], "reverse_keyed": ["b"]},
    "help": {"items": ["c"], "range": [0, 10]},
}
# person, branch, supplier, wave, a, b, c: eleven persons; p0 rates two suppliers and has two
# waves, p2 left b out.
ROWS = [
    ["p0", "A", "IT", "2", 6, 1, 10],
    ["p0", "A", "HR", "2", 4, 3, NAN],
    ["p0", "A", "IT", "1", 1, 7, 0],
    ["p2", "A", "IT", "2", 5, 99, 3],
    *([f"p{i}", "AB"[i % 2], "IT", "2", 5, 6, 3] for i in range(1, 11) if i != 2),
]
STAFF = pd.DataFrame(ROWS, columns=["person", "branch", "supplier", "year", *"abc"])
CUSTOMERS = pd.DataFrame(
    {"customer": range(12), "branch": ["A", "B"] * 6, "c1": [5, 6] * 6, "c2": [1, 2] * 6}
)


def study(staff=STAFF, **changes):
    coded = {**SCALES, "service": {**SCALES["service"], "missing_codes": ["99"]}}
    keys = changed(
        KEYS,
        internal__scales=coded,
        internal__keys={
            "respondent": "person", "client_unit": "branch", "supplier_unit": "supplier",
            "wave": "year",
        },
        external__scales={
            "csat": {"items": {"c1": "I am  content.", "c2": "It works."}, "range": [1, 7]}
        },
        question__internal="service",
    )  # fmt: skip
    keys = changed(keys, **changes)
    return icx.study_from_frames(keys, internal=staff, external=CUSTOMERS)


def values(items):
    return pd.DataFrame(items).to_numpy().tolist()


def test_a_rater_is_one_row_the_mean_of_her_keyed_ratings():
    items = icx.scale_items(study(), "service", keys=["unit", "respondent", "wave"])
    assert list(items) == ["unit", "respondent", "wave", "a", "b"]
    assert len(items) == 11
    assert values(items)[0] == ["A", "p0", "2", (6 + 4) / 2, (7 + 5) / 2]
    assert values(items)[1] == ["A", "p10", "2", 5, 2]
    assert values(items)[2][:4] == ["A", "p2", "2", 5]
    assert np.isnan(values(items)[2][4])


def test_rows_per_rating_keep_the_supplier():
    items = icx.scale_items(
        study(), "service", rows="rating", keys=["client_unit", "supplier_unit"]
    )
    assert values(items)[:2] == [["A", "IT", 6.0, 7.0], ["A", "HR", 4.0, 5.0]]
    assert len(items) == 12


def test_all_waves_together_and_each_by_name():
    both = icx.scale_items(study(), "service", wave="all", keys="wave")
    assert pd.DataFrame(both)["wave"].value_counts().to_dict() == {"2": 11, "1": 1}
    assert len(icx.scale_items(study(question__wave="2"), "service")) == 11
    with pytest.raises(ValueError, match=r"There is no wave '3'; there are 1, 2\."):
        icx.scale_items(study(), "service", wave="3")


def test_scores_are_those_of_scale_scores_averaged_per_rater():
    items = icx.scale_items(study(), "service", score=True, keys=["respondent"])
    scored = pd.DataFrame(icx.scale_scores(study()).tables["internal"])
    expected = scored[scored["wave"] == "2"].groupby("respondent")["service"].mean()
    found = pd.DataFrame(items).set_index("respondent")["service"]
    pd.testing.assert_series_equal(found.sort_index(), expected, check_dtype=False)


def test_several_scales_of_one_table():
    assert list(icx.scale_items(study(), ["service", "help"])) == ["a", "b", "c"]
    assert scale_members(study(), ["service", "help"]) == {"service": ["a", "b"], "help": ["c"]}
    message = (
        r"The scales must be of one table; service, csat are of internal, external\. "
        r"See parallel_items\."
    )
    with pytest.raises(ValueError, match=message):
        icx.scale_items(study(), ["service", "csat"])


def test_measurement_functions_take_them_in_one_line():
    company = icx.load_example("company")
    alpha = icx.cronbach_alpha(icx.scale_items(company, "csat"))
    assert (alpha.n_items, alpha.n_used + alpha.n_dropped) == (3, 2836)
    raters = icx.scale_items(company, "csat", keys="unit", score=True)
    units = icx.unit_scores(icx.scale_scores(company, scales=["csat"]), by="serving_unit")
    # without missing answers both rest on the same persons
    full = icx.icc_1(raters, score="csat", unit="unit", average_size="weighted")
    assert full.estimate.value == pytest.approx(units.components["csat", "3"].icc_1, abs=1e-12)
    names = ["csat1", "csat2", "csat3"]
    agreed = icx.rwg_j(raters, items=names, unit="unit", response_range=(1, 7))
    support = icx.aggregation_support(
        raters, scales={"csat": names}, unit="unit", response_range=(1, 7)
    )
    assert agreed.median == pytest.approx(support.scales.loc["csat", "rwg_j_uniform"])
    text = "sat =~ csat1 + csat2 + csat3"
    waves = icx.scale_items(company, "csat", wave="all", keys="wave")
    assert icx.measurement_invariance(text, waves, group="wave").groups == ("1", "2", "3")


def test_polars_frames_give_the_same_items():
    polars = pytest.importorskip("polars", reason="polars is an extra")
    staff = polars.DataFrame(STAFF.replace(NAN, None).to_dict("list"), strict=False)
    options = {"keys": "unit", "score": True}
    pd.testing.assert_frame_equal(
        pd.DataFrame(icx.scale_items(study(staff), ["service", "help"], **options)),
        pd.DataFrame(icx.scale_items(study(), ["service", "help"], **options)),
        check_dtype=False,
    )


def test_published_figures_have_no_items():
    message = r"answers to items are needed; 'inside' is a published figure per unit\."
    with pytest.raises(icx.NotTestable, match=message):
        icx.scale_items(published([1, 2], [3, 4]), "inside")
    with pytest.raises(
        icx.NotTestable, match="no scale is named, or the table has none of several items"
    ):
        icx.scale_items(published([1, 2], [3, 4]), [])


def test_fewer_persons_than_may_be_shown_are_refused():
    assert len(icx.scale_items(study(), "service")) == 11  # ten of them answered everything
    few = STAFF[STAFF["person"] != "p9"]
    message = (
        r"fewer than 10 persons answered all items of service; nothing of so few may be shown\."
    )
    with pytest.raises(icx.Blocked, match=message):
        icx.scale_items(study(few), "service")
    twice = few.assign(supplier="HR").tail(1)  # another rating makes no further person
    with pytest.raises(icx.Blocked):
        icx.scale_items(study(pd.concat([few, twice])), "service", rows="rating")


def test_unknown_names_say_what_there_is():
    with pytest.raises(ValueError, match=r"There is no scale 'servce'; did you mean 'service'\?"):
        icx.scale_items(study(), "servce")
    with pytest.raises(ValueError, match=r"rows must be 'rater' or 'rating', not 'row'\."):
        icx.scale_items(study(), "service", rows="row")
    message = (
        r"keys: rows of one rater of the internal table have no 'supplier_unit'; they have "
        r"unit, client_unit, respondent, wave\."
    )
    with pytest.raises(ValueError, match=message):
        icx.scale_items(study(), "service", keys="supplier_unit")


def test_a_score_never_overwrites_an_item():
    scales = {"a": {"items": ["a", "b"], "range": [1, 7], "missing_codes": ["99"]}}
    named_alike = study(internal__scales=scales, question__internal="a")
    with pytest.raises(ValueError, match=r"The score 'a' would have the name of an item\."):
        icx.scale_items(named_alike, "a", score=True)


def test_scales_of_one_item_and_published_figures_are_no_scales_of_several():
    study = icx.load_example("company")
    named = icx.multi_item_scales(study, "internal")
    assert named == [
        name
        for name, scale in study.codebook.sources["internal"].measures.items()
        if len(scale.items) > 1
    ]
    assert "dependence" not in named
    assert icx.multi_item_scales(study, "outcomes") == []
