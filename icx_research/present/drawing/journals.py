"""What kinds of journals ask of a figure: sizes in mm, text and lines in points.

Every number bears its source, or says that it is our choice. No figure is higher than 170 mm, so
that its caption stands on the same page; Nature asks for that, the others allow more.
"""

from dataclasses import dataclass

ELSEVIER = (
    "Elsevier, Artwork sizing: 90, 140 and 190 mm, lettering of 7 pt. "
    "https://www.elsevier.com/about/policies-and-standards/author/artwork-and-media-instructions"
)
NATURE = (
    "Nature, Research figure guide: 89 and 183 mm, at most 170 mm high, Arial of 5 to 7 pt. "
    "https://research-figure-guide.nature.com. Science gives no width, our choice is the same."
)
PLOS = (
    "PLOS, Figures: 66.8 to 190.5 mm, at most 222.3 mm high, Arial of 8 to 12 pt, TIFF of 300 to "
    "600 dpi with LZW compression, no alpha channel. https://journals.plos.org/plosone/s/figures"
)
APA = (
    "APA, Publication Manual (7th ed., 2020): sans serif of 8 to 14 pt (section 2.19), 165 mm "
    "between the margins of a letter page (2.22). https://doi.org/10.1037/0000165-000"
)
SAGE_WILEY = (
    "SAGE asks for 300 dpi at the size of print, Wiley for the same; neither gives one width for "
    "all journals: 80 and 170 mm, text and lines are our choice."
)


@dataclass(frozen=True)
class Journal:
    """What a figure has to keep to.

    Attributes
    ----------
    width, height : float
        In mm; the height is the greatest one allowed.
    text : float
        Size of all text, in points.
    line : float
        Width of a line that carries data, in points; axes are half as wide.
    dpi : int
        Of pictures made of pixels.
    tiff : bool
        Whether a TIFF is asked for.
    source : str
    """

    width: float
    text: float
    source: str
    height: float = 170
    line: float = 1.0
    dpi: int = 300
    tiff: bool = False


# Line widths and, where a source gives a range, the size within it are our choice.
JOURNALS = {
    "apa": Journal(165, 9, APA),
    "apa_column": Journal(85, 8, f"{APA} 85 mm: a column of two, our choice."),
    "elsevier": Journal(90, 7, ELSEVIER, dpi=600),
    "elsevier_middle": Journal(140, 8, ELSEVIER, dpi=600),
    "elsevier_wide": Journal(190, 8, ELSEVIER, dpi=600),
    "nature": Journal(89, 7, NATURE),
    "nature_wide": Journal(183, 7, NATURE),
    "sage_wiley": Journal(80, 8, SAGE_WILEY),
    "sage_wiley_wide": Journal(170, 8, SAGE_WILEY),
    "plos": Journal(132, 8, f"{PLOS} 132 mm: our choice.", tiff=True),
    "plos_wide": Journal(190, 8, PLOS, tiff=True),
    "slides": Journal(254, 14, "A slide of 16:9, ten inches wide; our choice.", 143, 1.8),
}


def journal_named(name: str) -> Journal:
    """Give the preset of a name; an unknown one is refused with the known ones."""
    if name not in JOURNALS:
        raise ValueError(f"journal must be one of {', '.join(JOURNALS)}; got {name!r}.")
    return JOURNALS[name]
