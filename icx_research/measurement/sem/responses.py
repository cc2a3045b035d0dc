"""Rows of the parameter table that ordinal variables add: thresholds and scales."""

from collections.abc import Iterable, Mapping

from icx_research.measurement.sem.syntax import Term

Key = tuple[str, str, str]


def add_responses(
    specs: dict[Key, Term], thresholds: Mapping[str, int], *, theta: bool
) -> frozenset[Key]:
    """Add thresholds, scales and residual variances; intercepts are 0 by default.

    Parameters
    ----------
    specs : dict of (lhs, op, rhs) to Term
        Completed in place.
    thresholds : mapping of str to int
        Thresholds of every observed variable.
    theta : bool
        Whether residual variances are parameters (1 by default), or scales.

    Returns
    -------
    frozenset of (lhs, op, rhs)
        What follows from the other parameters.
    """
    _check(specs, thresholds, theta=theta)
    computed = set()
    for name, count in thresholds.items():
        for t in range(1, count + 1):
            key = (name, "|", f"t{t}")
            specs.setdefault(key, Term(*key))
        scale, residual = (name, "~*~", name), (name, "~~", name)
        worked_out, given = (scale, residual) if theta else (residual, scale)
        computed.add(worked_out)
        specs[worked_out] = Term(*worked_out, fixed=(0.0,))
        specs[given] = specs.pop(given, Term(*given, fixed=(1.0,)))
        mean = (name, "~1", "")
        specs.setdefault(mean, Term(*mean, fixed=(0.0,)))
    return frozenset(computed)


def _check(specs: Mapping[Key, Term], thresholds: Mapping[str, int], *, theta: bool) -> None:
    for (lhs, op, rhs), term in specs.items():
        if op == "|":
            count = thresholds.get(lhs, 0)
            if rhs not in {f"t{t}" for t in range(1, count + 1)}:
                last = f"t1 to t{count}" if count > 1 else "t1 only"
                term.refuse(f"{lhs!r} has the thresholds {last}, not {rhs!r}.")
        if op == "~*~" and (lhs != rhs or lhs not in thresholds):
            term.refuse("a scale is written 'x ~*~ x' of one observed variable.")
        if op == "~*~" and theta:
            term.refuse(
                f"the scale of {lhs!r} follows from its variance under "
                "parameterization='theta'; free or fix the residual variance instead."
            )
        if op == "~~" and lhs == rhs and lhs in thresholds and not theta:
            term.refuse(
                f"the residual variance of {lhs!r} follows from its scale; write "
                f"'{lhs} ~*~ {lhs}', or use parameterization='theta'."
            )


def refuse_responses(terms: Iterable[Term], advice: str) -> None:
    """Refuse thresholds and scales where the variables are not ordinal."""
    for term in terms:
        if term.op in ("|", "~*~"):
            term.refuse(f"the operator {term.op!r} belongs to ordinal variables; {advice}.")
