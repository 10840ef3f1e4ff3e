"""Reading a line for what it asserts."""

import functools
from dataclasses import dataclass

from marketing.drafts.checks.claims import dates, praise, quantities, words
from marketing.drafts.checks.claims.assertions import Assertion, apart


@dataclass(frozen=True)
class Reading:
    """A text and its assertions, in order of place."""

    text: str
    assertions: tuple[Assertion, ...]
    stems: frozenset[str]


def read(text: str, free: tuple[tuple[int, int], ...], language: str, territory: str) -> Reading:
    """What `text` asserts outside the `free` spans."""
    return _read(words.mask(text, free), language or "en", territory)


@functools.lru_cache(maxsize=8192)
def _read(text: str, language: str, territory: str) -> Reading:
    line = words.tokens(text)
    found = dates.find(text, line, territory)
    rest = words.joined(words.tokens(words.mask(text, ((date.start, date.end) for date in found))))
    found = apart([*found, *praise.find(rest), *quantities.find(rest, language)])
    stems = frozenset(words.stem(token.low) for token in line if token.kind == "word")
    return Reading(text, tuple(sorted(found, key=lambda a: (a.start, a.end))), stems)
