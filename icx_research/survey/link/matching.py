"""How many units and respondents have a partner on the other side of the link."""

import difflib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

import pandas as pd

from icx_research.core.bands import band
from icx_research.core.cutoffs import LOWEST_MIN_PERSONS
from icx_research.core.errors import Blocked
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.units.aggregation import UnitScores

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Small Cyrillic and Greek letters, with the Latin one that their capital looks like.
LOOK_ALIKES = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxijsabezhikmnoptyx",
)
DECIMALS = re.compile(r"^(\d+)\.0+$")  # a number that a program has written as a fraction
SHARED_WORD = 0.8  # share of the ids from which on a word in them tells nothing
MAX_RESEMBLING = 20  # units per side for which a resembling id is looked for: it takes long
BY_DESIGN, NO_PARTNER = "unlinked by design", "no partner with a score"
FILE_HAS_IT = f"{NO_PARTNER}; {{file}} has it, but without a score"
MANY_UNITS = 10  # from here on, a unit per respondent is hardly a unit
UNIT_SIDES = {"internal": "client_unit", "external": "serving_unit"}
COVERAGE = ["side", "units", "units_matched", "respondents", "respondents_matched", "share_matched"]
DROPS = ["side", "unit", "n", "reason", "resembles"]
OTHER = {"internal": "external", "external": "internal"}


