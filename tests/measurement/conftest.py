"""Seeded answers and the values R computed from them."""

from pathlib import Path

import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference" / "measurement"


@pytest.fixture(scope="session")
def service():
    """400 x 12 five-point answers, 7 missing."""
    return pd.read_csv(REFERENCE / "service_items.csv")


@pytest.fixture(scope="session")
def ratings():
    """Seven-point answers of raters in 30 units of unequal size."""
    return pd.read_csv(REFERENCE / "unit_ratings.csv")


@pytest.fixture(scope="session")
def by_r():
    """Read the named values one R script wrote."""

    def read(name):
        table = pd.read_csv(REFERENCE / f"{name}.csv", comment="#")
        return table.set_index("name")["value"]

    return read


@pytest.fixture
def small():
    """8 x 3: small enough to read."""
    return pd.DataFrame(
        {
            "q1": [4, 5, 3, 4, 2, 5, 1, 3],
            "q2": [3, 5, 4, 4, 1, 4, 2, 2],
            "q3": [5, 4, 3, 4, 1, 5, 2, 2],
        }
    )
