"""Seven tables in five formats, and a Word table by python-docx alone as the peer.

Prints medians of processor time over several runs.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import docx
import numpy as np

import icx_research as icx


def tables() -> list[object]:
    """Make one table of each kind of the bundled study."""
    study = icx.load_example("company")
    scales = ["internal_satisfaction", "internal_expectation"]
    items = icx.scale_items(study, scales)
    results = [
        icx.moments(items, list(items.columns)),
        icx.reliability_overview(study),
        icx.factor_analysis(items, n_factors=2),
        icx.scale_cfa(study, scales),
        icx.scale_invariance(study, scales[0]),
        icx.aggregation_overview(study),
        icx.linkage_overview(icx.link_study(study)),
    ]
    return [icx.to_table(result) for result in results]


def write_all(made: list[object], folder: Path) -> None:
    """Write every table in every format."""
    for table in made:
        table.to_word(folder / "t.docx")
        table.to_excel(folder / "t.xlsx")
        for text in (table.to_html, table.to_latex, table.to_markdown):
            text()


def by_hand(made: list[object], folder: Path) -> None:
    """The same cells in plain Word tables."""
    for table in made:
        document = docx.Document()
        grid = document.add_table(rows=len(table.rows), cols=len(table.columns))
        for row, cells in zip(table.rows, grid.rows, strict=True):
            for cell, place in zip(row.cells, cells.cells, strict=True):
                place.text = cell.text
        document.save(str(folder / "peer.docx"))


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Time both in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    made = tables()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways = {"five formats": write_all, "python-docx alone (peer)": by_hand}
        times = {way: [seconds(lambda w=work: w(made, folder)) for _ in range(runs)]
                 for way, work in ways.items()}  # fmt: skip
    for way, taken in times.items():
        print(f"{way:28} {np.median(taken):.2f} s")


if __name__ == "__main__":
    main()
