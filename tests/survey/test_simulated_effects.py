"""Designed effects come back out of the answers of a large simulated company."""

import numpy as np
import pandas as pd
import pytest

from icx_research import polychoric
from icx_research.survey.simulated_answers import SUPPLIERS, answer_models
from icx_research.survey.effects import Effects
from icx_research.survey.simulated_employees import SCALES
from icx_research.survey.simulated_internal import CHARGING
from icx_research.survey.truth import mean_answer
from tests.survey.large_company import (
    CLEAR, OTHER, company, csat, figure, isat, person_scores, true_correlation,
)  # fmt: skip

MONTE_CARLO_ERRORS = 4  # about a hundred comparisons on two draws
CURVATURE = 0.02  # a correlation with a true score against one of answers, or of cut figures
BOTH = pytest.mark.parametrize("other", [False, True], ids=["default", "other"])


def employees(tables, stem, items, half=None):
    columns = [f"{stem}{j}" for j in range(1, items + 1)] if items > 1 else [stem]
    return person_scores(tables["employees"], columns, "unit", half=half)


@BOTH
@pytest.mark.parametrize("stem", [*SCALES, "need", "scust", "coop"])
def test_scales_go_with_customers_satisfaction_as_designed(stem, other):
    tables, truth = company(other)
    named = {"need": "need", "scust": "understanding", "coop": "cooperation"}
    name = SCALES[stem][0] if stem in SCALES else named[stem]
    if stem in SCALES:
        scores = employees(tables, stem, SCALES[stem][1])
    else:
        items = [f"need{j}" for j in range(1, 6)] if stem == "need" else [stem]
        scores = person_scores(tables["internal"], items, "client_unit")
    found, error = true_correlation(scores, csat(tables))
    # A programme widens what it moves: language and entitlement, and in the other company csat.
    widened = CURVATURE if not other else 2 * CURVATURE
    assert found == pytest.approx(
        truth["scores"][name]["answers"], abs=MONTE_CARLO_ERRORS * error + widened
    )


@BOTH
@pytest.mark.parametrize(
    ("one", "two", "effect"),
    [
        ("vis", "conn", "vision_connectedness"),
        ("confl", "conn", "connectedness_conflict"),
        ("agil", "conn", "connectedness_agility"),
        ("lang", "conn", "language_connectedness"),
    ],
)
def test_scales_go_with_each_other_as_designed(one, two, effect, other):
    """Different halves of the respondents, because one mood colours all answers of a person."""
    tables, truth = company(other)
    found, error = true_correlation(
        employees(tables, one, SCALES[one][1], half=0),
        employees(tables, two, SCALES[two][1], half=1),
    )
    expected = truth["effects"][effect]
    if one == "lang":  # the programme runs where it will, and widens the scores of language
        expected /= np.sqrt(1 + programme_variance(tables) * truth["effects"]["programme_language"] ** 2)
    assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)


def programme_variance(tables):
    share = tables["programme"].groupby("wave")["prog"].mean()
    return float((share * (1 - share)).mean())


@BOTH
@pytest.mark.parametrize("stem", ["hier", "fence"])
def test_language_goes_with_hierarchy_before_any_programme(stem, other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}
    found, error = true_correlation(
        employees(first, stem, 2, half=0), employees(first, "lang", 2, half=1)
    )
    assert found == pytest.approx(
        truth["effects"]["language_hierarchy"], abs=MONTE_CARLO_ERRORS * error + CURVATURE
    )


@BOTH
def test_internal_service_goes_with_engagement_understanding_and_orientation(other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}  # no programme
    for scores, effect in (
        (employees(first, "eng", 3, half=0), "internal_engagement"),
        (person_scores(first["internal"], ["scust"], "client_unit", half=0),
         "understanding_internal"),
        (for_customers(first, half=0), "orientation_internal"),
    ):  # fmt: skip
        found, error = true_correlation(scores, isat(first, half=1))
        assert found == pytest.approx(
            truth["effects"][effect], abs=MONTE_CARLO_ERRORS * error + CURVATURE
        ), effect


def for_customers(tables, half=None):
    """Rank of what each employee works for: 0 self, 1 consumer, 2 customer."""
    rank = tables["employees"]["orient"].map({"self": 0, "consumer": 1, "customer": 2})
    table = tables["employees"][["wave", "unit", "rater"]].assign(rank=rank)
    return person_scores(table, ["rank"], "unit", half=half)


@BOTH
def test_what_employees_name_goes_with_satisfaction(other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}
    named = tables["employees"].dropna(subset="prim")
    usual = named.groupby("unit")["prim"].agg(lambda names: names.mode()[0])
    agrees = named.assign(agrees=(named["prim"] == named["unit"].map(usual)).astype(float))
    share = agrees["agrees"].mean()
    assert share == pytest.approx(truth["employees"]["names_usual_customer"], abs=0.03)
    agrees = agrees[agrees["wave"] == 1]
    for scores, effect in (
        (person_scores(agrees, ["agrees"], "unit"), "agreement_external"),
        (for_customers(first), "orientation_external"),
    ):
        found, error = true_correlation(scores, csat(first))
        expected = truth["effects"][effect]
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + 2 * CURVATURE)
    orient = tables["employees"]["orient"].value_counts(normalize=True)
    for name in ("self", "consumer", "customer"):
        assert orient[name] == pytest.approx(truth["employees"][f"works_for_{name}"], abs=0.02)


