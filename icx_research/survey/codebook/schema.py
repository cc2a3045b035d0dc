"""Every key a codebook may hold, explained in one place.

A kind says how a value is read: ``text``, ``number``, ``share`` (a number from 0 to 1),
``count`` (a whole number), ``flag`` (true or false), ``texts`` (one text or a list),
``pair`` (two numbers), ``labelled`` (a list of names, or names with labels),
``mapping`` (names with numbers), ``choices`` (names, each with one text or a list),
``waves`` (a list of names, or names with their first and
last day), ``section`` (keys of its own), ``sections`` (names, each with keys of its own), or
the allowed words as a tuple.
"""

from dataclasses import dataclass

from icx_research.survey.codebook.examples import EXAMPLES


@dataclass(frozen=True)
class Key:
    """One key: how its value is read, what it means, whether it must be there."""

    kind: str | tuple[str, ...]
    doc: str
    required: bool = False


FILE_KEYS = {
    "file": Key(
        "text",
        "Name of the file, beside the codebook or in the data folder: CSV or other text, .xlsx, "
        ".parquet, .sav, .zsav or .dta.",
    ),
    "encoding": Key("text", "Encoding of the file; utf-8 unless stated (for example cp1252)."),
    "separator": Key("text", "Character between columns; a comma unless stated."),
    "decimal": Key((".", ","), "Decimal mark of numbers; a point unless stated."),
    "sheet": Key("text", "Sheet of an Excel workbook; needed where it has several."),
    "format": Key(("qualtrics",), "Layout of a text file with three rows of column names."),
    "unfinished": Key(
        ("keep", "drop"),
        "Whether answers that the file marks as unfinished stay; keep unless stated.",
    ),
    "where": Key(
        "choices",
        "Rows that are used: columns, each with the entry it must have, or a list of entries. "
        "Equality only; nothing is evaluated.",
    ),
}

KEYS = Key("section", "Which columns hold the keys.", required=True)
SURVEY = {
    **FILE_KEYS,
    "grain": Key(
        ("respondent", "unit"),
        "What a row is: one respondent's answers (default), or a published figure of one unit.",
    ),
    "published": Key(
        "flag", "True where the table is already public: no suppression, no rounding."
    ),
    "proxy": Key(
        "flag", "True where these scores stand in for what the claims are about; verdicts say so."
    ),
    "keys": KEYS,
    "date_format": Key(
        "text",
        'How the dates of the file are written, such as "%d.%m.%Y"; ISO 8601 (2025-03-01) unless '
        "stated.",
    ),
    "attributes": Key(
        "labelled", "Columns that describe the row (touchpoint, owner, charged); kept as text."
    ),
    "missing_codes": Key("texts", "Codes that mean 'no answer' in every scale of the file."),
    "long": Key(
        "section",
        "Where each answer has a row of its own: the columns that name the item and hold the "
        "answer.",
    ),
    "scales": Key("sections", "Scales made of items; respondent grain."),
    "scores": Key("sections", "Published scores, one per unit; unit grain."),
}

RESPONDENT = Key("text", "Who answered; without it every row is one person.")
WAVE = Key("text", "The survey wave of the row.")
WEIGHT = Key(
    "text",
    "Survey weight of the row; describes all respondents, while units are linked unweighted.",
)
DATE = Key("text", "The day of the answer; tells the wave where `waves` has dates.")

