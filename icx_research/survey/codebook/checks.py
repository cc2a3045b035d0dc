"""Names and codes of a codebook that would mean two things at once."""

import datetime as dt
import itertools
import re
from collections.abc import Mapping

from icx_research.survey.codebook.document import Place, suggestion
from icx_research.survey.codebook.layouts import SupplierBlocks
from icx_research.survey.codebook.types import (
    Measure,
    Question,
    Scale,
    Source,
    fold_answer,
)

# Columns of the tables that are made of the files: nothing else may have these names.
WEIGHT = "weight"  # of scored rows that have weights; then no score may be called so
LONGEST_FORMAT = 40  # letters of a format of dates that are repeated in a message
RESERVED = (
    "respondent", "client_unit", "serving_unit", "unit", "supplier_unit", "wave", "n_client_units",
)  # fmt: skip


def check_distinct(place: Place, keys: Mapping[str, str]) -> None:
    """Refuse a column that stands for two keys."""
    roles = list(keys)
    for at, role in enumerate(roles):
        column = keys[role]
        same = [other for other in roles[at + 1 :] if keys[other] == column]
        if same:
            place.find(same[0]).fail(
                f"column {column!r} stands for {role} already; name another column."
            )


def check_several_rows(place: Place, source: Source) -> None:
    """Refuse keys by which one person has several rows, where no person is named."""
    if source.grain == "respondent":
        for role in ("supplier_unit", "touchpoint"):
            if role in source.keys and "respondent" not in source.keys:
                place.fail(
                    f"with a {role} column one person has several rows; name the "
                    "respondent column too."
                )
        return
    for role, what in (
        ("supplier_unit", "client unit and wave; give the figures of all suppliers together"),
        ("touchpoint", "serving unit and wave; give the figures of all touchpoints together"),
        ("date", "unit and wave"),
    ):
        if role in source.keys:
            place.find(role).fail(
                f"a table of grain 'unit' has one row per {what}{' and' if ';' in what else ';'} "
                "leave this key out."
            )


def check_date_format(place: Place, source: Source) -> None:
    """Refuse a format of dates that does not tell day, month and year."""
    if not source.date_format:
        return
    at = place.find("date_format")
    if "date" not in source.keys:
        at.fail("there are no dates in the file; name their column under keys: date.")
    for day in (dt.date(2024, 3, 1), dt.date(2025, 11, 28)):
        try:
            told = dt.datetime.strptime(day.strftime(source.date_format), source.date_format)
        except (ValueError, re.error):  # the latter where a part stands there twice
            told = dt.datetime.min
        if told.date() != day:
            at.fail(
                f"{source.date_format[:LONGEST_FORMAT]!r} does not tell day, month and year; write "
                'it such as "%d.%m.%Y" for 28.11.2025.'
            )


def check_pattern(place: Place, pattern: str) -> None:
    """Refuse a pattern that does not say where supplier and item stand."""
    parts = SupplierBlocks(pattern).parts
    for part in ("{supplier}", "{item}"):
        if parts.count(part) != 1:
            fault = "lacks" if part not in parts else "holds twice"
            place.find("pattern").fail(
                f"the pattern {pattern!r} {fault} {part}; write where supplier and item stand in "
                "the column names, for example {supplier}_{item} for HR_q1."
            )


def check_blocks(place: Place, source: Source) -> None:
    """Refuse supplier blocks where there are none, and column names that would mean two things."""
    if source.blocks is None:
        return
    at = place.find("supplier_blocks")
    if source.grain == "unit":
        at.fail("a table of grain 'unit' has no ratings of respondents; leave this key out.")
    if "supplier_unit" in source.keys:
        at.fail(
            "the supplier comes out of the column names; leave supplier_unit out of keys, or "
            "supplier_blocks where each rating has a row of its own."
        )
    seen: dict[str, tuple[str, str]] = {}
    items = [item for scale in source.scales for item in scale.items]
    pairs = [(name, item) for name in source.blocks.suppliers for item in items]
    for supplier, item in pairs:
        column = source.blocks.column(supplier, item)
        if column in seen:
            other = seen[column]
            at.fail(
                f"the column {column!r} would hold item {other[1]} of supplier {other[0]} and item "
                f"{item} of supplier {supplier}; rename columns of the file."
            )
        if column in (*source.keys.values(), *source.attributes):
            at.fail(
                f"the column {column!r} would hold item {item} of supplier {supplier}, but is "
                "declared as a key or attribute; correct one of them."
            )
        seen[column] = supplier, item


def check_long(place: Place, source: Source) -> None:
    """Refuse long tables whose rows are not distinct, or whose columns mean two things."""
    if source.long is None:
        return
    at = place.find("long")
    if source.grain == "respondent" and "respondent" not in source.keys:
        at.fail("one person has a row per item; name the respondent under keys, too.")
    if source.blocks:
        at.fail("with supplier_blocks the items stand in columns of their own; leave one out.")
    for name in ("item", "answer"):
        column = getattr(source.long, name)
        if column in (*source.keys.values(), *source.attributes):
            at.find(name).fail(f"column {column!r} is a key or attribute already; name another.")
    if source.long.item == source.long.answer:
        at.fail("item and answer must be two columns.")


def check_weight(place: Place, source: Source) -> None:
    """Refuse a weight of respondents where there are none, or one that is an answer, too."""
    if source.weight is None or source.name == "crosswalk":
        return
    at = place.find("keys", "weight")
    if source.grain == "unit":
        at.fail("a table of grain 'unit' has no weights of respondents; leave this key out.")
    if source.weight in (*source.attributes, *(i for s in source.scales for i in s.items)):
        at.fail(f"column {source.weight!r} is an item or attribute already; name another.")


