"""Superlatives, "first" and "only", majorities and awards in a line."""

from collections.abc import Iterator, Sequence

from marketing.drafts.checks.claims import words
from marketing.drafts.checks.claims.assertions import Assertion, apart
from marketing.drafts.checks.claims.words import Token, lookup, phrases, stem

REACH = 4  # words after a superlative among which the work it praises is looked for
AWARD_REACH = 12  # words between "won" and the award
JOINTS = ("at", "of", "for", "in", "from")
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
    bodies = [place for body in phrases("awards", "bodies").find(clause) for place in range(*body)]
    listed = [place for place, token in enumerate(clause) if token.low in lookup("awards", "words")]
    outcomes = [place for place, token in enumerate(clause) if token.low in _outcomes()]
    told = {clause[place].low for place in outcomes}
    has_award_word = any(clause[place].low not in _outcomes() for place in listed)
    prizes = [
        place for place in outcomes if _wins_a_name(clause, place) or clause[place].low in lookup("awards", "nominated")
    ]
    if not bodies and not prizes and not (has_award_word and outcomes):
        return
    anchor = (bodies or prizes or listed)[0]
    places = sorted({*bodies, *prizes, *listed, *(place for place in outcomes if abs(place - anchor) <= AWARD_REACH)})
    first, last = places[0], _past_name(clause, places[-1] + 1)
    named = {clause[place].low for place in bodies} | {t.low for t in clause[first:last] if _is_name(t)}
    years = {t.text for t in clause if t.kind == "number" and len(t.text) == 4}
    outcome = "nominated" if told & lookup("awards", "nominated") else "won" if told else "named"
    beside = frozenset(stem(name) for name in named - _outcomes() - lookup("awards", "words")) | years
    yield Assertion("award", clause[first].start, clause[last - 1].end, outcome, "award", beside=beside)


def _outcomes() -> frozenset[str]:
    return lookup("awards", "won") | lookup("awards", "nominated")


def _continues_name(token: Token) -> bool:
    return _is_name(token) or token.low in ("the", "a", "an", "of", "its")


def _wins_a_name(clause: Sequence[Token], place: int) -> bool:
    """Whether "won" is followed by what is written as a name: "won the Green Lens", not "won the war"."""
    if clause[place].low not in ("won", "wins", "winner"):
        return False
    after = [token for token in clause[place + 1 : place + 4] if token.low not in ("the", "a", "an", "of", "its")]
    return bool(after) and _is_name(after[0]) and sum(map(_is_name, clause)) < len(clause) - 1


def _is_name(token: Token) -> bool:
    return token.kind == "word" and token.text[0].isupper()


def _past_name(clause: Sequence[Token], place: int) -> int:
    """One past the name that a preposition joins to an award: "prize at the Westbank Film Festival"."""
    after = place
    while _wins_a_name(clause, place - 1) and after < len(clause) and _continues_name(clause[after]):
        after += 1
    if after < len(clause) and clause[after].low in JOINTS:
        after += 1
        while after < len(clause) and (_is_name(clause[after]) or clause[after].low in (*JOINTS, "the")):
            after += 1
        while not _is_name(clause[after - 1]) and after > place:
            after -= 1
    return after