@BOTH
def test_knowledge_contact_and_distance_hang_together(other):
    tables, truth = company(other)
    know, contact = employees(tables, "know", 1, half=0), employees(tables, "contact", 1, half=1)
    dist = figure(tables, "dist")
    for one, two, expected in (
        (know, csat(tables), truth["scores"]["knowledge"]["external"]),
        (know, contact, truth["effects"]["contact_knowledge"]),
        (know, dist, truth["effects"]["distance_knowledge"]),
        (contact, dist, truth["effects"]["distance_contact"]),
    ):
        found, error = true_correlation(one, two)
        tolerance = MONTE_CARLO_ERRORS * error + CURVATURE * (1 + other)
        assert found == pytest.approx(expected, abs=tolerance)
    right = tables["employees"]["know"].mean()
    assert right == pytest.approx(truth["employees"]["customer_knowledge"], abs=0.15)


@BOTH
def test_figures_of_units_go_with_satisfaction(other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}
    # Retention is 82 + 2 x true satisfaction with errors of standard deviation 3.
    clean = 2 / np.sqrt(4 + 9)
    for column in ("turb", "digital", "smooth", "cost", "lead", "variety", "fin"):
        found, error = true_correlation(
            figure(first, column), figure(first, "retention", "outcomes")
        )
        expected = truth["units"][f"{column}_external"] * clean
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error), column
    for column in ("cost", "lead"):
        found, error = true_correlation(figure(first, column), isat(first))
        expected = -truth["effects"]["internal_efficiency"] * 0.93  # error of measurement
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    found, error = true_correlation(figure(first, "smooth"), employees(first, "conn", 3))
    expected = truth["effects"]["connectedness_smoothness"] * 6 / np.sqrt(36 + 4)
    assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    retained = first["outcomes"].set_index("unit")["retention"]
    teams = first["units"].set_index("unit")["e2e"].astype(bool)
    apart = retained[teams].mean() - retained[~teams].mean()
    error = retained.std() * np.sqrt(1 / teams.sum() + 1 / (~teams).sum())
    expected = 2 * truth["units"]["e2e_external_difference"]
    assert apart == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error)
    assert teams.mean() == pytest.approx(truth["units"]["share_e2e"], abs=0.06)


def test_meeting_hours_on_two_topics_displace_each_other():
    tables, truth = company()
    table = tables["employees"]
    hours = {
        topic: np.log(table["meet"] * table[f"att_{topic}"].clip(lower=1) / 100)
        for topic in ("int", "ext")
    }
    found, error = true_correlation(
        person_scores(table.assign(x=hours["int"]), ["x"], "unit", half=0),
        person_scores(table.assign(x=hours["ext"]), ["x"], "unit", half=1),
    )
    tolerance = MONTE_CARLO_ERRORS * error + CURVATURE
    assert found == pytest.approx(truth["effects"]["attention_tradeoff"], abs=tolerance)


# ------------------------------------------------------------------ programmes


def difference(tables, scores):
    """Unit means of the last wave: programme for any time less never, with standard error."""
    last = tables["programme"][tables["programme"]["wave"] == 3].set_index("unit")["prog"]
    means = scores[scores["wave"] == 3].groupby("unit")["score"].mean()
    runs = means.index.map(last).to_numpy() == 1
    sides = means[runs], means[~runs]
    return (
        sides[0].mean() - sides[1].mean(),
        np.sqrt(sum(side.var() / len(side) for side in sides)),
    )


@BOTH
def test_the_programme_moves_scores_by_the_points_in_the_truth(other):
    tables, truth = company(other)
    for name, scores in (
        ("internal", isat(tables)),
        ("external", csat(tables)),
        ("language", employees(tables, "lang", 2)),
        ("entitlement", employees(tables, "ent", 3)),
        ("lead", figure(tables, "lead")),
    ):
        found, error = difference(tables, scores)
        expected = truth["programme"][name]
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error), name
        assert (expected == 0) == (truth["effects"][f"programme_{name}"] == 0)


@BOTH
def test_expectations_rise_with_every_wave_of_the_programme(other):
    tables, truth = company(other)
    scores = person_scores(tables["internal"], [f"e{j}" for j in range(1, 6)], "client_unit")
    running = tables["programme"].groupby("unit")["prog"].sum()
    last = scores[scores["wave"] == 3].groupby("unit")["score"].mean()
    runs = last.index.map(running)
    groups = [last[runs == k] for k in range(3)]
    rise = groups[1].mean() - groups[0].mean()
    error = np.sqrt(sum(group.var() / len(group) for group in groups[:2]))
    # Better service raises expectations a little: a fifth of the latent shift of internal service.
    moved = truth["effects"]["programme_internal"]
    spill = 0.2 * np.sqrt(answer_models(Effects(**CLEAR))["internal"].unit) * moved * 0.9
    expected = truth["programme"]["expectation_first_wave"] + spill
    assert rise == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    if other:
        assert groups[2].mean() > groups[1].mean() + MONTE_CARLO_ERRORS * error
    else:
        assert expected == 0


