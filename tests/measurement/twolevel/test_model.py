"""The likelihood against the dense one, known truth, edges and messages."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from icx_research.core.reduction import moments
from icx_research.measurement.sem.ram import group_models
from icx_research.measurement.twolevel.levels import check_levels, joint_table, parse_levels
from icx_research.measurement.twolevel.likelihood import two_level_likelihood
from icx_research.measurement.twolevel.model import two_level_cfa
from icx_research.measurement.twolevel.objective import TwoLevelDiscrepancy
from icx_research.measurement.twolevel.sample import read_units
from icx_research.measurement.twolevel.unrestricted import em_step, start_between, unrestricted
from tests.measurement.twolevel.reference import ITEMS, answers, level, one

FOUR = ["q1", "q2", "q3", "q4"]
MODEL = "f =~ q1 + q2 + q3 + q4"
# The same sum in another order.
SAME = 1e-10
# Central differences of a function of size 10 with steps of 1e-6.
NUMERICAL = 1e-7
STEP = 1e-6
# Slope of the mean discrepancy below which no direction is added: it gains 1e-11 at most.
FLAT = 2e-6


def fitted(data, model=MODEL, **options):
    return two_level_cfa(model, data, unit="unit", **options)


@pytest.fixture(scope="module")
def problem():
    """A model of two latent variables and mixed levels, at parameters that fit nothing."""
    model = level("a =~ q1 + w*q2\nb =~ q3 + q4\nb ~ a", "f =~ q1 + w*q2 + q3 + q4\nq1 ~~ q3")
    data = answers()
    within, between = parse_levels(model)
    items = check_levels(within, between, list(data.columns))
    table = joint_table(within, between, items)
    sample = read_units(data, items, unit="unit", analysis="test")
    moment = [np.zeros(4)] * 2, [np.eye(4)] * 2
    objective = TwoLevelDiscrepancy(tuple(group_models(table, *moment)), sample)
    theta = np.random.default_rng(5).uniform(0.4, 0.9, table.n_free)
    return data, items, objective, theta


def test_likelihood_is_that_of_every_units_rows(problem):
    data, items, objective, theta = problem
    point = objective.at(theta)
    _, within = objective.models[0].moments(point.implied[0])
    mean, between = objective.models[1].moments(point.implied[1])
    dense = 0.0
    for _, rows in data.groupby("unit"):
        n = len(rows)
        cov = np.kron(np.eye(n), within) + np.kron(np.ones((n, n)), between)
        y = rows[list(items)].to_numpy().ravel()
        dense -= 2 * multivariate_normal.logpdf(y, np.tile(mean, n), cov)
    constant = len(data) * 4 * np.log(2 * np.pi)
    assert point.fit.value + constant == pytest.approx(dense, rel=SAME)


def test_derivatives_are_those_of_the_value(problem):
    *_, objective, theta = problem
    steps = np.eye(len(theta)) * STEP
    value = [(objective.at(theta + s).value - objective.at(theta - s).value) for s in steps]
    point = objective.at(theta)
    np.testing.assert_allclose(np.array(value) / 2 / STEP, point.gradient(), atol=NUMERICAL)
    slope = [objective.at(theta + s).gradient() - objective.at(theta - s).gradient() for s in steps]
    np.testing.assert_allclose(np.array(slope) / 2 / STEP, point.observed(), atol=NUMERICAL)


def test_expected_information_is_the_mean_of_the_observed(problem):
    """At moments that equal the model's both are the same but for the means' cross terms."""
    *_, objective, theta = problem
    point = objective.at(theta)
    _, within = objective.models[0].moments(point.implied[0])
    mean, between = objective.models[1].moments(point.implied[1])
    sample, size = objective.sample, objective.sample.size[:, None, None]
    fields = vars(sample) | {
        "within": within, "cov": within / size + between, "mean": np.tile(mean, (len(size), 1)),
    }  # fmt: skip
    exact = TwoLevelDiscrepancy(objective.models, type(sample)(**fields)).at(theta)
    np.testing.assert_allclose(exact.gradient(), 0, atol=1e-12)
    np.testing.assert_allclose(exact.expected(), exact.observed(), atol=1e-12)


def test_balanced_units_have_moments_in_closed_form():
    data = answers("balanced")
    n, units = 6, data["unit"].nunique()
    sample = read_units(data, ITEMS, unit="unit", analysis="test")
    found = unrestricted(sample)
    mean = data.groupby("unit")[ITEMS].mean().to_numpy()
    deviations = data[ITEMS].to_numpy() - mean[np.repeat(np.arange(units), n)]
    within = deviations.T @ deviations / (units * (n - 1))
    between = np.cov(mean, rowvar=False, bias=True) - within / n
    np.testing.assert_allclose(found.within, within, rtol=1e-8)
    np.testing.assert_allclose(found.between, between, rtol=1e-7)
    np.testing.assert_allclose(found.mean, mean.mean(axis=0), rtol=SAME)
    assert sample.harmonic_size == 6


def draw(rng, units=400, size=12, noise=0.3):
    loadings = np.array([1, 0.8, 0.9, 0.7])
    unit = np.repeat(np.arange(units), size)
    f = rng.normal(size=len(unit)) + 0.6 * rng.normal(size=units)[unit]
    y = 3 + f[:, None] * loadings + noise * rng.normal(size=(units, 4))[unit]
    y = y + 0.7 * rng.normal(size=(len(unit), 4))
    return pd.DataFrame(y, columns=FOUR).assign(unit=unit)


def test_many_units_give_the_parameters_they_were_drawn_with(rng):
    table = fitted(draw(rng)).table.set_index(["lhs", "op", "rhs", "level"])["estimate"]
    within, between = table.xs("within", level=3), table.xs("between", level=3)
    # standard errors: .01 to .04 within, .02 to .06 between
    for items, found in (("f =~ q2", 0.8), ("f =~ q3", 0.9), ("f =~ q4", 0.7)):
        lhs, op, rhs = items.split()
        assert within[lhs, op, rhs] == pytest.approx(found, abs=0.05)
        assert between[lhs, op, rhs] == pytest.approx(found, abs=0.2)
    assert within["f", "~~", "f"] == pytest.approx(1, abs=0.1)
    assert between["f", "~~", "f"] == pytest.approx(0.36, abs=0.12)
    assert between["q2", "~~", "q2"] == pytest.approx(0.09, abs=0.04)
    assert within["q2", "~~", "q2"] == pytest.approx(0.49, abs=0.04)


def test_a_true_model_is_rejected_as_often_as_it_should_be():
    rejected = [
        fitted(draw(np.random.default_rng(seed), units=150, size=5)).fit_indices["p_value"] < 0.05
        for seed in range(60)
    ]
    # 60 draws: .05 with a standard error of .028
    assert 0 < np.mean(rejected) <= 0.135


def test_rows_and_their_moments_per_unit_give_the_same(rng):
    data = answers()
    rows = fitted(data)
    reduced = fitted(moments(data, FOUR, by="unit"))
    pd.testing.assert_frame_equal(rows.table, reduced.table, rtol=1e-9)
    shuffled = fitted(data.iloc[rng.permutation(len(data))])
    pd.testing.assert_frame_equal(rows.table, shuffled.table, rtol=1e-9)


def test_fit_does_not_depend_on_origin_and_unit_of_the_items():
    data = answers()
    moved = data.assign(**{item: 50 + 20 * data[item] for item in FOUR})
    first, second = fitted(data), fitted(moved)
    np.testing.assert_allclose(
        first.fit_indices.drop(["log_likelihood", "aic", "bic"]),
        second.fit_indices.drop(["log_likelihood", "aic", "bic"]), rtol=1e-6, atol=1e-7,
    )  # fmt: skip
    np.testing.assert_allclose(first.table["std_all"][:8], second.table["std_all"][:8], rtol=1e-7)


def test_levels_may_be_numbered_and_comments_stand_anywhere():
    named = fitted(answers(), level("a =~ q1 + q2 + q3 + q4", MODEL))
    text = f"# both\nlevel: 1\na =~ q1 + q2 # start\n + q3 + q4\n\n level: 2 # units\n{MODEL}"
    numbered = fitted(answers(), text)
    pd.testing.assert_frame_equal(named.table, numbered.table)
    assert named.table["level"].unique().tolist() == ["within", "between"]


@pytest.mark.parametrize(
    "text",
    [
        "level: 1; {w}; level: 2; {b}",
        "Level: 1\n{w}\nLEVEL: 2\n{b}",
        "level: within; {w}\nlevel : between;{b}",
        "# level: 1; level: 2\nlevel: Within # one\n{w}; level: Between # two\n{b};",
    ],
)
def test_blocks_open_in_any_case_and_before_a_semicolon(text):
    within = "a =~ q1 + q2 + q3 + q4"
    expected = fitted(answers(), level(within, MODEL)).table
    read = fitted(answers(), text.format(w=within, b=MODEL)).table
    pd.testing.assert_frame_equal(read, expected)


def test_positions_count_from_the_start_of_the_model_string():
    with pytest.raises(ValueError, match=r"^model, line 2, column 21: 'q9' is not in the data\."):
        fitted(answers(), "level: 1; f =~ q1 + q2\nlevel: 2; f =~ q1 + q9")


@pytest.mark.parametrize("text", ["level: 1 f =~ q1 + q2", "level: 3; f =~ q1"])
def test_what_does_not_open_a_block_is_refused(text):
    with pytest.raises(ValueError) as refusal:
        fitted(answers(), f"{text}\nlevel: 2; f =~ q1 + q2")
    shown = text.split(";")[0]
    assert str(refusal.value) == (
        "model, line 1, column 1: expected 'level: within' and 'level: between', once each, found "
        f"'{shown}'."
    )


def test_definitions_outside_their_domain_are_named():
    text = level("f =~ q1 + a*q2 + q3 + q4", f"{MODEL}\nlost := log(-a)")
    result = fitted(answers(), text)
    assert np.isnan(result.table["estimate"].iloc[-1])
    assert "'lost' is not defined at the estimates" in result.note


def test_definitions_reach_over_levels():
    text = level("f =~ q1 + q2 + q3 + q4\nf ~~ w*f", f"{MODEL}\nf ~~ b*f\nicc := b / (b + w)")
    found = fitted(answers(), text)
    row = found.table.iloc[-1]
    variances = found.table.set_index("label")["estimate"]
    assert (row["lhs"], row["op"], row["level"]) == ("icc", ":=", "")
    share = variances["b"] / (variances["b"] + variances["w"])
    assert row["estimate"] == pytest.approx(share)
    assert 0 < row["se"] < 0.2


def test_incomplete_rows_are_left_out_and_single_rows_named():
    data = answers()
    gaps = data.copy()
    gaps.loc[5, "q2"], gaps.loc[40, "unit"] = np.nan, None
    found, clean = fitted(gaps), fitted(data.drop(index=[5, 40]))
    pd.testing.assert_frame_equal(found.table, clean.table)
    assert (found.n_used, found.n_dropped, found.n_units) == (664, 2, 90)
    single = (data.drop(index=[5, 40])["unit"].value_counts() == 1).sum()
    assert found.note == f"{single} units have one row, which informs between units only"
    assert found.problems == ()


def test_few_units_are_named(rng):
    few = draw(rng, units=10, size=20)
    assert fitted(few).note.endswith(
        "10 units for 12 parameters between units: estimates and tests there are not to be relied "
        "on"
    )


def test_improper_solutions_are_named(rng):
    flat = draw(np.random.default_rng(2), units=40, size=6, noise=0.0)
    found = fitted(flat)
    text = "; ".join(found.problems)
    assert "Heywood case: the residual variance of 'q" in text
    assert "is negative (-0.0" in text and "between units" in text
    assert found.to_apa() == f"improper solution: {text}; 40 units, n = 240"
    rows = found.table[(found.table["level"] == "between") & (found.table["op"] == "~~")]
    assert (rows["estimate"] < 0).sum() == text.count("Heywood")
    lone = flat.assign(**{q: rng.normal(size=len(flat)) for q in FOUR})
    named = "the unrestricted covariance matrix between units is singular, at its boundary"
    assert named in "; ".join(fitted(lone, "q1 ~~ q1; q2 ~~ q2; q3 ~~ q3; q4 ~~ q4").problems)


def sparse(seed):
    """Twenty-five units of 2 to 12 raters that hardly differ."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(25), rng.integers(2, 13, size=25))
    y = rng.normal(size=(len(unit), 1)) + 0.7 * rng.normal(size=(len(unit), 5))
    y = y + (0.3 * rng.normal(size=(25, 1)) + 0.1 * rng.normal(size=(25, 5)))[unit]
    return pd.DataFrame(y, columns=list("abcde")).assign(unit=unit)


