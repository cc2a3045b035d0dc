"""Constraints on labelled parameters (`==`, `<`, `>`): their values and derivatives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from icx_research.measurement.sem.definitions import check_definitions, defined_values
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.syntax import CONSTRAINTS, Term
from icx_research.measurement.sem.tokens import fail

# Derivatives that differ by less between points are those of a linear constraint.
LINEAR = 1e-12
# Directions whose length in the derivatives of all constraints is below this add nothing.
RANK = 1e-10
ROUNDING = 1e-14


@dataclass(frozen=True, eq=False)
class Constraints:
    """Constraints as functions of the free parameters.

    An equality is met where its value is 0, an inequality where it is at least 0.

    Attributes
    ----------
    terms : tuple of Term
    definitions : tuple of Term
        Of the model; a constraint may use what they define.
    labels : tuple of str
    numbers : array of int
        Free parameter of every label, -1 where it is fixed.
    fixed : array
        Values of the fixed ones.
    n_free : int
    """

    terms: tuple[Term, ...]
    definitions: tuple[Term, ...]
    labels: tuple[str, ...]
    numbers: np.ndarray
    fixed: np.ndarray
    n_free: int

    @property
    def is_equality(self) -> np.ndarray:
        """Which constraints are equalities."""
        return np.array([term.op == "==" for term in self.terms], dtype=bool)

    def at(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values, shape (c,), and derivatives by the free parameters, shape (c, q)."""
        free = self.numbers >= 0
        values = np.where(free, theta[self.numbers], self.fixed)
        pairs = _sides(self.terms)
        found, slope = defined_values([*self.definitions, *pairs], self.labels, values)
        d = len(self.definitions)
        sign = np.array([-1.0 if term.op == "<" else 1.0 for term in self.terms])
        difference = sign * (found[d::2] - found[d + 1 :: 2])
        by_label = sign[:, None] * (slope[d::2] - slope[d + 1 :: 2])
        by_theta = np.zeros((len(self.terms), self.n_free))
        np.add.at(by_theta.T, self.numbers[free], by_label[:, free].T)
        return difference, by_theta

    def check_defined(self, theta: np.ndarray) -> None:
        """Refuse constraints that have no value at these starting values."""
        for term, value in zip(self.terms, self.at(theta)[0], strict=True):
            if np.isnan(value):
                fail(
                    term.line,
                    term.column,
                    f"the constraint '{term.lhs} {term.op} {term.rhs}' is not defined at the "
                    "starting values: a function or power is outside its domain. Correct it, or "
                    "give other values with start(...).",
                )

    def is_linear(self, start: np.ndarray) -> bool:
        """Tell whether all constraints are linear, by their derivatives at three points."""
        slopes = [self.at(start + shift)[1] for shift in _shifts(self.n_free)]
        return all(np.abs(slope - slopes[0]).max(initial=0) < LINEAR for slope in slopes)


def read_constraints(table: ParameterTable) -> Constraints | None:
    """Read the constraints of a model; None where there are none.

    Raises
    ------
    ValueError
        With line and column, if a constraint cannot be read, uses an unknown label or none.
    """
    if not table.constraints:
        return None
    first: dict[str, int] = {}
    for k, row in enumerate(table.rows):
        if row.label:
            first.setdefault(row.label, k)
    rows = [table.rows[k] for k in first.values()]
    found = Constraints(
        table.constraints,
        table.definitions,
        tuple(first),
        np.array([row.free for row in rows], dtype=int),
        np.array([row.value for row in rows], dtype=float),
        table.n_free,
    )
    for term in table.constraints:
        check_definitions([*table.definitions, *_sides([term])], found.labels)
    slope = np.abs(found.at(_shifts(table.n_free)[1])[1])
    for term, row in zip(table.constraints, slope, strict=True):
        if not row.any():
            fail(
                term.line,
                term.column,
                f"the constraint '{term.lhs} {term.op} {term.rhs}' holds no free parameter.",
            )
    return found


def refuse_constraints(terms: Iterable[Term], analysis: str) -> None:
    """Refuse constraints where they cannot be met."""
    for term in terms:
        if term.op in CONSTRAINTS:
            fail(
                term.line,
                term.column,
                f"{analysis} takes no constraints; give equal parameters the same label.",
            )


def free_directions(slope: np.ndarray) -> np.ndarray:
    """Find the directions, shape (q, r), along which no constraint changes."""
    if not len(slope):
        return np.eye(slope.shape[1])
    _, sizes, directions = np.linalg.svd(slope, full_matrices=True)
    rank = int((sizes > RANK * sizes.max(initial=0.0)).sum())
    left = directions[rank:].T
    # what a constraint fixes has no error at all, not one of rounding
    return np.where(np.abs(left) < ROUNDING, 0.0, left)


def _shifts(n: int) -> list[np.ndarray]:
    """Points without pattern, so that no product of parameters looks constant by chance."""
    angles = np.arange(1, n + 1)
    return [np.zeros(n), np.cos(angles), np.sin(1.7 * angles)]


def _sides(terms: Sequence[Term]) -> list[Term]:
    """Write both sides of every constraint as definitions; their names cannot be labels."""
    sides = []
    for k, term in enumerate(terms):
        sides.append(replace(term, lhs=f"<left {k}>", rhs=term.lhs))
        right = replace(term, lhs=f"<right {k}>", column=term.start_of_rhs)
        sides.append(right)
    return sides
