"""A study: validated tables, with a list of what was set aside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from icx_research.core.bands import banded
from icx_research.core.display import table_html
from icx_research.core.errors import NotTestable, StudyError
from icx_research.survey.codebook.document import suggestion
from icx_research.survey.codebook.reading import read_codebook
from icx_research.survey.codebook.types import Codebook, Scale, SupplierBlocks
from icx_research.survey.files.readers import find_file, read_table
from icx_research.survey.files.supplier_columns import items_of, unlisted_suppliers, with_suppliers
from icx_research.survey.files.tables import TextTable
from icx_research.survey.study.arranged_rows import arranged
from icx_research.survey.study.common_units import check_common_units
from icx_research.survey.study.quarantine import QUARANTINE_COLUMNS
from icx_research.survey.study.validation import validate_table
from icx_research.survey.study.wave_checks import check_common_waves


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Validated tables of one study.

    Attributes
    ----------
    codebook : Codebook
    tables : dict of str to DataFrame
        By name: internal, external, employees, units, programme, outcomes,
        crosswalk. Keys are named by their roles, items and attributes keep their
        column names, answers are in range. The files themselves are never touched.
    quarantine : DataFrame
        One line per problem: table, file, row, column, reason. No answers.
    n_read : dict of str to int
        Rows of each table before quarantine; ratings where one row holds several.
    digests : dict of str to str
        SHA-256 of each file that was read.
    dropped_columns : dict of str to tuple of str
        By table: columns of the file that seem to hold personal data (names, mail,
        telephone, IP address, place) and were never loaded.
    answer_labels : dict of str to dict
        By table and column: what SPSS or Stata say each code means.
    file_missing_codes : dict of str to dict
        By table and column: codes that SPSS or Stata call "no answer".
    log : tuple of str
        What was left out on reading and why, and what rows turned out to be. No answers.
    """

    codebook: Codebook
    tables: Mapping[str, Any]
    quarantine: pd.DataFrame
    n_read: Mapping[str, int]
    digests: Mapping[str, str] = field(default_factory=dict)
    dropped_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answer_labels: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    file_missing_codes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    log: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say what is there, never what was answered."""
        rows = ", ".join(f"{line.table} {line.rows_used} rows" for line in self.shown.itertuples())
        aside = banded(self.n_quarantined)
        return f"Study: {self.codebook.study} ({rows}; {aside} rows quarantined)"

    def _repr_html_(self) -> str:
        return table_html(self.shown)

    @property
    def n_quarantined(self) -> int:
        """Rows set aside, each counted once; ratings where one row holds several."""
        return sum(read - len(self.tables[name]) for name, read in self.n_read.items())

    @property
    def summary(self) -> pd.DataFrame:
        """Tables with their grain and their rows read, quarantined and used."""
        lines = []
        for name, read in self.n_read.items():
            source = self.codebook.sources[name]
            used = len(self.tables[name])
            lines.append(
                {
                    "table": name,
                    "file": source.file or "(frame)",
                    "grain": source.grain,
                    "rows_read": read,
                    "rows_quarantined": read - used,
                    "rows_used": used,
                }
            )
        return pd.DataFrame(lines)

    @property
    def shown(self) -> pd.DataFrame:
        """The summary as it may be shown: rows of respondents in bands."""
        people = self.summary["grain"] == "respondent"
        counts = {
            name: [banded(n) if person else str(n) for n, person in zip(rows, people, strict=True)]
            for name, rows in self.summary.filter(like="rows_").items()
        }
        return self.summary.assign(**counts)

    def table(self, name: str) -> Any:
        """Give one table, or say that the study lacks it.

        Raises
        ------
        NotTestable
            If the study has no such table.
        """
        if name not in self.tables:
            raise NotTestable(f"the study has no {name} table.")
        return self.tables[name]


def read_study(path: str | Path, *, data: str | Path | None = None) -> Study:
    """Read the files of a study and set aside what does not fit its codebook.

    Parameters
    ----------
    path : path of a `study.yaml`
    data : path, optional
        Folder of the files. Without it they are looked for beside the codebook,
        then in the folder named by the environment variable ICX_DATA.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        If the codebook or a file is broken, or so many rows would be quarantined
        that a table cannot be trusted. The message names file, row and column.

    Examples
    --------
    >>> from icx_research.survey.study.datasets import example_path
    >>> read_study(example_path("company")).codebook.study
    'Company (simulated)'
    """
    codebook = read_codebook(path)
    folder = Path(path).parent
    if data is not None and not Path(data).is_dir():
        raise StudyError(f"There is no data folder {data}; check the path given with --data.")
    texts = {
        name: read_table(find_file(str(source.file), study_folder=folder, data=data), source)
        for name, source in codebook.sources.items()
    }
    ragged = {
        name: [
            (row, f"the row has {cells} cells, the header {text.n_columns}; correct its "
                  "separators and quotation marks")
            for row, cells in text.ragged
        ]
        for name, text in texts.items()
    }  # fmt: skip
    frames = {name: text.frame for name, text in texts.items()}
    codebook = _described(codebook, frames)
    rows = {name: text.rows for name, text in texts.items()}
    study = _study(_worded(codebook, texts), frames, rows, ragged)
    return replace(
        study,
        digests={str(codebook.sources[name].file): text.digest for name, text in texts.items()},
        dropped_columns={name: text.personal for name, text in texts.items() if text.personal},
        answer_labels={n: text.answer_labels for n, text in texts.items() if text.answer_labels},
        file_missing_codes={
            name: text.missing_codes for name, text in texts.items() if text.missing_codes
        },
        log=(*(line for text in texts.values() for line in text.log), *study.log),
    )


def _worded(codebook: Codebook, texts: Mapping[str, TextTable]) -> Codebook:
    """Take the wording of an item from its file where the codebook has none."""
    sources = {}
    for name, source in codebook.sources.items():
        known = texts[name].wording
        if source.blocks:
            known = _common_wording(known, source.blocks, items_of(source))
        measures = {
            key: replace(
                measure,
                items={
                    item: known.get(item, text) if text == item else text
                    for item, text in measure.items.items()
                },
            )
            if isinstance(measure, Scale)
            else measure
            for key, measure in source.measures.items()
        }
        sources[name] = replace(source, measures=measures)
    return replace(codebook, sources=sources)


def _common_wording(
    known: Mapping[str, str], blocks: SupplierBlocks, items: list[str]
) -> dict[str, str]:
    """Take the wording of an item where the file has the same one for every supplier."""
    each = {
        item: {known.get(blocks.column(supplier, item), "") for supplier in blocks.suppliers}
        for item in items
    }
    return {item: said.pop() for item, said in each.items() if len(said) == 1 and said != {""}}


def _described(codebook: Codebook, frames: Mapping[str, Any]) -> Codebook:
    """Fill in the suppliers that the column names of a table tell."""
    sources = {
        name: with_suppliers(f"The {name} table", _columns(name, frames[name]), source)
        for name, source in codebook.sources.items()
    }
    return replace(codebook, sources=sources)


def study_from_frames(codebook: Codebook | str | Path | Mapping[str, Any], **tables: Any) -> Study:
    """Make a study of tables that are in memory already.

    Parameters
    ----------
    codebook : Codebook, path of a `study.yaml`, or a mapping with its keys
        Entries for files may be left out of a mapping.
    **tables : DataFrame
        `internal`, `external` and whichever of `employees`, `units`, `programme`,
        `outcomes` and `crosswalk` the codebook describes; pandas, Polars or any other
        eager frame narwhals reads.

    Returns
    -------
    Study
        Row numbers in its quarantine count the rows of the frame from 1.

    Raises
    ------
    StudyError
        As `read_study`; also if a table is missing or not described.

    Examples
    --------
    >>> import pandas as pd
    >>> scale = {"items": ["q1", "q2"], "range": [1, 5]}
    >>> codebook = {
    ...     "study": "Two branches",
    ...     "internal": {"keys": {"respondent": "id", "client_unit": "branch"},
    ...                  "scales": {"service": scale}},
    ...     "external": {"keys": {"respondent": "id", "serving_unit": "branch"},
    ...                  "scales": {"csat": scale}},
    ...     "question": {"internal": "service", "external": "csat"},
    ... }
    >>> rows = pd.DataFrame({"id": [1, 2, 3, 4], "branch": list("aabb"),
    ...                      "q1": [4, 5, 2, 1], "q2": [4, 4, 1, 2]})
    >>> study = study_from_frames(codebook, internal=rows, external=rows)
    >>> len(study.table("external"))
    4
    """
    if not isinstance(codebook, Codebook):
        codebook = read_codebook(codebook)
    for name in tables:
        if name not in codebook.sources:
            raise StudyError(
                f"The table {name!r} is not described in the codebook, which has "
                f"{', '.join(codebook.sources)}."
            )
    for name, source in codebook.sources.items():
        if name not in tables:
            raise StudyError(f"The codebook describes the table {name!r}; pass {name}=...")
        known = _columns(name, tables[name])
        keys_first = replace(source, measures={}) if source.blocks else source
        missing = [column for column in keys_first.columns if column not in known]
        if missing:
            raise StudyError(
                f"The {name} table has no column {missing[0]!r}; {suggestion(missing[0], known)}"
            )
        if len(tables[name]) == 0:
            raise StudyError(f"The {name} table has no rows; there is nothing to analyse.")
        _refuse_nested(name, tables[name], keys_first.columns)
    codebook = _described(codebook, tables)
    rows = {name: list(range(1, len(tables[name]) + 1)) for name in codebook.sources}
    others = [
        line
        for name, source in codebook.sources.items()
        for line in unlisted_suppliers(f"The {name} table", _columns(name, tables[name]), source)
    ]
    study = _study(codebook, {name: tables[name] for name in codebook.sources}, rows, {})
    return replace(study, log=(*others, *study.log))


def _columns(name: str, table: Any) -> list[str]:
    """Names of the columns; refuse what is no frame of rows, or names one twice."""
    try:
        return list(nw.from_native(table, eager_only=True).columns)
    except TypeError:
        raise TypeError(
            f"{name} must be a DataFrame (pandas, Polars, PyArrow) held in memory, not "
            f"{type(table).__name__}."
        ) from None
    except nw.exceptions.DuplicateError:
        raise StudyError(f"The {name} table has a column name twice; rename one.") from None


def _refuse_nested(name: str, table: Any, columns: Sequence[str]) -> None:
    """Refuse cells that hold several values."""
    for column in columns:
        cells = nw.from_native(table, eager_only=True)[column]
        several = cells.dtype.is_nested() or (
            cells.dtype == nw.Object
            and any(isinstance(cell, (Mapping, Collection)) and not isinstance(cell, (str, bytes))
                    for cell in cells.to_list())
        )  # fmt: skip
        if several:
            raise StudyError(
                f"The {name} table, column {column}: cells hold lists or the like, neither text "
                "nor a number; give each value a column of its own."
            )


def _study(
    codebook: Codebook,
    frames: Mapping[str, Any],
    rows: Mapping[str, list[int]],
    ragged: Mapping[str, list[tuple[int, str]]],
) -> Study:
    tables, set_aside, n_read = {}, [pd.DataFrame(columns=list(QUARANTINE_COLUMNS))], {}
    log: list[str] = []
    for name, source in codebook.sources.items():
        frame = nw.from_native(frames[name], eager_only=True).select(*source.columns)
        used = arranged(frame, rows[name], source)
        found = validate_table(
            used.frame, used.rows, source, codebook=codebook,
            ragged=(*ragged.get(name, ()), *used.ragged),
        )  # fmt: skip
        n_read[name] = found.n_read
        tables[name] = found.frame.to_native()
        log += (*used.log, *found.log)
        if found.quarantine.entries:
            found.quarantine.entries = used.places(found.quarantine.entries)
            set_aside.append(found.quarantine.table)
    check_common_waves(codebook, tables)
    check_common_units(codebook, tables)
    quarantine_table = pd.concat(set_aside, ignore_index=True)
    return Study(codebook, tables, quarantine_table, n_read, log=tuple(log))
