"""SPSS (.sav, .zsav) and Stata (.dta): codes are answers, labels are kept beside them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyreadstat

from icx_research.core.apa import counted
from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Scale, Source
from icx_research.survey.files.labelled_dates import dated_cells
from icx_research.survey.files.left_out import status_columns
from icx_research.survey.files.limits import check_shape
from icx_research.survey.files.personal import SAMPLE, personal_columns
from icx_research.survey.files.spss_weight import weight_column
from icx_research.survey.files.supplier_columns import described
from icx_research.survey.files.tables import (
    NUMERIC,
    TextTable,
    nouns,
    number_text,
    positions,
    typed_columns,
)

WITHOUT_LIMIT = 1e300  # what SPSS stores for "lowest" and "highest" is about 1.8e308
STATA_MISSING = {chr(code) for code in range(ord("a"), ord("z") + 1)}


def read_labelled(path: Path, source: Source) -> TextTable:
    """Read the declared columns of an SPSS or Stata file; its first case is row 1.

    Numeric codes are the answers, never their labels. Values the file itself
    calls missing are no answers; their codes are kept in `missing_codes`.
    """
    spss = path.suffix.lower() != ".dta"
    about = _read(path, source, metadataonly=True)[1]
    names = list(about.column_names)
    check_shape(path.name, about.number_rows or 0, len(names))
    source = described(path.name, names, source)
    at = positions(path.name, names, source)
    columns, about = _read(path, source, usecols=list(at), user_missing=True)
    n_rows = len(columns[next(iter(at))])
    if not n_rows:
        raise StudyError(f"{path.name} holds no cases; save it again with the data.")
    missing = {
        name: _missing_of(about.missing_ranges, name)
        if spss
        else [(code, code) for code in about.missing_user_values.get(name, ())]
        for name in at
    }
    _check_missing(path.name, missing, source)
    cells = {
        name: [_without_missing(value, missing[name], spss) for value in columns[name]]
        for name in at
    }
    cells, lost = _dated(path.name, cells, about.original_variable_types, source)
    weighted = weight_column(path, names) if spss else ""
    codes = {name: tuple(_span(*span) for span in spans) for name, spans in missing.items()}
    rows = list(range(1, n_rows + 1))
    return TextTable(
        frame=typed_columns(cells, rows, file=path.name, source=source),
        rows=rows,
        ragged=[],
        n_columns=len(names),
        labels=tuple(names),
        status=_status(path, source, names),
        personal=_personal(path, source, [name for name in names if name not in at]),
        wording={name: text for name in at if (text := about.column_names_to_labels.get(name))},
        answer_labels={
            name: {number_text(code): str(label) for code, label in labels.items()}
            for name, labels in about.variable_value_labels.items()
            if name in at
        },
        missing_codes={name: found for name, found in codes.items() if found},
        log=(
            *_log(path.name, codes),
            *lost,
            *(
                [f"{path.name}: the file is weighted by {weighted}; answers are used unweighted."]
                if weighted
                else []
            ),
        ),
    )


def _dated(
    file: str, cells: Mapping[str, list[Any]], formats: Mapping[str, str], source: Source
) -> tuple[dict[str, list[Any]], list[str]]:
    """Read dates by the format of their column; say which lie outside the calendar.

    The day of a wave is its name: no program has turned it into a date by itself.
    """
    words, lines, read = nouns(source), [], {}
    for name, values in cells.items():
        read[name], lost = dated_cells(
            values, formats.get(name) or "", figures=words.get(name) in NUMERIC
        )
        if name == source.keys.get("wave"):
            read[name] = [v.isoformat() if type(v) is dt.date else v for v in read[name]]
        if lost:
            lines.append(
                f"{file}, column {name}: {counted(lost, 'date')} beyond the year 9999, which no "
                "calendar has; read as empty."
            )
    return read, lines


def _read(path: Path, source: Source, **options: Any) -> tuple[Mapping[str, list[Any]], Any]:
    read = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    if source.encoding != "utf-8":
        options["encoding"] = source.encoding
    try:
        columns, about = read(
            str(path), output_format="dict", disable_datetime_conversion=True, **options
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError):
        kind = "Stata" if path.suffix.lower() == ".dta" else "SPSS"
        raise StudyError(
            f"{path.name} is not a readable {kind} file; open it where it was made and save "
            "it again."
        ) from None
    return columns, about


def _missing_of(ranges: Mapping[str, Any], name: str) -> list[tuple[Any, Any]]:
    return [(span["lo"], span["hi"]) for span in ranges.get(name, ())]


def _without_missing(value: Any, spans: Sequence[tuple[Any, Any]], spss: bool) -> Any:
    """Empty a cell whose value the file calls missing."""
    if value is None or not spans:
        return value
    if not spss:
        return None if isinstance(value, str) and value in {low for low, _ in spans} else value
    same = [(low, high) for low, high in spans if isinstance(low, str) == isinstance(value, str)]
    comparable = isinstance(value, (str, int, float))
    return None if comparable and any(low <= value <= high for low, high in same) else value


def _check_missing(
    file: str, missing: Mapping[str, Sequence[tuple[Any, Any]]], source: Source
) -> None:
    """Refuse missing values that are possible answers: real answers would vanish."""
    for measure in source.measures.values():
        if not isinstance(measure, Scale):
            continue
        low, high = measure.response_range
        for item in source.columns_of(measure):
            for first, last in missing.get(item, ()):
                if not isinstance(first, str) and first <= high and last >= low:
                    raise StudyError(
                        f"{file}, column {item}: the file calls {_span(first, last)} missing, but "
                        f"that is a possible answer (range {low:g} to {high:g}); correct the "
                        "range, or the missing values of the file."
                    )


def _span(low: Any, high: Any) -> str:
    if not isinstance(low, str) and max(abs(low), abs(high)) >= WITHOUT_LIMIT:
        return f"{number_text(low)} or more" if high > 0 else f"{number_text(high)} or less"
    if low == high:
        return f".{low}" if low in STATA_MISSING else number_text(low)
    return f"{number_text(low)} to {number_text(high)}"


def _log(file: str, codes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    by_codes: dict[tuple[str, ...], list[str]] = {}
    for name, found in codes.items():
        if found:
            by_codes.setdefault(found, []).append(name)
    return tuple(
        f"{file}: {', '.join(found)} means no answer in {', '.join(names)}, as the file says."
        for found, names in by_codes.items()
    )


def _status(path: Path, source: Source, names: list[str]) -> dict[str, list[str]]:
    """Read the columns that may say how a row came about, as their labels say it."""
    wanted = status_columns(names, source)
    if not wanted:
        return {}
    columns, about = _read(path, source, usecols=wanted)
    return {
        name: [_in_words(code, about.variable_value_labels.get(name, {})) for code in columns[name]]
        for name in wanted
    }


def _in_words(code: Any, labels: Mapping[Any, str]) -> str:
    return "" if code is None or code != code else str(labels.get(code, number_text(code)))


def _personal(path: Path, source: Source, names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    columns, _ = _read(path, source, usecols=names, row_limit=SAMPLE)
    return personal_columns(
        {name: [cell for cell in columns[name] if isinstance(cell, str)] for name in names}
    )
