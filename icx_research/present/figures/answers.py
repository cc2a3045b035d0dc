"""Answers to items as bars about the middle of the scale."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from icx_research.present.drawing.colours import HIGH, LOW, ink, tint
from icx_research.present.drawing.figure import Figure, listed
from icx_research.present.drawing.item_rows import item_rows, label_items
from icx_research.present.drawing.row_axes import LINE, column_beside, inches_of
from icx_research.survey.answers.answer_distributions import (
    WITHHELD,
    AnswerDistributions,
)

MIDDLE = "#D9D9D9"
BAR = 1.25  # lines
PALEST = 0.35  # strength of the colour beside the middle
NUMBER = 0.14  # inches of a number
LABELS, COLUMNS = 0.42, 1.2  # share of the width, and inches, that the bars leave to texts


@dataclass(frozen=True, repr=False, eq=False)
class AnswersFigure(Figure):
    """How the answers to each item are distributed, about the middle of the scale.

    Attributes
    ----------
    result : AnswerDistributions
        Items of one range; take them from `parts` where there are several.
    """

    result: AnswerDistributions

    @property
    def name(self) -> str:
        """Name of its files."""
        return f"answers_{self.result.items['table'].iloc[0]}"

    @property
    def source(self) -> pd.DataFrame:
        """Items, and the percent of each answer as far as it may be shown."""
        shares = self.result.table
        return self.result.items.merge(shares, on=["table", "scale", "item"], how="left")

    @property
    def caption(self) -> str:
        """Say what is drawn, in which range, and what is left out."""
        answers = self.result
        low, high = self._range
        middle = (low + high) / 2
        half = f"the answer {middle:g} lies half to either side of it" if middle.is_integer() else (
            f"it lies between {np.floor(middle):g} and {np.ceil(middle):g}"
        )  # fmt: skip
        parts = [
            f"Answers to {_scales(answers)} ({low:g} to {high:g}), as given, in percent of the "
            f"answers{' of all waves' if answers.codebook.has_waves else ''}. Zero is the middle "
            f"of the scale; {half}. Missing is the percent of the rows without an answer; "
            "respondents are distinct persons, in bands."
        ]
        if answers.items["reverse_keyed"].any():
            parts.append("On reverse-keyed items a high answer means a low score.")
        if answers.put_together:
            parts.append(
                "Dotted pieces put neighbouring answers together of which one was given by fewer "
                f"than {answers.min_persons} persons; with the middle among them they lie on the "
                "side they reach further."
            )
        status = answers.items["status"]
        if (status == WITHHELD).any():
            parts.append(
                f"Withheld: fewer than {answers.min_persons} persons answered, or too few differed."
            )
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give for each item the shares below and above the middle."""
        answers, parts = self.result, []
        for at, item in enumerate(answers.items.itertuples()):
            shares, middle = _of(answers, at), (item.low + item.high) / 2
            place = (shares["lowest"] + shares["highest"]) / 2
            below, above = (
                shares.loc[side, "percent"].sum() for side in (place < middle, place > middle)
            )
            shown = f"{below}% below and {above}% above the middle" if len(shares) else "not shown"
            parts.append(f"{item.wording}: {shown}")
        return (
            f"Stacked bars about the middle of the scale for {len(parts)} items of "
            f"{_scales(answers)}. {listed(parts)}."
        )

    @property
    def _range(self) -> tuple[float, float]:
        ranges = self.result.items[["low", "high"]].drop_duplicates()
        if len(ranges) > 1:
            raise ValueError(
                f"AnswersFigure draws items of one range; these have {len(ranges)}. Draw each of "
                "answers.parts."
            )
        return float(ranges["low"].iloc[0]), float(ranges["high"].iloc[0])

    def _height(self, width: float) -> float:
        rows = item_rows(self.result.items, self.result.codebook, inches=width)
        return rows.n_lines * LINE + 1.2

    def _draw(self, ax: Axes) -> None:
        answers, (low, high) = self.result, self._range
        rows = item_rows(answers.items, answers.codebook, inches=inches_of(ax))
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
    room = NUMBER / max((1 - LABELS) * inches_of(ax) - COLUMNS, NUMBER)
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


def _scales(answers: AnswerDistributions) -> str:
    return ", ".join(answers.codebook.label(name) for name in answers.items["scale"].unique())


def plot_answers(result: AnswerDistributions, *, ax: Axes | None = None) -> Axes:
    """Draw an `AnswersFigure`: one bar per item, as high as the items need.

    Answers below the middle of the scale lie to the left of zero, those above to the right, the
    middle one half to either side. The share of missing answers and the band of respondents
    stand beside it.

    Examples
    --------
    >>> from icx_research import answer_distributions, load_example, plot_answers
    >>> ax = plot_answers(answer_distributions(load_example("company"), scales=["csat"]))
    >>> ax.get_xlabel()
    'Answers below and above the middle (%)'
    """
    return AnswersFigure(result).plot(ax)
