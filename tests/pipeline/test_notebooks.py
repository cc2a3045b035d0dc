import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from icx_research.core.errors import StudyError
from icx_research.pipeline.lab import without_solutions
from icx_research.pipeline.notebooks import (
    notebook_paths,
    page_of,
    run_notebook,
    tutorial_paths,
)


def write(path, *cells):
    notebook = new_notebook(cells=list(cells))
    nbformat.write(notebook, path)
    return path


def parameters_cell():
    return new_code_cell("study_file = None", metadata={"tags": ["parameters"]})


def test_bundled_notebooks_come_in_order_and_tutorials_apart():
    assert [path.stem for path in notebook_paths()] == [
        "01_data_quality", "02_measurement", "03_aggregation", "04_linkage",
    ]  # fmt: skip
    assert [path.stem for path in tutorial_paths()] == ["00_tutorial"]


def test_students_copy_has_no_solutions_and_was_never_run():
    tutorial = nbformat.read(tutorial_paths()[0], as_version=4)
    stored = nbformat.writes(tutorial)
    student = without_solutions(tutorial)
    nbformat.validate(student)
    assert nbformat.writes(tutorial) == stored  # the original stays as it is
    kept = [cell for cell in tutorial.cells if "solution" not in cell.metadata.get("tags", [])]
    assert len(kept) < len(tutorial.cells)
    assert [(c.id, c.source) for c in student.cells] == [(c.id, c.source) for c in kept]
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


def test_other_parameters_replace_the_stored_ones(tmp_path):
    path = write(tmp_path / "n.ipynb", parameters_cell(), new_code_cell("print(study_file)"))
    counted = []
    run_notebook(
        path,
        tmp_path / "done.ipynb",
        parameters={"study_file": "a'b\\c.yaml"},
        progress=lambda *step: counted.append(step),
    )
    cells = nbformat.read(tmp_path / "done.ipynb", as_version=4).cells
    assert cells[-1].outputs[0].text == "a'b\\c.yaml\n"
    assert counted[-1] == ("n", 3, 3)
    assert nbformat.read(path, as_version=4).cells[0].source == "study_file = None"


def test_a_failing_cell_is_one_sentence(tmp_path):
    path = write(tmp_path / "n.ipynb", parameters_cell(), new_code_cell("1 / 0"))
    message = r"n.ipynb stopped: ZeroDivisionError: division by zero."
    with pytest.raises(StudyError, match=message):
        run_notebook(path, tmp_path / "done.ipynb", parameters={})
    assert not (tmp_path / "done.ipynb").exists()


def test_a_notebook_without_parameters_is_refused(tmp_path):
    path = write(tmp_path / "n.ipynb", new_code_cell("1"))
    with pytest.raises(StudyError, match=r"n\.ipynb has no cell tagged 'parameters'\."):
        run_notebook(path, tmp_path / "done.ipynb", parameters={})


def test_a_caption_with_tags_stays_text_in_the_page():
    words = {"text/markdown": "Answers to <script>alert(1)</script> & <b>more</b>, 3 < 4"}
    cell = nbformat.v4.new_code_cell("caption")
    cell.outputs = [nbformat.v4.new_output("display_data", data=words)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("## Why"), cell])
    page = page_of(notebook, "one")
    assert "<script>alert" not in page
    assert "<b>more" not in page
    assert "Answers to &lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;more" in page
    assert "<h2" in page
    assert cell.outputs[0]["data"]["text/markdown"] == words["text/markdown"]


def test_a_page_brings_no_programs_and_the_browser_lets_none_in():
    cell = nbformat.v4.new_code_cell("show")
    html = {"text/html": "<script>fetch('https://example.org')</script><b>kept</b>"}
    cell.outputs = [nbformat.v4.new_output("display_data", data=html)]
    page = page_of(nbformat.v4.new_notebook(cells=[cell]), "one")
    assert page.count("<script") == 1  # that of the output, which this line stops
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" in page
    assert "<b>kept</b>" in page
    assert "@font-face" not in page
