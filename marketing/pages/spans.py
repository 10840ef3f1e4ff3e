"""The span and the peak of a forecast in words: by days, weeks or months, as its trend has values."""

import datetime as dt
from typing import Any

from marketing.pages import words
from marketing.trends.wording import month

WEEK = 7
CASES = {"M": "months"}  # what of five are meant by "four of five"; weeks else
BEFORE = {"M": "the month before"}  # what a total is held against
LENGTHS = {"D": 1, "W": 7, "M": 31}  # days of a period, at most
LATELY = 6  # days for which a weekday alone tells which day is meant


def cases(code: str) -> str:
    """What a band's "four of five" counts: weeks or months."""
    return CASES.get(code, "weeks")


def before(code: str) -> str:
    """The time before a window."""
    return BEFORE.get(code, "the week before")


def over(date: dt.date, code: str, today: dt.date) -> bool:
    """Whether the period of a date has passed, as one ahead of old data may have."""
    return date + dt.timedelta(days=LENGTHS[code] - 1) < today


def window(ahead: Any, code: str, today: dt.date) -> str:
    """When the total of an outlook comes: "this week", "from 3 to 9 April", "in the week of 29 November"."""
    first, last = ahead["window_first"].date(), ahead["window_last"].date()
    if code != "D" or first == last:
        return at(first, code, today)
    if (first - today).days in (0, 1) and (last - first).days == WEEK - 1:
        return "this week" if first.weekday() == 0 else "in the next seven days"
    same = first.month == last.month
    return f"from {first.day if same else words.date_only(first, today)} to {words.date_only(last, today)}"


def at(date: dt.date, code: str, today: dt.date) -> str:
    """A period: "on Saturday 28 November", "in the week of 29 November", "in November"."""
    if code == "M":
        return f"in {month(date, today)}"
    return f"in the week of {words.date_only(date, today)}" if code == "W" else f"on {words.day(date, today)}"


def lately(date: dt.date, code: str, today: dt.date) -> str:
    """As `at`, for one just gone: "on Tuesday"."""
    if code == "D":
        return f"on {date:%A}" if (today - date).days <= LATELY else f"on {words.date_only(date, today)}"
    return at(date, code, today)


def short(ahead: Any, code: str, today: dt.date) -> str:
    """The window, for a small place: "25 Nov to 1 Dec", "week of 29 Nov", "November"."""
    first, last = ahead["window_first"].date(), ahead["window_last"].date()
    if code == "M":
        return month(first, today)
    if code == "W" or first == last:
        return f"{'week of ' if code == 'W' else ''}{words.short_date(first, today)}"
    begin = str(first.day) if first.month == last.month else words.short_date(first, today)
    return f"{begin} to {words.short_date(last, today)}"


def peak(ahead: Any, code: str, today: dt.date) -> str:
    """ "It peaks on Saturday 28 November", "It should have peaked in March"."""
    date = ahead["peak_date"].date()
    return f"It {'should have peaked' if over(date, code, today) else 'peaks'} {at(date, code, today)}"
