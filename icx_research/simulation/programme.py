"""Which programmes run in which simulated unit, from which wave on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

INDICATORS = ("prog", "chargeback", "catalogue")


def draw_programmes(n_units: int, waves: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw, for each programme, the wave each unit starts in.

    Returns
    -------
    dict of str to array of bool, shape (waves, units)
        Where it runs. Groups of about equal size start in wave 2, 3, ... or never,
        chosen by lot, independently of everything else; with one wave only, half of the
        units have it.
    """
    starts = [*range(1, waves), waves] if waves > 1 else [0, 1]
    running = {}
    for name in INDICATORS:
        start = rng.permutation(np.resize(starts, n_units))
        running[name] = np.arange(waves)[:, None] >= start
    return running


def waves_running(running: np.ndarray) -> np.ndarray:
    """Count, wave by wave, for how many waves a programme has been running."""
    return np.asarray(np.cumsum(running, axis=0))


def programme_table(names: list[str], running: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row per unit and wave, 0 or 1 for each programme."""
    waves, units = running["prog"].shape
    return pd.DataFrame(
        {
            "wave": np.repeat(np.arange(1, waves + 1), units),
            "unit": np.tile(names, waves),
            **{name: runs.astype(int).ravel() for name, runs in running.items()},
        }
    )
