"""Whether text read as Windows-1252 is what its writer meant: other 8-bit alphabets give words that no language has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

# Letters above ASCII that one language uses in one word. Where a word mixes what no language mixes, "Dvoøák" or
# "Çalýkuþu", its bytes were meant in another alphabet.
LANGUAGES = tuple(
    frozenset(letters)
    for letters in (
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíóúüñç",  # Spanish
        "àèéíïòóúüç",  # Catalan
        "áâãàçéêíóôõúü",  # Portuguese
        "àáèéìíîòóùú",  # Italian
        "äöüßéèàâêëïôç",  # German
        "äåöéàáüšž",  # Swedish, Finnish
        "æøåäöéèêóòôâ",  # Danish, Norwegian
        "áðéíóúýþæö",  # Icelandic
        "áàäâéèëêíìïîóòöôúùüûýç",  # Dutch, Irish, Welsh
        "äöüõšž",  # Estonian
    )
)
_ACCENTED = rb"\x8a\x8c\x8e\x9a\x9c\x9e\x9f\xc0-\xd6\xd8-\xf6\xf8-\xff"
ACCENTED = re.compile(rb"[" + _ACCENTED + rb"]")
LETTERS = re.compile(rb"[A-Za-z" + _ACCENTED + rb"]*")
LONGEST = 60  # letters of a word, to each side of an accented one
ENOUGH = 20_000  # words that are looked at
ALONE = frozenset("àáèéêìíòóôöøåæúùýâ")  # words of one letter
TURKISH = re.compile(r"ý|\wþ")  # where Turkish has ı and ş; in Icelandic one word in fifty
ICELANDIC = re.compile(r"[áéíóúæ]")


@dataclass(frozen=True)
class Word:
    """A word with an accented letter, as Windows-1252 has it, and where it stands."""

    text: str
    at: int


def words(data: bytes) -> list[Word]:
    """The first words with accented letters."""
    return list(islice(_words(data), ENOUGH))


def _words(data: bytes) -> Iterator[Word]:
    end = 0
    for match in ACCENTED.finditer(data):
        if match.start() < end:
            continue
        before = data[max(end, match.start() - LONGEST) : match.start()][::-1]
        start = match.start() - len(_run(before))
        end = match.end() + len(_run(data[match.end() : match.end() + LONGEST]))
        yield Word(data[start:end].decode("cp1252", "replace"), start)


def _run(data: bytes) -> bytes:
    found = LETTERS.match(data)
    return found[0] if found else b""


def odd(words: list[Word]) -> list[Word]:
    """Those of these words that no language of Western Europe would have."""
    turkish = {word for word in words if TURKISH.search(word.text.lower()) and not _is_icelandic(word)}
    if len(turkish) <= max(1, sum(map(_is_icelandic, words))):
        turkish = set()
    return [word for word in words if word in turkish or _is_odd(word.text.lower())]


def _is_icelandic(word: Word) -> bool:
    return ICELANDIC.search(word.text.lower()) is not None


def _is_odd(word: str) -> bool:
    accented = {letter for letter in word if letter > "\x7f"}
    if len(word) == 1:
        return not accented <= ALONE
    if len(accented) > 1 and all(letter > "\x7f" for letter in word):
        return True  # Cyrillic and Greek: nothing but letters above ASCII
    return not any(accented <= letters for letters in LANGUAGES)
