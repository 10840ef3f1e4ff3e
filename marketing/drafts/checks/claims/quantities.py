"""Quantities: what the numbers of a line count, under which limit, and what is said beside them."""

import functools
from collections.abc import Sequence

from marketing.drafts.checks.claims import numbers, words
from marketing.drafts.checks.claims.assertions import Assertion, Kind
from marketing.drafts.checks.claims.numbers import Number
from marketing.drafts.checks.claims.words import Token, lookup, stem

UNIT_REACH = 5  # words after a number among which what it counts is looked for
CLAUSE_REACH = 12  # words to either side that may limit a number
EARLIEST_YEAR = 1850
WHOLES = (3, 4, 5, 10, 20, 100, 1000)  # "nine out of ten" and its kind


def find(line: Sequence[Token], language: str = "en") -> list[Assertion]:
    """Every number of a line (its tokens without hyphens) as an assertion."""
    found: list[Assertion] = []
    for number in numbers.find(line, language.partition("-")[0].lower()):
        if not found or line[number.first].start >= found[-1].end:
            found.append(_assertion(line, number))
    return found


def _assertion(line: Sequence[Token], number: Number) -> Assertion:
    return (
        _price(line, number)
        or _percent(line, number)
        or _share(line, number)
        or _rank(line, number)
        or _label(line, number)
        or _count(line, number)
    )


@functools.cache
def _currencies() -> dict[str, str]:
    kept = words.lexicon()["currencies"]
    return {word: name for name, listed in kept.items() if name not in ("periods", "free") for word in listed}


def _price(line: Sequence[Token], number: Number) -> Assertion | None:
    first, last = number.first, number.last
    before = line[first - 1] if first else None
    currency = ""
    if before is not None and before.low in _currencies():
        first, currency = first - 1, _currencies()[before.low]
        if (
            first
            and before.text == "$"
            and line[first - 1].end == before.start
            and line[first - 1].low + "$" in _currencies()
        ):
            first, currency = first - 1, _currencies()[line[first - 1].low + "$"]
    elif last < len(line) and line[last].low in _currencies():
        last, currency = last + 1, _currencies()[line[last].low]
    if not currency:
        return None
    return _made("price", line, first, last, number.value, currency)


def _percent(line: Sequence[Token], number: Number) -> Assertion | None:
    last = number.last
    if last < len(line) and line[last].low in ("%", "percent", "pc"):
        return _made("percent", line, number.first, last + 1, number.value, _unit(line, last + 1)[0])
    if last + 1 < len(line) and line[last].low == "per" and line[last + 1].low == "cent":
        return _made("percent", line, number.first, last + 2, number.value, _unit(line, last + 2)[0])
    return None


def _share(line: Sequence[Token], number: Number) -> Assertion | None:
    """Nine out of ten, 9 in 10, as a percentage."""
    last = number.last
    for joint in (("out", "of"), ("in",)):
        after = last + len(joint)
        if after < len(line) and tuple(t.low for t in line[last:after]) == joint:
            whole = numbers.at(line, after, "en")
            if whole is not None and whole.value in WHOLES and number.value < whole.value:
                return _made(
                    "percent",
                    line,
                    number.first,
                    whole.last,
                    100 * number.value / whole.value,
                    _unit(line, whole.last)[0],
                )
    return None


def _rank(line: Sequence[Token], number: Number) -> Assertion | None:
    before = line[number.first - 1] if number.first else None
    if before is None:
        return None
    is_rank = (before.text == "#" and number.value <= 100) or (before.low in lookup("labels", "rank"))
    return _made("rank", line, number.first - 1, number.last, number.value, "rank") if is_rank else None


def _label(line: Sequence[Token], number: Number) -> Assertion | None:
    before = line[number.first - 1] if number.first else None
    if before is not None and stem(before.low) in lookup("labels", "words") and _is_order(number):
        return _made(
            "label",
            line,
            number.first - 1,
            number.last,
            number.value,
            words.units().get(stem(before.low), stem(before.low)),
        )
    after = line[number.last] if number.last < len(line) else None
    if number.kind == "label":
        unit, last = _unit(line, number.last)
        return _made("label", line, number.first, last, number.value, unit)
    if after is not None and after.low in ("st", "nd", "rd", "th") and line[number.last - 1].end == after.start:
        unit, last = _unit(line, number.last + 1)
        return _made("label", line, number.first, max(last, number.last + 1), number.value, unit)
    return None


