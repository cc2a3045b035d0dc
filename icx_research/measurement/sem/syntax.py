"""Model syntax: from a string to a list of terms, with exact positions for errors."""

import re
from dataclasses import dataclass, field
from typing import NoReturn

OPERATORS = ("=~", "~~", "~*~", "|", ":=", "~")
CONSTRAINTS = ("==", "<", ">")
# What is said about labelled parameters, no path of the model.
NOT_PATHS = (":=", *CONSTRAINTS)
# Operators of lavaan that are recognised, to be refused by name.
UNSUPPORTED = ("<~", "%", ":")
TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|[\#!][^\n]*)
      |(?P<end>[\n;])
      |(?P<operator>=~|~\*~|~~|~|:=|==|<~|<|>|\||%|:)
      |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      |(?P<name>[^\W\d][\w.]*|\.[^\W\d][\w.]*)
      |(?P<text>"[^"\n]*"|'[^'\n]*')
      |(?P<sign>[-+*/^(),])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """One word of the model string and where it stands (from 1)."""

    kind: str
    text: str
    line: int
    column: int
    start: int


@dataclass(frozen=True)
class Term:
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
        frees, ``start(0.5)`` starts, a name labels, and ``c(...)`` gives one modifier per
        group. ``#`` and ``!`` start a comment; a line goes on where it ends in, or the
        next begins with, ``+``. ``a == 2*b``, ``a < b`` and ``a > 0`` constrain labelled
        parameters.

    Returns
    -------
    tuple of Term

    Raises
    ------
    ValueError
        Naming line and column, what was found and what was expected.

    Examples
    --------
    >>> [(term.lhs, term.op, term.rhs, term.labels) for term in parse("y ~ a*x + 1")]
    [('y', '~', 'x', ('a',)), ('y', '~1', '', ())]
    """
    if not isinstance(model, str):
        raise TypeError(f"model must be a string in lavaan's syntax, not {type(model).__name__}.")
    terms = _Reader(model).read()
    if not terms:
        raise ValueError("model is empty; write for example 'f =~ x1 + x2 + x3'.")
    return tuple(terms)


def fail(line: int, column: int, message: str) -> NoReturn:
    """Raise the error of a model string, with its position."""
    raise ValueError(f"model, line {line}, column {column}: {message}")


@dataclass
class _Reader:
    """Reads the tokens from left to right."""

    model: str
    tokens: list[Token] = field(default_factory=list)
    at: int = 0

    def read(self) -> list[Term]:
        self.tokens = _tokens(self.model)
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
        token = self.peek
        if token.text in UNSUPPORTED:
            known = ", ".join(OPERATORS)
            fail(
                token.line,
                token.column,
                f"the operator {token.text!r} is not available; use one of {known}, ==, < or >.",
            )
        op = self.expect("operator", "an operator (=~, ~, ~~, ~*~, | or :=)", *OPERATORS).text
        self.skip_ends()
        if op == ":=":
            return [self.definition(left[0])]
        right = [self.term(op)]
        while self.plus_follows():
            right.append(self.term(op))
        if self.peek.kind not in ("end", "stop"):
            self.expect("end", "'+' or the end of the line")
        return [_term(a, op, b, modifiers) for a in left for b, modifiers in right]

    def definition(self, name: Token) -> Term:
        first = self.peek
        while self.peek.kind not in ("end", "stop"):
            self.at += 1
        text = self.model[first.start : self.peek.start].split("#")[0].strip()
        if not text:
            fail(first.line, first.column, f"expected an expression that defines {name.text!r}.")
        return Term(name.text, ":=", text, line=first.line, column=first.column)

    def term(self, op: str) -> tuple[Token, _Modifiers]:
        modifiers = _Modifiers()
        while True:
            token = self.peek
            if token.kind == "name" and self.tokens[self.at + 1].text not in ("*", "("):
                return self.take(), modifiers
            if op == "~" and token.text == "1" and self.tokens[self.at + 1].text != "*":
                return self.take(), modifiers
            self.modifier(modifiers)
            self.expect("sign", "'*' after the modifier", "*")
            self.skip_ends()

    def modifier(self, into: _Modifiers) -> None:
        token = self.peek
        if token.kind == "name" and self.tokens[self.at + 1].text == "(":
            call = self.take().text
            if call not in ("c", "start", "label"):
                fail(
                    token.line,
                    token.column,
                    f"the modifier {call!r} is not available; use a number, NA, a label, "
                    "start(...) or c(...).",
                )
            values = self.arguments()
            if call == "start":
                into.start = tuple(_number(value, "start(...) needs numbers") for value in values)
                return
        else:
            values = [self.value()]
        if all(value.kind == "number" or value.text == "NA" for value in values):
            into.fixed = tuple(_number(value, "") for value in values)
        elif all(value.kind == "name" for value in values):
            into.labels = tuple("" if value.text == "NA" else value.text for value in values)
        else:
            fail(token.line, token.column, "numbers and labels cannot be mixed in one c(...).")

    def arguments(self) -> list[Token]:
        self.expect("sign", "'('", "(")
        values = [self.value()]
        while self.peek.text == ",":
            self.take()
            values.append(self.value())
        self.expect("sign", "',' or ')'", ")")
        return values

    def value(self) -> Token:
        token = self.peek
        if token.text == "c" and self.tokens[self.at + 1].text == "(":
            fail(token.line, token.column, "write start(...) with the numbers, without c(...).")
        if token.text == "-":
            self.take()
            number = self.expect("number", "a number after '-'")
            return Token("number", f"-{number.text}", token.line, token.column, token.start)
        if token.kind == "text":
            self.take()
            return Token("name", token.text[1:-1], token.line, token.column, token.start)
        if token.kind == "number":
            return self.take()
        return self.expect("name", "a variable, a number or a label")


def _term(left: Token, op: str, right: Token, modifiers: _Modifiers) -> Term:
    rhs = right.text
    if op == "~" and rhs == "1":
        op, rhs = "~1", ""
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


def _tokens(model: str) -> list[Token]:
    tokens, position, line, begin = [], 0, 1, 0
    while position < len(model):
        found = TOKEN.match(model, position)
        column = position - begin + 1
        if found is None:
            advice = "; write =~ (is measured by), ~ (depends on) or ~~ (covaries with)"
            fail(
                line,
                column,
                f"cannot read the character {model[position]!r}"
                f"{advice if model[position] == '=' else ''}.",
            )
        kind, text = str(found.lastgroup), found.group()
        if kind != "space":
            tokens.append(Token(kind, text, line, column, position))
        position = found.end()
        if text == "\n":
            line, begin = line + 1, position
    stop = Token("stop", "", line, len(model) - begin + 1, len(model))
    return [*tokens, stop]
