"""Codebooks with supplier blocks, dates, touchpoints, programmes and waves that change things."""

from datetime import date

import pytest

from icx_research import StudyError, read_codebook
from icx_research.survey.codebook.types import SupplierBlocks
from tests.survey.builders import KEYS, changed

BLOCKS = {"pattern": "{supplier}_{item}", "suppliers": {"HR": "Personnel", "IT": "IT services"}}
WIDE = changed(KEYS, internal__supplier_blocks=BLOCKS)
DATED = {"2024": [date(2024, 3, 1), date(2024, 4, 15)], "2025": ["2025-03-01", "2025-04-15"]}
SERVED = changed(
    KEYS,
    waves=DATED,
    external__keys__touchpoint="channel",
    external__keys__date="answered_on",
    external__date_format="%d.%m.%Y",
    external__attributes={"owner": "Company or partner"},
    employees={
        "keys": {"respondent": "p", "unit": "branch"},
        "attributes": ["owner"],
        "scales": {"contact": {"items": ["hours"], "range": [0, 100], "kind": "importance"}},
    },
    units={"keys": {"unit": "branch", "wave": "year"}, "attributes": ["size"]},
    programme={
        "keys": {"unit": "branch", "wave": "year"},
        "indicators": {"prog": "Programme active", "chargeback": "Services charged"},
    },
    crosswalk={
        "keys": {"client_unit": "team", "serving_unit": "branch", "wave": "year"},
        "weight": "share",
    },
    question={"controls": ["prog", "size"], "subsets": {"charged": {"chargeback": 1}}},
)


def refusal(keys):
    with pytest.raises(StudyError) as caught:
        read_codebook(keys)
    return str(caught.value)


def test_blocks_name_their_columns_supplier_by_supplier():
    codebook = read_codebook(WIDE)
    internal = codebook.sources["internal"]
    assert internal.blocks == SupplierBlocks("{supplier}_{item}", BLOCKS["suppliers"])
    assert internal.columns == ("person", "branch", "HR_q1", "IT_q1")
    assert codebook.label("HR") == "Personnel"
    found = read_codebook(
        changed(WIDE, internal__supplier_blocks={"pattern": "{item}[{supplier}]"})
    ).sources["internal"]
    assert (found.blocks.suppliers, found.columns) == ({}, ("person", "branch"))
    assert found.blocks.column("HR", "q1") == "q1[HR]"


def test_waves_have_days_where_the_codebook_says_so():
    codebook = read_codebook(SERVED)
    assert codebook.waves == ("2024", "2025")
    assert codebook.wave_dates["2025"] == (date(2025, 3, 1), date(2025, 4, 15))
    assert codebook.tells_waves(codebook.sources["external"])
    assert not codebook.tells_waves(codebook.sources["internal"])
    assert codebook.has_waves
    plain = read_codebook(changed(SERVED, waves=["2024", "2025"]))
    assert plain.wave_dates == {}
    assert not plain.tells_waves(plain.sources["external"])


def test_columns_that_describe_rows_are_no_facts_of_units():
    sources = read_codebook(SERVED).sources
    assert sources["external"].columns == ("customer", "branch", "channel", "answered_on",
                                           "owner", "c1")  # fmt: skip
    assert (sources["external"].facts, sources["units"].facts) == ({}, {"size": "size"})
    assert sources["programme"].facts == {"prog": "Programme active",
                                          "chargeback": "Services charged"}  # fmt: skip
    assert read_codebook(SERVED).label("owner") == "Company or partner"
    assert read_codebook(SERVED).label("prog") == "Programme active"


