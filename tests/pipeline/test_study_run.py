import errno
import hashlib
import json

import nbformat
import pandas as pd
import pytest

import icx_research as icx
from icx_research.pipeline import study_run
from icx_research.pipeline.manifest import outputs_of
from icx_research.present.pages import quality, report
from icx_research.present.pages.quality import Drawn
from tests.small_study import write_study

NOTHING = Drawn((), ("not testable: a test.",))


@pytest.fixture
def without_notebooks(monkeypatch):
    """Notebooks and figures on the data take seconds; the tests that need them make them."""
    monkeypatch.setattr(study_run, "notebook_paths", list)
    nothing = dict.fromkeys(("units", "answers", "missingness", "servqual", "coverage"), NOTHING)
    monkeypatch.setattr(quality, "quality_figures", lambda *_, **__: nothing)


def files_below(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_whole_run_writes_everything_below_out_only(small_study, tmp_path, request):
    before = files_below(tmp_path)
    steps = []
    run = icx.run_study(small_study, out=tmp_path / "out", progress=steps.append)
    written = files_below(tmp_path / "out")
    assert files_below(tmp_path) - before == {f"out/{name}" for name in written}
    assert run.n_files == len(written)
    assert {
        "index.html", "manifest.json", "tables/claims.csv", "tables/linkage.csv",
        "tables/coverage.csv", "tables/reliability.csv", "tables/quarantine.csv",
        "tables/unlinked_units.csv", "notebooks/01_data_quality.ipynb",
        "notebooks/02_measurement.html", "notebooks/03_aggregation.html",
        "notebooks/04_linkage.ipynb", "notebooks/04_linkage.html",
        "figures/linkage_service_csat.pdf", "figures/units_service.png", "figures/coverage.csv",
        "figures/answers_external.svg", "figures/missingness.txt",
    } <= written  # fmt: skip
    assert not [name for name in written if "tutorial" in name]  # it is about the company only
    assert steps[0] == "1 of 9: reading and validating the files"
    assert "8 of 9: notebook 04_linkage" in steps
    assert "8 of 9: notebook 04_linkage: cell 1 of 15" in steps
    assert steps[-1] == "9 of 9: writing the page"
    assert run.page.name == "index.html"
    page = run.page.read_text(encoding="utf-8")
    for name in ("units_service", "units_csat", "answers_internal", "missingness", "coverage"):
        assert f'<img src="figures/{name}.png" alt="' in page
    assert page.count("scales of kind perception and expectation are needed") == 1
    assert "<h2>What is expected" not in page
    executed = nbformat.read(tmp_path / "out" / "notebooks" / "04_linkage.ipynb", as_version=4)
    injected = next(
        c for c in executed.cells if "injected-parameters" in c.metadata.get("tags", [])
    )
    assert "study_file = '../../study.yaml'" in injected.source
    text = json.dumps(executed)
    assert "Two branches and" in text
    assert "not testable: the study has no outcomes table." in text
    assert "not testable: a second wave is needed; the study has one." in text
    measured = json.dumps(
        nbformat.read(tmp_path / "out" / "notebooks" / "02_measurement.ipynb", as_version=4)
    )
    assert "Structure of the internal survey: " in measured
    assert "Reliability: on " in measured
    browser_complaints = request.getfixturevalue("browser_complaints")  # may skip, so it is last
    assert browser_complaints(sorted((tmp_path / "out").rglob("*.html"))) == []


def test_a_browser_complains_about_pages_that_ask(tmp_path, browser_complaints):
    (tmp_path / "page.html").write_text(
        '<!DOCTYPE html><script src="https://cdn.example.org/x.js"></script><img src="none.png">'
        '<script>throw Error("fault")</script>',
        encoding="utf-8",
    )
    seen = "\n".join(browser_complaints([tmp_path / "page.html"]))
    for complaint in ("asked for https://cdn.example.org/x.js", "error: fault", "none.png"):
        assert complaint in seen


def test_page_escapes_what_the_study_says(small_study, tmp_path, without_notebooks):
    run = icx.run_study(small_study, out=tmp_path / "out")
    page = run.page.read_text(encoding="utf-8")
    assert "Two branches and &lt;b&gt;more&lt;/b&gt;" in page
    assert "<b>more" not in page
    assert "Made up for a test." in page
    assert run.analysis.ledger["K01"].words in page
    assert 'alt="Scatter plot of 12 units.' in page
    assert page.count("not testable: a test.") == 1
    assert "How units compare; How the units were linked; What is expected" in page


def test_page_says_what_the_readers_did_and_what_else_explains_a_result(
    small_study, tmp_path, without_notebooks
):
    blocks = """\
  supplier_blocks: {pattern: "{supplier}_{item}", suppliers: [HR, IT]}
  scales:
    service: {items: [q1], """
    text = small_study.read_text(encoding="utf-8")
    small_study.write_text(text.replace("  scales:\n    service: {items: [q1, q2], ", blocks, 1))
    staff = small_study.parent / "staff.csv"
    staff.write_text(staff.read_text(encoding="utf-8").replace("q1,q2", "HR_q1,IT_q1"))
    run = icx.run_study(small_study, out=tmp_path / "out")
    page = run.page.read_text(encoding="utf-8")
    assert "<p>staff.csv: 144 rows hold 288 ratings of 2 suppliers (HR 144, IT 144);" in page
    assert "What else could produce it" in page


def test_page_shows_every_wave_beside_the_one_the_verdict_rests_on(
    small_study, tmp_path, without_notebooks
):
    for name in ("staff.csv", "customers.csv"):
        file = small_study.parent / name
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        both = [f"{row},{wave}" for wave in (2023, 2024) for row in rows]
        file.write_text("\n".join([f"{head},year", *both]) + "\n", encoding="utf-8")
    text = small_study.read_text(encoding="utf-8").replace("branch}", "branch, wave: year}")
    small_study.write_text(text, encoding="utf-8")
    run = icx.run_study(small_study, out=tmp_path / "out")
    page = run.page.read_text(encoding="utf-8")
    assert "<dd>Wave 2024, one of 2: Internal service" in page
    assert "The verdict rests on wave 2024 alone; the waves hold largely the same units" in page
    assert [f">{wave}</td>" in page for wave in (2023, 2024)] == [True, True]


def test_manifest_holds_fingerprints_of_everything(small_study, tmp_path, without_notebooks):
    icx.run_study(small_study, out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["outputs_sha256"]) == files_below(tmp_path / "out") - {"manifest.json"}
    for name, digest in manifest["outputs_sha256"].items():
        content = (tmp_path / "out" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    staff = hashlib.sha256((tmp_path / "staff.csv").read_bytes()).hexdigest()
    assert manifest["data_sha256"]["staff.csv"] == staff
    codebook = hashlib.sha256(small_study.read_bytes()).hexdigest()
    assert manifest["codebook_sha256"] == codebook
    assert manifest["icx_research"] == icx.__version__
    assert manifest["rows"]["internal"] == {
        "read": "100-199",
        "quarantined": "0",
        "used": "100-199",
    }
    assert manifest["steps"] == {
        "linked_rows": 12, "linked_units": 12, "units_without_partner": 0,
    }  # fmt: skip


def test_second_run_replaces_the_results_of_the_first(small_study, tmp_path, without_notebooks):
    out = tmp_path / "out"
    icx.run_study(small_study, out=out)
    text = small_study.read_text(encoding="utf-8").replace("  scales:\n    service:",
                                                           "  scales:\n    help:")  # fmt: skip
    small_study.write_text(text, encoding="utf-8")
    icx.run_study(small_study, out=out)
    assert (out / "figures" / "linkage_help_csat.png").exists()
    assert not (out / "figures" / "linkage_service_csat.png").exists()
    assert set(outputs_of(out)) == files_below(out) - {"manifest.json"}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"outputs_sha256": 3}'])
def test_a_broken_manifest_counts_as_none(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    assert outputs_of(tmp_path) == []


def test_nothing_is_left_when_a_step_fails(small_study, tmp_path, monkeypatch, without_notebooks):
    def fail(*_, **__):
        raise icx.StudyError("no ink.")

    monkeypatch.setattr(report, "write_report", fail)
    before = files_below(tmp_path)
    with pytest.raises(icx.StudyError, match="no ink"):
        icx.run_study(small_study, out=tmp_path / "out")
    assert files_below(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_figure_source_data_hold_no_exact_unit_mean(small_study, tmp_path, without_notebooks):
    run = icx.run_study(small_study, out=tmp_path / "out")
    data = pd.read_csv(run.folder / "figures" / "linkage_service_csat.csv")
    assert (data["service"] * 10 % 1).round(9).isin([0, 1]).all()
    assert set(data["service_n"]) == {"10-14"}


def test_a_folder_that_no_system_can_make_is_refused(tmp_path):
    with pytest.raises(icx.StudyError, match=r"choose another --out\.$"):
        icx.run_study(write_study(tmp_path, n_units=3), out=tmp_path / ("x" * 300))


def test_a_full_disk_and_a_file_in_use_are_named(small_study, tmp_path, monkeypatch):
    out = tmp_path / "out"

    def fail(error):
        def raising(*_, **__):
            raise error

        monkeypatch.setattr(study_run, "write_csv", raising)
        with pytest.raises(icx.StudyError) as told:
            icx.run_study(small_study, out=out)
        assert not out.exists()
        return str(told.value)

    assert fail(OSError(errno.ENOSPC, "No space left on device", "x")) == (
        f"{out} cannot be written: the disk is full; free some space, or choose another --out."
    )
    assert fail(PermissionError(errno.EACCES, "Permission denied", str(out / "a.csv"))) == (
        f"{out / 'a.csv'} cannot be written (Permission denied); close it if another program has "
        "it open, or choose another --out."
    )
    inside = str(tmp_path / ".out.icx-new" / "a.csv")
    assert fail(PermissionError(errno.EACCES, "Permission denied", inside)).startswith(
        f"{out} cannot be written (Permission denied); "
    )


@pytest.mark.parametrize("name", ["study.yaml", "customers.csv"])
def test_a_file_that_changes_while_the_study_runs_is_named(
    small_study, tmp_path, monkeypatch, without_notebooks, name
):
    write = report.write_report

    def change_and_write(*arguments, **options):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write("\n")
        return write(*arguments, **options)

    monkeypatch.setattr(report, "write_report", change_and_write)
    with pytest.raises(icx.StudyError) as told:
        icx.run_study(small_study, out=tmp_path / "out")
    assert str(told.value) == f"{name} changed while the study ran; run it again."
    assert not (tmp_path / "out").exists()
