"""How names and cells are read: as lower-case words without accents, held against lists of words."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ı": "i", "đ": "d"})
SHORTEST = 3  # letters that stay of a word when an ending or a beginning is split off
SKELETON = 4  # consonants that tell a word: "rlgn" is religion


@lru_cache(maxsize=20_000)
def words(text: str) -> str:
    """`text` as lower-case words without accents: "HIVStatus", "hiv_status" and "HIV status" are one."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", str(text))
    plain = unicodedata.normalize("NFKD", split.casefold().translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(w for w in re.split(r"[^\w]+|_+", plain) if w)


def name_words(name: str) -> str:
    """The words of a column's name that tell something."""
    return " ".join(w for w in words(name).split() if w not in vocabulary("stop"))


def spellings(told: str) -> set[str]:
    """Ways to read a name's words: as they stand, and without the marks of coding that grow together with them.

    Figures at the ends of words ("race1", "q7religion"), the e of ae, oe, ue that stands for an umlaut, and words
    such as "code" or "is" joined to another ("racecode", "isfemale").
    """
    bare = re.sub(r"(?<=[a-z]{2})\d+\b|\b[a-z]?\d+(?=[a-z]{3})", "", told).strip()
    forms = {told, bare, re.sub(r"([aou])e", r"\1", told)}
    return forms | {split for form in list(forms) if (split := _apart(form)) != form}


def skeleton(word: str) -> str:
    """A word without its vowels, doubled letters once: "ethnicity" is "thnct", as in "thncty"."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouy]", "", word))


def pattern(entries: Sequence[str]) -> re.Pattern[str]:
    """One expression for all: "word", "stem*", "*ending", "*inside*", "two words" (also where written as one)."""
    return _pattern(tuple(entries))


def vocabulary(name: str) -> frozenset[str]:
    """One list of `names.toml` as a set."""
    return _vocabulary(name)


@lru_cache(maxsize=4)
def lists(file: str) -> dict[str, Any]:
    """A file of words beside this one."""
    return tomllib.loads(resources.files("marketing.segments.fairness").joinpath(file).read_text("utf-8"))


def _apart(told: str) -> str:
    """Words with endings and beginnings that tell nothing split off."""
    ends, starts = (sorted(vocabulary(side), key=len, reverse=True) for side in ("endings", "beginnings"))
    split = re.sub(rf"\b(\w{{{SHORTEST},}}?)({'|'.join(ends)})\b", r"\1 \2", told)
    return re.sub(rf"\b({'|'.join(starts)})(\w{{{SHORTEST},}})\b", r"\1 \2", split)


@lru_cache(maxsize=16)
def _vocabulary(name: str) -> frozenset[str]:
    return frozenset(lists("names.toml")[name])


@lru_cache(maxsize=128)
def _pattern(entries: tuple[str, ...]) -> re.Pattern[str]:
    """Words by their first letters, so that a long list is read as quickly as a short one."""
    at_start: dict[str, list[str]] = {}
    for entry in entries:
        if not entry.startswith("*"):
            at_start.setdefault(entry[:1], []).append(_expression(entry[1:]))
    whole = [f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in sorted(at_start.items())]
    inside = [_expression(entry[1:]) for entry in entries if entry.startswith("*")]
    parts = [rf"\b(?:{'|'.join(whole)})"] * bool(whole) + [rf"\b\w*(?:{'|'.join(inside)})"] * bool(inside)
    return re.compile("|".join(parts) or r"(?!)")


def _expression(rest: str) -> str:
    parts = [re.escape(part).replace(r"\ ", " ?") for part in rest.split("*")]
    return r"\w*".join(parts) + (r"\b" if parts[-1] or len(parts) == 1 else "")
