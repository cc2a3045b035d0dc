"""Encodings that nothing in a file declares: chosen by the letters they make of its bytes."""

import codecs
import re
from collections.abc import Iterable

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
LATIN = 0x180  # below stand the accented Latin letters and the marks of Western encodings
LONGEST_RUN = 2  # letters beyond ASCII that follow each other in Western and Central Europe
ENOUGH = 0.5  # share of the letters beyond ASCII that an encoding must make common ones
MISREAD = 0.4  # share of unlikely ones from which on a text seems to be misread
LETTERS = "äöüßÄÖÜéèêëÉÈàâáãåæÅÆçÇíîïìóôõòøØúùûñÑœŒ"
MARKS = "\u2018\u2019\u201c\u201d\u201e\u2013\u2014\u2026\u2022€§°«»\u00a0"
# The letters that languages written in an encoding use most, in small letters.
COMMON = {
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäß" + MARKS,
    "mac_roman": LETTERS + MARKS,
    "cp1251": "оеаинтсрвлкмдпуяы",
    "koi8_r": "оеаинтсрвлкмдпуяы",
    "cp1253": "αοιετσνηυρπκμλςάίόέή",
    "cp1255": "יולהאמרתבשנד",
    "cp1256": "اليمنترودبعسهفحكقجة",
}
# Encodings of several bytes order their characters by use: first bytes of the common ones, and
# from where on the second must be.
FIRST_BYTES = {
    "shift_jis": ((0x81, 0x97), 0x40),
    "gb18030": ((0xB0, 0xD7), 0xA1),
    "big5": ((0xA4, 0xC6), 0x40),
}
KOREAN = (
    "이다는을가의에고은하지로도를사한서기시인어아있나부대리정구수보주자원상"
    "장전동일강산남북중울천광역점본관과학교병안성경해진영"
)
LEAST_KOREAN = 0.3  # share of common syllables; the bytes of Chinese make other ones
NOT_WESTERN = "gb18030, cp1251, cp1256 or shift_jis"


def likely_encoding(content: bytes) -> str:
    """Choose the encoding that makes the most common letters of the bytes; UTF-8 where it fits.

    Examples
    --------
    >>> likely_encoding("Filiale Köln".encode("cp1252"))
    'cp1252'
    >>> likely_encoding("Москва, Казань".encode("cp1251"))
    'cp1251'
    """
    if _decodes(content, "utf-8"):
        return "utf-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    western = next((e for e in ("cp1252", "cp1250") if _decodes(content, e)), "latin-1")
    if not reads_badly([content.decode(western)]):
        return western
    shares = {e: _share(content.decode(e), e) for e in ("euc_kr", *FIRST_BYTES, *COMMON)
              if _decodes(content, e)}  # fmt: skip
    best = max(shares, key=lambda encoding: shares[encoding], default=western)
    return best if shares.get(best, 0) >= ENOUGH else western


def reads_badly(words: Iterable[str]) -> bool:
    """Tell whether the letters of words beyond ASCII look as if read in a wrong encoding.

    Most of them are marks such as µ ± ¾ ©, or stand in long runs of accented Latin letters.

    Examples
    --------
    >>> reads_badly(["ÃÅµê", "±±¾©"]), reads_badly(["Köln", "Zürich", "Москва", "北京"])
    (True, False)
    """
    latin = [letter for word in words for run in BEYOND_ASCII.findall(word)
             for letter in _unlikely(run)]  # fmt: skip
    return bool(latin) and sum(latin) > MISREAD * len(latin)


def _unlikely(run: str) -> list[bool]:
    long = len(run) > LONGEST_RUN
    return [
        long or letter in "µªº" or not (letter.isalpha() or letter in MARKS)
        for letter in run
        if ord(letter) < LATIN
    ]


def _share(text: str, encoding: str) -> float:
    """Count the letters beyond ASCII that are common ones; capitals, which are rare, by half."""
    runs = BEYOND_ASCII.findall(text)
    letters = [letter for run in runs for letter in run]
    if encoding in FIRST_BYTES:
        return _leading(letters, encoding)
    if encoding == "euc_kr":
        korean = sum(letter in KOREAN for letter in letters) >= LEAST_KOREAN * len(letters)
        return float(korean)
    if encoding in ("cp1250", "mac_roman"):
        letters = [x for run in runs if len(run) <= LONGEST_RUN for x in run]
    common = COMMON[encoding]
    hits = sum((x in common) or (x.lower() in common) / 2 for x in letters)
    return hits / sum(map(len, runs))


def _leading(letters: Iterable[str], encoding: str) -> float:
    (first, last), second = FIRST_BYTES[encoding]
    pairs = [pair for letter in letters if len(pair := letter.encode(encoding)) == 2]
    hits = sum(first <= one <= last and other >= second for one, other in pairs)
    return hits / len(pairs) if pairs else 0.0


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
