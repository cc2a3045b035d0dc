"""When a period lies that a wave is named by: month, quarter, season, term, school year, day.

English, German, French, Spanish, Italian, Dutch, Portuguese, Polish and Scandinavian words, without
marks above letters. Nothing is guessed: a name that reads in two ways is read in both.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

MONTHS = (
    "january jan januar janvier janv enero ene gennaio gen janeiro januari janner styczen",
    "february feb februar fevrier fevr fev febrero febbraio fevereiro februari feber luty",
    "march mar marz maerz mrz mars marzo marco maart mrt marts marzec",
    "april apr avril avr abril abr aprile kwiecien",
    "may mai mayo maggio mag maio mei maj",
    "june jun juni juin junio giugno giu junho czerwiec",
    "july jul juli juillet juil julio luglio lug julho lipiec",
    "august aug aout agosto ago augustus augusti sierpien",
    "september sep sept septembre septiembre settembre set setembro wrzesien",
    "october oct oktober okt octobre octubre ottobre ott outubro out pazdziernik",
    "november nov novembre noviembre novembro listopad",
    "december dec dezember dez decembre diciembre dic dicembre dezembro grudzien",
)
SEASONS = (
    "spring fruhling fruhjahr fruhjahrs fruehling fruehjahr printemps primavera lente voorjaar var "
    "forar wiosna",
    "summer sommer ss sose so ete verano estate zomer verao lato",
    "autumn fall herbst automne otono autunno herfst outono najaar host efterar jesien",
    "winter ws wise wi hiver invierno inverno vinter zima",
)
# Terms of a school year by name, with the twelfths of its first year that have passed.
TERMS = {"michaelmas": 9, "hilary": 12, "lent": 12, "trinity": 15, "easter": 15}
WINTER_TERM = {"ws", "wise", "wi"}
PARTS = {  # of a year, each with a number from 1; how many there are at most
    "month": (12, "m mo month monat mois mes mese maand mnd \u6708 \uc6d4"),
    "quarter": (4, "q qtr quarter quartal quartals trimestre trim kwartaal kvartal t k "
                   "\u56db\u534a\u671f \u5b63\u5ea6 \ubd84\uae30"),
    "half": (2, "h hy half halfyear halbjahr hj semestre semester sem s halfjaar halvar"),
    "term": (4, "term trimester tertial cuatrimestre quadrimestre"),
    "week": (53, "w wk week kw woche semaine semana settimana"),
}  # fmt: skip
FIRST_TO_FOURTH = (
    "first erste erstes erster premier premiere primer primero primera primo prima primeiro "
    "primeira eerste i 1st",
    "second zweite zweites zweiter deuxieme segundo segunda secondo seconda tweede ii",
    "third dritte drittes dritter troisieme tercer tercero tercera terzo terza terceiro derde iii",
    "fourth vierte viertes vierter quatrieme cuarto cuarta quarto quarta vierde iv",
)
FILLERS = set(
    "of de du des der da do the la le el del di d l and und et y e en in im st nd rd th er re eme "
    "a o fy ay sy gj year jahr schuljahr ano annee anno jaar schooljaar rok year academic fiscal "
    "financial school scolaire curso escolar akademisches studienjahr geschaftsjahr".split()
) | {"\u5e74", "\u7b2c", "\ub144", "\uc81c"}  # year and number in Chinese, Japanese, Korean
SCHOOL_YEAR = 8 / 12  # of the first of two years, when the second follows
JOINED = re.compile(r"(.{3,}?)s?(semester|trimester|quartal|halbjahr)")

MONTH_OF = {word: at for at, words in enumerate(MONTHS) for word in words.split()}
SEASON_OF = {word: at for at, words in enumerate(SEASONS) for word in words.split()}
PART_OF = {word: part for part, (_, words) in PARTS.items() for word in words.split()}
NUMBER_OF = {word: at for at, words in enumerate(FIRST_TO_FOURTH, 1) for word in words.split()}
PERIOD_WORDS = {*MONTH_OF, *SEASON_OF, *PART_OF, *NUMBER_OF, *TERMS, *FILLERS}


class Reading(NamedTuple):
    """How names are read that can be read in two ways; the same for all names of a study."""

    day_first: bool = True
    winter_last: bool = True
    months: bool = True  # 2011-12 is December, not a school year


def without_marks(text: str) -> str:
    """Leave out the marks above and below letters."""
    plain = unicodedata.normalize("NFKD", text).replace("ł", "l")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words_of_period(name: str) -> list[str]:
    """Split a name into numbers and words, in small letters without marks; 202403 is 2024 3."""
    plain = without_marks(name.casefold())
    plain = re.sub(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(?!\d)", r"\1 \2", plain)
    plain = re.sub(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)", r"\1 \2 \3", plain)
    found: list[str] = []
    for word in re.findall(r"\d+|[^\W\d_]+", unicodedata.normalize("NFC", plain)):
        joined = JOINED.fullmatch(word)
        found += [joined[1], joined[2]] if joined and joined[1] in SEASON_OF else [word]
    return found


def position(words: Sequence[str], reading: Reading) -> float | None:
    """Place a period in time, in years; None where its words do not tell it.

    Examples
    --------
    >>> position(words_of_period("2nd quarter 2024"), Reading())
    2024.25
    >>> position(words_of_period("WS 2024/25"), Reading())
    2024.75
    """
    plain = [str(NUMBER_OF.get(word, word)) for word in words if word not in FILLERS]
    named = [word for word in plain if not word.isdigit()]
    if any(word not in PERIOD_WORDS for word in named):
        return None
    numbers = [word for word in plain if word.isdigit()]
    season = [word for word in named if word in SEASON_OF]
    part = [word for word in named if word in PART_OF]
    months = [word for word in named if word in MONTH_OF]
    terms = [word for word in named if word in TERMS]
    if season or terms:
        years = _years(numbers, short=True)
        if years is None or months or len(season) + len(terms) > 1:
            return None
        return _term(terms[0], years) if terms else _season(season[0], years, part, reading)
    if months:
        return _month(months, numbers) if not part else None
    if part:
        return _part(part, plain, numbers)
    return _figures(numbers, reading)


def _years(numbers: Sequence[str], *, short: bool) -> tuple[int, bool] | None:
    """Read one year, or two that follow each other: the first, and whether there are two."""
    if not numbers or len(numbers) > 2:
        return None
    first, *second = numbers
    if not (len(first) == 4 or (short and len(first) == 2)):
        return None
    year = int(first) if len(first) == 4 else 2000 + int(first)
    if not 1900 <= year < 2100:
        return None
    if not second:
        return year, False
    follows = int(second[0]) in (year + 1, (year + 1) % 100) and len(second[0]) in (2, 4)
    return (year, True) if follows else None


def _term(term: str, years: tuple[int, bool]) -> float:
    passed = TERMS[term] / 12
    return years[0] + passed - (passed >= 1 and not years[1])


def _season(
    season: str, years: tuple[int, bool], part: Sequence[str], reading: Reading
) -> float | None:
    """Place a season; of two years, autumn and winter belong to the first."""
    at = SEASON_OF[season]
    german_winter = season in WINTER_TERM or (season == "winter" and "semester" in part)
    if at == 3 and not years[1] and not german_winter and not reading.winter_last:
        return float(years[0])
    start = (0.2, 0.4, 0.65, 0.75)[at] if at != 3 or german_winter else 0.9
    return years[0] + start + (years[1] and at < 2)


def _month(months: Sequence[str], numbers: Sequence[str]) -> float | None:
    """Place a month, with its day where one is named."""
    if len(months) > 1:
        return None
    month = MONTH_OF[months[0]]
    long = [word for word in numbers if len(word) == 4]
    days = [word for word in numbers if len(word) < 4]
    if len(long) == 1 and len(days) < 2:
        return _day(int(long[0]), month + 1, int(days[0]) if days else 1)
    if not long and len(days) in (1, 2) and len(days[-1]) == 2:
        return _day(2000 + int(days[-1]), month + 1, int(days[0]) if len(days) == 2 else 1)
    return None


def _part(part: Sequence[str], plain: Sequence[str], numbers: Sequence[str]) -> float | None:
    """Place a quarter, half-year, term, week or month with a number of its own."""
    if len(part) > 1:
        return None
    at, most = plain.index(part[0]), PARTS[PART_OF[part[0]]][0]
    beside = [i for i in (at + 1, at - 1) if 0 <= i < len(plain) and plain[i].isdigit()]
    for i in beside:
        number, others = int(plain[i]), [w for j, w in enumerate(plain) if j != i and w.isdigit()]
        years = _years(others, short=True)
        if len(plain[i]) <= 2 and 1 <= number <= most and years:
            return years[0] + (SCHOOL_YEAR if years[1] else 0) + (number - 1) / most
    return None


def _figures(numbers: Sequence[str], reading: Reading) -> float | None:
    """Place a year, a school year, a month or a day that is written in figures only."""
    years = _years(numbers, short=False)
    as_month = _in_figures(numbers, reading) if len(numbers) > 1 else None
    if years and years[1] and (as_month is None or not reading.months):
        return years[0] + SCHOOL_YEAR
    return float(years[0]) if years and not years[1] else as_month


def _in_figures(numbers: Sequence[str], reading: Reading) -> float | None:
    """Place a month or day in figures: the year stands first or last."""
    if len(numbers) > 3:
        return None
    values = [int(word) for word in numbers]
    if len(numbers[0]) == 4:
        year, rest = values[0], values[1:]
    elif len(numbers[-1]) == 4:
        year, rest = values[-1], values[:-1]
        rest = rest[::-1] if reading.day_first else rest
    else:
        return None
    return _day(year, *rest)


def _day(year: int, month: int, day: int = 1) -> float | None:
    try:
        first, one = dt.date(year, 1, 1), dt.date(year, month, day)
    except ValueError:
        return None
    return year + (month - 1) / 12 if day == 1 else year + (one - first).days / 366
