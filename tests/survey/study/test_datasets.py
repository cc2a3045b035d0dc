"""The bundled company: there, clean, and rebuilt byte for byte."""

from dataclasses import fields

import numpy as np
import pytest
import yaml

from icx_research import link_study, load_example, protect, read_study
from icx_research.simulation.effects import Effects
from icx_research.simulation.files import write_simulation
from icx_research.survey.study.datasets import bundled, example_path


@pytest.fixture(scope="module")
def company():
    return load_example("company")


def test_the_bundled_company_is_clean_and_as_large_as_said(company):
    assert len(company.quarantine) == 0
    linked = link_study(company)
    assert repr(linked) == (
        "LinkedUnits: 180 rows, 60 serving units x 3 wave(s), 60 client units; 0 units without a "
        "partner"
    )
    assert company.tables["internal"]["supplier_unit"].nunique() == 6
    assert (linked.table["internal_satisfaction_n"] >= 12).all()
    # nine tenths of four units gave the same answer to a question of yes or no
    withheld = {name: n for name, n in protect(linked).n_suppressed.items() if n}
    assert withheld == {"brand_recognition": 4}
    folder = example_path("company").parent
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_000_000


def test_the_bundled_company_is_rebuilt_byte_for_byte(tmp_path):
    folder = example_path("company").parent
    for path in write_simulation(tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_the_truth_beside_the_company_is_that_of_its_seed(company):
    truth = yaml.safe_load((example_path("company").parent / "truth.yaml").read_text("utf-8"))
    assert truth["seed"] == 20240501
    # As first published: what was added later left it alone.
    first = {"unit_correlation": 0.399554, "between_internal": 0.103724,
             "within_internal": 0.604314, "between_external": 0.093732,
             "within_external": 1.146444}  # fmt: skip
    assert truth["population"] == first
    assert truth["waves"]["3"] == {
        "reliability_internal": 0.749419, "reliability_external": 0.787537,
        "observed_correlation": 0.306954,
    }  # fmt: skip
    assert set(truth["effects"]) == {effect.name for effect in fields(Effects)}
    assert truth["population"]["unit_correlation"] == pytest.approx(0.4, abs=0.001)
    observed = [wave["observed_correlation"] for wave in truth["waves"].values()]
    table = link_study(company).table
    found = [cell["internal_satisfaction"].corr(cell["csat"]) for _, cell in table.groupby("wave")]
    assert np.mean(found) == pytest.approx(np.mean(observed), abs=3 * 0.12)  # one draw of 60 units


@pytest.mark.parametrize("waves", [1, 5])
def test_a_written_company_of_any_length_is_read_back(tmp_path, waves):
    paths = write_simulation(tmp_path, n_units=5, waves=waves)
    study = read_study(paths[0])
    linked = link_study(study)
    assert linked.waves == [str(wave) for wave in range(1, waves + 1)]
    assert len(linked.table) == 5 * waves


def test_an_example_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"^There is no example 'firm'; there is company\.$"):
        load_example("firm")
    with pytest.raises(FileNotFoundError, match="was installed without its folder 'sagas'"):
        bundled("sagas")


def test_what_is_changed_in_one_example_is_not_in_the_next(company):
    mine = load_example("company")
    before = company.tables["internal"]["isat1"].to_numpy(copy=True)
    mine.tables["internal"]["isat1"] = 1.0
    mine.tables["external"].loc[0, "csat1"] = -1.0
    mine.tables.clear()
    again = load_example("company")
    np.testing.assert_array_equal(again.tables["internal"]["isat1"], before)  # nan equals nan
    assert again.tables["external"].loc[0, "csat1"] != -1
    assert list(again.tables) == list(company.tables)