def test_programmes_start_in_turn_and_never_stop():
    tables, _ = company()
    table = tables["programme"]
    assert len(table) == 3 * 1200 and not table.duplicated(["unit", "wave"]).any()
    for name in ("prog", "chargeback", "catalogue"):
        wide = table.pivot_table(index="unit", columns="wave", values=name)
        assert wide[1].sum() == 0
        assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all().all()
        assert wide.sum(axis=1).value_counts().to_dict() == {0: 400, 1: 400, 2: 400}
    last = table[table["wave"] == 3]  # chosen by lot: one programme tells nothing of another
    found = np.corrcoef(last["prog"], last["chargeback"])[0, 1]
    assert abs(found) < MONTE_CARLO_ERRORS / np.sqrt(len(last))


# ------------------------------------------------------------------ ratings of suppliers


@BOTH
def test_levels_of_expectation_need_and_guess(other):
    tables, truth = company(other)
    first = tables["internal"][tables["internal"]["wave"] == 1]
    means = {stem: mean_of(first, [f"{stem}{j}" for j in range(1, 6)]) for stem in ("e", "need", "g")}
    level = 0.02  # persons' and units' share in the mean of 9600 x 6 ratings
    known = truth["ratings"]
    assert means["e"] == pytest.approx(known["expectation"], abs=level)
    assert means["need"] == pytest.approx(known["need"], abs=level)
    assert means["e"] - means["need"] == pytest.approx(known["expectation_less_need"], abs=level)
    assert means["g"] - means["e"] == pytest.approx(known["guess_less_expectation"], abs=level)


def mean_of(table, items):
    return float(np.nanmean(table[items].astype("Float64").to_numpy(float, na_value=np.nan)))


@BOTH
def test_being_free_to_choose_moves_ratings_as_designed(other):
    tables, truth = company(other)
    first = tables["internal"][tables["internal"]["wave"] == 1]
    first = first.assign(exit=first.groupby(["client_unit", "supplier_unit"])["exit"].transform("max"))
    free = first["exit"] == 1
    assert free.mean() == pytest.approx(truth["ratings"]["share_free"], abs=1e-6)
    assert first[free].groupby("client_unit")["supplier_unit"].nunique().eq(2).all()
    # Supplier by supplier, so that which suppliers may be replaced does not matter.
    cells = first.groupby(["supplier_unit", "exit"])["isat1"].agg(["mean", "var", "count"])
    cells = cells.replace(99, np.nan)
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


def test_services_are_charged_where_chargeback_runs_and_the_supplier_charges():
    tables, _ = company()
    ratings = tables["internal"].merge(
        tables["programme"], left_on=["wave", "client_unit"], right_on=["wave", "unit"]
    )
    charging = set(np.array(list(SUPPLIERS))[CHARGING])
    expected = (ratings["chargeback"] == 1) & ratings["supplier_unit"].isin(charging)
    asked = ratings["charged"].notna()
    assert (ratings["charged"][asked] == expected[asked].astype(int)).all()
    assert ratings["charged"][asked].mean() > 0.1


@BOTH
def test_internal_and_external_service_share_a_profile_where_designed(other):
    """Covariance of the same dimension less that of different ones, over units."""
    tables, truth = company(other)
    sides = []
    for table, unit, stem in (("internal", "client_unit", "p"), ("external", "serving_unit", "Pext")):
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


# ------------------------------------------------------------------ customers and partners


@BOTH
def test_partners_differ_as_designed(other):
    tables, truth = company(other)
    table = tables["external"].assign(csat1=tables["external"]["csat1"].astype("Float64").astype(float))
    within = table["csat1"] - table.groupby(["wave", "serving_unit"])["csat1"].transform("mean")
    by_partner = within[table["owner"] == "partner"].groupby(table["partner_id"])
    assert by_partner.ngroups == 8
    share = by_partner.mean().var(ddof=0) / within[table["owner"] == "partner"].var()
    # Answers in seven steps carry about nine tenths of the latent variance.
    expected = truth["customers"]["latent_variance_between_partners"]
    assert share == pytest.approx(expected, abs=0.015)
    owners = table.groupby("owner")
    apart = owners["csat1"].mean()
    error = table["csat1"].std() * np.sqrt((1 / owners.size()).sum())
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
    gap = mean_of(table, [f"Pext{j}" for j in dimensions]) - mean_of(table, [f"Eext{j}" for j in dimensions])
    assert gap < -0.5
    answers = table[["csat1", "csat2", "ces"]].astype("Float64").astype(float).dropna()
    found = np.asarray(polychoric(answers.iloc[:20000]).correlations)
    # Ease and satisfaction share unit and person, as two questions on satisfaction do.
    assert found[0, 2] == pytest.approx(found[0, 1], abs=0.03)
