"""Shares of persons per answer: in each row they must add up."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from icx_research.survey.codebook.types import Score
from icx_research.survey.study.quarantine import Quarantine

ROUNDING = 0.02  # by which shares that were rounded may miss their sum


def check_sums(
    columns: Mapping[str, list[Any]], rows: Sequence[int], quarantine: Quarantine
) -> None:
    """Set aside rows whose shares per answer add up to neither 1 nor 100."""
    for score in quarantine.source.measures.values():
        if not isinstance(score, Score) or not score.shares:
            continue
        parts = np.array([columns[name] for name in score.shares], dtype=float)
        total = parts.sum(axis=0)
        known = ~np.isnan(total)
        fits = [np.abs(total / whole - 1) <= ROUNDING for whole in (1.0, 100.0)]
        bad = [row for row, at in zip(rows, known & ~(fits[0] | fits[1]), strict=True) if at]
        first, *_, last = score.shares
        quarantine.add(
            bad,
            first,
            f"the shares from {first} to {last} add up to neither 1 nor 100 (per cent); list every "
            "answer under shares, or correct them",
        )
