"""Scales that ask two groups of people the same questions."""

from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core.safe_frame import SafeFrame
from icx_research.survey.codebook.types import Codebook, Scale
from icx_research.survey.scores.items import chosen_scales, scale_items
from icx_research.survey.study.study import Study


def parallel_scales(codebook: Codebook) -> list[tuple[str, str]]:
    """List the pairs of scales of different tables with the same wording, item by item.

    Only wording counts: two files may both have a column q1 with different questions.
    Scales without wording in the codebook, of one item, or with different ranges are
    never paired; `parallel_items` takes any pair that is named.

    Examples
    --------
    >>> from icx_research import load_example
    >>> parallel_scales(load_example("company").codebook)
    []
    """
    scales = [scale for source in codebook.sources.values() for scale in source.scales]
    return [
        (a.name, b.name)
        for a, b in combinations(scales, 2)
        if codebook.source_of(a.name).name != codebook.source_of(b.name).name
        and len(a.items) > 1
        and a.response_range == b.response_range
        and _wording(a) == _wording(b)
        and _worded(a)
    ]


def parallel_items(
    study: Study,
    *,
    first: str,
    second: str,
    rows: Literal["rater", "rating"] = "rater",
    wave: str | None = None,
) -> SafeFrame:
    """Put the answers to two parallel scales below each other.

    Parameters
    ----------
    study : Study
    first, second : str
        Scales of two tables whose items ask the same, in the same order.
    rows, wave
        As for `scale_items`.

    Returns
    -------
    SafeFrame
        `scale` (which of the two a row answers), `unit`, and the items, named as those of
        `first`.

    Raises
    ------
    ValueError
        If the scales have different numbers of items or ranges of answers, or are the same.
    NotTestable, Blocked
        As `scale_items`.

    Examples
    --------
    >>> from icx_research import load_example
    >>> study = load_example("company")
    >>> rows = parallel_items(study, first="internal_satisfaction", second="csat")
    >>> list(rows)
    ['scale', 'unit', 'isat1', 'isat2', 'isat3']
    """
    (a,), (b,) = (chosen_scales(study.codebook, name)[0] for name in (first, second))
    if first == second or len(a.items) != len(b.items) or a.response_range != b.response_range:
        raise ValueError(
            "parallel_items needs two scales with as many items and the same range; got "
            + " and ".join(f"{s.name} ({len(s.items)} items, {_range(s)})" for s in (a, b))
            + "."
        )
    parts = [scale_items(study, scale.name, rows=rows, wave=wave, keys="unit") for scale in (a, b)]
    names = dict(zip(b.items, a.items, strict=True))
    table = pd.concat([parts[0], parts[1].rename(columns=names)], ignore_index=True)
    table.insert(0, "scale", np.repeat([first, second], [len(part) for part in parts]))
    return SafeFrame(table)


def _range(scale: Scale) -> str:
    return "{:g} to {:g}".format(*scale.response_range)


def _wording(scale: Scale) -> list[str]:
    return [" ".join(text.split()).casefold() for text in scale.items.values()]


def _worded(scale: Scale) -> bool:
    return all(text != item for item, text in scale.items.items())
