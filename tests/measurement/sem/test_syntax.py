"""The model language: what it reads, and what it says of what it cannot read."""

import re

import pytest

from icx_research.measurement.sem.parameters import parameter_table
from icx_research.measurement.sem.syntax import parse


def paths(model):
    return [(term.lhs, term.op, term.rhs) for term in parse(model)]


def test_lists_comments_lines_and_semicolons():
    model = """
    # measurement
    f =~ x1 + x2 +   ! goes on
         x3
         + x4 ; y1 + y2 ~ f
    x1 ~~ x2
    """
    assert paths(model) == [
        *[("f", "=~", f"x{i}") for i in (1, 2, 3, 4)],
        ("y1", "~", "f"),
        ("y2", "~", "f"),
        ("x1", "~~", "x2"),
    ]


def test_modifiers_fix_free_start_and_label():
    terms = {term.rhs: term for term in parse("f =~ 1*a + NA*b + l*c + start(.5)*d + -2e-1*e")}
    assert terms["a"].fixed == (1.0,)
    assert terms["b"].fixed[0] != terms["b"].fixed[0]
    assert terms["c"].labels == ("l",)
    assert terms["d"].start == (0.5,)
    assert terms["e"].fixed == (-0.2,)


def test_one_modifier_per_group():
    (term,) = parse("f =~ c(a, b)*x")
    assert term.labels == ("a", "b")
    (term,) = parse("f =~ c(1, NA)*x")
    assert term.fixed[0] == 1


def test_intercepts_and_definitions():
    terms = parse("y ~ a*x + 1\ny ~~ 1e0*z\nab := a*(b - 1)^2 # product")
    assert [(t.op, t.rhs) for t in terms] == [
        ("~", "x"), ("~1", ""), ("~~", "z"), (":=", "a*(b - 1)^2"),
    ]  # fmt: skip


def test_older_forms_of_modifiers():
    (term,) = parse("f =~ start(c(0.5, 1))*x")
    assert term.start == (0.5, 1.0)
    (term,) = parse("f =~ 0.5?x")
    assert (term.start, term.fixed) == ((0.5,), ())
    first, second = parse("f =~ 1/4*x1 + (-3/2)*x2")
    assert (first.fixed, second.fixed) == ((0.25,), (-1.5,))
    (term,) = parse('f =~ label(c("a", "b"))*x')
    assert term.labels == ("a", "b")
    none, x = parse("y ~ 0 + x")
    assert (none.op, none.fixed, x.rhs) == ("~1", (0.0,), "x")
    assert paths("f =~ + x1\u00a0+ `x 2`") == [("f", "=~", "x1"), ("f", "=~", "x 2")]


def test_equal_takes_the_label_of_the_first_group():
    _, found = rows("f =~ NA*x1 + equal('f =~ x1')*x2 + l*x3 + equal('f=~x3')*x4", n_groups=2)
    assert len({found["f", "=~", n, g].free for n, g in (("x1", 0), ("x2", 0), ("x2", 1))}) == 1
    assert found["f", "=~", "x1", 1].free != found["f", "=~", "x1", 0].free
    assert len({found["f", "=~", x, g].free for x in ("x3", "x4") for g in (0, 1)}) == 1
    assert found["f", "=~", "x4", 1].label == "l"


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("f =~ x1 x2", "line 1, column 9: expected '+' or the end of the line, found 'x2'."),
        ("f =~ x1 +", "line 1, column 10: expected a variable, a number or a label, found the end "
         "of the model."),
        ("\nf = x1", "line 2, column 3: a single '=' is no operator; use =~, ~, ~~, := or ==."),
        ("f x1", "line 1, column 3: expected an operator (=~, ~, ~~, ~*~, | or :=), found 'x1'."),
        ("f <~ x", "line 1, column 3: the operator '<~' is not available; use one of =~, ~~, ~*~, "
         "|, :=, ~, ==, < or >."),
        ("f =~ x\n a + b ==", "line 2, column 8: expected an expression on both sides of '=='."),
        ("f =~ x\n < 2", "line 2, column 2: expected an expression on both sides of '<'."),
        ("f =~ c(1, a)*x", "line 1, column 6: numbers and labels cannot be mixed in one c(...)."),
        ("f =~ foo(2)*x", "line 1, column 6: the modifier 'foo' is not available; use a number, "
         "NA, a label, start(...) or c(...)."),
        ("ab := ", "line 1, column 7: expected an expression that defines 'ab'."),
        ("f =~ 2*x1 + 3", "line 1, column 14: expected '*' after the modifier, found the end of "
         "the model."),
        ("f =~ a*b*x", "line 1, column 8: one path cannot have two labels; write one of them."),
        ("f =~ 2*3*x", "line 1, column 8: one path cannot have two values; write one of them."),
        ("f =~ lower(0)*x", "line 1, column 6: the modifier 'lower' is not available; write a "
         "label and a constraint, such as 'a*x2' and 'a > 0'."),
        ("f =~ 1/0*x", "line 1, column 8: a number cannot be divided by 0."),
        ("y ~ x:z", "line 1, column 6: products of variables are not formed here; add their "
         "product to the data."),
        ("level: 1", "line 1, column 1: level: blocks are not read; fit models of two levels by "
         "two_level_cfa."),
        ("y ~ a*x\na >= 0", "line 2, column 4: inequalities are written < or >, which include "
         "equality."),
        ("f =~ f", "line 1, column 6: 'f' cannot depend on itself."),
        ("a := b", "line 1, column 6: there is no path; write for example 'y ~ a*x' first."),
        ("f =~ start(a)*x", "line 1, column 12: start(...) needs numbers, found 'a'."),
    ],
)  # fmt: skip
def test_says_where_and_what_it_expected(model, message):
    with pytest.raises(ValueError, match="^" + re.escape(f"model, {message}") + "$"):
        parse(model)


