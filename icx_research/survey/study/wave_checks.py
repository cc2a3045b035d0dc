"""Which wave a row belongs to, and whether tables name the same waves."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import absent, day
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.study.quarantine import Quarantine

MANY_WAVES, ROWS_EACH = 5, 10  # more waves than that must have as many rows each, on average
Waves = list[str | None]


def read_days(
    cells: Sequence[Any], rows: Sequence[int], quarantine: Quarantine
) -> list[dt.date | None]:
    """Read the days of answering; set aside what is no date, or lies in the future."""
    source, today = quarantine.source, dt.date.today()
    column = source.keys["date"]
    known = {cell: None if absent(cell) else day(cell, source.date_format) for cell in set(cells)}
    found = [known[cell] for cell in cells]
    given = [not absent(cell) and bool(str(cell).strip()) for cell in cells]
    written = source.date_format or "2025-03-01"
    for bad, reason in (
        ([has and one is None for has, one in zip(given, found, strict=True)],
         f"the cell holds no date that is written as {written}; correct it, or declare date_format "
         "for the file"),
        ([one is not None and one > today for one in found],
         "the date lies in the future; correct it"),
    ):  # fmt: skip
        quarantine.add(_where(bad, rows), column, reason)
    return found


def check_few(waves: Waves, quarantine: Quarantine, codebook: Codebook) -> None:
    """Refuse comments or persons where waves are declared: messages and figures name waves.

    Raises
    ------
    StudyError
        If a survey has more waves than its rows can have.
    """
    source, names = quarantine.source, len(set(waves) - {None})
    known = source.grain == "unit" or codebook.waves
    if not known and names > MANY_WAVES and len(waves) < ROWS_EACH * names:
        raise StudyError(
            f"{quarantine.file}, column {source.keys['wave']}: {names} different entries stand in "
            f"{len(waves)} rows, too many for survey waves; does the column hold something else? "
            "Correct it, or leave wave out of the keys."
        )


def waves_of_days(
    days: Sequence[dt.date | None], rows: Sequence[int], quarantine: Quarantine, codebook: Codebook
) -> Waves:
    """Tell the wave of each row by its day; set aside days between the waves."""
    spans = codebook.wave_dates
    known = {one: _wave_of(one, codebook) for one in set(days)}
    lost = [one is not None and known[one] is None for one in days]
    named = ", ".join(f"{name}: {_span(*span)}" for name, span in spans.items())
    column = quarantine.source.keys["date"]
    quarantine.add(_where(lost, rows), column, f"the date lies in none of the waves ({named})")
    return [known[one] for one in days]


def check_days(
    waves: Waves, days: Sequence[dt.date | None], rows: Sequence[int], quarantine: Quarantine,
    codebook: Codebook,
) -> None:  # fmt: skip
    """Set aside rows whose day lies outside the wave they name."""
    column = quarantine.source.keys["date"]
    for name, (first, last) in codebook.wave_dates.items():
        outside = [
            wave == name and one is not None and not first <= one <= last
            for wave, one in zip(waves, days, strict=True)
        ]
        reason = f"the date lies outside wave {name!r} ({_span(first, last)}); correct one of them"
        quarantine.add(_where(outside, rows), column, reason)


def days_read(waves: Sequence[Any], quarantine: Quarantine, codebook: Codebook) -> tuple[str, ...]:
    """Say how many rows lie in which wave, and between which days that is."""
    source = quarantine.source
    if "date" not in source.keys or not codebook.wave_dates:
        return ()
    what = "ratings" if source.blocks else "rows"
    names, counts = np.unique(np.asarray(waves, dtype=str), return_counts=True)
    n = dict(zip(names.tolist(), counts.tolist(), strict=True))
    found = [
        f"wave {name} ({_span(*span)}): {n.get(name, 0)} {what}"
        for name, span in codebook.wave_dates.items()
    ]
    how = "checked by" if "wave" in source.keys else "taken from"
    return (f"{quarantine.file}: waves {how} {source.keys['date']}; {', '.join(found)}.",)


def _wave_of(one: dt.date | None, codebook: Codebook) -> str | None:
    return next(
        (
            name
            for name, (first, last) in codebook.wave_dates.items()
            if one is not None and first <= one <= last
        ),
        None,
    )


def _span(first: dt.date, last: dt.date) -> str:
    return f"{first} to {last}"


def _where(bad: Sequence[bool], rows: Sequence[int]) -> list[int]:
    return [row for row, hit in zip(rows, bad, strict=True) if hit]


def check_common_waves(codebook: Codebook, tables: dict[str, Any]) -> None:
    """Refuse units, programmes or weights in waves that no survey has."""
    waves = {
        name: set(nw.from_native(table, eager_only=True)["wave"].unique().to_list())
        for name, table in tables.items()
        if codebook.tells_waves(codebook.sources[name])
    }
    surveys = [waves[name] for name in ("internal", "external") if name in waves]
    for name in ("units", "programme", "crosswalk"):
        if surveys and name in waves and not waves[name] & set.union(*surveys):
            source = codebook.sources[name]
            raise StudyError(
                f"{source.file or f'The {name} table'}, column {source.keys['wave']}: none of its "
                f"waves ({', '.join(sorted(waves[name]))}) is a wave of a survey "
                f"({', '.join(sorted(set.union(*surveys)))}); name waves alike."
            )
