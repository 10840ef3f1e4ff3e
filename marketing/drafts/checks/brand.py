"""Brand: words it never uses, lines that always stand, and links only to its own domains."""

from collections.abc import Iterator

from marketing.drafts import brand as voice
from marketing.drafts import links
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem
from marketing.errors import printable

NAME = "brand"
RULE = "Rule: the brand's own."


def check(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """Words never used, in any inflection; lines always present that are not; links elsewhere. All block."""
    return [*_never(copy, brief), *_always(copy, channel, brief), *_links(copy, brief)]


def _never(copy: Copy, brief: Brief) -> Iterator[Problem]:
    for slot, index, text in copy.lines():
        for start, end, word in voice.never_used(text, brief.brand.never, brief.language):
            message = f"“{printable(text[start:end])}”: the brand never says {printable(word)!r}. {RULE}"
            yield Problem(check=NAME, severity="block", slot=slot, index=index, span=(start, end), message=message)


def _always(copy: Copy, channel: Channel, brief: Brief) -> Iterator[Problem]:
    for line in voice.missing_lines([text for _, _, text in copy.lines()], brief.brand.always):
        slot, index = _roomiest(copy, channel)
        end = len(copy.line(slot, index))
        message = f"The brand always says “{printable(line, 200)}”, word for word. Add it. {RULE}"
        joint = " " if end else ""
        yield Problem(
            check=NAME,
            severity="block",
            slot=slot,
            index=index,
            span=(end, end),
            message=message,
            suggestion=joint + line,
        )


def _roomiest(copy: Copy, channel: Channel) -> tuple[str, int]:
    """The last line of the slot that takes the longest text: where a line that is missing goes."""
    used = [slot for slot in channel.slots.values() if copy.slots.get(slot.name) and slot.name != "alt_text"]
    slots = used or list(channel.slots.values())
    best = max(slots, key=lambda slot: slot.max or 10**9)
    return best.name, max(len(copy.slots.get(best.name, [])) - 1, 0)


def _links(copy: Copy, brief: Brief) -> Iterator[Problem]:
    if not brief.brand.domains:
        return  # unknown, and so not assumed
    own = ", ".join(printable(domain) for domain in brief.brand.domains)
    for slot, index, text in copy.lines():
        for link in links.find(text):
            if link.host and not links.within(link.host, brief.brand.domains):
                message = f"{printable(link.text)} leads away from the brand's domains ({own}). {RULE}"
                yield Problem(
                    check=NAME, severity="block", slot=slot, index=index, span=(link.start, link.end), message=message
                )
