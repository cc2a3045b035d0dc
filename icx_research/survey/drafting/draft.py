"""A first `study.yaml`, drafted from two files or from none."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from icx_research.core.errors import StudyError
from icx_research.core.stopping import write_together
from icx_research.survey.codebook.checks import RESERVED
from icx_research.survey.codebook.wave_order import certain_order, in_time
from icx_research.survey.drafting.blocks import BlocksDraft, as_ratings, draft_blocks
from icx_research.survey.drafting.files import LookedAt, look_at
from icx_research.survey.drafting.keys import UNIT, KeysDraft, draft_keys
from icx_research.survey.drafting.left_out import (
    columns_listed,
    not_answers,
    reasons,
    weight_column,
)
from icx_research.survey.drafting.pairs import Pairing, pair_units
from icx_research.survey.drafting.refusals import without_scales
from icx_research.survey.drafting.scales import (
    ScaleDraft,
    draft_scales,
    numbers_of,
    read_numbers,
    words_of,
)
from icx_research.survey.drafting.templates import TEMPLATES
from icx_research.survey.drafting.text import TableDraft, study_text
from icx_research.survey.drafting.unit_tables import (
    MOST_SCORES,
    ScoreDraft,
    chosen_wave,
    draft_scores,
    of_wave,
)
from icx_research.survey.drafting.wave_columns import last_wave

CROSSWALK = "crosswalk.csv"
MAX_LISTED = 20  # units per kind that a draft names
MAX_EXAMPLES = 5  # of those that stand in the crosswalk, too
WISHED = re.compile(r"(^|_)(e|expect[a-z]*|erwart[a-z]*|importan[a-z]*|wichtig[a-z]*|needs?)(_|$)")
PREFERRED = ("satisf", "sat", "zufried", "overall", "quality")


def draft_study(
    folder: str | Path,
    *,
    internal: str | Path | None = None,
    external: str | Path | None = None,
    units: Sequence[str] = (),
    respondents: Sequence[str] = (),
) -> list[Path]:
    """Write a commented `study.yaml` for two files, or templates where there are none.

    Guesses stand in it as declarations or as questions; codes for "no answer" and
    reverse-keyed items are only asked about, and so is the crosswalk that is written
    where the files seem to spell units otherwise. The files themselves are neither
    copied nor changed.

    Parameters
    ----------
    folder : path
        Where the study is to live; made if it is not there.
    internal, external : path, optional
        Colleagues' ratings and end customers' ratings; both or neither.
    units, respondents : sequence of str, optional
        Columns of the units and of the respondents, where they are not to be guessed: one
        for both files, or the internal and the external one.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    StudyError
        If a file is in the way, cannot be read, or holds neither units nor items.
    """
    home = Path(folder)
    if (internal is None) != (external is None):
        raise StudyError("Give both files, --internal and --external, or neither.")
    if internal is None or external is None:
        contents = dict(TEMPLATES)
    else:
        contents = _drafted(
            home, Path(internal), Path(external), units=units, respondents=respondents
        )
    for name in contents:
        if (home / name).exists():
            raise StudyError(
                f"{home / name} is there already and stays as it is; choose another folder."
            )
    return write_together(home, contents)


def _drafted(
    home: Path,
    internal: Path,
    external: Path,
    *,
    units: Sequence[str],
    respondents: Sequence[str],
) -> dict[str, str]:
    files = {"internal": look_at(internal), "external": look_at(external)}
    chosen = draft_keys(files["internal"], files["external"], units=units, respondents=respondents)
    keys = dict(zip(files, chosen, strict=True))
    tables, taken = {}, list(RESERVED)
    for side, file in files.items():
        path = _relative(file.path, home)
        where = None if "respondent" in keys[side].said else _where(file, side, keys[side])
        table = None if where is None else _of_units(path, file, side, keys[side], where, taken)
        table = table or _of_respondents(path, file, side, keys[side], taken)
        keys[side] = table.keys
        taken += [name for s in table.scales for name in (s.name, f"{s.name}_n", f"{s.name}_se")]
        tables[side], files[side] = table, table.looked_at
    question = {side: _asked(table.scales) for side, table in tables.items()}
    pairing = pair_units(
        *(_values(file, keys[side].keys[UNIT[side]]) for side, file in files.items()),
        labels=[
            file.answer_labels.get(keys[side].keys[UNIT[side]], {}) for side, file in files.items()
        ],
    )
    waves = _wave_names(files, keys)
    text = study_text(
        home.resolve().name,
        tables,
        question,
        waves=waves,
        ordered=certain_order(waves) is not None,
        guessed=_guessed(files["external"], pairing),
        unmatched=_unmatched(files, pairing),
        alone={
            UNIT[side]: units
            for side, units in pairing.alone.items()
            if 0 < len(units) <= MAX_LISTED and pairing.pairs
        },
        variants=_variants(files, pairing),
        crosswalk=CROSSWALK if pairing.guessed else "",
    )
    return {"study.yaml": text} | ({CROSSWALK: pairing.crosswalk} if pairing.guessed else {})


def _where(file: LookedAt, side: str, keys: KeysDraft) -> dict[str, str] | None:
    return chosen_wave(file, keys.keys[UNIT[side]], keys.keys.get("wave", ""))


def _of_units(
    path: str,
    file: LookedAt,
    side: str,
    keys: KeysDraft,
    where: Mapping[str, str],
    taken: Sequence[str],
) -> TableDraft | None:
    """Draft a table with one row per unit; None where no column looks like a figure."""
    kept = {role: keys.keys[role] for role in (UNIT[side], "wave") if role in keys.keys}
    asked = tuple(text for text in keys.questions if not any(name in text for name in where))
    fixed = {*kept.values(), *where}
    file = of_wave(file, where)
    scores = draft_scores(file, keys=fixed, taken=taken)
    if not scores:
        return None
    used = fixed | {column for score in scores for column in score.columns}
    further = [score.value for score in scores[MOST_SCORES:]]
    return TableDraft(
        file=path,
        looked_at=file,
        answers=file,
        blocks=None,
        keys=replace(keys, keys=kept, questions=asked),
        scales=scores[:MOST_SCORES],
        unused=tuple(name for name in file.columns if name not in used),
        left_out={"further figures": further} if further else {},
        where=where,
    )


def _of_respondents(
    path: str, file: LookedAt, side: str, keys: KeysDraft, taken: Sequence[str]
) -> TableDraft:
    """Draft a table of respondents' answers, or say why that cannot be done."""
    used = set(keys.keys.values())
    blocks = _blocks(file, side, keys)
    answers = as_ratings(file, blocks) if blocks else file
    scales = draft_scales(answers, side=side, keys=used, taken=taken)
    if not scales:
        raise StudyError(without_scales(file, keys=used))
    numbers, words = numbers_of(file, used)
    items = {item for scale in scales for item in scale.items}
    used |= items if blocks is None else {
        column for (_, item), column in blocks.columns.items() if item in items
    }  # fmt: skip
    unused = {name: cells for name, cells in file.columns.items() if name not in used}
    left_out, rest = reasons(unused, not_answers(numbers, words=words))
    return TableDraft(
        file=path,
        looked_at=file,
        answers=answers,
        blocks=blocks,
        keys=replace(keys, questions=(*keys.questions, *_further(file, side, used))),
        scales=scales,
        unused=tuple(rest),
        left_out=left_out,
    )


