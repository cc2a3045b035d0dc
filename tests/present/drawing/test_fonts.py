import re
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import get_font

from icx_research.present.drawing import style
from icx_research.present.drawing.saving import save_figure

FONTS = sorted((Path(style.__file__).parents[1] / "fonts").glob("*.ttf"))
# Advance widths of Arial and Arial Bold, in 1/2048 of the size.
ARIAL = {"Regular": {"A": 1366, "i": 455, "m": 1706, "0": 1139},
         "Bold": {"A": 1479, "i": 569, "m": 1821, "0": 1139}}  # fmt: skip


def fonts_of(folder, text):
    """Name the fonts that a PDF with this text holds."""
    with style.figure_style():
        figure, ax = plt.subplots()
        ax.set_title(text)
        saved = save_figure(
            figure, "x", folder=folder, caption="c", alt="a", data=pd.DataFrame({"x": [1]})
        )
    names = re.findall(rb"/BaseFont /\w+\+([\w#-]+)", saved.paths["pdf"].read_bytes())
    return {name.decode().split("-")[0] for name in names}


@pytest.mark.parametrize("style_name", ARIAL)
def test_texts_take_the_room_that_they_take_in_arial(style_name):
    (path,) = [path for path in FONTS if path.stem.endswith(style_name)]
    font = TTFont(path)
    names = font.getBestCmap()
    widths = {letter: font["hmtx"][names[ord(letter)]][0] for letter in ARIAL[style_name]}
    assert widths == ARIAL[style_name]


def test_fonts_are_passed_on_as_their_licence_asks():
    licence = FONTS[0].with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name Liberation" in licence
    for path in FONTS:
        assert get_font(path).family_name == "ICX Sans"  # the reserved name is not used


@pytest.mark.parametrize(
    ("text", "fonts"),
    [
        ("Zufriedenheit ß, ě, ő − – × ² → ≥ Δχ², Услуги", {"ICXSans"}),
        ("שביעות רצון", {"ICXSans", "DejaVuSans"}),
    ],
)
def test_other_alphabets_come_from_the_font_of_matplotlib(text, fonts, tmp_path):
    assert fonts_of(tmp_path, text) == fonts


def test_letters_that_no_font_has_are_boxes_and_no_crash(tmp_path, monkeypatch):
    monkeypatch.setattr(style, "_families", lambda: ["ICX Sans", "DejaVu Sans"])
    assert "ICXSans" in fonts_of(tmp_path, "满意度 만족도")


def test_an_east_asian_font_is_taken_where_the_system_has_one(monkeypatch):
    names = style.fontManager.get_font_names()
    monkeypatch.setattr(style.fontManager, "get_font_names", lambda: [*names, "Yu Gothic"])
    style._families.cache_clear()
    assert style._families() == ["ICX Sans", "DejaVu Sans", "Yu Gothic"]
    style._families.cache_clear()
