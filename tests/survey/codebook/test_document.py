"""A codebook as a tree: kinds of values, lines, and what YAML would quietly change."""

from pathlib import Path

import pytest

from icx_research import StudyError
from icx_research.survey.codebook.document import (
    load,
    parse,
    read_bytes,
    read_section,
    suggestion,
    text,
    texts,
)


def tree(content):
    return parse(content, file="study.yaml")


def load_file(path):
    return load(read_bytes(path), file=path.name)


def child(content):
    return next(place for _, place in tree(content).items())


def message(function, *arguments):
    with pytest.raises(StudyError) as caught:
        function(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["no", "yes", "on", "2025-01-31", "007", "1_000", "3e5", "0x1F", "null", "~", "1:30"]
)
def test_words_that_yaml_would_turn_into_something_else_stay_text(word):
    assert text(child(f"key: {word}")) == word
    assert texts(child(f"key: [{word}, b]")) == (word, "b")


def test_the_line_is_that_of_the_key():
    place = tree("study: S\ninternal:\n  scales:\n    service:\n      items:\n        - q1\n")
    assert place.find("internal").line == 2
    assert place.find("internal", "scales", "service").line == 4
    assert place.find("internal", "nothing").line == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "study.yaml is empty; `icx codebook` lists the keys a study needs."),
        ("# only a comment", "study.yaml is empty; `icx codebook` lists the keys a study needs."),
        (
            "a: 1\n\tb: 2",
            "study.yaml, line 2: not valid YAML (found character '\\t' that cannot start any "
            "token); indent with spaces, not with tabs.",
        ),
        (
            "a: %b",
            "study.yaml, line 1: not valid YAML (found character '%' that cannot start any token); "
            "put a text that begins with this character in quotes.",
        ),
        (
            "a: 1\n---\na: 2",
            "study.yaml, line 2: a second document starts here (---); keep one study per file.",
        ),
        (
            "a: [1, 2\nb: 3",
            "study.yaml, line 2: not valid YAML (expected ',' or ']', but got ':'); mend it there.",
        ),
        ("a: \x07", "study.yaml: not valid YAML; it holds characters YAML forbids."),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(content, expected):
    assert message(tree, content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "- a\n- b",
            "study.yaml, line 1: expected keys with values here (key: value).",
        ),
        ("study: S\nstudy: T", "study.yaml, line 2: study: the key stands here a second time; "
                               "keep one."),
        ("? [a, b]\n: c", "study.yaml, line 1: a key must be one word."),
        ("studdy: S", "study.yaml, line 1: studdy: unknown key; did you mean 'study'?"),
        ("study:\n  - S", "study.yaml, line 1: study: expected one text here."),
        ("study:", "study.yaml, line 1: study: expected one text here."),
        (
            "study: S",
            "study.yaml, line 1: the key 'internal' is missing (Colleagues' ratings of the "
            "internal service).",
        ),
    ],
)  # fmt: skip
def test_a_section_refuses_what_its_schema_does_not_know(content, expected):
    assert message(read_section, tree(content), "study") == expected


@pytest.mark.parametrize(
    ("section", "line", "expected"),
    [
        ("scale", "range: 1-7", "expected two numbers, lowest and highest, for example [1, 7]."),
        ("scale", "range: [1, x]", "expected a number here."),
        ("scale", "range: [1, .inf]", "expected a number here."),
        ("scale", "range: [7, 1]", "the first number must be the lower one, for example [1, 7]."),
        ("scale", "range: [1, 4, 7]",
         "expected two numbers, lowest and highest, for example [1, 7]."),
        ("scale", "items: [q1, q1]", "'q1' is listed twice; list it once."),
        ("scale", "items: [[q1]]", "expected one text here."),
        ("scale", "items: {q1: [a]}", "expected one text here."),
        ("scale", "kind: perceptions",
         "'perceptions' is not one of perception, expectation, importance, csat, nps, ces, other."),
        ("internal", "published: maybe", "expected true or false."),
        ("internal", "published: yes", "expected true or false."),
        ("thresholds", "min_matched: 95",
         "expected a share above 0 and at most 1, for example 0.95."),
        ("thresholds", "min_matched: 95%", "expected a number here."),
        ("thresholds", "min_persons: 7.5", "expected a whole number here."),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(section, line, expected):
    found = message(read_section, tree(f"# comment\n{line}"), section)
    key = line.split(":")[0]
    where = "items.q1" if line == "items: {q1: [a]}" else key
    assert found == f"study.yaml, line 2: {where}: {expected}"


def test_a_codebook_that_is_no_file_is_refused(tmp_path):
    path = tmp_path / "study.yaml"
    expected = f"There is no codebook at {path}; give the path of a study.yaml."
    assert message(read_bytes, path) == expected
    assert message(read_bytes, tmp_path).startswith(f"There is no codebook at {tmp_path};")
    path.write_bytes("study: Köln".encode("cp1252"))
    assert message(load_file, path) == "study.yaml is not UTF-8 text; save it with encoding UTF-8."
    path.write_bytes(b"#" * 1_000_001)
    assert message(read_bytes, path) == (
        "study.yaml is larger than 1 MB, too large for a codebook; give the path of a study.yaml."
    )


def test_suggestions_name_the_nearest_or_all():
    assert suggestion("branc", ["branch", "q1"]) == "did you mean 'branch'?"
    assert suggestion("zzz", ["branch", "q1"]) == "known are branch, q1."
    assert suggestion("zzz", []) == "known are none."


@pytest.mark.parametrize("device", ["/dev/zero", "/proc/kmsg"])
def test_a_device_is_no_codebook(device):
    if not Path(device).exists():
        pytest.skip(f"a system without {device}")
    with pytest.raises(StudyError, match=r"There is no codebook at /dev/zero; |kmsg is empty; "):
        load_file(Path(device))