def _further(file: LookedAt, side: str, used: Collection[str]) -> list[str]:
    """Ask about a weight, and about loops where they cannot be read as they are."""
    asked = []
    unused = {name: read_numbers(cells, file.decimal, {})
              for name, cells in file.columns.items() if name not in used}  # fmt: skip
    if weight := weight_column({name: n for name, n in unused.items() if n is not None}):
        asked.append(f"is {weight!r} the survey weight of each row? Then add the key weight here")
    loop = draft_blocks(file, keys=set()) if side == "external" else None
    if loop and loop.loop:
        listed = columns_listed(list(loop.columns.values()))
        asked.append(
            f"are these the rounds of a loop: {listed}? Then bring the file into one row per "
            "person and round, with the round as touchpoint"
        )
    return asked


def _wave_names(files: Mapping[str, LookedAt], keys: Mapping[str, KeysDraft]) -> list[str]:
    """Put the waves of both files in what seems their order; none where there is but one."""
    columns = [(file, keys[side].keys.get("wave", "")) for side, file in files.items()]
    names = {name.strip() for file, column in columns if column for name in _values(file, column)}
    return in_time(names) if len(names) > 1 else []


def _values(file: LookedAt, column: str) -> set[str]:
    return {cell for cell in file.columns[column] if cell.strip()}


