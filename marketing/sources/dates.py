"""Dates as people write them, in the one order that fits a whole column; what could be two dates is refused."""

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketing import tables
from marketing.sources.numbers import Typed, is_placeholder

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year-month-day"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "sept"),
)
PIVOT = 69  # two-digit years below are 20xx, as POSIX has it
COMPACT = 50  # how many times longer a wrong reading of a column stretches than the right one

_TIME = (
    r"(?:[T ,]+(?P<h>\d{1,2})(?::(?P<m>\d{2}))?(?::(?P<s>\d{2})(?:[.,](?P<f>\d+))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|UTC|GMT|[+\-]\d{2}:?\d{2}(?::?\d{2})?)?(?:\[[\w/]+\])?)?"
)
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
FORMS = tuple(
    (name, re.compile(_DAY + pattern + _TIME, re.IGNORECASE))
    for name, pattern in (
        ("ymd", r"(?P<y>\d{4})(?P<sep>[-/. ])(?P<mo>\d{1,2})(?P=sep)(?P<d>\d{1,2})"),
        ("ymd", r"(?P<y>\d{4})年(?P<mo>\d{1,2})月(?P<d>\d{1,2})日"),
        ("ymd", r"(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})"),
        ("hours", r"(?P<y>(?:19[6-9]|20)\d\d?)(?P<mo>\d{2})(?P<d>\d{2})00"),
        ("month", r"(?P<y>\d{4})[-/.](?P<mo>\d{1,2})"),
        ("named", r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/. ]+(?P<name>[a-z]{3,9})\.?,?[-/. ]+(?P<y>\d{4}|\d{2})"),
        ("named", r"(?P<name>[a-z]{3,9})\.?[-/. ]+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(?P<y>\d{4})"),
        ("named", r"(?P<y>\d{4})[-/. ](?P<name>[a-z]{3,9})[-/. ](?P<d>\d{1,2})"),
        ("open", r"(?P<a>\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})"),
    )
)
SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?")  # 1927 to 2118, as spreadsheets count days

NO_DATE = ("a date such as 2024-01-31", "Correct it.")
NO_DAY = ("a date that exists", "Correct it.")
NO_TIME = ("a day without a time of day", "Add the rows of a day up, or cut the time off if the day is what counts.")
COUNTED = ("a date, not a spreadsheet's count of days", "Format the column as dates in the spreadsheet and save again.")


@dataclass(frozen=True)
class Reading:
    """What one text may be: a day (from 1970 on, in days), three numbers whose order is open, or no date and why."""

    day: int | None = None
    parts: tuple[str, str, str] | None = None
    wrong: tuple[str, str] | None = None


def parse(texts: pd.Series, order: str | None, column: tables.Column) -> Typed:
    """The dates that `texts` are. `order` (dmy, mdy, ymd) says how 01/02/2024 is meant; None: found out, or refused."""
    filled = texts.notna() & ~(is_placeholder(texts) & (not column.required))
    codes, unique = pd.factorize(texts[filled])
    readings = [_read(text) for text in unique]
    open_parts = [r.parts for r in readings if r.parts]
    chosen = order or _order(open_parts)
    days, wrongs = _settle(readings, chosen, open_parts)
    values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[D]")
    values[filled.to_numpy(bool)] = days[codes]
    bad = np.zeros(len(texts), dtype=bool)
    bad[filled.to_numpy(bool)] = np.isnat(days)[codes]
    faults = []
    for wrong in dict.fromkeys(w for w in wrongs if w):
        of_kind = np.zeros(len(texts), dtype=bool)
        of_kind[filled.to_numpy(bool)] = np.array([w == wrong for w in wrongs], dtype=bool)[codes]
        faults += tables.faults_at(texts, of_kind, *wrong, column)
    note = f"Dates were read as {ORDERS[chosen]}." if open_parts and chosen else ""
    return Typed(pd.Series(values.astype("datetime64[us]"), texts.index), bad, faults, note)


def _settle(
    readings: list[Reading], order: str | None, open_parts: list[tuple[str, str, str]]
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.datetime64]], list[tuple[str, str] | None]]":
    days = np.full(len(readings), np.datetime64("NaT"), dtype="datetime64[D]")
    wrongs: list[tuple[str, str] | None] = []
    for at, reading in enumerate(readings):
        day, wrong = reading.day, reading.wrong
        if reading.parts:
            day = _in_order(reading.parts, order) if order else _only_day(reading.parts)
            wrong = _why_open(reading.parts, order) if day is None else None
        if day is not None:
            days[at] = np.datetime64(day, "D")
        wrongs.append(wrong)
    return days, wrongs


