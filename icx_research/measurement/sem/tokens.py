"""Words of a model string, with their exact positions."""

import re
from dataclasses import dataclass
from typing import NoReturn

TOKEN = re.compile(
    r"""(?P<space>[^\S\n]+|[\#!][^\n]*)
      |(?P<end>[\n;])
      |(?P<operator>=~|~\*~|~~|~|:=|==|<~|<|>|\||%|:)
      |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      |(?P<name>[^\W\d][\w.]*|\.[^\W\d][\w.]*)
      |(?P<quoted>`[^`\n]+`)
      |(?P<text>"[^"\n]*"|'[^'\n]*')
      |(?P<sign>[-+*/^(),?])""",
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


def fail(line: int, column: int, message: str) -> NoReturn:
    """Raise the error of a model string, with its position."""
    raise ValueError(f"model, line {line}, column {column}: {message}")


class Placed:
    """Something that stands in a line and a column of a model."""

    line: int
    column: int

    def refuse(self, message: str) -> NoReturn:
        """Raise an error that names the place."""
        fail(self.line, self.column, message)


def read_tokens(model: str) -> list[Token]:
    """Split a model string into words; a name in backticks may hold any character."""
    tokens, position, line, begin = [], 0, 1, 0
    while position < len(model):
        found = TOKEN.match(model, position)
        column = position - begin + 1
        if found is None:
            fail(line, column, _unreadable(model, position))
        kind, text = str(found.lastgroup), found.group()
        if kind == "quoted":
            tokens.append(Token("name", text[1:-1], line, column, position))
        elif kind != "space":
            tokens.append(Token(kind, text, line, column, position))
        position = found.end()
        if text == "\n":
            line, begin = line + 1, position
    stop = Token("stop", "", line, len(model) - begin + 1, len(model))
    return [*tokens, stop]


def _unreadable(model: str, position: int) -> str:
    if model[position] != "=":
        return f"cannot read the character {model[position]!r}."
    around = model[max(position - 1, 0) : position + 2]
    if "<" in around or ">" in around:
        return "inequalities are written < or >, which include equality."
    return "a single '=' is no operator; use =~, ~, ~~, := or ==."