def _blocks(file: LookedAt, side: str, keys: KeysDraft) -> BlocksDraft | None:
    """Look for blocks of suppliers in the internal survey, where no column names them."""
    if side != "internal" or "supplier_unit" in keys.keys:
        return None
    found = draft_blocks(file, keys=set(keys.keys.values()))
    items = as_ratings(file, found) if found else file
    return found if draft_scales(items, side=side, keys=(), taken=()) else None


def _relative(path: Path, home: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), home.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        raise StudyError(
            f"{path.name} is on another drive than the study; put them on the same one."
        ) from None


def _asked(scales: Sequence[ScaleDraft | ScoreDraft]) -> str:
    """Choose the score the study asks about: satisfaction by name, else the first.

    Where waves have columns of their own, it is one of the latest wave. What people expect or
    find important is no score of a service, unless nothing else was asked.
    """
    waves = [scale.wave for scale in scales if isinstance(scale, ScaleDraft) and scale.wave]
    last = last_wave(list(dict.fromkeys(waves))) if waves else ""
    scales = [s for s in scales if not isinstance(s, ScaleDraft) or s.wave in ("", last)]
    rated = [scale for scale in scales if not WISHED.search(words_of(scale.name))] or scales
    for word in PREFERRED:
        for scale in rated:
            if word in f"{scale.name} {' '.join(scale.items)}".casefold():
                return scale.name
    return rated[0].name


def _variants(files: Mapping[str, LookedAt], pairing: Pairing) -> list[str]:
    """List the ids that spell another id of the same file otherwise."""
    lines = []
    for side, found in pairing.variants.items():
        file = files[side].path.name
        lines += [f"{file}: {odd!r} looks like {kept!r}" for odd, kept in found[:MAX_LISTED]]
        if len(found) > MAX_LISTED:
            lines.append(f"and {len(found) - MAX_LISTED} more in {file}")
    return lines


def _guessed(external: LookedAt, pairing: Pairing) -> list[str]:
    """List the first units that the crosswalk pairs with another spelling."""
    lines = [
        f"internal unit {client!r} is not in {external.path.name}; is it {serving!r}?"
        for client, serving, _ in pairing.guessed[:MAX_EXAMPLES]
    ]
    more = len(pairing.guessed) - MAX_EXAMPLES
    return [*lines, f"and {more} more in {CROSSWALK}"] if more > 0 else lines


def _unmatched(files: Mapping[str, LookedAt], pairing: Pairing) -> list[str]:
    """List the units that the other file lacks."""
    lines = []
    for side, other in (("internal", "external"), ("external", "internal")):
        lost = pairing.alone[side]
        lines += [
            f"{side} unit {unit!r} is not in {files[other].path.name}" for unit in lost[:MAX_LISTED]
        ]
        if len(lost) > MAX_LISTED:
            lines.append(f"and {len(lost) - MAX_LISTED} more {side} units")
    return lines
