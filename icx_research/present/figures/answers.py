"""Answers to items as bars about the middle of the scale."""

from dataclasses import dataclass, replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from icx_research.core import apa
from icx_research.present.drawing.colours import HIGH, LOW, tint
from icx_research.present.drawing.figure import KEYS, Figure, divided, heard
from icx_research.present.drawing.marks import number
from icx_research.present.drawing.rows import LABELS, Rows, item_rows, slot_inches
from icx_research.present.drawing.wrapping import inches_of
from icx_research.survey.answers.answer_distributions import (
    WITHHELD,
    AnswerDistributions,
)

MIDDLE = "#D9D9D9"
BAR = 1.25  # lines
PALEST = 0.35  # strength of the colour beside the middle
COLUMNS = 1.2  # inches that the bars leave to the columns at the right


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
        return heard(
            f"Stacked bars about the middle of the scale for {apa.counted(len(parts), 'item')} of "
            f"{_scales(answers)}",
            parts,
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

    def _rows(self, width: float) -> Rows:
        return item_rows(self.result.items, self.result.codebook, width=width)

    def _portions(self, n: int) -> list[Figure]:
        return [
            AnswersFigure(replace(self.result, items=own, table=self.result.table.merge(own[KEYS])))
            for own in divided(self.result.items, n)
        ]

    def _draw(self, ax: Axes) -> None:
        answers, (low, high) = self.result, self._range
        rows = self._rows(slot_inches(ax))
        pieces = pd.concat(
            _pieces(_of(answers, at), (low + high) / 2).assign(place=place)
            for at, place in enumerate(rows.places)
        )
        first, last = pieces["left"].min(), (pieces["left"] + pieces["percent"]).max()
        ax.set_xlim(np.nanmin([first, -10]) - 2, np.nanmax([last, 10]) + 2)
        _draw(ax, pieces, low, high)
        for place, status in zip(rows.places, answers.items["status"], strict=True):
            if status == WITHHELD:
                ax.text(0, place, "withheld", ha="center", va="center", style="italic", zorder=4,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        ax.axvline(0, color="0.2", lw=plt.rcParams["axes.linewidth"], zorder=3)
        rows.label(ax)
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        ax.set_xlabel("Answers below and above the middle (%)")
        missing = ["" if np.isnan(m) else f"{m:.0f}%" for m in answers.items["missing"]]
        columns = {"missing": missing, "respon-\ndents": list(answers.items["respondents"])}
        rows.columns(ax, columns)

    def _keys(self, ax: Axes) -> list[Artist]:
        answers, (low, high) = self.result, self._range
        if answers.table.empty:
            return []
        keys: list[Artist] = [Patch(color=shade(value, low, high), label=f"{value:g}")
                for value in np.arange(low, high + 1)]  # fmt: skip
        if answers.put_together:
            keys.append(
                Patch(facecolor="0.5", edgecolor="white", hatch="....", label="put together")
            )
        return keys


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


def _draw(ax: Axes, pieces: pd.DataFrame, low: float, high: float) -> None:
    """Draw the bars, with the percent in every piece that has room for it."""
    colours = [shade(place, low, high) for place in (pieces["lowest"] + pieces["highest"]) / 2]
    joined = pieces["lowest"] < pieces["highest"]
    ax.barh(
        pieces["place"],
        pieces["percent"],
        BAR,
        pieces["left"],
        color=colours,
        edgecolor="white",
        hatch=["...." if dotted else "" for dotted in joined],
        zorder=2,
    )
    first, last = ax.get_xlim()
    inch = (last - first) / max((1 - LABELS) * slot_inches(ax) - COLUMNS, 0.5)
    for piece, colour in zip(pieces[~joined].itertuples(), np.array(colours)[~joined], strict=True):
        text = f"{piece.percent:d}"
        if piece.percent >= 1.2 * inch * inches_of(text):
            number(ax, piece.left + piece.percent / 2, piece.place, text, colour)


def shade(answer: float, low: float, high: float) -> tuple[float, float, float]:
    """Colour of an answer: the further from the middle, the stronger."""
    place = 2 * (answer - low) / (high - low) - 1
    if abs(place) < 1e-9:
        return to_rgb(MIDDLE)
    steps = max(1 - 2 / (high - low), 1e-9)  # from beside the middle to the end
    strength = PALEST + (1 - PALEST) * np.clip(1 - (1 - abs(place)) / steps, 0, 1)
    return tint(HIGH if place > 0 else LOW, strength)


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