def test_rejects_an_empty_model_and_one_that_is_no_text():
    empty = re.escape("model is empty; write for example 'f =~ x1 + x2 + x3'.")
    with pytest.raises(ValueError, match=empty):
        parse(" # nothing")
    with pytest.raises(
        TypeError, match=re.escape("model must be a string in lavaan's syntax, not int.")
    ):
        parse(3)


def rows(model, **options):
    table = parameter_table(parse(model), **options)
    return table, {(r.lhs, r.op, r.rhs, r.group): r for r in table.rows}


def test_defaults_mark_scales_and_free_the_rest():
    table, found = rows("f =~ x1 + x2\ng =~ y1 + y2\ng ~ f + z\nw ~ g")
    assert found["f", "=~", "x1", 0].value == 1
    assert found["f", "=~", "x2", 0].free >= 0
    assert found["z", "~~", "z", 0].exogenous
    assert ("f", "~~", "g", 0) not in found
    assert table.exogenous == ("z",)
    assert not table.mean_structure
    assert table.n_free == 2 + 3 + 5 + 2


def test_single_indicators_have_no_residual_variance():
    _, found = rows("f =~ x1\ng =~ y1 + y2 + y3")
    assert found["x1", "~~", "x1", 0].value == 0
    assert found["f", "~~", "g", 0].free >= 0


def test_final_outcomes_covary():
    _, found = rows("f =~ x1 + x2 + x3\ny ~ f\nz ~ f")
    assert ("y", "~~", "z", 0) in found


def test_shared_labels_and_equal_groups_share_a_number():
    _, found = rows("f =~ x1 + a*x2 + a*x3", n_groups=2, group_equal=["loadings"])
    assert len({found["f", "=~", x, g].free for x in ("x2", "x3") for g in (0, 1)}) == 1
    _, found = rows("f =~ x1 + x2 + x3", n_groups=2, group_equal=["loadings"],
                    group_partial=[("f", "=~", "x3")])  # fmt: skip
    assert found["f", "=~", "x2", 0].free == found["f", "=~", "x2", 1].free
    assert found["f", "=~", "x3", 0].free != found["f", "=~", "x3", 1].free


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("f =~ c(a,b,d)*x", {"n_groups": 2}, "model, line 1, column 15: c(...) or start(...) has 3 "
         "values for 2 group(s)."),
        ("x ~~ a*y\ny ~~ b*x", {}, "model, line 2, column 8: 'y ~~ x' is given two labels; write "
         "one of them."),
        ("f =~ x + y\nf =~ 1*y + 2*x\nf =~ 2*y", {}, "model, line 3, column 8: 'f =~ y' is given "
         "two values; write one of them."),
        ("f =~ x + equal('f =~ z')*y", {}, "model, line 1, column 26: equal() names 'f=~z', no "
         "path of the model."),
        ("f =~ x + y", {"group_partial": [("y", "~1", "")]}, "group_partial: 'y ~ 1' is not a path "
         "of the model."),
        ("y ~ y", {}, "model, line 1, column 5: 'y' cannot depend on itself."),
        ("y ~ a*x\na := 1", {}, "model, line 2, column 6: the name 'a' is already a label."),
        ("y ~ x", {"group_equal": ["means"]}, "group_equal takes loadings, intercepts, residuals; "
         "got 'means'."),
    ],
)  # fmt: skip
def test_refuses_contradictions(model, options, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        rows(model, **options)
