"""Tables with one row per unit: which columns look like published scores."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from icx_research.survey.drafting.files import LookedAt
from icx_research.survey.drafting.keys import best_wave
from icx_research.survey.drafting.scales import free_name, read_numbers, words_of
from icx_research.survey.drafting.wave_columns import last_wave

FEWEST_UNITS = 8
ONCE = 0.95  # share of the rows whose unit (and wave) stands in no other row
MOST_SCORES = 40  # scores that are drafted; more are named
COUNT = re.compile(
    r"(^|_)(n|base|count|counts|respondents?|responses?|answered|answers|participants|sample(_size)?"
    r"|returned|completed|nobs|anzahl|befragte|teilnehmer|antworten|repondants|reponses|encuestados"
    r"|respuestas|rispondenti|risposte|respondenten|respondentes)(_|$)"
)
ERROR = re.compile(r"(^|_)(se|sem|std_?err(or)?|standard_error|cond_?sd|standardfehler)(_|$)")
SPREAD = re.compile(
    r"(^|_)(sd|std|st_?dev|stdev|std_dev|standard_deviation|standardabweichung|ecart_type)(_|$)"
)
PERCENT = re.compile(
    r"(^|_)(pct|perc|percent|percentage|prozent|proportion|share|anteil|quote|rate|pos|positive"
    r"|top_?(2_?|two_?)?box|pourcentage|porcentaje|percentuale|percentagem)(_|$)"
)
VALUE = re.compile(r"(^|_)(mean|score|value|avg|average|mittelwert|moyenne|media|gemiddelde)(_|$)")
NO_FIGURE = re.compile(
    r"(^|_)(id|code|lat|lon|latitude|longitude|phone|postcode)(_|$)"
    r"|^(year|jahr|annee|month|quarter|wave|weight|index|nr|no|number)$"
    r"|^(district|rank|beds|staff|headcount|enrol?lment|population|employees)(_total)?$"
)


@dataclass(frozen=True)
class ScoreDraft:
    """A column that looks like a published score, with the columns that describe it.

    Attributes
    ----------
    name, value : str
    metric : str
        "mean", "percent" or "share".
    n, standard_error, sd : str
        Columns; empty where there is none.
    """

    name: str
    value: str
    metric: str = "mean"
    n: str = ""
    standard_error: str = ""
    sd: str = ""

    @property
    def items(self) -> tuple[str, ...]:
        """The column, as scales name theirs."""
        return (self.value,)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the score reads."""
        return tuple(c for c in (self.value, self.n, self.standard_error, self.sd) if c)


def chosen_wave(file: LookedAt, unit: str, wave: str) -> dict[str, str] | None:
    """Tell whether a file has one row per unit, and which wave must be chosen for that.

    Parameters
    ----------
    file : LookedAt
    unit, wave : str
        Columns; `wave` is empty where the other file has no such waves.

    Returns
    -------
    dict of str to str, or None
        None where units have many rows. A column with the latest of its waves where units have a
        row in each, and the other file names no waves; else empty.
    """
    cells = file.columns[unit]
    if len(cells) < FEWEST_UNITS:
        return None
    own = "" if wave else best_wave(file, {unit})
    for by in (wave, own):
        keys = list(zip(cells, file.columns[by] if by else cells, strict=True))
        if len(set(keys)) >= ONCE * len(keys):
            if not own or by != own or len(set(cells)) >= ONCE * len(cells):
                return {}
            return {
                own: last_wave(sorted({name for name in map(str.strip, file.columns[own]) if name}))
            }
    return None


def of_wave(file: LookedAt, where: Mapping[str, str]) -> LookedAt:
    """Look at the rows of the chosen wave only."""
    if not where:
        return file
    ((column, wave),) = where.items()
    keep = [cell.strip() == wave for cell in file.columns[column]]
    columns = {name: [cell for cell, use in zip(cells, keep, strict=True) if use]
               for name, cells in file.columns.items()}  # fmt: skip
    return replace(file, columns=columns)


def draft_scores(
    file: LookedAt, *, keys: Collection[str], taken: Iterable[str]
) -> list[ScoreDraft]:
    """Take the columns of figures as scores, each with its count and its error if it has any."""
    figures = {
        name: numbers
        for name, cells in file.columns.items()
        if name not in keys and (numbers := read_numbers(cells, file.decimal, {})) is not None
    }
    roles = {name: _role(name, numbers) for name, numbers in figures.items()}
    used, drafts = set(taken), []
    for name, numbers in figures.items():
        varies = numbers.min() < numbers.max()
        words = words_of(name)
        if roles[name] or not varies or NO_FIGURE.search(words):
            continue
        beside = {role: _companion(name, role, roles) for role in ("n", "standard_error", "sd")}
        drafts.append(ScoreDraft(
            name=free_name(name, "unit", used), value=name, metric=_metric(words, numbers), **beside
        ))  # fmt: skip
    return drafts


def _role(name: str, numbers: pd.Series) -> str:
    """Say which column describes a score: a count of persons, an error, a spread."""
    words, given = words_of(name), numbers.dropna()
    whole = (given % 1 == 0).all() and (given >= 0).all()
    if PERCENT.search(words):
        return ""
    if COUNT.search(words) and whole:
        return "n"
    for role, named in (("standard_error", ERROR), ("sd", SPREAD)):
        if named.search(words) and (given >= 0).all():
            return role
    return ""


def _companion(score: str, role: str, roles: Mapping[str, str]) -> str:
    """Find the column that describes a score: of the same stem, else the only one of its role."""
    stems = {_bare(score, VALUE, PERCENT), words_of(score)}
    columns = [name for name, found in roles.items() if found == role]
    same = [name for name in columns if _bare(name, COUNT, ERROR, SPREAD) in stems - {""}]
    general = [name for name in columns if not _bare(name, COUNT, ERROR, SPREAD)]
    scores = [name for name, found in roles.items() if not found]
    taken = {_bare(name, VALUE, PERCENT) for name in scores}
    alone = len(columns) == 1 and _bare(columns[0], COUNT, ERROR, SPREAD) not in taken
    only = columns if alone and (role == "n" or len(scores) == 1) else []
    return next(iter([*same, *(general if role == "n" or len(scores) == 1 else []), *only]), "")


def _bare(name: str, *marks: re.Pattern[str]) -> str:
    """Leave out of a name what says which figure it is."""
    words = words_of(name)
    for mark in marks:
        words = mark.sub("_", words).strip("_")
    return words


def _metric(words: str, numbers: pd.Series) -> str:
    """Tell a percentage and a share by name and size."""
    inside = numbers.min() >= 0 and numbers.max() <= 100
    if not PERCENT.search(words) or not inside:
        return "mean"
    return "share" if numbers.max() <= 1 else "percent"
