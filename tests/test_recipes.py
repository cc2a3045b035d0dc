"""Real, published data: known correlations come out again.

The data are read from the folder `shared_data` names; where it is absent these tests skip.
"""

import re

import pytest

import icx_research as icx
from tests.conftest import ROOT

RECIPES = {"nhs_2023": "nhs_staff_inpatient_2023", "nyc_2015": "nyc_school_survey"}
PUBLISHED_DIGITS = 5e-4  # the reference values are given to three decimals


def recipe(name, shared_data):
    folder = shared_data / RECIPES[name]
    return icx.read_study(ROOT / "data" / "recipes" / name / "study.yaml", data=folder)


@pytest.mark.parametrize(
    ("name", "internal", "external", "units", "r", "n"),
    [
        ("nhs_2023", "burned_out", "patient_experience", "all", -0.527, 131),
        ("nhs_2023", "burned_out", "patient_experience", "acute", -0.370, 120),
        ("nhs_2023", "enough_staff", "patient_experience", "all", 0.503, 131),
        ("nyc_2015", "teachers", "parents", "all", 0.329, 487),
        ("nyc_2015", "teachers", "students", "all", 0.410, 488),
    ],
)
def test_published_correlations_are_reproduced(shared_data, name, internal, external, units, r, n):
    table = icx.linkage_overview(icx.link_study(recipe(name, shared_data))).table
    row = table[
        (table["internal"] == internal)
        & (table["external"] == external)
        & (table["units"] == units)
        & (table["term"] == "correlation")
    ]
    assert row["estimate"].item() == pytest.approx(r, abs=PUBLISHED_DIGITS)
    assert row["n"].item() == n
    assert row["ci_low"].item() < r < row["ci_high"].item()


@pytest.mark.parametrize("name", RECIPES)
def test_shrunken_or_unknown_errors_are_never_corrected(shared_data, name):
    table = icx.linkage_overview(icx.link_study(recipe(name, shared_data))).table
    corrected = table[table["term"] == "disattenuated"]
    assert corrected["estimate"].isna().all()
    assert corrected["note"].str.contains("not assessable").all()


@pytest.mark.parametrize("name", RECIPES)
def test_verdicts_say_by_proxy_and_studies_carry_cautions(shared_data, name):
    study = recipe(name, shared_data)
    assert icx.evaluate_claims(study)["K01"].words == "supported (strong support, by proxy)"
    assert len(study.codebook.cautions) == 4
    assert study.n_quarantined == 0


def test_orientation_turns_burnout_round(shared_data):
    entry = icx.evaluate_claims(recipe("nhs_2023", shared_data))["K01"]
    assert entry.estimate == pytest.approx(0.527, abs=PUBLISHED_DIGITS)
    assert "in the direction of the claim the estimate is .53" in entry.detail
    assert "subset acute: r(118) = −.37" in entry.detail


def test_without_the_data_the_recipe_says_where_to_put_them(tmp_path, monkeypatch):
    monkeypatch.delenv("ICX_DATA", raising=False)
    message = "trust_linkage_2023.csv was not found in .*; put it there, or name its folder with"
    with pytest.raises(icx.StudyError, match=message):
        icx.read_study(ROOT / "data" / "recipes" / "nhs_2023" / "study.yaml", data=tmp_path)


@pytest.mark.parametrize("name", RECIPES)
def test_readme_of_the_recipe_names_columns_licence_and_cautions(name):
    folder = ROOT / "data" / "recipes" / name
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert re.search(r"\*\*Licence\.\*\*", text)
    assert re.search(r"\*\*Cautions\.\*\*", text)
    assert "published" in text
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "study.yaml"]
