"""What labels mean: which end is good, which codes are no answers."""

import pytest

from icx_research.survey.answers.label_meaning import codes_without_answer, low_is_good
from icx_research.survey.answers.no_answer import means_no_answer

# The good end first.
ENDS = [
    ("Very friendly", "Not friendly at all"),
    ("Agree completely", "Do not agree"),
    ("trifft völlig zu", "trifft überhaupt nicht zu"),
    ("Sehr gut", "Mangelhaft"),
    ("sehr zufrieden", "kaum zufrieden"),
    ("Plutôt satisfait", "Plutôt insatisfait"),
    ("De acuerdo", "En desacuerdo"),
    ("Ottimo", "Scarso"),
    ("Heel tevreden", "Heel ontevreden"),
    ("Concordo", "Discordo"),
    ("Helt nöjd", "Inte alls nöjd"),
    ("Helt enig", "Helt uenig"),
    ("Zadowolony", "Niezadowolony"),
    ("siempre", "nunca"),
    ("Ja", "Nee"),
    ("1 = excellent", "6 = very poor"),
]


@pytest.mark.parametrize(("good", "bad"), ENDS)
def test_the_good_end_is_known_by_its_label(good, bad):
    assert low_is_good({"1": good, "5": bad, "9": "no answer"})
    assert not low_is_good({"1": bad, "5": good, "9": "no answer"})


@pytest.mark.parametrize(
    "labels", [{}, {"1": "good"}, {"1": "red", "2": "blue"}, {"1": "1", "5": "5"}]
)
def test_labels_that_say_no_direction_say_none(labels):
    assert not low_is_good(labels)


@pytest.mark.parametrize(
    "text",
    ["Don\u2019t know", "DK/NA", "Refused", "REFUSED (VOL.)", "Not applicable", "Keine Angabe",
     "weiss nicht", "weiß nicht / keine Angabe", "Ne sait pas", "NS/NC", "No contesta", "Non so",
     "Weet niet",
     "Não sei", "Vet ej", "Ved ikke", "Nie wiem", "prefer not to answer", "Can't choose"],
)  # fmt: skip
def test_no_answer_is_known_in_many_languages(text):
    assert means_no_answer(text)


@pytest.mark.parametrize("text", ["no", "Nie", "neutral", "trifft nicht zu", "unsatisfied", "none"])
def test_answers_are_not_taken_for_none(text):
    assert not means_no_answer(text)


def test_what_stands_between_answers_is_an_answer():
    assert codes_without_answer({"1": "no", "2": "not sure", "3": "yes", "4": "n/a"}) == {
        "4": "n/a"
    }
    assert list(codes_without_answer({"0": "unsure", "1": "no", "2": "yes"})) == ["0"]
    assert codes_without_answer({"DK": "don't know"}) == {}
