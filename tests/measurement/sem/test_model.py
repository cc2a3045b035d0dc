"""The call itself: published results, moments, edges, messages and properties."""

import re

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.comparison import likelihood_ratio
from icx_research.measurement.sem.model import sem
from tests.measurement.sem.reference import GROUPS_PATH, PATH, STRUCTURAL, THREE, answers

# Two ways to the same minimum: both stop within 1e-8 standard errors.
SAME_RTOL = 1e-8
ITEMS = [f"x{i}" for i in range(1, 10)]


def close(a, b, rtol=SAME_RTOL):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)


def test_published_results_of_holzinger_and_swineford(shared_data):
    data = pd.read_csv(shared_data / "sem_reference" / "HolzingerSwineford1939.csv")
    model = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
    result = cfa(model, data)
    fit = result.fit_indices
    assert fit["chi_square"] == pytest.approx(85.30552177, rel=1e-8)
    assert fit["df"] == 24
    assert fit["cfi"] == pytest.approx(0.9305596518, rel=1e-7)
    assert fit["rmsea"] == pytest.approx(0.09212148451, rel=1e-7)
    assert fit["aic"] == pytest.approx(7517.4898532524, rel=1e-10)
    assert result.to_apa() == (
        "χ²(24) = 85.31, p < .001, CFI = .931, TLI = .896, RMSEA = .092, 90% CI [.071, .114], "
        "SRMR = .065, n = 301"
    )


def test_recovers_a_known_population():
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    r = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    data = Moments(("a", "b", "c", "d"), 500, np.zeros(4), r * 500 / 499)
    result = cfa("f =~ a + b + c + d", data, std_lv=True)
    close(result.table["estimate"][:4], loadings)
    close(result.table["std_all"][:4], loadings)
    assert result.fit_indices["chi_square"] == pytest.approx(0, abs=1e-9)
    assert (result.fit_indices["cfi"], result.fit_indices["rmsea"]) == (1, 0)
    close(result.r_squared["estimate"], loadings**2)
    close(result.implied_moments.cov, r)
    assert result.residuals["residual"].abs().max() < 1e-8


def test_moments_and_rows_give_the_same():
    rows, reduced = sem(THREE, answers()), sem(THREE, moments(answers(), ITEMS))
    pd.testing.assert_frame_equal(rows.table, reduced.table)
    by = moments(answers(), ITEMS, by="region")
    grouped = sem(THREE, answers(), group="region", group_equal=["loadings"])
    pd.testing.assert_frame_equal(
        grouped.table, sem(THREE, by, group="region", group_equal=["loadings"]).table
    )


def test_fiml_of_complete_rows_is_ml_with_means():
    full = sem(STRUCTURAL, answers(), missing="fiml")
    plain = sem(STRUCTURAL, answers(), mean_structure=True)
    close(full.table["estimate"], plain.table["estimate"])
    close(full.fit_indices, plain.fit_indices)


def test_one_cluster_per_row_is_the_sandwich_of_rows():
    data = answers().assign(own=np.arange(420))
    rows = sem(THREE, data, estimator="MLR", mean_structure=True)
    clusters = sem(THREE, data, cluster="own")
    assert clusters.estimator == "MLR"
    assert clusters.note == "standard errors rest on 420 clusters"
    close(clusters.table["se"], rows.table["se"] * np.sqrt(420 / 419))


@pytest.mark.parametrize("options", [{}, {"group": "region", "group_equal": ["loadings"]}])
def test_order_of_rows_and_items_does_not_matter(options, rng):
    reference = sem(THREE, answers(), **options)
    shuffled = answers().iloc[rng.permutation(420)][list(answers().columns[::-1])]
    other = sem("fast =~ x7 + x9 + x8\nseen =~ x1 + x3 + x2\nread =~ x4 + x6 + x5",
                shuffled, **options)  # fmt: skip
    close(other.fit_indices, reference.fit_indices)
    ours = reference.table.set_index(["lhs", "op", "rhs", "group"])["std_all"]
    theirs = other.table.set_index(["lhs", "op", "rhs", "group"])["std_all"]
    shared = ours.index.intersection(theirs.index)
    assert len(shared) > 20
    close(ours[shared], theirs[shared])


def test_rescaling_changes_units_only():
    reference = sem(THREE, answers())
    data = answers().assign(x2=answers()["x2"] * 100 - 7, x9=-answers()["x9"])
    other = sem(THREE, data)
    names = ["chi_square", "cfi", "tli", "rmsea", "srmr"]
    close(other.fit_indices[names], reference.fit_indices[names], rtol=1e-7)
    close(other.table["std_all"].abs(), reference.table["std_all"].abs(), rtol=1e-7)


def test_values_far_from_zero_lose_nothing():
    reference = sem(PATH, answers(), mean_structure=True)
    shifted = answers().assign(age=answers()["age"] + 1e5)
    close(sem(PATH, shifted, mean_structure=True).fit_indices["chi_square"],
          reference.fit_indices["chi_square"], rtol=1e-6)  # fmt: skip


