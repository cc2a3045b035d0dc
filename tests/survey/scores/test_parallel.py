"""Two scales with the same questions, below each other."""

import pandas as pd
import pytest

import icx_research as icx
from icx_research.survey.scores.parallel_scales import parallel_scales
from tests.survey.builders import KEYS, changed

WORDING = ("I am content.", "It works.")


def study(inside=WORDING, outside=WORDING, *, limits=(1, 7), names=("q1", "q2")):
    staff = pd.DataFrame(
        {"person": range(10), "branch": list("AB") * 5, "q1": [6] * 10, "q2": [2] * 10}
    )
    customers = pd.DataFrame(
        {"customer": range(12), "branch": list("AB") * 6, names[0]: [5] * 12, names[1]: [3] * 12}
    )
    keys = changed(
        KEYS,
        internal__scales={
            "service": {"items": dict(zip(("q1", "q2"), inside, strict=True)), "range": [1, 7],
                        "reverse_keyed": ["q2"]},
        },
        external__scales={
            "csat": {"items": dict(zip(names, outside, strict=True)), "range": list(limits)}
        },
        question__internal="service",
    )  # fmt: skip
    return icx.study_from_frames(keys, internal=staff, external=customers)


def test_rows_of_both_scales_have_the_items_of_the_first():
    stacked = pd.DataFrame(
        icx.parallel_items(study(names=("c1", "c2")), first="service", second="csat")
    )
    assert list(stacked) == ["scale", "unit", "q1", "q2"]
    assert stacked["scale"].value_counts().to_dict() == {"csat": 12, "service": 10}
    assert stacked.groupby("scale")[["q1", "q2"]].mean().loc["service"].tolist() == [6, 6]
    assert stacked.groupby("scale")[["q1", "q2"]].mean().loc["csat"].tolist() == [5, 3]
    assert stacked["unit"].unique().tolist() == ["A", "B"]


def test_they_are_never_shown():
    assert repr(icx.parallel_items(study(), first="service", second="csat")).startswith(
        "SafeFrame: 22 rows"
    )


def test_pairs_are_found_by_their_wording():
    assert parallel_scales(study(outside=(" i am  CONTENT.", "It works.")).codebook) == [
        ("service", "csat")
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"inside": ("q1", "q2"), "outside": ("q1", "q2")},  # same columns, no wording
        {"outside": ("It works.", "I am content.")},
        {"limits": (1, 5)},
    ],
)
def test_what_is_not_the_same_wording_and_range_is_no_pair(options):
    assert parallel_scales(study(**options).codebook) == []


def test_scales_that_do_not_go_together_are_refused():
    message = (
        r"parallel_items needs two scales with as many items and the same range; got "
        r"service \(2 items, 1 to 7\) and csat \(2 items, 1 to 5\)\."
    )
    with pytest.raises(ValueError, match=message):
        icx.parallel_items(study(limits=(1, 5)), first="service", second="csat")
    with pytest.raises(ValueError, match="needs two scales"):
        icx.parallel_items(study(), first="csat", second="csat")
