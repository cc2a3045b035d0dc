"""Structural equation models beside lavaan: medians of the same data in the same run.

Run: python benchmarks/sem.py      (lavaan's part is skipped, and says so, where Rscript is not
installed; lavaan is timed inside R, without its start.)
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from icx_research.measurement.alignment.alignment import alignment
from icx_research.measurement.invariance.ladder import measurement_invariance
from icx_research.measurement.sem.model import sem

SIZES = (5, 4, 4, 5, 4)  # items per factor, as SERVQUAL
N = 2_000

PEER = """
suppressMessages(library(lavaan))
data <- read.csv("answers.csv")
gaps <- read.csv("gaps.csv")
model <- paste(readLines("model.txt"), collapse = "\\n")
timed <- function(name, times, run) {
  seconds <- sapply(seq_len(times), function(i) system.time(run())[["elapsed"]])
  cat(name, median(seconds), "\\n")
}
equal <- c("loadings", "intercepts", "residuals")
timed("ML", 7, function() fitMeasures(cfa(model, data)))
timed("MLR", 3, function() fitMeasures(cfa(model, data, estimator = "MLR")))
timed("invariance", 1, function() {
  fits <- lapply(0:3, function(k) {
    cfa(model, data, group = "region", group.equal = if (k) equal[1:k] else "")
  })
  for (fit in fits) fitMeasures(fit)
  do.call(lavTestLRT, fits)
})
ordinal <- function(model, data) {
  fitMeasures(cfa(model, data, ordered = TRUE, estimator = "WLSMV"))
}
timed("WLSMV", 3, function() ordinal(model, data))
small <- paste(strsplit(model, "\\n")[[1]][1:2], collapse = "\\n")
timed("WLSMV_9", 3, function() ordinal(small, data[1:1000, ]))
# permuteMeasEq repeats the calls, so they stand here in full
free <- cfa(small, data, group = "region")
equated <- cfa(small, data, group = "region", group.equal = "loadings")
if (requireNamespace("semTools", quietly = TRUE)) timed("permutation", 1, function() {
  semTools::permuteMeasEq(nPermute = 20, con = equated, uncon = free, AFIs = "cfi",
                          showProgress = FALSE)
})
timed("FIML", 1, function() fitMeasures(cfa(model, gaps, missing = "fiml")))
"""


def workload() -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Five-point answers of two regions, and the same with 10 % missing."""
    rng = np.random.default_rng(20250901)
    mixing = np.linalg.cholesky(np.full((5, 5), 0.5) + 0.5 * np.eye(5))
    factors = rng.normal(size=(N, 5)) @ mixing.T
    columns, lines = {}, []
    for j, size in enumerate(SIZES):
        names = [f"q{len(columns) + i + 1}" for i in range(size)]
        for name in names:
            answer = 3 + 0.8 * factors[:, j] + 0.7 * rng.normal(size=N)
            columns[name] = np.clip(np.round(answer), 1, 5)
        lines.append(f"f{j + 1} =~ " + " + ".join(names))
    data = pd.DataFrame(columns)
    gaps = data.mask(rng.random(data.shape) < 0.10)
    return "\n".join(lines), data.assign(region=np.repeat(["a", "b"], N // 2)), gaps


def timed(times: int, run: Callable[[], object]) -> float:
    """Median seconds of some runs, after one that is not counted."""
    run()
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    return float(np.median(seconds))


def summary(model: str, data: pd.DataFrame, **options: object) -> tuple[object, object]:
    result = sem(model, data, **options)
    return result.table, result.fit_indices


def permuted(model: str, data: pd.DataFrame) -> object:
    """Twenty permutations of the first two levels."""
    levels, rng = ("configural", "metric"), np.random.default_rng(1)
    return measurement_invariance(
        model, data, group="region", levels=levels, n_permutations=20, rng=rng
    ).permutation


def aligned(model: str, data: pd.DataFrame) -> object:
    """Twenty groups of 100; no peer is at hand."""
    many = data.assign(site=np.arange(len(data)) % 20)
    return alignment(model, many, group="site").table


def main() -> None:
    model, data, gaps = workload()
    small = "\n".join(model.split("\n")[:2])
    ours = {
        "ML": timed(21, lambda: summary(model, data)),
        "MLR": timed(7, lambda: summary(model, data, estimator="MLR")),
        "invariance": timed(7, lambda: measurement_invariance(model, data, group="region").table),
        "WLSMV": timed(7, lambda: summary(model, data, estimator="WLSMV")),
        "WLSMV_9": timed(7, lambda: summary(small, data[:1000], estimator="WLSMV")),
        "permutation": timed(3, lambda: permuted(small, data)),
        "alignment": timed(3, lambda: aligned(small, data)),
        "FIML": timed(3, lambda: summary(model, gaps, missing="fiml")),
    }
    theirs: dict[str, float] = {}
    if shutil.which("Rscript"):
        with tempfile.TemporaryDirectory() as folder:
            data.to_csv(Path(folder, "answers.csv"), index=False)
            gaps.to_csv(Path(folder, "gaps.csv"), index=False)
            Path(folder, "model.txt").write_text(model, encoding="utf-8")
            Path(folder, "peer.R").write_text(PEER, encoding="utf-8")
            done = subprocess.run(
                ["Rscript", "peer.R"], cwd=folder, capture_output=True, text=True, check=True
            )
        theirs = {line.split()[0]: float(line.split()[1]) for line in done.stdout.splitlines()}
    else:
        print("Rscript is not installed: lavaan is not timed.")
    for name, seconds in ours.items():
        peer = theirs.get(name, np.nan)
        print(
            f"{name:12s} ours {seconds * 1e3:8.1f} ms   lavaan {peer * 1e3:9.1f} ms   "
            f"ratio {peer / seconds:6.1f}"
        )


if __name__ == "__main__":
    main()
