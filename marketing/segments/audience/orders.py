"""Levels that have an order: bands of numbers ("18-24", "<20k", "1-2 times"), scales in words, numbered steps.

The words are data (`orders.toml`). Nothing is put in an order on suspicion: all levels of a column must stand in it.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np

from marketing.segments.fairness import words

LEAST = 3  # levels: of two, an order tells nothing more
UNITS = 2  # different words may stand beside the numbers of bands ("time", "times")
SCALED = {"k": 1e3, "tsd": 1e3, "mil": 1e3, "m": 1e6, "mio": 1e6}
BAND_NUMBER = re.compile(r"(\d+(?:[.,\s']\d{3})+(?!\d)|\d+(?:[.,]\d+)?)\s?(k|tsd|mil|mio|m)?(?![a-z])")
ENUMERATED = re.compile(r"^\(?(?:\d{1,2}|[a-z](?=[.)]))\s?[.):=–-]*\s*(?=[^\W\d])")

Span = tuple[float, float]


def ordered(levels: Sequence[str]) -> tuple[str, ...] | None:
    """The levels, the lowest first; None where they have no order that is sure."""
    if len(levels) < LEAST:
        return None
    for ranked in (_by_numbers(levels), _by_scale(levels), _by_step(levels)):
        if ranked is not None:
            return tuple(sorted(levels, key=lambda level: (ranked[level], level)))
    return None


def _by_numbers(levels: Sequence[str]) -> dict[str, Span] | None:
    """Where each band lies, if all are bands, none overlaps another, and they are of one unit."""
    read = {level: _band(level) for level in levels}
    spans = {level: found[0] for level, found in read.items() if found is not None}
    units = {found[1] for found in read.values() if found is not None and found[1] is not None}
    if len(spans) < len(levels) or len(units) > UNITS or all(low == high for low, high in spans.values()):
        return None
    apart = all(one[1] <= other[0] and one != other for one, other in pairwise(sorted(spans.values())))
    return spans if apart else None


def _band(level: str) -> tuple[Span, str | None] | None:
    """The span that a level tells and its unit (None where it has no number); None if it is no band."""
    text = level.casefold()
    found = BAND_NUMBER.findall(text)
    rest = f" {words(BAND_NUMBER.sub(' ', text))} "
    if not found:
        return ((-np.inf, -np.inf), None) if rest.strip() in _told("nothing") else None
    numbers = [_number(digits, scale or found[-1][1]) for digits, scale in found]
    up_to, from_ = _says(rest, "up_to") or bool(re.search("[<≤]", text)), _says(rest, "from") or _opens(text)
    unit = " ".join(word for word in rest.split() if word not in _direction())
    if len(numbers) == 2 and numbers[0] <= numbers[1]:
        return (numbers[0], numbers[1]), unit
    if len(numbers) != 1 or (up_to and from_):
        return None
    low, high = (-np.inf if up_to else numbers[0]), (np.inf if from_ else numbers[0])
    return (low, high), unit


def _opens(text: str) -> bool:
    return re.search(r"[>≥]|\d\s?(?:k|m)?\s?[€$£]?\s?\+", text) is not None


def _number(digits: str, scale: str) -> float:
    plain = re.sub(r"[.,\s'](?=\d{3}(?!\d))", "", digits).replace(",", ".")
    return float(plain) * SCALED.get(scale, 1.0)


def _by_scale(levels: Sequence[str]) -> dict[str, int] | None:
    """The rank of each level in the scale in words that has them all."""
    told = {level: words(ENUMERATED.sub("", level.casefold())) for level in levels}
    for scale in _scales():
        if all(word in scale for word in told.values()):
            ranks = {level: scale[word] for level, word in told.items()}
            return ranks if len(set(ranks.values())) >= LEAST else None
    return None


def _by_step(levels: Sequence[str]) -> dict[str, int] | None:
    """The number of each level, where all are one word for a step and a number."""
    ranks: dict[str, int] = {}
    for level in levels:
        found = re.fullmatch(r"([^\W\d]+) ?(\d{1,2})|(\d{1,2}) ?([^\W\d]+)", words(level))
        if not found or (found[1] or found[4]) not in _told("numbered"):
            return None
        ranks[level] = int(found[2] or found[3])
    return ranks


def _says(rest: str, direction: str) -> bool:
    return any(f" {word} " in rest for word in _told(direction))


@lru_cache(maxsize=1)
def _direction() -> frozenset[str]:
    """Words that are no unit."""
    return frozenset(word for part in ("up_to", "from", "between") for told in _told(part) for word in told.split())


@lru_cache(maxsize=8)
def _told(part: str) -> frozenset[str]:
    return frozenset(_file()["words"][part])


@lru_cache(maxsize=1)
def _scales() -> tuple[dict[str, int], ...]:
    return tuple(
        {word: rank for rank, said in enumerate(scale["ranks"]) for word in said} for scale in _file()["scale"]
    )


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("marketing.segments.audience").joinpath("orders.toml").read_text("utf-8"))