LATE = "which is listed before it; list the waves in order of time, without a day in two."
WRITE = (
    "write where supplier and item stand in the column names, for example {supplier}_{item} for "
    "HR_q1."
)
TWO_DAYS = "expected the first and last day, for example [2025-03-01, 2025-04-15]."
AT = "codebook: internal."
REFUSED = {
    "pattern without supplier": (
        changed(WIDE, internal__supplier_blocks={"pattern": "HR_{item}"}),
        f"{AT}supplier_blocks.pattern: the pattern 'HR_{{item}}' lacks {{supplier}}; {WRITE}",
    ),
    "pattern without item": (
        changed(WIDE, internal__supplier_blocks={"pattern": "{supplier}_q"}),
        f"{AT}supplier_blocks.pattern: the pattern '{{supplier}}_q' lacks {{item}}; {WRITE}",
    ),
    "pattern with two items": (
        changed(WIDE, internal__supplier_blocks={"pattern": "{item}{supplier}{item}"}),
        f"{AT}supplier_blocks.pattern: the pattern '{{item}}{{supplier}}{{item}}' holds twice "
        f"{{item}}; {WRITE}",
    ),
    "blocks of published figures": (
        changed(
            WIDE,
            internal__grain="unit",
            internal__scales={},
            internal__scores={"s": {"value": "v"}},
            internal__keys={"client_unit": "branch"},
        ),
        f"{AT}scales: a table of grain 'unit' has scores, not scales.",
    ),
    "blocks and a supplier column": (
        changed(WIDE, internal__keys__supplier_unit="supplier"),
        f"{AT}supplier_blocks: the supplier comes out of the column names; leave supplier_unit out "
        "of keys, or supplier_blocks where each rating has a row of its own.",
    ),
    "two items in one column": (
        changed(
            WIDE,
            internal__supplier_blocks__suppliers=["HR", "HR_a"],
            internal__scales__service__items=["q1", "a_q1"],
        ),
        f"{AT}supplier_blocks: the column 'HR_a_q1' would hold item a_q1 of supplier HR and item "
        "q1 of supplier HR_a; rename columns of the file.",
    ),
    "item in a key column": (
        changed(WIDE, internal__keys__respondent="HR_q1"),
        f"{AT}supplier_blocks: the column 'HR_q1' would hold item q1 of supplier HR, but is "
        "declared as a key or attribute; correct one of them.",
    ),
    "touchpoint without respondent": (
        changed(KEYS, external__keys={"serving_unit": "branch", "touchpoint": "channel"}),
        "codebook: external.keys: with a touchpoint column one person has several rows; name the "
        "respondent column too.",
    ),
    "waves overlap": (
        changed(KEYS, waves={"a": ["2024-03-01", "2024-04-15"], "b": ["2024-04-15", "2024-05-01"]}),
        f"codebook: waves.b: the wave overlaps 'a', {LATE}",
    ),
    "waves out of order": (
        changed(KEYS, waves={"b": ["2025-03-01", "2025-04-15"], "a": ["2024-04-15", "2024-05-01"]}),
        f"codebook: waves.a: the wave lies before 'b', {LATE}",
    ),
    "wave ends before it begins": (
        changed(KEYS, waves={"a": ["2024-03-02", "2024-03-01"]}),
        "codebook: waves.a: the first day must not be after the last one, for example [2025-03-01, "
        "2025-04-15].",
    ),
    "wave with one day": (
        changed(KEYS, waves={"a": ["2024-03-02"]}),
        f"codebook: waves.a: {TWO_DAYS}",
    ),
    "wave with no days": (
        changed(KEYS, waves={"a": ["March", "April"]}),
        f"codebook: waves.a: {TWO_DAYS}",
    ),
    "format without year": (
        changed(SERVED, external__date_format="%d.%m."),
        "codebook: external.date_format: '%d.%m.' does not tell day, month and year; write it such "
        'as "%d.%m.%Y" for 28.11.2025.',
    ),
    "format without dates": (
        changed(KEYS, external__date_format="%d.%m.%Y"),
        "codebook: external.date_format: there are no dates in the file; name their column under "
        "keys: date.",
    ),
    "row attribute as control": (
        changed(SERVED, question__controls=["owner"]),
        "codebook: question.controls: 'owner' describes rows of the external table, not units; "
        "declare an attribute of units under units: attributes.",
    ),
    "attribute that is a key": (
        changed(SERVED, external__attributes=["channel"]),
        "codebook: external.attributes: column 'channel' is a key of this table already; list it "
        "once.",
    ),
    "attribute named as a key": (
        changed(SERVED, external__attributes=["touchpoint"]),
        "codebook: external.attributes: the name 'touchpoint' is taken by a key of the tables; "
        "rename the column.",
    ),
    "attribute that is an item": (
        changed(SERVED, external__attributes={"c1": "Satisfied"}),
        "codebook: external.attributes.c1: the name 'c1' is taken by a scale or an item of this "
        "table; choose one.",
    ),
    "indicator named as an attribute": (
        changed(SERVED, programme__indicators=["size"]),
        "codebook: programme.indicators: the name 'size' is taken by units; choose another, names "
        "are unique.",
    ),
    "no indicators": (
        changed(KEYS, programme={"keys": {"unit": "branch"}}),
        "codebook: programme: the key 'indicators' is missing (Columns that say whether a "
        "programme runs: 1 or 0, true or false, yes or no).",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_faulty_codebook_is_refused_with_its_key(case):
    keys, message = REFUSED[case]
    assert refusal(keys) == message


def test_a_touchpoint_may_be_a_mere_attribute():
    codebook = read_codebook(changed(KEYS, external__attributes=["touchpoint"]))
    assert codebook.sources["external"].attributes == {"touchpoint": "touchpoint"}


def test_published_figures_have_no_touchpoints_and_no_dates():
    figures = changed(KEYS, external__grain="unit", external__scores={"csat": {"value": "c"}})
    del figures["external"]["scales"], figures["external"]["keys"]["respondent"]
    assert refusal(changed(figures, external__keys__touchpoint="t")) == (
        "codebook: external.keys.touchpoint: a table of grain 'unit' has one row per serving unit "
        "and wave; give the figures of all touchpoints together and leave this key out."
    )
    assert refusal(changed(figures, external__keys__date="t")) == (
        "codebook: external.keys.date: a table of grain 'unit' has one row per unit and wave; "
        "leave this key out."
    )
