"""Which column an SPSS file was saved with as its weight; pyreadstat does not tell."""

import struct
from collections.abc import Sequence
from pathlib import Path

HEADER, LAYOUT_AT, WEIGHT_AT = 176, 64, 76
VARIABLE, CONTINUED = 2, -1  # kind of record, and type of one that goes on with a long text
LABEL_PADDED, MISSING_VALUE = 4, 8  # bytes


def weight_column(path: Path, names: Sequence[str]) -> str:
    """Name the column a .sav or .zsav file is weighted by; empty where it is not.

    The header holds the place of the weight among the records of variables; texts of more than
    eight letters have several, so the records are counted up to there.
    """
    with path.open("rb") as stream:
        header = stream.read(HEADER)
        if header[:4] not in (b"$FL2", b"$FL3"):
            return ""
        order = "<" if header[LAYOUT_AT] in (2, 3) else ">"
        (place,) = struct.unpack_from(f"{order}i", header, WEIGHT_AT)
        column = ""
        for at in range(place):
            record = stream.read(32)
            if len(record) < 32 or struct.unpack_from(f"{order}i", record)[0] != VARIABLE:
                return ""
            kind, labelled, n_missing = struct.unpack_from(f"{order}3i", record, 4)
            if labelled:
                (length,) = struct.unpack(f"{order}i", stream.read(4))
                stream.seek(-(-length // LABEL_PADDED) * LABEL_PADDED, 1)
            stream.seek(MISSING_VALUE * abs(n_missing), 1)
            if at == place - 1:
                short = record[24:32].decode("latin-1").strip()
                column = _long_name(short, kind, names)
    return column


def _long_name(short: str, kind: int, names: Sequence[str]) -> str:
    """Find the column by its short name; SPSS cuts long ones to what is still their own."""
    alike = [name for name in names if name.casefold() == short.casefold()]
    begins = [name for name in names if name.casefold().startswith(short[:5].casefold())]
    found = alike or (begins if len(begins) == 1 else [])
    return found[0] if found and kind == 0 else short
