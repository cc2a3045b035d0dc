"""Is shared mood taken for a link? Companies whose one survey was exported in two files.

Every respondent answers about internal service and about customers; her mood colours both, and
nothing links the units. Respondents are told by their ids, so the share of companies in which
the main link is "supported" must not exceed 5% by more than three Monte-Carlo errors.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

import icx_research as icx

ALLOWED = 0.05
MONTE_CARLO_ERRORS = 3
SEED = 20240501
MOOD, UNIT = 0.6, 0.1  # shares of the variance of an answer
CODEBOOK = {
    "study": "One survey in two files",
    "internal": {
        "file": "service.csv",
        "keys": {"respondent": "person", "client_unit": "branch"},
        "scales": {"service": {"items": ["q"], "range": [-9, 9]}},
    },
    "external": {
        "file": "customers.csv",
        "keys": {"respondent": "person", "serving_unit": "branch"},
        "scales": {"customers": {"items": ["c"], "range": [-9, 9]}},
    },
}


def company(seed: int, *, n_units: int, n_persons: int) -> pd.DataFrame:
    """Draw the answers of a company in which mood alone is shared."""
    rng = np.random.default_rng([SEED, seed])
    branch = np.repeat(np.arange(n_units), n_persons)
    mood = np.sqrt(MOOD) * rng.normal(size=(len(branch), 1))
    units = np.sqrt(UNIT) * rng.normal(size=(n_units, 2))[branch]
    answers = units + mood + np.sqrt(1 - MOOD - UNIT) * rng.normal(size=(len(branch), 2))
    table = pd.DataFrame(answers, columns=["q", "c"])
    return table.assign(
        branch=[f"B{unit:03d}" for unit in branch],
        person=[f"P{person:05d}" for person in range(len(branch))],
    )


def one_company(seed: int, *, n_units: int, n_persons: int) -> dict[str, object]:
    """Judge a company from its two files."""
    table = company(seed, n_units=n_units, n_persons=n_persons)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        table[["person", "branch", "q"]].to_csv(place / "service.csv", index=False)
        table[["person", "branch", "c"]].to_csv(place / "customers.csv", index=False)
        (place / "study.yaml").write_text(yaml.safe_dump(CODEBOOK), encoding="utf-8")
        study = icx.read_study(place / "study.yaml")
    entry = icx.evaluate_claims(study)["K01"]
    found = icx.linkage_correlations(
        icx.link_study(study), internal="service", external="customers"
    )
    return {
        "verdict": entry.verdict.verdict,
        "undivided": found.same_source,
        "estimate": found.estimate.value,
        "covers_zero": found.estimate.ci_low <= 0 <= found.estimate.ci_high,
    }


def summarise(runs: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Count verdicts, and tell whether few enough are "supported"."""
    supported = float((runs["verdict"] == "supported").mean())
    limit = ALLOWED + MONTE_CARLO_ERRORS * np.sqrt(ALLOWED * (1 - ALLOWED) / len(runs))
    lines = {
        "share supported": supported,
        "at most": limit,
        "share whose interval covers 0": runs["covers_zero"].mean(),
        "mean correlation, undivided": runs["undivided"].mean(),
        "mean correlation, mood taken out": runs["estimate"].mean(),
    }
    return pd.DataFrame({"value": lines}), supported <= limit


def main() -> int:
    """Run the simulation and print the table; exit code 1 if too many are supported."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--units", type=int, default=60)
    parser.add_argument("--persons", type=int, default=10, help="per unit")
    options = parser.parse_args()
    runs = pd.DataFrame(
        [
            one_company(seed, n_units=options.units, n_persons=options.persons)
            for seed in range(options.studies)
        ]
    )
    table, ok = summarise(runs)
    print(
        f"{options.studies} companies of {options.units} units and {options.persons} persons each"
    )
    print(table.round(4).to_string())
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
