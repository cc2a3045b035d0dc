"""Whoever calls with the wrong object, or without what is needed, reads the call to type."""

import inspect
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pandas as pd
import pytest

import icx_research as icx

DATA = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (50, 4)), columns=list("abcd"))
STUDY = "study_from_frames(codebook, internal=..., external=...)"
SCALES = "type scales={'...': ['...', '...']}."


class My:
    """What a session holds, made once."""

    study = icx.load_example("company")
    scored = icx.scale_scores(study)
    scores = icx.unit_scores(scored, by="client_unit")
    linked = icx.link_study(study)
    units = icx.protect(linked)
    alpha = icx.cronbach_alpha(DATA)


WRONG = {
    # a study where linked units are needed
    "linkage_correlations takes LinkedUnits, not Study; "
    "type linkage_correlations(link_study(study), internal=..., external=...).":
        lambda: icx.linkage_correlations(My.study),
    "linkage_line takes LinkedUnits or ProtectedUnits, not Study; "
    "type linkage_line(link_study(study), internal=..., external=...).":
        lambda: icx.linkage_line(My.study, internal="internal_satisfaction", external="csat"),
    "protect takes LinkedUnits or UnitScores, not Study; type protect(link_study(study)).":
        lambda: icx.protect(My.study),
    # a path where a study is needed
    "link_study takes Study, not str; type link_study(read_study('x.yaml')).":
        lambda: icx.link_study("x.yaml"),
    "evaluate_claims takes Study, not PosixPath; type evaluate_claims(read_study('x.yaml')).":
        lambda: icx.evaluate_claims(Path("x.yaml")),
    "wave_overview takes LinkedUnits or AskedPairs, not str; "
    "type wave_overview(link_study(read_study('x.yaml'))).":
        lambda: icx.wave_overview("x.yaml"),
    # linked units, or rows, where a study is needed
    "reliability_overview takes Study, not LinkedUnits; "
    "type reliability_overview(read_study('study.yaml')).":
        lambda: icx.reliability_overview(My.linked),
    f"scale_scores takes Study, not DataFrame; type scale_scores({STUDY}).":
        lambda: icx.scale_scores(DATA),
    f"link_coverage takes Study, not SafeFrame; type link_coverage({STUDY}).":
        lambda: icx.link_coverage(icx.scale_items(My.study, "csat")),
    # a step left out
    "unit_scores takes ScoredStudy, not Study; type unit_scores(scale_scores(study), by=...).":
        lambda: icx.unit_scores(My.study, by="client_unit"),
    "link_units takes UnitScores or Sequence, not ScoredStudy; "
    "type link_units(unit_scores(scored, by='client_unit'), external).":
        lambda: icx.link_units(My.scored, My.scored),
    "unit_intervals takes ProtectedUnits, not LinkedUnits; "
    "type unit_intervals(protect(linked), score=...).":
        lambda: icx.unit_intervals(My.linked, score="csat"),
    "disattenuate takes LinkageCorrelation, not LinkedUnits; "
    "type disattenuate(linkage_correlations(linked, internal=..., external=...)).":
        lambda: icx.disattenuate(My.linked),
    "variance_components takes GroupedMoments, not DataFrame; "
    "type variance_components(moments(data, ['score'], by='unit')).":
        lambda: icx.variance_components(DATA),
    # anything where rows are needed
    "cronbach_alpha takes DataFrame or Moments, not Study; "
    "type cronbach_alpha(scale_items(study, '...')).":
        lambda: icx.cronbach_alpha(My.study),
    "icc_1 takes DataFrame, not LinkedUnits; type icc_1(linked.table, score=..., unit=...).":
        lambda: icx.icc_1(My.linked, score="csat", unit="unit"),
    "top_box takes DataFrame, not ScoredStudy; type top_box(scored.tables['internal']).":
        lambda: icx.top_box(My.scored),
    "omega_total takes DataFrame or Moments, not str; "
    "type omega_total(pandas.read_csv('answers.csv')).":
        lambda: icx.omega_total("answers.csv"),
    "kmo takes DataFrame or Moments or PolychoricCorrelations, not ReliabilityResult; "
    "type kmo(items).":
        lambda: icx.kmo(My.alpha),
    "cronbach_alpha takes DataFrame or Moments, not GroupedMoments; "
    "type cronbach_alpha(moments.pooled()).":
        lambda: icx.cronbach_alpha(icx.moments(DATA, ["a", "b"], by="c")),
    "cfa takes str, not DataFrame; type cfa(model, data).": lambda: icx.cfa(DATA, "f =~ a + b + c"),
    "sem takes DataFrame, not Study; type sem(model, scale_items(study, '...')).":
        lambda: icx.sem("f =~ a + b + c", My.study),
    # data where their result is needed
    "plot_scree takes ParallelAnalysis, not DataFrame; type plot_scree(result).":
        lambda: icx.plot_scree(DATA),
    # a list where every scale needs its name
    f"htmt takes scales as a dict, not list; {SCALES}":
        lambda: icx.htmt(DATA, scales=[["a", "b"], ["c", "d"]]),
    f"aggregation_support takes scales as a dict, not list; {SCALES}":
        lambda: icx.aggregation_support(scales=["a", "b"]),
    # something left out
    "parallel_analysis needs rng; type parallel_analysis(items, rng=1).":
        lambda: icx.parallel_analysis(DATA),
    "simulate_study needs rng; type simulate_study(rng=1).": lambda: icx.simulate_study(),
    "factor_analysis needs n_factors; "
    "type factor_analysis(items, n_factors=parallel_analysis(items, rng=1).n_factors).":
        lambda: icx.factor_analysis(DATA),
    "scale_items needs scales; type scale_items(study, scales).": lambda: icx.scale_items(My.study),
    "rwg_j needs items and unit and response_range; "
    "type rwg_j(data, items=..., unit=..., response_range=...).":
        lambda: icx.rwg_j(DATA),
}  # fmt: skip


