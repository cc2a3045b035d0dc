"""Units that the two files of a draft seem to spell otherwise."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from icx_research.survey.link.matching import MAX_RESEMBLING, bare_ids, fold_id, resembling

SAME, SPELLED, RESEMBLES = "same id", "spelled otherwise", "resembles; check"
LABEL = "label of the code"


@dataclass(frozen=True)
class Pairing:
    """Which internal unit seems to be which external unit.

    Attributes
    ----------
    pairs : tuple of (str, str, str)
        Client unit, serving unit, and why they stand together.
    alone : dict of str to tuple of str
        By side the units without a partner.
    variants : dict of str to tuple of (str, str)
        By side the ids that spell another id of the same file otherwise, with that other one.
    """

    pairs: tuple[tuple[str, str, str], ...]
    alone: dict[str, tuple[str, ...]]
    variants: dict[str, tuple[tuple[str, str], ...]]

    @property
    def guessed(self) -> list[tuple[str, str, str]]:
        """Pairs whose ids are not the same."""
        return [pair for pair in self.pairs if pair[2] != SAME]

    @property
    def crosswalk(self) -> str:
        """The pairs as a CSV file."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("client_unit", "serving_unit", "pairing"))
        writer.writerows(self.pairs)
        return text.getvalue()


def pair_units(
    inside: Collection[str],
    outside: Collection[str],
    *,
    labels: Sequence[Mapping[str, str]] = ({}, {}),
) -> Pairing:
    """Pair the units of two files: by id, label, spelling, resemblance; each unit once.

    `labels` are those of the codes of either file.
    """
    variants = {
        "internal": _variants(inside, set(outside)),
        "external": _variants(outside, set(inside)),
    }
    own = set(inside) - {odd for odd, _ in variants["internal"]}
    other = set(outside) - {odd for odd, _ in variants["external"]}
    pairs = [(unit, unit, SAME) for unit in sorted(own & other)]
    left, right = sorted(own - other), sorted(other - own)
    if any(labels):
        meant = [{unit: fold_id(of.get(unit, unit)) for unit in units}
                 for units, of in zip((own, other), labels, strict=True)]  # fmt: skip
        _pair_by(meant, left, right, pairs, LABEL)
    spellings = [{unit: fold_id(unit) for unit in units} for units in (own, other)]
    _pair_by(spellings, left, right, pairs, SPELLED)
    _pair_by([bare_ids(own), bare_ids(other)], left, right, pairs, RESEMBLES)
    for client in left[:MAX_RESEMBLING]:
        if near := resembling(client, right):
            pairs.append((client, near, RESEMBLES))
            left.remove(client)
            right.remove(near)
    return Pairing(tuple(pairs), {"internal": tuple(left), "external": tuple(right)}, variants)


def _variants(units: Collection[str], known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Find ids of one file that differ in spelling only, each with the one to be kept."""
    alike: dict[str, list[str]] = {}
    for unit in sorted(units, key=lambda unit: (unit not in known, unit != unit.strip(), unit)):
        if key := fold_id(unit):
            alike.setdefault(key, []).append(unit)
    return tuple(sorted((odd, kept) for kept, *others in alike.values() for odd in others))


def _pair_by(
    spellings: Sequence[Mapping[str, str]],
    left: list[str],
    right: list[str],
    pairs: list[tuple[str, str, str]],
    reason: str,
) -> None:
    """Move units that one spelling alone joins from the rest to the pairs."""
    counts = [Counter(spelled.values()) for spelled in spellings]
    partner = {spellings[1][unit]: unit for unit in right}
    for client in list(left):
        key = spellings[0][client]
        if key in partner and counts[0][key] == counts[1][key] == 1:
            pairs.append((client, partner[key], reason))
            left.remove(client)
            right.remove(partner[key])
