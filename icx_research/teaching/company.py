"""The bundled company, read once, and the people the exercises ask about."""

from functools import cache
from typing import Any

import yaml

from icx_research.survey.link.linking import LinkedUnits, link_study
from icx_research.survey.scores.scoring import ScoredStudy, scale_scores
from icx_research.survey.study.datasets import example_path, load_example
from icx_research.survey.study.study import Study

UNIT, WAVE, FIRST_WAVE = "B09", "3", "1"
RATER, SUPPLIER = "B09-24", "Procurement"
FEW = 10  # persons per unit in the exercise on reliability


@cache
def company() -> Study:
    """Read the study."""
    return load_example("company")


@cache
def scored() -> ScoredStudy:
    """Score it."""
    return scale_scores(company())


@cache
def linked() -> LinkedUnits:
    """Link it."""
    return link_study(company())


@cache
def truth() -> dict[str, Any]:
    """Read what is true of it; see `simulate_study`."""
    path = example_path("company").parent / "truth.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
