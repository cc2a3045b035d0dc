"""Words of other programs and languages, and tables of other kinds."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.measurement.invariance.ladder import measurement_invariance
from icx_research.measurement.polychoric.correlations import polychoric
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.model import sem
from icx_research.measurement.twolevel.model import two_level_cfa
from tests.measurement.sem.reference import THREE, answers

ITEMS = ["x1", "x2", "x3", "x4"]
ONE = "f =~ x1 + x2 + x3 + x4"
LABELLED = "f =~ x1 + {label}*x2 + b*x3 + x4\n"
# Words of Python, two names of functions, and one with a dot.
WORDS = ["lambda", "True", "None", "in", "is", "or", "if", "class", "yield", "log", "exp", "b.1"]


def categories():
    return answers()[ITEMS].apply(lambda column: pd.cut(column, 4, labels=False) + 1)


@pytest.mark.parametrize("label", WORDS)
def test_any_word_is_a_label(label):
    plain = sem(LABELLED.format(label="a") + "d := a - b", answers()).table.iloc[-1]
    found = sem(LABELLED.format(label=label) + f"d := {label} - b", answers()).table.iloc[-1]
    assert found[["estimate", "se"]].tolist() == plain[["estimate", "se"]].tolist()


@pytest.mark.parametrize("label", ["lambda", "False", "not", "sqrt"])
def test_any_word_constrains(label):
    estimates = sem(LABELLED.format(label=label) + f"{label} == 2*b", answers()).table["estimate"]
    assert estimates[1] == pytest.approx(2 * estimates[2])


@pytest.mark.parametrize("text", ["True - b", "lambda + b", "a if b else a", "b and a"])
def test_words_that_are_no_labels_are_refused(text):
    with pytest.raises(ValueError, match=r"^model, line 2, column \d+: "):
        sem(LABELLED.format(label="a") + f"d := {text}", answers())


@pytest.mark.parametrize("function", ["lambda", "eval", "sin"])
def test_unknown_functions_are_refused_in_their_place(function):
    with pytest.raises(ValueError) as refusal:
        sem(LABELLED.format(label="a") + f"d := b + {function}(a)", answers())
    assert str(refusal.value) == (
        f"model, line 2, column 10: the function '{function}' is not available; use one of sqrt, "
        "exp, log, tanh, atanh, abs."
    )


@pytest.mark.parametrize("spelling", ["mlr", "Mlr", "MLR"])
def test_estimators_in_any_case(spelling):
    assert cfa(ONE, answers(), estimator=spelling).estimator == "MLR"


@pytest.mark.parametrize("spelling", ["FIML", "ml", "direct", "Fiml"])
def test_full_information_by_its_other_names(spelling):
    result = cfa(ONE, answers("gaps"), missing=spelling)
    assert result.missing == "fiml"
    assert result.fit_indices.equals(cfa(ONE, answers("gaps"), missing="fiml").fit_indices)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "MLM"}, "estimator must be one of 'ML', 'MLR', 'WLSMV', not 'MLM'. "
         "estimator='MLR' has errors and a test that are robust to answers that are not normal."),
        ({"estimator": "dwls"}, "estimator must be one of 'ML', 'MLR', 'WLSMV', not 'dwls'. "
         "estimator='WLSMV' is the one for ordinal answers."),
        ({"estimator": "ULSMV"}, "estimator must be one of 'ML', 'MLR', 'WLSMV', not 'ULSMV'. "
         "estimator='WLSMV' is the one for ordinal answers."),
        ({"missing": "fiml.x"}, "missing must be one of 'listwise', 'fiml', not 'fiml.x'. "
         "missing='fiml' takes predictors as given and needs them complete."),
        ({"missing": "pairwise"}, "missing must be one of 'listwise', 'fiml', not 'pairwise'. "
         "missing='fiml' uses every answer too, 'listwise' complete rows only."),
    ],
)  # fmt: skip
def test_what_there_is_not_is_answered_with_the_nearest(options, message):
    with pytest.raises(ValueError) as refusal:
        cfa(ONE, answers(), **options)
    assert str(refusal.value) == message
    with pytest.raises(ValueError) as refusal:
        measurement_invariance(ONE, answers(), group="region", **options)
    assert str(refusal.value) == message


def test_invariance_takes_the_same_spellings():
    options = {"group": "region", "levels": ["configural", "metric"]}
    found = measurement_invariance(ONE, answers("gaps"), estimator="mlr", missing="ml", **options)
    same = measurement_invariance(ONE, answers("gaps"), estimator="MLR", missing="fiml", **options)
    assert found.table.equals(same.table)
    data = answers()
    halves = data[ITEMS].gt(data[ITEMS].median()).astype(int).assign(region=data["region"])
    ladder = measurement_invariance(ONE, halves, group="region", estimator="wlsmv")
    assert ladder.rule == "chi_square"


def words(column):
    kind = pd.CategoricalDtype(["never", "rarely", "often", "always"], ordered=True)
    return column.map(dict(enumerate(kind.categories, start=1))).astype(kind)


@pytest.mark.parametrize(
    "kept",
    [
        words,
        lambda column: column.astype(pd.CategoricalDtype([4, 3, 2, 1], ordered=True)),
        lambda column: column.astype("category"),
        lambda column: column.astype(object),
        lambda column: column.map(lambda value: value if pd.isna(value) else Decimal(value)),
        lambda column: column.astype("Int64"),
    ],
)
@pytest.mark.parametrize("estimator", ["ML", "WLSMV"])
def test_answers_count_however_a_table_keeps_them(kept, estimator):
    plain = categories()
    plain.loc[3, "x2"] = np.nan
    other = plain.apply(lambda column: kept(column.astype("Int64")))
    found, expected = (cfa(ONE, data, estimator=estimator) for data in (other, plain))
    assert found.n_dropped == 1
    assert found.fit_indices.equals(expected.fit_indices)


def test_items_count_however_a_table_keeps_them():
    plain = categories()
    other = plain.apply(words)
    assert cronbach_alpha(other).estimate == cronbach_alpha(plain).estimate
    assert cronbach_alpha(plain.astype(object)).estimate == cronbach_alpha(plain).estimate
    expected = polychoric(plain).correlations
    np.testing.assert_array_equal(polychoric(other).correlations, expected)
    rows = other.assign(unit=np.arange(len(other)) // 10)
    same = plain.assign(unit=rows["unit"])
    assert two_level_cfa(ONE, rows, unit="unit").fit_indices.equals(
        two_level_cfa(ONE, same, unit="unit").fit_indices
    )


@pytest.mark.parametrize("kept", [lambda c: c.map(str) + "!", lambda c: c > 2])
def test_what_is_no_number_is_still_refused(kept):
    with pytest.raises(ValueError, match=r"^cronbach_alpha needs numeric items; 'x1' is not "):
        cronbach_alpha(categories().apply(kept).astype(object))
    unordered = categories().apply(words).apply(lambda c: c.astype(str).astype("category"))
    with pytest.raises(ValueError, match=r"^'x1' does not hold numbers; recode its answers\.$"):
        cfa(ONE, unordered)


def test_arrays_are_tables_with_numbered_columns():
    data = answers()[ITEMS]
    expected = cfa(ONE, data).fit_indices
    assert icx.cfa(ONE, data.to_numpy()).fit_indices.equals(expected)
    named = data.set_axis(["q1", "q2", "q3", "q4"], axis=1).to_records(index=False)
    assert icx.cfa("f =~ q1 + q2 + q3 + q4", np.asarray(named)).fit_indices.equals(expected)


def test_no_warning_where_cells_are_almost_impossible(recwarn):
    data = answers()[[f"x{i}" for i in range(1, 10)]]
    for bins, rows in ((3, 10), (5, 7)):
        coded = data.apply(lambda column, bins=bins: pd.cut(column, bins, labels=False) + 1)
        unit = np.arange(len(coded)) // rows
        coded = coded.assign(unit=unit)
        assert cfa(THREE, coded, estimator="WLSMV", cluster="unit").fit_indices["df"] == 24
    assert not recwarn.list
