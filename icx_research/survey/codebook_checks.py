"""Names and codes of a codebook that would mean two things at once."""

from collections.abc import Mapping

from icx_research.survey.codebook import Measure, Question, Scale, Source, fold_answer
from icx_research.survey.document import Place, suggestion

# Columns of the tables that are made of the files: nothing else may have these names.
RESERVED = (
    "respondent", "client_unit", "serving_unit", "unit", "supplier_unit", "wave", "n_client_units",
)  # fmt: skip


def check_distinct(place: Place, keys: Mapping[str, str]) -> None:
    """Refuse a column that stands for two keys."""
    roles = list(keys)
    for at, role in enumerate(roles):
        column = keys[role]
        same = [other for other in roles[at + 1 :] if keys[other] == column]
        if same:
            place.find(same[0]).fail(
                f"column {column!r} stands for {role} already; name another column."
            )


def check_codes(place: Place, codes: tuple[str, ...], limits: tuple[float, float]) -> None:
    """Refuse a missing code that is a possible answer: real answers would vanish."""
    for code in codes:
        try:
            value = float(code)
        except ValueError:
            continue
        if limits[0] <= value <= limits[1]:
            place.find("missing_codes").fail(
                f"the missing code {code!r} is also a possible answer (range {limits[0]:g} to "
                f"{limits[1]:g}); correct one of them, or declare the code for single scales."
            )


def check_answers(
    place: Place,
    answers: Mapping[str, float],
    codes: tuple[str, ...],
    limits: tuple[float, float],
) -> None:
    """Refuse answers in words that are no answers of the scale, or stand for two things."""
    seen: dict[str, str] = {}
    for word, value in answers.items():
        folded = fold_answer(word)
        if not limits[0] <= value <= limits[1]:
            place.find("answers", word).fail(
                f"{value:g} is outside the range {limits[0]:g} to {limits[1]:g}; correct one of "
                "them."
            )
        if folded in seen:
            place.find("answers", word).fail(
                f"this is the same answer as {seen[folded]!r}, as case and spacing do not matter; "
                "keep one."
            )
        if folded in {fold_answer(code) for code in codes}:
            place.find("answers", word).fail("the word is also a missing code; it cannot be both.")
        seen[folded] = word


def check_measures(sources: Mapping[str, Source], places: Mapping[str, Place]) -> None:
    """Refuse names that would stand for two things in the tables to come."""
    owner: dict[str, str] = dict.fromkeys(RESERVED, "icx_research itself")
    for source in sources.values():
        place = places[source.name]
        for name in source.attributes:
            _claim(place.find("attributes", name), name, source, owner)
        for name, measure in source.measures.items():
            at = place.find("scales" if isinstance(measure, Scale) else "scores", name)
            _claim(at, name, source, owner)
            _claim(at, f"{name}_n", source, owner)
            _claim(at, f"{name}_se", source, owner)
            for column in measure.items if isinstance(measure, Scale) else measure.columns:
                _check_column(at, column, measure, source)


def _claim(place: Place, name: str, source: Source, owner: dict[str, str]) -> None:
    if name in owner:
        place.fail(
            f"the name {name!r} is taken by {owner[name]}; choose another, names are unique."
        )
    owner[name] = source.name


def _check_column(place: Place, column: str, measure: Measure, source: Source) -> None:
    """Refuse a column that is a key, an item of another scale, or named like a key."""
    if column in source.keys.values():
        place.fail(f"column {column!r} is a key of this table and cannot be part of a score.")
    if column in RESERVED:
        place.fail(f"column {column!r} has a name that icx_research needs for itself; rename it.")
    if not isinstance(measure, Scale):
        return
    for other in source.measures.values():
        if other.name == measure.name:
            return
        if isinstance(other, Scale) and column in other.items:
            place.fail(f"item {column!r} belongs to scale {other.name!r} already; list it once.")


def check_waves(root: Place, waves: tuple[str, ...], question: Question) -> None:
    """Refuse a question about a wave that there is not."""
    if waves and question.wave and question.wave not in waves:
        root.find("question", "wave").fail(
            f"{question.wave!r} is none of the waves; {suggestion(question.wave, waves)}"
        )
