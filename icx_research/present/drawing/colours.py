"""Colours with a meaning, their tints, and the ink that can be read on them."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.typing import ColorType

# From the palette of the figures, told apart by every kind of sight.
LOW, HIGH = "#D55E00", "#0072B2"
DARK = 0.45  # brightness below which a number is written in white


def tint(colour: ColorType, strength: float) -> tuple[float, float, float]:
    """Mix a colour with white: 0 is white, 1 the colour itself."""
    red, green, blue = 1 - strength * (1 - np.array(to_rgb(colour)))
    return float(red), float(green), float(blue)


def ink(colour: ColorType) -> str:
    """Choose black or white for a number on a colour.

    Examples
    --------
    >>> ink(HIGH), ink(tint(HIGH, 0.5))
    ('white', 'black')
    """
    brightness = float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))
    return "white" if brightness < DARK else "black"
