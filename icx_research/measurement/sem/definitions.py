"""Parameters defined by `:=`: their values and derivatives."""

import ast
import cmath
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from icx_research.measurement.sem.syntax import Term
from icx_research.measurement.sem.tokens import fail

# Step of the complex-step derivative: no subtraction, so no rounding error (Squire & Trapp,
# 1998, SIAM Review, 40, 110-112, https://doi.org/10.1137/S003614459631241X).
STEP = 1e-30
# Labels may hold dots, Python names may not.
DOT = "_dot_"
DOTTED = re.compile(r"[^\W\d]\w*(?:\.\w+)+")
FUNCTIONS = {
    "sqrt": cmath.sqrt,
    "exp": cmath.exp,
    "log": cmath.log,
    "tanh": cmath.tanh,
    "atanh": cmath.atanh,
    "abs": lambda value: value if value.real >= 0 else -value,
}


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
        for node in ast.walk(_tree(term)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id not in FUNCTIONS:
                    fail(
                        term.line,
                        term.column + node.func.col_offset,
                        f"the function {node.func.id!r} is not available; use one of "
                        f"{', '.join(FUNCTIONS)}.",
                    )
            name = node.id.replace(DOT, ".") if isinstance(node, ast.Name) else ""
            if name and name not in known and name not in FUNCTIONS:
                shown = ", ".join(label for label in known if label[0] != "<") or "none"
                at = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", term.rhs)
                column = term.column + (at.start() if at else 0)
                fail(term.line, column, f"{name!r} is not a label; labels: {shown}.")
        known.append(term.lhs)


def _evaluate(definitions: Sequence[Term], labels: Sequence[str], values: np.ndarray) -> np.ndarray:
    known = {label: complex(value) for label, value in zip(labels, values, strict=True)}
    for term in definitions:
        try:
            known[term.lhs] = _value(_tree(term), known, term)
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            if str(error).startswith("model, line"):
                raise
            known[term.lhs] = complex(np.nan, np.nan)
    return np.array([known[term.lhs] for term in definitions], dtype=complex)


@lru_cache(maxsize=256)
def _tree(term: Term) -> ast.AST:
    text = DOTTED.sub(lambda name: name.group().replace(".", DOT), term.rhs)
    try:
        return ast.parse(text.replace("^", "**"), mode="eval").body
    except SyntaxError:
        fail(term.line, term.column, f"cannot read the {_kind(term)} {term.rhs!r}.")


def _kind(term: Term) -> str:
    return "definition" if term.op == ":=" else "constraint"


def _value(node: ast.AST, known: Mapping[str, complex], term: Term) -> complex:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return complex(node.value)
    if isinstance(node, ast.Name) and node.id.replace(DOT, ".") in known:
        return known[node.id.replace(DOT, ".")]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand, known, term)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
        if node.func.id in FUNCTIONS:
            return FUNCTIONS[node.func.id](_value(node.args[0], known, term))
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, known, term), _value(node.right, known, term)
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
    """Power whose derivative is exact for whole exponents of negative numbers."""
    if exponent.imag == 0 and exponent.real == int(exponent.real):
        return base ** int(exponent.real)
    return base**exponent
