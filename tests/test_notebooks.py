"""What nbval cannot see: that notebooks are complete, readable and define nothing."""

import contextlib
import io
import json
import re
from pathlib import Path
from statistics import median

import pytest

import icx_research as icx
from icx_research.teaching.checking import EXERCISES

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
TUTORIALS = [path for path in NOTEBOOKS if path.name.startswith("00_")]
MAX_CELLS, MAX_LINES, MEDIAN_LINES, WORDS_PER_LINE = 40, 12, 3, 10
MAX_TUTORIAL_CELLS = 60


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def cells(path):
    return read(path)


@pytest.fixture(params=TUTORIALS, ids=lambda path: path.stem)
def tutorial(request):
    return read(request.param)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(cells):
    return [cell for cell in cells if cell["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def printed(cell):
    return "".join(text for o in cell["outputs"] for text in o.get("text", []))


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


def test_one_cell_is_tagged_parameters_except_in_tutorials(path, cells):
    tagged = [c for c in code(cells) if "parameters" in tags(c)]
    assert len(tagged) == (0 if path in TUTORIALS else 1)


def test_define_nothing_and_stay_short(path, cells):
    sizes = [len(lines(cell)) for cell in code(cells)]
    assert len(cells) <= (MAX_TUTORIAL_CELLS if path in TUTORIALS else MAX_CELLS)
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


def test_every_exercise_has_prompt_hint_answer_check_and_a_folded_solution(tutorial):
    numbers = []
    for i, cell in enumerate(tutorial):
        if "exercise" not in tags(cell):
            continue
        prompt, solution = "".join(tutorial[i - 1]["source"]), tutorial[i + 1]
        number = re.search(r"^### Exercise (\d\.\d)$", prompt, flags=re.MULTILINE).group(1)
        numbers.append(number)
        hint = prompt.split("<summary><b>Hint</b></summary>")[1].split("</details>")[0]
        assert len(hint.split()) >= 10
        assert "".join(cell["source"]) == f'answer = ...\ncheck("{number}", answer)'
        assert "solution" in tags(solution)
        assert solution["metadata"]["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
        assert "".join(solution["source"]).endswith(f'\ncheck("{number}", answer)')
        assert f"{number}: replace ... by your answer" in printed(cell)
        assert f"{number}: right.\n" in printed(solution)
    assert len(numbers) == sum("solution" in tags(cell) for cell in tutorial)
    assert numbers == list(EXERCISES)


def test_tutorials_show_no_exact_unit_score(tutorial):
    """Unit tables are shown through protect: their means have one decimal."""
    linked = icx.link_study(icx.load_example("company"))
    means = linked.table[[*linked.internal, "csat", "recommendation"]].to_numpy().ravel()
    exact = {f"{mean:.3f}" for mean in means}
    outputs = [output for cell in code(tutorial) for output in cell["outputs"]]
    texts = [part for o in outputs for part in (o.get("text"), *texts_of(o)) if part]
    numbers = re.findall(r"\b\d+\.\d{3,}", "".join("".join(text) for text in texts))
    assert numbers
    assert not exact & {f"{float(number):.3f}" for number in numbers}


def texts_of(output):
    return [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]


def test_students_copy_runs_without_solutions(tutorial, monkeypatch):
    """No step rests on a solution: all other cells run one after the other."""
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)  # no window
    names = {"display": lambda *_: None}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in code(tutorial):
            if "solution" not in tags(cell):
                exec(compile("".join(cell["source"]), "tutorial", "exec"), names)
    assert said.getvalue().count("replace ... by your answer") == len(EXERCISES)
    assert "right." not in said.getvalue()