@pytest.mark.parametrize("seed", range(8))
def test_unrestricted_moments_are_the_best_that_are_no_less_than_zero(seed):
    sample = read_units(sparse(seed), list("abcde"), unit="unit", analysis="test")
    found = unrestricted(sample)
    assert found.converged and found.singular
    assert np.linalg.eigvalsh(found.between)[0] > -1e-10
    at = two_level_likelihood(sample, found.within, found.between, found.mean)
    assert at.value == found.value
    # at the best point no direction between units would add to the likelihood, and those
    # that are there would neither add nor take
    slope = at.slope(1) / sample.n_used
    assert np.linalg.eigvalsh(slope)[0] > -FLAT
    np.testing.assert_allclose(slope @ found.between, 0, atol=FLAT)
    np.testing.assert_allclose(at.slope(0) / sample.n_used, 0, atol=FLAT)


def test_em_steps_climb_to_the_unrestricted_moments():
    sample = read_units(answers(), ITEMS, unit="unit", analysis="test")
    found = unrestricted(sample)
    moments_now = sample.within, start_between(sample), sample.mean.mean(axis=0)
    values = []
    for _ in range(400):
        moments_now = em_step(sample, *moments_now)
        values.append(two_level_likelihood(sample, *moments_now).value)
    assert (np.diff(values) < 1e-9).all()
    assert values[-1] == pytest.approx(found.value, rel=SAME)
    np.testing.assert_allclose(moments_now[0], found.within, atol=1e-5)
    np.testing.assert_allclose(moments_now[1], found.between, atol=1e-5)


