"""Model syntax: from a string to a list of terms, with exact positions for errors."""

import re
from dataclasses import dataclass, field, replace

from icx_research.measurement.sem.tokens import Placed, Token, fail, read_tokens

OPERATORS = ("=~", "~~", "~*~", "|", ":=", "~")
CONSTRAINTS = ("==", "<", ">")
# What is said about labelled parameters, no path of the model.
NOT_PATHS = (":=", *CONSTRAINTS)
# Operators of lavaan that are recognised, to be refused by name.
UNSUPPORTED = ("<~", "%", ":")
MODIFIERS = ("c", "start", "label", "equal")
# Modifiers and blocks of lavaan, and what says the same here.
INSTEAD = {
    "lower": "write a label and a constraint, such as 'a*x2' and 'a > 0'",
    "upper": "write a label and a constraint, such as 'a*x2' and 'a < 1'",
}
BLOCKS = {
    "group": "name the column by group=, and write one modifier per group in c(...)",
    "level": "fit models of two levels by two_level_cfa",
}


@dataclass(frozen=True)
class Term(Placed):
    """One path of the model: left side, operator, right side and its modifiers.

    Attributes
    ----------
    lhs, op, rhs : str
        `op` is "=~", "~", "~~", "~*~", "|", "~1" (then `rhs` is empty), ":=" (then `rhs`
        is the expression), "==", "<" or ">" (then both sides are expressions).
    fixed, start : tuple of float or None
        One value for all groups or one per group; nan asks for a free parameter
        (`NA*x`), None for the default.
    labels : tuple of str
        One for all groups or one per group; empty where there is none.
    line, column : int
        Where the term stands in the model string, from 1.
    start_of_rhs : int
        Column of a constraint's right side.
    """

    lhs: str
    op: str
    rhs: str
    fixed: tuple[float | None, ...] = ()
    start: tuple[float | None, ...] = ()
    labels: tuple[str, ...] = ()
    line: int = 0
    column: int = 0
    start_of_rhs: int = 0


@dataclass
class _Modifiers:
    fixed: tuple[float | None, ...] = ()
    start: tuple[float | None, ...] = ()
    labels: tuple[str, ...] = ()


def parse(model: str) -> tuple[Term, ...]:
    """Read a model in lavaan's syntax.

    Parameters
    ----------
    model : str
        Statements, one per line or separated by semicolons: ``f =~ x1 + x2``,
        ``y ~ a*x``, ``x1 ~~ x2``, ``x1 ~ 1``, ``x1 | t1``, ``x1 ~*~ x1``,
        ``indirect := a*b``. Modifiers stand before an asterisk: a number fixes, ``NA``
        frees, ``start(0.5)`` starts, a name labels, ``equal("f =~ x2")`` equates, and
        ``c(...)`` gives one modifier per group. Backticks hold names with other characters
        (```q 1```). ``#`` and ``!`` start a comment; a line goes on where it ends in, or the
        next begins with, ``+``. ``a == 2*b``, ``a < b`` and ``a > 0`` constrain labelled
        parameters.

    Returns
    -------
    tuple of Term

    Raises
    ------
    ValueError
        Naming line and column, what stands there and what was expected.

    Examples
    --------
    >>> [(term.lhs, term.op, term.rhs, term.labels) for term in parse("y ~ a*x + 1")]
    [('y', '~', 'x', ('a',)), ('y', '~1', '', ())]
    """
    if not isinstance(model, str):
        raise TypeError(f"model must be a string in lavaan's syntax, not {type(model).__name__}.")
    try:
        terms = _Reader(model).read()
    except RecursionError:
        raise ValueError("model: parentheses stand in each other too deep to be read.") from None
    if not terms:
        raise ValueError("model is empty; write for example 'f =~ x1 + x2 + x3'.")
    if all(term.op in NOT_PATHS for term in terms):
        fail(terms[0].line, terms[0].column, "there is no path; write for example 'y ~ a*x' first.")
    return tuple(terms)


