"""What a model says of each path, merged from everywhere it is said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from icx_research.measurement.sem.syntax import NOT_PATHS, Term, parse

Key = tuple[str, str, str]
KINDS = {"fixed": "values", "start": "starting values", "labels": "labels"}


def specifications(terms: Sequence[Term], n_groups: int) -> dict[Key, Term]:
    """Merge the terms of one path; those without a line, which no model string holds, prevail.

    Raises
    ------
    ValueError
        With line and column, if a path is given two values, starting values or labels, if
        there are not as many modifiers as groups, or ``equal()`` names no path.
    """
    specs: dict[Key, Term] = {}
    for term in terms:
        if term.op in NOT_PATHS:
            continue
        for modifier in (term.fixed, term.start, term.labels):
            if len(modifier) not in (0, 1, n_groups):
                term.refuse(
                    f"c(...) or start(...) has {len(modifier)} values for {n_groups} group(s)."
                )
        key = _key(term, specs)
        specs[key] = _merged(specs[key], term) if key in specs else term
    _resolve_equal(specs, n_groups)
    return specs


def read_paths(texts: str | Iterable[str], argument: str) -> list[Key]:
    """Read a list of exceptions, or the only one; each a single path."""
    paths = []
    for text in [texts] if isinstance(texts, str) else texts:
        terms: tuple[Term, ...] = parse(text)
        if len(terms) != 1 or terms[0].op in NOT_PATHS:
            raise ValueError(f"{argument} takes single paths such as 'f =~ x2', not {text!r}.")
        paths.append((terms[0].lhs, terms[0].op, terms[0].rhs))
    return paths


def check_free(paths: Iterable[Key], known: Collection[Key], takes: str) -> None:
    """Refuse to free what is not equated, or is no part of the model."""
    for path in paths:
        if path not in known:
            raise ValueError(f"free takes {takes}; {_written(path)!r} is none of this model.")


def known_paths(paths: Iterable[Key], known: Iterable[Key], argument: str) -> frozenset[Key]:
    """Refuse exceptions that are no paths of the model, so that a typo is not passed over."""
    there = set(known)
    there |= {(b, op, a) for a, op, b in there if op == "~~"}
    given = frozenset(paths)
    for path in sorted(given - there):
        raise ValueError(f"{argument}: {_written(path)!r} is not a path of the model.")
    return given | {(b, op, a) for a, op, b in given if op == "~~"}


def _key(term: Term, specs: dict[Key, Term]) -> Key:
    key = (term.lhs, term.op, term.rhs)
    turned = (term.rhs, term.op, term.lhs)
    return turned if term.op == "~~" and turned in specs else key


def _merged(before: Term, term: Term) -> Term:
    for kind, what in KINDS.items():
        first, second = getattr(before, kind), getattr(term, kind)
        # as text, in which nan equals nan
        if term.line and first and second and str(first) != str(second):
            path = _written((term.lhs, term.op, term.rhs))
            term.refuse(f"{path!r} is given two {what}; write one of them.")
    return replace(
        before,
        fixed=term.fixed or before.fixed,
        start=term.start or before.start,
        labels=term.labels or before.labels,
    )


def _resolve_equal(specs: dict[Key, Term], n_groups: int) -> None:
    """Give a path of ``equal("f =~ x2")`` the label of the path that it names.

    With groups that is the path of the first group, as in lavaan.
    """
    for key, term in list(specs.items()):
        if len(term.labels) != 1 or "~" not in term.labels[0]:
            continue
        named = parse(term.labels[0])
        other = _key(named[0], specs)
        if len(named) > 1 or other not in specs:
            term.refuse(f"equal() names {term.labels[0]!r}, no path of the model.")
        labels = specs[other].labels
        if not labels or not labels[0]:
            labels = (term.labels[0], *(labels[1:] or [""] * (n_groups - 1)))
            specs[other] = replace(specs[other], labels=labels)
        specs[key] = replace(specs[key], labels=labels[:1])


def _written(path: Key) -> str:
    lhs, op, rhs = path
    return f"{lhs} ~ 1" if op == "~1" else f"{lhs} {op} {rhs}"
