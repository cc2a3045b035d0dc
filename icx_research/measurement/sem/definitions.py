"""Parameters defined by `:=`: their values and derivatives."""

import ast
import cmath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

import numpy as np

from icx_research.measurement.sem.syntax import Term
from icx_research.measurement.sem.tokens import fail

# Step of the complex-step derivative: no subtraction, so no rounding error (Squire & Trapp,
# 1998, SIAM Review, 40, 110-112, https://doi.org/10.1137/S003614459631241X).
STEP = 1e-30
# Labels may hold dots, or be words of Python: each stands as a name of its own while Python reads
# the expression.
NAME = re.compile(r"`[^`]+`|(?<![\w.])\.?[^\W\d][\w.]*")
LONGEST_REPEATED = 200  # letters of a definition that a message repeats
Function = Callable[[complex], complex]


def _within(function: Function, domain: Callable[[float], bool]) -> Function:
    """Hold a function to the real numbers it is defined for, as complex ones know no domain."""

    def value(at: complex) -> complex:
        if not domain(at.real):
            raise ValueError("outside the domain")
        return function(at)

    return value


FUNCTIONS: dict[str, Function] = {
    "sqrt": _within(cmath.sqrt, lambda value: value >= 0),
    "exp": cmath.exp,
    "log": _within(cmath.log, lambda value: value > 0),
    "tanh": cmath.tanh,
    "atanh": _within(cmath.atanh, lambda value: abs(value) < 1),
    "abs": lambda value: value if value.real >= 0 else -value,
}


@dataclass(frozen=True)
class _Expression:
    """What Python read, and the name that each of its placeholders stands for."""

    tree: ast.expr
    names: dict[str, str]


def defined_values(
    definitions: Sequence[Term], labels: Sequence[str], values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Values, shape (d,), and derivatives by the labelled parameters, shape (d, m).

    Parameters
    ----------
    definitions : sequence of Term
    labels : sequence of str, length m
    values : array, shape (m,)
        Of the labelled parameters.
    """
    gradient = np.zeros((len(definitions), len(labels)))
    found = _evaluate(definitions, labels, values.astype(complex)).real
    for k in range(len(labels)) if definitions else ():
        shifted = values.astype(complex)
        shifted[k] += 1j * STEP
        gradient[:, k] = _evaluate(definitions, labels, shifted).imag / STEP
    return found, gradient


def check_definitions(definitions: Sequence[Term], labels: Sequence[str]) -> None:
    """Refuse a definition that cannot be read or uses an unknown label."""
    known = list(labels)
    for term in definitions:
        read = _read(term)
        called = {id(node.func) for node in ast.walk(read.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(read.tree):
            if not isinstance(node, ast.Name):
                continue
            name = read.names[node.id]
            if id(node) in called and name not in FUNCTIONS:
                _fail_at(
                    term,
                    name,
                    f"the function {name!r} is not available; use one of {', '.join(FUNCTIONS)}.",
                )
            if id(node) not in called and name not in known:
                shown = ", ".join(label for label in known if label[0] != "<") or "none"
                _fail_at(term, name, f"{name!r} is not a label; labels: {shown}.")
        known.append(term.lhs)


def _fail_at(term: Term, name: str, message: str) -> NoReturn:
    """Refuse an expression at the place where a name stands in it."""
    at = next((m.start() for m in NAME.finditer(term.rhs) if m.group().strip("`") == name), 0)
    fail(term.line, term.column + at, message)


def _evaluate(definitions: Sequence[Term], labels: Sequence[str], values: np.ndarray) -> np.ndarray:
    known = {label: complex(value) for label, value in zip(labels, values, strict=True)}
    for term in definitions:
        read = _read(term)
        try:
            known[term.lhs] = _value(read.tree, read.names, known, term)
        except RecursionError:
            _too_long(term)
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            if str(error).startswith("model, line"):
                raise
            known[term.lhs] = complex(np.nan, np.nan)
    return np.array([known[term.lhs] for term in definitions], dtype=complex)


@lru_cache(maxsize=256)
def _read(term: Term) -> _Expression:
    names: dict[str, str] = {}

    def placeholder(match: re.Match[str]) -> str:
        name = f"name{len(names)}"
        names[name] = match.group().strip("`")
        return name

    text = NAME.sub(placeholder, term.rhs).replace("^", "**")
    try:
        return _Expression(ast.parse(text, mode="eval").body, names)
    except (RecursionError, MemoryError):
        _too_long(term)
    except SyntaxError:
        if len(term.rhs) > LONGEST_REPEATED:
            _too_long(term)
        fail(term.line, term.column, f"cannot read the {_kind(term)} {term.rhs!r}.")


def _too_long(term: Term) -> NoReturn:
    fail(term.line, term.column, f"the {_kind(term)} is too long to be read; split it.")


def _kind(term: Term) -> str:
    return "definition" if term.op == ":=" else "constraint"


def _value(
    node: ast.AST, names: Mapping[str, str], known: Mapping[str, complex], term: Term
) -> complex:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return complex(node.value)
    if isinstance(node, ast.Name):
        return known[names[node.id]]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand, names, known, term)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
        if not node.keywords:
            return FUNCTIONS[names[node.func.id]](_value(node.args[0], names, known, term))
    if isinstance(node, ast.BinOp):
        left, right = (_value(side, names, known, term) for side in (node.left, node.right))
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
            case ast.Pow():
                return _power(left, right)
    known_functions = ", ".join(FUNCTIONS)
    fail(
        term.line,
        term.column,
        f"cannot read the {_kind(term)} {term.rhs!r}; it may hold labels, numbers, + - * / ^ and "
        f"{known_functions}.",
    )


def _power(base: complex, exponent: complex) -> complex:
    """Power whose derivative is exact for whole exponents; negative numbers have no others."""
    if exponent.imag == 0 and exponent.real == int(exponent.real):
        return base ** int(exponent.real)
    if base.real < 0:
        raise ValueError("outside the domain")
    return base**exponent
