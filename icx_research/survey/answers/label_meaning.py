"""What the labels of a scale say: which end is the good one, which codes are no answers."""

import re
from collections.abc import Mapping, Sequence

from icx_research.survey.answers.ladders import LADDERS
from icx_research.survey.answers.no_answer import means_no_answer, plain
from icx_research.survey.codebook.types import fold_answer

# How words begin that praise or affirm, that blame or deny, and that turn others round.
GOOD = """
satisf zufried content agree einverstanden excellent outstanding perfect good great best better
gut bestens hervorrag ausgezeichn yes ja oui si sim tak always immer toujours siempre sempre
altijd alltid altid zawsze often oft souvent likely wahrscheinlich definite stimm trifft zustimm
accord acuerdo concord eens enig instamm haller bon bonne bien tres bueno buena buono bene ottimo
bom boa otimo goed bra god dobr bardzo tevreden nojd tilfreds forn zadowol spokojen elegedett
tyytyvai zgadzam easy einfach leicht facil facile happy voll vollig volkommen vollkommen fully
completely totally strongly extrem high hoch important wichtig much superior top helpful friendly
hilfreich freundlich fast quick schnell kyll ano igen samaa soddisf spesso vaak ofta czesto
ausreich uitstek utmark true wahr sehr
""".split()
BAD = """
dissatisf unsatisf unzufried mecontent insatisf disagree poor bad worse worst terrible awful
horrible schlecht mangelhaft ungenugend no nein non nee nej nei nao nie ne nunca never niemals
jamais mai nooit aldrig aldri nigdy nikdy rarely seldom selten rarement unlikely unwahrscheinlich
desaccord desacuerdo disaccord discord oneens uenig mauvais mal malo mala pessimo pesimo scarso
cattivo ruim mau slecht dalig darlig zle zly ontevreden missnojd utilfreds misforn niezadow
nespokoj elegedetlen tyytymat difficult schwierig schwer dificil difficile unhappy low niedrig
unimportant unwichtig inferior useless false falsch insoddisf zelden sallan sjeld rzadko lowest
flop slow langsam eri hayir nem unacceptable inadequate
""".split()
NOT = """
not nicht kein keine keiner never gar kaum wenig hardly little pas peu ne no nada poco poca non
per niet niets weinig geen nao pouco inte inga foga ikke ingen lite nie malo ei en least wenigsten
uberhaupt less weniger moins menos meno minder
""".split()
FEW = 2  # labels that tell a direction


def codes_without_answer(labels: Mapping[str, str]) -> dict[str, str]:
    """Choose the codes whose label means "no answer".

    Examples
    --------
    >>> codes_without_answer({"1": "bad", "5": "good", "8": "don't know", "9": "refused"})
    {'8': "don't know", '9': 'refused'}
    >>> codes_without_answer({"1": "no", "2": "not sure", "3": "yes"})
    {}
    """
    numbers = {code: number for code in labels if (number := _number(code)) is not None}
    sure = {code for code, text in labels.items() if means_no_answer(text, at_the_edge=False)}
    answers = [numbers[code] for code in numbers if code not in sure
               and not means_no_answer(labels[code])]  # fmt: skip
    return {
        code: text
        for code, text in labels.items()
        if code in numbers
        and (
            code in sure
            or (
                means_no_answer(text)
                and answers
                and not min(answers) < numbers[code] < max(answers)
            )
        )
    }


def answer_codes(labels: Mapping[str, str]) -> dict[float, str]:
    """Give the labels of the codes that are answers, lowest first."""
    none = codes_without_answer(labels)
    known = {number: text for code, text in labels.items()
             if code not in none and (number := _number(code)) is not None}  # fmt: skip
    return dict(sorted(known.items()))


def ends(labels: Mapping[str, str]) -> tuple[tuple[float, str], tuple[float, str]] | None:
    """Give the lowest and the highest answer with their labels; None where fewer are labelled."""
    known = [(code, text) for code, text in answer_codes(labels).items() if _says_something(text)]
    return (known[0], known[-1]) if len(known) >= FEW else None


def low_is_good(labels: Mapping[str, str]) -> bool:
    """Tell whether the label of the lowest answer is the good end, and that of the highest is not.

    Examples
    --------
    >>> low_is_good({"1": "sehr zufrieden", "5": "sehr unzufrieden", "9": "keine Angabe"})
    True
    >>> low_is_good({"1": "never", "4": "always"}), low_is_good({"1": "red", "2": "blue"})
    (False, False)
    """
    found = ends(labels)
    if found is None:
        return False
    low, high = (text for _, text in found)
    steps = _steps(low, high)
    if steps is not None:
        return steps[0] > steps[1]
    return direction(low) > direction(high)


def direction(label: str) -> int:
    """Tell whether a label praises (1), blames (-1) or does neither (0)."""
    words = re.findall(r"[^\W\d_]+", plain(label))
    bad = any(_begins(word, BAD) for word in words)
    good = any(_begins(word, GOOD) for word in words)
    turned = any(word in NOT for word in words)
    if bad:
        return -1
    return (-1 if turned else 1) if good else 0


def _steps(low: str, high: str) -> tuple[int, int] | None:
    """Find two labels on one ladder; the first that has both."""
    for ladder in LADDERS:
        at = {word: step for step, words in enumerate(ladder) for word in words}
        one, other = at.get(fold_answer(low)), at.get(fold_answer(high))
        if one is not None and other is not None and one != other:
            return one, other
    return None


def _begins(word: str, stems: Sequence[str]) -> bool:
    return any(word == stem or (len(stem) > 3 and word.startswith(stem)) for stem in stems)


def _says_something(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]", text))


def _number(code: str) -> float | None:
    try:
        return float(code)
    except ValueError:
        return None