def test_missing_rows_are_counted():
    data = answers("gaps")
    listwise, full = sem(THREE, data), sem(THREE, data, missing="fiml")
    complete = int(data[ITEMS].notna().all(axis=1).sum())
    assert (listwise.n_used, listwise.n_dropped) == (complete, 420 - complete)
    empty = data.copy()
    empty.loc[5, ITEMS] = np.nan
    full = sem(THREE, empty, missing="fiml")
    assert (full.n_used, full.n_dropped) == (419, 1)


def test_a_just_identified_model_fits_perfectly():
    fit = sem("f =~ x1 + x2 + x3", answers()).fit_indices
    assert fit["df"] == 0
    assert np.isnan(fit["p_value"])
    assert fit[["cfi", "tli", "rmsea", "rmsea_ci_high"]].tolist() == [1, 1, 0, 0]


def test_latent_correlations_beyond_one_are_named():
    r = np.array([[1, 0.4, 0.6, 0.6], [0.4, 1, 0.6, 0.6], [0.6, 0.6, 1, 0.4], [0.6, 0.6, 0.4, 1]])
    data = Moments(("a", "b", "c", "d"), 200, np.zeros(4), r)
    result = cfa("f =~ a + b\ng =~ c + d", data)
    assert "the covariance matrix of the latent variables is not positive definite" in result.note
    assert result.latent_correlations["estimate"].iloc[0] > 1


