"""Names of waves that tell when they were, in several languages; and names that do not."""

import itertools

import pytest

from icx_research.survey.codebook.wave_order import certain_order, in_time

IN_ORDER = [
    # months
    ("February 2024", "April 2024"),
    ("Dezember 2023", "März 2024", "April 2024"),
    ("févr. 2024", "avril 2024", "août 2024"),
    ("diciembre 2023", "abril de 2024", "agosto de 2024"),
    ("gennaio 2024", "aprile 2024"),
    ("mei 2024", "augustus 2024", "oktober 2024"),
    ("março 2024", "agosto 2024", "dezembro 2024"),
    ("Feb-24", "Apr-24", "Jan-25"),
    ("2024 Mai", "2024 Oktober"),
    ("2024m2", "2024m10", "2025m1"),
    ("9/2023", "10/2023", "02/2024"),
    ("202312", "202402"),
    ("2023-11", "2023-12", "2024-01"),
    ("2024年3月", "2024年11月"),
    ("Survey of April 2024", "Survey of August 2024"),
    # quarters, half-years, weeks
    ("2024q4", "2025q1"),
    ("Q4 2024", "Q1 2025"),
    ("4. Quartal 2024", "1. Quartal 2025"),
    ("4e trimestre 2024", "1er trimestre 2025"),
    ("fourth quarter 2023", "first quarter 2024"),
    ("T4 2024", "T1 2025"),
    ("Q3 FY24", "Q1 FY25"),
    ("H2 2023", "H1 2024"),
    ("2. Halbjahr 2023", "1. Halbjahr 2024"),
    ("2º semestre 2023", "1º semestre 2024"),
    ("II 2023 halbjahr", "I 2024 halbjahr"),
    ("KW 50 2023", "KW 9 2024"),
    # seasons, terms, school years
    ("Spring 2024", "Autumn 2024"),
    ("Herbst 2024", "Frühjahr 2025"),
    ("printemps 2024", "été 2024", "automne 2024"),
    ("primavera 2024", "otoño 2024"),
    ("primavera 2024", "autunno 2024"),
    ("voorjaar 2024", "najaar 2024"),
    ("Winter 2023", "Summer 2024"),
    ("Spring 2024", "Fall 2024", "Spring 2025"),
    ("SS 2024", "WS 2024/25", "SS 2025", "WS 2025/26"),
    ("Sommersemester 2024", "Wintersemester 2024/25"),
    ("WiSe 2023/24", "SoSe 2024"),
    ("Autumn term 2023/24", "Spring term 2023/24", "Summer term 2023/24"),
    ("Michaelmas 2023", "Hilary 2024", "Trinity 2024"),
    ("Term 3 2023", "Term 1 2024"),
    ("2022/23", "2023/24"),
    ("Schuljahr 2023/24", "Schuljahr 2024/25"),
    ("2011-12", "2012-13"),
    ("2. Halbjahr 2022/23", "1. Halbjahr 2023/24"),
    # days
    ("2.9.2023", "15.03.2024"),
    ("15 March 2024", "2 September 2024"),
    ("3/15/2024", "9/2/2024"),
    ("15/03/2024", "02/09/2024"),
    ("20231105", "20240311"),
    # without a date
    ("W2", "W10"),
    ("wave A", "wave B"),
    ("before", "after"),
    ("pre", "post"),
    ("vorher", "nachher"),
    ("Baseline", "Follow-up", "Follow-up 2"),
    ("1 pilot", "2 main"),
    ("main study 2023", "repeat of 2024"),
]


@pytest.mark.parametrize("names", IN_ORDER, ids=", ".join)
def test_names_that_tell_the_time_are_put_in_its_order(names):
    for mixed in itertools.permutations(names):
        assert certain_order(mixed) == list(names)
        assert in_time(mixed) == list(names)


@pytest.mark.parametrize(
    "names",
    [
        ("again", "pilot"),
        ("north", "south"),
        ("November", "February"),  # of which years?
        ("Spring", "Autumn"),
        ("Winter 2024", "Summer 2024"),  # January or December?
        ("02/03/2024", "03/02/2024"),  # day or month first?
        ("2024", "Q1 2024"),
        ("2024a", "2024"),
        ("trial 2024", "main 2024"),
    ],
    ids=", ".join,
)
def test_an_order_that_cannot_be_told_is_not_made_up(names):
    for mixed in itertools.permutations(names):
        assert certain_order(mixed) is None
        assert sorted(in_time(mixed)) == sorted(names)