def test_a_likelihood_without_upper_limit_is_named_with_the_way_out():
    model = "f =~ a + b + c + d + e"
    found = fitted(sparse(4), model)
    assert not found.converged
    assert found.problems[1] == (
        "the likelihood has no upper limit: fix the residual variance of 'b' between units at "
        "zero ('b ~~ 0*b')"
    )
    assert found.table["estimate"].isna().all() and found.fit_indices.isna().all()
    assert found.to_apa().startswith("improper solution: not converged after 300 steps")
    assert fitted(sparse(4), level(model, f"{model}\nb ~~ 0*b")).converged


def test_sentence_and_result():
    found = fitted(answers(), one("f"))
    assert found.to_apa() == (
        "χ²(18) = 99.01, p < .001, CFI = .928, TLI = .881, RMSEA = .082, 90% CI [.067, .098], "
        "SRMR within = .056, between = .058, 90 units, n = 666"
    )
    assert list(found.table.columns) == [
        "lhs", "op", "rhs", "level", "label", "estimate", "se", "z", "p_value", "ci_low",
        "ci_high", "std_all",
    ]  # fmt: skip
    narrow = fitted(answers(), one("f"), confidence_level=0.5).table
    np.testing.assert_allclose(
        narrow["ci_high"] - narrow["estimate"], 0.6744897501960817 * narrow["se"], atol=1e-12
    )
    assert found.icc.name == "icc" and found.icc.between(0.05, 0.35).all()


