"""Every variable of the dictionary is in the company, in range, for every unit and wave."""

import hashlib
import io

import numpy as np
import pandas as pd
import pytest

from icx_research import (
    link_study,
    load_example,
    post_stratified_mean,
    response_rates,
    scale_scores,
    simulate_study,
    understanding_gap,
    unit_scores,
)
from icx_research.survey.codebook.types import Scale
from icx_research.survey.study.datasets import example_path


def items(stem, n):
    """Columns of a scale: stem and number."""
    return tuple(f"{stem}{j}" for j in range(1, n + 1))


# Short name of the dictionary -> table of the study and columns.
DICTIONARY = {
    "P": ("internal", items("p", 5)),
    "E": ("internal", items("e", 5)),
    "W": ("internal", items("w", 5)),
    "E_by_supplier": ("internal", items("g", 5)),
    "isat": ("internal", items("isat", 3)),
    "dep": ("internal", ("dep",)),
    "need": ("internal", items("need", 5)),
    "use": ("internal", ("use",)),
    "exit": ("internal", ("exit",)),
    "charged": ("internal", ("charged",)),
    "scust": ("internal", ("scust",)),
    "coop": ("internal", ("coop",)),
    "ecf": ("employees", items("ecf", 4)),
    "vis": ("employees", items("vis", 3)),
    "prim": ("employees", ("prim",)),
    "lang": ("employees", items("lang", 2)),
    "ent": ("employees", items("ent", 3)),
    "res": ("employees", items("res", 2)),
    "hier": ("employees", items("hier", 2)),
    "fence": ("employees", items("fence", 2)),
    "conn": ("employees", items("conn", 3)),
    "confl": ("employees", items("confl", 2)),
    "eng": ("employees", items("eng", 3)),
    "tools": ("employees", items("tools", 2)),
    "know": ("employees", ("know",)),
    "contact": ("employees", ("contact",)),
    "att_int": ("employees", ("att_int",)),
    "att_ext": ("employees", ("att_ext",)),
    "orient": ("employees", ("orient",)),
    "agil": ("employees", items("agil", 2)),
    "csat": ("external", items("csat", 3)),
    "nps": ("external", ("nps",)),
    "ces": ("external", ("ces",)),
    "Pext": ("external", items("Pext", 5)),
    "Eext": ("external", items("Eext", 5)),
    "touchpoint": ("external", ("touchpoint",)),
    "owner": ("external", ("owner",)),
    "partner_id": ("external", ("partner_id",)),
    "recog": ("external", ("recog",)),
    **{
        name: ("units", (name,))
        for name in (
            "function", "dist", "contact_rate", "size", "region", "e2e", "turb", "digital",
            "smooth", "cost", "lead", "variety", "fin",
        )
    },
    **{name: ("programme", (name,)) for name in ("prog", "chargeback", "catalogue")},
    "weight": ("crosswalk", ("weight",)),
}  # fmt: skip
# Columns of the first company with the SHA-256 of its files: later variables leave them alone.
FIRST_COLUMNS = {
    "internal_ratings": (
        "wave,rater,client_unit,supplier_unit,p1,p2,p3,p4,p5,e1,e2,e3,e4,e5,isat1,isat2,isat3",
        "b303f481bba82f22ae5b544303507ad4e35e44ec22fb41eaf769fd5ac1893fd3",
    ),
    "employees": (
        "wave,rater,unit,ecf1,ecf2,ecf3,ecf4",
        "e0542a08392d4047bb046e1e563299829a1bfd0e6aa0f239c405113a5f33a020",
    ),
    "external_ratings": (
        "wave,customer,serving_unit,csat1,csat2,csat3,nps",
        "80cfcaf958436158ed1127a83e467c58593b4e0be9e429ead86df3cb73295190",
    ),
    "units": (
        "unit,region,size,dist,contact_rate",
        "ac9660d758fcb55fe24cfb897f0a6bf81d40b95caadfaac571a3aee9d4f3ca7e",
    ),
    "outcomes": (
        "wave,unit,retention,complaints",
        "c626ca8f1ed7508885fea65b3b56975ec276697d9ef5f4bab8cbec9f9eca6dd9",
    ),
}
MAY_BE_EMPTY = {"partner_id"}  # where the company itself serves
KEYS = {
    "internal": ["wave", "respondent", "client_unit", "supplier_unit"],
    "employees": ["wave", "respondent", "unit"],
    "external": ["wave", "respondent", "serving_unit", "touchpoint"],
    "units": ["wave", "unit"],
    "programme": ["wave", "unit"],
    "crosswalk": ["wave", "client_unit", "serving_unit"],
    "outcomes": ["wave", "unit"],
}