def _read(text: str) -> Reading:
    for name, form in FORMS:
        match = form.fullmatch(text)
        if match:
            return _reading(name, match.groupdict())
    return Reading(wrong=COUNTED if SERIAL.fullmatch(text) else NO_DATE)


def _reading(form: str, found: dict[str, str | None]) -> Reading:
    if not _is_midnight(found):
        return Reading(wrong=NO_TIME)
    if form == "open":
        return Reading(parts=(found["a"] or "", found["b"] or "", found["c"] or ""))
    month = _month(found["name"] or "") if form == "named" else int(found["mo"] or 0)
    if month is None:
        return Reading(wrong=NO_DATE)
    day = _day(_year(found["y"] or ""), month, int(found.get("d") or 1))
    return Reading(day=day, wrong=NO_DAY if day is None else None)


def _is_midnight(found: dict[str, str | None]) -> bool:
    hour = int(found.get("h") or 0)
    if (found.get("half") or "").lower().startswith("a") and hour == 12:
        hour = 0
    elif (found.get("half") or "").lower().startswith("p"):
        return False
    return not (hour or any(int(found.get(part) or 0) for part in "msf"))


def _month(name: str) -> int | None:
    name = name.lower()
    if name in MONTHS or name in FULL_MONTHS:
        return MONTHS.index(name[:3]) + 1
    return None


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 2:
        year += 2000 if year < PIVOT else 1900
    return year


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return dt.date(year, month, day).toordinal() - 719163  # 1970-01-01
    except ValueError:
        return None


def _in_order(parts: tuple[str, str, str], order: str) -> int | None:
    named = dict(zip(order, parts, strict=True))
    if (len(parts[2]) == 4 and order == "ymd") or len(named["y"]) < 2:
        return None
    return _day(_year(named["y"]), int(named["m"]), int(named["d"]))


def _only_day(parts: tuple[str, str, str]) -> int | None:
    """The day, where all orders that give one give the same: 05/05/2024."""
    days = {_in_order(parts, order) for order in ORDERS} - {None}
    return days.pop() if len(days) == 1 and _same_day(parts) else None


def _same_day(parts: tuple[str, str, str]) -> bool:
    return len(parts[2]) == 4 or len(set(parts)) == 1


def _why_open(parts: tuple[str, str, str], order: str | None) -> tuple[str, str]:
    days = {o: _in_order(parts, o) for o in ORDERS}
    possible = [o for o, day in days.items() if day is not None]
    if not possible:
        return NO_DAY
    if order:
        return f"a date as {ORDERS[order]}, as in the other rows", "Correct it, or say --dates if the order is another."
    readings = " or ".join(_spoken(days[o]) for o in possible)
    said = " or ".join(f"--dates {o}" for o in possible)
    return f"a date that can be read in one way, not as {readings}", f"Say {said}."


def _spoken(day: int | None) -> str:
    date = dt.date.fromordinal((day or 0) + 719163)
    return f"{date.day} {FULL_MONTHS[date.month - 1].title()} {date.year}"


def _order(open_parts: list[tuple[str, str, str]]) -> str | None:
    """The order in which most of a column's dates can be read, or None where two orders do and say different days."""
    if not open_parts:
        return None
    days = {order: [_in_order(parts, order) for parts in open_parts] for order in ORDERS}
    valid = {order: sum(day is not None for day in found) for order, found in days.items()}
    most = max(valid.values())
    if not most:
        return None
    best = [order for order in ORDERS if valid[order] == most]
    best = [o for i, o in enumerate(best) if not any(days[o] == days[earlier] for earlier in best[:i])]
    if len(best) > 1 and "ymd" in best:  # years of two digits: the order that spreads one column over decades is wrong
        spans = {o: _span([d for d in days[o] if d is not None]) for o in best}
        best = [o for o in best if spans[o] * COMPACT >= 0 and not _stretched(spans, o)]
    return best[0] if len(best) == 1 else None


def _span(days: list[int]) -> int:
    return max(days) - min(days)


def _stretched(spans: dict[str, int], order: str) -> bool:
    return any(spans[order] > COMPACT * other for o, other in spans.items() if o != order and other > 0)
