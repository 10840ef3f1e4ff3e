"""A channel's own rules: hashtags, mentions, addresses, characters and words it forbids, lines that must differ.

Each rule stands in the channel's file; a rule that is not there is not checked. Caps on hashtags and mentions of
organic posts advise, those of ads hold.
"""

import unicodedata
from collections.abc import Callable, Iterator

import regex

from marketing.drafts import links
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem, Severity
from marketing.errors import printable

NAME = "rules"
HASHTAG = regex.compile(r"(?<![\w&/#])[#＃](?=\w*\p{L})\w++")
MENTION = regex.compile(r"(?<![\w@/.])@\w++")
Span = tuple[int, int]


def check(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """What the channel's own rules forbid."""
    return [
        *_capped(copy, channel, ("hashtags_max",), "hashtags", lambda text: [m.span() for m in HASHTAG.finditer(text)]),
        *_capped(
            copy,
            channel,
            ("mentions_max", "mentions_max_vendor"),
            "mentions",
            lambda text: [m.span() for m in MENTION.finditer(text)],
        ),
        *_capped(copy, channel, ("links_max",), "addresses", lambda text: [(k.start, k.end) for k in links.find(text)]),
        *_addresses(copy, channel),
        *_forbidden(copy, channel),
        *_unique(copy, channel),
        *_path(copy, channel),
        *_short_one(copy, channel),
        *_bytes(copy, channel),
    ]


def _problem(channel: Channel, severity: Severity, slot: str, index: int, span: Span, message: str) -> Problem:
    told = f"{message} Source: {channel.cited}"
    return Problem(check=NAME, severity=severity, slot=slot, index=index, span=span, message=told)


def _severity(channel: Channel, otherwise: Severity) -> Severity:
    return "warn" if channel.rules.get("severity") == "warn" else otherwise


def _capped(
    copy: Copy, channel: Channel, rules: tuple[str, ...], what: str, find: Callable[[str], list[Span]]
) -> Iterator[Problem]:
    for rule in rules:
        most = channel.rules.get(rule)
        if not isinstance(most, int):
            continue
        held: Severity = "block" if channel.kind == "ad" or what == "addresses" else "warn"
        found = [(s, i, span) for s, i, text in copy.lines() if s != "alt_text" for span in find(text)]
        if len(found) > most:
            slot, index, span = found[most]
            message = f"{len(found)} {what}, {len(found) - most} over the {most} that {channel.name} takes."
            yield _problem(channel, _severity(channel, held), slot, index, span, message)


def _addresses(copy: Copy, channel: Channel) -> Iterator[Problem]:
    if channel.rules.get("url_in_text") is not False:
        return
    for slot, index, text in copy.lines():
        for link in links.find(text):
            message = f"{channel.name} takes no address in its text."
            yield _problem(channel, _severity(channel, "block"), slot, index, (link.start, link.end), message)


def _forbidden(copy: Copy, channel: Channel) -> Iterator[Problem]:
    characters = channel.rules.get("forbid_chars")
    for slot, index, text in copy.lines():
        for character in characters if isinstance(characters, list) else []:
            place = text.find(character)
            if place >= 0:
                message = f"{channel.name} takes no {character!r}."
                yield _problem(channel, "block", slot, index, (place, place + len(character)), message)
        for rule in ("forbid_words", f"forbid_words_{slot}"):
            listed = channel.rules.get(rule)
            for word in listed if isinstance(listed, list) else []:
                for match in regex.finditer(rf"(?<![\w]){regex.escape(word)}(?![\w])", text, regex.IGNORECASE):
                    message = f"{channel.name} takes no {word!r} here."
                    yield _problem(channel, "block", slot, index, match.span(), message)


def plain(text: str) -> str:
    """A line without case, punctuation and outer spaces: what must differ where a channel wants unique lines."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if unicodedata.category(c)[0] not in "PSC")
    return " ".join(kept.split())


def _unique(copy: Copy, channel: Channel) -> Iterator[Problem]:
    if channel.rules.get("unique_items") is not True:
        return
    for slot, lines in copy.slots.items():
        seen: dict[str, int] = {}
        for index, text in enumerate(lines):
            first = seen.setdefault(plain(text), index)
            if first != index and text.strip():
                message = f"The same words as {slot.replace('_', ' ')} {first + 1}; each line must differ."
                yield _problem(channel, "block", printable(slot), index, (0, len(text)), message)


def _path(copy: Copy, channel: Channel) -> Iterator[Problem]:
    paths = copy.slots.get("path", [])
    if channel.rules.get("path2_needs_path1") is True and len(paths) > 1 and paths[1].strip() and not paths[0].strip():
        yield _problem(channel, "block", "path", 1, (0, len(paths[1])), "The second path needs a first one.")


def _short_one(copy: Copy, channel: Channel) -> Iterator[Problem]:
    """`one_headline_max = 15`: at least one headline is that short."""
    for rule, most in channel.rules.items():
        if not (rule.startswith("one_") and rule.endswith("_max") and isinstance(most, int)):
            continue
        slot = rule.removeprefix("one_").removesuffix("_max")
        lines = copy.slots.get(slot, [])
        if slot in channel.slots and lines and all(channel.slots[slot].length(text) > most for text in lines):
            message = f"One {slot.replace('_', ' ')} of {most} characters or less is needed."
            yield _problem(channel, "block", slot, 0, (0, len(lines[0])), message)


def _bytes(copy: Copy, channel: Channel) -> Iterator[Problem]:
    """`max_bytes`: of one text; `payload_max_bytes`: of all of them."""
    most = channel.rules.get("max_bytes")
    for slot, index, text in copy.lines():
        size = len(text.encode("utf-8", "surrogatepass"))
        if isinstance(most, int) and size > most:
            yield _problem(channel, "block", slot, index, (0, len(text)), f"{size:,} bytes, at most {most:,}.")
    whole = channel.rules.get("payload_max_bytes")
    size = sum(len(text.encode("utf-8", "surrogatepass")) for _, _, text in copy.lines())
    if isinstance(whole, int) and size > whole:
        slot, index, text = copy.lines()[0]
        yield _problem(channel, "block", slot, index, (0, len(text)), f"{size:,} bytes in all, at most {whole:,}.")