GAP = level(MODEL, MODEL)
ERRORS = {
    "model, line 3, column 1: expected 'level: within' and 'level: between', once each, found "
    "'level: team'.": {"model": f"level: within\n{MODEL}\nlevel: team\n{MODEL}"},
    "model, line 1, column 1: expected every line of the model below 'level: within' or "
    "'level: between'.": {"model": f"level: within\n{MODEL}"},
    "model, line 2, column 1: expected every line of the model below 'level: within' or "
    "'level: between'.": {"model": f"q1 ~~ q2\n{GAP}"},
    "model, line 2, column 6: 'q9' is not in the data. Columns: q1, q2, q3, q4, q5, q6, unit; "
    "latent variables: f.": {"model": level("f =~ q9 + q2", MODEL)},
    "every item must be at both levels; 'q4' is not between units. Add it below 'level: "
    "between', with 'q4 ~~ q4' at least.": {"model": level(MODEL, "f =~ q1 + q2 + q3")},
    "model, line 3, column 1: the mean of 'q1' belongs below 'level: between'.": {
        "model": level(f"{MODEL}\nq1 ~ 1", MODEL)},
    "model, line 5, column 5: the observed variable 'q5' cannot predict in a two-level "
    "measurement model; use latent variables.": {"model": level(MODEL, f"{MODEL}\nf ~ q5")},
    "the model is not identified: it has 7 free parameters within units but only 6 moments; fix "
    "or equate at least 1 of them.": {
        "model": level("f =~ q1 + q2 + q3\nq1 ~~ q2", "f =~ q1 + q2 + q3")},
    "model, line 5, column 1: a model of two levels takes no constraints; give equal parameters "
    "the same label.": {"model": level(MODEL, f"{MODEL}\na == 1")},
    "model, line 5, column 6: the operator '|' belongs to ordinal variables; two levels take "
    "continuous ones only.": {"model": level(MODEL, f"{MODEL}\nq1 | t1")},
    "unit 'team' is not a column of the data.": {"unit": "team"},
    "saturated must be 'within', 'between' or None, not 'both'.": {"saturated": "both"},
    "saturated='within' needs the model of the other level alone, without 'level:' lines.": {
        "model": GAP, "saturated": "within"},
    "confidence_level must lie between 0 and 1, not 95.": {"confidence_level": 95},
}  # fmt: skip


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(message):
    options = {"model": MODEL, "unit": "unit", **ERRORS[message]}
    with pytest.raises(ValueError) as refusal:
        two_level_cfa(options.pop("model"), answers(), **options)
    assert str(refusal.value) == message


