"""What may stand in a slot: short enough as the platform counts, and nothing its rules forbid."""

import math
import re
from collections.abc import Callable, Iterable, Iterator

from marketing.drafts.channels import Channel, Slot
from marketing.drafts.writers.offline.trimmings import EMOJI

Fits = Callable[[str], bool]
FORMULA = ("=", "+", "-", "@")
REPEATED = re.compile(r"[!?.,]{2,}")


def limits(slot: Slot) -> Iterator[float]:
    """The lengths to try for, the one that shows uncut before the one that is refused above."""
    tried: list[float] = [limit for limit in (slot.soft, slot.max) if limit]
    yield from tried or [math.inf]


def fits(slot: Slot, channel: Channel, limit: float, around: Callable[[str], str] = str) -> Fits:
    """Whether a text, with what will stand `around` it, may go there within `limit`."""

    def fitting(text: str) -> bool:
        whole = around(text)
        return slot.length(whole) <= limit and admits(whole, slot, channel)

    return fitting


def admits(text: str, slot: Slot, channel: Channel) -> bool:
    """Whether the channel's rules let these words stand."""
    rules = channel.rules | slot.rules
    if text.startswith(FORMULA) or not text.strip():
        return False
    if "!" in text and (rules.get("exclamation_in_headline") is False or rules.get("exclamation_max") == 0):
        return False
    if rules.get("emoji_max") == 0 and EMOJI.search(text):
        return False
    if rules.get("repeated_punctuation") is False and REPEATED.search(text):
        return False
    return not any(mark in text for mark in _listed(rules.get("forbid_chars"))) and not any(
        re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for word in _listed(rules.get("forbid_words"))
    )


def alike(one: str, other: str) -> bool:
    """Whether two lines are the same but for a word, an order, case or punctuation."""
    first, second = _words(one), _words(other)
    return first == second or (
        len(first ^ second) <= 2 and len(first & second) >= max(1, min(len(first), len(second)) - 1)
    )


def unlike(lines: Iterable[str], chosen: Iterable[str]) -> Iterator[str]:
    """The `lines` that say something else than those chosen."""
    taken = list(chosen)
    return (line for line in lines if not any(alike(line, other) for other in taken))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _listed(rule: object) -> list[str]:
    return [str(item) for item in rule] if isinstance(rule, list) else []
