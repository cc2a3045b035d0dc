"""The schema is the one place where keys are explained; it must be whole."""

import re
import textwrap

import yaml

from icx_research.survey.codebook.document import _READERS
from icx_research.survey.codebook.schema import EXAMPLES, SCHEMA, explain


def test_every_key_is_explained_and_readable():
    for section, keys in SCHEMA.items():
        for name, key in keys.items():
            assert key.doc.endswith(".") and len(key.doc) > 15, f"{section}.{name}"
            assert isinstance(key.kind, tuple) or key.kind in _READERS, f"{section}.{name}"


def test_every_section_a_key_leads_to_is_there():
    one_of_several = {"scales": "scale", "scores": "score"}
    for section, keys in SCHEMA.items():
        for name, key in keys.items():
            if key.kind in ("section", "sections") and name != "subsets":  # groups of any name
                inner = f"{section}.keys" if name == "keys" else one_of_several.get(name, name)
                assert inner in SCHEMA, f"{section}.{name}"


def test_explain_lists_every_key_with_what_is_required_and_allowed():
    lines = explain().removesuffix(EXAMPLES).splitlines()
    assert sum(line.startswith("  ") for line in lines) == sum(len(k) for k in SCHEMA.values())
    assert "  study [required]: Title of the study, as it stands on every page." in lines
    assert "  decimal (. | ,): Decimal mark of numbers; a point unless stated." in lines


def test_examples_use_keys_that_exist():
    keys = {key for section in SCHEMA.values() for key in section} | set(SCHEMA)
    named = set(re.findall(r"^ *(\w+):", EXAMPLES, flags=re.MULTILINE))
    assert named - keys == {"would_recommend", "trust", "pride"}


def test_examples_are_yaml():
    sections = [text for text in EXAMPLES.split("\n\n") if text.startswith("  ")]
    assert len(sections) == 10
    for text in sections:
        assert set(yaml.safe_load(textwrap.dedent(text))) <= {*SCHEMA["study"], "keys", "scores"}
