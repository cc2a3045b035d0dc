"""Every ready block is a valid part of a codebook."""

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from icx_research import read_codebook, servqual_gap
from icx_research.cli import app
from icx_research.core.errors import StudyError
from icx_research.survey.instruments.questionnaires import QUESTIONNAIRES, questionnaire

DIMENSIONS = {
    "tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5,
}  # fmt: skip


def codebook_with(name):
    scales = yaml.safe_load(questionnaire(name))
    return read_codebook(
        {
            "study": "Block",
            "question": {"internal": next(iter(scales))},
            "internal": {
                "keys": {"client_unit": "unit"},
                "scales": scales,
            },
            "external": {
                "keys": {"serving_unit": "unit"},
                "scales": {"other": {"items": ["x"], "range": [1, 7]}},
            },
        }
    )


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_block_fits_into_a_codebook(name):
    measures = codebook_with(name).measures
    assert all(scale.label and all(scale.items.values()) for scale in measures.values()
               if scale.name != "other")  # fmt: skip


@pytest.mark.parametrize("name", ["servqual", "servperf"])
def test_service_quality_has_22_questions_in_five_dimensions(name):
    measures = codebook_with(name).measures
    sides = ["perception", *(["expectation"] if name == "servqual" else [])]
    for side in sides:
        sizes = {d: len(measures[f"{d}_{side}"].items) for d in DIMENSIONS}
        assert sizes == DIMENSIONS
        assert all(measures[f"{d}_{side}"].kind == side for d in DIMENSIONS)
    texts = [text for m in measures.values() for text in m.items.values()]
    assert len(set(texts)) == len(texts)


def test_scales_of_the_block_lead_to_the_gap(rng):
    measures = codebook_with("servqual").measures
    items = [item for m in measures.values() if m.name != "other" for item in m.items]
    data = pd.DataFrame(rng.integers(1, 8, (20, len(items))), columns=items)
    weights = {d: f"w_{d}" for d in DIMENSIONS}
    data[list(weights.values())] = 20
    found = servqual_gap(
        data,
        perception={d: list(measures[f"{d}_perception"].items) for d in DIMENSIONS},
        expectation={d: list(measures[f"{d}_expectation"].items) for d in DIMENSIONS},
        weights=weights,
    )
    assert found.gaps[-1][1].value == pytest.approx(found.estimate.value)  # equal weights


def test_the_command_prints_a_block_and_names_the_nearest():
    done = CliRunner().invoke(app, ["codebook", "--block", "nps"])
    assert done.exit_code == 0
    assert done.stdout == questionnaire("nps") + "\n"
    with pytest.raises(StudyError, match=r"^There is no block 'servqal'; did you mean 'servqual'"):
        questionnaire("servqal")
