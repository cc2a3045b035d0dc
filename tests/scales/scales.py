"""A study with scales made for the tests of measurement: two tables, suppliers, waves."""

import numpy as np
import pandas as pd

import icx_research as icx

WORDING = ["I am content.", "It works.", "I would come again.", "It is worth it."]


def tables(*, n_units=8, raters=12, suppliers=("HR", "IT"), waves=("1", "2"), seed=3):
    """Draw staff and customers whose answers share unit, person and item parts."""
    rng = np.random.default_rng(seed)
    level = rng.normal(4, 0.8, n_units)
    staff, customers = [], []
    for unit in range(n_units):
        for person in range(raters):
            mood = rng.normal(0, 0.8)
            for wave in waves:
                for supplier in suppliers:
                    answers = np.clip(np.round(level[unit] + mood + rng.normal(0, 0.9, 4)), 1, 7)
                    staff.append([f"s{unit}-{person}", f"U{unit}", supplier, wave, *answers])
                judged = level[unit] + mood + rng.normal(0, 0.9, 4)
                row = [f"c{unit}-{person}-{wave}", f"U{unit}", wave]
                customers.append([*row, *np.clip(np.round(judged), 1, 7)])
    keys = ["person", "branch", "supplier", "year"]
    return (
        pd.DataFrame(staff, columns=[*keys, "q1", "q2", "q3", "q4"]),
        pd.DataFrame(customers, columns=["customer", "branch", "year", "c1", "c2", "c3", "c4"]),
    )


def scales_study(staff=None, customers=None, *, internal=None, external=None, wave=True, **options):
    """Make the study; `internal` and `external` replace the scales."""
    drawn = tables(**options)
    staff = drawn[0] if staff is None else staff
    customers = drawn[1] if customers is None else customers
    items = [f"q{i}" for i in range(1, 5)], [f"c{i}" for i in range(1, 5)]
    inside = internal or {
        "service": {"items": dict(zip(items[0], WORDING, strict=True)), "range": [1, 7]}
    }
    outside = external or {
        "csat": {"items": dict(zip(items[1], WORDING, strict=True)), "range": [1, 7]}
    }
    year = {"wave": "year"} if wave else {}
    suppliers = {"supplier_unit": "supplier"} if "supplier" in staff else {}
    book = {
        "study": "Scales",
        "internal": {
            "keys": {"respondent": "person", "client_unit": "branch", **suppliers, **year},
            "scales": inside,
        },
        "external": {
            "keys": {"respondent": "customer", "serving_unit": "branch", **year},
            "scales": outside,
        },
        "question": {"internal": next(iter(inside)), "external": next(iter(outside))},
    }
    return icx.study_from_frames(book, internal=staff, external=customers)


def one_wave(frame):
    """Keep the first wave of a table, without the column."""
    return frame[frame["year"] == "1"].drop(columns="year")
