"""Editorial rules of Google and those who follow it: exclamation marks, capitals, repeated marks, emoji, "click here".

Each holds where the channel's file has it. A name that the brief writes in capitals may stay so.
"""

from collections.abc import Iterator

import regex

from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.channels.counting import EMOJI
from marketing.drafts.copy import Copy, Problem, Severity

NAME = "editorial"
SHORTEST_SHOUT = 5  # letters; shorter words in capitals are abbreviations more often than not
REPEATED = regex.compile(r"([!?.,;:*~=+_-])\1++|[!?]{2,}+|…")
CAPITALS = regex.compile(r"(?<![\w])\p{Lu}[\p{Lu}'’]++(?![\w])")


def check(copy: Copy, channel: Channel, brief: Brief) -> list[Problem]:
    """What the channel's editorial rules refuse."""
    return [
        *_exclamations(copy, channel),
        *_repeated(copy, channel),
        *_capitals(copy, channel, brief),
        *_emoji(copy, channel, brief),
        *_generic(copy, channel),
    ]


def _problem(
    channel: Channel, slot: str, index: int, span: tuple[int, int], message: str, suggestion: str = ""
) -> Problem:
    severity: Severity = "warn" if channel.rules.get("severity") == "warn" else "block"
    told = f"{message} Source: {channel.cited}"
    return Problem(
        check=NAME, severity=severity, slot=slot, index=index, span=span, message=told, suggestion=suggestion
    )


def _exclamations(copy: Copy, channel: Channel) -> Iterator[Problem]:
    found = [(s, i, place, text) for s, i, text in copy.lines() for place, c in enumerate(text) if c in "!！¡"]
    strict = channel.rules.get("exclamation_in_headline") is False
    headlines = [at for at in found if strict and "headline" in at[0]]
    others = [at for at in found if not (strict and "headline" in at[0])]
    for slot, index, place, text in headlines:
        span, without = _sentence_end(text, place)
        yield _problem(channel, slot, index, span, "No exclamation mark in a headline.", without)
    most = channel.rules.get("exclamation_max")
    if isinstance(most, int) and not isinstance(most, bool):
        for slot, index, place, text in others[most:]:
            span, without = _sentence_end(text, place)
            yield _problem(channel, slot, index, span, f"At most {most} exclamation mark in an ad.", without)


def _sentence_end(text: str, place: int) -> tuple[tuple[int, int], str]:
    """The mark with the word before it, and that word with a full stop, or bare at the end of the line."""
    start = place
    while start and not text[start - 1].isspace() and place - start < 40:
        start -= 1
    stop = "" if not text[place + 1 :].strip() else "."
    return (start, place + 1), text[start:place].rstrip("!！¡") + stop


def _repeated(copy: Copy, channel: Channel) -> Iterator[Problem]:
    if channel.rules.get("repeated_punctuation") is not False:
        return
    for slot, index, text in copy.lines():
        for match in REPEATED.finditer(text):
            mark = match[0][0]
            told = "No ellipsis." if mark == "…" or match[0].startswith("...") else "No repeated punctuation."
            instead = "." if told == "No ellipsis." else mark
            yield _problem(channel, slot, index, match.span(), told, instead)


def _capitals(copy: Copy, channel: Channel, brief: Brief) -> Iterator[Problem]:
    if channel.rules.get("all_caps") is not False:
        return
    names = f"{brief.title.name} {brief.title.title} {brief.title.rating} {brief.brand.name}".split()
    known = {word for fact in brief.facts for word in fact.text.split() if word.isupper()} | set(names)
    for slot, index, text in copy.lines():
        shouted = [m for m in CAPITALS.finditer(text) if m[0] not in known]
        whole = len(shouted) > 1 and text == text.upper()
        for match in shouted:
            if whole or sum(c.isalpha() for c in match[0]) >= SHORTEST_SHOUT:
                message = "No words in capitals, but for names and abbreviations."
                yield _problem(channel, slot, index, match.span(), message, match[0].capitalize())


def _emoji(copy: Copy, channel: Channel, brief: Brief) -> Iterator[Problem]:
    most = channel.rules.get("emoji_max")
    exempt = channel.rules.get("emoji_exempt_markets")
    if not isinstance(most, int) or (isinstance(exempt, list) and brief.territory.partition("-")[0] in exempt):
        return
    found = [(s, i, m.span()) for s, i, text in copy.lines() for m in EMOJI.finditer(text)]
    for slot, index, span in found[most:]:
        yield _problem(
            channel, slot, index, span, f"{channel.name} takes {'no' if not most else f'at most {most}'} emoji."
        )


def _generic(copy: Copy, channel: Channel) -> Iterator[Problem]:
    listed = channel.rules.get("generic_cta")
    for slot, index, text in copy.lines():
        for phrase in listed if isinstance(listed, list) else []:
            spelled = r"\s{1,3}".join(regex.escape(word) for word in phrase.split())
            for match in regex.finditer(rf"(?<![\w]){spelled}(?![\w])", text, regex.IGNORECASE):
                yield _problem(
                    channel, slot, index, match.span(), f"{phrase!r} says nothing: say what follows the click."
                )
