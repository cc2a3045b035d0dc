import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from PIL import Image

from icx_research import link_study, study_from_frames
from icx_research.core.errors import StudyError
from icx_research.present.drawing.saving import file_name, save_figure
from icx_research.present.drawing.style import figure_style
from icx_research.present.pages.linkage import linkage_figure, linkage_figures
from icx_research.present.pages.quality import quality_figures
from tests.conftest import ROOT

PIXEL_NOISE = 0.02  # anti-aliasing differs a little between processors


@pytest.fixture
def figure():
    drawn, ax = plt.subplots()
    ax.plot([1, 2], [3, 4])
    return drawn


def words(**changes):
    return {"caption": "A line.", "alt": "A line that rises.", **changes}


def test_writes_every_kind_with_words_and_data(figure, tmp_path):
    data = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
    saved = save_figure(figure, "line", folder=tmp_path / "new", data=data, **words())
    assert sorted(path.suffix for path in saved.paths.values()) == [
        ".csv", ".pdf", ".png", ".svg", ".txt",
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == [
        f"line.{kind}" for kind in ("csv", "pdf", "png", "svg", "txt")
    ]
    pd.testing.assert_frame_equal(pd.read_csv(saved.paths["csv"]), data)
    text = saved.paths["txt"].read_text(encoding="utf-8")
    assert text == "Caption: A line.\n\nAlternative text: A line that rises.\n"
    assert (saved.name, saved.caption, saved.alt) == ("line", "A line.", "A line that rises.")


def test_texts_find_room_once_and_the_figure_stays_as_it_was(tmp_path, monkeypatch):
    table = pd.DataFrame({"a": [1]})
    with figure_style():
        figure = plt.subplots(dpi=90)[0]
        engine, rounds, draws = figure.get_layout_engine(), [], []
        lay_out, draw = type(engine).execute, Figure.draw
        monkeypatch.setattr(type(engine), "execute", lambda *a: rounds.append(1) or lay_out(*a))
        monkeypatch.setattr(Figure, "draw", lambda *a: draws.append(1) or draw(*a))
        save_figure(figure, "x", folder=tmp_path, caption="c", alt="a", data=table)
    assert (len(rounds), len(draws)) == (1, 3)  # PDF, SVG and PNG
    assert (figure.get_layout_engine(), figure.dpi) == (engine, 90)


def test_png_has_300_dots_per_inch(figure, tmp_path):
    saved = save_figure(figure, "line", folder=tmp_path, data=pd.DataFrame(), **words())
    height, width = imread(saved.paths["png"]).shape[:2]
    assert (width, height) == tuple(int(300 * inches) for inches in figure.get_size_inches())


def test_pdf_embeds_fonts_and_carries_the_alt_text(figure, tmp_path):
    saved = save_figure(figure, "line", folder=tmp_path, data=pd.DataFrame(), **words())
    content = saved.paths["pdf"].read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content
    assert b"A line that rises." in content
    assert b"CreationDate" not in content


def test_svg_can_be_read_aloud(figure, tmp_path):
    alt = "Rises, x < y & more."
    saved = save_figure(figure, "line", folder=tmp_path, data=pd.DataFrame(), **words(alt=alt))
    root = ElementTree.parse(saved.paths["svg"]).getroot()
    assert root.get("role") == "img"
    assert root.find("{http://www.w3.org/2000/svg}desc").text == alt
    assert not re.search(r"<dc:date>", saved.paths["svg"].read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["", "a b", "../up", "ü"])
def test_odd_names_are_refused(figure, tmp_path, name):
    with pytest.raises(ValueError, match="name may hold letters, digits, '-' and '_' only"):
        save_figure(figure, name, folder=tmp_path, data=pd.DataFrame(), **words())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_a_figure_without_words_is_refused(figure, tmp_path, missing):
    with pytest.raises(ValueError, match="A figure needs a caption and an alt text"):
        save_figure(figure, "line", folder=tmp_path, data=pd.DataFrame(), **words(**{missing: " "}))


def test_same_bytes_in_another_process(linked, pair, tmp_path, elsewhere, assert_same_bytes):
    here = linkage_figure(linked, **pair).save(tmp_path)
    assert len(here.paths) == 5
    assert_same_bytes(here.paths.values(), elsewhere / "linkage")


def test_picture_of_the_readme_is_up_to_date(linked, pair, tmp_path):
    saved = linkage_figure(linked, **pair).save(tmp_path, dpi=110)
    stored = imread(ROOT / "figures" / saved.paths["png"].name)
    fresh = imread(saved.paths["png"])
    assert stored.shape == fresh.shape
    assert np.mean(np.abs(stored - fresh)) < PIXEL_NOISE


def test_one_figure_for_each_pair_and_subset(linked, tmp_path):
    names = [figure.name for figure in linkage_figures(linked, folder=tmp_path)]
    assert names == ["linkage_internal_satisfaction_csat"]


def test_names_that_differ_in_accents_or_case_alone_are_different_files():
    taken = []
    for text in (
        "units_zufrieden_ä",
        "units_zufrieden_ö",
        "UNITS_zufrieden_ü",
        "units_" + "x" * 300,
    ):
        taken.append(file_name(text, taken=taken))
    assert taken[:3] == ["units_zufrieden__", "units_zufrieden___2", "UNITS_zufrieden___3"]
    assert taken[3] == "units_" + "x" * 94
    assert file_name("units_" + "x" * 301, taken=taken) == taken[3] + "_2"


def test_scores_whose_names_resemble_each_other_keep_their_figures(tmp_path):
    scales = {
        name: {"items": [item], "range": [1, 7]}
        for name, item in (("gut ä", "c1"), ("gut ö", "c2"), ("Gut ü", "c1x"))
    }
    rng = np.random.default_rng(3)
    level = np.repeat(rng.normal(4, 1, 12), 12)
    drawn = np.clip(np.round(level[:, None] + rng.normal(0, 1, (144, 4))), 1, 7)
    units = [f"B{i // 12:02d}" for i in range(144)]
    staff = pd.DataFrame({"p": range(144), "u": units, "q": drawn[:, 0]})
    customers = pd.DataFrame({"p": range(144), "u": units, "c1": drawn[:, 1], "c2": drawn[:, 2],
                              "c1x": drawn[:, 3]})  # fmt: skip
    study = study_from_frames(
        {
            "study": "Names",
            "internal": {"keys": {"respondent": "p", "client_unit": "u"},
                         "scales": {"service": {"items": ["q"], "range": [1, 7]}}},
            "external": {"keys": {"respondent": "p", "serving_unit": "u"}, "scales": scales},
            "question": {"internal": "service", "external": list(scales)},
        },
        internal=staff,
        external=customers,
    )  # fmt: skip
    linked = link_study(study)
    saved = list(linkage_figures(linked, folder=tmp_path))
    assert len({figure.name.casefold() for figure in saved}) == 3
    drawn_units = quality_figures(study, linked, folder=tmp_path, dpi=40)["units"].figures
    assert len({figure.name.casefold() for figure in drawn_units}) == 4
    for figure, name in zip(saved, scales, strict=True):
        assert name in figure.caption
        assert name in pd.read_csv(figure.paths["csv"])


def test_tiff_is_what_plos_asks_for(figure, tmp_path):
    saved = save_figure(
        figure, "x", folder=tmp_path, data=pd.DataFrame(), journal="plos", **words()
    )
    with Image.open(saved.paths["tiff"]) as picture:
        assert picture.mode == "RGB"
        assert picture.info["compression"] == "tiff_lzw"
        assert picture.info["dpi"] == (300, 300)
    with Image.open(saved.paths["png"]) as picture:
        assert picture.info["Description"] == "A line that rises."


def test_text_of_an_editable_svg_stays_text_in_fonts_that_others_have(tmp_path):
    with figure_style():
        figure, ax = plt.subplots()
        ax.set_title("Units & more")
        saved = save_figure(figure, "x", folder=tmp_path, data=pd.DataFrame(), editable=True,
                            formats=["svg"], **words())  # fmt: skip
    text = saved.paths["svg"].read_text(encoding="utf-8")
    assert ">Units &amp; more</text>" in text
    assert "Arial, Helvetica" in text.replace("'", "").replace("&#x27;", "")
    assert "ICX Sans" not in text
    assert sorted(saved.paths) == ["csv", "svg", "txt"]


def test_an_unknown_format_is_refused_with_the_known_ones(figure, tmp_path):
    message = "formats may be pdf, svg, png, tiff; got 'eps'."
    with pytest.raises(ValueError, match=message):
        save_figure(figure, "x", folder=tmp_path, data=pd.DataFrame(), formats=["eps"], **words())


def test_a_full_disk_leaves_earlier_files_whole(figure, tmp_path, monkeypatch):
    saved = save_figure(figure, "x", folder=tmp_path, data=pd.DataFrame({"a": [1]}), **words())
    before = {path: path.read_bytes() for path in saved.paths.values()}
    write = Path.write_bytes

    def full(path, content):
        if path.name.startswith("x.png"):
            write(path, content[:10])
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    figure.axes[0].plot([5, 1])
    message = r"the figure cannot be written there \(No space left on device\); files that were"
    with pytest.raises(StudyError, match=message):
        save_figure(figure, "x", folder=tmp_path, data=pd.DataFrame({"a": [2]}), **words())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
