import pandas as pd

import icx_research as icx
from icx_research.pipeline.console import counted_coverage, counted_rows, show_table, with_reasons
from icx_research.survey.scores.scoring import scale_scores
from tests import builders

LONG = "a_folder_with_a_long_name/and_a_file_with_a_name_that_is_longer_than_the_screen_is_wide.csv"


def test_rows_of_published_tables_are_not_called_respondents():
    linked = icx.link_study(builders.study([1.0, 2.0, 3.0], [3.0, 4.0, 6.0]))
    shown = counted_coverage(linked)
    assert "respondents" not in shown
    assert shown[["counted", "all", "matched"]].to_numpy().tolist() == [["rows", 3, 3]] * 2


def test_scales_without_a_score_in_some_rows_say_why():
    study = builders.study([1.0, 2.0, None], [3.0, 4.0, 6.0])
    shown = with_reasons(study, scale_scores(study).counts).set_index("scale")
    assert shown["without"].to_dict() == {"inside": 1, "outside": 0}
    assert shown["because"].to_dict() == {"inside": "no value in its column", "outside": ""}


def test_a_name_stays_whole_in_a_file(capsys):
    show_table(pd.DataFrame({"file": [LONG], "rows": [3]}))
    assert LONG in capsys.readouterr().out


def test_nothing_is_cut_on_a_narrow_screen(capsys, monkeypatch):
    for name, value in {"FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    show_table(pd.DataFrame({"file": [LONG], "rows": [3]}))
    printed = "".join(
        line[:78].split(" ")[0].strip() for line in capsys.readouterr().out.splitlines()
    )
    assert LONG in printed


def test_names_of_the_bundled_files_fit_on_a_narrow_screen(capsys, monkeypatch, company):
    for name, value in {"FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    show_table(counted_rows(company))
    assert "internal_ratings.csv " in capsys.readouterr().out
