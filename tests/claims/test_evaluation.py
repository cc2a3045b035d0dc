"""Oracle: rule R-DIR applied by hand to correlations that are tested against R elsewhere."""

import numpy as np
import pandas as pd
import pytest

from icx_research.claims.evaluation import evaluate_claims
from icx_research.claims.registry.internal_service import CLAIMS
from icx_research.linkage.asked import asked_pairs
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.survey.link.linking import link_study
from icx_research.survey.study.study import study_from_frames
from tests.builders import codebook, study

BOTH = {"internal": "inside", "external": "outside"}


def exact(n, r, rng, *, scale=1.0):
    """Draw two scores whose sample correlation is exactly r."""
    x, y = rng.normal(size=(2, n))
    x = (x - x.mean()) / x.std()
    y = y - y.mean() - x * (x @ y) / (x @ x)
    y = y / y.std()
    return 4 + scale * x, 5 + scale * (r * x + np.sqrt(1 - r**2) * y)


def judge(rng, n, r, **options):
    return evaluate_claims(study(*exact(n, r, rng), **options))["K01"]


def test_every_field_of_a_supported_claim(rng):
    given = study(*exact(60, 0.5, rng), inside_error=0.4, outside_error=0.5)
    entry = evaluate_claims(given)["K01"]
    linked = link_study(given)
    found = linkage_correlations(linked, **BOTH)
    claim = CLAIMS["K01"]
    assert (entry.claim, entry.title, entry.statement) == (claim.name, claim.title, claim.statement)
    assert (entry.verdict.verdict, entry.verdict.label) == ("supported", "strong")
    assert entry.verdict.reason == (
        "estimate 0.50, 95% CI [0.28, 0.67]: the lower limit is at least delta = 0.15 and the "
        "estimate reaches delta."
    )
    assert entry.words == "supported (strong support)"
    assert entry.estimate == pytest.approx(0.5)
    assert (entry.ci_low, entry.ci_high) == (found.estimate.ci_low, found.estimate.ci_high)
    assert (entry.delta, entry.n_units, entry.by_proxy) == (0.15, 60, False)
    assert entry.p_value == entry.p_adjusted == found.correlation.p_value
    assert entry.reliability_internal == pytest.approx(1 - 0.16 / (60 / 59))
    assert entry.reliability_external == pytest.approx(1 - 0.25 / (60 / 59))
    assert entry.corrected == disattenuate(found).disattenuated.value
    assert entry.changes == (
        "an interval that reaches 0, an estimate below delta, or a confounder that serves both "
        "sides; replicate with separate raters and another wave."
    )
    assert entry.detail == (
        "Inside with Outside: r(58) = .50, 95% CI [.28, .67], p < .001, n = 60 units"
    )


@pytest.mark.parametrize(
    ("n", "r", "verdict", "label"),
    [
        (60, 0.30, "supported", ""),
        (60, 0.00, "inconclusive", ""),
        (400, 0.00, "contradicted", ""),
        (400, 0.06, "contradicted", ""),  # 90% upper limit .14, 95% upper limit .16
        (3000, 0.08, "contradicted", "present but smaller than delta"),
        (60, -0.40, "contradicted", "reversed"),
        (300, 0.14, "inconclusive", ""),
    ],
)
def test_verdicts_follow_the_correlation(rng, n, r, verdict, label):
    entry = judge(rng, n, r)
    assert (entry.verdict.verdict, entry.verdict.label) == (verdict, label)
    assert entry.estimate == pytest.approx(r, abs=1e-12)


def test_inconclusive_names_the_units_it_would_take(rng):
    assert judge(rng, 60, 0.0).changes == (
        "more units: about 85 give 80% power for a true correlation of 0.30 (twice delta); here "
        "are 60."
    )


def test_contradicted_names_what_would_overturn_it(rng):
    assert judge(rng, 400, 0.0).changes == "new data whose 90% upper limit reaches delta = 0.15."


@pytest.mark.parametrize("r", [0.5, -0.5])
@pytest.mark.parametrize(
    ("inside", "outside"),
    [("better", "better"), ("worse", "worse"), ("worse", "better"), ("better", "worse")],
)
def test_scores_on_which_high_is_worse_are_turned(rng, r, inside, outside):
    x, y = exact(60, r, rng)
    entry = evaluate_claims(
        study(x, y, internal_higher_is=inside, external_higher_is=outside,
              inside_error=0.4, outside_error=0.4)
    )["K01"]  # fmt: skip
    same = inside == outside
    oriented = r if same else -r
    assert entry.estimate == pytest.approx(oriented)
    assert np.sign(entry.corrected) == np.sign(oriented)
    assert abs(entry.corrected) > 0.5
    assert entry.ci_low < entry.estimate < entry.ci_high
    assert entry.ci_low == pytest.approx(0.2819 if oriented > 0 else -0.6690, abs=5e-4)
    expected = ("supported", "strong") if oriented > 0 else ("contradicted", "reversed")
    assert (entry.verdict.verdict, entry.verdict.label) == expected
    value = "−.50" if oriented < 0 else ".50"
    turned = f"so in the direction of the claim the estimate is {value}"
    assert entry.detail.endswith("n = 60 units" if same else turned)


