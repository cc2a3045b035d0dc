"""Codebooks: what is accepted, and the line and key of what is not."""

from datetime import date

import numpy as np
import pytest

from icx_research import StudyError, read_codebook
from icx_research.survey.codebook.types import Thresholds
from tests.survey.builders import CODEBOOK, KEYS, changed

UNIT_GRAIN = """\
study: Published
internal:
  file: a.csv
  grain: unit
  published: true
  proxy: true
  keys: {client_unit: code}
  scores:
    burnout: {value: rate, n: base, metric: percent, higher_is: worse}
external:
  file: a.csv
  grain: unit
  keys: {serving_unit: code}
  scores:
    experience: {values: [t1, t2], label: "Experience (0-10)"}
question: {subsets: {acute: {kind: Acute}}, controls: [size]}
"""


def refusal(tmp_path, content):
    path = tmp_path / "study.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_codebook(path)
    return str(caught.value)


def swap(old, new, content=CODEBOOK):
    assert content.count(old) == 1
    return content.replace(old, new)


def test_the_smallest_codebook_has_usual_values(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(CODEBOOK, encoding="utf-8")
    codebook = read_codebook(path)
    scale = codebook.measures["service"]
    assert codebook.study == "Four branches"
    assert scale.items == {"q1": "q1", "q2": "q2", "q3": "q3"}
    assert (scale.response_range, scale.reverse_keyed) == ((1.0, 7.0), ("q3",))
    assert (scale.label, scale.kind, scale.higher_is) == ("service", "other", "better")
    assert scale.axis_label == "service (1–7, unit mean)"
    assert (codebook.question.internal, codebook.question.external) == (("service",), ("csat",))
    assert codebook.thresholds == Thresholds(10, 0.95, 0.2, 0.15)
    assert codebook.sources["internal"].grain == "respondent"
    assert codebook.sources["internal"].columns == ("person", "branch", "q1", "q2", "q3")
    assert (codebook.path, len(codebook.digest)) == (path, 64)


def test_published_tables_and_undeclared_attributes_are_read(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(UNIT_GRAIN, encoding="utf-8")
    codebook = read_codebook(path)
    inside = codebook.sources["internal"]
    assert inside.columns == ("code", "size", "kind", "rate", "base")
    assert (inside.published, inside.proxy, inside.unit_key) == (True, True, "client_unit")
    burnout = codebook.measures["burnout"]
    assert (burnout.response_range, burnout.higher_is, burnout.n) == ((0.0, 100.0), "worse", "base")
    assert codebook.measures["experience"].axis_label == "Experience (0-10), per unit"
    assert codebook.question.subsets == {"acute": {"kind": "Acute"}}
    assert codebook.label("size") == "size"


def test_waves_and_subset_values_stay_text():
    codebook = read_codebook(
        changed(KEYS, waves=[2023, "no", date(2025, 1, 31)], question__wave=2023)
    )
    assert codebook.waves == ("2023", "no", "2025-01-31")
    assert codebook.question.wave == "2023"


LINE = "study.yaml, line {}: "
REFUSED = {
    "unknown key of a section": (
        swap("  file: staff.csv", "  fil: staff.csv"),
        LINE.format(3) + "internal.fil: unknown key; did you mean 'file'?",
    ),
    "unknown key of a scale": (
        swap("reverse_keyed", "reversed"),
        LINE.format(6)
        + "internal.scales.service.reversed: unknown key; did you mean 'reverse_keyed'?",
    ),
    "unknown role": (
        swap("client_unit: branch", "unit: branch"),
        LINE.format(4) + "internal.keys.unit: unknown key; known are respondent, client_unit, "
        "supplier_unit, wave, date, weight.",
    ),
    "key twice": (
        swap("  file: staff.csv", "  file: staff.csv\n  file: staff.csv"),
        LINE.format(4) + "internal.file: the key stands here a second time; keep one.",
    ),
    "no file": (
        swap("  file: staff.csv\n", ""),
        LINE.format(2) + "internal: the key 'file' is missing (name of the file with this table).",
    ),
    "no scales": (
        swap("  scales:\n    csat: {items: [c1], range: [1, 7]}\n", ""),
        LINE.format(7) + "external: the key 'scales' is missing; a survey needs at least one.",
    ),
    "no range": (
        swap("items: [c1], range: [1, 7]", "items: [c1]"),
        LINE.format(11) + "external.scales.csat: the key 'range' is missing (Lowest and highest "
        "possible answer, for example [1, 7]).",
    ),
    "item twice": (
        swap("[q1, q2, q3]", "[q1, q2, q1]"),
        LINE.format(6) + "internal.scales.service.items: 'q1' is listed twice; list it once.",
    ),
    "reverse-keyed stranger": (
        swap("reverse_keyed: [q3]", "reverse_keyed: [q33]"),
        LINE.format(6) + "internal.scales.service.reverse_keyed: 'q33' is no item of the scale; "
        "did you mean 'q3'?",
    ),
    "name twice": (
        swap("csat:", "service:"),
        LINE.format(11)
        + "external.scales.service: the name 'service' is taken by internal; choose "
        "another, names are unique.",
    ),
    "name of a count": (
        swap("csat:", "service_n:"),
        LINE.format(11) + "external.scales.service_n: the name 'service_n' is taken by internal; "
        "choose another, names are unique.",
    ),
    "reserved name": (
        swap("csat:", "wave:"),
        LINE.format(11) + "external.scales.wave: the name 'wave' is taken by icx_research itself; "
        "choose another, names are unique.",
    ),
    "item in two scales": (
        swap(
            "range: [1, 7], reverse_keyed: [q3]}",
            "range: [1, 7]}\n    two: {items: [q2], range: [1, 7]}",
        ),
        LINE.format(7) + "internal.scales.two: item 'q2' belongs to scale 'service' already; list "
        "it once.",
    ),
    "key as item": (
        swap("[q1, q2, q3]", "[branch, q2, q3]"),
        LINE.format(6) + "internal.scales.service: column 'branch' is a key of this table and "
        "cannot be part of a score.",
    ),
    "item with a name of ours": (
        swap("[c1]", "[respondent]"),
        LINE.format(11) + "external.scales.csat: column 'respondent' has a name that icx_research "
        "needs for itself; rename it.",
    ),
    "column for two keys": (
        swap("respondent: person", "respondent: branch"),
        LINE.format(4)
        + "internal.keys.client_unit: column 'branch' stands for respondent already; "
        "name another column.",
    ),
    "supplier without respondent": (
        swap(
            "{respondent: person, client_unit: branch}", "{client_unit: branch, supplier_unit: s}"
        ),
        LINE.format(4) + "internal.keys: with a supplier_unit column one person has several rows; "
        "name the respondent column too.",
    ),
    "supplier in a unit table": (
        swap("{client_unit: code}", "{client_unit: code, supplier_unit: s}", UNIT_GRAIN),
        LINE.format(7) + "internal.keys.supplier_unit: a table of grain 'unit' has one row per "
        "client unit and wave; give the figures of all suppliers together and leave this key out.",
    ),
    "missing code in range": (
        swap("reverse_keyed: [q3]", "missing_codes: [7]"),
        LINE.format(6) + "internal.scales.service.missing_codes: the missing code '7' is also a "
        "possible answer (range 1 to 7); correct one of them, or declare the code for "
        "single scales.",
    ),
    "scores in a survey of rows": (
        swap("  scales:\n    csat", "  scores: {x: {value: c2}}\n  scales:\n    csat"),
        LINE.format(10) + "external.scores: a table of grain 'respondent' has scales, not scores.",
    ),
    "value and values": (
        swap("{value: rate,", "{value: rate, values: [a],", UNIT_GRAIN),
        LINE.format(9) + "internal.scores.burnout: name the column under value, or several columns "
        "under values, or the shares of each answer under shares.",
    ),
    "error of many columns": (
        swap("{values: [t1, t2],", "{values: [t1, t2], standard_error: base,", UNIT_GRAIN),
        LINE.format(15) + "external.scores.experience.standard_error: standard_error belongs to "
        "one value column; leave it out with values.",
    ),
    "long separator": (
        swap("  file: staff.csv", "  file: staff.csv\n  separator: ', '"),
        LINE.format(4) + "internal.separator: expected one character, or the word tab.",
    ),
    "question about a stranger": (
        CODEBOOK + "question: {external: csatt}\n",
        LINE.format(12) + "question.external: 'csatt' is no external score; did you mean 'csat'?",
    ),
    "question of several scores": (
        swap(
            "range: [1, 7], reverse_keyed: [q3]}",
            "range: [1, 7]}\n    two: {items: [q4], range: [1, 7]}",
        ),
        LINE.format(1) + "the study has several internal scores (service, two); name the one that "
        "is asked about under question: internal.",
    ),
    "unknown control": (
        CODEBOOK + "question: {controls: [size]}\n",
        LINE.format(12)
        + "question.controls: 'size' is neither a score nor an attribute; declare it "
        "under units: attributes, or correct it (known are service, csat).",
    ),
    "unknown subset column": (
        CODEBOOK + "question: {subsets: {north: {region: North}}}\n",
        LINE.format(12) + "question.subsets: 'region' is neither a score nor an attribute; declare "
        "it under units: attributes, or correct it (known are service, csat).",
    ),
    "wave as a control": (
        UNIT_GRAIN.replace("[size]", "[wave]"),
        LINE.format(16)
        + "question: 'wave' is a key of the tables, no control and no group of units.",
    ),
    "unknown wave": (
        CODEBOOK + "waves: [1, 2]\nquestion:\n  wave: 3\n",
        LINE.format(14) + "question.wave: '3' is none of the waves; known are 1, 2.",
    ),
    "threshold too low": (
        CODEBOOK + "thresholds:\n  min_matched: 0.9\n  min_persons: 4\n",
        LINE.format(14) + "thresholds.min_persons: must be at least 5.",
    ),
    "threshold lowered by nobody": (
        CODEBOOK + "thresholds:\n  min_persons: 9\n  signed_by: A. Person\n",
        LINE.format(13) + "thresholds.min_persons: fewer than 10 persons are shown only where "
        "somebody answers for it: add signed_by, signed_on, reason beside it.",
    ),
    "threshold signed on no day": (
        CODEBOOK + "thresholds:\n  signed_on: in spring\n",
        LINE.format(13) + "thresholds.signed_on: expected a day here, for example 2026-03-01.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_faulty_codebook_is_refused_with_line_and_key(tmp_path, case):
    content, message = REFUSED[case]
    assert refusal(tmp_path, content) == message


def test_a_mapping_is_refused_by_key_without_a_line():
    with pytest.raises(StudyError) as caught:
        read_codebook(changed(KEYS, internal__keyes={}))
    assert str(caught.value) == "codebook: internal.keyes: unknown key; did you mean 'keys'?"


def test_a_mapping_with_foreign_values_is_refused():
    with pytest.raises(StudyError) as caught:
        read_codebook(changed(KEYS, thresholds__min_persons=np.int64(5)))
    assert str(caught.value) == (
        "codebook: a value of type int64 stands in the mapping; use text, numbers, True or False, "
        "lists and dicts."
    )


def test_a_mapping_may_hold_tuples_and_share_lists():
    shared = (1, 7)
    codebook = read_codebook(
        changed(
            KEYS,
            internal__scales__service__range=shared,
            external__scales__csat__range=shared,
        )
    )
    assert codebook.measures["csat"].response_range == (1.0, 7.0)


def test_a_file_wide_missing_code_may_not_be_an_answer_of_one_scale():
    keys = changed(KEYS, external__missing_codes=[9], external__scales__csat__range=[0, 10])
    with pytest.raises(StudyError, match="the missing code '9' is also a possible answer"):
        read_codebook(keys)


def test_a_scale_may_be_named_like_its_only_item():
    keys = changed(KEYS, external__scales={"c1": {"items": ["c1"], "range": [1, 7]}})
    assert read_codebook(keys).question.external == ("c1",)


def test_asking_for_a_score_that_is_not_there_lists_those_that_are():
    codebook = read_codebook(KEYS)
    with pytest.raises(ValueError, match=r"no scale or score 'x'; it has service, csat\.$"):
        codebook.source_of("x")
