import pytest

from icx_research.present.drawing.colours import HIGH, LOW, ink, tint

READABLE = 3.0  # WCAG 2.1 asks at least this much contrast of large text and of figures


def luminance(colour):
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(colour):
    below, above = sorted([luminance(colour), 1.0 if ink(colour) == "white" else 0.0])
    return (above + 0.05) / (below + 0.05)


def test_tints_run_from_white_to_the_colour():
    assert tint(HIGH, 0) == (1, 1, 1)
    assert tint("black", 0.25) == (0.75, 0.75, 0.75)


@pytest.mark.parametrize("colour", [LOW, HIGH])
def test_numbers_can_be_read_on_every_tint(colour):
    assert min(contrast(tint(colour, step / 20)) for step in range(21)) >= READABLE
