"""Ratings of suppliers and by customers in the simulated company: levels, shares, relations."""

import numpy as np
import pytest

from icx_research import polychoric
from icx_research.simulation.answers import answer_models
from icx_research.simulation.effects import Effects
from icx_research.simulation.truth import mean_answer
from tests.survey.large_company import BOTH, CLEAR, MONTE_CARLO_ERRORS, company, mean_of

CURVATURE = 0.02  # of the scale, where a latent profile is turned into points by hand


@BOTH
def test_levels_of_expectation_need_and_guess(other):
    tables, truth = company(other)
    first = tables["internal"][tables["internal"]["wave"] == 1]
    means = {
        stem: mean_of(first, [f"{stem}{j}" for j in range(1, 6)]) for stem in ("e", "need", "g")
    }
    level = 0.02  # persons' and units' share in the mean of 9600 x 6 ratings
    known = truth["ratings"]
    assert means["e"] == pytest.approx(known["expectation"], abs=level)
    assert means["need"] == pytest.approx(known["need"], abs=level)
    assert means["e"] - means["need"] == pytest.approx(known["expectation_less_need"], abs=level)
    assert means["g"] - means["e"] == pytest.approx(known["guess_less_expectation"], abs=level)
    # High answers are packed: a latent point is a little less than a point of the answers.
    for name, effect in (
        ("expectation_less_need", "expectation_excess"),
        ("guess_less_expectation", "understanding_gap"),
    ):
        assert 0.3 < known[name] / truth["effects"][effect] < 1.2


@BOTH
def test_being_free_to_choose_moves_ratings_as_designed(other):
    tables, truth = company(other)
    first = tables["internal"][tables["internal"]["wave"] == 1]
    first = first.assign(
        exit=first.groupby(["client_unit", "supplier_unit"])["exit"].transform("max")
    )
    free = first["exit"] == 1
    assert free.mean() == pytest.approx(truth["ratings"]["share_free"], abs=1e-6)
    assert first[free].groupby("client_unit")["supplier_unit"].nunique().eq(2).all()
    # Supplier by supplier, so that which suppliers may be replaced does not matter.
    table = first[first["isat1"] != 99]
    cells = table.groupby(["supplier_unit", "exit"])["isat1"].agg(["mean", "var", "count"])
    wide = cells["mean"].unstack()
    apart = float((wide[1] - wide[0]).mean())
    # Ratings of one unit hang together: eight raters are worth about two.
    error = np.sqrt(4 * (cells["var"] / cells["count"]).sum()) / 6
    expected = truth["ratings"]["free_less_captive"]
    assert apart == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error)


@BOTH
def test_dependence_goes_with_contact_and_differs_between_suppliers(other):
    tables, truth = company(other)
    first = tables["internal"][tables["internal"]["wave"] == 1]
    answers = first[first["supplier_unit"] == "IT"][["dep", "use"]].astype("Float64").astype(float)
    found = polychoric(answers.dropna()).correlations
    found = np.asarray(found)[0, 1]
    # Eight raters of one unit share a bond with the supplier; 9600 ratings are worth 4000 or more.
    expected = truth["effects"]["dependence_use"]
    assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS / np.sqrt(4000))
    means = first.groupby("supplier_unit")["dep"].mean()
    assert (means.idxmax(), means.idxmin()) == ("IT", "Legal")


def test_points_sum_to_one_hundred_with_the_means_in_the_truth():
    tables, truth = company()
    points = tables["internal"][[f"w{k}" for k in range(1, 6)]].astype("Float64").astype(float)
    given = points.dropna()
    assert points.isna().any(axis=1).eq(points.isna().all(axis=1)).all()
    assert given.sum(axis=1).eq(100).all() and given.mod(5).eq(0).all().all()
    for k, mean in enumerate(given.mean(), start=1):
        assert mean == pytest.approx(truth["ratings"][f"points_{k}"], abs=0.2)


