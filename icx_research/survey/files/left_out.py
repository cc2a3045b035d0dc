"""Rows that are no answers: previews and tests of a questionnaire, and answers nobody finished."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.tables import DRAFT, TextTable

SHOWN_ROWS = 20
# Columns in which survey programs say how a row came about, by the words of their name.
STATUS = set("status state estado statut stato etat antworttyp type typ tipo mode modus channel "
             "collector distribution distributionchannel".split())  # fmt: skip
FLAG = re.compile(
    r"(is_?)?(test|preview|vorschau|dummy|pretest)(_?(response|record|case|entry|mode|run|survey"
    r"|flag|data|daten|antwort|fall|modus))?"
)
FINISHED = set("finished complete completed completion submitted beendet abgeschlossen vollständig "
               "fertig completado completo finalizado terminé termine complet completato voltooid "
               "afgerond slutförd fuldført fullført ukończone ukończona".split())  # fmt: skip
BESIDE = set("is response survey status questionnaire interview form record state umfrage antwort "
             "fragebogen befragung encuesta enquête enquete sondage".split())  # fmt: skip
PROGRESS = re.compile(r"(survey_)?(progress|fortschritt|progreso|progression|progresso|voortgang)")
SUBMITTED = re.compile(
    r"(submitdate|submit_date|date_submitted|submitted_(at|on)|completed_(at|on)|date_completed"
    r"|completion_(time|date)|datum_abgeschickt|abgeschickt_am|abschlusszeit"
    r"|fertigstellungszeit)(_.*)?"
)
TRIED = re.compile(
    r".*(preview|vorschau|aperçu|vista previa|anteprima|prévisualisation|pré-visualização"
    r"|voorbeeldweergave|förhandsgransk|forhåndsvis|podgląd).*"
    r"|(survey[ -]?|umfrage[ -]?|response[ -]?|pre-?)?test(s|ing|daten|antwort(en)?|svar|fall"
    r"|[ -](data|response|mode|record|case|entry|run|link))?|prueba|prova|teste"
)
PARTIAL = re.compile(
    r"(in|not |un)complet(e|ed|o|a)?|incompl[eè]te?|partial(ly)?( completed?| response)?"
    r"|partiel(le)?|parcial|parziale|unvollständig|teilweise( ausgefüllt)?|abgebrochen"
    r"|nicht (abgeschlossen|beendet)|in progress|in bearbeitung|started|break-?off|drop-?out"
    r"|screened? ?out|disqualified|over ?quota|suspended|onvolledig|gedeeltelijk"
    r"|ofullständig|delvis( .*)?|ufuldstændig|niekompletn[ea]|częściow[oa]"
)
YES = set("1 1.0 true yes y x ja oui sí si sì sim tak wahr vrai verdadero test preview".split())
NO = set("0 0.0 false no n nein non nee nej nei nie não nao falsch faux falso onwaar".split())
# The column Status of Qualtrics as numbers.
TRIED_CODES, SPAM = {"1", "2", "17"}, {"spam", "8"}


def tells_status(label: str) -> bool:
    """Tell by its name whether a column may say that a row is no finished answer."""
    words = _words(label)
    return bool(
        STATUS & set(words.split("_"))
        or _is_finished(words)
        or any(shape.fullmatch(words) for shape in (FLAG, PROGRESS, SUBMITTED))
    )


def status_columns(labels: Sequence[str], source: Source) -> list[str]:
    """Choose the columns that may say so; those a codebook declares mean what it says."""
    declared = set() if source.name == DRAFT or source.format else set(source.columns)
    once = [label for label in labels if labels.count(label) == 1]
    return [label for label in once if label not in declared and tells_status(label)]


def without_tests(table: TextTable, *, file: str, source: Source) -> TextTable:
    """Leave out previews and tests, and unfinished answers where the codebook asks for it.

    Raises
    ------
    StudyError
        If nothing else is in the file.
    """
    numbered = source.format == "qualtrics" or {"ResponseId", "Status"} <= set(table.labels)
    log, gone = [], set()
    tried = _rows_with(table, partial(_tried, numbered=numbered))
    if tried:
        log.append(f"{file}: {_rows(tried)} left out: previews or tests of the questionnaire.")
        gone |= set(tried)
    spam = _rows_with(table, partial(_spam, numbered=numbered))
    if spam := [row for row in spam if row not in gone]:
        log.append(f"{file}: {_rows(spam)} marked as spam by Qualtrics, but kept.")
    left = _unfinished(table)
    if (left := [row for row in left if row not in gone]) and source.unfinished == "drop":
        log.append(f"{file}: {_rows(left)} left out: unfinished, as the codebook asks.")
        gone |= set(left)
    elif left:
        log.append(f"{file}: {_rows(left)} unfinished, but kept; unfinished: drop leaves them out.")
    if not gone:
        return replace(table, log=(*log, *table.log))
    if gone >= set(table.rows):
        raise StudyError(
            f"{file} holds previews, tests or unfinished answers only; export it again with the "
            "answers of respondents."
        )
    keep = [row not in gone for row in table.rows]
    return replace(
        table,
        frame=table.frame[keep].reset_index(drop=True),
        rows=[row for row, kept in zip(table.rows, keep, strict=True) if kept],
        log=(*log, *table.log),
    )


def _rows_with(
    table: TextTable, marked: Callable[[str, Sequence[str]], Sequence[bool]]
) -> list[int]:
    """List the rows that any of the columns marks, in the order of the file."""
    hits = [marked(name, cells) for name, cells in table.status.items()]
    return [row for row, *cells in zip(table.rows, *hits, strict=True) if any(cells)]


def _tried(name: str, cells: Sequence[str], *, numbered: bool) -> list[bool]:
    words = _words(name)
    if FLAG.fullmatch(words) and {_fold(cell) for cell in cells} - {""} <= YES | NO:
        return [_fold(cell) in YES for cell in cells]
    codes = TRIED_CODES if numbered and name == "Status" else set()
    if not STATUS & set(words.split("_")):
        return [False] * len(cells)
    return [_fold(cell) in codes or bool(TRIED.fullmatch(_fold(cell))) for cell in cells]


def _spam(name: str, cells: Sequence[str], *, numbered: bool) -> list[bool]:
    return [numbered and name == "Status" and _fold(cell) in SPAM for cell in cells]


def _unfinished(table: TextTable) -> list[int]:
    """List unfinished answers: by word, else by a progress below 100 or a missing submission."""
    for marked in (_said_unfinished, _below_100, _not_submitted):
        if rows := _rows_with(table, marked):
            return rows
    return []


def _said_unfinished(name: str, cells: Sequence[str]) -> list[bool]:
    words = _words(name)
    status = bool(STATUS & set(words.split("_")))
    finished = _is_finished(words)
    return [
        (finished and _fold(cell) in NO)
        or ((finished or status) and bool(PARTIAL.fullmatch(_fold(cell))))
        for cell in cells
    ]


def _below_100(name: str, cells: Sequence[str]) -> list[bool]:
    shares = [cell.strip().removesuffix("%").strip() for cell in cells]
    whole = all(share.isdecimal() for share in shares if share) and "100" in shares
    if not PROGRESS.fullmatch(_words(name)) or not whole:
        return [False] * len(cells)
    return [bool(share) and int(share) < 100 for share in shares]


def _not_submitted(name: str, cells: Sequence[str]) -> list[bool]:
    given = [bool(cell.strip()) for cell in cells]
    known = SUBMITTED.fullmatch(_words(name)) and any(given)
    return [bool(known) and not filled for filled in given]


def _is_finished(words: str) -> bool:
    parts = set(words.split("_"))
    return bool(parts & FINISHED) and parts <= FINISHED | BESIDE


def _words(label: str) -> str:
    split = re.sub(r"(?<=[a-zäöü])(?=[A-Z])", "_", label.strip())
    return re.sub(r"[\W_]+", "_", split.casefold()).strip("_")


def _fold(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _rows(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:SHOWN_ROWS]))
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"row {shown}" if len(rows) == 1 else f"{len(rows)} rows ({shown}{more})"
