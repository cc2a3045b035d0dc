"""Model syntax at two levels: from blocks of a model string to one parameter table."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from icx_research.measurement.sem.parameters import (
    ParameterTable,
    number_parameters,
    parameter_table,
    variable_roles,
)
from icx_research.measurement.sem.sample import check_names
from icx_research.measurement.sem.syntax import Term, parse
from icx_research.measurement.sem.tokens import Token, fail, read_tokens

LEVELS = ("within", "between")
NUMBERS = {"1": "within", "2": "between"}
Terms = tuple[Term, ...]


def parse_levels(model: str) -> tuple[Terms, Terms]:
    """Read the terms of both levels.

    Parameters
    ----------
    model : str
        Two blocks that open with ``level: within`` and ``level: between`` (or 1 and 2; on a line
        of their own or before a semicolon), each in the syntax of `parse`; without blocks, the
        same model at both levels.

    Returns
    -------
    (tuple of Term, tuple of Term)

    Raises
    ------
    ValueError
        Naming line and column.
    """
    if not isinstance(model, str):
        raise TypeError(f"model must be a string in lavaan's syntax, not {type(model).__name__}.")
    opened = _openings(model)
    if opened:
        ends = [first.start for _, first, _ in opened[1:]] + [len(model)]
        texts = {
            level: _blank(model[:begin]) + model[begin:end]
            for (level, _, begin), end in zip(opened, ends, strict=True)
        }
    else:
        texts = dict.fromkeys(LEVELS, model)
    within, between = (parse(texts[level]) for level in LEVELS)
    if not opened:  # definitions hold once
        between = tuple(term for term in between if term.op != ":=")
        within = tuple(term for term in within if term.op != "~1")
    return within, between


def opens_levels(model: str) -> bool:
    """Tell whether a model string has blocks."""
    return bool(_openings(model))


def _openings(model: str) -> list[tuple[str, Token, int]]:
    """Level of every block, its first word, and where what it holds begins."""
    tokens = read_tokens(model)
    blocks: list[tuple[str, Token, int]] = []
    starts = [0, *(place + 1 for place, token in enumerate(tokens) if token.kind == "end")]
    for place in starts:
        first, colon, name, end = (*tokens[place : place + 4], *[tokens[-1]] * 4)[:4]
        if first.text.lower() != "level" or colon.text != ":":
            continue
        level = NUMBERS.get(name.text, name.text.lower())
        if (
            end.kind not in ("end", "stop")
            or level not in LEVELS
            or level in [block[0] for block in blocks]
        ):
            shown = model[first.start :].splitlines()[0].split(";")[0].strip()
            fail(
                first.line,
                first.column,
                f"expected 'level: within' and 'level: between', once each, found {shown!r}.",
            )
        blocks.append((level, first, end.start))
    filled = [token for token in tokens if token.kind not in ("end", "stop")]
    if len(blocks) == 1 or (blocks and filled[0] is not blocks[0][1]):
        fail(
            blocks[0][1].line,
            blocks[0][1].column,
            "expected every line of the model below 'level: within' or 'level: between'.",
        )
    return blocks


def _blank(text: str) -> str:
    """Keep the lines and columns of what follows."""
    return "".join("\n" if character == "\n" else " " for character in text)


def check_levels(within: Terms, between: Terms, known: Sequence[str]) -> tuple[str, ...]:
    """Refuse what a two-level measurement model cannot be; return the items.

    Raises
    ------
    ValueError
        If a variable is unknown, an item is at one level only, an item's mean is modelled
        within units, or an observed variable predicts.
    """
    roles = [variable_roles(terms) for terms in (within, between)]
    for terms, role in zip((within, between), roles, strict=True):
        check_names(terms, role, known)
        for term in terms:
            if term.op == "~" and term.rhs in role.observed:
                fail(
                    term.line,
                    term.column,
                    f"the observed variable {term.rhs!r} cannot predict in a two-level "
                    "measurement model; use latent variables.",
                )
    for term in within:
        if term.op == "~1":
            fail(
                term.line,
                term.column,
                f"the mean of {term.lhs!r} belongs below 'level: between'.",
            )
    names = [set(role.observed) for role in roles]
    for here, there, level in ((0, 1, "between"), (1, 0, "within")):
        lone = sorted(names[here] - names[there])
        if lone:
            raise ValueError(
                f"every item must be at both levels; {lone[0]!r} is not {level} units. Add it "
                f"below 'level: {level}', with '{lone[0]} ~~ {lone[0]}' at least."
            )
    return roles[0].observed


def saturated_terms(items: Sequence[str]) -> Terms:
    """Write all variances and covariances of the items as terms."""
    return tuple(Term(first, "~~", second) for i, first in enumerate(items) for second in items[i:])


def joint_table(
    within: Terms,
    between: Terms,
    items: tuple[str, ...],
    *,
    std_lv: bool = False,
    equal_loadings: bool = False,
    exempt: Iterable[tuple[str, str, str]] = (),
) -> ParameterTable:
    """Put both levels into one table, whose groups are the levels (0 within, 1 between).

    Equal labels make parameters equal, across levels too; `equal_loadings` does so for paths
    of the same name, but for those in `exempt`.
    """
    tables = [
        parameter_table(terms, std_lv=std_lv, mean_structure=level == 1)
        for level, terms in enumerate((within, between))
    ]
    rows = [replace(row, group=level) for level, table in enumerate(tables) for row in table.rows]
    spared = frozenset(exempt)
    shared = [
        equal_loadings and row.op == "=~" and (row.lhs, row.op, row.rhs) not in spared
        for row in rows
    ]
    numbered, n_free = number_parameters(rows, shared)
    return ParameterTable(
        rows=tuple(numbered),
        observed=items,
        latent=tuple(dict.fromkeys(name for table in tables for name in table.latent)),
        exogenous=(),
        definitions=tuple(term for table in tables for term in table.definitions),
        n_groups=2,
        n_free=n_free,
        mean_structure=True,
    )
