"""What the law keeps out of segments: columns that tell a special category of personal data.

Recognised by a column's name and by what stands in it; the words are data, in `special_categories.toml`.
People who may be minors are found in `minors.py`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

SHARE_OF_LEVELS = 0.5  # of a column's different values must be of one category for it to be recognised by content
SHARE_OF_CODES = 0.8  # of them must look like codes (of illnesses, of blood groups), as codes say less than words
LOOKED_AT = 200  # different values of a column, the commonest first
PROSE = 6  # words: a cell of so many is a text, which may mention anything

STOP_WORDS = frozenset(
    {"of", "the", "de", "del", "di", "da", "do", "das", "der", "des", "du", "la", "le", "el", "l", "d", "van", "za"}
    | {"user", "customer", "person", "cust", "usr"}
)
LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "ı": "i", "đ": "d"})


@dataclass(frozen=True)
class Category:
    """Something the law (or, where `setting`, our default) keeps out, with what it is recognised by."""

    id: str
    names: re.Pattern[str]
    doubtful: re.Pattern[str]
    unless: frozenset[str]
    values: re.Pattern[str]
    weak: frozenset[str]
    codes: tuple[frozenset[str], ...]
    patterns: re.Pattern[str]
    setting: bool


def special_category(name: str, values: Iterable[str]) -> Category | None:
    """The category that a column of this name with these different values belongs to, if any."""
    told = name_words(name)
    cells = [cell for value in list(values)[:LOOKED_AT] if (cell := str(value).strip().lower())]
    return next((c for c in _categories() if _by_name(c, told, cells) or _by_content(c, cells)), None)


def is_unspoken(name: str) -> bool:
    """Whether no group may be named after this column (age, family, money troubles ...)."""
    return pattern(rules()["names"]["unspoken"]).search(name_words(name)) is not None


def is_special_value(value: str) -> bool:
    """Whether this cell names a special category, wherever it stands."""
    told = words(value)
    return any(category.values.search(told) for category in _categories())


def words(text: str) -> str:
    """`text` as lower-case words without accents: "HIVStatus", "hiv_status" and "HIV status" are one."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", str(text))
    plain = unicodedata.normalize("NFKD", split.casefold().translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(w for w in re.split(r"[^\w]+|_+", plain) if w)


def name_words(name: str) -> str:
    """The words of a column's name that tell something."""
    return " ".join(w for w in words(name).split() if w not in STOP_WORDS)


@lru_cache(maxsize=1)
def rules() -> dict[str, Any]:
    """The words, as `special_categories.toml` has them."""
    text = resources.files("marketing.segments.fairness").joinpath("special_categories.toml").read_text("utf-8")
    return tomllib.loads(text)


def pattern(entries: Sequence[str]) -> re.Pattern[str]:
    """One expression for all: "word", "stem*", "two words" (also where they are written as one)."""
    return _pattern(tuple(entries))


def _by_name(category: Category, told: str, cells: Sequence[str]) -> bool:
    if category.unless & set(told.split()):
        return False
    if any(category.names.search(form) for form in _spellings(told)):
        return True
    if category.doubtful.search(told):
        return any(_speaks(category, cell) for cell in cells) or _coded(category, cells)
    return False


def _by_content(category: Category, cells: Sequence[str]) -> bool:
    if len(cells) < 2:  # one value tells nobody apart
        return False
    if _coded(category, cells):
        return True
    strong = [_speaks(category, cell) for cell in cells]
    weak = [not s and words(cell) in category.weak for s, cell in zip(strong, cells, strict=True)]
    enough = sum(strong) + sum(weak) >= SHARE_OF_LEVELS * len(cells)
    if enough and (sum(strong) > 1 or (sum(strong) == 1 and sum(weak) == len(cells) - 1)):
        return True
    matches = sum(category.patterns.fullmatch(cell) is not None for cell in cells)
    return matches > 1 and matches >= SHARE_OF_CODES * len(cells)


def _coded(category: Category, cells: Sequence[str]) -> bool:
    """Whether the cells are such a pair of letters as "m" and "f", and nothing that is not of the category."""
    letters = {words(cell) for cell in cells}
    return any(code <= letters for code in category.codes) and letters <= category.weak


def _speaks(category: Category, cell: str) -> bool:
    """Whether a cell of a few words names the category."""
    told = words(cell)
    return len(told.split()) < PROSE and category.values.search(told) is not None


def _spellings(told: str) -> set[str]:
    """A name as it stands, without figures at the ends of words, and without the e of ae, oe, ue for umlauts."""
    bare = re.sub(r"(?<=[a-z]{3})\d+\b", "", told)
    return {told, bare, re.sub(r"([aou])e", r"\1", told)}


@lru_cache(maxsize=1)
def _categories() -> tuple[Category, ...]:
    return tuple(_category(entry) for entry in rules()["category"])


def _category(entry: Mapping[str, Any]) -> Category:
    return Category(
        id=entry["id"],
        names=pattern(entry["names"]),
        doubtful=pattern(entry.get("doubtful", [])),
        unless=frozenset(entry.get("unless", [])),
        values=pattern(entry["values"]),
        weak=frozenset(entry.get("weak", [])),
        codes=tuple(frozenset(code.split()) for code in entry.get("codes", [])),
        patterns=re.compile("|".join(f"(?:{p})" for p in entry.get("patterns", [])) or r"(?!)"),
        setting=entry.get("setting", False),
    )


@lru_cache(maxsize=64)
def _pattern(entries: tuple[str, ...]) -> re.Pattern[str]:
    parts = [re.escape(e.rstrip("*")).replace(r"\ ", " ?") + (r"\w*" if e.endswith("*") else r"\b") for e in entries]
    return re.compile(r"\b(?:" + "|".join(parts) + ")" if parts else r"(?!)")
