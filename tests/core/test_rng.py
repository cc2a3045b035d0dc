"""A seed and a generator of that seed give the same; nothing is drawn from elsewhere."""

import inspect
import re

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.core.rng import as_generator

ROWS = np.random.default_rng(5)
ITEMS = pd.DataFrame(ROWS.normal(size=(60, 1)) + ROWS.normal(size=(60, 20)), columns=[
    f"q{i}" for i in range(20)])  # fmt: skip
FOUR = ITEMS.iloc[:, :4]
CODES = FOUR.rank(pct=True).mul(3).round()
UNITS = CODES.assign(unit=np.repeat(list("abcdef"), 10), group=np.tile(["x", "y"], 30))
MODEL = "f =~ q0 + q1 + q2 + q3"
PAIR = {"s": ["q0", "q1"], "t": ["q2", "q3"]}

CALLS = {
    "parallel_analysis": lambda rng: icx.parallel_analysis(FOUR, n_resamples=9, rng=rng),
    "omega_hierarchical": lambda rng: icx.omega_hierarchical(
        ITEMS, n_factors=2, n_resamples=9, rng=rng
    ),
    "split_half of 20 items": lambda rng: icx.split_half(ITEMS, n_splits=9, rng=rng),
    "split_half of 4 items": lambda rng: icx.split_half(FOUR, n_resamples=9, rng=rng),
    "ordinal_alpha": lambda rng: icx.ordinal_alpha(CODES, n_resamples=5, rng=rng),
    "ordinal_omega": lambda rng: icx.ordinal_omega(CODES, n_resamples=5, rng=rng),
    "htmt": lambda rng: icx.htmt(FOUR, scales=PAIR, n_resamples=9, rng=rng),
    "rwg_j": lambda rng: icx.rwg_j(
        UNITS, items=["q0", "q1"], unit="unit", response_range=(0, 3), n_resamples=9, rng=rng
    ),
    "interval='bootstrap'": lambda rng: icx.variance_shares(
        UNITS, score="q0", client="unit", interval="bootstrap", n_resamples=5, rng=rng
    ),
    "interval='monte_carlo'": lambda rng: icx.multilevel_omega(
        UNITS, items=["q0", "q1", "q2"], unit="unit", interval="monte_carlo", n_resamples=9, rng=rng
    ),
    "measurement_invariance with n_permutations": lambda rng: icx.measurement_invariance(
        MODEL, UNITS, group="group", levels=("configural",), n_permutations=3, rng=rng
    ),
    "alignment with n_starts": lambda rng: icx.alignment(
        MODEL, UNITS, group="group", n_starts=2, rng=rng
    ),
    "split_half_correlation": lambda rng: icx.split_half_correlation(
        UNITS, first="q0", second="q1", unit="unit", n_splits=5, rng=rng
    ),
    "simulate_study": lambda rng: icx.simulate_study(n_units=4, waves=1, rng=rng),
}
OPTIONAL = ("omega_hierarchical", "ordinal_alpha", "ordinal_omega", "htmt", "rwg_j")


def shown(result) -> str:
    table = result.table("internal") if hasattr(result, "quarantine") else result.table
    notes = getattr(result, "note", ""), getattr(result, "permutation", None)
    return f"{pd.DataFrame(table).to_json()} {notes}"


def test_every_public_function_that_draws_is_tried_here():
    draws = {
        name for name in icx.__all__
        if inspect.isfunction(getattr(icx, name))
        and "rng" in inspect.signature(getattr(icx, name)).parameters
    }  # fmt: skip
    tried = {name for call in CALLS.values() for name in call.__code__.co_names}
    assert draws <= tried | {"dimensionality_overview", "structure_overview"}


@pytest.mark.parametrize("analysis", CALLS)
def test_a_seed_is_the_generator_of_that_seed(analysis):
    first = shown(CALLS[analysis](7))
    assert first == shown(CALLS[analysis](np.random.default_rng(7)))
    assert first == shown(CALLS[analysis](np.int64(7)))


@pytest.mark.parametrize("analysis", [name for name in CALLS if name not in OPTIONAL])
def test_without_one_the_call_is_named(analysis):
    with pytest.raises(TypeError) as refusal:
        CALLS[analysis](None)
    assert str(refusal.value) == (
        f"{analysis} needs rng=numpy.random.default_rng(1) or a whole number, such as rng=1."
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [("seed", "str"), (1.0, "float"), (True, "True"), (-1, "-1"),
     (np.random.RandomState(1), "RandomState")],
)  # fmt: skip
def test_anything_else_is_refused(given, words):
    message = (
        f"htmt needs rng=numpy.random.default_rng(1) or a whole number, such as rng=1, not {words}."
    )
    with pytest.raises(TypeError, match="^" + re.escape(message) + "$"):
        as_generator(given, analysis="htmt")
