"""Superlatives, "first" and "only", majorities and awards in a line."""

from collections.abc import Iterator, Sequence

from marketing.drafts.checks.claims import words
from marketing.drafts.checks.claims.assertions import Assertion, apart
from marketing.drafts.checks.claims.words import Token, lookup, phrases, stem

REACH = 4  # words after a superlative among which the work it praises is looked for
OWNERS = ("the", "its", "their", "his", "her", "your", "our")
BE_THE_FIRST = ("be", "among", "been")


def find(line: Sequence[Token]) -> list[Assertion]:
    """Every claim of rank, firstness, majority or award in a line (its tokens without hyphens)."""
    return apart([*_awards(line), *_set_phrases(line), *_superlatives(line), *_firsts_and_onlys(line)])


def _said(
    line: Sequence[Token], first: int, last: int, value: str, unit: str = "", scope: frozenset[str] = frozenset()
) -> Assertion:
    return Assertion("praise", line[first].start, line[last - 1].end, value, unit, beside=scope)


def _set_phrases(line: Sequence[Token]) -> Iterator[Assertion]:
    for first, last in phrases("praise", "majorities").find(line):
        yield _said(line, first, last, " ".join(t.low for t in line[first:last]))
    for first, last in phrases("praise", "adverbs").find(line):
        end, unit, scope = _what_is_praised(line, last - 1)
        yield _said(line, first, max(end, last), " ".join(t.low for t in line[first:last]), unit, scope)
    for first, last in phrases("currencies", "free").find(line):
        yield Assertion("price", line[first].start, line[last - 1].end, 0.0, "free")


def _superlatives(line: Sequence[Token]) -> Iterator[Assertion]:
    for place, token in enumerate(line):
        is_most = token.low == "most" and place > 0 and line[place - 1].low in OWNERS
        if token.low not in lookup("praise", "superlatives") and not is_most:
            continue
        end, unit, scope = _what_is_praised(line, place + is_most)
        if end:
            value = " ".join(t.low for t in line[place : place + 1 + is_most])
            yield _said(line, place, end, value, unit, scope)
        elif token.low in lookup("praise", "alone") and _closes(line, place):
            yield _said(line, place, place + 1, token.low)


def _what_is_praised(line: Sequence[Token], place: int) -> tuple[int, str, frozenset[str]]:
    """What a superlative at `place` praises: one past its last word, the work, and among which others.

    The end is 0 where it praises no work and is not told to hold among all others: a story's "darkest secret".
    """
    end, unit, scope = 0, "", frozenset[str]()
    for at in range(place + 1, min(place + 1 + REACH, len(line))):
        if line[at].kind == "end":
            break
        reach = phrases("praise", "reach").at(line, at)
        if reach:
            return reach, unit, frozenset({" ".join(t.low for t in line[at:reach])})
        if not unit and stem(line[at].low) in _works():
            end, unit = at + 1, words.units().get(stem(line[at].low), stem(line[at].low))
    return end, unit, scope


def _works() -> frozenset[str]:
    return lookup("praise", "works")


def _closes(line: Sequence[Token], place: int) -> bool:
    return place + 1 == len(line) or line[place + 1].kind == "end"


def _firsts_and_onlys(line: Sequence[Token]) -> Iterator[Assertion]:
    for place, token in enumerate(line[:-1]):
        before = line[place - 1].low if place else ""
        if (
            token.low == "first"
            and before not in BE_THE_FIRST
            and not (place > 1 and line[place - 2].low in BE_THE_FIRST)
        ):
            end = phrases("praise", "firsts").at(line, place + 1)
            if end and (before in ("the", "a") or line[place + 1].low not in ("in", "since", "ever", "to")):
                yield _said(line, place, end, "first", stem(line[end - 1].low))
        if token.low == "only" and before in ("the", "its", "their"):
            end = phrases("praise", "onlys").at(line, place + 1)
            if end:
                yield _said(line, place, end, "only", stem(line[end - 1].low))


def _awards(line: Sequence[Token]) -> Iterator[Assertion]:
    """An award is a body's name, or an award word with a verb of winning; one for each clause."""
    start = 0
    ends = [place for place, token in enumerate(line) if token.kind == "end" and token.text != ","]
    for end in [*ends, len(line)]:
        yield from _award_in(line, start, end)
        start = end + 1


def _award_in(line: Sequence[Token], start: int, end: int) -> Iterator[Assertion]:
    clause = line[start:end]
    bodies = list(phrases("awards", "bodies").find(clause))
    told = [place for place, token in enumerate(clause) if token.low in lookup("awards", "words")]
    won = {token.low for token in clause} & lookup("awards", "won")
    nominated = {token.low for token in clause} & (lookup("awards", "nominated") - {"up"})
    has_award_word = any(clause[place].low not in lookup("awards", "won") for place in told)
    if not bodies and not (has_award_word and (won or nominated)):
        return
    places = [place for body in bodies for place in range(*body)] + told
    first, last = min(places), max(places) + 1
    names = frozenset(clause[place].low for body in bodies for place in range(*body))
    outcome = "nominated" if nominated else "won" if won else "named"
    years = frozenset(t.text for t in clause if t.kind == "number" and len(t.text) == 4)
    yield Assertion(
        "award",
        clause[first].start,
        clause[last - 1].end,
        outcome,
        "award",
        beside=frozenset(stem(n) for n in names) | years,
    )