@pytest.mark.parametrize("side", ["internal_proxy", "external_proxy"])
def test_a_proxy_on_either_side_marks_the_verdict(rng, side):
    entry = judge(rng, 60, 0.5, **{side: True})
    assert entry.by_proxy
    assert entry.words == "supported (strong support, by proxy)"


def test_without_reliability_support_stands_and_absence_does_not(rng):
    assert judge(rng, 60, 0.5, with_se=False).words == "supported (strong support)"
    entry = judge(rng, 400, 0.0, with_se=False)
    assert entry.words == "inconclusive (reliability unknown)"
    assert entry.changes == (
        "standard errors or counts per unit, so that noise can be told from absence."
    )
    assert np.isnan([entry.corrected, entry.reliability_internal, entry.reliability_external]).all()


def test_weak_measurement_makes_no_null_verdict(rng):
    entry = judge(rng, 400, 0.02, inside_error=0.8, outside_error=0.8)
    assert entry.words == "inconclusive (measurement too weak)"
    assert entry.changes == (
        "more respondents per unit, so that the unit means become more reliable."
    )
    assert entry.reliability_internal == pytest.approx(0.36, abs=0.01)
    assert entry.corrected == pytest.approx(0.02 / 0.36, rel=0.02)


def assert_untested(entry, words, reason, n_units):
    assert (entry.words, entry.verdict.reason) == (words, reason)
    assert (entry.n_units, entry.delta, entry.by_proxy) == (n_units, 0.15, False)
    assert np.isnan([
        entry.estimate, entry.ci_low, entry.ci_high, entry.p_value, entry.p_adjusted,
        entry.reliability_internal, entry.reliability_external, entry.corrected,
    ]).all()  # fmt: skip
    assert entry.changes == "data for which this reason no longer holds."
    assert entry.detail == ""


@pytest.mark.parametrize("n", [3, 9])
def test_fewer_than_ten_units_are_blocked(rng, n):
    assert_untested(
        judge(rng, n, 0.9),
        "blocked",
        f"{n} linked units have all values; at least 10 are needed for a verdict.",
        n,
    )


def test_ten_units_are_enough(rng):
    assert judge(rng, 10, 0.9).verdict.verdict == "supported"


def test_units_without_a_control_do_not_count(rng):
    size = [*map(str, range(8)), None, None, None, None]
    entry = evaluate_claims(
        study(*exact(12, 0.9, rng), attributes={"size": size}, controls=("size",))
    )["K01"]
    assert entry.verdict.reason.startswith("8 linked units have all values")


@pytest.mark.parametrize(("side", "name"), [("inside", "internal"), ("outside", "external")])
def test_units_that_differ_by_noise_only_are_blocked(rng, side, name):
    assert_untested(
        judge(rng, 40, 0.3, **{f"{side}_error": 1.2}),
        "blocked",
        f"the {name} unit means differ by no more than sampling error, so there is nothing to "
        "relate; more respondents per unit are needed.",
        40,
    )


def test_units_with_too_few_persons_are_blocked_unless_published(rng):
    persons = [20] * 9 + [4] * 31
    assert_untested(
        judge(rng, 40, 0.5, outside_persons=persons, published=False),
        "blocked",
        "only 9 units have at least 10 respondents on both sides; 10 are needed to show a result "
        "without exposing persons; collect more answers, or join small units into larger ones.",
        40,
    )
    assert judge(rng, 40, 0.5, outside_persons=persons).verdict.verdict == "supported"


def test_only_units_with_all_controls_may_be_shown(rng):
    # twenty units have enough persons, but only eight of those have the control, too
    persons = [20] * 20 + [4] * 20
    size = [None] * 12 + [str(i % 7) for i in range(28)]
    entry = evaluate_claims(
        study(*exact(40, 0.5, rng), outside_persons=persons, published=False,
              attributes={"size": size}, controls=("size",))
    )["K01"]  # fmt: skip
    assert entry.verdict.reason.startswith("only 8 units have at least 10 respondents")


def test_a_constant_score_is_blocked(rng):
    entry = evaluate_claims(study([4.2] * 20, rng.normal(size=20)))["K01"]
    assert_untested(
        entry, "blocked", "all units have the same inside; there is nothing to correlate.", 20
    )


def test_more_controls_than_units_can_carry_are_not_testable(rng):
    shop = [f"shop {i}" for i in range(12)]
    entry = evaluate_claims(
        study(*exact(12, 0.5, rng), attributes={"shop": shop}, controls=("shop",))
    )["K01"]
    assert_untested(
        entry,
        "not testable",
        "a correlation with these controls needs at least 15 linked units with all values; there "
        "are 12 in wave 1.",
        12,
    )


def test_units_that_do_not_match_are_blocked(rng):
    x, y = exact(20, 0.5, rng)
    units = [f"u{i}" for i in range(20)]
    internal = pd.DataFrame({"unit": units, "inside": x, "inside_error": 0.1, "inside_persons": 20})
    external = pd.DataFrame(
        {"unit": [f"x{i}" for i in range(20)], "outside": y, "outside_error": 0.1,
         "outside_persons": 20}
    )  # fmt: skip
    given = study_from_frames(codebook(attributes=()), internal=internal, external=external)
    entry = evaluate_claims(given)["K01"]
    assert entry.words == "blocked"
    assert entry.n_units == 0
    assert entry.verdict.reason


