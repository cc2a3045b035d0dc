"""Reliability, factors, polychorics, agreement, variance shares, two levels: ours and R's.

Prints medians in milliseconds and the ratio of the best peer to ours, all of one run. R times
itself; its start and reading do not count. Usage: python benchmarks/measurement.py [--runs 5]
[--no-r]
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from icx_research.measurement.agreement.support import aggregation_support
from icx_research.measurement.crossed.shares import variance_shares
from icx_research.measurement.exploratory.factor_analysis import factor_analysis
from icx_research.measurement.exploratory.parallel import parallel_analysis
from icx_research.measurement.polychoric.correlations import polychoric
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.omega import omega_total
from icx_research.measurement.twolevel.model import two_level_cfa
from icx_research.measurement.twolevel.reliability import multilevel_omega

DIMENSIONS = {"tan": 4, "rel": 5, "res": 4, "ass": 4, "emp": 5}

R_SCRIPT = r"""
suppressMessages({library(psych); library(lavaan); library(multilevel); library(lme4)})
folder <- commandArgs(TRUE)[1]; runs <- as.integer(commandArgs(TRUE)[2])
d <- read.csv(file.path(folder, "service.csv")); wide <- read.csv(file.path(folder, "wide.csv"))
u <- read.csv(file.path(folder, "units.csv")); five <- read.csv(file.path(folder, "five.csv"))
clock <- function(name, peer, f, n = runs) {
  t <- replicate(n, { s <- proc.time()[["elapsed"]]
    capture.output(suppressWarnings(suppressMessages(f()))); proc.time()[["elapsed"]] - s })
  cat("TIME", name, peer, median(t) * 1000, sep = "|"); cat("\n")
}
one <- paste("f =~", paste(names(d), collapse = "+"))
clock("alpha", "psych::alpha", function() alpha(five, check.keys = FALSE))
clock("omega", "lavaan::cfa, one factor", function() cfa(one, d, std.lv = TRUE))
clock("parallel_pca", "psych::fa.parallel", function() fa.parallel(d, fa = "pc", n.iter = 500,
  sim = FALSE, plot = FALSE), 1)
clock("parallel_factor", "psych::fa.parallel", function() fa.parallel(d, fa = "fa", n.iter = 500,
  sim = FALSE, plot = FALSE), 1)
clock("efa_ml", "factanal", function() factanal(d, 5, rotation = "none"))
clock("efa_oblimin", "psych::fa", function() fa(d, 5, fm = "minres", rotate = "oblimin"))
clock("polychoric_22", "lavaan::lavCor", function() lavCor(d, ordered = names(d)), 3)
clock("polychoric_22", "psych::polychoric", function() polychoric(d), 1)
clock("polychoric_44", "lavaan::lavCor", function() lavCor(wide, ordered = names(wide)), 1)
items <- names(d)
clock("agreement", "multilevel, ICC and rwg.j", function() {
  for (i in items) { a <- aov(u[[i]] ~ factor(u$unit)); ICC1(a); ICC2(a) }
  rwg.j(u[items], u$unit, ranvar = 2) }, 1)
for (s in c("6", "60")) {
  rated <- read.csv(file.path(folder, paste0("rated", s, ".csv")))
  clock(paste("variance_shares,", s, "suppliers"), "lme4::lmer, no limits", function() lmer(
    score ~ 1 + (1|client) + (1|supplier) + (1|rater) + (1|client:supplier), rated), 1)
}
two <- "level: 1\n w =~ rel1 + rel2 + rel3 + rel4 + rel5
        level: 2\n b =~ rel1 + rel2 + rel3 + rel4 + rel5"
clock("two_level_cfa", "lavaan::cfa, cluster", function() fitMeasures(cfa(two, u,
  cluster = "unit", std.lv = TRUE)), 1)
"""


def answers(n: int, sizes: dict[str, int], seed: int) -> pd.DataFrame:
    """Draw five-point answers with one factor per dimension."""
    rng = np.random.default_rng(seed)
    general = rng.normal(size=(n, 1))
    columns = {}
    for name, k in sizes.items():
        factor = 0.6 * general + 0.8 * rng.normal(size=(n, 1))
        latent = 0.75 * factor + 0.66 * rng.normal(size=(n, k))
        for i in range(k):
            columns[f"{name}{i + 1}"] = np.digitize(latent[:, i], [-1.6, -0.8, 0.1, 1.0]) + 1
    return pd.DataFrame(columns)


def crossed(clients: int, raters: int, suppliers: int, each: int, seed: int) -> pd.DataFrame:
    """Draw ratings: every rater of a client unit rates `each` of the suppliers."""
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(clients * raters), each)
    chosen = np.argsort(rng.random((clients * raters, suppliers)), axis=1)[:, :each].ravel()
    client = rater // raters
    score = 0.7 * rng.normal(size=clients)[client] + 0.6 * rng.normal(size=suppliers)[chosen]
    score += 0.8 * rng.normal(size=clients * raters)[rater] + rng.normal(size=len(rater))
    score += 0.5 * rng.normal(size=(clients, suppliers))[client, chosen]
    return pd.DataFrame({"client": client, "rater": rater, "supplier": chosen, "score": score})


def milliseconds(work: Callable[[], object], runs: int) -> float:
    """Take the median time of several runs, after one that does not count."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def by_factor_analyzer(correlation: np.ndarray, method: str, rotation: str | None) -> None:
    """Extract and rotate; its own `fit` fails on the locked scikit-learn."""
    from factor_analyzer import FactorAnalyzer, Rotator

    analyzer = FactorAnalyzer(n_factors=5, method=method, rotation=None)
    loadings = analyzer._fit_factor_analysis(correlation.copy())
    if rotation:
        Rotator(method=rotation).fit_transform(loadings)


