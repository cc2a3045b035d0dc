"""What nbval cannot see: that notebooks are complete, readable and define nothing."""

import json
import re
from pathlib import Path
from statistics import median

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MAX_CELLS, MAX_LINES, MEDIAN_LINES, WORDS_PER_LINE = 40, 12, 3, 10


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request):
    return json.loads(request.param.read_text(encoding="utf-8"))["cells"]


def code(cells):
    return [cell for cell in cells if cell["cell_type"] == "code"]


def lines(cell):
    return [line for line in "".join(cell["source"]).splitlines() if line.strip()]


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 2


def test_stored_from_restart_and_run_all(cells):
    assert [cell["execution_count"] for cell in code(cells)] == list(range(1, len(code(cells)) + 1))


def test_hold_no_errors_warnings_or_addresses(cells):
    outputs = [output for cell in code(cells) for output in cell["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"]
    assert not re.search(r"object at 0x[0-9a-f]+|/home/|[A-Z]:\\\\", json.dumps(outputs))


def test_one_cell_is_tagged_parameters(cells):
    tagged = [c for c in code(cells) if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1


def test_define_nothing_and_stay_short(cells):
    sizes = [len(lines(cell)) for cell in code(cells)]
    assert len(cells) <= MAX_CELLS
    assert max(sizes) <= MAX_LINES
    assert median(sizes) <= MEDIAN_LINES
    text = "\n".join("".join(cell["source"]) for cell in code(cells))
    assert not re.search(r"^\s*(def|class)\s", text, flags=re.MULTILINE)
    assert not re.search(r"filterwarnings|!pip|%pip", text)


def test_explain_more_than_they_compute(cells):
    prose = " ".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    assert len(prose.split()) >= WORDS_PER_LINE * sum(len(lines(cell)) for cell in code(cells))


def test_prose_holds_no_results(cells):
    """Numbers in the text are rules (95 %, ten persons), never findings."""
    prose = " ".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    prose = re.sub(r"https?://\S+", "", prose)
    assert not re.search(r"\b[rn] = \d|[-−]?\.\d\d\b", prose)


def test_begin_and_end_with_the_question(cells):
    titles = [
        line for c in cells if c["cell_type"] == "markdown" for line in c["source"]
        if line.startswith("#")
    ]  # fmt: skip
    question = titles[0].lstrip("# ").strip()
    assert question.endswith("?")
    assert titles[-1].lstrip("# ").strip() == question
