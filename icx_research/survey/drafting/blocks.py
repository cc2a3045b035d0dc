"""Whether the columns of a file look like one block of items per supplier."""

import re
from collections import Counter
from dataclasses import dataclass, replace

from icx_research.survey.drafting.files import LookedAt
from icx_research.survey.drafting.scales import answers_of, words_of

SEPARATOR = re.compile(r" - |: |[_\-.: ]")
# Fewer items per supplier than this look like anything: sat_total, price_total.
LEAST_ITEMS = 2
# Beginnings that tell what is asked, or when, rather than about whom.
NOT_SUPPLIER = re.compile(
    r"p|e|i|perceptions?|expectations?|importance|(t|w|wave|welle|year|jahr|q|frage|item)?_?\d+"
)
ITEM = re.compile(r".*[A-Za-z].*")  # q1 is an item; 1 is the number of an item of one scale
# How survey programs number the rounds of a loop: 1_Q5_1, Q5_1#2, service[1]/q5, loop1_q5.
LOOPS = tuple(
    re.compile(loop)
    for loop in (
        r"(?P<before>)(?P<round>\d{1,2})(?P<mark>_)(?P<item>.*[A-Za-z].*)",
        r"(?P<item>.*[A-Za-z].*)(?P<mark>#)(?P<round>\d{1,2})",
        r"(?P<before>[^\[\]]+\[)(?P<round>\d{1,2})(?P<mark>\][/._]?)(?P<item>.*[A-Za-z].*)",
        r"(?P<before>[Ll]oop_?)(?P<round>\d{1,2})(?P<mark>[_. ])(?P<item>.*[A-Za-z].*)",
    )
)


@dataclass(frozen=True)
class BlocksDraft:
    """Columns that look like the same items about several suppliers.

    Attributes
    ----------
    pattern : str
    suppliers : tuple of str
    columns : dict of (str, str) to str
        Column of each supplier and item.
    loop : bool
        Whether the suppliers are the numbered rounds of a loop, without names.
    """

    pattern: str
    suppliers: tuple[str, ...]
    columns: dict[tuple[str, str], str]
    loop: bool = False


def draft_blocks(file: LookedAt, *, keys: set[str]) -> BlocksDraft | None:
    """Find the columns that share a set of endings under several beginnings.

    Only columns that look like answers count; endings need a letter, as service_1 and quality_1 are
    two scales rather than two suppliers.
    """
    names = list(answers_of(file, keys)[0])
    loops = [found for loop in LOOPS if (found := _loop(names, loop))]
    if loops:
        return max(loops, key=lambda draft: len(draft.columns))
    marks = dict.fromkeys(mark for name in names for mark in SEPARATOR.findall(name))
    drafts = [_blocks(names, mark, cut) for mark in marks for cut in ("first", "last")]
    return max((d for d in drafts if d), key=lambda draft: len(draft.columns), default=None)


def _blocks(names: list[str], mark: str, cut: str) -> BlocksDraft | None:
    """Cut the names at one mark and keep the beginnings that share most endings."""
    ends: dict[str, list[str]] = {}
    for name in names:
        begin, _, end = name.partition(mark) if cut == "first" else name.rpartition(mark)
        if begin and ITEM.fullmatch(end) and not NOT_SUPPLIER.fullmatch(words_of(begin)):
            ends.setdefault(begin, []).append(end)
    shared = Counter(frozenset(items) for items in ends.values() if len(items) >= LEAST_ITEMS)
    repeated = {items: times for items, times in shared.items() if times > 1}
    if not repeated:
        return None
    items = max(repeated, key=lambda items: len(items) * repeated[items])
    suppliers = tuple(begin for begin, found in ends.items() if frozenset(found) == items)
    columns = {
        (supplier, item): f"{supplier}{mark}{item}"
        for supplier in suppliers
        for item in ends[suppliers[0]]
    }
    return BlocksDraft(f"{{supplier}}{mark}{{item}}", suppliers, columns)


def _loop(names: list[str], loop: re.Pattern[str]) -> BlocksDraft | None:
    """Find the same items in several numbered rounds of one loop."""
    rounds: dict[str, dict[str, str]] = {}
    patterns = set()
    for name in names:
        if match := loop.fullmatch(name):
            rounds.setdefault(match["round"], {})[match["item"]] = name
            before, mark = match.groupdict().get("before") or "", match["mark"]
            ends = ["{supplier}", "{item}"]
            reverse = loop.groupindex["item"] < loop.groupindex["round"]
            patterns.add(before + mark.join(ends[::-1] if reverse else ends))
    alike = Counter(frozenset(items) for items in rounds.values())
    if not alike or len(patterns) > 1:
        return None
    items, times = max(alike.items(), key=lambda pair: len(pair[0]) * pair[1])
    if times < 2:
        return None
    suppliers = tuple(number for number, found in rounds.items() if frozenset(found) == items)
    columns = {(number, item): rounds[number][item] for number in suppliers
               for item in rounds[suppliers[0]]}  # fmt: skip
    return BlocksDraft(patterns.pop(), suppliers, columns, loop=True)


def as_ratings(file: LookedAt, blocks: BlocksDraft) -> LookedAt:
    """Look at a wide file as if each rating had a row: one column per item."""
    stacked: dict[str, list[str]] = {}
    wording: dict[str, set[str]] = {}
    for (_, item), column in blocks.columns.items():
        stacked.setdefault(item, []).extend(file.columns[column])
        wording.setdefault(item, set()).add(file.wording.get(column, ""))
    said = {item: texts.pop() for item, texts in wording.items() if len(texts) == 1}
    labels = {item: file.answer_labels[column] for (_, item), column in blocks.columns.items()
              if column in file.answer_labels}  # fmt: skip
    wording_of = {item: text for item, text in said.items() if text}
    return replace(file, columns=stacked, wording=wording_of, answer_labels=labels)
