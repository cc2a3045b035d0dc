"""Whether respondents tell scales apart: each number is that of the function it comes from."""

import numpy as np
import pytest

import icx_research as icx
from tests.scales.scales import scales_study, tables

TWO = {
    "service": {"label": "Service", "items": ["q1", "q2"], "range": [1, 7]},
    "mood": {"label": "Mood", "items": ["q3", "q4"], "range": [1, 7]},
}


@pytest.fixture(scope="module")
def one_thing():
    """A study whose four internal items have one cause but two names."""
    return scales_study(internal=TWO)


@pytest.fixture(scope="module")
def overview(one_thing):
    return icx.structure_overview(one_thing, rng=1)


def test_rows_hold_what_the_functions_give(one_thing, overview):
    row = overview.table.set_index("survey").loc["internal"]
    items = icx.scale_items(one_thing, ["service", "mood"])
    ratio = icx.htmt(items, scales={"service": ["q1", "q2"], "mood": ["q3", "q4"]}).estimate.value
    fitted = icx.scale_cfa(one_thing, ["service", "mood"])
    assert row["htmt"] == ratio > 0.85
    assert (row["scales"], row["n"], row["pair"]) == (2, len(items), "service ~ mood")
    assert row["components"] == icx.parallel_analysis(items, rng=1).n_factors == 1
    assert row["problems"] == "; ".join(fitted.problems)
    assert row["cfi"] == pytest.approx(fitted.fit_indices["cfi"])


def test_two_names_for_one_thing_are_named_and_kept_in_mind(overview):
    first = overview.answer().splitlines()[0]
    assert first.startswith(
        "Structure of the internal survey: parallel analysis finds 1 component behind its 2 scales "
        "of several items; "
    )
    assert "Service and Mood (HTMT " in first
    assert first.endswith(" are hardly distinguished.")
    assert overview.reservation() == "Keep in mind: Service can hardly be distinguished from Mood."


def test_different_scales_are_told_apart():
    staff = tables()[0]
    rng = np.random.default_rng(8)
    other = rng.integers(1, 7, len(staff))
    staff["q3"], staff["q4"] = other, np.clip(other + rng.integers(0, 2, len(staff)), 1, 7)
    overview = icx.structure_overview(scales_study(staff, internal=TWO), rng=1)
    assert "all scales are distinguished (largest HTMT ." in overview.answer()
    assert overview.reservation() == ""
    assert overview.table["components"].iloc[0] == 2


def test_an_improper_solution_is_a_finding():
    company = icx.structure_overview(icx.load_example("company"), rng=1)
    assert (
        "the planned model has an improper solution (the covariance matrix of"
        in (company.answer().splitlines()[0])
    )


def test_what_the_answers_do_not_allow_is_said():
    staff = tables()[0].assign(q4=5.0)
    overview = icx.structure_overview(scales_study(staff, internal=TWO), rng=1)
    assert "'q4' has" in overview.table["note"].iloc[0]
    assert "'q4' has" in overview.answer()
    assert "internal" not in overview.ratios
