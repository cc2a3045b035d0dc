"""Figures of measurement become the same files in every process; here all in one page."""

import hashlib
import subprocess
import sys

DRAW = """
import sys
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import icx_research as icx

rng = np.random.default_rng(1)
x = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)), columns=list("abcd"))
x["unit"] = np.repeat([f"u{i}" for i in range(15)], 20)
x["group"] = np.tile(["in", "out"], 150)
table = icx.cronbach_alpha(x[list("abcd")]).table.assign(scale="csat")
answers = x.assign(q=np.clip(np.round(x["a"] + 4), 1, 7))
with icx.figure_style("two_column"):
    figure, axes = plt.subplots(3, 2)
    icx.plot_reliability(table, ax=axes[0, 0])
    parallel = icx.parallel_analysis(x[list("abcd")], n_resamples=20, rng=rng)
    icx.plot_scree(parallel, ax=axes[0, 1])
    icx.plot_loadings(icx.factor_analysis(x[list("abcd")], n_factors=1), ax=axes[1, 0])
    ladder = icx.measurement_invariance("f =~ a + b + c + d", x, group="group")
    icx.plot_invariance(ladder, ax=axes[1, 1])
    agreement = icx.rwg_j(answers, items=["q"], unit="unit", response_range=(1, 7))
    icx.plot_agreement(agreement, ax=axes[2, 0])
    shares = icx.variance_components(icx.moments(x, ["a"], by="unit"))
    icx.plot_variance_shares(shares, ax=axes[2, 1])
    icx.save_figure(figure, "all", folder=sys.argv[1], caption="c", alt="a", data=table, dpi=50)
"""


def test_same_bytes_in_another_process(tmp_path, monkeypatch):
    subprocess.run([sys.executable, "-c", DRAW, str(tmp_path / "there")], check=True)
    monkeypatch.setattr(sys, "argv", ["-c", str(tmp_path / "here")])
    exec(compile(DRAW, "DRAW", "exec"), {})
    files = sorted((tmp_path / "here").iterdir())
    assert len(files) == 5
    for file in files:
        twin = tmp_path / "there" / file.name
        digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (file, twin)}
        assert len(digests) == 1, file.name
