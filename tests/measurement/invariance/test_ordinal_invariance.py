"""Oracle: semTools and lavaan (tests/reference/sem/ordinal.R); rules and gates by hand."""

import re

import numpy as np
import pytest
from scipy import stats

from icx_research.measurement.alignment.alignment import alignment
from icx_research.measurement.invariance.ladder import NOT_VALIDATED, measurement_invariance
from icx_research.measurement.sem.comparison import likelihood_ratio
from tests.measurement.sem.ordinal_reference import (
    LADDERS,
    ONE,
    ordinal_answers,
    ordinal_values,
    three,
)
from tests.measurement.sem.test_wlsmv import assert_same_tables, indices_of, of_case

# lavaan's polychoric correlations stop up to 4e-8 short of the maximum; statistics follow.
R_RTOL = 1e-6
# Small differences of chi-squares: absolute, beside statistics of 100.
R_ATOL = 1e-5
# A p value is exponential in its chi-square: errors grow by half the chi-square.
R_RTOL_P = 1e-4
# Score and difference tests agree in large samples only.
SCORE_RTOL = 0.1
FREE = ("read =~ f5", "f2 | t1")
MODELS = {letter: ONE if letter == "b" else three(letter) for letter in LADDERS}


def ladder(letter, **options):
    return measurement_invariance(
        MODELS[letter], ordinal_answers(), group="region", estimator="WLSMV", **options
    )


@pytest.fixture(scope="module")
def ladders():
    return {letter: ladder(letter) for letter in LADDERS}


@pytest.fixture(scope="module")
def partial():
    return ladder("f", free=FREE)


@pytest.mark.parametrize("letter", LADDERS)
def test_levels_match_semtools(ladders, letter):
    table = ladders[letter].table
    assert list(table["level"]) == LADDERS[letter]
    names = {"chi_square": "chisq", "df": "df", "p_value": "pvalue", "cfi": "cfi", "tli": "tli",
             "rmsea": "rmsea", "srmr": "srmr"}  # fmt: skip
    scaled = {"chi_square_scaled": "chisq.scaled", "cfi_scaled": "cfi.scaled",
              "rmsea_scaled": "rmsea.scaled", "scaling_factor": "chisq.scaling.factor"}  # fmt: skip
    for _, row in table.iterrows():
        theirs = indices_of(f"{letter}_{row['level']}")
        for ours, name in names.items():
            rtol = R_RTOL_P if ours == "p_value" else R_RTOL
            np.testing.assert_allclose(row[ours], theirs[name], rtol=rtol, atol=1e-7)
        fit = ladders[letter].models[row["level"]].fit_indices
        for ours, name in scaled.items():
            np.testing.assert_allclose(fit[ours], theirs[name], rtol=R_RTOL)
        assert len(ladders[letter].models[row["level"]].fit.theta) == theirs["npar"]


@pytest.mark.parametrize("letter", LADDERS)
def test_differences_match_lavaan(ladders, letter):
    table = ladders[letter].table.set_index("level")
    reference = ordinal_values("differences").set_index("restricted")
    for level in LADDERS[letter][1:]:
        theirs, ours = reference.loc[f"{letter}_{level}"], table.loc[level]
        np.testing.assert_allclose(
            ours["difference"], theirs["chi_square"], rtol=R_RTOL, atol=R_ATOL
        )
        assert ours["difference_df"] == theirs["df"]
        np.testing.assert_allclose(
            ours["difference_p_value"], theirs["p_value"], rtol=R_RTOL_P, atol=1e-12
        )
        assert ladders[letter].holds(level) == (theirs["p_value"] >= 0.05)


@pytest.mark.parametrize("case", ["f_scalar", "b_scalar"])
def test_scalar_estimates_match_semtools(ladders, case):
    letter, level = case.split("_")
    assert_same_tables(ladders[letter].models[level], of_case("estimates", case))


