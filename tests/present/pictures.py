"""Figures of every kind, for drawing here and in another process.

python -m tests.present.pictures FOLDER STUDY.yaml
"""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PathCollection

import icx_research as icx
from tests.conftest import ROOT


def dots(ax):
    """Give the places of the dots of each series."""
    return {
        c.get_label(): [tuple(place) for place in np.asarray(c.get_offsets()).tolist()]
        for c in ax.collections
        if isinstance(c, PathCollection)
    }


def shapes(ax):
    """Give marker and filling of each series."""
    return {
        c.get_label(): (
            tuple(map(tuple, np.round(c.get_paths()[0].vertices, 3))),
            tuple(c.get_facecolor()[0]),
        )
        for c in ax.collections
        if isinstance(c, PathCollection)
    }


def spans(ax):
    """Give the ends of all intervals, series by series."""
    return [
        [tuple(segment[:, 0]) for segment in c.get_segments() if len(segment)]
        for c in ax.collections
        if isinstance(c, LineCollection)
    ]


PAIR = {"internal": "internal_satisfaction", "external": "csat"}


def draw_quality(study, folder):
    """Draw what `icx study` draws of the data themselves."""
    return icx.quality_figures(study, icx.link_study(study), folder=folder, dpi=60)


def draw_measurement(folder):
    """Draw every figure of measurement, all on one page."""
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)), columns=list("abcd"))
    x["unit"] = np.repeat([f"u{i}" for i in range(15)], 20)
    x["group"] = np.tile(["in", "out"], 150)
    alpha = icx.cronbach_alpha(x[list("abcd")])
    answers = x.assign(q=np.clip(np.round(x["a"] + 4), 1, 7))
    with icx.figure_style("nature_wide"):
        figure, axes = plt.subplots(3, 2, figsize=(9, 12))
        icx.plot_reliability({"csat": alpha}, ax=axes[0, 0])
        parallel = icx.parallel_analysis(x[list("abcd")], n_resamples=20, rng=rng)
        icx.plot_scree(parallel, ax=axes[0, 1])
        icx.plot_loadings(icx.factor_analysis(x[list("abcd")], n_factors=1), ax=axes[1, 0])
        ladder = icx.measurement_invariance("f =~ a + b + c + d", x, group="group")
        icx.plot_invariance(ladder, ax=axes[1, 1])
        agreement = icx.rwg_j(answers, items=["q"], unit="unit", response_range=(1, 7))
        icx.plot_agreement(agreement, ax=axes[2, 0])
        shares = icx.variance_components(icx.moments(x, ["a"], by="unit"))
        icx.plot_variance_shares(shares, ax=axes[2, 1])
        icx.save_figure(
            figure, "all", folder=folder, caption="c", alt="a", data=alpha.table, dpi=50
        )


def draw_elsewhere(folder, study):
    """Let another process, whose sets and hashes are ordered otherwise, draw them all."""
    command = [sys.executable, "-m", "tests.present.pictures", str(folder), str(study)]
    subprocess.run(command, check=True, cwd=ROOT)


def main(folder, study):
    linked = icx.link_study(icx.load_example("company"))
    icx.linkage_figure(linked, **PAIR).save(folder / "linkage")
    draw_measurement(folder / "measurement")
    draw_quality(icx.read_study(study), folder / "quality")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
