"""Answers that stand in the file as words: declared, never guessed."""

import re

import pytest

from icx_research import StudyError, scale_scores
from icx_research.survey.answers.ladders import LADDERS
from icx_research.survey.drafting.words import number_words
from tests.survey.builders import CODEBOOK, read_small

WORDS = "{Rarely: 1, Sometimes: 4, Very  often: 7}"
WORDED = CODEBOOK.replace("range: [1, 7]}", f"range: [1, 7], answers: {WORDS}}}")
CUSTOMERS = """\
customer,branch,c1
k1,A,very often
k2,A, Very often
k3,B,sometimes
k4,B,5
k5,C,Rarely
k6,C,2
k7,D,
k8,D,6
"""


def test_words_become_their_numbers_and_numbers_stay(tmp_path):
    study = read_small(tmp_path, codebook=WORDED, customers=CUSTOMERS)
    scores = scale_scores(study, scales=["csat"]).tables["external"]["csat"]
    assert scores.tolist()[:6] == [7, 7, 4, 5, 1, 2]
    assert scores.isna().tolist() == [False] * 6 + [True, False]


def test_reverse_keyed_words_are_turned(tmp_path):
    codebook = CODEBOOK.replace("reverse_keyed: [q3]}", f"reverse_keyed: [q3], answers: {WORDS}}}")
    staff = "person,branch,q1,q2,q3\ns1,A,7,7,Rarely\ns2,B,Rarely,1,Very often\n"
    study = read_small(tmp_path, codebook=codebook, staff=staff)
    assert scale_scores(study).tables["internal"]["service"].tolist() == [7, 1]


def test_a_word_that_is_not_declared_is_set_aside_and_not_shown(tmp_path):
    study = read_small(tmp_path, codebook=WORDED, customers=CUSTOMERS.replace("Rarely", "Marker"))
    (entry,) = study.quarantine.to_dict("records")
    assert entry["row"] == 6
    assert entry["reason"] == (
        "the answer is not a number; correct it or declare its code in missing_codes"
    )


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("{Rarely: 0}", "answers.Rarely: 0 is outside the range 1 to 7; correct one of them."),
        (
            "{Often: 7, often: 6}",
            "answers.often: this is the same answer as 'Often', as case and spacing do not "
            "matter; keep one.",
        ),
        ("{NA: 7}, missing_codes: [NA]", "the word is also a missing code; it cannot be both."),
        ("{Often: much}", "answers.Often: expected a number here."),
        ("[Often]", "answers: expected keys with values here (key: value)."),
    ],
)
def test_words_that_cannot_be_are_refused(tmp_path, answers, message):
    codebook = CODEBOOK.replace("{items: [c1], range", f"{{items: [c1], answers: {answers}, range")
    with pytest.raises(StudyError, match=re.escape(message)) as refused:
        read_small(tmp_path, codebook=codebook)
    assert str(refused.value).startswith("study.yaml, line 11: external.scales.csat")


def test_no_ladder_has_a_word_on_two_steps():
    for ladder in LADDERS:
        words = [word for step in ladder for word in step]
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder[0][0])
def test_every_ladder_is_found_by_its_words(ladder):
    first = 0 if len(ladder) == 2 else 1
    found = number_words({"q": [step[0].upper() for step in ladder] * 3})["q"]
    assert list(found.values()) == list(range(first, first + len(ladder)))


def test_comments_are_no_answers():
    cells = ["too slow", "agree with everything", "fine", "3 - things to say: more"] * 5
    assert number_words({"comment": cells}) == {}
    assert number_words({"empty": ["", " "]}) == {}
