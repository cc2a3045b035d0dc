"""What was asked, in the words of the codebook."""

import pytest

import icx_research as icx
from tests.small_study import TWO_FILES, write_study

ASKED = TWO_FILES.replace(
    "{items: [q1, q2], range: [1, 7]",
    '{items: {q1: "They <i>help</i> me as well as they can, whatever it is I may ask them for.", '
    'q2: "They let me wait."}, reverse_keyed: [q2], range: [1, 7]',
)


@pytest.fixture
def study(tmp_path):
    return icx.read_study(write_study(tmp_path, codebook=ASKED))


def test_items_come_with_wording_range_and_key(study):
    asked = icx.item_wording(study).table
    assert asked.to_dict("list") == {
        "table": ["internal", "internal", "external"],
        "scale": ["service", "service", "csat"],
        "item": ["q1", "q2", "c1"],
        "wording": [
            "They <i>help</i> me as well as they can, whatever it is I may ask them for.",
            "They let me wait.",
            "c1",  # an item without a wording is called by its column
        ],
        "lowest": [1.0, 1.0, 1.0],
        "highest": [7.0, 7.0, 7.0],
        "reverse_keyed": [False, True, False],
    }


def test_page_shows_whole_wordings_and_no_markup_of_theirs(study):
    page = icx.item_wording(study)._repr_html_()
    assert (
        "&lt;i&gt;help&lt;/i&gt; me as well as they can, whatever it is I may ask them for." in page
    )
    assert page.count(">yes</td>") == 1
    assert page.count(">1 to 7</td>") == 3


def test_chosen_scales_keep_the_order_of_the_codebook(study):
    assert icx.item_wording(study, scales="csat").table["item"].tolist() == ["c1"]
    chosen = icx.item_wording(study, scales=["csat", "service"])
    assert chosen.table["item"].tolist() == ["q1", "q2", "c1"]
    assert repr(chosen) == "ItemWording: 3 items of 2 scales"


def test_unknown_scale_is_named(study):
    with pytest.raises(
        ValueError, match=r"^There is no scale 'nps'; the study has service, csat\.$"
    ):
        icx.item_wording(study, scales=["nps"])


def test_published_figures_have_no_items():
    company = icx.load_example("company")
    assert "complaints" in company.codebook.measures
    assert "complaints" not in icx.item_wording(company).table["scale"].tolist()
    with pytest.raises(ValueError, match=r"^There is no scale 'complaints'; the study has "):
        icx.item_wording(company, scales=["complaints"])
