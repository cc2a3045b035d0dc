"""Answers to items as bars about the middle of the scale."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from icx_research.present.drawing.colours import HIGH, LOW, ink, tint
from icx_research.present.drawing.item_rows import item_rows, label_items, label_width
from icx_research.present.drawing.row_axes import column_beside, row_axes
from icx_research.survey.answers.answer_distributions import (
    WITHHELD,
    AnswerDistributions,
)

MIDDLE = "#D9D9D9"
BAR = 1.25  # lines
PALEST = 0.35  # strength of the colour beside the middle
NUMBER = 0.14  # inches of a number
LABELS, COLUMNS = 0.42, 1.2  # share of the width, and inches, that the bars leave to texts


def plot_answers(answers: AnswerDistributions, *, ax: Axes | None = None) -> Axes:
    """Draw how the answers to each item are distributed, about the middle of the scale.

    Parameters
    ----------
    answers : AnswerDistributions
        Items of one range; take them from `parts` where there are several.
    ax : Axes, optional
        A new figure unless given, as high as the items need.

    Returns
    -------
    Axes
        One bar per item: answers below the middle of the scale to the left of zero, those
        above to the right, the middle one half to either side. The share of missing
        answers and the band of respondents stand beside it.

    Raises
    ------
    ValueError
        If the items have several ranges.
    """
    ranges = answers.items[["low", "high"]].drop_duplicates()
    if len(ranges) > 1:
        raise ValueError(
            f"plot_answers draws items of one range; these have {len(ranges)}. Draw each of "
            "answers.parts."
        )
    low, high = map(float, ranges.iloc[0])
    rows = item_rows(answers.items, answers.codebook, width=label_width(ax))
    ax = row_axes(rows.n_lines, around=1.2, ax=ax)
    label_items(ax, rows)
    bars = [_pieces(_of(answers, at), (low + high) / 2) for at in range(len(answers.items))]
    first = min([bar["left"].min() for bar in bars if len(bar)], default=-50.0)
    last = max([(bar["left"] + bar["percent"]).max() for bar in bars if len(bar)], default=50.0)
    ax.set_xlim(min(first, -10) - 2, max(last, 10) + 2)
    for place, bar in zip(rows.places, bars, strict=True):
        _draw(ax, place, bar, low, high)
    for place, status in zip(rows.places, answers.items["status"], strict=True):
        if status == WITHHELD:
            ax.text(0, place, "withheld", ha="center", va="center", style="italic", zorder=4,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    ax.axvline(0, color="0.2", lw=0.6, zorder=3)
    ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    ax.set_xlabel("Answers below and above the middle (%)")
    missing = ["" if np.isnan(m) else f"{m:.0f}%" for m in answers.items["missing"]]
    column_beside(ax, 20, rows.places, missing, "missing")
    column_beside(ax, 62, rows.places, list(answers.items["respondents"]), "respon-\ndents")
    _legend(ax, answers, low, high)
    return ax


def _of(answers: AnswerDistributions, at: int) -> pd.DataFrame:
    item = answers.items.iloc[at]
    table = answers.table
    return table[(table["table"] == item["table"]) & (table["item"] == item["item"])]


def _pieces(shares: pd.DataFrame, middle: float) -> pd.DataFrame:
    """Say where each piece of a bar begins, the middle of the scale being zero.

    Answers put together lie on the side they reach further; only what lies even about the
    middle is halved.
    """
    place = (shares["lowest"] + shares["highest"]) / 2
    below = shares.loc[place < middle, "percent"].sum()
    start = below + shares.loc[place == middle, "percent"].sum() / 2
    return shares.assign(left=shares["percent"].cumsum() - shares["percent"] - start)


def _draw(ax: Axes, place: float, pieces: pd.DataFrame, low: float, high: float) -> None:
    """Draw one bar, with the percent in every piece that has room for it."""
    first, last = ax.get_xlim()
    inches = ax.figure.bbox.width / ax.figure.dpi
    room = NUMBER / max((1 - LABELS) * inches - COLUMNS, NUMBER)
    for piece in pieces.itertuples():
        colour = shade((piece.lowest + piece.highest) / 2, low, high)
        joined = piece.lowest < piece.highest
        ax.barh(place, piece.percent, BAR, piece.left, color=colour, edgecolor="white", lw=0.4,
                hatch="...." if joined else None, zorder=2)  # fmt: skip
        if piece.percent >= room * (last - first) and not joined:
            ax.text(piece.left + piece.percent / 2, place, f"{piece.percent:d}", ha="center",
                    va="center", color=ink(colour), zorder=4,
                    path_effects=[withStroke(linewidth=2, foreground=colour)])  # fmt: skip


def shade(answer: float, low: float, high: float) -> tuple[float, float, float]:
    """Colour of an answer: the further from the middle, the stronger."""
    place = 2 * (answer - low) / (high - low) - 1
    if abs(place) < 1e-9:
        return to_rgb(MIDDLE)
    steps = max(1 - 2 / (high - low), 1e-9)  # from beside the middle to the end
    strength = PALEST + (1 - PALEST) * np.clip(1 - (1 - abs(place)) / steps, 0, 1)
    return tint(HIGH if place > 0 else LOW, strength)


def _legend(ax: Axes, answers: AnswerDistributions, low: float, high: float) -> None:
    if answers.table.empty:
        return
    values = np.arange(low, high + 1)
    keys = [Patch(color=shade(value, low, high), label=f"{value:g}") for value in values]
    if answers.put_together:
        keys.append(Patch(facecolor="0.5", edgecolor="white", hatch="....", label="put together"))
    ax.legend(
        handles=keys,
        loc="lower center",
        bbox_to_anchor=(0.4, 1.0),
        ncols=len(keys),
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.3,
        columnspacing=0.8,
        borderaxespad=3.2,
    )


def answers_caption(answers: AnswerDistributions) -> str:
    """Say below the figure what is drawn, in which range, and what is left out."""
    low, high = map(float, answers.items[["low", "high"]].iloc[0])
    middle = (low + high) / 2
    half = f"the answer {middle:g} lies half to either side of it" if middle.is_integer() else (
        f"it lies between {np.floor(middle):g} and {np.ceil(middle):g}"
    )  # fmt: skip
    parts = [
        f"Answers to {_scales(answers)} ({low:g} to {high:g}), as given, in percent of the "
        f"answers{' of all waves' if answers.codebook.has_waves else ''}. Zero is the middle of "
        f"the scale; {half}. Missing is the percent of the rows without an answer; respondents "
        "are distinct persons, in bands."
    ]
    if answers.items["reverse_keyed"].any():
        parts.append("On reverse-keyed items a high answer means a low score.")
    if answers.put_together:
        parts.append(
            "Dotted pieces put neighbouring answers together of which one was given by fewer than "
            f"{answers.min_persons} persons; with the middle among them they lie on the side they "
            "reach further."
        )
    status = answers.items["status"]
    if (status == WITHHELD).any():
        parts.append(
            f"Withheld: fewer than {answers.min_persons} persons answered, or too few differed."
        )
    return " ".join(parts)


def answers_alt(answers: AnswerDistributions) -> str:
    """Describe the figure in words: for each item the shares below and above the middle."""
    told = []
    for at, item in enumerate(answers.items.itertuples()):
        shares, middle = _of(answers, at), (item.low + item.high) / 2
        place = (shares["lowest"] + shares["highest"]) / 2
        below, above = (
            shares.loc[side, "percent"].sum() for side in (place < middle, place > middle)
        )
        shown = f"{below}% below and {above}% above the middle" if len(shares) else "not shown"
        told.append(f"{item.wording}: {shown}")
    return (
        f"Stacked bars about the middle of the scale for {len(told)} items of {_scales(answers)}. "
        + "; ".join(told)
        + "."
    )


def _scales(answers: AnswerDistributions) -> str:
    return ", ".join(answers.codebook.label(name) for name in answers.items["scale"].unique())
