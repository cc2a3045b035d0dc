"""Cut the fonts of the figures out of Liberation Sans 2: python tools/cut_fonts.py FOLDER.

FOLDER holds LiberationSans-Regular.ttf, -Bold and -Italic, as the Debian package
fonts-liberation2 does. They are under the SIL Open Font License, which lets them be cut and
passed on under another name: "Liberation" is reserved. Figures need Latin, Greek, Cyrillic and
signs; without the rest and the instructions for coarse screens a PDF is written in half the time.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[1] / "icx_research" / "present" / "fonts"
FAMILY = "ICX Sans"
STYLES = ("Regular", "Bold", "Italic")
# Latin, accents, Greek, Cyrillic, Vietnamese, punctuation, signs, arrows, operators, shapes
BLOCKS = (
    (0x20, 0x24F), (0x2B0, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x1E00, 0x1EFF), (0x2000, 0x20CF), (0x2100, 0x214F), (0x2190, 0x22FF), (0x25A0, 0x266F),
)  # fmt: skip
KEPT_NAMES = {0, 1, 2, 3, 4, 5, 6, 13, 14}  # copyright, names, version, licence


def cut(source: Path, style: str) -> Path:
    """Write one style with the glyphs of the blocks, under the name of our own."""
    options = Options(
        hinting=False,
        layout_features=[],
        legacy_kern=True,
        name_IDs=sorted(KEPT_NAMES),
        notdef_outline=True,
    )
    options.drop_tables = [*set(options.drop_tables) - {"kern"}, "FFTM", "GDEF", "GPOS", "GSUB"]
    font = TTFont(source / f"LiberationSans-{style}.ttf", recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[sign for low, high in BLOCKS for sign in range(low, high + 1)])
    subsetter.subset(font)
    whole, plain = f"{FAMILY} {style}", f"{FAMILY.replace(' ', '')}-{style}"
    for number, text in {1: FAMILY, 2: style, 3: whole, 4: whole, 6: plain}.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["name"].names = [entry for entry in font["name"].names if entry.platformID == 3]
    path = FONTS / f"{plain}.ttf"
    font.save(path, reorderTables=True)
    return path


if __name__ == "__main__":
    for name in STYLES:
        written = cut(Path(sys.argv[1]), name)
        print(f"{written.name}: {written.stat().st_size // 1024} kB")