@pytest.fixture(scope="module")
def company():
    return load_example("company")


@pytest.fixture(scope="module")
def simulated():
    return simulate_study(n_units=8, waves=2, rng=np.random.default_rng(3))


@pytest.mark.parametrize("name", DICTIONARY)
@pytest.mark.parametrize("which", ["company", "simulated"])
def test_every_variable_is_there_described_and_answered(name, which, request):
    study = request.getfixturevalue(which)
    table, columns = DICTIONARY[name]
    source, frame = study.codebook.sources[table], study.tables[table]
    assert set(columns) <= set(source.columns)
    for column in columns:
        given = frame[column].notna()
        assert given.mean() > (0.2 if name in MAY_BE_EMPTY else 0.94)
        if name != "weight":  # the bundled company is linked one to one
            assert len(frame[column].unique()) > 1
    measures = [m for m in source.measures.values() if isinstance(m, Scale)]
    scales = [m for m in measures if set(columns) & set(m.items)]
    for scale in scales:  # items of one name are one scale, but points are one scale each
        assert set(scale.items) == set(columns) if name != "W" else len(scale.items) == 1
        assert scale.label and all(text and text != item for item, text in scale.items.items())
        low, high = scale.response_range
        answers = frame[list(scale.items)]
        assert ((answers >= low) & (answers <= high) | answers.isna()).all().all()


@pytest.mark.parametrize("which", ["company", "simulated"])
def test_keys_are_complete_and_unique(which, request):
    study = request.getfixturevalue(which)
    assert set(study.tables) == set(KEYS)
    assert len(study.quarantine) == 0
    waves = list(study.codebook.waves)
    units = sorted(study.tables["units"]["unit"].unique())
    for name, keys in KEYS.items():
        table = study.tables[name]
        assert table[keys].notna().all().all()
        assert not table.duplicated(keys).any()
        unit = next(key for key in keys if key in ("unit", "client_unit", "serving_unit"))
        cells = table[["wave", unit]].drop_duplicates()
        assert len(cells) == len(waves) * len(units), name
        assert sorted(cells[unit].unique()) == units
        assert sorted(cells["wave"].unique()) == waves
    for name in ("units", "programme", "outcomes", "crosswalk"):
        assert len(study.tables[name]) == len(waves) * len(units)


@pytest.mark.parametrize("which", ["company", "simulated"])
def test_days_lie_in_their_waves_and_most_answers_come_early(which, request):
    study = request.getfixturevalue(which)
    for name in ("internal", "employees", "external"):
        table = study.tables[name]
        days = pd.to_datetime(table["date"])
        for wave, (first, last) in study.codebook.wave_dates.items():
            at = days[table["wave"] == wave]
            assert at.between(pd.Timestamp(first), pd.Timestamp(last)).all()
            assert (last - first).days == 27
            assert (at < pd.Timestamp(first) + pd.Timedelta(days=14)).mean() > 0.7
    people = study.tables["internal"].drop_duplicates(["wave", "respondent"])
    both = people.merge(study.tables["employees"], on=["wave", "respondent"])
    assert (both["date_x"] == both["date_y"]).all()


@pytest.mark.parametrize("name", FIRST_COLUMNS)
def test_the_first_columns_of_the_company_stay_byte_for_byte(name):
    columns, digest = FIRST_COLUMNS[name]
    path = example_path("company").parent / f"{name}.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    if name == "units":  # once without waves
        table = table[table["wave"] == "1"]
    text = table[columns.split(",")].to_csv(index=False, lineterminator="\n")
    assert hashlib.sha256(text.encode()).hexdigest() == digest


def test_the_first_linkage_of_the_company_stays_as_it_was(company):
    linked = link_study(company).at_wave("3").table
    found = linked["internal_satisfaction"].corr(linked["csat"])
    assert found == pytest.approx(0.326339, abs=5e-7)  # six digits as first published
    assert linked["internal_satisfaction_n"].sum() == 1090 and linked["csat_n"].sum() == 2825


def test_units_keep_what_does_not_change(company):
    units = company.tables["units"].groupby("unit")
    for name in ("function", "dist", "contact_rate", "size", "region", "e2e"):
        assert units[name].nunique().eq(1).all()
    for name in ("turb", "smooth", "lead", "fin", "invited"):
        assert units[name].nunique().gt(1).mean() > 0.9


