"""The claims of copy and what bears them out: each statement of each line, with its fact or the reason for none."""

from collections.abc import Iterator
from dataclasses import dataclass

from marketing.drafts import hazards
from marketing.drafts.briefs import Brief
from marketing.drafts.checks.claims import free, quotes, reading, support, verbatim
from marketing.drafts.checks.claims.assertions import Assertion
from marketing.drafts.checks.claims.reading import Reading
from marketing.drafts.checks.claims.support import Held
from marketing.drafts.copy import Copy
from marketing.titles import Fact

STORY_KINDS = ("premise", "cast")


@dataclass(frozen=True)
class Entry:
    """A statement at a place of the copy, and the fact that bears it out, or None and the reason, in words.

    `instead` is a wording that the facts bear, where they have one.
    """

    slot: str
    index: int
    start: int
    end: int
    text: str
    fact: str | None
    reason: str = ""
    instead: str = ""


def entries(copy: Copy, brief: Brief) -> Iterator[Entry]:
    """Every statement of the copy that needs a fact, by slot, line and place."""
    own = free.own_words(brief)
    holds = _facts(brief, own)
    linked = {(claim.slot, claim.index, claim.fact) for claim in copy.claims}
    for slot, index, text in copy.lines():
        favoured = {fact for at, place, fact in linked if (at, place) == (slot, index)}
        ranked = sorted(
            holds,
            key=lambda held: (
                bool(held.why_not),
                held.fact.id not in favoured,
                verbatim.is_own(held.fact.id),
                held.fact.id,
            ),
        )
        yield from _line_entries(slot, index, text, ranked, brief, own)


def _facts(brief: Brief, own: tuple[str, ...]) -> list[Held]:
    return [
        Held(fact, _read(fact.text, brief, own), brief.why_not(fact) or _why_unsafe(fact)) for fact in brief.all_facts()
    ]


def _why_unsafe(fact: Fact) -> str:
    return "holds markup or an instruction" if hazards.find(fact.text) else ""


def _read(text: str, brief: Brief, own: tuple[str, ...]) -> Reading:
    return reading.read(text, free.spans(text, own), brief.language, brief.territory)


def _line_entries(
    slot: str, index: int, text: str, holds: list[Held], brief: Brief, own: tuple[str, ...]
) -> Iterator[Entry]:
    quoted: list[tuple[int, int]] = []
    for quotation in quotes.find(text):
        entry = _quotation(quotation, holds, brief)
        if entry is not None:
            fact, reason, instead = entry
            quoted += [(quotation.start, quotation.end)]
            yield Entry(
                slot,
                index,
                quotation.start,
                quotation.end,
                text[quotation.start : quotation.end],
                fact,
                reason,
                instead,
            )
    line = reading.read(text, (*free.spans(text, own), *quoted), brief.language, brief.territory)
    for claim in line.assertions:
        held = next((h for h in holds if not h.why_not and support.bears(h, claim, line, brief.day)), None)
        said = text[claim.start : claim.end]
        if held is not None:
            yield Entry(slot, index, claim.start, claim.end, said, held.fact.id)
        else:
            reason, instead = _why_none(claim, line, holds, brief)
            yield Entry(slot, index, claim.start, claim.end, said, None, reason, instead)


def _why_none(claim: Assertion, line: Reading, holds: list[Held], brief: Brief) -> tuple[str, str]:
    for held in holds:
        if held.why_not and support.bears(held, claim, line, brief.day):
            return f"fact {held.fact.id} says so, but it {held.why_not}", ""
    if claim.kind == "praise":
        return "no dated fact of the brief says so", ""
    for held in holds:
        told = None if held.why_not else support.nearest(held, claim)
        if told is not None:
            instead = held.fact.text[told.start : told.end]
            if instead.casefold() == line.text[claim.start : claim.end].casefold():
                return f"fact {held.fact.id} says it of something else, or with a limit that is left out", ""
            return f"fact {held.fact.id} says {instead}", instead
    return "no fact of the brief says so", ""


def _quotation(quotation: quotes.Quotation, holds: list[Held], brief: Brief) -> tuple[str | None, str, str] | None:
    """The fact, or why there is none and what to write instead; None for words that need no fact: dialogue, names."""
    source = next((held for held in holds if support.quotes_it(quotation, held.fact)), None)
    if source is None:
        if not quotation.by or _is_of_the_story(quotation.by, holds):
            return None
        return None, f"no fact of the brief has these words from {quotation.by}", ""
    if source.why_not:
        return None, f"fact {source.fact.id} has these words, but it {source.why_not}", ""
    if source.fact.kind in STORY_KINDS:
        return source.fact.id, "", ""
    if not quotation.by:
        return (
            None,
            f"a quote needs its source; fact {source.fact.id} has it from {source.fact.source or 'nobody named'}",
            "",
        )
    if not support.said_by(quotation, source.fact):
        return None, f"fact {source.fact.id} has these words from {source.fact.source or 'another'}", ""
    return source.fact.id, "", ""


def _is_of_the_story(name: str, holds: list[Held]) -> bool:
    told = {word for held in holds if held.fact.kind in STORY_KINDS for word in quotes.plain(held.fact.text).split()}
    named = set(quotes.plain(name).split()) - support.NO_NAMES
    return bool(named) and named <= told
