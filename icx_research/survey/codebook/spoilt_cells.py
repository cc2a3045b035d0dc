"""Entries that a spreadsheet or a person has spoilt: dates made of 1-5, % signs, two answers."""

import re

PERCENT = re.compile(r"[+-]?\d+([.,]\d+)?[ \u00a0\u202f]?%")
# Months of the languages whose files were seen; spreadsheets shorten them to three letters or more.
MONTHS = """
january february march april may june july august september october november december
januar februar märz mrz mai juni juli oktober dezember jänner feber
janvier février mars avril juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
januari februari maart mrt mei augustus augusti maj
janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
marts desember styczeń luty marzec kwiecień czerwiec lipiec sierpień wrzesień październik
listopad grudzień
""".split()
WITH_MONTH = re.compile(
    r"\d{1,2}(?:-|/|\.|\. )(?P<after>[^\W\d_]{3,})\.?(?:[-/. ]{1,2}\d\d(?:\d\d)?)?"  # 5-Jan
    r"|(?P<before>[^\W\d_]{3,})\.?[-/ .]\d\d(?:\d\d)?"  # Jan-05
)
IN_FIGURES = re.compile(
    r"((19|20)\d\d-\d{1,2}-\d{1,2}|\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)(19|20)?\d\d"
    r"|\d{1,2}月\d{1,2}日)([ T]\d{1,2}:\d\d(:\d\d(\.\d+)?)?)?"
)
DATE_MADE = (
    "looks like a date made by a spreadsheet from an entry such as 1-5; give the column the format "
    "Text and enter it again"
)
MARKED_TWICE = re.compile(r"(\d{1,2})((?:[,;&+/]| and | und )\s?\d{1,2})+")


def spreadsheet_date(word: str) -> bool:
    """Tell whether an entry is what spreadsheets make of 1-5 or 3/4.

    Examples
    --------
    >>> [spreadsheet_date(word) for word in ("5-Jan", "02. Mai", "Mar-05", "2025-05-01")]
    [True, True, True, True]
    >>> [spreadsheet_date(word) for word in ("5-good", "3-maybe", "1-5", "HAM-02")]
    [False, False, False, False]
    """
    if IN_FIGURES.fullmatch(word):
        return True
    match = WITH_MONTH.fullmatch(word)
    if match is None:
        return False
    named = (match["after"] or match["before"]).casefold()
    return any(month.startswith(named) for month in MONTHS)


def two_answers(word: str, response_range: tuple[float, float]) -> bool:
    """Tell whether an entry seems to hold several answers of a scale, each of another value.

    A fraction of five, as in 6,5, is rather a decimal mark unless it is the next answer.

    Examples
    --------
    >>> [two_answers(word, (1, 7)) for word in ("4,5", "2;3", "5,4", "1,2,3")]
    [True, True, True, True]
    >>> [two_answers(word, (1, 7)) for word in ("6,5", "4,9", "4,4", "45")]
    [False, False, False, False]
    """
    if not MARKED_TWICE.fullmatch(word):
        return False
    given = [int(part) for part in re.findall(r"\d+", word)]
    half = "," in word and len(given) == 2 and given[1] == 5 and given[0] != 4
    low, high = response_range
    return not half and len(set(given)) > 1 and all(low <= one <= high for one in given)