SCHEMA: dict[str, dict[str, Key]] = {
    "study": {
        "study": Key("text", "Title of the study, as it stands on every page.", required=True),
        "description": Key("text", "What the study is, in a sentence or two."),
        "source": Key("text", "Who publishes the data and where they come from."),
        "licence": Key("text", "Terms under which the data may be used."),
        "cautions": Key("texts", "What a reader must know; printed with every result."),
        "internal": Key("section", "Colleagues' ratings of the internal service.", True),
        "external": Key("section", "End customers' ratings of the units.", True),
        "employees": Key("section", "Employees about themselves and their unit."),
        "units": Key("section", "What is known of each unit."),
        "programme": Key("section", "Which programmes run in which unit."),
        "outcomes": Key("section", "Outcomes of each unit, per wave."),
        "crosswalk": Key("section", "Which client unit stands behind which serving unit."),
        "waves": Key(
            "waves",
            "The waves in order of time, or each with its first and last day; needed where their "
            "names do not tell (as 2024q4, April 2024 or WS 2024/25 do).",
        ),
        "question": Key("section", "What the study asks."),
        "same_respondents": Key(
            ("same", "different", "unknown"),
            "Whether the respondents behind both surveys are the same, where no ids tell it "
            "(published tables); unknown unless stated.",
        ),
        "link": Key("section", "Units that have no partner by design."),
        "thresholds": Key("section", "Limits other than the usual ones."),
    },
    "internal": {
        **SURVEY,
        "supplier_blocks": Key(
            "section",
            "Where one row holds the ratings of several suppliers, each in columns of its own.",
        ),
    },
    "external": SURVEY,
    "employees": SURVEY,
    "supplier_blocks": {
        "pattern": Key(
            "text",
            "How the columns are named, with {supplier} and {item} where these stand; "
            '"{supplier}_{item}" for HR_q1, IT_q1. The items of the scales are then q1, q2.',
            True,
        ),
        "suppliers": Key(
            "labelled", "The suppliers; whichever the column names tell unless stated."
        ),
    },
    "long": {
        "item": Key("text", "The column that names the item; its entries are the items.", True),
        "answer": Key("text", "The column that holds the answer, or the figure.", True),
    },
    "internal.keys": {
        "respondent": RESPONDENT,
        "client_unit": Key("text", "The unit that receives the service and rates it.", True),
        "supplier_unit": Key("text", "The unit that is rated; each respondent may rate several."),
        "wave": WAVE,
        "date": DATE,
        "weight": WEIGHT,
    },
    "external.keys": {
        "respondent": Key("text", "Which customer answered; without it every row is one person."),
        "serving_unit": Key("text", "The unit that served the customer.", True),
        "touchpoint": Key("text", "Where the customer was served; each may rate several."),
        "wave": WAVE,
        "date": DATE,
        "weight": WEIGHT,
    },
    "employees.keys": {
        "respondent": RESPONDENT,
        "unit": Key("text", "The unit the employee works in.", True),
        "wave": WAVE,
        "date": DATE,
        "weight": WEIGHT,
    },
    "units.keys": {
        "unit": Key("text", "The unit the row is about.", True),
        "wave": Key("text", "The wave the attributes belong to, where they change."),
        "organisation": Key(
            "text", "The organisation the unit belongs to, where there are several."
        ),
    },
    "programme.keys": {
        "unit": Key("text", "The unit the row is about.", True),
        "wave": Key("text", "The wave in which the programmes run or do not."),
    },
    "outcomes.keys": {
        "unit": Key("text", "The unit the row is about.", True),
        "wave": Key("text", "The wave the outcome belongs to."),
    },
    "crosswalk.keys": {
        "client_unit": Key("text", "Unit id as in the internal survey.", True),
        "serving_unit": Key("text", "Unit id as in the external survey.", True),
        "wave": Key("text", "The wave of the internal survey that the weights belong to."),
    },
    "units": {
        **FILE_KEYS,
        "keys": KEYS,
        "attributes": Key("labelled", "Columns that describe units: region, size, function."),
    },
    "programme": {
        **FILE_KEYS,
        "keys": KEYS,
        "indicators": Key(
            "labelled",
            "Columns that say whether a programme runs: 1 or 0, true or false, yes or no.",
            True,
        ),
    },
    "outcomes": {
        **FILE_KEYS,
        "published": Key("flag", "True where the table is already public."),
        "keys": KEYS,
        "scores": Key("sections", "Outcomes, one figure per unit.", True),
    },
    "crosswalk": {
        **FILE_KEYS,
        "keys": KEYS,
        "weight": Key(
            "text",
            "Share of the serving unit's customers reached through the client unit; "
            "the shares of a serving unit sum to 1 (in each wave, where keys names one).",
        ),
        "cardinality": Key(
            ("one_to_one", "one_to_many", "many_to_one", "many_to_many"),
            "How many client units (first word) stand behind how many serving units "
            "(last word); one_to_one unless stated.",
        ),
    },
    "scale": {
        "label": Key("text", "What the scale measures, as figures name it."),
        "items": Key("labelled", "The columns of the scale, or columns with their wording.", True),
        "reverse_keyed": Key("texts", "Items on which a high answer means a low score."),
        "range": Key("pair", "Lowest and highest possible answer, for example [1, 7].", True),
        "answers": Key(
            "mapping",
            "Answers that stand in the file as words, each with its number; case and spacing do "
            "not matter, and numbers in range remain answers.",
        ),
        "missing_codes": Key("texts", "Codes that mean 'no answer', besides an empty cell."),
        "kind": Key(
            ("perception", "expectation", "importance", "csat", "nps", "ces", "other"),
            "What kind of question it is; other unless stated.",
        ),
        "higher_is": Key(("better", "worse"), "What a high score means; better unless stated."),
    },
    "score": {
        "label": Key("text", "What the score is, with its unit of measurement."),
        "value": Key("text", "The column with the figure."),
        "values": Key("texts", "Columns whose mean is the score (at least half present)."),
        "shares": Key(
            "mapping",
            "Columns with the share (or per cent) of persons who chose each answer, each with the "
            "number of that answer; mean, and with n its standard error, follow.",
        ),
        "n": Key("text", "Column with the number of persons behind the figure."),
        "standard_error": Key("text", "Column with the standard error of the figure."),
        "sd": Key(
            "text",
            "Column with the standard deviation of persons; the standard error is sd / sqrt(n).",
        ),
        "metric": Key(
            ("mean", "percent", "share"),
            "mean unless stated; with percent (0-100) or share (0-1) of n persons the standard "
            "error follows from n.",
        ),
        "range": Key("pair", "Lowest and highest possible figure."),
        "missing_codes": Key("texts", "Codes that mean 'no figure', besides an empty cell."),
        "higher_is": Key(("better", "worse"), "What a high figure means; better unless stated."),
    },
    "question": {
        "internal": Key("texts", "The internal score, or several, the first being primary."),
        "external": Key("texts", "The external score, or several, the first being primary."),
        "controls": Key("texts", "Unit attributes, scores or outcomes that are held constant."),
        "subsets": Key("sections", "Groups of units looked at on their own: column and value."),
        "wave": Key("text", "The wave the answer rests on; the latest unless stated."),
    },
    "link": {
        "unlinked_client_units": Key(
            "texts", "Client units that serve no end customer; left out of the matching check."
        ),
        "unlinked_serving_units": Key(
            "texts", "Serving units without an internal survey; left out of the matching check."
        ),
    },
    "thresholds": {
        "min_persons": Key("count", "Persons behind every published figure (10; at least 5)."),
        "signed_by": Key("text", "Who answers for min_persons below 10; needed there."),
        "signed_on": Key("day", "The day of it, for example 2026-03-01."),
        "reason": Key("text", "Why figures of so few persons may be shown."),
        "min_matched": Key("share", "Share of respondents whose unit must be matched (0.95)."),
        "max_quarantined": Key("share", "Share of rows that may be quarantined (0.2)."),
        "smallest_correlation": Key("share", "Smallest unit-level correlation of interest (0.15)."),
    },
}


def explain() -> str:
    """List every section and key with its meaning, as plain text."""
    lines = []
    for name, keys in SCHEMA.items():
        lines.append(f"{name}:")
        for key, spec in keys.items():
            allowed = f" ({' | '.join(spec.kind)})" if isinstance(spec.kind, tuple) else ""
            required = " [required]" if spec.required else ""
            lines.append(f"  {key}{required}{allowed}: {spec.doc}")
    return "\n".join(lines) + EXAMPLES
