"""The brand's voice as a rule: words it never uses, in any form, and lines it always has."""

import functools
import re
from collections.abc import Iterator, Sequence

from marketing.drafts import links

LONGEST_WORD = 60  # letters; what is longer is no word and has no forms
BETWEEN = r"(?:\s{1,3}|\s?[-‐‑–]\s?)"
VOWELS = "aeiou"
_BLANK = re.compile(r"\s++")
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "‐": "-", "‑": "-"})


def never_used(text: str, never: Sequence[str], language: str = "") -> Iterator[tuple[int, int, str]]:
    """Start, end and word for each place where `text` uses a word of `never`, in any case or inflection.

    A hyphenated compound counts ("dirt-cheap"); a word within another does not ("cheapskate"), nor does one in an
    address.
    """
    short = language.partition("-")[0].lower()
    pattern = _pattern(tuple(sorted({word.strip() for word in never if _parted(word)[1]})), short)
    if pattern is None:
        return
    addresses = {place for link in links.find(text) for place in range(link.start, link.end)}
    for match in pattern.finditer(text):
        if match.start() not in addresses:
            yield match.start(), match.end(), _whose(match[0], never, short)


@functools.lru_cache(maxsize=256)
def _pattern(never: tuple[str, ...], language: str) -> "re.Pattern[str] | None":
    if not never:
        return None
    longest_first = sorted(never, key=lambda word: (-len(word), word))
    return re.compile(
        rf"(?<![\w])(?:{'|'.join(_any_form(word, language) for word in longest_first)})(?![\w])", re.IGNORECASE
    )


def _any_form(phrase: str, language: str) -> str:
    """A pattern for a phrase with its last word in every form."""
    head, last = _parted(phrase)
    listed = sorted(_last_forms(last, language), key=lambda form: (-len(form), form))
    before = _spelled(head) + BETWEEN if head else ""
    return f"{before}(?:{'|'.join(_spelled(form) for form in listed)})"


def _parted(phrase: str) -> tuple[str, str]:
    words = phrase.translate(_MARKS).replace("-", " ").split()
    return " ".join(words[:-1]), words[-1] if words else ""


@functools.lru_cache(maxsize=1024)
def _last_forms(word: str, language: str) -> frozenset[str]:
    if len(word) > LONGEST_WORD:
        return frozenset({word})
    if language in ("", "en"):
        return frozenset(forms(word))
    return frozenset(word + ending for ending in ("", "s", "es", "e", "en"))


def _spelled(form: str) -> str:
    words = [re.escape(word).replace("'", "['’]") for word in form.split()]
    return BETWEEN.join(words) or r"(?!)"


def _whose(said: str, never: Sequence[str], language: str) -> str:
    """Which of the words it is that was said."""
    head, last = _parted(said.replace("–", "-").casefold())
    for word in never:
        its_head, its_last = _parted(word.casefold())
        if head == its_head and last in {form.casefold() for form in _last_forms(its_last, language)}:
            return word
    return said


def forms(word: str) -> set[str]:
    """An English word with its plurals, possessive, tenses and comparisons, the regular ones."""
    low = word.casefold()
    found = {low, low + "s", low + "'s", low + "ed", low + "ing", low + "er", low + "ers", low + "est"}
    if low.endswith(("s", "x", "z", "ch", "sh", "o")):
        found |= {low + "es"}
    if low.endswith("e"):
        stem = low[:-1]
        found |= {low + "d", low + "r", low + "rs", low + "st", stem + "ing"}
    if low.endswith("y") and len(low) > 2 and low[-2] not in VOWELS:
        stem = low[:-1]
        found |= {stem + ending for ending in ("ies", "ied", "ier", "iers", "iest")}
    if _doubles(low):
        found |= {low + low[-1] + ending for ending in ("ed", "ing", "er", "ers", "est")}
    return found


def _doubles(word: str) -> bool:
    """Whether the last consonant is doubled before an ending: scam, scammed."""
    return len(word) > 2 and word[-1] not in VOWELS + "wxy" and word[-2] in VOWELS and word[-3] not in VOWELS


def missing_lines(lines: Sequence[str], always: Sequence[str]) -> list[str]:
    """The lines of `always` that stand word for word in none of `lines`; case and kind of quote do not matter."""
    told = [_plain(line) for line in lines]
    return [line for line in always if line.strip() and not any(_plain(line) in text for text in told)]


def _plain(text: str) -> str:
    return _BLANK.sub(" ", text.translate(_MARKS)).strip().casefold()