def crosswalk_study(rng, clients, servings, **book):
    x, y = rng.normal(size=clients), rng.normal(size=servings)
    internal = pd.DataFrame(
        {"unit": [f"c{i}" for i in range(clients)], "inside": x, "inside_error": 0.1,
         "inside_persons": 20, "size": "1"}
    )  # fmt: skip
    external = pd.DataFrame(
        {"unit": [f"s{i}" for i in range(servings)], "outside": y, "outside_error": 0.1,
         "outside_persons": 20}
    )  # fmt: skip
    walk = pd.DataFrame(
        {"client": [f"c{i % clients}" for i in range(servings)],
         "serving": [f"s{i}" for i in range(servings)]}
    )  # fmt: skip
    described = codebook(attributes=("size",), cardinality="one_to_many", **book)
    return study_from_frames(described, internal=internal, external=external, crosswalk=walk)


def test_few_client_units_behind_many_rows_are_blocked(rng):
    assert_untested(
        evaluate_claims(crosswalk_study(rng, 5, 30))["K01"],
        "blocked",
        "the linked units rest on 5 client units; at least 10 are needed for a verdict.",
        30,
    )


def test_a_control_that_does_not_reach_the_units_is_not_testable(rng):
    assert_untested(
        evaluate_claims(crosswalk_study(rng, 15, 30, controls=("size",)))["K01"],
        "not testable",
        "the control 'size' is not known of the linked units; attributes of client units carry "
        "over only where the crosswalk is one to one.",
        30,
    )


def test_controls_make_the_partial_correlation_decide(rng):
    n = 200
    cause = rng.normal(size=n)
    x, y = cause + 0.5 * rng.normal(size=n), cause + 0.5 * rng.normal(size=n)
    text = [f"{value:.3f}" for value in cause]
    plain = evaluate_claims(study(x, y))["K01"]
    given = study(x, y, attributes={"cause": text}, controls=("cause",))
    partial = evaluate_claims(given)["K01"]
    found = linkage_correlations(link_study(given), **BOTH, controls=["cause"])
    assert plain.words == "supported (strong support)"
    assert partial.estimate == found.partial_correlation.estimate.value
    assert partial.p_value == found.partial_correlation.p_value
    assert partial.verdict.verdict != "supported"
    assert partial.detail.startswith("Inside with Outside, given Cause: r(197) = ")


def test_a_larger_delta_is_harder_to_reach_and_never_fails(rng):
    assert judge(rng, 60, 0.5, delta=0.25).words == "supported (strong support)"
    assert judge(rng, 60, 0.5, delta=0.45).words == "supported"
    entry = judge(rng, 60, 0.5, delta=0.6)
    assert entry.words == "inconclusive"
    assert entry.delta == 0.6
    assert entry.changes == (
        "more units: about 6 give 80% power for a true correlation of 0.95; here are 60."
    )


@pytest.mark.parametrize(("wave", "words"), [(None, "contradicted (reversed)"),
                                            ("1", "supported (strong support)")])  # fmt: skip
def test_the_latest_wave_decides_unless_the_codebook_names_another(rng, wave, words):
    (x1, y1), (x2, y2) = exact(60, 0.5, rng), exact(60, -0.5, rng)
    both = study(
        np.column_stack([x1, x2]).ravel(), np.column_stack([y1, y2]).ravel(), waves=["1", "2"],
        wave=wave,
    )  # fmt: skip
    entry = evaluate_claims(both)["K01"]
    assert (entry.words, entry.n_units) == (words, 60)
    assert entry.detail.startswith(f"wave {wave or 2}, one of 2: Inside with Outside: r(58) = ")
    assert entry.detail.count("wave") == 1


def test_only_the_asked_claims_are_evaluated(rng):
    given = study(*exact(20, 0.5, rng))
    assert [entry.claim for entry in evaluate_claims(given, claims=["K01"]).entries] == ["K01"]
    assert [entry.claim for entry in evaluate_claims(given).entries] == list(CLAIMS)
    assert evaluate_claims(given, claims=[]).entries == ()


def test_refuses_an_unknown_claim(rng):
    with pytest.raises(ValueError, match=r"^There is no claim 'K99'; known are K01\.$"):
        evaluate_claims(study(*exact(20, 0.5, rng)), claims=["K01", "K99"])


def test_a_linked_study_is_not_linked_again(rng, monkeypatch):
    given = study(*exact(20, 0.5, rng))
    fresh = evaluate_claims(given)
    asked = asked_pairs(link_study(given))
    monkeypatch.setattr("icx_research.claims.evaluation.link_study", None)
    assert evaluate_claims(given, linked=asked) == fresh
    assert evaluate_claims(given, linked=asked.linked) == fresh
    assert repr(asked.first.correlation) in repr(list(asked.first._kept.values()))