@pytest.mark.parametrize(
    ("model", "change", "options", "message"),
    [
        ("f =~ x1 + x2 + X3", {}, {}, "model, line 1, column 16: 'X3' is not in the data. Columns: "
         "x1, x2, x3, x4, x5, x6, x7, x8, x9, age, tenure, effort, loyalty, team, region; latent "
         "variables: f. Did you mean 'x3'?"),
        ("x1 =~ x2 + x3", {}, {}, "model, line 1, column 7: the latent variable 'x1' is a column "
         "of the data."),
        ("f =~ x1 + x2", {}, {}, "the model is not identified: it has 4 free parameters but only 3 "
         "sample moments; fix or equate at least 1 of them."),
        ("f =~ x1 + x2 + x3", {"x2": 1.0}, {}, "'x2' does not vary; leave it out of the model."),
        ("x1 ~ x2 + x3 + y", {"y": lambda d: d["x2"] + d["x3"]}, {}, "the covariance matrix of the "
         "variables is not positive definite; one of them follows from the others, or the matrix "
         "is not one of complete rows."),
        (THREE, {}, {"estimator": "REML"}, "estimator must be one of 'ML', 'MLR', 'WLSMV', not "
         "'REML'."),
        (THREE, {}, {"missing": "impute"}, "missing must be one of 'listwise', 'fiml', not "
         "'impute'."),
        (THREE, {}, {"group": "school"}, "group 'school' is not a column; data have x1, x2, x3, "
         "x4, x5, x6, x7, x8, x9, age, tenure, effort, loyalty, team, region."),
        (THREE, {}, {"group": "team"}, "9 variables need more than 9 complete rows in group 0; "
         "there are 10."),
        (PATH + "q := a*z", {}, {}, "model, line 6, column 8: 'z' is not a label; labels: a, b, c, "
         "ab, total."),
        (PATH + "q := a b", {}, {}, "model, line 6, column 6: cannot read the definition 'a b'."),
        (THREE, {}, {"confidence_level": 95}, "confidence_level must lie between 0 and 1, not 95."),
        (THREE, {}, {"group_partial": ["f =~ x1 + x2"]}, "group_partial takes single paths such as "
         "'f =~ x2', not 'f =~ x1 + x2'."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(model, change, options, message):
    if options.get("group") == "team":
        change, message = (
            {"team": answers()["team"] // 2 * 0 + (answers().index < 8)},
            ("9 variables need more than 9 complete rows in group 1; there are 8."),
        )
    data = answers().assign(**change)
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        sem(model, data, **options)


def test_moments_suffice_for_plain_ml_only():
    message = re.escape(
        "Moments suffice for estimator='ML' with missing='listwise' and no cluster only; give the "
        "rows as a DataFrame."
    )
    with pytest.raises(ValueError, match=message):
        sem(THREE, moments(answers(), ITEMS), estimator="MLR")
    with pytest.raises(
        ValueError, match=re.escape("group must be named where the Moments have groups")
    ):
        sem(THREE, moments(answers(), ITEMS, by="region"))


def test_fiml_refuses_what_was_never_seen_together():
    data = answers().copy()
    data.loc[:209, "x1"] = np.nan
    data.loc[210:, "x2"] = np.nan
    message = "'x1' and 'x2' were never observed together; their covariance cannot be estimated."
    with pytest.raises(ValueError, match=message):
        sem("f =~ x1 + x2 + x3 + x4", data, missing="fiml")


def test_difference_refuses_models_that_cannot_be_compared():
    one, three = sem("f =~ " + " + ".join(ITEMS), answers()), sem(THREE, answers())
    test = likelihood_ratio(one, three)
    assert test.df == 3
    assert test.table["statistic"][0] == pytest.approx(
        one.fit_indices["chi_square"] - three.fit_indices["chi_square"]
    )
    assert repr(test) == f"LikelihoodRatio: Δχ²(3) = {test.chi_square:.2f}, p < .001"
    with pytest.raises(
        ValueError, match=re.escape("must have more degrees of freedom than the general one")
    ):
        likelihood_ratio(three, one)
    other = sem("f =~ x1 + x2 + x3 + x4", answers().head(300))
    with pytest.raises(
        ValueError, match=re.escape("both models must use the same variables, rows")
    ):
        likelihood_ratio(one, other)


def test_a_negative_scaled_difference_is_named(monkeypatch):
    from icx_research.measurement.sem import comparison

    one = sem("f =~ " + " + ".join(ITEMS), answers(), estimator="MLR")
    three = sem(THREE, answers(), estimator="MLR")
    monkeypatch.setattr(comparison, "_factor", lambda result: 0.1 if result is one else 5.0)
    test = likelihood_ratio(one, three)
    assert test.note == (
        "the scaling factor of the difference is negative (-39.100); use method='2010'"
    )
    assert np.isnan(test.chi_square)
    assert np.isnan(test.p_value)


def test_group_labels_constrain_only_what_they_name():
    table = sem(GROUPS_PATH, answers(), group="region").table
    slopes = table[(table["op"] == "~") & (table["lhs"] == "effort")].set_index(["rhs", "group"])
    assert slopes.loc[("tenure", "east"), "estimate"] == slopes.loc[("tenure", "west"), "estimate"]
    assert slopes.loc[("age", "east"), "estimate"] != slopes.loc[("age", "west"), "estimate"]


def test_scores_need_their_columns_and_leave_gaps_open():
    result = sem(THREE, answers())
    scores = result.factor_scores(answers("gaps"))
    gaps = answers("gaps")[ITEMS].isna().any(axis=1)
    assert scores.isna().any(axis=1).equals(gaps)
    with pytest.raises(
        ValueError, match=re.escape("data has no column 'x1', which the model needs.")
    ):
        result.factor_scores(answers()[["x2"]])
    with pytest.raises(
        ValueError, match=re.escape("method must be 'regression' or 'bartlett', not 'ten'.")
    ):
        result.factor_scores(answers(), method="ten")


def test_definitions_with_dots_and_functions():
    model = "effort ~ a.1*age + b*tenure\nr := log(a.1^2) / -b + tanh(b) * atanh(.1) - exp(+b)"
    table = sem(model, answers()).table.set_index("label")["estimate"]
    a, b = table["a.1"], table["b"]
    expected = np.log(a**2) / -b + np.tanh(b) * np.arctanh(0.1) - np.exp(b)
    assert table["r"] == pytest.approx(expected, rel=1e-12)


def test_lazy_frames_and_categories_are_read_alike():
    import duckdb

    reference = sem(THREE, answers(), group="region", estimator="MLR")
    data = answers().assign(region=answers()["region"].astype("category"))
    pd.testing.assert_frame_equal(
        sem(THREE, data, group="region", estimator="MLR").table, reference.table
    )
    rows = answers()
    relation = duckdb.from_df(rows)
    close(sem(THREE, relation).fit_indices, sem(THREE, rows).fit_indices)
    close(sem(THREE, relation, group="region", estimator="MLR").fit_indices, reference.fit_indices)


def test_refuses_answers_in_words():
    data = answers().assign(x2=["agree"] * 420)
    message = re.escape("'x2' does not hold numbers; recode its answers.")
    with pytest.raises(ValueError, match=message):
        sem(THREE, data)


def test_rows_without_group_or_cluster_are_dropped():
    data = answers().copy()
    data.loc[:4, "region"] = None
    data.loc[10:11, "team"] = np.nan
    result = sem(THREE, data, group="region", cluster="team")
    assert (result.n_used, result.n_dropped) == (413, 7)
    assert result.groups == ("east", "west")
    assert sum(result.sample_moments.n) == 413


def test_html_shows_rounded_numbers_and_no_address():
    html = sem(THREE, answers())._repr_html_()
    assert ">seen</td>" in html
    assert "0x" not in html


def test_clusters_that_span_groups_are_named():
    data = answers().assign(half=np.arange(420) % 2)
    result = sem(THREE, data, group="half", cluster="team")
    assert result.note.startswith("standard errors rest on 42 clusters; ")
    assert result.note.endswith(
        " clusters have rows in several groups, which are taken as independent of each other"
    )
    assert sem(THREE, answers(), group="region", cluster="team").note == (
        "standard errors rest on 42 clusters"
    )
