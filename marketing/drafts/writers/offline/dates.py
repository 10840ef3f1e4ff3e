"""Dates in the words of facts: found, written as people write them, and left out once they have passed."""

import datetime as dt
import re

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH = "|".join(MONTHS)
ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({_MONTH})(?:,? (\d{{4}}))?", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?\b", re.IGNORECASE)
WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? (?=\d)")
CLOSE = 180  # days within which a day and month need no year


def found(text: str, today: dt.date) -> list[dt.date]:
    """The dates in `text`; one without a year is the nearest to `today`."""
    days = [_day(y, m, d, today) for y, m, d in ISO.findall(text)]
    days += [_day(y, _number(m), d, today) for d, m, y in DAY_FIRST.findall(text)]
    days += [_day(y, _number(m), d, today) for m, d, y in MONTH_FIRST.findall(text)]
    return sorted(day for day in days if day)


def passed(text: str, today: dt.date) -> bool:
    """Whether every date in `text` lies before today."""
    days = found(text, today)
    return bool(days) and days[-1] < today


def natural(text: str) -> str:
    """`text` with 2026-11-27 written as 27 November 2026."""
    return ISO.sub(lambda m: f"{int(m[3])} {MONTHS[int(m[2]) - 1]} {m[1]}" if 1 <= int(m[2]) <= 12 else m[0], text)


def shortened(text: str, today: dt.date) -> list[str]:
    """`text` and its shorter forms: without the weekday, and without a year that goes without saying."""
    forms = [text, WEEKDAY.sub("", text)]
    days = found(text, today)
    if days and all(abs((day - today).days) <= CLOSE for day in days):
        forms += [re.sub(rf"(?<=[a-z0-9]),? {days[0].year}\b", "", form) for form in forms]
    return list(dict.fromkeys(forms))


def _number(month: str) -> int:
    return next(i for i, name in enumerate(MONTHS, 1) if name.casefold() == month.casefold())


def _day(year: str, month: str | int, day: str, today: dt.date) -> dt.date | None:
    years = [int(year)] if year else [today.year, today.year - 1, today.year + 1]
    days = []
    for candidate in years:
        try:
            days.append(dt.date(candidate, int(month), int(day)))
        except ValueError:
            continue
    return min(days, key=lambda d: abs((d - today).days), default=None)
