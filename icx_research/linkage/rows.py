"""The rows of linked units an estimate rests on: those of one wave that have every value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.survey.link.linking import LinkedUnits


@dataclass(frozen=True, eq=False)
class LinkedRows:
    """Linked units of one wave, and those of them that have every value asked for.

    Attributes
    ----------
    of_wave : LinkedUnits
        All units of the wave.
    units : LinkedUnits
        Those with every value, numbered from 0.
    note : str
        The wave, where there are several.
    """

    of_wave: LinkedUnits
    units: LinkedUnits
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """The rows with every value."""
        return self.units.table

    @property
    def wave(self) -> str:
        """The wave all rows are of."""
        return self.of_wave.waves[-1]

    @property
    def n_used(self) -> int:
        """Units with every value."""
        return len(self.units.table)

    @property
    def n_dropped(self) -> int:
        """Linked units of the wave without."""
        return len(self.of_wave.table) - self.n_used

    @property
    def cluster(self) -> np.ndarray:
        """Which rows hang together, as `LinkedUnits.cluster`."""
        return self.units.cluster

    @property
    def linked(self) -> LinkedUnits:
        """The units with every value, as linked."""
        return self.units


@dataclass(frozen=True, eq=False)
class FrameRows:
    """Rows of a plain data frame of units that have every value asked for.

    Attributes
    ----------
    table : DataFrame
    n_dropped : int
    """

    table: pd.DataFrame
    n_dropped: int
    note: str = ""
    linked: None = None

    @property
    def n_used(self) -> int:
        """Rows with every value."""
        return len(self.table)

    @property
    def cluster(self) -> np.ndarray:
        """Every row stands for itself."""
        return np.arange(len(self.table))


Rows = LinkedRows | FrameRows


def rows_of(
    data: LinkedUnits | pd.DataFrame, columns: Sequence[str], *, wave: str | None = None
) -> Rows:
    """Keep the complete units of linked units (`complete_rows`) or of a plain data frame.

    Of a data frame with a column `wave`, all rows are kept where no wave is named.
    """
    if isinstance(data, LinkedUnits):
        return complete_rows(data, columns, wave=wave)
    if wave is not None and "wave" not in data:
        raise ValueError(f"wave={wave!r} needs a column 'wave' in the data.")
    of_wave = data if wave is None else data[data["wave"].map(str) == str(wave)]
    known = [name for name in columns if name in of_wave]
    table = of_wave[of_wave[known].notna().all(axis=1)].reset_index(drop=True)
    return FrameRows(table, len(of_wave) - len(table), f"wave {wave} only" if wave else "")


def complete_rows(
    linked: LinkedUnits, columns: Sequence[str], *, wave: str | None = None
) -> LinkedRows:
    """Keep the units of one wave that have a value in every column.

    Parameters
    ----------
    linked : LinkedUnits
    columns : sequence of str
        Names the units do not have are left to the caller's checks.
    wave : str, optional
        The wave the codebook asks about, or the latest.
    """
    of_wave = linked.at_wave(wave)
    known = [name for name in columns if name in of_wave.table]
    units = of_wave.keep(of_wave.table[known].notna().all(axis=1))
    return LinkedRows(of_wave, units, wave_note(linked.waves, of_wave.waves[-1]))


def wave_note(waves: Sequence[str], wave: str) -> str:
    """Say which wave of several an estimate is of; nothing where there is one."""
    return f"wave {wave} only, of waves {', '.join(waves)}" if len(waves) > 1 else ""


def without_wave(note: str, waves: Sequence[str], wave: str) -> str:
    """Take the wave out of a note, for a place that names it already."""
    return note.removeprefix(wave_note(waves, wave)).removeprefix("; ")
