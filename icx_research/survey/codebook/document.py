"""A codebook file as a tree that remembers where each key stands."""

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.schema import SCHEMA, Key

MAX_BYTES = 1_000_000
# What a parser says of YAML, and what people have to do.
MENDING = {
    "mapping values": "put a text that holds ': ' in quotes",
    "'\\t'": "indent with spaces, not with tabs",
    "cannot start any token": "put a text that begins with this character in quotes",
}


@dataclass(frozen=True)
class Place:
    """A value of the codebook with its path of keys and its line.

    Attributes
    ----------
    node : yaml node
    path : str
        Keys that lead to the value, joined by points.
    file : str
        Name of the file; empty for a codebook handed over as a mapping.
    key : yaml node or None
        The key the value stands under.
    """

    node: Any
    path: str
    file: str
    key: Any = None

    @property
    def line(self) -> int:
        """Line of the key (of the value where there is no key), counted from 1."""
        return int((self.key or self.node).start_mark.line) + 1

    def fail(self, message: str) -> NoReturn:
        """Refuse the value with file, line and key."""
        place = f"{self.file}, line {self.line}" if self.file else "codebook"
        path = f"{self.path}: " if self.path else ""
        raise StudyError(f"{place}: {path}{message}")

    def find(self, *names: str) -> "Place":
        """Follow keys as far as they lead, to name the nearest line."""
        place = self
        for name in names:
            inside = isinstance(place.node, yaml.MappingNode)
            place = dict(place.items()).get(name, place) if inside else place
        return place

    def items(self) -> Iterator[tuple[str, "Place"]]:
        """Visit keys and values; refuse what is no mapping, and a key written twice."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("expected keys with values here (key: value).")
        seen: set[str] = set()
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                Place(key, self.path, self.file).fail("a key must be one word.")
            name = str(key.value)
            place = Place(value, f"{self.path}.{name}" if self.path else name, self.file, key)
            if name in seen:
                place.fail("the key stands here a second time; keep one.")
            seen.add(name)
            yield name, place


def read_bytes(path: Path) -> bytes:
    """Read a codebook file, once and not beyond the size a codebook may have."""
    try:
        if not path.is_file():  # nor a device, which may never end
            raise StudyError(
                f"There is no codebook at {path.absolute()}; give the path of a study.yaml."
            )
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1) if path.stat().st_size else b""
    except OSError as error:
        raise StudyError(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > MAX_BYTES:
        raise StudyError(
            f"{path.name} is larger than 1 MB, too large for a codebook; give the path of a "
            "study.yaml."
        )
    return content


def load(content: bytes, *, file: str) -> Place:
    """Turn the bytes of a codebook file into a tree."""
    try:
        return parse(content.decode("utf-8-sig"), file=file)
    except UnicodeDecodeError:
        raise StudyError(f"{file} is not UTF-8 text; save it with encoding UTF-8.") from None


def parse(text: str, *, file: str) -> Place:
    """Turn YAML text into a tree; one document only."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        if "another document" in str(error.problem):
            raise StudyError(
                f"{file}{line}: a second document starts here (---); keep one study per file."
            ) from None
        hint = next((way for mark, way in MENDING.items() if mark in str(error.problem)), "mend it "
                    "there")  # fmt: skip
        raise StudyError(f"{file}{line}: not valid YAML ({error.problem}); {hint}.") from None
    except yaml.YAMLError:
        raise StudyError(f"{file}: not valid YAML; it holds characters YAML forbids.") from None
    except RecursionError:
        raise StudyError(
            f"{file}: lists or keys stand in each other too deep to be read; a study needs five "
            "levels at most."
        ) from None
    if node is None:
        raise StudyError(f"{file} is empty; `icx codebook` lists the keys a study needs.")
    return Place(node, "", file)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Say which known name is nearest, or list the known ones."""
    names = [str(item) for item in known]
    folded = {item.casefold(): item for item in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return (
        f"did you mean {folded[near[0]]!r}?" if near else f"known are {', '.join(names) or 'none'}."
    )


def read_section(place: Place, section: str) -> dict[str, Any]:
    """Read a mapping by its schema; values come as Python values or as `Place`.

    Sections inside come back as `Place`, to be read by whoever knows them.
    """
    keys = SCHEMA[section]
    values: dict[str, Any] = {}
    for name, value in place.items():
        if name not in keys:
            value.fail(f"unknown key; {suggestion(name, keys)}")
        values[name] = _convert(value, keys[name])
        if keys[name].required and values[name] in ((), {}):
            value.fail("nothing is listed here; name at least one.")
    for name, key in keys.items():
        if key.required and name not in values:
            place.fail(f"the key {name!r} is missing ({key.doc.rstrip('.')}).")
    return values


def _convert(place: Place, key: Key) -> Any:
    if isinstance(key.kind, tuple):
        word = text(place)
        if word not in key.kind:
            place.fail(f"{word!r} is not one of {', '.join(key.kind)}.")
        return word
    return _READERS[key.kind](place)


def text(place: Place) -> str:
    """Read one text; numbers and words such as `no` stay as they are written."""
    if not isinstance(place.node, yaml.ScalarNode) or place.node.value == "":
        place.fail("expected one text here.")
    return str(place.node.value)


def texts(place: Place) -> tuple[str, ...]:
    """Read one text or a list of texts without repetition."""
    if isinstance(place.node, yaml.SequenceNode):
        found = [text(Place(node, place.path, place.file)) for node in place.node.value]
    else:
        found = [text(place)]
    twice = [name for i, name in enumerate(found) if name in found[:i]]
    if twice:
        place.fail(f"{twice[0]!r} is listed twice; list it once.")
    return tuple(found)


def number(place: Place) -> float:
    """Read a finite number."""
    try:
        value = float(text(place))
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        place.fail("expected a number here.")
    return value


def _share(place: Place) -> float:
    value = number(place)
    if not 0 < value <= 1:
        place.fail("expected a share above 0 and at most 1, for example 0.95.")
    return value


def _count(place: Place) -> int:
    value = number(place)
    if value != int(value) or value < 0:
        place.fail("expected a whole number here.")
    return int(value)


def _flag(place: Place) -> bool:
    word = text(place).lower()
    if word not in ("true", "false"):
        place.fail("expected true or false.")
    return word == "true"


def _pair(place: Place) -> tuple[float, float]:
    if not isinstance(place.node, yaml.SequenceNode) or len(place.node.value) != 2:
        place.fail("expected two numbers, lowest and highest, for example [1, 7].")
    low, high = (number(Place(node, place.path, place.file)) for node in place.node.value)
    if not low < high:
        place.fail("the first number must be the lower one, for example [1, 7].")
    return low, high


def _labelled(place: Place) -> dict[str, str]:
    if isinstance(place.node, yaml.MappingNode):
        return {name: text(value) for name, value in place.items()}
    return {name: name for name in texts(place)}


def _mapping(place: Place) -> dict[str, float]:
    return {name: number(value) for name, value in place.items()}


def _choices(place: Place) -> dict[str, tuple[str, ...]]:
    found = {name: texts(value) for name, value in place.items()}
    if empty := next((name for name, entries in found.items() if not entries), ""):
        place.find(empty).fail("nothing is listed here; name at least one entry.")
    return found


def _waves(place: Place) -> tuple[str, ...] | dict[str, tuple[dt.date, dt.date]]:
    """Read names, or names with their first and last day."""
    if isinstance(place.node, yaml.MappingNode):
        return {name: _days(value) for name, value in place.items()}
    return texts(place)


def _days(place: Place) -> tuple[dt.date, dt.date]:
    wanted = "expected the first and last day, for example [2025-03-01, 2025-04-15]."
    if not isinstance(place.node, yaml.SequenceNode) or len(place.node.value) != 2:
        place.fail(wanted)
    try:
        first, last = (
            dt.date.fromisoformat(text(Place(node, place.path, place.file)))
            for node in place.node.value
        )
    except ValueError:
        place.fail(wanted)
    if last < first:
        place.fail("the first day must not be after the last one, for example "
                   "[2025-03-01, 2025-04-15].")  # fmt: skip
    return first, last


def _day(place: Place) -> dt.date:
    try:
        return dt.date.fromisoformat(text(place))
    except ValueError:
        place.fail("expected a day here, for example 2026-03-01.")


def _place(place: Place) -> Place:
    return place


_READERS = {
    "text": text,
    "texts": texts,
    "number": number,
    "share": _share,
    "count": _count,
    "flag": _flag,
    "pair": _pair,
    "labelled": _labelled,
    "mapping": _mapping,
    "choices": _choices,
    "waves": _waves,
    "day": _day,
    "section": _place,
    "sections": lambda place: dict(place.items()),
}
