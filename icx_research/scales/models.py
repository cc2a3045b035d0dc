"""Confirmatory models of a study's scales: whether the items fit, and alike in all groups."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

import narwhals as nw

from icx_research.core.errors import Blocked, NotTestable
from icx_research.core.safe_frame import SafeFrame
from icx_research.measurement.invariance.ladder import measurement_invariance
from icx_research.measurement.invariance.result import LEVELS, InvarianceResult
from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.result import SemResult
from icx_research.survey.scores.items import ALL_WAVES, chosen_scales, scale_items, scale_members
from icx_research.survey.scores.parallel_scales import parallel_items, parallel_scales
from icx_research.survey.study.study import Study

READABLE = re.compile(r"[^\W\d][\w.]*")  # a name that the model syntax can read
WORDS = ("NA", "c", "start")  # names that mean something else there


def scale_cfa(
    study: Study,
    scales: str | Sequence[str],
    *,
    rows: Literal["rater", "rating"] = "rater",
    wave: str | None = None,
    estimator: Literal["ML", "MLR"] = "MLR",
) -> SemResult:
    """Fit one factor per scale, each item on its own scale alone.

    Parameters
    ----------
    study : Study
    scales : str or sequence of str
        Scales of one table. A scale of one item is left out.
    rows, wave
        As for `scale_items`.
    estimator : {"MLR", "ML"}
        "MLR" does not presume normal answers.

    Returns
    -------
    SemResult
        Latent variables are named as the scales; an item whose column cannot stand in a
        model (a space, a leading digit) is called item1, item2, ...

    Raises
    ------
    NotTestable, Blocked
        As `scale_items`; also if no scale has two items.
    UnsuitableData
        As `cfa`: too few rows, an item that does not vary, too few items to identify the
        model.

    Examples
    --------
    >>> from icx_research import load_example
    >>> fitted = scale_cfa(load_example("company"), ["customer_focus"])
    >>> fitted.model
    'customer_focus =~ ecf1 + ecf2 + ecf3 + ecf4'
    """
    members = scale_members(study, scales, min_items=2)
    if not members:
        raise NotTestable("a scale of at least 2 items is needed for a factor.")
    items = scale_items(study, list(members), rows=rows, wave=wave)
    model, renamed = _model(members, items)
    return cfa(model, renamed, estimator=estimator)


def invariance_groups(study: Study, scale: str) -> list[str]:
    """List what a scale can be compared across: parallel scales, "supplier_unit", "wave".

    Examples
    --------
    >>> from icx_research import load_example
    >>> invariance_groups(load_example("company"), "internal_satisfaction")
    ['supplier_unit', 'wave']
    """
    source = chosen_scales(study.codebook, scale)[1]
    found = [other for pair in parallel_scales(study.codebook) if scale in pair
             for other in pair if other != scale]  # fmt: skip
    frame = nw.from_native(study.tables[source.name], eager_only=True)
    keys = [key for key in ("supplier_unit", "wave") if key in source.roles]
    return [*found, *(key for key in keys if frame[key].n_unique() > 1)]


def scale_invariance(
    study: Study,
    scale: str,
    *,
    across: str | None = None,
    wave: str | None = None,
    estimator: Literal["ML", "MLR"] = "MLR",
    levels: Sequence[str] = LEVELS,
) -> InvarianceResult:
    """Test whether one scale measures alike in all groups.

    Parameters
    ----------
    study : Study
    scale : str
    across : str, optional
        "wave", "supplier_unit", or the name of a parallel scale of another table (the
        groups are then the two tables). Without it the first that `invariance_groups`
        lists.
    wave : str, optional
        As for `scale_items`; every wave where waves are compared.
    estimator, levels
        As for `measurement_invariance`.

    Returns
    -------
    InvarianceResult

    Raises
    ------
    NotTestable, Blocked
        As `scale_items`; also if there is nothing to compare across.
    UnsuitableData
        As `measurement_invariance`.

    Notes
    -----
    Groups of fewer persons than the study's threshold are left out; `note` names them.
    A person who rates several suppliers, or answers in several waves, has several rows;
    then standard errors and scaled tests rest on persons (``cluster="respondent"``).

    Examples
    --------
    >>> from icx_research import load_example
    >>> ladder = scale_invariance(load_example("company"), "customer_focus", across="wave")
    >>> ladder.allows("means")
    True
    """
    if across is None:
        possible = invariance_groups(study, scale)
        if not possible:
            raise NotTestable(
                f"groups are needed to compare {scale!r} across; the study has one wave, no "
                "suppliers, and no scale with the same wording in another table."
            )
        across = possible[0]
    members = scale_members(study, scale)
    if across in ("wave", "supplier_unit"):
        ratings: dict[str, Any] = {"wave": wave, "rows": "rating"}
        options = {"wave": ALL_WAVES} if across == "wave" else ratings
        rows = scale_items(study, scale, keys=[across, "respondent"], **options)
        rows, left_out = _enough_persons(study, rows, across, members[scale])
    else:
        rows, across = parallel_items(study, first=scale, second=across, wave=wave), "scale"
        left_out = ""
    model, renamed = _model(members, SafeFrame(rows[members[scale]]))
    repeated = "respondent" in rows and bool(rows["respondent"].duplicated().any())
    keys = {"_group": rows[across]} | ({"_person": rows["respondent"]} if repeated else {})
    found = measurement_invariance(
        model,
        renamed.assign(**keys),
        group="_group",
        estimator=estimator,
        cluster="_person" if repeated else None,
        levels=levels,
    )
    return replace(found, note="; ".join(part for part in (found.note, left_out) if part))


def _enough_persons(
    study: Study, rows: SafeFrame, across: str, items: Sequence[str]
) -> tuple[SafeFrame, str]:
    """Leave out groups of so few persons that their means must not be seen, and say so."""
    least = study.codebook.thresholds.min_persons
    complete = rows[rows[items].notna().all(axis=1)]
    persons = complete.groupby(across)["respondent"].nunique()
    large = persons.index[persons >= least]
    small = sorted(set(rows[across]) - set(large))
    if not small:
        return rows, ""
    if len(large) < 2:
        raise Blocked(
            f"only {len(large)} group(s) hold {least} persons who answered all items; comparing "
            "needs 2."
        )
    kept = SafeFrame(rows[rows[across].isin(large)].reset_index(drop=True))
    return kept, f"left out, fewer than {least} persons: {', '.join(map(str, small))}"


def _model(members: dict[str, list[str]], items: SafeFrame) -> tuple[str, SafeFrame]:
    """Write the model of scales, and name the items so that it can be read."""
    columns = [item for names in members.values() for item in names]
    plain = dict(zip(columns, _plain_names(columns, "item"), strict=True))
    latent = _plain_names(members, "scale", taken=plain.values())
    lines = [
        f"{name} =~ {' + '.join(plain[item] for item in names)}"
        for name, names in zip(latent, members.values(), strict=True)
    ]
    return "\n".join(lines), SafeFrame(items[columns].rename(columns=plain))


def _plain_names(names: Iterable[str], word: str, *, taken: Iterable[str] = ()) -> list[str]:
    used, found = {*taken, *names}, []
    known = set(taken)
    for place, name in enumerate(names, start=1):
        plain = name
        if not READABLE.fullmatch(name) or name in WORDS or name in known:
            plain = f"{word}{place}"
            while plain in used:
                plain += "_"
        used.add(plain)
        found.append(plain)
    return found
