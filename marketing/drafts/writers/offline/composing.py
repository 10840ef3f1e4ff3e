"""Copy for every slot of a channel, from what a voice has to say.

A line that does not fit makes way for another; no line is ever cut off.
"""

import itertools
from collections.abc import Callable, Iterator

from marketing.drafts.channels import Slot
from marketing.drafts.copy import Copy
from marketing.drafts.writers.offline import clauses, roles, trimmings
from marketing.drafts.writers.offline.fitting import Fits, limits, unlike
from marketing.drafts.writers.offline.headlines import headlines
from marketing.drafts.writers.offline.letters import letters
from marketing.drafts.writers.offline.sheet import Sheet
from marketing.drafts.writers.offline.texts import texts

Write = Callable[[Sheet, Slot, Fits, list[str]], Iterator[str]]

WRITERS: dict[str, Write] = {"headline": headlines, "sentence": texts, "text": texts, "letter": letters}
PATHS = {"watch": "watch", "play": "play", "listen": "listen", "come": "live"}


def copy(sheet: Sheet) -> Copy:
    """The whole draft."""
    slots: dict[str, list[str]] = {}
    for slot in sheet.channel.slots.values():
        if lines := _lines(sheet, slot):
            slots[slot.name] = lines
            sheet.noted(lines)
    for line in (*sheet.voice.brief.brand.always, sheet.owed):
        _add(sheet, line.strip(), slots)
    for first in list(slots)[:1]:
        slots[first] = _opened(sheet, sheet.channel.slots[first], slots[first])
    return Copy(slots=slots)


def _lines(sheet: Sheet, slot: Slot) -> list[str]:
    count, role = roles.wanted(slot, sheet.channel), roles.role(slot, sheet.channel)
    if not count:
        return []
    if role not in WRITERS:
        return _particulars(sheet, role, slot)[:count]
    lines: list[str] = []
    for limit in limits(slot):
        found = WRITERS[role](sheet, slot, sheet.fits(slot, limit), list(lines))
        lines.extend(itertools.islice(found, count - len(lines)))
        if len(lines) >= max(1, slot.items[0]):
            break
    return _with_a_short_one(sheet, slot, lines)


def _with_a_short_one(sheet: Sheet, slot: Slot, lines: list[str]) -> list[str]:
    """`lines` with one as short as a platform asks for ("one_headline_max"), where there is such a rule."""
    most = sheet.channel.rules.get(f"one_{slot.name}_max")
    if not isinstance(most, int) or not lines or any(slot.length(line) <= most for line in lines):
        return lines
    fitting = sheet.fits(slot, most)
    known = (sheet.voice.name, *map(clauses.headline, sheet.voice.calls), *sheet.voice.headlines)
    candidates = known if roles.role(slot, sheet.channel) == "headline" else sheet.voice.calls
    return [*lines[: slot.items[1] - 1], *[line for line in unlike(candidates, lines) if fitting(line)][:1]]


def _opened(sheet: Sheet, slot: Slot, lines: list[str]) -> list[str]:
    """`lines` with the author's tie to the brand in the first: before a line with room, else on its own."""
    tie = trimmings.tie(sheet.voice.brief)
    if not tie:
        return lines
    (*_, limit) = limits(slot)
    fitting = sheet.fits(slot, limit)
    for line in lines:
        if slot.items[1] == 1 or fitting(sheet.disclosed(line)):
            return [sheet.disclosed(line), *(other for other in lines if other != line)]
    return [tie, *lines[: slot.items[1] - 1]]


def _particulars(sheet: Sheet, role: str, slot: Slot) -> list[str]:
    voice, brand = sheet.voice, sheet.voice.brief.brand
    words = PATHS.get(voice.mode, "") if voice.state != "over" else ""
    told = {
        "path": [p for p in (trimmings.path(voice.name, slot), trimmings.path(words, slot)) if p],
        "brand": [brand.name or voice.name],
        "title": [voice.name],
        "address": [brand.domains[0]] if brand.domains else [],
        "keywords": [", ".join(filter(None, (voice.name, voice.brief.title.genre, voice.brief.title.kind)))],
        "hashtags": [trimmings.tag(voice.name)],
        "picture": [f"Picture for {voice.name}"],
        "length": ["Read aloud within the limit"],
    }
    (*_, limit) = limits(slot)
    return [line for line in told[role] if line and sheet.fits(slot, limit)(line)]


def _add(sheet: Sheet, line: str, slots: dict[str, list[str]]) -> None:
    """Give `line` a place in the copy: a line of its own where several may stand, else behind a text."""
    if not line or any(line in told for lines in slots.values() for told in lines):
        return
    roomy = sorted(slots, key=lambda name: -roles.room(sheet.channel.slots[name], sheet.channel))
    for name in roomy:
        slot, lines = sheet.channel.slots[name], slots[name]
        (*_, limit) = limits(slot)
        if slot.items[1] > 1 and sheet.fits(slot, limit)(line):
            slots[name] = [*lines[: slot.items[1] - 1], line]
            return
        if slot.items[1] == 1 and sheet.fits(slot, limit)(f"{lines[0]}\n\n{line}"):
            slots[name] = [f"{lines[0]}\n\n{line}"]
            return
