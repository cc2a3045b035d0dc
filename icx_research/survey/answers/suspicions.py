"""What looks wrong in the answers and is only said, never corrected."""

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.survey.study import Study

MIN_ANSWERS = 50  # below this, silence says nothing about the scale that was used
MIN_COMPLETE = 20
CLEARLY_AGAINST = -0.1  # smallest loading, on the common direction, that is worth a question


def suspected_scales(study: Study) -> pd.DataFrame:
    """List items that seem to have been answered on another scale in some wave.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        One row per suspicion: `table`, `scale`, `item`, `reason`. Nothing is changed,
        and no answer is shown.

    Examples
    --------
    >>> from icx_research import load_example
    >>> len(suspected_scales(load_example("company")))
    0
    """
    found: list[tuple[str, str, str, str]] = []
    for name, source in study.codebook.sources.items():
        frame = nw.from_native(study.tables[name], eager_only=True)
        for scale in source.scales:
            waves = pd.Series(frame["wave"].to_list())
            for item in scale.items:
                answers = pd.Series(frame[item].to_numpy())
                found += [
                    (name, scale.name, item, f"in wave {wave!r} nobody uses the upper end of the "
                     "range, in other waves people do: was it asked on another scale?")
                    for wave in _short_waves(answers, waves, scale.response_range[1])
                ]  # fmt: skip
    return pd.DataFrame(found, columns=["table", "scale", "item", "reason"])


def opposed_items(answers: pd.DataFrame) -> list[str]:
    """Find the items that run against the direction most items share."""
    complete = answers.astype(float).dropna()
    varied = complete.loc[:, complete.max() > complete.min()]
    if len(complete) < MIN_COMPLETE or varied.shape[1] < 2:
        return []
    loadings = np.linalg.eigh(np.corrcoef(varied.to_numpy(), rowvar=False))[1][:, -1]
    if (loadings > 0).sum() * 2 == len(loadings):  # as many on either side: name the later ones
        loadings = loadings * np.sign(loadings[0])
    else:
        loadings = loadings * np.sign(np.median(np.sign(loadings)))
    return [
        str(item)
        for item, loading in zip(varied.columns, loadings, strict=True)
        if loading < CLEARLY_AGAINST
    ]


def _short_waves(answers: pd.Series, waves: pd.Series, top: float) -> Sequence[str]:
    """Find the waves with many answers, none at the upper end, where others have some."""
    given = answers.notna()
    counts = pd.DataFrame(
        {"n": given.groupby(waves).sum(), "top": (answers == top).groupby(waves).sum()}
    )
    counts = counts[counts["n"] >= MIN_ANSWERS]
    if len(counts) < 2 or not counts["top"].sum():
        return []
    return [str(wave) for wave in counts.index[counts["top"] == 0]]
