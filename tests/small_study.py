"""A study of two small files, written to a folder."""

import numpy as np

TWO_FILES = """\
study: Two branches and <b>more</b>
description: A study with a tag in its title.
cautions: [Made up for a test.]
internal:
  file: staff.csv
  keys: {respondent: id, client_unit: branch}
  scales:
    service: {items: [q1, q2], range: [1, 7], label: "Internal service"}
external:
  file: customers.csv
  keys: {respondent: id, serving_unit: branch}
  scales:
    csat: {items: [c1], range: [1, 7], label: "=Customers"}
"""


def write_study(folder, *, n_units=12, people=12, seed=5, codebook=TWO_FILES):
    """Write a small study: branches differ, answers are whole numbers from 1 to 7."""
    rng = np.random.default_rng(seed)
    level = rng.normal(4.5, 1, n_units)
    staff, customers = ["id,branch,q1,q2"], ["id,branch,c1"]
    for u in range(n_units):
        for i in range(people):
            a, b, c = np.clip(np.round(rng.normal(level[u], 1, 3)), 1, 7).astype(int)
            staff.append(f"s{u}-{i},B{u:02d},{a},{b}")
            customers.append(f"c{u}-{i},B{u:02d},{c}")
    (folder / "staff.csv").write_text("\n".join(staff) + "\n", encoding="utf-8")
    (folder / "customers.csv").write_text("\n".join(customers) + "\n", encoding="utf-8")
    (folder / "study.yaml").write_text(codebook, encoding="utf-8")
    return folder / "study.yaml"