def _is_order(number: Number) -> bool:
    return number.kind == "count" and number.value < EARLIEST_YEAR  # "Film Days 2026" is a year


def _count(line: Sequence[Token], number: Number) -> Assertion:
    last = number.last
    if number.kind == "time":
        return _made("time", line, number.first, last, number.value, "")
    if number.kind == "score":
        out_of = line[last - 1].text if last - number.first > 1 else "5"
        return _made("score", line, number.first, last, number.value, out_of)
    unit, end = _unit(line, last)
    value = number.value
    minutes = words.lexicon()["units"]["minutes"]
    if unit in minutes and number.kind == "count":
        value, end, unit = _duration(line, value * minutes[unit], unit, end)
    if unit == "star":
        return _made("score", line, number.first, end, value, "5")
    return _made(number.kind, line, number.first, max(end, last), value, unit)


def _duration(line: Sequence[Token], minutes: float, unit: str, end: int) -> tuple[float, int, str]:
    """Minutes in all of "1 hour 36 minutes" and "1h 36m"."""
    if unit == "hour" and end < len(line) and line[end].low == "and":
        end += 1
    if unit == "hour" and end < len(line) and line[end].kind == "number" and line[end].text.isdigit():
        after = line[end + 1].low if end + 1 < len(line) else ""
        if words.units().get(stem(after), after) == "minute" or after == "m":
            return minutes + int(line[end].text), end + 2, "minute"
    return minutes, end, "minute"


def _unit(line: Sequence[Token], place: int) -> tuple[str, int]:
    """What the number before `place` counts, and the place after that word."""
    fallback: tuple[str, int] = ("", place)
    for at in range(place, min(place + UNIT_REACH, len(line))):
        token = line[at]
        if token.text == "+":
            continue
        if token.kind != "word" or (token.low in lookup("skipped", "stops") and token.low not in ("us",)):
            break
        known = words.units().get(stem(token.low))
        if known is not None and not _is_adjective_here(line, at):
            return known, at + 1
        if not fallback[0] and token.low not in lookup("skipped", "words"):
            fallback = (stem(token.low), at + 1)
    return fallback


def _is_adjective_here(line: Sequence[Token], at: int) -> bool:
    """Whether a word such as "live" in "12 live shows" only describes what is counted after it."""
    if line[at].low not in lookup("skipped", "words") or at + 1 >= len(line):
        return False
    return words.units().get(stem(line[at + 1].low)) is not None


def _made(kind: Kind, line: Sequence[Token], first: int, last: int, value: float, unit: str) -> Assertion:
    bound = _bound(line, first, last)
    return Assertion(kind, line[first].start, line[last - 1].end, value, unit, bound, _beside(line, first, last))


@functools.cache
def _bounds() -> dict[tuple[str, ...], str]:
    listed = words.lexicon()["bounds"]
    return {tuple(phrase.split()): name for name, phrases in listed.items() for phrase in phrases}


def _bound(line: Sequence[Token], first: int, last: int) -> str:
    for length in (4, 3, 2, 1):
        told = tuple(t.low for t in line[max(0, first - length) : first])
        if told in _bounds():
            return _bounds()[told]
    plus = any(t.text == "+" for t in line[first : last + 1])
    return "floor" if plus else ""


def _beside(line: Sequence[Token], first: int, last: int) -> frozenset[str]:
    """The words of this number's clause that say how it was counted, over what time and where."""
    left, right = first, last
    while left > max(0, first - CLAUSE_REACH) and line[left - 1].kind != "end":
        left -= 1
    while right < min(len(line), last + CLAUSE_REACH) and line[right].kind != "end":
        right += 1
    clause = [t.low for t in line[left:right]]
    outside = [t.low for t in (*line[left:first], *line[last:right])]
    invited = any(word in lookup("measure", "invitations") for word in clause[:3])
    found = {word for word in outside if word in lookup("measure", "verbs") or word in lookup("measure", "places")}
    for before, word in zip(["", *outside], outside, strict=False):
        if stem(word) in lookup("measure", "periods") and not (invited and before in ("this", "all", "next")):
            found.add(stem(word))
    bound_words = {"more", "less"} if _bound(line, first, last) else set()
    return frozenset(found - bound_words)
