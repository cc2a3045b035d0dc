"""The items of a study with their wording, and how many of them go together."""

from collections.abc import Sequence

import pandas as pd

from icx_research.core.errors import NotTestable
from icx_research.survey.codebook.types import Codebook, Scale, Source
from icx_research.survey.study.wording import check_scales

NO_ITEMS = "item answers are needed; this study holds published unit figures."
MAX_ITEMS = 15  # of one figure: with long wordings a page is full


def scales_of(
    codebook: Codebook, names: str | Sequence[str] | None = None, *, min_items: int = 1
) -> list[tuple[Source, Scale]]:
    """List the scales made of items with their tables, in the order of the codebook.

    Raises
    ------
    NotTestable
        If there is none, or none with that many items.
    ValueError
        If a name is none of the study's.
    """
    wanted = [names] if isinstance(names, str) else names
    check_scales(wanted or (), codebook.measures)
    found = [
        (source, scale)
        for source in codebook.sources.values()
        for scale in source.scales
        if wanted is None or scale.name in wanted
    ]
    if not found:
        raise NotTestable(NO_ITEMS)
    large = [(source, scale) for source, scale in found if len(scale.items) >= min_items]
    if not large:
        raise NotTestable(f"a scale of at least {min_items} items is needed; the study has none.")
    return large


def item_line(source: Source, scale: Scale, item: str) -> dict[str, object]:
    """Describe one item: where it stands, how it is worded, how it could be answered."""
    low, high = scale.response_range
    return {
        "table": source.name,
        "scale": scale.name,
        "item": item,
        "wording": scale.items[item],
        "reverse_keyed": item in scale.reverse_keyed,
        "low": low,
        "high": high,
    }


def whole_scales(
    items: pd.DataFrame, *, apart: Sequence[str], most: int = MAX_ITEMS
) -> list[pd.DataFrame]:
    """Split a list of items into portions of whole scales, for figures of readable size.

    Parameters
    ----------
    items : DataFrame
        With `table`, `scale` and one row per item.
    apart : sequence of str
        Columns whose values never stand in one portion.
    most : int, default 15
        Items of a portion; a scale that is longer stands alone.

    Examples
    --------
    >>> items = pd.DataFrame({"table": "internal", "scale": list("aaabbc")})
    >>> [part["scale"].tolist() for part in whole_scales(items, apart=["table"], most=4)]
    [['a', 'a', 'a'], ['b', 'b', 'c']]
    """
    portions: list[list[pd.DataFrame]] = []
    groups = items.groupby(list(apart), sort=False) if apart else [("", items)]
    for _, alike in groups:
        portions.append([])
        for _, scale in alike.groupby(["table", "scale"], sort=False):
            size = sum(len(part) for part in portions[-1])
            if portions[-1] and size + len(scale) > most:
                portions.append([])
            portions[-1].append(scale)
    return [pd.concat(parts) for parts in portions]
