"""Files as strangers bring them: two surveys of twelve branches."""

import numpy as np
import pandas as pd

from icx_research.survey.drafting.draft import draft_study

UNITS = [f"Filiale Köln {i:02d}" for i in range(1, 13)]


def surveys(rng, people=15, top=7):
    """Make two surveys of twelve branches; q3 is reverse-keyed, 99 means no answer."""
    level = rng.normal(top / 2 + 0.5, 1, len(UNITS)).repeat(people)
    unit = np.array(UNITS).repeat(people)
    n = len(unit)

    def item(sign=1):
        raw = top / 2 + 0.5 + sign * (level - top / 2 - 0.5) + rng.normal(0, 0.6, n)
        return np.clip(np.round(raw), 1, top).astype(int)

    staff = pd.DataFrame({"Personal_Nr": [f"{i:04d}" for i in range(n)], "Filiale": unit,
                          "q1": item(), "q2": item(), "q3": item(-1)})  # fmt: skip
    staff.loc[rng.choice(n, 8, replace=False), "q1"] = 99
    customers = pd.DataFrame({"Kunde": [f"K{i}" for i in range(n)], "Standort": unit,
                              "zufrieden1": item(), "zufrieden2": item()})  # fmt: skip
    return staff, customers


def write(folder, staff, customers, *, separator=";", encoding="cp1252", ending="csv"):
    paths = [folder / f"staff.{ending}", folder / f"customers.{ending}"]
    for path, frame in zip(paths, (staff, customers), strict=True):
        frame.to_csv(path, sep=separator, encoding=encoding, index=False)
    return paths


def draft(folder, staff, customers):
    home = folder / "study"
    (path,) = draft_study(home, internal=staff, external=customers)
    return path, path.read_text(encoding="utf-8")
