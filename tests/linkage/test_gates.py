"""One gate for every estimate on linked units: each refusal in full."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.gates import gated_correlation, gated_rows
from tests.builders import codebook, linked_units

PAIR = ["inside", "outside"]


def units(n=30, *, published=True, **options):
    x = np.arange(float(n))
    known = {"inside_se": 0.1, "outside_se": 0.1, "inside_n": 20.0, "outside_n": 20.0, **options}
    return linked_units(x, x**2, book=codebook(published=published), **known)


def test_open_gate_gives_the_complete_rows_of_the_named_columns_only():
    linked = units(size=[np.nan] + [1.0] * 28 + [2.0], load=np.nan)
    rows = gated_rows(linked, [*PAIR, "size"])
    assert (rows.n_used, rows.n_dropped) == (29, 1)
    assert gated_rows(linked, PAIR).n_used == 30


@pytest.mark.parametrize(
    ("linked", "parameters", "reason"),
    [
        (units(9), 0, "9 linked units have all values; at least 10 are needed for a verdict."),
        (
            units(14),
            5,
            "14 linked units have all values; at least 10 are needed beside the 5 columns of the "
            "model.",
        ),
        (
            units(n_client_units=7),
            0,
            "the linked units rest on 7 client units; at least 10 are needed for a verdict.",
        ),
        (
            units(inside_se=9.0),
            0,
            "the inside unit means differ by no more than sampling error, so there is nothing to "
            "relate; more respondents per unit are needed.",
        ),
        (
            units(published=False, outside_n=[9.0] * 21 + [20.0] * 9),
            0,
            "only 9 units have at least 10 respondents on both sides; 10 are needed to show a "
            "result without exposing persons; collect more answers, or join small units into "
            "larger ones.",
        ),
    ],
)
def test_shut_gates_say_why(linked, parameters, reason):
    with pytest.raises(Blocked) as refusal:
        gated_rows(linked, PAIR, n_parameters=parameters)
    assert refusal.value.reason == reason


def test_constant_columns_and_unknown_names_are_refused():
    with pytest.raises(Blocked, match="all units have the same size; there is nothing to relate"):
        gated_rows(units(size=3.0), [*PAIR, "size"])
    with pytest.raises(ValueError, match="there is no column 'insid'; there are unit, wave, in"):
        gated_rows(units(), ["insid"])
    with pytest.raises(NotTestable, match="'region' is not known of the linked units; attribut"):
        gated_rows(units(), [*PAIR, "region"])


def test_rows_that_repeat_units_are_refused():
    data = pd.DataFrame({"unit": np.repeat(np.arange(12), 5), "x": np.arange(60.0)})
    with pytest.raises(Blocked) as refusal:
        gated_rows(data, ["x"])
    assert refusal.value.reason == (
        "60 rows are of 12 units, so that n would count units several times; average respondents "
        "to one row per unit, and choose a wave where there are several."
    )
    waves = data.assign(wave=np.tile(np.arange(5), 12))
    assert gated_rows(waves, ["x"], wave="2").n_used == 12
    with pytest.raises(Blocked, match=r"9 rows have all values; at least 10 are needed for a ver"):
        gated_rows(data.drop_duplicates("unit")[:9], ["x"])


def test_controls_need_units_of_their_own(rng):
    region = list("abcdef") * 2
    linked = linked_units(*rng.normal(size=(2, 12)), book=codebook(), region=region)
    pair = {"internal": "inside", "external": "outside"}
    assert gated_correlation(linked, **pair).n_used == 12
    with pytest.raises(Blocked, match="12 linked units have all values; at least 10 are needed be"):
        gated_correlation(linked, **pair, controls=["region"])


def test_bundled_company_passes_with_every_score(linked):
    names = [*linked.internal[:3], *linked.external[:2]]
    assert gated_rows(linked, names).n_used == len(icx.protect(linked.at_wave()).table)