def test_response_can_be_described_on_either_side(company):
    scored = scale_scores(company, scales=["internal_satisfaction", "csat"])
    inside = response_rates(
        unit_scores(scored, by="client_unit"), scale="internal_satisfaction", headcount="size"
    )
    outside = response_rates(
        unit_scores(scored, by="serving_unit"), scale="csat", headcount="invited"
    )
    assert (inside.n_used, outside.n_used) == (60, 60)
    assert inside.rates["rate"].max() <= 1
    assert outside.rates["rate"].between(0.17, 0.35).all()
    persons = scored.tables["internal"].query("wave == '3'")
    persons = persons.groupby(["respondent", "client_unit"], as_index=False)[
        "internal_satisfaction"
    ].mean()
    units = company.tables["units"].query("wave == '3'").set_index("unit")
    found = post_stratified_mean(
        persons, score="internal_satisfaction", stratum="client_unit",
        headcounts=units["size"].astype(float).to_dict(),
    )  # fmt: skip
    assert found.effective_n < found.n_used
    assert found.estimate.value == pytest.approx(found.unweighted.value, abs=0.1)


def test_the_gap_of_understanding_can_be_shown(company):
    ratings = company.tables["internal"]
    found = understanding_gap(
        ratings, ratings, expectation={"service": items("e", 5)}, guess={"service": items("g", 5)}
    )
    assert found.estimate.ci_low < -0.359 < found.estimate.ci_high  # as in truth.yaml
    assert found.n_used > 39_000


def test_what_is_described_in_comments_is_what_is_there(company):
    text = example_path("company").read_text(encoding="utf-8")
    for table, column in (("employees", "prim"), ("employees", "orient"), ("external", "owner")):
        for word in company.tables[table][column].dropna().unique():
            assert word in text, word
    assert set(company.tables["external"]["touchpoint"]) == {
        "branch", "telephone", "app", "delivery",
    }  # fmt: skip
    partners = company.tables["external"]
    assert (partners["partner_id"].notna() == (partners["owner"] == "partner")).all()


@pytest.mark.parametrize("teams", [2, 3])
def test_teams_are_linked_to_their_branch_by_weights(teams):
    study = simulate_study(
        n_units=8, waves=2, teams=teams, raters=(12, 20), rng=np.random.default_rng(5)
    )
    walk = study.tables["crosswalk"]
    assert study.codebook.sources["crosswalk"].cardinality == "many_to_one"
    assert len(walk) == 8 * 2 * teams
    assert walk.groupby(["wave", "serving_unit"])["weight"].sum().to_numpy() == pytest.approx(1)
    assert walk["weight"].between(0.03, 0.97).all() and walk["weight"].nunique() > 10
    assert walk.groupby("client_unit")["weight"].nunique().gt(1).any()  # per wave
    linked = link_study(study)
    assert len(linked.table) == 16
    assert linked.table["n_client_units"].eq(teams).all()
    assert (linked.n_client_units, len(linked.drops)) == (8 * teams, 0)


def test_weights_recover_the_branch_where_equal_weights_do_not():
    study = simulate_study(
        effects={"icc_internal": 0.6, "missing": 0.0, "internal_external": 0.6,
                 "focus_external": 0.0, "internal_focus": 0.0, "icc_external": 0.5},
        n_units=300, waves=1, teams=2, raters=(16, 16), customers=(30, 30),
        rng=np.random.default_rng(11),
    )  # fmt: skip
    linked = link_study(study)
    expected = study.truth["waves"]["1"]["observed_correlation"]
    found = linked.table["internal_satisfaction"].corr(linked.table["csat"])
    error = (1 - expected**2) / np.sqrt(300)
    assert found == pytest.approx(expected, abs=3 * error)
    flat = study.tables["internal"].assign(unit=study.tables["internal"]["client_unit"].str[:4])
    plain = flat.groupby("unit")["isat1"].mean()
    joined = linked.table.set_index("unit")
    assert joined["csat"].corr(plain) < found


@pytest.mark.parametrize("teams", [0, 7])
def test_teams_without_raters_are_refused(teams, rng):
    with pytest.raises(ValueError) as caught:
        simulate_study(teams=teams, rng=rng)
    assert str(caught.value) == (
        "teams must lie from 1 to 6, with at least 2 raters each; got "
        f"teams={teams}, raters=(12, 24)."
    )
    with pytest.raises(ValueError, match=r"got teams=4, raters=\(6, 9\)\.$"):
        simulate_study(teams=4, raters=(6, 9), rng=rng)


def test_files_hold_whole_numbers_where_answers_are():
    folder = example_path("company").parent
    for name in ("internal_ratings", "external_ratings", "employees"):
        text = (folder / f"{name}.csv").read_text(encoding="utf-8")
        assert "." not in "".join(text.splitlines(keepends=True)[:200])
        frame = pd.read_csv(io.StringIO(text), nrows=50)
        assert frame.columns[1] == "answered_on"
