"""Shares of variance are those of persons in units."""

import pytest

import icx_research as icx
from tests.builders import study as published
from tests.linkage.scales import one_wave, scales_study, tables


def test_components_are_those_of_unit_scores():
    study = scales_study()
    found = icx.variance_overview(study)
    scored = icx.scale_scores(study)
    for name, role in (("service", "client_unit"), ("csat", "serving_unit")):
        expected = icx.unit_scores(scored, by=role).components[name, "2"]
        parts = found[study.codebook.label(name)]
        assert parts.icc_1 == pytest.approx(expected.icc_1, rel=1e-12)
        assert parts.icc_1_low == pytest.approx(expected.icc_1_low, rel=1e-12)
        assert (parts.n_units, parts.n_used) == (8, 96)


def test_only_complete_answers_count():
    staff = tables()[0]
    staff.loc[staff["person"] == "s0-0", "q2"] = float("nan")
    assert icx.variance_overview(scales_study(staff))["service"].n_used == 95


def test_scales_that_do_not_allow_it_are_left_out():
    staff, customers = (one_wave(table) for table in tables())
    single = staff.drop(columns="supplier").assign(q1=4, q2=4, q3=4, q4=4)
    study = scales_study(single.drop_duplicates("person"), customers, wave=False)
    assert list(icx.variance_overview(study)) == ["csat"]
    few = scales_study(single.drop_duplicates("person"), customers.head(9), wave=False)
    with pytest.raises(icx.NotTestable, match="no scale has two units that differ"):
        icx.variance_overview(few)


def test_published_figures_have_no_components():
    with pytest.raises(icx.NotTestable, match="published unit figures"):
        icx.variance_overview(published([1, 2], [3, 4]))
