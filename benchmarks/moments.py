"""Rows to moments per unit and wave: ours from pandas and from DuckDB, beside pandas groupby.

Prints medians over several runs, taken in turn, and ratios to the peer of the same run.
"""

import argparse
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd

import icx_research as icx

ITEMS = [f"q{i}" for i in range(1, 23)]


def likert(n: int) -> pd.DataFrame:
    """Draw n rows of 22 seven-point answers in 500 units and 3 waves."""
    rng = np.random.default_rng(20240501)
    answers = rng.integers(1, 8, size=(n, len(ITEMS))).astype(float)
    frame = pd.DataFrame(answers, columns=ITEMS)
    return frame.assign(unit=rng.integers(0, 500, n), wave=rng.integers(1, 4, n))


def by_pandas(frame: pd.DataFrame) -> None:
    """Means, counts and pooled within covariance, as a pandas user writes them."""
    groups = frame.groupby(["unit", "wave"])[ITEMS]
    groups.mean()
    groups.count()
    centred = frame[ITEMS] - groups.transform("mean")
    centred.T.to_numpy() @ centred.to_numpy()


def seconds(work: Callable[[], object]) -> float:
    """Time one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Time the three ways in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    frame = likert(options.rows)
    relation = duckdb.from_df(frame)
    ways: dict[str, Callable[[], object]] = {
        "pandas groupby (peer)": lambda: by_pandas(frame),
        "icx moments, pandas": lambda: icx.moments(frame, ITEMS, by=["unit", "wave"]),
        "icx moments, DuckDB": lambda: icx.moments(relation, ITEMS, by=["unit", "wave"]),
    }
    times = {name: [] for name in ways}
    for _ in range(options.runs):
        for name, work in ways.items():
            times[name].append(seconds(work))
    peer = np.array(times["pandas groupby (peer)"])
    print(f"{options.rows} rows x {len(ITEMS)} items, 500 units x 3 waves, {options.runs} runs")
    for name, taken in times.items():
        ratio = np.median(peer / np.array(taken))
        print(f"{name:24s} median {np.median(taken):7.3f} s   peer / ours {ratio:5.2f}")


if __name__ == "__main__":
    main()
