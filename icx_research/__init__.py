"""Internal and external customer satisfaction: link them, test them, show them.

The public names are bound when they are first used, so that importing the package
costs next to nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "read_codebook": "survey.codebook_reading",
    "Codebook": "survey.codebook",
    "read_study": "survey.study",
    "study_from_frames": "survey.study",
    "Study": "survey.study",
    "simulate_study": "survey.simulation",
    "load_example": "survey.datasets",
    "scale_scores": "survey.scoring",
    "unit_scores": "survey.aggregation",
    "UnitScores": "survey.aggregation",
    "link_units": "survey.linking",
    "link_study": "survey.linking",
    "LinkedUnits": "survey.linking",
    "protect": "survey.disclosure",
    "ProtectedUnits": "survey.disclosure",
    "units_by_band": "survey.disclosure",
    "programme_starts": "survey.programmes",
    "unit_intervals": "survey.unit_intervals",
    "link_coverage": "survey.link_coverage",
    "answer_quality": "survey.answering",
    "suspected_reversed": "survey.answering",
    "answer_distributions": "survey.answer_distributions",
    "missing_answers": "survey.missing_answers",
    "careless_responding": "survey.careless",
    "response_rates": "survey.response_rates",
    "early_late_comparison": "survey.response_rates",
    "post_stratified_mean": "survey.weighting",
    "servqual_gap": "survey.servqual",
    "servqual_study": "survey.service_dimensions",
    "servperf": "survey.servperf",
    "understanding_gap": "survey.internal_gaps",
    "net_promoter_score": "survey.promoters",
    "top_box": "survey.boxes",
    "customer_effort": "survey.effort",
    "questionnaire": "survey.questionnaires",
    "item_wording": "survey.wording",
    "moments": "core.reduction",
    "Moments": "core.moments",
    "variance_components": "core.variance",
    "gap_reliability": "core.artefacts",
    "same_source_correlation": "core.artefacts",
    "regression_to_the_mean": "core.artefacts",
    "design_effect": "core.artefacts",
    "effective_n": "core.artefacts",
    "split_half_correlation": "core.split_half",
    "Estimate": "core.results",
    "Result": "core.results",
    "item_analysis": "measurement.item_analysis",
    "cronbach_alpha": "measurement.reliability",
    "omega_total": "measurement.reliability",
    "omega_hierarchical": "measurement.hierarchical",
    "split_half": "measurement.split_half",
    "ordinal_alpha": "measurement.ordinal_reliability",
    "ordinal_omega": "measurement.ordinal_reliability",
    "composite_reliability": "measurement.validity",
    "average_variance_extracted": "measurement.validity",
    "htmt": "measurement.discriminant",
    "polychoric": "measurement.polychoric",
    "polychoric_covariance": "measurement.polychoric_covariance",
    "kmo": "measurement.exploratory.adequacy",
    "bartlett_sphericity": "measurement.exploratory.adequacy",
    "parallel_analysis": "measurement.exploratory.parallel",
    "minimum_average_partial": "measurement.exploratory.average_partial",
    "factor_analysis": "measurement.exploratory.factor_analysis",
    "icc_1": "measurement.agreement.intraclass",
    "icc_2": "measurement.agreement.intraclass",
    "rwg_j": "measurement.agreement.within_group",
    "null_variance": "measurement.agreement.null_variance",
    "aggregation_support": "measurement.agreement.support",
    "variance_shares": "measurement.crossed.shares",
    "sem": "measurement.sem.model",
    "cfa": "measurement.sem.model",
    "fit_indices": "measurement.sem.fit_indices",
    "likelihood_ratio": "measurement.sem.comparison",
    "measurement_invariance": "measurement.invariance",
    "two_level_cfa": "measurement.twolevel.model",
    "multilevel_omega": "measurement.twolevel.reliability",
    "cross_level_invariance": "measurement.twolevel.invariance",
    "alignment": "measurement.alignment",
    "StudyError": "core.errors",
    "NotTestable": "core.errors",
    "Blocked": "core.errors",
    "testable": "core.errors",
    "linkage_correlations": "linkage.correlation",
    "attenuate": "linkage.disattenuation",
    "disattenuate": "linkage.disattenuation",
    "linkage_without_careless": "linkage.careless",
    "nonresponse_bounds": "linkage.nonresponse",
    "linkage_line": "linkage.line",
    "linkage_overview": "linkage.overview",
    "outcome_overview": "linkage.overview",
    "wave_overview": "linkage.overview",
    "claims": "claims.registry",
    "evaluate_claims": "claims.evaluation",
    "ClaimLedger": "claims.ledger",
    "figure_style": "present.style",
    "plot_linkage": "present.linkage_figures",
    "linkage_caption": "present.linkage_figures",
    "linkage_figure": "present.linkage_pages",
    "plot_units": "present.unit_figures",
    "units_caption": "present.unit_figures",
    "plot_answers": "present.answer_figures",
    "answers_caption": "present.answer_figures",
    "plot_servqual": "present.servqual_figures",
    "servqual_caption": "present.servqual_figures",
    "plot_coverage": "present.coverage_figures",
    "coverage_caption": "present.coverage_figures",
    "plot_missingness": "present.missing_figures",
    "missingness_caption": "present.missing_figures",
    "quality_figures": "present.quality_pages",
    "save_figure": "present.figures",
    "run_study": "present.study_run",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'icx_research' has no attribute {name!r}")
    value = getattr(import_module(f"icx_research.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
