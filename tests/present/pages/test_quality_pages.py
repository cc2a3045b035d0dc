import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.present.figures.units import UnitsFigure
from icx_research.present.pages.quality import answer_figures
from tests import builders
from tests.present.pictures import draw_quality
from tests.small_study import write_study

KINDS = {"units", "answers", "missingness", "servqual", "coverage"}


@pytest.fixture(scope="module")
def drawn(small, tmp_path_factory):
    return draw_quality(icx.read_study(small), tmp_path_factory.mktemp("figures"))


def test_every_kind_is_drawn_or_says_why_not(drawn):
    assert set(drawn) == KINDS
    names = {kind: [figure.name for figure in found.figures] for kind, found in drawn.items()}
    assert names == {
        "units": ["units_service", "units_csat"],
        "answers": ["answers_internal", "answers_external"],
        "missingness": ["missingness"],
        "servqual": [],
        "coverage": ["coverage"],
    }
    assert drawn["servqual"].refusals == (
        "not testable: scales of kind perception and expectation are needed, named alike "
        "(service_perception, service_expectation), with as many items and the same range.",
    )
    assert not any(found.refusals for kind, found in drawn.items() if kind != "servqual")


def test_figures_carry_words_and_the_data_they_show(drawn):
    for found in drawn.values():
        for figure in found.figures:
            assert figure.caption.endswith(".")
            assert figure.alt.endswith(".")
            assert sorted(figure.paths) == ["csv", "pdf", "png", "svg", "txt"]
    units = pd.read_csv(drawn["units"].figures[0].paths["csv"])
    assert list(units) == ["unit", "estimate", "ci_low", "ci_high", "respondents"]
    assert (units["estimate"] * 10 % 1).round(9).isin([0, 1]).all()
    answers = pd.read_csv(drawn["answers"].figures[0].paths["csv"])
    assert answers.groupby("item")["percent"].sum().tolist() == [100, 100]
    missing = pd.read_csv(drawn["missingness"].figures[0].paths["csv"])
    assert set(missing["column"]) == {"10-14", "all rows"}


def test_same_bytes_in_another_process(drawn, elsewhere, assert_same_bytes):
    for found in drawn.values():
        for figure in found.figures:
            assert_same_bytes(figure.paths.values(), elsewhere / "quality")


def test_small_units_and_answers_of_one_person_are_nowhere(tmp_path):
    """Unit "tiny" has nine persons, and one person alone chose the lowest answer."""
    path = write_study(tmp_path, n_units=4, people=40)
    staff = pd.read_csv(tmp_path / "staff.csv")
    staff["q1"] = np.where(staff["q1"] < 3, 3, staff["q1"])
    tiny = [f"t{i},tiny,{7 - i % 2},6" for i in range(9)]
    lines = staff.to_csv(index=False).splitlines()
    lines[1] = lines[1].rsplit(",", 2)[0] + ",1,4"
    (tmp_path / "staff.csv").write_text("\n".join(lines + tiny) + "\n", encoding="utf-8")
    with (tmp_path / "customers.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"u{i},tiny,5\n" for i in range(30))
    study = icx.read_study(path)
    found = icx.unit_intervals(icx.protect(icx.link_study(study)), score="service")
    names = [label.get_text() for label in icx.plot_units(found).get_yticklabels()]
    assert sorted(names) == ["B01", "B02", "B03"]  # the mean of all would tell, with B00 shown
    assert "tiny" not in found.table.to_csv() + UnitsFigure(found).caption + UnitsFigure(found).alt
    answers = icx.answer_distributions(study, scales=["service"])
    lowest = answers.table[answers.table["item"] == "q1"].iloc[0]
    assert lowest["lowest"] == 1
    assert lowest["highest"] >= 3
    first = icx.plot_answers(answers).patches[0]
    assert (first.get_width(), first.get_hatch()) == (lowest["percent"], "....")


def test_items_that_cannot_be_counted_are_named(tmp_path):
    write_study(tmp_path, n_units=4)
    text = (tmp_path / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("items: [q1, q2], range: [1, 7]", "items: [q1, q2], range: [0, 100]")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    figures = answer_figures(icx.read_study(tmp_path / "study.yaml"))
    assert next(figures).name == "answers_external"
    with pytest.raises(
        icx.NotTestable, match=r"few whole numbers, such as 1 to 7; these have others: q1, q2\."
    ):
        next(figures)


def test_published_studies_give_reasons_instead_of_answers(tmp_path):
    drawn = draw_quality(builders.study([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), tmp_path)
    reason = "not testable: item answers are needed; this study holds published unit figures."
    assert drawn["answers"].refusals == drawn["missingness"].refusals == (reason,)
    assert [figure.name for figure in drawn["units"].figures] == ["units_inside", "units_outside"]
    assert len(drawn["coverage"].figures) == 1


def test_scores_without_a_unit_to_show_say_so(tmp_path):
    few = {"inside_persons": 9, "outside_persons": 9, "published": False}
    drawn = draw_quality(builders.study([1.0, 2.0], [4.0, 5.0], **few), tmp_path)
    assert drawn["units"].figures == ()
    assert drawn["units"].refusals == (
        "blocked: no unit has 10 persons behind inside; none may be shown.",
        "blocked: no unit has 10 persons behind outside; none may be shown.",
    )
