"""The brand's voice as a rule: words it never uses, in any form, and lines it always has."""

import functools
from collections.abc import Iterator, Sequence

import regex

from marketing.drafts import links

VOWELS = "aeiou"
_BLANK = regex.compile(r"\s++")
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "‐": "-", "‑": "-"})


def never_used(text: str, never: Sequence[str], language: str = "") -> Iterator[tuple[int, int, str]]:
    """Start, end and word for each place where `text` uses a word of `never`, in any case or inflection.

    A hyphenated compound counts ("dirt-cheap"); a word within another does not ("cheapskate"), nor does one in an
    address.
    """
    pattern = _pattern(
        tuple(sorted({word.strip() for word in never if word.strip()})), language.partition("-")[0].lower()
    )
    if pattern is None:
        return
    addresses = {place for link in links.find(text) for place in range(link.start, link.end)}
    for match in pattern.finditer(text):
        if match.start() not in addresses:
            yield match.start(), match.end(), _whose(match[0], never, language)


@functools.lru_cache(maxsize=256)
def _pattern(never: tuple[str, ...], language: str) -> "regex.Pattern[str] | None":
    if not never:
        return None
    forms = sorted({form for word in never for form in _forms_of(word, language)}, key=lambda f: (-len(f), f))
    return regex.compile(rf"(?<![\w])(?:{'|'.join(_spelled(form) for form in forms)})(?![\w])", regex.IGNORECASE)


def _spelled(form: str) -> str:
    words = [regex.escape(word).replace("'", "['’]") for word in form.translate(_MARKS).replace("-", " ").split()]
    return r"(?:\s{1,3}|\s?[-‐‑–]\s?)".join(words) or r"(?!)"


def _whose(said: str, never: Sequence[str], language: str) -> str:
    plain = " ".join(said.translate(_MARKS).replace("–", "-").replace("-", " ").casefold().split())
    for word in never:
        forms = {
            " ".join(form.translate(_MARKS).replace("-", " ").casefold().split()) for form in _forms_of(word, language)
        }
        if plain in forms:
            return word
    return said


@functools.lru_cache(maxsize=1024)
def _forms_of(phrase: str, language: str) -> frozenset[str]:
    """A phrase with its last word in every form: "cheap trick", "cheap tricks"."""
    head, _, last = phrase.strip().rpartition(" ")
    short = language.partition("-")[0].lower()
    listed = forms(last) if short in ("", "en") else {last, last + "s", last + "es", last + "e", last + "en"}
    return frozenset(f"{head} {form}".strip() for form in listed)


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
