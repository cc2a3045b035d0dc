"""What labels say against the codebook: direction, range, no answers, names of units."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import narwhals as nw
import numpy as np

from icx_research.survey.answers.label_meaning import (
    answer_codes,
    codes_without_answer,
    ends,
    low_is_good,
)
from icx_research.survey.codebook.types import Scale, Source
from icx_research.survey.study.study import Study

WHOLE = 3  # labelled answers without a gap from which on labels tell the whole range
SHOWN = 3  # units that are named
MOST_UNITS = 0.5  # of the units of a side that must be codes whose labels the other side uses


def label_doubts(study: Study) -> list[str]:
    """Say where labels of the file, or words of the codebook, speak against the codebook.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of str
        One sentence each, by file; nothing is changed.

    Examples
    --------
    >>> from icx_research import load_example
    >>> label_doubts(load_example("company"))
    []
    """
    lines: list[str] = []
    for name, source in study.codebook.sources.items():
        file = source.file or f"the {name} table"
        labels = study.answer_labels.get(name, {})
        for scale in source.scales:
            of_items = {item: _labels(scale, item, source, labels) for item in scale.items}
            lines += [f"{file}: {line}" for line in _direction(scale, of_items)]
            lines += [f"{file}: {line}" for line in _range(scale, of_items)]
            lines += [f"{file}: {line}" for line in _no_answers(study, source, scale, of_items)]
    return [*lines, *_labelled_units(study)]


def _labels(
    scale: Scale, item: str, source: Source, labels: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str]:
    """Give the labels of an item's codes: of the file, else the words of the codebook."""
    columns = source.columns_of_item(item)
    found = next((labels[column] for column in columns if column in labels), {})
    return found or {f"{number:g}": text for text, number in scale.answers.items()}


def _direction(scale: Scale, of_items: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if scale.higher_is == "worse":
        return
    against = [item for item, labels in of_items.items()
               if low_is_good(labels) and item not in scale.reverse_keyed]  # fmt: skip
    if not against:
        return
    (low, first), (high, last) = ends(of_items[against[0]]) or ((0, ""), (0, ""))
    said = f"{low:g} {first}, {high:g} {last}"
    if len(against) + len(scale.reverse_keyed) >= len(scale.items):
        yield (
            f"{scale.name}: by the labels a low answer is the better one ({said}); declare "
            "higher_is: worse, or list the items under reverse_keyed."
        )
    else:
        yield (
            f"{', '.join(against)}: by the labels a low answer is the better one ({said}), unlike "
            f"in the other items of {scale.name}; list under reverse_keyed what runs against them."
        )


def _range(scale: Scale, of_items: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Doubt a range other than that of labels without a gap."""
    other: dict[tuple[float, float], list[str]] = {}
    for item, labels in of_items.items():
        codes = list(answer_codes(labels))
        gaps = {b - a for a, b in pairwise(codes)}
        if len(codes) >= WHOLE and gaps == {1.0} and not scale.answers:
            other.setdefault((codes[0], codes[-1]), []).append(item)
    for (low, high), items in other.items():
        if (low, high) != tuple(scale.response_range):
            declared = " to ".join(f"{end:g}" for end in scale.response_range)
            yield (
                f"{', '.join(items)}: the labels go from {low:g} to {high:g}, the range of "
                f"{scale.name} is {declared}; which was asked?"
            )


def _no_answers(
    study: Study, source: Source, scale: Scale, of_items: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """Name codes whose label means "no answer", where they stand among the answers."""
    frame = nw.from_native(study.tables[source.name], eager_only=True)
    problems = study.quarantine
    outside = set(problems.loc[problems["reason"].str.contains("is outside"), "column"])
    by_codes: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for item, labels in of_items.items():
        given = set(np.unique(frame[item].drop_nulls().to_numpy()).tolist())
        columns = set(source.columns_of_item(item))
        codes = tuple(
            (code, text) for code, text in codes_without_answer(labels).items()
            if code not in scale.missing_codes
            and (float(code) in given or (columns & outside and _beyond(float(code), scale)))
        )  # fmt: skip
        if codes:
            by_codes.setdefault(codes, []).append(item)
    for codes, items in by_codes.items():
        listed = ", ".join(f"{code} ({text})" for code, text in codes)
        inside = any(not _beyond(float(code), scale) for code, _ in codes)
        declared = ", ".join(f'"{code}"' for code, _ in codes)
        yield (
            f"{', '.join(items)}: by its label {listed} means no answer; "
            f"{'correct the range and ' if inside else ''}"
            f"declare missing_codes: [{declared}]."
        )


def _beyond(code: float, scale: Scale) -> bool:
    low, high = scale.response_range
    return not low <= code <= high


def _labelled_units(study: Study) -> Iterator[str]:
    """Say where one survey has codes for units whose labels are the units of the other."""
    units = {}
    for name in ("internal", "external"):
        source = study.codebook.sources[name]
        values = nw.from_native(study.tables[name], eager_only=True)[source.unit_key]
        units[name] = set(values.unique().to_list())
    for name, other in (("internal", "external"), ("external", "internal")):
        source = study.codebook.sources[name]
        column = source.keys[source.unit_key]
        labels = study.answer_labels.get(name, {}).get(column, {})
        named = {code: text for code, text in labels.items() if code in units[name]
                 and text.strip() in units[other] and code not in units[other]}  # fmt: skip
        if (
            named
            and len(named) >= MOST_UNITS * len(units[name])
            and "crosswalk" not in (study.codebook.sources)
        ):
            shown = ", ".join(f"{code} {text}" for code, text in list(named.items())[:SHOWN])
            yield (
                f"{source.file or f'the {name} table'}, column {column}: the labels of its codes "
                f"({shown}, ...) are the units of the {other} survey; pair codes and names in a "
                "crosswalk, or export the column as names."
            )
