"""Which columns look like the keys of a survey: unit, respondent, supplier, wave."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import NUMBER
from icx_research.survey.codebook.document import suggestion
from icx_research.survey.drafting.files import LookedAt
from icx_research.survey.drafting.scales import COUNTED, MAX_POINTS, words_of
from icx_research.survey.drafting.words import number_words
from icx_research.survey.link.matching import bare_ids

UNIT = {"internal": "client_unit", "external": "serving_unit"}
WORDS = {
    "unit": "client_unit serving_unit unit branch department dept team location site store shop "
    "office division facility ward school hospital hotel business_unit org_unit abteilung filiale "
    "standort einheit bereich organisation organization trust niederlassung dienststelle "
    "einrichtung klinik kostenstelle kst city ort outlet clinic plant restaurant agency campus",
    "respondent": "respondent respondent_id rater person participant response_id employee staff "
    "customer guest patient client id case user uuid record pid cid cust befragte "
    "mitarbeiter kunde vp personalnummer mitarbeiternummer kundennummer personal lfdnr lfd_nr",
    "supplier_unit": "supplier_unit supplier provider service_unit rated_unit internal_service "
    "lieferant dienstleister",
    "wave": "wave survey_wave season saison round welle runde period year jahr quarter quartal "
    "survey_date wave_date semester term trimester trimestre semestre halbjahr school_year "
    "schuljahr month monat mois mes mese maand vague ola ondata golf temporada",
}
MAX_WAVES = 12
MAX_REPEATED = 0.05  # share of rows whose key may stand twice in a draft that runs
NAMED, PART = 2.0, 1.0
MAX_WORDS = 4  # longer names are sentences, which may speak of units and persons
MIN_STEM = 5
FRACTION = re.compile(r"\d[.,]\d")
LONGEST_ANSWER = 3  # digits: 100
FEWEST_SHARED = 3
MANY_UNITS = 1000  # rows up to which a table may hold one per unit
ONE_EACH = 0.7  # values per row up to which a column is no numbering of rows
MANY = 10  # units from which on the values that two columns share count fully
DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(\D.*)?$")
WHICH = re.compile(r"(^|_)(which|where|wo|welche[mnrs]?)_")  # a question after the unit
NOT_UNITS = re.compile(
    r"(^|_)(sex|gender|geschlecht|anrede|salutation|title|language|sprache|startlanguage|status"
    r"|finished|channel|device|browser|platform|age|alter|education|bildung|birth|geburtsjahr|year|jahr|zip|plz|postleitzahl|duration|dauer"
    r"|seed)(_|$)"
)


@dataclass(frozen=True)
class KeysDraft:
    """Columns that look like keys, and the questions they leave.

    Attributes
    ----------
    keys : dict of str to str
        Role to column.
    questions : tuple of str
    said : tuple of str
        Roles whose column was named, not guessed.
    """

    keys: dict[str, str]
    questions: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


def draft_keys(
    internal: LookedAt,
    external: LookedAt,
    *,
    units: Sequence[str] = (),
    respondents: Sequence[str] = (),
) -> tuple[KeysDraft, KeysDraft]:
    """Guess the keys of both surveys; the units are the two columns that agree best.

    `units` and `respondents` name columns that need not be guessed: one for both files, or that of
    the internal survey and that of the external one.

    Raises
    ------
    StudyError
        If a file has no column that could name units, or none that is named.
    """
    said = {
        role: dict(zip(UNIT, _columns_said(names, (internal, external), option), strict=True))
        for role, names, option in (
            ("unit", units, "--unit"), ("respondent", respondents, "--respondent"))
    }  # fmt: skip
    inside, outside = _units(internal, external, said["unit"])
    sets = [_filled(internal.columns[inside]), _filled(external.columns[outside])]
    with_wave = _waves(internal, external)
    drafts = []
    for file, side, unit in ((internal, "internal", inside), (external, "external", outside)):
        questions = []
        here, there = sets if side == "internal" else sets[::-1]
        if here - there and not said["unit"][side]:
            questions.append(_is_unit(unit, here, there))
        keys = {UNIT[side]: unit}
        used = {unit, *with_wave.values()}
        supplier = _best(file, "supplier_unit", used) if side == "internal" else ""
        person = (
            said["respondent"][side]
            or _best(file, "respondent", used | {supplier})
            or _first_code(file, used | {supplier})
        )
        wave = with_wave.get(side, "")
        if not wave and (unused := _best(file, "wave", used | {supplier, person})):
            questions.append(
                f"is {unused!r} a survey wave? The other file has no column with the same waves"
            )
        proposed = {"respondent": person, **keys, "supplier_unit": supplier, "wave": wave}
        chosen = {role: column for role, column in proposed.items() if column}
        if "supplier_unit" in chosen and "respondent" not in chosen:
            del chosen["supplier_unit"]
            questions.append(f"is {supplier!r} the supplier? Then name the respondent, too")
        guessed = "respondent" in chosen and not said["respondent"][side]
        if guessed and _repeated(file, list(chosen.values())) > MAX_REPEATED:
            for role in ("respondent", "supplier_unit"):
                if column := chosen.pop(role, ""):
                    questions.append(
                        f"is {column!r} the {role.replace('_', ' ')}? One key stands in many "
                        f"rows; if so, add the key {role}, and what tells these rows apart, "
                        "such as wave:"
                    )
        named = tuple(role for role, columns in said.items() if columns[side])
        drafts.append(KeysDraft(chosen, tuple(questions), named))
    return drafts[0], drafts[1]


def _columns_said(names: Sequence[str], files: Sequence[LookedAt], option: str) -> tuple[str, ...]:
    """Take the column that is named for each file; empty where none is."""
    if len(names) > len(files):
        raise StudyError(f"Give {option} once for both files, or once for each of them.")
    each = [name.strip() for name in names] * (1 if len(names) > 1 else len(files))
    known = [file.columns for file in files]
    for name, file in zip(each, files, strict=False):
        anywhere = len(names) == 1 and any(name in columns for columns in known)
        if name not in file.columns and not anywhere:
            raise StudyError(
                f"{file.path.name} has no column {name!r} to take for {option}; "
                f"{suggestion(name, file.columns)}"
            )
    return tuple(
        name if name in columns else ""
        for name, columns in zip(each or [""] * len(files), known, strict=True)
    )


def _is_unit(unit: str, here: set[str], there: set[str]) -> str:
    """Ask about a unit column whose values do not all stand in the other file."""
    other = set(bare_ids(there).values())
    alike = sum(bare in other for value, bare in bare_ids(here).items() if value not in there)
    also = f" as they are and {alike} in another spelling" if alike else ""
    return (
        f"is {unit!r} the unit? Of its {len(here)} values {len(here & there)} stand in the other "
        f"file{also}"
    )


def _filled(cells: Sequence[str]) -> set[str]:
    return {cell for cell in cells if cell.strip()}


def _first_code(file: LookedAt, used: set[str]) -> str:
    """Take the first column as the respondent where nearly each row has a code of its own."""
    column, cells = next(iter(file.columns.items()), ("", []))
    short = len(column.split()) < MAX_WORDS and column not in used
    own = len(_filled(cells)) >= (1 - MAX_REPEATED / 5) * len(cells) and not _days(cells)
    amount = COUNTED.search(words_of(column)) or any(FRACTION.search(cell) for cell in cells)
    return column if short and own and not amount else ""


def _days(cells: Sequence[str]) -> bool:
    """Tell whether most entries of a column are days or times."""
    values = _filled(cells)
    return sum(bool(DAY.match(value.strip())) for value in values) > len(values) / 2


def best_wave(file: LookedAt, used: set[str]) -> str:
    """Find the column that seems to name waves; empty where there is none."""
    return _best(file, "wave", used)


def _named(column: str, role: str) -> float:
    """Tell how much a column is named like a role."""
    words, known = words_of(column), WORDS[role].split()
    if words in known:
        return NAMED - known.index(words) / 100
    stem = _stem(words)
    if stem in known or stem in {_stem(word) for word in known}:
        return NAMED - 0.5
    short = words.count("_") < MAX_WORDS
    asked = role == "unit" and WHICH.search(words)
    return PART if (short or asked) and set(words.split("_")) & set(known) else 0.0


def _stem(words: str) -> str:
    """Leave out what names an id: store_id, filialnr, kundennummer."""
    bare = re.sub(r"_?(id|name|code|no|nr|num|nummer|number|key)$", "", words) or words
    return re.sub(r"(en|e|n)$", "", bare) if len(bare) > MIN_STEM else bare


def _best(file: LookedAt, role: str, used: set[str]) -> str:
    """Find the column named most like a role, with as many values as the role needs."""
    best, most = "", 0.0
    for column, cells in file.columns.items():
        values = {cell for cell in cells if cell.strip()}
        few = role == "wave" and (len(values) > MAX_WAVES or COUNTED.search(words_of(column)))
        if column in used or few or len(values) < (2 if role != "wave" else 1):
            continue
        score = _named(column, role)
        if role == "respondent" and score == PART and len(values) <= MAX_POINTS:
            continue  # My staff are friendly
        if role == "respondent" and score:
            score += len(values) / len(cells)
        if score > most:
            best, most = column, score
    return best


def _units(internal: LookedAt, external: LookedAt, said: Mapping[str, str]) -> tuple[str, str]:
    """Choose the pair of columns that share most values and are named like units."""
    files = (internal, external)
    candidates = [
        _unit_columns(file, other, said[side])
        for side, file, other in zip(UNIT, files, files[::-1], strict=True)
    ]
    for file, found in zip(files, candidates, strict=True):
        if not found:
            raise StudyError(_without_units(file))
    best, most = ("", ""), -1.0
    for a, (a_name, *a_values) in candidates[0].items():
        for b, (b_name, *b_values) in candidates[1].items():
            # What two values have in common says little: m and f, yes and no.
            shared = max(
                len(one & two) / max(len(one | two), MANY) for one in a_values for two in b_values
            )
            named = a_name + b_name + (0.1 if a == b else 0)
            # One name alone says little where nothing is shared: school_name beside dbn.
            score = 3 * shared + (named if shared or (a_name and b_name) else named / 2)
            if score > most:
                best, most = (a, b), score
    return best


def _without_units(file: LookedAt) -> str:
    named = [column for column in file.columns if _named(column, "unit") >= NAMED - 0.5]
    if named and len(_filled(file.columns[named[0]])) == 1:
        return (
            f"{file.place}, column {named[0]}: all rows name the same unit, so there is "
            "nothing to compare; bring together the answers of several units, at least "
            f"{MIN_LINKED_UNITS} for a verdict."
        )
    return (
        f"{file.place} has no column that could name units; add a column with the "
        "unit (branch, department) of each row, called unit, or say with --unit which column it is."
    )


def _unit_columns(
    file: LookedAt, other: LookedAt, said: str
) -> dict[str, tuple[float, set[str], set[str]]]:
    """List the columns that may name units: how much they are named so, their values and labels."""
    found, others = {}, {}
    in_words = number_words(file.columns)
    for column, cells in file.columns.items():
        filled = _filled(cells)
        values = set(bare_ids(filled).values())
        labels = file.answer_labels.get(column, {})
        meant = set(bare_ids({labels.get(value, value) for value in filled}).values())
        score = _named(column, "unit")
        if said:
            if column == said:
                found[column] = (score, values, meant)
            continue
        if not score and (NOT_UNITS.search(words_of(column)) or column in in_words):
            continue
        coded = _coded(filled) and not _days(cells)
        elsewhere = max(_named(column, role) for role in ("supplier_unit", "wave"))
        if len(values) > 1 and elsewhere < NAMED - 0.5:
            if score or (coded and len(values) <= ONE_EACH * len(cells)):
                found[column] = (score, values, meant)
            elif coded and (shared := _stand_in(filled, other)):
                others[column] = (score, values, meant)
                if any(len(set(cells)) <= ONE_EACH * len(cells) for cells in shared):
                    found[column] = others[column]
    return found if not others or _meet(found, other) else others | found


def _meet(units: Mapping[str, tuple[float, set[str], set[str]]], other: LookedAt) -> bool:
    """Tell whether half of the values of a column stand in the other file, however spelled."""
    known = [
        set(bare_ids(_filled(cells)).values())
        for cells in other.columns.values()
        if len(set(cells)) <= ONE_EACH * len(cells) or len(cells) <= MANY_UNITS
    ]
    return any(2 * len(values & one) >= len(values) for _, values, _ in units.values()
               for one in known)  # fmt: skip


def _stand_in(values: set[str], other: LookedAt) -> list[list[str]]:
    """Find the columns of the other file in which at least half of the values stand."""
    if len(values) < FEWEST_SHARED:
        return []
    return [
        cells
        for cells in other.columns.values()
        if 2 * len(values.intersection(cells)) >= len(values)
    ]


def _coded(values: set[str]) -> bool:
    """Tell whether most entries are words, or numbers too long to be answers."""
    plain = [value.strip() for value in values]
    hits = sum(
        not NUMBER.fullmatch(value) or (value.isdigit() and len(value) > LONGEST_ANSWER)
        for value in plain
    )
    return hits > len(plain) / 2


def _waves(internal: LookedAt, external: LookedAt) -> dict[str, str]:
    """Name the wave columns where both files have one with a value in common."""
    inside, outside = _best(internal, "wave", set()), _best(external, "wave", set())
    if not inside or not outside:
        return {}
    values = [
        {cell for cell in file.columns[column] if cell.strip()}
        for file, column in ((internal, inside), (external, outside))
    ]
    return {"internal": inside, "external": outside} if values[0] & values[1] else {}


def _repeated(file: LookedAt, columns: Sequence[str]) -> float:
    keys = list(zip(*(file.columns[column] for column in columns), strict=True))
    return 1 - len(set(keys)) / len(keys)
