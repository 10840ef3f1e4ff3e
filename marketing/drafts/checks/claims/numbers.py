"""Numbers in a line, in digits or words: what they are worth."""

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketing.drafts.checks.claims import words
from marketing.drafts.checks.claims.assertions import Kind
from marketing.drafts.checks.claims.words import Token, lookup, stem

COMMA_LANGUAGES = ("de", "es", "fr", "pt", "it", "nl", "da", "fi", "nb", "no", "pl", "sv", "tr", "ru")
SCORES = (5, 10, 20, 100)  # out of which reviewers score


@dataclass(frozen=True)
class Number:
    """A number of a line: the places of its first and one past its last token, and what it is."""

    first: int
    last: int
    value: float
    kind: Kind = "count"


def find(line: Sequence[Token], language: str) -> Iterator[Number]:
    """Every number of a line (its tokens without hyphens), in order."""
    place = 0
    while place < len(line):
        number = at(line, place, language)
        if number is None:
            place += 1
            continue
        yield number
        place = number.last


def at(line: Sequence[Token], place: int, language: str) -> Number | None:
    """The number that begins at `place`, or None."""
    token = line[place]
    if token.kind == "star":
        return Number(place, place + 1, float(len(token.text)), "score")
    if token.kind == "number":
        return _digits(line, place, language)
    return _words(line, place) if token.kind == "word" else None


def _digits(line: Sequence[Token], place: int, language: str) -> Number | None:
    token = line[place]
    value = read_digits(token.text, language in COMMA_LANGUAGES)
    before = line[place - 1] if place else None
    if value is None or (
        before is not None
        and before.kind == "word"
        and before.end == token.start
        and before.low not in lookup("labels", "rank")
    ):
        return None  # "GTA6", "PS5", version 1.2.3: names
    last = place + 1
    while last < len(line) and (times := _magnitude(line, last)):
        value, last = value * times, last + 1
    time = _time(line, place, value)
    if time is not None:
        return time
    out_of = _out_of(line, last, language)
    if out_of is not None:
        return Number(place, out_of[1], value, "score") if out_of[0] in SCORES else Number(place, out_of[1], value)
    return Number(place, last, value)


def _time(line: Sequence[Token], place: int, value: float) -> Number | None:
    """21:00, 9pm and 9.30 pm, in minutes of the day."""
    last, minutes = place + 1, 60 * math.floor(value) + round(100 * (value % 1))
    clock = [t.text for t in line[place : place + 3]]
    if len(clock) == 3 and clock[1] == ":" and clock[0].isdigit() and clock[2].isdigit() and len(clock[2]) == 2:
        last, minutes = place + 3, 60 * int(value) + int(clock[2])
    half = line[last].low if last < len(line) else ""
    if half in ("am", "pm") and value < 13:
        return Number(place, last + 1, float(minutes % 720 + 720 * (half == "pm")), "time")
    return Number(place, last, float(minutes), "time") if last > place + 1 and value < 24 else None


def _magnitude(line: Sequence[Token], place: int) -> float:
    token = line[place]
    times = float(words.lexicon()["magnitudes"].get(token.low, 0)) if token.kind == "word" else 0.0
    glued = line[place - 1].end == token.start
    return times if glued or len(token.text) > 1 else 0.0  # "12m" is millions, "12 m" metres


def _out_of(line: Sequence[Token], place: int, language: str) -> tuple[float, int] | None:
    if place + 1 < len(line) and line[place].text == "/" and line[place + 1].kind == "number":
        total = read_digits(line[place + 1].text, language in COMMA_LANGUAGES)
        return (total, place + 2) if total is not None else None
    return None


def read_digits(text: str, comma: bool) -> float | None:  # noqa: FBT001 - a trait of the language, as babel has it
    """The number that digits with separators mean; None where they mean none ("1.2.3")."""
    groups = text.replace("’", "'").replace("\u202f", " ").replace("\u00a0", " ")
    signs = [c for c in groups if not c.isdigit()]
    if not signs:
        return float(groups) if len(groups) <= 30 else None
    point, thousands = (",", ".") if comma else (".", ",")
    whole, decimal = groups, ""
    if point in signs:
        if signs.count(point) > 1 or signs[-1] != point:
            return None
        whole, _, decimal = groups.partition(point)
    for sign in {thousands, "'", " "}:
        parts = whole.split(sign)
        if len(parts) > 1 and all(len(p) == 3 and p.isdigit() for p in parts[1:]) and parts[0].isdigit():
            whole = "".join(parts)
    if not whole.isdigit() or len(whole) > 30:
        return None
    return float(f"{whole}.{decimal or 0}")


@functools.cache
def small() -> dict[str, int]:
    return dict(words.lexicon()["numbers"])


def _words(line: Sequence[Token], place: int) -> Number | None:
    """Numbers in words: "twenty-four million", "two hundred and six", "a dozen", "tenth season"."""
    low = line[place].low
    after = line[place + 1].low if place + 1 < len(line) else ""
    lexicon = words.lexicon()
    if low == "one" and place and line[place - 1].low == "number":
        return Number(place, place + 1, 1.0)
    if low in lexicon["vague"]:
        return Number(place, place + 1, float(lexicon["vague"][low]), "vague")
    if low in lexicon["ordinals"] and stem(after) in lookup("labels", "words"):
        return Number(place, place + 1, float(lexicon["ordinals"][low]), "label")
    if low in lexicon["multiples"]:
        return Number(place, place + 1, float(lexicon["multiples"][low]), "multiple")
    if low in ("a", "one"):
        return _sum(line, place, 1.0, place + 1) if _is_long_magnitude(after) else None
    return _sum(line, place, 0.0, place) if low in small() or _is_long_magnitude(low) else None


def _sum(line: Sequence[Token], first: int, current: float, at: int) -> Number:
    """The number that the words from `at` on add up to, `current` being said already."""
    total = 0.0
    while at < len(line):
        word = line[at].low
        if word in small():
            current += small()[word]
        elif word == "one" and current >= 20 and current % 10 == 0:  # "twenty-one", "hundred and one"
            current += 1
        elif _is_long_magnitude(word):
            times = float(words.lexicon()["magnitudes"][word])
            current = max(current, 1.0) * times
            total, current = (total + current, 0.0) if times >= 1000 else (total, current)
        elif not _goes_on(line, at):
            break
        at += 1
    return Number(first, at, total + current)


def _goes_on(line: Sequence[Token], at: int) -> bool:
    """Whether an "and" stands within a number: "two hundred and six"."""
    if line[at].low != "and" or not at or at + 1 >= len(line):
        return False
    return line[at - 1].low == "hundred" and (line[at + 1].low in small() or line[at + 1].low == "one")


def _is_long_magnitude(word: str) -> bool:
    return len(word) > 3 and word in words.lexicon()["magnitudes"]