def test_partial_invariance_matches_semtools_and_opens_the_means(partial):
    assert_same_tables(partial.models["scalar"], of_case("estimates", "f_partial"))
    assert (partial.highest_level, partial.rule, partial.freed) == ("strict", "chi_square", FREE)
    assert partial.allows("means")
    assert partial.allows("regressions")
    reference = of_case("estimates", "f_partial").query("op == '~1' and group == 2")
    reference = reference.set_index("lhs")
    means = partial.latent_means.set_index("term")
    assert list(means.index) == ["seen", "read", "fast"]
    for name in means.index:
        np.testing.assert_allclose(
            means.loc[name, ["estimate", "se"]].astype(float),
            reference.loc[name, ["est", "se"]].astype(float),
            rtol=R_RTOL,
        )
    difference = partial.mean_difference("seen", "west")
    reach = 1.959963984540054 * means.loc["seen", "se"]
    np.testing.assert_allclose(
        [difference.ci_low, difference.ci_high],
        [difference.value - reach, difference.value + reach],
    )
    # the simulation: 0.4 standard deviations of the first group
    assert difference.ci_low < 0.4 < difference.ci_high


def test_an_unequal_loading_stops_the_ladder_and_is_named(ladders):
    full = ladders["f"]
    assert full.highest_level == "thresholds"
    assert not full.allows("regressions")
    assert full.latent_means.empty
    first = full.releases.iloc[0]
    assert (first["lhs"], first["op"], first["level"]) == ("read", "=~", "metric")
    assert set(full.releases["level"]) == {"thresholds", "metric", "scalar", "strict"}
    assert set(full.releases.query("level == 'strict'")["op"]) == {"~~"}
    assert full.releases["statistic"].is_monotonic_decreasing
    assert full.note == NOT_VALIDATED
    assert (full.n_used, full.n_dropped, full.groups) == (700, 0, ("east", "west"))
    assert full.to_apa() == (
        "highest level = thresholds (rule: chi_square); thresholds: Δχ²(18) = 17.04, p = "
        ".520; metric: Δχ²(6) = 14.04, p = .029; scalar: Δχ²(6) = 2.76, p = .838; "
        "strict: Δχ²(9) = 8.96, p = .441; 2 groups, n = 700"
    )


@pytest.mark.parametrize(
    ("path", "level"), [("read =~ f5", "metric"), ("f1 | t1", "thresholds"), ("f5 ~~ f5", "strict")]
)
def test_a_release_is_worth_what_the_test_of_both_models_says(ladders, path, level):
    full = ladders["f"]
    test = likelihood_ratio(full.models[level], ladder("f", free=(path,)).models[level])
    row = full.releases.set_index(["lhs", "op", "rhs"]).loc[tuple(path.split())]
    assert (row["level"], row["df"]) == (level, 1)
    assert row["statistic"] == pytest.approx(test.chi_square, rel=SCORE_RTOL)
    assert row["p_value"] == pytest.approx(stats.chi2.sf(row["statistic"], 1), rel=1e-12)


def test_levels_that_few_categories_do_not_tell_are_merged_and_named(ladders):
    notes = {letter: result.note.removeprefix(NOT_VALIDATED) for letter, result in ladders.items()}
    assert notes["t"] == (
        "; thresholds: not testable alone, as items of two or three categories or freed paths "
        "leave nothing to test, so tested together with metric"
    )
    assert notes["b"] == (
        "; thresholds and metric: not testable alone, as items of two or three categories or freed "
        "paths leave nothing to test, so tested together with scalar"
    )
    assert notes["m"] == (
        "; items of two categories (m1, m2) stay free up to the scalar level, which they join with "
        "thresholds, loadings and intercepts"
    )
    assert ladders["t"].allows("means")
    short = ladder("b", levels=("configural", "thresholds", "metric"))
    assert list(short.models) == ["configural"]
    assert short.note.endswith(
        "; thresholds and metric: not testable alone, as items of two or three categories or freed "
        "paths leave nothing to test"
    )
    assert not short.allows("regressions")
    freed = set(ladders["t"].releases.query("level == 'metric'")["op"])
    assert freed == {"|", "=~"}


def test_items_of_two_categories_differ_until_the_scalar_level(ladders):
    def shared(level):
        rows = ladders["m"].models[level].fit.table.rows
        by_path = {}
        for row in rows:
            if "m1" in (row.lhs, row.rhs) and row.op in ("=~", "|"):
                by_path.setdefault(row.op, set()).add(row.free)
        return {op: len(numbers) for op, numbers in by_path.items()}

    assert shared("metric") == {"=~": 2, "|": 2}
    assert shared("scalar") == {"=~": 1, "|": 1}


