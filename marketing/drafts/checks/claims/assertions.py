"""What a line asserts: the form in which copy's statements and facts' statements are compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Number = Literal["count", "price", "percent", "score", "rank", "label", "multiple", "vague", "time"]
Kind = Literal[Number, "date", "praise", "award"]


@dataclass(frozen=True)
class Assertion:
    """A statement that needs a fact.

    `value` is the number (or the date, the phrase), `unit` what it counts ("episode", "gbp"), `bound` how it is
    limited ("over", "floor", "under", "about", "least", or "" for exactly), `beside` the words near it that a fact
    must have too: over what time, where, counted how.
    """

    kind: Kind
    start: int
    end: int
    value: float | str | tuple[int, ...] = 0.0
    unit: str = ""
    bound: str = ""
    beside: frozenset[str] = field(default_factory=frozenset)
    weekday: int | None = None


def apart(assertions: Iterable[Assertion]) -> list[Assertion]:
    """The assertions of which none stands on a character of one before it."""
    kept: list[Assertion] = []
    taken: set[int] = set()
    for assertion in assertions:
        places = range(assertion.start, assertion.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(assertion)
    return kept
