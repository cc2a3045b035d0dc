"""The rows an estimate rests on: of one wave, with every value, all others counted."""

import numpy as np

from icx_research.linkage.rows import complete_rows
from tests.builders import codebook, linked_units


def test_rows_of_the_asked_wave_with_every_value_are_counted():
    linked = linked_units(
        [1.0, 2.0, np.nan, 4.0, 5.0, 6.0], np.arange(6.0), wave=["1", "1", "1", "1", "2", "2"],
        n_client_units=2, book=codebook(),
    )  # fmt: skip
    rows = complete_rows(linked, ("inside", "outside", "unknown"), wave="1")
    assert (rows.n_used, rows.n_dropped, rows.wave) == (3, 1, "1")
    assert rows.table["unit"].tolist() == ["u0", "u1", "u3"]
    assert len(rows.of_wave.table) == 4
    assert rows.cluster.tolist() == [0, 1, 1]  # u1 and u3 share a client unit
    assert rows.note == "wave 1 only, of waves 1, 2"
    assert complete_rows(linked, ("inside",)).wave == "2"
    assert complete_rows(linked.at_wave("2"), ("inside",)).note == ""