def check_codes(place: Place, codes: tuple[str, ...], limits: tuple[float, float]) -> None:
    """Refuse a missing code that is a possible answer: real answers would vanish."""
    for code in codes:
        try:
            value = float(code)
        except ValueError:
            continue
        if limits[0] <= value <= limits[1]:
            place.find("missing_codes").fail(
                f"the missing code {code!r} is also a possible answer (range {limits[0]:g} to "
                f"{limits[1]:g}); correct one of them, or declare the code for single scales."
            )


def check_answers(
    place: Place,
    answers: Mapping[str, float],
    codes: tuple[str, ...],
    limits: tuple[float, float],
) -> None:
    """Refuse answers in words that are no answers of the scale, or stand for two things."""
    seen: dict[str, str] = {}
    for word, value in answers.items():
        folded = fold_answer(word)
        if not limits[0] <= value <= limits[1]:
            place.find("answers", word).fail(
                f"{value:g} is outside the range {limits[0]:g} to {limits[1]:g}; correct one of "
                "them."
            )
        if folded in seen:
            place.find("answers", word).fail(
                f"this is the same answer as {seen[folded]!r}, as case and spacing do not matter; "
                "keep one."
            )
        if folded in {fold_answer(code) for code in codes}:
            place.find("answers", word).fail("the word is also a missing code; it cannot be both.")
        seen[folded] = word


def check_measures(sources: Mapping[str, Source], places: Mapping[str, Place]) -> None:
    """Refuse names that would stand for two things in the tables to come."""
    owner: dict[str, str] = dict.fromkeys(RESERVED, "icx_research itself")
    for source in sources.values():
        place = places[source.name]
        for name in source.facts:
            kind = "attributes" if name in source.attributes else "indicators"
            _claim(place.find(kind, name), name, source, owner)
        for name, measure in source.measures.items():
            at = place.find("scales" if isinstance(measure, Scale) else "scores", name)
            if name == WEIGHT and source.weight:
                at.fail(f"the name {name!r} is that of the weights of rows; choose another.")
            _claim(at, name, source, owner)
            _claim(at, f"{name}_n", source, owner)
            _claim(at, f"{name}_se", source, owner)
            for column in measure.items if isinstance(measure, Scale) else measure.columns:
                _check_column(at, column, measure, source)
        if source.grain == "respondent":
            _check_row_attributes(place, source)
    _check_both_sides(sources, places)


def _check_both_sides(sources: Mapping[str, Source], places: Mapping[str, Place]) -> None:
    """Refuse a column that is part of an internal and an external score: they would agree."""
    inside: dict[tuple[str, str, str], str] = {}
    for name in ("internal", "employees", "external", "outcomes"):
        source = sources.get(name)
        if source is None or source.file is None:
            continue
        for measure in source.measures.values():
            kind = "scales" if isinstance(measure, Scale) else "scores"
            for column in measure.items if isinstance(measure, Scale) else measure.values:
                key = (source.file, source.sheet, column)
                if name in ("internal", "employees"):
                    inside.setdefault(key, measure.name)
                elif key in inside:
                    places[name].find(kind, measure.name).fail(
                        f"column {column!r} of {source.file} belongs to {inside[key]!r} already; a "
                        "score cannot be compared with itself."
                    )


def _claim(place: Place, name: str, source: Source, owner: dict[str, str]) -> None:
    if name in owner:
        place.fail(
            f"the name {name!r} is taken by {owner[name]}; choose another, names are unique."
        )
    owner[name] = source.name


def _check_row_attributes(place: Place, source: Source) -> None:
    """Refuse columns that describe rows and are something else in the same table already."""
    items = {item for scale in source.scales for item in scale.items}
    for name in source.attributes:
        at = place.find("attributes", name)
        if name in RESERVED or name in source.keys:
            at.fail(f"the name {name!r} is taken by a key of the tables; rename the column.")
        if name in source.keys.values():
            at.fail(f"column {name!r} is a key of this table already; list it once.")
        if name in source.measures or name in items:
            at.fail(f"the name {name!r} is taken by a scale or an item of this table; choose one.")


def _check_column(place: Place, column: str, measure: Measure, source: Source) -> None:
    """Refuse a column that is a key, an item of another scale, or named like a key."""
    if column in source.keys.values() and source.blocks is None:
        place.fail(f"column {column!r} is a key of this table and cannot be part of a score.")
    if column in RESERVED or column in source.keys:
        place.fail(f"column {column!r} has a name that icx_research needs for itself; rename it.")
    if not isinstance(measure, Scale):
        return
    for other in source.measures.values():
        if other.name == measure.name:
            return
        if isinstance(other, Scale) and column in other.items:
            place.fail(f"item {column!r} belongs to scale {other.name!r} already; list it once.")


def check_waves(
    root: Place,
    waves: tuple[str, ...],
    dates: Mapping[str, tuple[dt.date, dt.date]],
    question: Question,
) -> None:
    """Refuse waves out of order, and a question about a wave that there is not."""
    if waves and question.wave and question.wave not in waves:
        root.find("question", "wave").fail(
            f"{question.wave!r} is none of the waves; {suggestion(question.wave, waves)}"
        )
    names = list(dates)
    for earlier, later in itertools.pairwise(names):
        if dates[later][0] <= dates[earlier][1]:
            fault = "lies before" if dates[later][1] < dates[earlier][0] else "overlaps"
            root.find("waves", later).fail(
                f"the wave {fault} {earlier!r}, "
                "which is listed before it; list the waves in order of time, without a day in two."
            )