@BOTH
def test_internal_and_external_service_share_a_profile_where_designed(other):
    """Covariance of the same dimension less that of different ones, over units."""
    tables, truth = company(other)
    sides = []
    for table, unit, stem in (
        ("internal", "client_unit", "p"),
        ("external", "serving_unit", "Pext"),
    ):
        columns = [f"{stem}{j}" for j in range(1, 6)]
        frame = tables[table][[unit, *columns]]
        sides.append(frame.astype(dict.fromkeys(columns, "Float64")).groupby(unit).mean())
    x, y = (side.to_numpy(float) for side in sides)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    products = np.einsum("ui,uj->uij", x, y)
    off = ~np.eye(5, dtype=bool)
    contrast = np.trace(products, axis1=1, axis2=2) / 5 - products[:, off].mean(axis=1)
    error = contrast.std(ddof=1) / np.sqrt(len(contrast))
    # A centred profile of variance 1 has a contrast of 1 + 1/4 on the latent scale.
    models = answer_models(Effects(**CLEAR))
    steep = [
        (mean_answer(m, 0.1) - mean_answer(m, -0.1)) / 0.2 / np.sqrt(m.unit)
        for m in (models["internal"], models["external"])
    ]
    expected = truth["effects"]["role_modelling"] ** 2 * 1.25 * steep[0] * steep[1]
    assert contrast.mean() == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    assert (expected > 0.2) == other


@BOTH
def test_partners_differ_as_designed(other):
    tables, truth = company(other)
    items = ["csat1", "csat2", "csat3"]
    table = tables["external"]
    table = table.assign(csat=table[items].astype("Float64").astype(float).mean(axis=1))
    within = table["csat"] - table.groupby(["wave", "serving_unit"])["csat"].transform("mean")
    by_partner = within[table["owner"] == "partner"].groupby(table["partner_id"])
    assert by_partner.ngroups == 8
    share = by_partner.mean().var(ddof=0) / within[table["owner"] == "partner"].var()
    known = truth["customers"]
    assert ("csat_variance_between_partners" in known) != other
    # A unit's mean holds the customer herself: a twentieth of her deviation is gone.
    expected = known.get("csat_variance_between_partners", 0.0) * (1 - 1 / 20)
    n = (table["owner"] == "partner").sum()
    # Of a mean of three answers: latent variance .55 + .45 / 3, and some is lost to seven steps.
    mean_of_three = truth["customers"]["latent_variance_between_partners"] / 0.70
    assert 0.85 * mean_of_three <= expected <= mean_of_three
    error = 2 * np.sqrt(expected / n)  # of a share that is the variance of eight fixed means
    assert share == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + 16 / n)
    owners = table.groupby("owner")
    apart = owners["csat"].mean()
    error = table["csat"].std() * np.sqrt((1 / owners.size()).sum())
    gain = apart["partner"] - apart["company"]
    if other:
        assert gain > 0.2
    else:
        assert gain == pytest.approx(0, abs=MONTE_CARLO_ERRORS * error)
    known = owners["recog"].mean()
    for owner in ("company", "partner"):
        expected = truth["customers"][f"know_brand_{owner}"]
        assert known[owner] == pytest.approx(expected, abs=0.015)
    mixed = (table["owner"] == "partner").mean()
    assert mixed == pytest.approx(truth["customers"]["share_partner"], abs=0.01)


def test_customers_expect_more_than_they_get_and_ease_goes_with_satisfaction():
    tables, _ = company()
    table = tables["external"]
    dimensions = [f"{j}" for j in range(1, 6)]
    gap = mean_of(table, [f"Pext{j}" for j in dimensions]) - mean_of(
        table, [f"Eext{j}" for j in dimensions]
    )
    assert gap < -0.5
    answers = table[["csat1", "csat2", "ces"]].astype("Float64").astype(float).dropna()
    found = np.asarray(polychoric(answers.iloc[:20000]).correlations)
    # Ease and satisfaction share unit and person, as two questions on satisfaction do.
    assert found[0, 2] == pytest.approx(found[0, 1], abs=0.03)
