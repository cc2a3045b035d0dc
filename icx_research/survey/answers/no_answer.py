"""Words that mean "no answer", in the languages of the surveys seen."""

import re
import unicodedata

# What can mean nothing else, wherever it stands.
ALWAYS = """
don't know|do not know|dont know|i don't know|i do not know|dk|dk/na|dk/ref|don't remember
not applicable|n/a|n.a.|na|does not apply|doesn't apply|not relevant|not asked|not answered
no answer|no response|inapplicable|can't choose|cannot choose
refused to answer|no reply|not stated|not specified|not ascertained|nonresponse|non-response
item nonresponse|refused|refusal|refuse|declined|declined to answer|rather not say
prefer not to say|prefer not to answer|missing|system missing|unknown|invalid|skipped|skip|blank
not used|never used|not used this service|have not used|no experience|no contact
keine angabe|keine angaben|k.a.|k. a.|ka|ohne angabe|weiß nicht|weiss nicht|weiß ich nicht
weiss ich nicht|weiß nicht/keine angabe|nicht zutreffend|entfällt|nicht beantwortet|keine antwort
antwort verweigert|verweigert|nicht beurteilbar|kann ich nicht beurteilen|nicht bekannt|unbekannt
kann ich nicht sagen|kann nicht beurteilen|nicht genutzt|nicht gestellt|nicht erhoben
ne sait pas|ne sais pas|je ne sais pas|nsp|nsp/nr|sans réponse|pas de réponse|non réponse
ne se prononce pas|ne souhaite pas répondre|refus|refus de répondre|sans objet|non concerné
non applicable|pas concerné|non renseigné|ne s'applique pas
no sabe|no sé|no sabe/no contesta|ns|nc|ns/nc|no contesta|sin respuesta|no responde|no aplica
no procede|prefiero no contestar|prefiero no responder|no corresponde|se niega a responder
non so|non sa|non risponde|nessuna risposta|non sa/non risponde|non applicabile|rifiuta
preferisco non rispondere|non pertinente
weet niet|weet ik niet|geen antwoord|niet van toepassing|n.v.t.|nvt|geweigerd|wil niet zeggen
wil ik niet zeggen|onbekend|geen ervaring
não sabe|não sei|não sabe/não responde|ns/nr|sem resposta|não responde|não se aplica|não aplicável
prefiro não responder|recusou|recusa
vet ej|vet inte|vet ikke|inget svar|ej svar|ej aktuellt|ej tillämpligt|ej relevant|vill inte svara
vill ej svara|ved ikke|intet svar|ikke relevant|ønsker ikke at svare|vil ikke svare|ikke besvart
ubesvaret|ubesvart|ikke aktuelt|ønsker ikke å svare
nie wiem|brak odpowiedzi|nie dotyczy|odmowa|odmowa odpowiedzi|brak danych
en osaa sanoa|eos|ei vastausta|ei koske minua|en tiedä
neví|nevím|neodpověděl|bez odpovědi|netýká se|odmítl|nem tudja|nem tudom|nem válaszolt
nincs válasz|не знаю|затрудняюсь ответить|нет ответа|отказ
"""
# What may be an answer as well, where it stands between others.
AT_THE_EDGE = """
not sure|unsure|no opinion|cannot say|can't say|can not say|keine meinung|sans opinion|sin opinión
geen mening|sem opinião|ingen uppfattning|ingen mening|ingen åsikt|nessuna opinione|no aplicable
cannot judge|unable to judge|can't judge|can't rate|cannot rate|not rated
"""


def plain(text: str) -> str:
    """Write a text without accents, case and kinds of apostrophes, dashes and spaces."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\u2010-\u2015]", "-", bare).split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(_bare(phrase) for line in text.split("\n") for phrase in line.split("|")) - {
        ""
    }


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[.!?:;*]+", " ", plain(text)).split())


_ALWAYS, _AT_THE_EDGE = _phrases(ALWAYS), _phrases(AT_THE_EDGE)


def means_no_answer(text: str, *, at_the_edge: bool = True) -> bool:
    """Tell whether a label or an entry means that nothing was answered.

    Parameters
    ----------
    text : str
    at_the_edge : bool
        Whether the entry stands below or above all answers, so that "not sure" is none of them.

    Examples
    --------
    >>> [means_no_answer(text) for text in ("Don’t know", "Refused (volunteered)", "DK / refused")]
    [True, True, True]
    >>> [means_no_answer(text) for text in ("no", "Nie", "neither", "Trifft nicht zu", "useless")]
    [False, False, False, False, False]
    """
    known = _ALWAYS | _AT_THE_EDGE if at_the_edge else _ALWAYS
    said = _bare(re.sub(r"(?<=\w)\s*[(\[].*[)\]]$", "", text.strip()).strip("()[] "))
    if said in known:
        return True
    parts = re.split(r"\s*[/,]\s*| or | oder | ou | o | of | eller ", said)
    if len(parts) > 1 and all(part in known for part in parts):
        return True
    return any(said.startswith(f"{phrase} ") for phrase in _ALWAYS if " " in phrase)