@pytest.mark.parametrize("message", WRONG)
def test_the_right_call_is_named(message):
    with pytest.raises(TypeError) as refusal:
        WRONG[message]()
    assert str(refusal.value).replace("WindowsPath", "PosixPath") == message


@pytest.mark.parametrize("name", [
    name for name in icx.__all__
    if name not in ("study_from_frames",) and callable(getattr(icx, name))
    and not isinstance(getattr(icx, name), type)
])  # fmt: skip
def test_no_public_function_lets_a_study_pass_for_something_else(name):
    function = getattr(icx, name)
    first = next(iter(inspect.signature(function).parameters.values()), None)
    if first is None or first.kind is first.KEYWORD_ONLY:
        return
    if "Study" in str(get_type_hints(function)[first.name]):
        with pytest.raises(TypeError, match=rf"^{name} takes .*; type {name}\("):
            function(My.linked)
    else:
        with pytest.raises(TypeError, match=rf"^{name} takes .*; type {name}\("):
            function(My.study)


def test_what_may_do_is_left_to_the_function():
    assert icx.effective_n([1, 1]) == 2
    assert icx.attenuate(1, reliability_internal=1, reliability_external=1) == 1
    with pytest.raises(TypeError, match=r"cronbach_alpha\(\) takes 1 positional argument"):
        icx.cronbach_alpha(DATA, 0.9)
    with pytest.raises(TypeError, match="unexpected keyword argument 'covariates'"):
        icx.linkage_correlations(My.linked, covariates=["size"])


def test_a_frame_of_another_library_is_turned_into_one_of_pandas():
    class DataFrame:
        def to_pandas(self):
            return DATA

    with pytest.raises(TypeError) as refusal:
        icx.cronbach_alpha(DataFrame())
    assert str(refusal.value) == (
        "cronbach_alpha takes DataFrame or Moments, not DataFrame; "
        "type cronbach_alpha(data.to_pandas())."
    )


def test_waves_may_be_numbers():
    assert My.linked.at_wave(1).waves == ["1"]
    answers = icx.scale_items(My.study, "csat", wave=1)
    assert len(answers) == len(icx.scale_items(My.study, "csat", wave="1"))
    pair = {"internal": "internal_satisfaction", "external": "csat"}
    assert icx.gated_correlation(My.linked, **pair, wave=1).wave == "1"
    with pytest.raises(ValueError, match=r"^There is no wave '9'; linked are 1, 2, 3\.$"):
        My.linked.at_wave(9)
