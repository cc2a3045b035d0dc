"""What looks wrong is said and left as it is."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, study_from_frames
from icx_research.survey.answers.answering import suspected_reversed
from icx_research.survey.doubts.scale_doubts import opposed_items, suspected_scales
from tests.survey.builders import KEYS, changed


def answers(rng, n=200, signs=(1, 1, 1, 1)):
    level = rng.normal(0, 1, n)
    noise = rng.normal(0, 0.7, (n, len(signs)))
    raw = 4 + 1.2 * level[:, None] * np.array(signs) + noise
    return pd.DataFrame(
        np.clip(np.round(raw), 1, 7), columns=[f"q{i + 1}" for i in range(len(signs))]
    )


def study(staff, **changes):
    scale = {"items": [c for c in staff if c[0] == "q"], "range": [1, 7]}
    keys = changed(KEYS, internal__scales={"service": scale}, **changes)
    n = len(staff)
    staff = staff.assign(person=range(n), branch=[f"B{i % 10}" for i in range(n)])
    customers = pd.DataFrame(
        {"customer": range(50), "branch": [f"B{i % 10}" for i in range(50)], "c1": 4}
    )
    return study_from_frames(keys, internal=staff, external=customers)


def test_an_unflagged_reverse_item_is_reported_and_not_flipped(rng):
    staff = answers(rng, signs=(1, 1, -1, 1))
    found = study(staff)
    assert suspected_reversed(found)["item"].tolist() == ["q3"]
    assert found.tables["internal"]["q3"].tolist() == staff["q3"].tolist()


def test_directions_are_told_apart_whatever_most_items_do(rng):
    assert opposed_items(answers(rng, signs=(1, -1))) == ["q2"]
    assert opposed_items(answers(rng, signs=(-1, -1, 1))) == ["q3"]
    assert opposed_items(answers(rng, n=15, signs=(1, -1))) == []
    assert opposed_items(answers(rng).assign(q2=4)) == []


def test_another_scale_in_one_wave_is_reported(rng):
    staff = answers(rng)[["q1"]].assign(wave=["1"] * 100 + ["2"] * 100)
    staff.loc[100:, "q1"] = staff.loc[100:, "q1"].clip(upper=5)
    customers = pd.DataFrame({"customer": range(20), "branch": [f"B{i % 10}" for i in range(20)],
                              "wave": ["1", "2"] * 10, "c1": 4})  # fmt: skip
    found = study_from_frames(
        changed(KEYS, internal__keys__wave="wave", external__keys__wave="wave"),
        internal=staff.assign(person=range(200), branch=[f"B{i % 10}" for i in range(200)]),
        external=customers,
    )
    assert suspected_scales(found).to_numpy().tolist() == [
        ["internal", "service", "q1", "in wave '2' nobody uses the upper end of the "
         "range, in other waves people do: was it asked on another scale?"]
    ]  # fmt: skip


def test_mixed_scales_in_one_column_are_refused(rng):
    staff = answers(rng)[["q1"]]
    staff.loc[100:, "q1"] = rng.integers(0, 101, 100)
    with pytest.raises(StudyError, match=r"^internal table, row .* outside 1 to 7; correct it or"):
        study(staff)
