"""The public names and where they live: read by editors, and by the package itself."""

__version__: str

from icx_research.claims.evaluation import evaluate_claims as evaluate_claims
from icx_research.claims.ledger import ClaimLedger as ClaimLedger
from icx_research.claims.registry.internal_service import list_claims as list_claims
from icx_research.core.artefacts import design_effect as design_effect
from icx_research.core.artefacts import effective_n as effective_n
from icx_research.core.artefacts import gap_reliability as gap_reliability
from icx_research.core.artefacts import regression_to_the_mean as regression_to_the_mean
from icx_research.core.artefacts import same_source_correlation as same_source_correlation
from icx_research.core.display import to_table as to_table
from icx_research.core.errors import Blocked as Blocked
from icx_research.core.errors import NotTestable as NotTestable
from icx_research.core.errors import StudyError as StudyError
from icx_research.core.errors import UnsuitableData as UnsuitableData
from icx_research.core.errors import testable as testable
from icx_research.core.moments import GroupedMoments as GroupedMoments
from icx_research.core.moments import Moments as Moments
from icx_research.core.reduction import moments as moments
from icx_research.core.results import Estimate as Estimate
from icx_research.core.results import Overview as Overview
from icx_research.core.results import Result as Result
from icx_research.core.safe_frame import SafeFrame as SafeFrame
from icx_research.core.variance import variance_components as variance_components
from icx_research.linkage.asked import AskedPairs as AskedPairs
from icx_research.linkage.asked import asked_pairs as asked_pairs
from icx_research.linkage.correlation.correlation import (
    linkage_correlations as linkage_correlations,
)
from icx_research.linkage.correlation.disattenuation import attenuate as attenuate
from icx_research.linkage.correlation.disattenuation import disattenuate as disattenuate
from icx_research.linkage.correlation.line import linkage_line as linkage_line
from icx_research.linkage.correlation.overview import linkage_overview as linkage_overview
from icx_research.linkage.correlation.overview import outcome_overview as outcome_overview
from icx_research.linkage.correlation.overview import wave_overview as wave_overview
from icx_research.linkage.correlation.split_half import (
    split_half_correlation as split_half_correlation,
)
from icx_research.linkage.gates import gated_correlation as gated_correlation
from icx_research.linkage.robustness.careless import (
    linkage_without_careless as linkage_without_careless,
)
from icx_research.linkage.robustness.meta_analysis import meta_analysis as meta_analysis
from icx_research.linkage.robustness.nonresponse import nonresponse_bounds as nonresponse_bounds
from icx_research.measurement.agreement.intraclass import icc_1 as icc_1
from icx_research.measurement.agreement.intraclass import icc_2 as icc_2
from icx_research.measurement.agreement.null_variance import null_variance as null_variance
from icx_research.measurement.agreement.support import aggregation_support as aggregation_support
from icx_research.measurement.agreement.within_group import rwg_j as rwg_j
from icx_research.measurement.alignment.alignment import alignment as alignment
from icx_research.measurement.crossed.shares import variance_shares as variance_shares
from icx_research.measurement.exploratory.adequacy import bartlett_sphericity as bartlett_sphericity
from icx_research.measurement.exploratory.adequacy import kmo as kmo
from icx_research.measurement.exploratory.average_partial import (
    minimum_average_partial as minimum_average_partial,
)
from icx_research.measurement.exploratory.factor_analysis import factor_analysis as factor_analysis
from icx_research.measurement.exploratory.parallel import parallel_analysis as parallel_analysis
from icx_research.measurement.invariance.ladder import (
    measurement_invariance as measurement_invariance,
)
from icx_research.measurement.item_analysis import item_analysis as item_analysis
from icx_research.measurement.polychoric.correlations import polychoric as polychoric
from icx_research.measurement.polychoric.covariance import (
    polychoric_covariance as polychoric_covariance,
)
from icx_research.measurement.reliability.alpha import cronbach_alpha as cronbach_alpha
from icx_research.measurement.reliability.hierarchical import (
    omega_hierarchical as omega_hierarchical,
)
from icx_research.measurement.reliability.lambda_6 import guttman_lambda_6 as guttman_lambda_6
from icx_research.measurement.reliability.omega import omega_total as omega_total
from icx_research.measurement.reliability.ordinal import ordinal_alpha as ordinal_alpha
from icx_research.measurement.reliability.ordinal import ordinal_omega as ordinal_omega
from icx_research.measurement.reliability.split_half import split_half as split_half
from icx_research.measurement.sem.cfa import cfa as cfa
from icx_research.measurement.sem.comparison import likelihood_ratio as likelihood_ratio
from icx_research.measurement.sem.fit_indices import fit_indices as fit_indices
from icx_research.measurement.sem.model import sem as sem
from icx_research.measurement.twolevel.invariance import (
    cross_level_invariance as cross_level_invariance,
)
from icx_research.measurement.twolevel.model import two_level_cfa as two_level_cfa
from icx_research.measurement.twolevel.reliability import multilevel_omega as multilevel_omega
from icx_research.measurement.validity.convergent import (
    average_variance_extracted as average_variance_extracted,
)
from icx_research.measurement.validity.convergent import (
    composite_reliability as composite_reliability,
)
from icx_research.measurement.validity.discriminant import htmt as htmt
from icx_research.pipeline.analysis import Analysis as Analysis
from icx_research.pipeline.analysis import open_analysis as open_analysis
from icx_research.pipeline.study_run import run_study as run_study
from icx_research.present.drawing.saving import save_figure as save_figure
from icx_research.present.drawing.style import figure_style as figure_style
from icx_research.present.figures.agreement import AgreementFigure as AgreementFigure
from icx_research.present.figures.agreement import plot_agreement as plot_agreement
from icx_research.present.figures.answers import AnswersFigure as AnswersFigure
from icx_research.present.figures.answers import plot_answers as plot_answers
from icx_research.present.figures.coverage import CoverageFigure as CoverageFigure
from icx_research.present.figures.coverage import plot_coverage as plot_coverage
from icx_research.present.figures.invariance import InvarianceFigure as InvarianceFigure
from icx_research.present.figures.invariance import plot_invariance as plot_invariance
from icx_research.present.figures.linkage import LinkageFigure as LinkageFigure
from icx_research.present.figures.linkage import plot_linkage as plot_linkage
from icx_research.present.figures.loadings import LoadingsFigure as LoadingsFigure
from icx_research.present.figures.loadings import plot_loadings as plot_loadings
from icx_research.present.figures.missing import MissingnessFigure as MissingnessFigure
from icx_research.present.figures.missing import plot_missingness as plot_missingness
from icx_research.present.figures.reliability import ReliabilityFigure as ReliabilityFigure
from icx_research.present.figures.reliability import plot_reliability as plot_reliability
from icx_research.present.figures.scree import ScreeFigure as ScreeFigure
from icx_research.present.figures.scree import plot_scree as plot_scree
from icx_research.present.figures.servqual import ServqualFigure as ServqualFigure
from icx_research.present.figures.servqual import plot_servqual as plot_servqual
from icx_research.present.figures.units import UnitsFigure as UnitsFigure
from icx_research.present.figures.units import plot_units as plot_units
from icx_research.present.figures.variance import VarianceFigure as VarianceFigure
from icx_research.present.figures.variance import plot_variance_shares as plot_variance_shares
from icx_research.present.pages.linkage import linkage_figure as linkage_figure
from icx_research.present.pages.quality import quality_figures as quality_figures
from icx_research.present.words.measurement import measurement_answer as measurement_answer
from icx_research.present.words.quality import quality_answer as quality_answer
from icx_research.scales.aggregation import aggregation_overview as aggregation_overview
from icx_research.scales.agreement import scale_agreement as scale_agreement
from icx_research.scales.dimensions import dimensionality_overview as dimensionality_overview
from icx_research.scales.invariance import invariance_overview as invariance_overview
from icx_research.scales.models import invariance_groups as invariance_groups
from icx_research.scales.models import scale_cfa as scale_cfa
from icx_research.scales.models import scale_invariance as scale_invariance
from icx_research.scales.reliability import reliability_overview as reliability_overview
from icx_research.scales.variance import variance_overview as variance_overview
from icx_research.simulation.simulate import simulate_study as simulate_study
from icx_research.survey.answers.answer_distributions import (
    answer_distributions as answer_distributions,
)
from icx_research.survey.answers.answering import answer_quality as answer_quality
from icx_research.survey.answers.answering import suspected_reversed as suspected_reversed
from icx_research.survey.answers.careless import careless_responding as careless_responding
from icx_research.survey.answers.missing_answers import missing_answers as missing_answers
from icx_research.survey.answers.response_rates import (
    early_late_comparison as early_late_comparison,
)
from icx_research.survey.answers.response_rates import response_rates as response_rates
from icx_research.survey.answers.weighting import post_stratified_mean as post_stratified_mean
from icx_research.survey.codebook.reading import read_codebook as read_codebook
from icx_research.survey.codebook.types import Codebook as Codebook
from icx_research.survey.disclosure.link_coverage import link_coverage as link_coverage
from icx_research.survey.disclosure.protect import ProtectedUnits as ProtectedUnits
from icx_research.survey.disclosure.protect import protect as protect
from icx_research.survey.disclosure.protect import units_by_band as units_by_band
from icx_research.survey.disclosure.unit_intervals import unit_intervals as unit_intervals
from icx_research.survey.doubts.programmes import programme_starts as programme_starts
from icx_research.survey.instruments.boxes import top_box as top_box
from icx_research.survey.instruments.effort import customer_effort as customer_effort
from icx_research.survey.instruments.internal_gaps import understanding_gap as understanding_gap
from icx_research.survey.instruments.promoters import net_promoter_score as net_promoter_score
from icx_research.survey.instruments.questionnaires import questionnaire as questionnaire
from icx_research.survey.instruments.service_dimensions import servqual_study as servqual_study
from icx_research.survey.instruments.servperf import servperf as servperf
from icx_research.survey.instruments.servqual import servqual_gap as servqual_gap
from icx_research.survey.link.linking import LinkedUnits as LinkedUnits
from icx_research.survey.link.linking import link_study as link_study
from icx_research.survey.link.linking import link_units as link_units
from icx_research.survey.scores.items import multi_item_scales as multi_item_scales
from icx_research.survey.scores.items import scale_items as scale_items
from icx_research.survey.scores.items import scale_members as scale_members
from icx_research.survey.scores.parallel_scales import parallel_items as parallel_items
from icx_research.survey.scores.scoring import scale_scores as scale_scores
from icx_research.survey.study.datasets import load_example as load_example
from icx_research.survey.study.study import Study as Study
from icx_research.survey.study.study import read_study as read_study
from icx_research.survey.study.study import study_from_frames as study_from_frames
from icx_research.survey.study.wording import item_wording as item_wording
from icx_research.survey.units.aggregation import UnitScores as UnitScores
from icx_research.survey.units.aggregation import unit_scores as unit_scores
