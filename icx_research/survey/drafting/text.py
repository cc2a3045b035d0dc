"""The words and lines of a drafted `study.yaml`, and of the empty templates."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from icx_research.survey.drafting.blocks import BlocksDraft
from icx_research.survey.drafting.cell_notes import totals_question
from icx_research.survey.drafting.files import LookedAt
from icx_research.survey.drafting.keys import UNIT, KeysDraft
from icx_research.survey.drafting.labels import shown_labels
from icx_research.survey.drafting.left_out import LISTED, columns_listed
from icx_research.survey.drafting.scales import ScaleDraft, words_of
from icx_research.survey.drafting.unit_tables import ScoreDraft
from icx_research.survey.files.encodings import NOT_WESTERN

PLAIN = re.compile(r"(\.\./)*[A-Za-z_][A-Za-z0-9_./-]*")
NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"}
GRADES = (1, 6)  # German school grades, of which 1 is the best
LOW_IS_GOOD = re.compile(
    r"(^|_)(noten?|schulnoten?|grades?|effort|aufwand|waiting|wartezeit|difficult(y|ies)?"
    r"|complaints?|beschwerden?|problems?|probleme)(_|$)"
)
# Encodings that nothing in a file tells apart; letters of names do.
GUESSED = {
    "cp1252": "QUESTION: do names read well, or is it cp1250 (Central Europe) or mac_roman?",
    "cp1250": "QUESTION: do names read well, or is it another encoding?",
    "latin-1": "QUESTION: do names read well, or is it another encoding?",
    "mac_roman": "QUESTION: do names read well, or is it cp1250 (Central Europe) or cp1252?",
}
FOUND = "as found in the file"
OTHER = f"QUESTION: do names read well, or is it another encoding, such as {NOT_WESTERN}?"
WIDTH = 96
LONG = 40  # letters of a column's name that deserve a line of their own
HEAD = """\
# Drafted by `icx new` from the two files named below; nothing was copied or changed.
# Go through what is marked QUESTION; only you can answer that. Then run
#   icx check study.yaml
#   icx study study.yaml
# `icx codebook` explains every key.
"""


@dataclass(frozen=True)
class TableDraft:
    """One survey of a draft; `answers` is the file with one row per rating.

    `scales` are scores where each row is a unit; `where` then names the wave that is taken, and
    `left_out` groups columns by the reason for which they are no answers.
    """

    file: str
    looked_at: LookedAt
    answers: LookedAt
    blocks: BlocksDraft | None
    keys: KeysDraft
    scales: Sequence[ScaleDraft | ScoreDraft]
    unused: tuple[str, ...]
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    where: Mapping[str, str] | None = None


def study_text(
    title: str,
    tables: Mapping[str, TableDraft],
    question: Mapping[str, str],
    *,
    waves: Sequence[str],
    ordered: bool,
    guessed: Sequence[str],
    unmatched: Sequence[str],
    alone: Mapping[str, Sequence[str]],
    variants: Sequence[str],
    crosswalk: str,
) -> str:
    """Write a codebook with its questions."""
    lines = [HEAD, f"study: {word(title)}   # the title on every page", ""]
    if waves:
        listed = ", ".join(word(name) for name in waves)
        if ordered:
            asked = (
                "QUESTION: is this the order of the waves in time? The answer rests on the last."
            )
        else:
            asked = (
                "QUESTION: which wave came first? Their names do not tell. Put them in order of "
                "time, the last being the one the answer rests on; then take the mark off:"
            )
        lines += [*comment(asked), f"{'' if ordered else '# '}waves: [{listed}]", ""]
    for side, table in tables.items():
        lines += [f"{side}:", *_indented(_table(table)), ""]
    if any(isinstance(scale, ScoreDraft) for table in tables.values() for scale in table.scales):
        asked = (
            "QUESTION: did the same persons answer both surveys? Published figures do not tell. "
            "Write same or different: if same, part of any link is their mood."
        )
        lines += [*comment(asked), "same_respondents: unknown", ""]
    lines.append("question:   # the scores the study asks about")
    for side, name in question.items():
        others = [scale.name for scale in tables[side].scales if scale.name != name]
        or_which = ", ".join(others) if len(others) <= LISTED else "another of those above"
        note = f"   # QUESTION: or {or_which}?" if others else ""
        lines.append(f"  {side}: {name}{note}")
    if variants:
        asked = (
            "QUESTION: these ids of one file look like one unit spelled in two ways. Spell them "
            "alike in the file, else they stay two units."
        )
        lines += ["", *comment(asked)]
        lines += [line for text in variants for line in comment(f"  {text}")]
    if unmatched:
        lines += ["", *comment("QUESTION: these units have no partner in the other file. Correct "
                               "the ids in the files, or list units without a partner under "
                               "link: (see `icx codebook`).")]  # fmt: skip
        lines += [line for text in unmatched for line in comment(f"  {text}")]
    if alone:
        lines += comment("Where that is right, take the marks off:")
        lines.append("# link:")
        for role, units in alone.items():
            lines.append(f"#   unlinked_{role}s: [{', '.join(word(unit) for unit in units)}]")
    if crosswalk:
        asked = (
            f"QUESTION: {crosswalk} pairs the units that seem to be spelled otherwise in the other "
            "file. Look through it, correct it, then take the marks off the three lines below:"
        )
        lines += ["", *comment(asked)]
        lines += [line for text in guessed for line in comment(f"  {text}")]
        lines += ["# crosswalk:", f"#   file: {crosswalk}",
                  "#   keys: {client_unit: client_unit, serving_unit: serving_unit}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _table(table: TableDraft) -> list[str]:
    looked, lines = table.looked_at, [f"file: {word(table.file)}"]
    for key, value in looked.settings.items():
        said = GUESSED.get(value, OTHER if key == "encoding" else FOUND)
        lines.append(f"{key}: {_setting(value)}   # {said if value != 'utf-16' else FOUND}")
    if looked.sheets:
        listed = ", ".join(repr(name) for name in looked.sheets)
        lines += comment(f"QUESTION: or one of the other sheets, {listed}?")
    for asked in looked.questions:
        lines += comment(f"QUESTION: {asked}")
    for note in looked.notes:
        lines += comment(f"NOTE: {note}")
    if table.where is not None:
        counted = any(isinstance(s, ScoreDraft) and s.n for s in table.scales)
        lines += _of_units(table.where, counted=counted)
    lines.append("keys:")
    for role, column in table.keys.keys.items():
        n = len({cell for cell in looked.columns[column] if cell.strip()})
        lines.append(f"  {role}: {word(column)}   # {n} different")
    if totals := totals_question(looked.columns[_unit(table)]):
        lines += comment(f"QUESTION: {totals}.", "  ")
    for text in table.keys.questions:
        lines += comment(f"QUESTION: {text}.", "  ")
    if table.where is not None:
        lines += _scores([s for s in table.scales if isinstance(s, ScoreDraft)])
    else:
        if "respondent" not in table.keys.keys:
            lines += comment("Without a respondent key every row counts as one person.", "  ")
        scales = [scale for scale in table.scales if isinstance(scale, ScaleDraft)]
        lines += _blocks(table.blocks)
        lines += ["scales:", *_waves_apart(scales), *_related(scales)]
        for scale in scales:
            lines += _indented(_scale(scale, table.answers))
    if looked.doubled:
        listed = ", ".join(looked.doubled)
        lines += comment(
            "QUESTION: are these answers? Several columns share each of these names, so none of "
            f"them is used: {listed}. Rename the columns in the file, then draft again."
        )
    for reason, columns in table.left_out.items():
        lines += comment(f"Left out, as {reason}: {columns_listed(list(columns))}.")
    if table.unused:
        lines += comment(f"Columns that are not used: {', '.join(table.unused)}.")
    if looked.personal:
        lines += comment(
            f"Columns that are never loaded, as personal data: {', '.join(looked.personal)}."
        )
    return lines


def _unit(table: TableDraft) -> str:
    return next(table.keys.keys[role] for role in UNIT.values() if role in table.keys.keys)


def _of_units(where: Mapping[str, str], *, counted: bool) -> list[str]:
    """Say that a row is a unit, and which wave is taken of several."""
    lines = [
        "grain: unit   # QUESTION: is each row a unit with its published figures? (Else leave this "
        "out.)"
    ]
    unknown = "" if counted else " No column counts persons, so else nothing of it can be shown."
    lines += comment("QUESTION: is this table public already? Then take the mark off, and nothing "
                     f"of it is suppressed.{unknown}")  # fmt: skip
    lines.append("# published: true")
    for column, wave in where.items():
        lines += comment(f"QUESTION: is {wave!r} the wave to take? Each unit has several rows, and "
                         "the other file names no such waves.")  # fmt: skip
        lines.append(f"where: {{{word(column)}: {word(wave)}}}")
    return lines


def _scores(scores: Sequence[ScoreDraft]) -> list[str]:
    """Write the scores of a table of units, one to a line."""
    lines = ["scores:"]
    if len(scores) > 1:
        lines += comment("QUESTION: are all of these scores? Delete what is none; add label: and, "
                         "where a high figure is bad, higher_is: worse.", "  ")  # fmt: skip
    for score in scores:
        parts = {"value": score.value, "n": score.n, "standard_error": score.standard_error,
                 "sd": score.sd}  # fmt: skip
        if score.metric != "mean":
            parts["metric"] = score.metric
        listed_parts = ", ".join(f"{key}: {word(name)}" for key, name in parts.items() if name)
        lines.append(f"  {word(score.name)}: {{{listed_parts}}}")
    return lines


def _waves_apart(scales: Sequence[ScaleDraft]) -> list[str]:
    """Ask about columns that seem to be waves of the same questions."""
    waves = list(dict.fromkeys(scale.wave for scale in scales if scale.wave))
    if not waves:
        return []
    return comment(
        f"QUESTION: are these waves ({', '.join(waves)}) of the same questions? Each has scales of "
        "its own here, and the study asks about the latest. To compare waves, one row per person "
        "and wave is needed, with the wave in a column of its own.", "  ")  # fmt: skip


def _related(scales: Sequence[ScaleDraft]) -> list[str]:
    """Ask whether single questions of one range belong together."""
    by_range: dict[tuple[int, int], list[str]] = {}
    for scale in scales:
        if len(scale.items) == 1:
            by_range.setdefault(scale.response_range, []).extend(scale.items)
    lines = []
    for items in by_range.values():
        if len(items) > 1:
            listed = ", ".join(word(item) for item in items)
            asked = "QUESTION: do some of these measure one thing? Then put them under one name:"
            lines += comment(f"{asked} items: [{listed}].", "  ")
    return lines


def _blocks(blocks: BlocksDraft | None) -> list[str]:
    if blocks is None:
        return []
    suppliers = ", ".join(word(name) for name in blocks.suppliers)
    if blocks.loop:
        names = ", ".join(f"{word(name)}: {word(f'Supplier {name}')}" for name in blocks.suppliers)
        return [
            "supplier_blocks:",
            *comment("QUESTION: are these the rounds of a loop, each about another supplier? Then "
                     "fill in the names, such as {1: HR, 2: IT}.", "  "),
            f"  pattern: {word(blocks.pattern)}",
            f"  suppliers: {{{names}}}",
        ]  # fmt: skip
    return [
        "supplier_blocks:   # QUESTION: are these suppliers, each rated on the same items?",
        f"  pattern: {word(blocks.pattern)}",
        f"  suppliers: [{suppliers}]",
    ]


def _scale(scale: ScaleDraft, looked: LookedAt) -> list[str]:
    low, high = scale.response_range
    lines = [f"{word(scale.name)}:   # QUESTION: do these items measure one thing?"]
    if len(scale.items) == 1:
        lines = [f"{word(scale.name)}:"]
    if any(item in looked.wording for item in scale.items):
        lines.append("  items:")
        lines += [f"    {word(i)}: {word(looked.wording.get(i, i))}" for i in scale.items]
    elif any(len(item) > LONG for item in scale.items):
        lines += ["  items:", *(f"    - {word(item)}" for item in scale.items)]
    else:
        listed = f"items: [{', '.join(word(item) for item in scale.items)}]"
        lines += textwrap.wrap(
            listed, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False,
            break_on_hyphens=False,
        ) if '"' not in listed else [f"  {listed}"]  # fmt: skip
    lines.append(f"  range: [{low}, {high}]   # QUESTION: is this the range that was asked?")
    if scale.words:
        listed = ", ".join(f"{word(text)}: {value}" for text, value in scale.words.items())
        lines.append(f"  answers: {{{listed}}}   # QUESTION: is this their order?")
        if scale.unnumbered:
            more = ", ".join(scale.unnumbered)
            lines += comment(
                "QUESTION: which number have these answers? Add each to answers:, or to "
                f"missing_codes: where it means no answer: {more}.", "  ")  # fmt: skip
    elif low == 0 and high < 10:
        lines += comment("QUESTION: is 0 an answer, or a code for no answer?", "  ")
    if scale.low_is_good:
        said = next(iter(scale.low_is_good.values()))
        asked = (
            f"QUESTION: is a low answer the better one, as the labels say ({said})? Then take the "
            "mark off:"
        )
        lines += [*comment(asked, "  "), "  # higher_is: worse"]
    elif scale.response_range == GRADES or LOW_IS_GOOD.search(words_of(scale.name)):
        asked = "QUESTION: is a low answer the better one, as with grades? Then take the mark off:"
        lines += [*comment(asked, "  "), "  # higher_is: worse"]
    if scale.codes:
        codes = ", ".join(json.dumps(code, ensure_ascii=False) for code in scale.codes)
        said = shown_labels(scale.codes, scale.code_labels)
        asked = f"QUESTION: do these entries mean no answer{f' ({said})' if said else ''}?"
        lines += comment(f"{asked} Then take the mark off:", "  ")
        lines.append(f"  # missing_codes: [{codes}]")
    if scale.turned:
        item, said = next(iter(scale.turned.items()))
        asked = (
            f"QUESTION: the labels of these items call the low end the good one ({item}: {said}), "
            "those of the others do not. Are they reverse-keyed? Then take the mark off:"
        )
        lines += comment(asked, "  ")
        lines.append(f"  # reverse_keyed: [{', '.join(word(item) for item in scale.turned)}]")
    if scale.opposed:
        items = ", ".join(word(item) for item in scale.opposed)
        lines += comment("QUESTION: are these items reverse-keyed, as their answers run against "
                         "the others? Then take the mark off:", "  ")  # fmt: skip
        lines.append(f"  # reverse_keyed: [{items}]")
    return lines


def word(text: str) -> str:
    """Write a text so that YAML reads it as that text."""
    plain = PLAIN.fullmatch(text) and text.casefold() not in NOT_PLAIN
    return text if plain else json.dumps(text, ensure_ascii=False)


def _setting(value: str) -> str:
    return {"\t": "tab"}.get(value, word(value))


def comment(text: str, indent: str = "") -> list[str]:
    """Write a text as comment lines; line breaks in names do no harm."""
    margin = re.match(r" *", text)
    lead = f"{indent}# " + (margin.group() if margin else "")
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=lead, subsequent_indent=lead + "  "
    )


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
