"""From a study to the keyed items of its scales, as the measurement functions take them."""

from collections.abc import Sequence
from typing import Any, Literal

import narwhals as nw

from icx_research.core.errors import Blocked, NotTestable, UnsuitableData
from icx_research.core.results import check_choice
from icx_research.core.safe_frame import SafeFrame
from icx_research.survey.codebook.document import suggestion
from icx_research.survey.codebook.types import UNIT_ROLES, Codebook, Scale, Source
from icx_research.survey.codebook.wave_order import choose_wave
from icx_research.survey.scores.scoring import keyed_items, mean_of_answered
from icx_research.survey.study.frames import as_pandas
from icx_research.survey.study.study import Study

ALL_WAVES = "all"


def scale_items(
    study: Study,
    scales: str | Sequence[str],
    *,
    rows: Literal["rater", "rating"] = "rater",
    wave: str | None = None,
    keys: str | Sequence[str] = (),
    score: bool = False,
) -> SafeFrame:
    """Answers to the items of a scale, keyed alike, ready for the measurement functions.

    Parameters
    ----------
    study : Study
    scales : str or sequence of str
        One scale, or several of the same table.
    rows : {"rater", "rating"}
        One row per rater, the mean of her ratings where she rates several suppliers; or
        one row per rating.
    wave : str, optional
        The codebook's or else the latest wave unless given; "all" puts the waves
        together, in which the same person may have several rows.
    keys : str or sequence of str
        Columns to keep before the items: "unit" (whatever unit the table is about),
        "respondent", "wave", and "supplier_unit" with rows="rating".
    score : bool, default False
        Whether to add each scale's score (as `scale_scores`) under its name.

    Returns
    -------
    SafeFrame
        A data frame that never displays its rows. Reverse-keyed items are turned, a
        missing answer is nan; columns are named as the items.

    Raises
    ------
    NotTestable
        If a scale is a published figure, which has no items.
    Blocked
        If fewer persons answered all items than the study's threshold for showing anything.
    ValueError
        If a scale, key or wave is unknown, the scales are of different tables, or a score
        would have the name of an item.

    Examples
    --------
    >>> from icx_research import cronbach_alpha, load_example
    >>> study = load_example("company")
    >>> scale_items(study, "csat")
    SafeFrame: 2836 rows (not shown), 3 columns: csat1, csat2, csat3
    >>> cronbach_alpha(scale_items(study, "csat")).n_items
    3
    """
    chosen, source = chosen_scales(study.codebook, scales)
    columns = [item for scale in chosen for item in scale.items]
    roles = _roles(source, keys, rows)
    frame = nw.from_native(study.tables[source.name], eager_only=True)
    if wave != ALL_WAVES:
        chosen_wave = choose_wave(frame["wave"].unique().to_list(), study.codebook, wave)
        frame = frame.filter(nw.col("wave") == chosen_wave)
    keyed = [item for scale in chosen for item in keyed_items(scale)]
    if score:
        for scale in chosen:
            if scale.name in columns:
                raise UnsuitableData(f"The score {scale.name!r} would have the name of an item.")
            keyed.append(mean_of_answered(keyed_items(scale)).alias(scale.name))
            columns = [*columns, scale.name]
    own = [role for role in (*UNIT_ROLES, "supplier_unit", "respondent", "wave") if role in frame]
    frame = frame.select(*own, *keyed)
    if rows == "rater":
        frame = frame.group_by([source.unit_key, "wave", "respondent"]).agg(nw.col(*columns).mean())
        frame = frame.sort(source.unit_key, "wave", "respondent")
    _check_persons(frame, columns, study, ", ".join(scale.name for scale in chosen))
    table = as_pandas(frame.select(*roles.values(), *columns).to_native()).reset_index(drop=True)
    table = table.rename(columns={role: name for name, role in roles.items()})
    return SafeFrame(table.astype(dict.fromkeys(columns, float)))


def scale_members(
    study: Study, scales: str | Sequence[str], *, min_items: int = 1
) -> dict[str, list[str]]:
    """List the items of scales of one table, as `htmt` and `aggregation_support` take them.

    Parameters
    ----------
    study : Study
    scales : str or sequence of str
    min_items : int, default 1
        Scales with fewer items are left out.

    Raises
    ------
    NotTestable, ValueError
        As `scale_items`.

    Examples
    --------
    >>> from icx_research import load_example
    >>> scale_members(load_example("company"), ["csat", "recommendation"], min_items=2)
    {'csat': ['csat1', 'csat2', 'csat3']}
    """
    found = chosen_scales(study.codebook, scales)[0]
    return {scale.name: list(scale.items) for scale in found if len(scale.items) >= min_items}


def multi_item_scales(study: Study, source: str) -> list[str]:
    """Name the scales of one table that have more than one item.

    Examples
    --------
    >>> from icx_research import load_example
    >>> multi_item_scales(load_example("company"), "external")
    ['csat', 'external_perception', 'external_expectation']
    """
    return [scale.name for scale in study.codebook.sources[source].scales if len(scale.items) > 1]


def chosen_scales(codebook: Codebook, scales: str | Sequence[str]) -> tuple[list[Scale], Source]:
    """Find scales of one table by name, and the table."""
    names = [scales] if isinstance(scales, str) else list(scales)
    if not names:
        raise NotTestable("no scale is named, or the table has none of several items.")
    found = []
    for name in names:
        if name not in codebook.measures:
            raise ValueError(f"There is no scale {name!r}; {suggestion(name, codebook.measures)}")
        measure = codebook.measures[name]
        if not isinstance(measure, Scale):
            raise NotTestable(
                f"answers to items are needed; {name!r} is a published figure per unit."
            )
        found.append(measure)
    tables = {codebook.source_of(name).name: name for name in names}
    if len(tables) > 1:
        raise ValueError(
            f"The scales must be of one table; {', '.join(tables.values())} are of "
            f"{', '.join(tables)}. See parallel_items."
        )
    return found, codebook.source_of(names[0])


def _roles(source: Source, keys: str | Sequence[str], rows: str) -> dict[str, str]:
    """Names of the key columns to keep, with the roles behind them."""
    check_choice(rows, "rows", "rater", "rating")
    known = {"unit": source.unit_key, source.unit_key: source.unit_key}
    known |= {"respondent": "respondent", "wave": "wave"}
    if "supplier_unit" in source.roles and rows == "rating":
        known["supplier_unit"] = "supplier_unit"
    asked = [keys] if isinstance(keys, str) else list(keys)
    for name in asked:
        if name not in known:
            raise ValueError(
                f"keys: rows of one {rows} of the {source.name} table have no {name!r}; "
                f"they have {', '.join(known)}."
            )
    return {name: known[name] for name in asked}


def _check_persons(
    frame: "nw.DataFrame[Any]", columns: list[str], study: Study, names: str
) -> None:
    given = nw.all_horizontal(*(~nw.col(name).is_null() for name in columns), ignore_nulls=True)
    persons = len(frame.filter(given)["respondent"].unique())
    least = study.codebook.thresholds.min_persons
    if persons < least:
        raise Blocked(
            f"fewer than {least} persons answered all items of {names}; nothing of so few may be "
            "shown."
        )
