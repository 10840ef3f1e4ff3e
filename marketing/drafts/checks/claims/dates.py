"""Dates in a line: 19 November 2026, Nov 19, 2026-11-19, 19/11, "in November", "on Friday"."""

import bisect
import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import regex

from marketing.drafts.checks.claims import words
from marketing.drafts.checks.claims.assertions import Assertion, apart
from marketing.drafts.checks.claims.words import Token

MONTH_FIRST = ("US", "PH", "CA")  # territories that write month/day; elsewhere day/month
_ISO = regex.compile(r"(?<![\w-])(?P<y>[12][0-9]{3})-(?P<m>[01]?[0-9])-(?P<d>[0-3]?[0-9])(?![\w-])")
_NUMERIC = regex.compile(
    r"(?<![\w./])(?P<a>[0-3]?[0-9])(?P<sign>[./])(?P<b>[0-3]?[0-9])(?:(?P=sign)(?P<y>[12][0-9]{3}|[0-9]{2}))?(?![\w/]|\.\d)"
)
_BEFORE_MONTH = (
    "in",
    "this",
    "next",
    "since",
    "from",
    "until",
    "till",
    "by",
    "late",
    "early",
    "mid",
    "throughout",
    "during",
    "of",
    "before",
    "after",
)
_BEFORE_WEEKDAY = (
    "on",
    "this",
    "next",
    "every",
    "from",
    "until",
    "till",
    "by",
    "each",
    "last",
    "out",
    "coming",
    "all",
    "before",
    "and",
    "or",
    "to",
    "new",
)
SCORES = (5, 10)  # out of which reviewers score
SUFFIXES = ("st", "nd", "rd", "th")
CLAUSE_REACH = 12  # words to either side that may say what a date is the date of
ANY = 0  # a part of a date that is not told

Date = tuple[int, ...]  # year, month, day, each ANY where it is not told


def find(text: str, line: Sequence[Token], territory: str = "") -> list[Assertion]:
    """Every date of a line, the fuller ones first where they overlap, each with the words of its clause."""
    found = apart([*_numeric(text, territory), *_spelled(line), *_months(line), *_weekdays(line)])
    starts = [token.start for token in line]
    return [replace(date, beside=_clause(line, starts, date)) for date in found]


def _clause(line: Sequence[Token], starts: Sequence[int], date: Assertion) -> frozenset[str]:
    """The words of the clause in which a date stands, outside it; a comma ends none."""
    first, last = bisect.bisect_left(starts, date.start), bisect.bisect_left(starts, date.end)
    near: set[str] = set()
    for side in (
        range(first - 1, max(-1, first - 1 - CLAUSE_REACH), -1),
        range(last, min(len(line), last + CLAUSE_REACH)),
    ):
        for place in side:
            if line[place].kind == "end" and line[place].text not in ',"“”':
                break
            if line[place].kind == "word":
                near.add(line[place].low)
    return frozenset(near)


def _date(
    kind_start: int, kind_end: int, year: int, month: int, day: int, weekday: int | None = None
) -> Assertion | None:
    try:
        dt.date(year or 2024, month or 1, day or 1)  # 2024 has a 29 February
    except ValueError:
        return None
    return Assertion("date", kind_start, kind_end, (year, month, day), weekday=weekday)


def _numeric(text: str, territory: str) -> Iterator[Assertion]:
    for match in _ISO.finditer(text):
        found = _date(*match.span(), int(match["y"]), int(match["m"]), int(match["d"]))
        if found:
            yield found
    for match in _NUMERIC.finditer(text):
        full = match["y"] is not None
        first, second = int(match["a"]), int(match["b"])
        if not full and (
            match["sign"] == "."
            or len(match[0]) < 4
            or _is_score(text[max(0, match.start() - 12) : match.start()], first, second)
        ):
            continue  # 9.5 is a number
        month_first = territory.partition("-")[0] in MONTH_FIRST and match["sign"] == "/"
        day, month = (second, first) if (month_first and first <= 12) or second > 12 else (first, second)
        year = int(match["y"]) if full else ANY
        found = (
            _date(*match.span(), year + 2000 if full and year < 100 else year, month, day) if 1 <= month <= 12 else None
        )
        if found:
            yield found


def _is_score(before: str, first: int, second: int) -> bool:
    """Whether 9/10 is marks out of ten and not a day: so it is, unless a word of dates stands before it."""
    last = before.split()[-1].lower() if before.split() else ""
    return second in SCORES and first <= second and last not in _BEFORE_MONTH and last not in _BEFORE_WEEKDAY


def _month(token: Token) -> int:
    return int(words.lexicon()["months"].get(token.low, 0)) if token.kind == "word" else 0


def _small(token: Token, most: int) -> int:
    text = token.text
    return (
        int(text)
        if token.kind == "number" and text.isdigit() and len(text) <= len(str(most)) and 0 < int(text) <= most
        else 0
    )


def _year(token: Token) -> int:
    text = token.text
    return int(text) if token.kind == "number" and len(text) == 4 and text.isdigit() and 1850 <= int(text) < 2200 else 0


def _spelled(line: Sequence[Token]) -> Iterator[Assertion]:
    """19 November 2026; 19th of November; November 19th, 2026; Nov 2026; each perhaps after a weekday."""
    told = [t for t in line if t.text not in (",", ".") and t.low not in (*SUFFIXES, "of", "the")]
    suffixes = {token.start: token.end for token in line if token.low in SUFFIXES}
    for place, token in enumerate(told):
        month = _month(token)
        if not month:
            continue
        first = last = place
        day = _small(told[place - 1], 31) if place and token.start - told[place - 1].end < 8 else 0
        if day:
            first = place - 1
        elif place + 1 < len(told) and told[place + 1].start - token.end < 6 and (day := _small(told[place + 1], 31)):
            last = place + 1
        year = _year(told[last + 1]) if last + 1 < len(told) and told[last + 1].start - told[last].end < 6 else 0
        last += bool(year)
        weekday = _weekday_before(told, first)
        start = told[first - 1].start if weekday is not None else told[first].start
        end = told[last].end
        found = _date(start, suffixes.get(end, end), year, month, day, weekday) if day or year else None
        if found:
            yield found


def _weekday_before(told: Sequence[Token], first: int) -> int | None:
    if not first or told[first].start - told[first - 1].end >= 8:
        return None
    weekday = words.lexicon()["weekdays"].get(told[first - 1].low)
    return None if weekday is None else int(weekday)


def _months(line: Sequence[Token]) -> Iterator[Assertion]:
    for before, token in itertools.pairwise(line):
        if _month(token) and token.text[0].isupper() and before.low in _BEFORE_MONTH:
            yield Assertion("date", token.start, token.end, (ANY, _month(token), ANY))


def _weekdays(line: Sequence[Token]) -> Iterator[Assertion]:
    told = [t for t in line if t.kind in ("word", "end", "number")]
    for place, token in enumerate(told):
        weekday = words.lexicon()["weekdays"].get(token.low.removesuffix("s") if len(token.low) > 5 else token.low)
        if weekday is None or token.low in ("sun", "mon", "sat", "wed") or not token.text[0].isupper():
            continue
        before = told[place - 1] if place else None
        after = told[place + 1] if place + 1 < len(told) else None
        if (before is not None and before.low in _BEFORE_WEEKDAY) or (
            before is None and (after is None or after.low in ("at", "from"))
        ):
            often = token.low.endswith("days") or (before is not None and before.low in ("every", "each"))
            unit = "every" if often else ""
            yield Assertion("date", token.start, token.end, (ANY, ANY, ANY), unit, weekday=int(weekday))