def by_r(frames: dict[str, pd.DataFrame], runs: int) -> list[tuple[str, str, float]]:
    """Time the peers in one R process."""
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in frames.items():
            frame.to_csv(Path(folder) / f"{name}.csv", index=False)
        script = Path(folder) / "peers.R"
        script.write_text(R_SCRIPT, encoding="utf-8")
        out = subprocess.run(
            ["Rscript", str(script), folder, str(runs)], capture_output=True, text=True, check=True
        ).stdout
    lines = [line.split("|") for line in out.splitlines() if line.startswith("TIME")]
    return [(name, peer, float(ms)) for _, name, peer, ms in lines]


def main() -> None:
    """Time ours and the peers, and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-r", action="store_true")
    options = parser.parse_args()
    service, five = answers(2000, DIMENSIONS, 1), answers(5000, DIMENSIONS, 2)
    wide = answers(10_000, {f"w{i}": 4 for i in range(11)}, 3)
    units = answers(10_000, DIMENSIONS, 4)
    units["unit"] = np.random.default_rng(5).integers(0, 500, len(units))
    # units that differ, so that both levels have something to fit
    apart = np.random.default_rng(7).normal(size=500)[units["unit"]]
    shared = [name for name in units if name.startswith("rel")]
    units[shared] = units[shared].add(0.5 * apart, axis=0).round().clip(1, 5)
    few, many = crossed(40, 10, 6, 4, 8), crossed(60, 20, 60, 8, 9)
    keys = {"score": "score", "client": "client", "rater": "rater", "supplier": "supplier"}
    scales = {s: [f"{s}{i + 1}" for i in range(k)] for s, k in DIMENSIONS.items()}
    each = {name: [name] for name in service}
    rng = np.random.default_rng(6)
    ours: dict[str, Callable[[], object]] = {
        "alpha": lambda: cronbach_alpha(five),
        "omega": lambda: omega_total(service),
        "parallel_pca": lambda: parallel_analysis(service, rng=rng),
        "parallel_factor": lambda: parallel_analysis(service, method="factor", rng=rng),
        "efa_ml": lambda: factor_analysis(service, n_factors=5, method="ml", rotation="none"),
        "efa_oblimin": lambda: factor_analysis(service, n_factors=5),
        "polychoric_22": lambda: polychoric(service),
        "polychoric_44": lambda: polychoric(wide),
        "agreement": lambda: aggregation_support(
            units, scales=each, unit="unit", response_range=(1, 5)
        ),
        "agreement, 5 scales": lambda: aggregation_support(
            units, scales=scales, unit="unit", response_range=(1, 5)
        ),
        "variance_shares, 6 suppliers": lambda: variance_shares(few, **keys),
        "variance_shares, 60 suppliers": lambda: variance_shares(many, **keys),
        "two_level_cfa": lambda: (
            two_level_cfa("f =~ " + " + ".join(shared), units, unit="unit", std_lv=True).fit_indices
        ),
        "multilevel_omega": lambda: multilevel_omega(units, items=shared, unit="unit"),
    }
    times = {name: milliseconds(work, options.runs) for name, work in ours.items()}
    correlation = service.corr().to_numpy()
    peers = [
        ("efa_ml", "factor_analyzer",
         milliseconds(lambda: by_factor_analyzer(correlation, "ml", None), 3)),
        ("efa_oblimin", "factor_analyzer",
         milliseconds(lambda: by_factor_analyzer(correlation, "minres", "oblimin"), 3)),
    ]  # fmt: skip
    if not options.no_r and shutil.which("Rscript"):
        frames = {"service": service, "wide": wide, "units": units, "five": five}
        frames |= {"rated6": few, "rated60": many}
        peers += by_r(frames, options.runs)
    for name, ms in times.items():
        print(f"{name:32}{ms:10.2f} ms")
        for of, peer, peer_ms in peers:
            if of == name:
                print(f"    {peer:34}{peer_ms:10.1f} ms   {peer_ms / ms:8.1f} x")


if __name__ == "__main__":
    main()
