"""Limits: the slots of a channel, how many lines each takes, and how long a line may be as the platform counts."""

from collections.abc import Iterator

from marketing.drafts.briefs import Brief
from marketing.drafts.channels import UNSURE, Channel, Slot, counting
from marketing.drafts.copy import Copy, Problem, Severity
from marketing.errors import printable

NAME = "limits"
UNITS = {
    "chars": "characters",
    "width2": "characters (East Asian ones count 2)",
    "x_weighted": "of X's units (an address counts 23, an emoji 2)",
    "graphemes": "characters",
    "utf8_bytes": "bytes",
    "utf16": "UTF-16 units",
    "linkedin": "characters (escaped ones count 2)",
    "mastodon": "characters (an address counts 23)",
    "sms": "SMS units",
    "words": "words",
    "seconds": "seconds",
}


def check(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """Slots that are not there, lines too few or too many, empty, too long or too short."""
    return [*_unknown_slots(copy, channel), *_one_of(copy, channel), *_by_slot(copy, channel)]


def _problem(severity: Severity, slot: str, index: int, span: tuple[int, int], message: str) -> Problem:
    return Problem(check=NAME, severity=severity, slot=slot, index=index, span=span, message=message)


def label(slot: str, index: int) -> str:
    """How a line is called in a message: Headline 2."""
    return f"{printable(slot.replace('_', ' ').capitalize())} {index + 1}"


def _unknown_slots(copy: Copy, channel: Channel) -> Iterator[Problem]:
    known = ", ".join(channel.slots)
    for slot in sorted(set(copy.slots) - set(channel.slots)):
        message = f"{channel.name} has no slot {printable(slot)!r}. It has: {known}. Source: {channel.cited}"
        yield _problem("block", slot, 0, (0, len(copy.line(slot, 0))), message)


def _one_of(copy: Copy, channel: Channel) -> Iterator[Problem]:
    wanted = channel.rules.get("one_of")
    if isinstance(wanted, list) and not any(copy.slots.get(slot) for slot in wanted):
        message = f"{channel.name} needs one of: {', '.join(wanted)}. Source: {channel.cited}"
        yield _problem("block", wanted[0], 0, (0, 0), message)


def _by_slot(copy: Copy, channel: Channel) -> Iterator[Problem]:
    for slot in channel.slots.values():
        lines = copy.slots.get(slot.name, [])
        severity: Severity = "warn" if slot.confidence in UNSURE else "block"
        yield from _numbers(slot, lines, channel, severity)
        for needed in slot.needs:
            if lines and not copy.slots.get(needed):
                message = f"{label(slot.name, 0)} needs a {needed} beside it. Source: {channel.cited}"
                yield _problem(severity, slot.name, 0, (0, len(lines[0])), message)
        for index, text in enumerate(lines):
            yield from _lengths(slot, index, text, channel, severity)


def _numbers(slot: Slot, lines: list[str], channel: Channel, severity: Severity) -> Iterator[Problem]:
    least, most = slot.items
    told = printable(slot.name.replace("_", " ").capitalize())
    if len(lines) < least:
        message = f"{told}: {len(lines)} of at least {least}; add {least - len(lines)}. Source: {channel.cited}"
        yield _problem(severity, slot.name, len(lines), (0, 0), message)
    if len(lines) > most:
        message = f"{told}: {len(lines)} of at most {most}; take out {len(lines) - most}. Source: {channel.cited}"
        yield _problem(severity, slot.name, most, (0, len(lines[most])), message)
    for index, text in enumerate(lines):
        if not text.strip():
            message = f"{label(slot.name, index)} is empty: write it, or take the line out."
            yield _problem("block", slot.name, index, (0, len(text)), message)


def _lengths(slot: Slot, index: int, text: str, channel: Channel, severity: Severity) -> Iterator[Problem]:
    length = slot.length(text)
    unit, where = UNITS.get(slot.count, slot.count), label(slot.name, index)
    soft = _soft(slot, text)
    if slot.max and length > slot.max:
        message = f"{where} has {length:,} {unit}, {length - slot.max:,} over the limit of {slot.max:,}."
        yield _over(severity, slot, index, text, slot.max, f"{message} Source: {channel.cited}")
    elif soft and length > soft:
        message = f"{where} has {length:,} {unit}; what is over {soft:,} may be cut off or cost more."
        yield _over("warn", slot, index, text, soft, f"{message} Source: {channel.cited}")
    elif slot.min and 0 < length < slot.min:
        message = f"{where} has {length:,} {unit}; {slot.min:,} or more are advised. Source: {channel.cited}"
        yield _problem("warn", slot.name, index, (0, len(text)), message)


def _soft(slot: Slot, text: str) -> int:
    """The soft limit that holds for this text: an SMS outside GSM's alphabet has fewer units a part."""
    narrow = slot.rules.get("soft_ucs2")
    if slot.count == "sms" and isinstance(narrow, int) and counting.weigh_sms(text).encoding == "UCS-2":
        return narrow
    return slot.soft


def _over(severity: Severity, slot: Slot, index: int, text: str, limit: int, message: str) -> Problem:
    """A problem that marks what does not fit."""
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits, by halving
        middle = (low + high + 1) // 2
        low, high = (middle, high) if slot.length(text[:middle]) <= limit else (low, middle - 1)
    return _problem(severity, slot.name, index, (min(low, max(len(text) - 1, 0)), len(text)), message)