FRAMES = {
    "two_level_cfa needs more than 4 units, and more than 4 rows beyond one per unit, for 4 "
    "items; got 4 units with 34 complete rows.": lambda d: d[d["unit"] < "u004"],
    "two_level_cfa needs more than 4 units, and more than 4 rows beyond one per unit, for 4 "
    "items; got 90 units with 90 complete rows.": lambda d: d.drop_duplicates("unit"),
    "two_level_cfa needs items that vary within units; 'q3' has one answer in every unit.": (
        lambda d: d.assign(q3=d.groupby("unit")["q1"].transform("mean"))),
    "two_level_cfa needs a covariance matrix within units that is positive definite; one item "
    "follows from others there.": lambda d: d.assign(q3=d["q1"] + d["q2"]),
    "two_level_cfa needs finite answers; item 'q1' holds an infinite one.": (
        lambda d: d.assign(q1=d["q1"].where(d.index != 3, np.inf))),
}  # fmt: skip


@pytest.mark.parametrize("message", FRAMES)
def test_refuses_data_that_leave_nothing_to_fit(message):
    with pytest.raises(ValueError) as refusal:
        fitted(FRAMES[message](answers()))
    assert str(refusal.value) == message


def test_moments_need_units_and_no_weights():
    with pytest.raises(ValueError, match=r"^two_level_cfa needs Moments per unit, without weig"):
        fitted(moments(answers(), FOUR))
    with pytest.raises(TypeError, match=r"^model must be a string in lavaan's syntax, not list\.$"):
        fitted(answers(), [MODEL])
