"""Colours with a meaning, their tints, and the ink that can be read on them."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.typing import ColorType

# Told apart by every kind of sight and in grey, each from each: a test measures all pairs.
COLOURS = ("#005392", "#BE5500", "#1FA878", "#5B1A50", "#EAAB30", "#8CE8EE")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # never colour alone
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
HIGH, LOW, *_ = COLOURS
GREY, FAINT, REST = "0.6", "0.93", "0.85"  # intervals, grounds, what remains
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
