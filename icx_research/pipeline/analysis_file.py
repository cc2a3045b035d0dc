"""Frozen objects of this package in a folder and back: fields in JSON, tables in Parquet."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from icx_research.core.errors import REFUSALS
from icx_research.survey.files.parquet import plain_path

FIELDS = "fields.json"
OWN = "icx_research."
PRIVATE = 0o600  # tables hold answers of respondents
AS_TEXT = ("str", "object")


def write_state(state: Mapping[str, Any], folder: Path) -> None:
    """Write named values to a new folder that only its owner can read.

    Parameters
    ----------
    state : mapping of str to object
        Numbers, texts, dates, paths, tuples, lists, mappings, data frames, refusals, and
        dataclasses of this package made of these. What stands in two places is written once.
    folder : Path
    """
    folder.mkdir(mode=0o700)
    with duckdb.connect() as engine:
        content = _Writer(engine, folder).coded(dict(state))
    (folder / FIELDS).touch(mode=PRIVATE)
    (folder / FIELDS).write_text(json.dumps(content), encoding="utf-8")


def read_state(folder: Path) -> dict[str, Any]:
    """Read what `write_state` wrote: equal objects, with the same types of columns."""
    content = json.loads((folder / FIELDS).read_text(encoding="utf-8"))
    with duckdb.connect() as engine:
        state: dict[str, Any] = _Reader(engine, folder).value(content)
    return state


class _Writer:
    """Codes values: numbers and texts as they are, all else as a list that begins with a kind."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.known: dict[int, tuple[int, Any]] = {}  # holds the objects, so that no id comes twice

    def coded(self, value: Any) -> Any:
        value = value.item() if isinstance(value, np.generic) else value
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if type(value) is dt.date:
            return ["date", value.isoformat()]
        if isinstance(value, Path):
            return ["path", str(value)]
        if isinstance(value, tuple | list):
            return [type(value).__name__, *map(self.coded, value)]
        if isinstance(value, Mapping):
            return ["dict", *([self.coded(key), self.coded(value[key])] for key in value)]
        if id(value) in self.known:
            return ["same", self.known[id(value)][0]]
        number = len(self.known)
        self.known[id(value)] = (number, value)
        if isinstance(value, pd.DataFrame):
            return ["table", number, *self.table(value, number)]
        name = f"{type(value).__module__}:{type(value).__qualname__}"
        if isinstance(value, REFUSALS):
            return ["refusal", number, name, str(value)]
        if is_dataclass(value) and name.startswith(OWN):
            return ["object", number, name, self.coded(vars(value))]
        raise TypeError(f"{name} cannot be written to an analysis file.")

    def table(self, frame: pd.DataFrame, number: int) -> tuple[bool, list[Any], list[Any]]:
        """Write the index and the columns; texts as numbers in a list of all of them."""
        parts, described = {}, []
        for i, part in enumerate([frame.index, *(frame.iloc[:, i] for i in range(frame.shape[1]))]):
            name, words = str(part.dtype), None
            parts[f"c{i}"] = part.to_numpy()
            if name in AS_TEXT:
                first: dict[Any, tuple[int, Any]] = {}
                parts[f"c{i}"] = np.array(
                    [first.setdefault((type(v), str(v)), (len(first), v))[0] for v in part], int
                )
                words = [self.coded(value) for _, value in first.values()]
            elif not isinstance(part.dtype, np.dtype) or part.dtype.kind not in "iufb":
                raise TypeError(f"A column of type {name} cannot be written to an analysis file.")
            described.append([name, words])
        path = self.folder / f"{number}.parquet"
        self.engine.register("parts", pd.DataFrame(parts))
        self.engine.execute("COPY parts TO ? (FORMAT parquet)", [str(path)])
        path.chmod(PRIVATE)
        return isinstance(frame.index, pd.RangeIndex), list(map(self.coded, frame)), described


class _Reader:
    """Gives the values that `_Writer` coded."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.known: dict[int, Any] = {}

    def value(self, coded: Any) -> Any:
        if not isinstance(coded, list):
            return coded
        kind, *rest = coded
        match kind:
            case "date":
                return dt.date.fromisoformat(*rest)
            case "path":
                return Path(*rest)
            case "tuple":
                return tuple(map(self.value, rest))
            case "list":
                return list(map(self.value, rest))
            case "dict":
                return {self.value(key): self.value(value) for key, value in rest}
            case "same":
                return self.known[rest[0]]
        number, *rest = rest
        made = self.table(number, *rest) if kind == "table" else self.made(*rest)
        self.known[number] = made
        return made

    def made(self, name: str, state: Any) -> Any:
        """Make an object of this package from its fields, or a refusal from its words."""
        module, _, kind = name.partition(":")
        if not module.startswith(OWN):
            raise ValueError(f"{name} is none of our own.")
        known = getattr(import_module(module), kind)
        if isinstance(state, str):
            return known(state)
        made = known.__new__(known)
        vars(made).update(self.value(state))
        return made

    def table(
        self, number: int, ranged: bool, names: list[Any], described: list[Any]
    ) -> pd.DataFrame:
        path = self.folder / f"{number}.parquet"
        with plain_path(path) as plain:
            found = self.engine.execute("SELECT * FROM read_parquet(?)", [plain]).df()
        parts: list[Any] = []
        for i, (dtype, words) in enumerate(described):
            part = found[f"c{i}"].to_numpy()
            if words is not None:
                part = np.array([*map(self.value, words), None], object)[:-1][part]
            parts.append(pd.Series(part, dtype=dtype))
        index = pd.RangeIndex(len(found)) if ranged else pd.Index(parts[0])
        frame = pd.DataFrame(dict(enumerate(parts[1:])), index=parts[0].index)
        return frame.set_axis(index, axis=0).set_axis([self.value(n) for n in names], axis=1)
