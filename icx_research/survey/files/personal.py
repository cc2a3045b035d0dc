"""Columns that hold personal data: known by their name or by what stands in them."""

import re
from collections.abc import Mapping, Sequence

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.tables import TextTable

SAMPLE = 200  # cells of an undeclared column that are looked at, and then forgotten
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}")
IPV4 = re.compile(r"(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}")
IPV6 = re.compile(r"[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){3,7}")
PHONE = re.compile(r"(\+|00)\d[\d ()/-]{6,}\d")
# Ratings of a channel are named like an address, but are small whole numbers or their codes.
CHANNEL = re.compile(r"(^|_)((e_?)?mail|(tele)?phone|mobile|cell_?phone|telefon|handy)\d*$")
RATING = re.compile(r"-?\d{1,3}(\.0)?")
MOST_RATINGS = 13  # 0 to 10 and two codes
PERSON = "customer|client|employee|staff|respondent|recipient|contact|person|user|manager|kunden?"
NAMES = re.compile(
    rf"(^|_)((e_?)?mail(_?address|_?adresse)?|ip(_?address|_?adresse|v[46])?|gps|lat|latitude|lon|lng"
    r"|longitude|coordinates|(tele)?phone(_?number)?|mobile(_?(phone|number))?|cell_?phone|telefon"
    r"(nummer)?|handy(nummer)?|(first|last|full|family|given|sur|maiden)_?name|vorname|nachname"
    r"|(street|home|postal)_?address|strasse|birth_?date|date_?of_?birth|dob|geburtsdatum|iban|ssn"
    rf"|passport(_?number)?)\d*$|^(({PERSON})_?)?name$"
)


def personal_columns(samples: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Name the columns that seem to hold personal data.

    Parameters
    ----------
    samples : dict of str to sequence of str
        Some cells of each column that the codebook does not declare.
    """
    return tuple(
        column
        for column, cells in samples.items()
        if column.strip()
        and ((_named(column) and not _rates_a_channel(column, cells)) or _holds_most(cells))
    )


def _named(column: str) -> bool:
    return bool(NAMES.search(_words_of(column)))


def _words_of(column: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")


def _rates_a_channel(column: str, cells: Sequence[str]) -> bool:
    """Tell whether a column named phone or e-mail holds ratings, or the same word as a tick."""
    filled = {cell.strip() for cell in cells if cell.strip()}
    ticked = len(filled) == 1 and len(cells) > 1 and all(map(str.isalpha, filled))
    ratings = 0 < len(filled) <= MOST_RATINGS and all(map(RATING.fullmatch, filled))
    return bool(CHANNEL.search(_words_of(column)) and (ratings or ticked))


def _holds_most(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    hits = sum(bool(_address(cell) or PHONE.fullmatch(cell)) for cell in filled)
    return bool(filled) and hits > len(filled) / 2


def _address(cell: str) -> str:
    """Say which address a cell is, if it is one."""
    if EMAIL.fullmatch(cell):
        return "e-mail addresses"
    return "IP addresses" if IPV4.fullmatch(cell) or IPV6.fullmatch(cell) else ""


def refuse_personal(table: TextTable, *, file: str, source: Source) -> None:
    """Refuse a declared column that holds e-mail or IP addresses, or describes persons."""
    for column in table.frame:
        cells = table.frame[column].tolist()
        kinds = {cell: kind for cell in set(cells) if (kind := _address(cell.strip()))}
        if kinds:
            at, cell = next((at, cell) for at, cell in enumerate(cells) if cell in kinds)
            raise StudyError(
                f"{file}, row {table.rows[at]}, column {column}: the column holds {kinds[cell]}, "
                "which are personal data; take it out of the codebook, or replace the addresses "
                "by codes."
            )
    if source.grain == "respondent":
        samples = {name: table.frame[name].tolist()[:SAMPLE] for name in source.attributes}
        for column in personal_columns(samples):
            raise StudyError(
                f"{file}, column {column}: the column seems to hold personal data (names, "
                "telephone numbers, places); take it out of the attributes, or rename it if it "
                "does not."
            )
