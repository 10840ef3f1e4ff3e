"""What a column's name says of it: its block, and whether it tells persons apart or where to find them."""

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from marketing.segments.fairness import name_words, pattern

TASTE, BEHAVIOUR, DEMOGRAPHICS = BLOCKS = ("taste", "behaviour", "demographics")
DEFAULT = BEHAVIOUR  # what a company records of its people is mostly what they did


def block(name: str) -> str:
    """The block that a column belongs to; a word of taste counts before one of behaviour."""
    told = name_words(name)
    listed = _names()["block"]
    return next((one for one in BLOCKS if pattern(listed[one]).search(told)), DEFAULT)


def says(name: str, what: str) -> bool:
    """Whether a name is one of "id", "code" or "identity"."""
    return pattern(_names()[what]).search(name_words(name)) is not None


@lru_cache(maxsize=1)
def _names() -> dict[str, Any]:
    return tomllib.loads(resources.files("marketing.segments.audience").joinpath("names.toml").read_text("utf-8"))
