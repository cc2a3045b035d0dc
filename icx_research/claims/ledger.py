"""The ledger: one line per claim, with everything a verdict rests on."""

from dataclasses import dataclass

import pandas as pd

from icx_research.core.display import table_html
from icx_research.core.verdicts import Verdict

LEDGER_COLUMNS = (
    "claim", "verdict", "estimate", "ci_low", "ci_high", "delta", "n_units", "p_value",
    "p_adjusted", "robustness", "reason", "label", "by_proxy",
)  # fmt: skip


@dataclass(frozen=True)
class LedgerEntry:
    """The verdict on one claim.

    Attributes
    ----------
    claim, title, statement : str
    verdict : Verdict
    by_proxy : bool
        Whether a score stands in for what the claim is about.
    estimate, ci_low, ci_high : float
        Oriented so that positive is what the claim predicts; nan where not tested.
    delta : float
        Smallest effect of interest.
    n_units : int
    p_value, p_adjusted : float
    reliability_internal, reliability_external : float
        Of the unit means; nan where not assessable.
    corrected : float
        The estimate corrected for unreliability, for comparison.
    changes : str
        What would change the verdict.
    detail : str
        Scores, orientation and wave the verdict rests on.
    """

    claim: str
    title: str
    statement: str
    verdict: Verdict
    by_proxy: bool
    estimate: float
    ci_low: float
    ci_high: float
    delta: float
    n_units: int
    p_value: float
    p_adjusted: float
    reliability_internal: float
    reliability_external: float
    corrected: float
    changes: str
    detail: str

    @property
    def words(self) -> str:
        """The verdict in words, with its label and "by proxy" where that applies."""
        strength = "strong support" if self.verdict.label == "strong" else self.verdict.label
        extras = [strength, "by proxy" if self.by_proxy else ""]
        named = ", ".join(extra for extra in extras if extra)
        return f"{self.verdict.verdict} ({named})" if named else self.verdict.verdict


@dataclass(frozen=True, repr=False)
class ClaimLedger:
    """Verdicts on the claims that were evaluated.

    Attributes
    ----------
    entries : tuple of LedgerEntry
    """

    entries: tuple[LedgerEntry, ...]

    def __repr__(self) -> str:
        """Give each claim with its verdict."""
        return "ClaimLedger: " + "; ".join(f"{e.claim} {e.words}" for e in self.entries)

    def _repr_html_(self) -> str:
        return table_html(self.table.dropna(axis="columns", how="all"))

    def __getitem__(self, claim: str) -> LedgerEntry:
        """Look up the entry of one claim."""
        for entry in self.entries:
            if entry.claim == claim:
                return entry
        raise KeyError(f"The ledger has no claim {claim!r}.")

    @property
    def table(self) -> pd.DataFrame:
        """One row per claim; `verdict` is one of five words, the reason says the rest."""
        rows = [
            {
                "claim": entry.claim,
                "verdict": entry.verdict.verdict,
                "estimate": entry.estimate,
                "ci_low": entry.ci_low,
                "ci_high": entry.ci_high,
                "delta": entry.delta,
                "n_units": entry.n_units,
                "p_value": entry.p_value,
                "p_adjusted": entry.p_adjusted,
                "robustness": float("nan"),
                "reason": entry.verdict.reason,
                "label": entry.verdict.label,
                "by_proxy": entry.by_proxy,
            }
            for entry in self.entries
        ]
        return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS))