def test_a_freed_item_of_two_categories_stays_out_altogether():
    result = ladder("b", free=("b2 | t1",), levels=("configural", "thresholds", "metric", "scalar"))
    rows = result.models["scalar"].fit.table.rows
    own = {row.op: row.free for row in rows if "b2" in (row.lhs, row.rhs) and row.group == 1}
    assert own["=~"] >= 0
    assert own["~~"] == own["~1"] == -1
    # one threshold, loading and the residual variance that these told
    full = ladder("b", levels=("configural", "thresholds", "metric", "scalar"))
    assert full.models["scalar"].fit.df - result.models["scalar"].fit.df == 1


def test_the_first_group_is_the_unit_and_names_do_not_matter(ladders, rng):
    data = ordinal_answers().iloc[rng.permutation(700)]
    data = data.assign(region=data["region"].map({"east": "z", "west": "a"}))
    other = measurement_invariance(MODELS["t"], data, group="region", estimator="WLSMV")
    assert other.groups == ("a", "z")
    numbers = ["chi_square", "df", "cfi", "rmsea", "srmr"]
    np.testing.assert_allclose(other.table[numbers], ladders["t"].table[numbers], rtol=1e-6)
    signs = np.sign(other.latent_means["estimate"] * ladders["t"].latent_means["estimate"])
    assert list(signs) == [-1, -1, -1]


def test_rules_are_labels_and_the_reader_chooses(ladders):
    table = ladders["f"].table.set_index("level")
    assert table["holds_chi_square"].tolist() == [True, True, False, True, True]
    assert table["holds_cheung_rensvold"].tolist() == [True] * 5
    assert table["holds_chen"].tolist() == [True] * 5
    assert ladder("f", rule="chen").highest_level == "strict"
    for name in ("cfi", "rmsea", "srmr"):
        np.testing.assert_allclose(table[f"delta_{name}"], table[name].diff(), equal_nan=True)


def test_ordinal_levels_are_not_aligned(ladders):
    message = (
        "alignment needs loadings and intercepts of continuous items, which estimator='WLSMV' "
        "does not estimate; use estimator='MLR'."
    )
    for result in (ladders["f"], ladders["f"].models["configural"]):
        with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
            alignment(result)


def test_means_need_two_items_with_two_equal_thresholds():
    free = ("f2 | t1", "f2 | t2", "f2 | t3", "f3 ~ 1", "read =~ f5")
    result = ladder("f", free=free)
    assert result.highest_level in ("scalar", "strict")
    assert not result.allows("means")
    assert result.allows("regressions")
    # f2 keeps one threshold: it joins with its loading at the scalar level
    numbers = {}
    for level in ("metric", "scalar"):
        rows = result.models[level].fit.table.rows
        numbers[level] = len({row.free for row in rows if row.op == "=~" and row.rhs == "f2"})
    assert numbers == {"metric": 2, "scalar": 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"levels": ("configural", "metric")}, "levels must be a beginning of configural, "
         "thresholds, metric, scalar, strict; got configural, metric."),
        ({"free": ("f2 | t5",)}, "free takes loadings, thresholds, intercepts and residual "
         "variances of the items, such as 'f =~ x2', 'x2 | t1', 'x2 ~ 1' and 'x2 ~~ x2'; 'f2 | t5' "
         "is none of this model."),
        ({"free": ("f2 | t1; f3 ~ 1",)}, "free takes single paths such as 'f =~ x2', not 'f2 | t1; "
         "f3 ~ 1'."),
        ({"n_permutations": 5, "rng": np.random.default_rng(1)}, "n_permutations refits by maximum "
         "likelihood; it is not available with estimator='WLSMV'."),
        ({"group": "one"}, "measurement_invariance needs at least 2 groups; 'one' has 1."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(options, message):
    data = ordinal_answers().assign(one="all")
    options = {"group": "region", "estimator": "WLSMV", **options}
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        measurement_invariance(three("f"), data, **options)
