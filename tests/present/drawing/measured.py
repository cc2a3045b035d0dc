"""A figure as it is printed: its size, and where each of its texts stands, in mm."""

from dataclasses import dataclass
from itertools import combinations

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import icx_research as icx

DPI = 150
MM = 25.4 / DPI


@dataclass(frozen=True)
class Printed:
    """One page of a figure."""

    width: float
    height: float
    texts: list[tuple[str, float, Bbox]]  # text, points, box in mm

    def cut(self, slack=0.2):
        """Name the texts that leave the page."""
        return [
            (text, box.extents.round(1).tolist())
            for text, _, box in self.texts
            if box.x0 < -slack or box.y0 < -slack
            or box.x1 > self.width + slack or box.y1 > self.height + slack
        ]  # fmt: skip

    def overlapping(self, slack=0.35):
        """Name the pairs of texts that stand on each other, ascenders and descenders apart."""
        pairs = []
        for (one, _, a), (other, _, b) in combinations(self.texts, 2):
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            along = min(a.y1, b.y1) - max(a.y0, b.y0)
            if across > slack and along > slack:
                pairs.append((one, other, round(across, 2), round(along, 2)))
        return pairs


def texts_of(figure):
    """Draw a figure and give each text that is drawn, with its box in dots."""
    drawn = []
    with pytest.MonkeyPatch.context() as patch:
        draw = Text.draw

        def watched(text, renderer, *args, **options):
            draw(text, renderer, *args, **options)
            if text.get_visible() and text.get_text().strip():
                drawn.append((text, text.get_window_extent(renderer)))

        patch.setattr(Text, "draw", watched)
        figure.set_dpi(DPI)
        figure.canvas.draw()
    return drawn


def printed(figure, journal):
    """Draw a figure in the style of a journal, page by page."""
    pages = []
    with icx.figure_style(journal):
        for page in figure.pages:
            drawn = page.plot().figure
            texts = [
                (text.get_text(), text.get_fontsize(), Bbox(box.extents.reshape(2, 2) * MM))
                for text, box in texts_of(drawn)
            ]
            width, height = drawn.get_size_inches() * 25.4
            pages.append(Printed(width, height, texts))
            plt.close(drawn)
    return pages