@dataclass
class _Reader:
    """Reads the tokens from left to right."""

    model: str
    tokens: list[Token] = field(default_factory=list)
    at: int = 0

    def read(self) -> list[Term]:
        self.tokens = read_tokens(self.model)
        terms: list[Term] = []
        while self.peek.kind != "stop":
            if self.peek.kind == "end":
                self.at += 1
            else:
                terms += self.statement()
        return terms

    @property
    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def skip_ends(self) -> None:
        while self.peek.kind == "end":
            self.at += 1

    def plus_follows(self) -> bool:
        """Tell whether the list goes on, maybe on the next line; if so, pass the sign."""
        ahead = self.at
        while self.tokens[ahead].kind == "end" and self.tokens[ahead].text == "\n":
            ahead += 1
        if self.tokens[ahead].text != "+":
            return False
        self.at = ahead + 1
        self.skip_ends()
        return True

    def expect(self, kind: str, wanted: str, *texts: str) -> Token:
        token = self.peek
        if token.kind != kind or (texts and token.text not in texts):
            found = {"stop": "the end of the model", "end": "the end of the line"}.get(
                token.kind, repr(token.text)
            )
            fail(token.line, token.column, f"expected {wanted}, found {found}.")
        return self.take()

    def constraint(self) -> Term | None:
        """Read a constraint, if the line holds one."""
        ahead = self.at
        while self.tokens[ahead].kind not in ("end", "stop"):
            if self.tokens[ahead].text in CONSTRAINTS:
                break
            ahead += 1
        op = self.tokens[ahead]
        if op.text not in CONSTRAINTS:
            return None
        first, right, last = self.peek, self.tokens[ahead + 1], ahead + 1
        while self.tokens[last].kind not in ("end", "stop"):
            last += 1
        lhs = self.model[first.start : op.start].strip()
        rhs = self.model[right.start : self.tokens[last].start]
        rhs = re.split(r"[#!]", rhs)[0].strip()
        if not lhs or not rhs:
            fail(op.line, op.column, f"expected an expression on both sides of {op.text!r}.")
        self.at = last
        return Term(
            lhs, op.text, rhs, line=first.line, column=first.column, start_of_rhs=right.column
        )

    def statement(self) -> list[Term]:
        constraint = self.constraint()
        if constraint:
            return [constraint]
        left = [self.expect("name", "the name of a variable")]
        while self.plus_follows():
            left.append(self.expect("name", "the name of a variable"))
        self.refuse_operator(left[0])
        op = self.expect("operator", "an operator (=~, ~, ~~, ~*~, | or :=)", *OPERATORS).text
        self.skip_ends()
        if op == ":=":
            return [self.definition(left[0])]
        if self.peek.text == "+":
            self.take()
        right = [self.term(op)]
        while self.plus_follows():
            right.append(self.term(op))
        if self.peek.text == ":":
            fail(
                self.peek.line,
                self.peek.column,
                "products of variables are not formed here; add their product to the data.",
            )
        if self.peek.kind not in ("end", "stop"):
            self.expect("end", "'+' or the end of the line")
        return [_term(a, op, b, modifiers) for a in left for b, modifiers in right]

    def definition(self, name: Token) -> Term:
        first = self.peek
        while self.peek.kind not in ("end", "stop"):
            self.at += 1
        text = re.split(r"[#!]", self.model[first.start : self.peek.start])[0].strip()
        if not text:
            fail(first.line, first.column, f"expected an expression that defines {name.text!r}.")
        return Term(name.text, ":=", text, line=first.line, column=first.column)

    def refuse_operator(self, left: Token) -> None:
        """Refuse what lavaan has and this language has not, and say what to write instead."""
        token = self.peek
        block = left.text.lower()
        if token.text == ":" and block in BLOCKS:
            fail(left.line, left.column, f"{block}: blocks are not read; {BLOCKS[block]}.")
        if token.text in UNSUPPORTED:
            known = ", ".join(OPERATORS)
            fail(
                token.line,
                token.column,
                f"the operator {token.text!r} is not available; use one of {known}, ==, < or >.",
            )

    def term(self, op: str) -> tuple[Token, _Modifiers]:
        modifiers = _Modifiers()
        while True:
            token, follows = self.peek, self.tokens[min(self.at + 1, len(self.tokens) - 1)].text
            if token.kind == "name" and follows not in ("*", "?", "("):
                return self.take(), modifiers
            if op == "~" and token.text in ("0", "1") and follows not in ("*", "?", "/"):
                if token.text == "0":  # y ~ 0 + x: no intercept
                    self.keep(modifiers, "fixed", (0.0,), token)
                return replace(self.take(), text="1"), modifiers
            self.modifier(modifiers)

    def modifier(self, into: _Modifiers) -> None:
        first = self.peek
        call, values = self.call()
        sign = self.expect("sign", "'*' after the modifier", "*", "?")
        self.skip_ends()
        if call == "start" or sign.text == "?":
            numbers = tuple(_number(value, "start(...) needs numbers") for value in values)
            self.keep(into, "start", numbers, first)
        elif call == "equal":
            paths = tuple("".join(value.text.split()) for value in values)
            self.keep(into, "labels", paths, first)
        elif all(value.kind == "number" or value.text == "NA" for value in values):
            self.keep(into, "fixed", tuple(_number(value, "") for value in values), first)
        elif all(value.kind == "name" for value in values):
            labels = tuple("" if value.text == "NA" else value.text for value in values)
            self.keep(into, "labels", labels, first)
        else:
            fail(first.line, first.column, "numbers and labels cannot be mixed in one c(...).")

    def keep(
        self, into: _Modifiers, kind: str, values: tuple[float, ...] | tuple[str, ...], at: Token
    ) -> None:
        if getattr(into, kind):
            what = {"fixed": "values", "start": "starting values", "labels": "labels"}[kind]
            fail(at.line, at.column, f"one path cannot have two {what}; write one of them.")
        setattr(into, kind, values)

    def call(self) -> tuple[str, list[Token]]:
        """Read the values of a modifier, and the function around them if there is one."""
        token = self.peek
        if token.kind != "name" or self.tokens[self.at + 1].text != "(":
            return "", [self.value()]
        if token.text not in MODIFIERS:
            instead = "use a number, NA, a label, start(...) or c(...)"
            fail(
                token.line,
                token.column,
                f"the modifier {token.text!r} is not available; "
                f"{INSTEAD.get(token.text, instead)}.",
            )
        return self.take().text, self.arguments()

    def arguments(self) -> list[Token]:
        self.expect("sign", "'('", "(")
        if self.peek.text == "c" and self.tokens[self.at + 1].text == "(":
            self.take()
            values = self.arguments()
        else:
            values = [self.value()]
            while self.peek.text == ",":
                self.take()
                values.append(self.value())
        self.expect("sign", "',' or ')'", ")")
        return values

    def value(self) -> Token:
        token = self.peek
        if token.text == "-":
            self.take()
            number = self.number("a number after '-'")
            return replace(number, text=f"-{number.text}", start=token.start)
        if token.text == "(":
            self.take()
            inner = self.value()
            self.expect("sign", "')'", ")")
            return inner
        if token.kind == "text":
            self.take()
            return replace(token, kind="name", text=token.text[1:-1])
        if token.kind == "number":
            return self.number("a number")
        return self.expect("name", "a variable, a number or a label")

    def number(self, wanted: str) -> Token:
        """Read a number or a fraction such as 1/3."""
        found = self.expect("number", wanted)
        if self.peek.text != "/":
            return found
        self.take()
        below = self.expect("number", "a number after '/'")
        if float(below.text) == 0:
            fail(below.line, below.column, "a number cannot be divided by 0.")
        return replace(found, text=repr(float(found.text) / float(below.text)))


def _term(left: Token, op: str, right: Token, modifiers: _Modifiers) -> Term:
    rhs = right.text
    if op == "~" and rhs == "1":
        op, rhs = "~1", ""
    if op not in ("~~", "~*~") and left.text == rhs:
        fail(right.line, right.column, f"{rhs!r} cannot depend on itself.")
    return Term(
        left.text,
        op,
        rhs,
        modifiers.fixed,
        modifiers.start,
        modifiers.labels,
        right.line,
        right.column if rhs else left.column,
    )


def _number(token: Token, need: str) -> float:
    if token.text == "NA":
        return float("nan")
    if token.kind != "number":
        fail(token.line, token.column, f"{need}, found {token.text!r}.")
    return float(token.text)
