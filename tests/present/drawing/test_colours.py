from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from icx_research.present.drawing.colours import COLOURS, HATCHES, HIGH, LOW, MARKERS, ink, tint
from icx_research.present.figures.variance import TERMS

READABLE = 3.0  # WCAG 2.1 asks at least this much contrast of large text and of figures
TOLD_APART = 20.0  # distance in CIELAB; 2.3 is just noticeable
GREY_STEP = 10.0  # of lightness, 0 to 100
# Machado, Oliveira and Fernandes (2009), severity 1, https://doi.org/10.1109/TVCG.2009.113
SIGHT = {
    "every": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    parts = np.array(to_rgb(colour))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIELAB of linear light."""
    share = TO_XYZ @ np.clip(light, 0, 1) / (TO_XYZ @ np.ones(3))
    f = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def luminance(colour):
    return float(TO_XYZ[1] @ linear(colour))


def contrast(colour):
    below, above = sorted([luminance(colour), 1.0 if ink(colour) == "white" else 0.0])
    return (above + 0.05) / (below + 0.05)


def test_tints_run_from_white_to_the_colour():
    assert tint(HIGH, 0) == (1, 1, 1)
    assert tint("black", 0.25) == (0.75, 0.75, 0.75)


@pytest.mark.parametrize("colour", [*COLOURS])
def test_numbers_can_be_read_on_every_tint(colour):
    assert min(contrast(tint(colour, step / 20)) for step in range(21)) >= READABLE


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("palette", [COLOURS, [colour for _, colour, _ in TERMS.values()]])
def test_all_pairs_are_told_apart_by_every_kind_of_sight(palette, sight):
    seen = [lab(np.array(SIGHT[sight]) @ linear(colour)) for colour in palette]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= TOLD_APART


@pytest.mark.parametrize("palette", [COLOURS, [colour for _, colour, _ in TERMS.values()]])
def test_all_pairs_are_told_apart_in_grey(palette):
    lightness = sorted(lab(linear(colour))[0] for colour in palette)
    assert np.diff(lightness).min() >= GREY_STEP


def test_colour_is_never_the_only_cue():
    assert len(set(MARKERS)) >= len(COLOURS) == len(set(HATCHES))
    assert (HIGH, LOW) == COLOURS[:2]
