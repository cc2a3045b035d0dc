"""Exercises 5 to 7: from two surveys to one estimate and its verdict."""

from dataclasses import replace
from functools import cache

import numpy as np

from icx_research.claims.evaluation import evaluate_claims
from icx_research.core import verdicts
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.teaching.answers import Key, Mistake
from icx_research.teaching.company import FIRST_WAVE, company, linked

INTERNAL, CUSTOMERS, RECOMMENDATION = "internal_satisfaction", "csat", "recommendation"
COMPLAINTS = "complaints"


@cache
def units_behind_a_link() -> Key:
    """5.1: the n of the link in the first wave."""
    found = linkage_correlations(linked(), internal=INTERNAL, external=CUSTOMERS, wave=FIRST_WAVE)
    units = linked().at_wave(FIRST_WAVE).table
    raters, customers = (int(units[f"{name}_n"].sum()) for name in (INTERNAL, CUSTOMERS))
    ratings = company().table("internal")
    persons = "Those are persons. Each branch has one pair of scores, however many answered."
    return Key(
        expected=int(found.n_used),
        mistakes=(
            Mistake(raters, persons),
            Mistake(customers, persons),
            Mistake(raters + customers, persons),
            Mistake(
                int((ratings["wave"] == FIRST_WAVE).sum()),
                "Those are ratings: every person gave several. What is compared with what?",
            ),
            Mistake(
                len(linked().table),
                f"Those are the rows of all waves. The question is about wave {FIRST_WAVE}, and "
                "the same branch in another wave is no new branch.",
            ),
        ),
    )


@cache
def corrected_recommendation() -> Key:
    """6.1: the corrected correlation with the likelihood to recommend."""
    observed = linkage_correlations(linked(), internal=INTERNAL, external=RECOMMENDATION)
    satisfied = linkage_correlations(linked(), internal=INTERNAL, external=CUSTOMERS)
    right = disattenuate(observed)
    r = observed.estimate.value
    both = right.reliability_internal * right.reliability_external
    icc_2 = linked().reliability.set_index(["wave", "scale"])["icc_2"][observed.wave]
    stacked = linked().table[[INTERNAL, RECOMMENDATION]].dropna().to_numpy()
    return Key(
        expected=right.estimate.value,
        mistakes=(
            Mistake(
                r,
                "That is the observed correlation. What would it be if both means were free of "
                "chance?",
            ),
            Mistake(
                float(r * np.sqrt(both)),
                "You multiplied; that makes the correlation even smaller. Divide by the root of "
                "the product.",
            ),
            Mistake(float(r / both), "Divide by the square root of the product, not by it."),
            Mistake(
                float(r / np.sqrt(icc_2[INTERNAL] * icc_2[RECOMMENDATION])),
                "ICC(2) is the reliability of a unit of average size. `disattenuate` takes the "
                "standard error of every unit's own mean.",
            ),
            Mistake(
                disattenuate(satisfied).estimate.value,
                "That is customer satisfaction; the question is about recommendation.",
            ),
            Mistake(
                satisfied.estimate.value,
                "That is the observed correlation with customer satisfaction; the question is "
                "about recommendation, corrected.",
            ),
            Mistake(
                float(np.corrcoef(stacked.T)[0, 1]),
                "You put all waves together. The same branch in three waves is not three "
                "branches; take the latest wave.",
            ),
        ),
        coefficient=True,
    )


@cache
def verdict_on_complaints() -> Key:
    """7.1: the verdict if complaints were asked about instead of satisfaction."""
    codebook = company().codebook
    question = replace(codebook.question, external=(COMPLAINTS,))
    asked = replace(company(), codebook=replace(codebook, question=question))
    return Key(
        expected=evaluate_claims(asked, claims=["K01"])["K01"].verdict.verdict,
        mistakes=(
            Mistake(
                verdicts.SUPPORTED,
                "Look at the interval: does it lie on one side of zero?",
            ),
            Mistake(
                verdicts.CONTRADICTED,
                "Not finding an effect is not the same as ruling it out: does the interval "
                "exclude every effect that would matter?",
            ),
            Mistake(
                verdicts.BLOCKED,
                "Nothing refuses: there are enough branches with enough persons behind them.",
            ),
            Mistake(
                verdicts.NOT_TESTABLE,
                "Nothing is missing: the correlation was estimated. What does its interval say?",
            ),
        ),
    )


EXERCISES = {
    "5.1": units_behind_a_link,
    "6.1": corrected_recommendation,
    "7.1": verdict_on_complaints,
}
