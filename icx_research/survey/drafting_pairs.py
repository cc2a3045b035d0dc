"""Units that the two files of a draft seem to spell otherwise."""

import csv
import io
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from icx_research.survey.matching import MAX_RESEMBLING, fold_id, resembling

SAME, SPELLED, RESEMBLES = "same id", "spelled otherwise", "resembles; check"


@dataclass(frozen=True)
class Pairing:
    """Which internal unit seems to be which external unit.

    Attributes
    ----------
    pairs : tuple of (str, str, str)
        Client unit, serving unit, and why they stand together.
    alone : dict of str to tuple of str
        By side the units without a partner.
    """

    pairs: tuple[tuple[str, str, str], ...]
    alone: dict[str, tuple[str, ...]]

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


def pair_units(inside: Collection[str], outside: Collection[str]) -> Pairing:
    """Pair the units of two files: by id, by spelling, by resemblance; each unit once."""
    pairs = [(unit, unit, SAME) for unit in sorted(set(inside) & set(outside))]
    left, right = sorted(set(inside) - set(outside)), sorted(set(outside) - set(inside))
    counts = [Counter(map(fold_id, units)) for units in (left, right)]
    folded = {fold_id(unit): unit for unit in right}
    for client in list(left):
        key = fold_id(client)
        if key and counts[0][key] == counts[1][key] == 1:
            pairs.append((client, folded[key], SPELLED))
            left.remove(client)
            right.remove(folded[key])
    for client in left[:MAX_RESEMBLING]:
        if near := resembling(client, right):
            pairs.append((client, near, RESEMBLES))
            left.remove(client)
            right.remove(near)
    return Pairing(tuple(pairs), {"internal": tuple(left), "external": tuple(right)})