def match_units(
    internal: UnitScores, external: UnitScores, crosswalk: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count on either side the units and respondents that have a partner."""
    codebook = internal.codebook
    scores = {"internal": internal, "external": external}
    own = {side: _respondents(one) for side, one in scores.items()}
    by_design = {
        "internal": set(codebook.unlinked_client_units),
        "external": set(codebook.unlinked_serving_units),
    }
    lines, dropped = [], []
    for side, n in own.items():
        other = scores[OTHER[side]]
        partners = _paired_with(own[OTHER[side]].index, crosswalk, side)
        mute = _paired_with(other.unscored, crosswalk, side)
        there = FILE_HAS_IT.format(file=other.source.file or f"the {other.source.name} table")
        unpaired = set(crosswalk[UNIT_SIDES[side]]) - set(n.index)
        known = sorted(unpaired) or sorted(own[OTHER[side]].index)
        counted = n[~n.index.isin(by_design[side])]
        matched = counted[counted.index.isin(partners)]
        all_of, with_partner = counted.sum(), matched.sum()
        share = with_partner / all_of if all_of else 0.0
        lines.append((side, len(counted), len(matched), all_of, with_partner, share))
        for at, (unit, count) in enumerate(n[~n.index.isin(partners)].items()):
            designed = unit in by_design[side]
            reason = BY_DESIGN if designed else there if unit in mute else NO_PARTNER
            looks = reason == NO_PARTNER and at < MAX_RESEMBLING
            near = resembling(str(unit), known) if looks else ""
            near = "" if near == unit else near  # it is there, but not in the crosswalk
            dropped.append((side, unit, _shown(count, scores[side]), reason, near))
    return pd.DataFrame(lines, columns=COVERAGE), pd.DataFrame(dropped, columns=DROPS)


def _paired_with(units: Collection[str], crosswalk: pd.DataFrame, side: str) -> set[str]:
    """Units of one side that the crosswalk pairs with some of the other."""
    paired = crosswalk[UNIT_SIDES[OTHER[side]]].isin(units)
    return set(crosswalk.loc[paired, UNIT_SIDES[side]])


def _respondents(scores: UnitScores) -> pd.Series:
    """Respondents per unit on its best answered scale; a published table counts rows."""
    by_scale = scores.table.groupby(["unit", "scale"])["n"]
    counts = by_scale.size() if scores.source.grain == "unit" else by_scale.sum()
    return counts.groupby("unit").max().astype(float)


def _shown(count: float, scores: UnitScores) -> str:
    """Count persons in bands; a row of a published table is no person."""
    if scores.source.grain == "unit":
        return ""
    return band(count) or f"fewer than {LOWEST_MIN_PERSONS}"


def fold_id(unit: str) -> str:
    """Strip an id of what spelling adds; for comparing only.

    Case, spaces, punctuation, leading zeros and the decimals of 12.0 go; ä is ae; Cyrillic and
    Greek letters that look Latin are.
    """
    plain = unicodedata.normalize("NFKC", unit).casefold().translate(UMLAUTS)
    plain = plain.translate(LOOK_ALIKES)
    words = re.findall(r"\d+|[^\W\d_]+", DECIMALS.sub(r"\1", plain.strip()))
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


def bare_ids(units: Collection[str]) -> dict[str, str]:
    """Fold ids and leave out the words nearly all of them share: Branch 12 is 12."""
    folded = {unit: fold_id(unit).split() for unit in units}
    counts = Counter(word for words in folded.values() for word in set(words))
    shared = {
        word
        for word, n in counts.items()
        if n >= max(3, SHARED_WORD * len(folded)) and not word.isdigit()
    }
    return {
        unit: " ".join(word for word in words if word not in shared) or fold_id(unit)
        for unit, words in folded.items()
    }


def resembling(unit: str, others: Sequence[str]) -> str:
    """Find an id that looks alike; used in messages only, never for joining."""
    alike = {fold_id(other): other for other in others}
    if fold_id(unit) in alike:
        return alike[fold_id(unit)]
    folded = {other.strip().casefold(): other for other in others}
    near = difflib.get_close_matches(unit.strip().casefold(), folded, n=1, cutoff=0.75)
    return folded[near[0]] if near else ""


def resembling_words(unit: str, near: str) -> str:
    """Say in brackets which id a unit resembles; in escapes where both look the same.

    Examples
    --------
    >>> resembling_words("b 4", "B4")
    " (resembles 'B4')"
    """
    if not near:
        return ""
    same = fold_id(unit) == fold_id(near) and not unit.isascii()
    hidden = same and any(map(_deceives, set(unit.casefold()) ^ set(near.casefold())))
    return f" (resembles {near!r}{f', but is written {unit!a}' if hidden else ''})"


def _deceives(letter: str) -> bool:
    """Tell whether a letter, or a part of one, looks like another."""
    plain = unicodedata.normalize("NFKC", letter)
    return ord(letter) in LOOK_ALIKES or plain != letter or unicodedata.combining(letter) > 0


def rounded_down(share: float) -> float:
    """Round a matched share to three digits, downwards: what falls short never looks full."""
    return math.floor(1000 * share + 1e-9) / 1000


def check_coverage(coverage: pd.DataFrame, drops: pd.DataFrame, codebook: Codebook) -> None:
    """Refuse a link that loses more respondents than the threshold allows."""
    limit = codebook.thresholds.min_matched
    for line in coverage.itertuples():
        side = str(line.side)
        source, role = codebook.sources[side], UNIT_SIDES[side]
        place = f"{source.file or f'The {side} table'}, column {source.keys[role]}"
        if line.units == 0:
            raise Blocked(
                f"{place}: every unit stands under link: unlinked_{role}s; list only those that "
                "have no partner."
            )
        if line.share_matched >= limit:
            continue
        few_each = line.respondents < 2 * line.units and line.units >= MANY_UNITS
        if few_each and source.grain == "respondent":
            raise Blocked(
                f"{place}: nearly every respondent has a unit of her own, and these have no "
                "partner; does the column name persons instead of units?"
            )
        lost = drops[(drops["side"] == side) & (drops["reason"] != BY_DESIGN)]
        first, more = lost.iloc[0], len(lost) - 1
        hint = resembling_words(str(first["unit"]), str(first["resembles"]))
        if first["reason"] != NO_PARTNER:
            other = codebook.sources["external" if side == "internal" else "internal"]
            hint = f" (stands in {other.file or f'the {other.name} table'} without a score)"
        declared = codebook.sources.get("crosswalk")
        add = f"complete {declared.file or 'the crosswalk'}" if declared else "add a crosswalk"
        others = f" and {more} more" if more else ""
        what = "rows" if source.grain == "unit" else "respondents"
        raise Blocked(
            f"{place}: only {math.floor(100 * line.share_matched)}% of the {what} belong to a unit "
            f"that the other survey has, too ({limit:.0%} needed); without a partner: "
            f"{first['unit']!r}{hint}{others}; correct the ids, {add}, or list them under link: "
            f"unlinked_{role}s."
        )
