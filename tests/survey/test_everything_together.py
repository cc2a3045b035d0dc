"""One study with all of it: blocks, days, touchpoints, programmes, and weights per wave."""

import sys

import numpy as np
import pandas as pd
import pytest

from icx_research import (
    evaluate_claims,
    link_study,
    linkage_correlations,
    protect,
    read_study,
    study_from_frames,
    unit_scores,
)
from icx_research.__main__ import main
from icx_research.survey.scores.scoring import scale_scores

CODEBOOK = """\
study: Everything
waves: {"2024": [2024-03-01, 2024-04-15], "2025": [2025-03-01, 2025-04-15]}
internal:
  file: internal.csv
  date_format: "%d.%m.%Y"
  keys: {respondent: id, client_unit: team, date: day}
  attributes: {prim: Primary customer}
  supplier_blocks: {pattern: "{supplier}_{item}"}
  scales:
    service: {items: [q1, q2], range: [1, 7]}
    exit: {items: [x], range: [0, 1]}
employees:
  file: employees.csv
  keys: {respondent: id, unit: team, wave: wave}
  attributes: [orient]
  scales: {focus: {items: [f1, f2], range: [0, 100], kind: importance}}
external:
  file: external.csv
  keys: {respondent: customer, serving_unit: shop, touchpoint: channel, wave: wave}
  attributes: [owner]
  scales: {csat: {items: [c1], range: [1, 7]}}
units: {file: units.csv, keys: {unit: shop, wave: wave}, attributes: [size, region]}
programme: {file: programme.csv, keys: {unit: shop, wave: wave}, indicators: [prog, charged]}
outcomes: {file: outcomes.csv, keys: {unit: shop, wave: wave}, scores: {kept: {value: kept}}}
crosswalk:
  file: crosswalk.csv
  keys: {client_unit: team, serving_unit: shop, wave: wave}
  weight: share
  cardinality: many_to_one
question:
  internal: service
  external: csat
  controls: [size, prog]
  subsets: {north: {region: N}, programme: {prog: 1}}
"""
SHOPS = [f"S{i:02d}" for i in range(1, 15)]
WAVES = ("2024", "2025")


def survey_tables(rng):
    """Make two teams per shop, one of which changes the shop in the second wave."""
    pairs = pd.DataFrame(
        [(f"T{2 * i + j:02d}", SHOPS[(i + (j and wave == "2025")) % 14], wave, (0.3, 0.7)[j])
         for wave in WAVES for i in range(len(SHOPS)) for j in (0, 1)],
        columns=["team", "shop", "wave", "share"],
    )  # fmt: skip
    level = pd.Series(rng.normal(4, 1, len(SHOPS)), index=SHOPS)
    inside, staff, outside = [], [], []
    for pair in pairs.itertuples():
        for i in range(8):
            near = level[pair.shop]
            who = f"{pair.team}-{i}"
            hr, it = (np.clip(np.round(rng.normal(near, 1, 2)), 1, 7).astype(int) for _ in "ab")
            it = it if i % 2 else ["", ""]
            day = f"{2 + i:02d}.03.{pair.wave}"
            inside.append(
                (who, pair.team, day, "end" if i else "self", *hr, i % 2, *it, i % 2 or "")
            )
            staff.append((who, pair.team, pair.wave, "end", *rng.integers(0, 101, 2)))
            for channel in ("web", "shop")[: 1 + i % 2]:
                answer = int(np.clip(round(rng.normal(near, 1)), 1, 7))
                outside.append((f"{who}k", pair.shop, channel, pair.wave, "own", answer))
    return pairs, inside, staff, outside


def everything(rng):
    pairs, inside, staff, outside = survey_tables(rng)
    keys = [(shop, wave) for wave in WAVES for shop in SHOPS]
    late = {shop: i % 3 == 0 for i, shop in enumerate(SHOPS)}
    names = ["id", "team", "day", "prim", "HR_q1", "HR_q2", "HR_x", "IT_q1", "IT_q2", "IT_x"]
    return {
        "internal": pd.DataFrame(inside, columns=names),
        "employees": pd.DataFrame(staff, columns=["id", "team", "wave", "orient", "f1", "f2"]),
        "external": pd.DataFrame(
            outside, columns=["customer", "shop", "channel", "wave", "owner", "c1"]
        ),
        "units": pd.DataFrame([(*key, int(rng.integers(10, 60)), "NS"[i % 2])
                               for i, key in enumerate(keys)],
                              columns=["shop", "wave", "size", "region"]),
        "programme": pd.DataFrame(
            [(shop, wave, int(wave == "2025" and late[shop]), int(wave == "2024" and shop == "S01"))
             for shop, wave in keys], columns=["shop", "wave", "prog", "charged"]),
        "outcomes": pd.DataFrame([(*key, rng.normal()) for key in keys],
                                 columns=["shop", "wave", "kept"]),
        "crosswalk": pairs,
    }  # fmt: skip


def write(folder, tables):
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "study.yaml").write_text(CODEBOOK, encoding="utf-8")
    return folder / "study.yaml"


def test_files_and_frames_give_the_same_study_to_its_end(tmp_path, rng):
    tables = everything(rng)
    path = write(tmp_path, tables)
    study = read_study(path)
    assert study.n_quarantined == 0
    assert study.n_read["internal"] == 2 * 14 * 2 * 8 * 1.5
    other = study_from_frames(path, **tables)
    for name, table in study.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name])
    linked = link_study(study)
    pd.testing.assert_frame_equal(linked.table, link_study(other).table)
    assert linked.waves == ["2024", "2025"]
    assert len(linked.table) == 28
    assert linked.table["n_client_units"].tolist() == [2] * 28
    assert set(linked.subset("programme").table["wave"]) == {"2025"}
    assert len(linked.at_wave("2025").subset("north").table) == 7
    found = linkage_correlations(linked, internal="service", external="csat",
                                 controls=("size", "prog"))  # fmt: skip
    assert (found.n_used, found.n_control_columns) == (14, 2)
    assert found.correlation.estimate.value > 0.5  # as made
    assert evaluate_claims(study).entries
    shown = protect(unit_scores(scale_scores(study), by=["serving_unit", "touchpoint"]))
    assert {"touchpoint", "csat"} <= set(shown.table)


@pytest.fixture
def said(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["icx", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code, capsys.readouterr().out

    return call


def test_check_explains_what_was_read(tmp_path, rng, said):
    code, out = said("check", write(tmp_path, everything(rng)))
    assert code in (0, None)
    lines = out.splitlines()
    assert (
        "internal.csv: 448 rows hold 672 ratings of 2 suppliers (HR 448, IT 224); 224 without any "
        "answer are left out as not asked."
    ) in lines
    assert (
        "internal.csv: waves taken from day; wave 2024 (2024-03-01 to 2024-04-15): 336 ratings, "
        "wave 2025 (2025-03-01 to 2025-04-15): 336 ratings."
    ) in lines
    counts = [line.split() for line in lines if line.startswith(("prog ", "charged "))]
    assert counts[:4] == [
        ["prog", "2024", "14", "0", "0"],
        ["prog", "2025", "14", "5", "5"],
        ["charged", "2024", "14", "1", "1"],
        ["charged", "2025", "14", "0", "0"],
    ]
    assert (
        "charged of unit 'S01' runs in wave '2024', but not in wave '2025': was it switched off, "
        "or is a cell wrong?"
    ) in lines
    assert "Nothing is set aside; look at what is named above." in lines
