"""Dates as people write them, in the one order that fits a whole column; what could be two dates is refused."""

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketing import contracts, tables
from marketing.sources.numbers import Typed, filled_cells

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year-month-day"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "sept"),
)
PIVOT = 69  # two-digit years below are 20xx, as POSIX has it

_ZONE = r"\s*(?:Z|UTC|GMT|[+\-]\d{2}:?\d{2}(?::?\d{2})?)?(?:\[[\w/]+\])?$"
MIDNIGHT = (  # the time of day that says nothing; in RE2's dialect, as are the next two
    r"(?i)(?:T0{1,2}|[T ,]+0{1,2}:00(?::00(?:[.,]0+)?)?(?:\s*a\.?m\.?)?|[T ,]+12(?::00(?::00(?:[.,]0+)?)?)?\s*a\.?m\.?)"
    + _ZONE
)
TIMED = (
    r"(?i)\d.*[T ,]\d{1,2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?|\s*[ap]\.?m\.?)" + _ZONE + r"|\dT\d{2}$"
)
PLAUSIBLE = (
    r"^\d{1,4}[-/. 年]|^\d{8}(?:00)?$|^\d{1,2}(?:st|nd|rd|th)|^\d{1,2}[a-zA-Z]{3}|^[a-zA-Z]{3,9}[., /-]+[\da-zA-Z]"
)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
FORMS = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for name, pattern in (
        ("ymd", r"(?P<y>\d{4})(?P<sep>[-/. ])(?P<mo>\d{1,2})(?P=sep)(?P<d>\d{1,2})"),
        ("ymd", r"(?P<y>\d{4})年(?P<mo>\d{1,2})月(?P<d>\d{1,2})日"),
        ("ymd", r"(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})"),
        ("ymd", r"(?P<y>19[6-9]\d|20\d\d)(?P<mo>\d{2})(?P<d>\d{2})00"),  # with the hour, as Wikimedia has it
        ("ymd", r"(?P<y>\d{4})[-/.](?P<mo>\d{1,2})"),  # a month: its first day
        ("named", r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/. ]*(?P<name>[a-z]{3,9})\.?,?[-/. ]*(?P<y>\d{4}|\d{2})"),
        ("named", r"(?P<name>[a-z]{3,9})\.?[-/. ]+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(?P<y>\d{4})"),
        ("named", r"(?P<y>\d{4})[-/. ](?P<name>[a-z]{3,9})[-/. ](?P<d>\d{1,2})"),
        ("named", r"(?P<name>[a-z]{3,9})\.?[-/. ]+(?P<y>\d{4})"),  # a month, too
        ("open", r"(?P<a>\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})"),
    )
)
SERIAL = re.compile(r"[1-7]\d{4}(?:\.\d+)?")  # 1927 to 2118, as spreadsheets count days

EPOCH = dt.date(1970, 1, 1).toordinal()

Wrong = tuple[str, str]  # what was expected, what to do
Parts = tuple[str, str, str]

NO_DATE = ("a date such as 2024-01-31", "Correct it.")
NO_DAY = ("a date that exists", "Correct it.")
NO_TIME = ("a day without a time of day", "Add the rows of a day up, or cut the time off if the day is what counts.")
COUNTED = ("a date, not a spreadsheet's count of days", "Format the column as dates in the spreadsheet and save again.")


@dataclass(frozen=True)
class Reading:
    """What one text may be: a day (counted from 1970), three numbers whose order is open, or no date and why."""

    day: int | None = None
    is_month: bool = False
    parts: Parts | None = None
    wrong: Wrong | None = None


_NO_DATE, _NO_DAY, _TIMED, _COUNTED = (Reading(wrong=wrong) for wrong in (NO_DATE, NO_DAY, NO_TIME, COUNTED))


def parse(texts: pd.Series, order: str | None, column: contracts.Column) -> Typed:
    """The dates that `texts` are. `order` (dmy, mdy, ymd) says how 01/02/2024 is meant; None: found out, or refused."""
    filled = texts.notna().to_numpy(bool) if column.required else filled_cells(texts)
    codes, unique = pd.factorize(texts[filled])
    readings = _read_all(pd.Series(unique, dtype="str"))
    open_parts = [r.parts for r in readings if r.parts]
    orders = [order] if order else _orders(open_parts)
    chosen = orders[0] if len(orders) == 1 else None
    days, wrongs = _settle(readings, orders, said=order is not None)
    values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[D]")
    values[filled] = days[codes]
    bad = np.zeros(len(texts), dtype=bool)
    bad[filled] = np.isnat(days)[codes]
    kinds = {wrong: kind for kind, wrong in enumerate(dict.fromkeys(wrongs))}
    kind_of = np.full(len(texts), -1)
    kind_of[filled] = np.array([kinds[wrong] for wrong in wrongs], dtype=int)[codes]
    faults = [
        f for wrong, kind in kinds.items() if wrong for f in tables.faults_at(texts, kind_of == kind, *wrong, column)
    ]
    note = f"Dates were read as {ORDERS[chosen]}." if open_parts and chosen else ""
    return Typed(pd.Series(values.astype("datetime64[us]"), texts.index), bad, faults, note)


def _read_all(texts: pd.Series) -> list[Reading]:
    """Each text read by itself. What cannot be a date is told from afar, since there may be millions of it."""
    days = texts.str.replace(MIDNIGHT, "", regex=True)
    timed, plausible = tables.matches(days, TIMED), tables.matches(days, PLAUSIBLE)
    return [
        _TIMED if has_time else _read(day) if may_be else _COUNTED if SERIAL.fullmatch(day) else _NO_DATE
        for day, has_time, may_be in zip(days.tolist(), timed, plausible, strict=True)
    ]


def _settle(
    readings: list[Reading], orders: list[str], *, said: bool
) -> "tuple[np.ndarray[tuple[int], np.dtype[np.datetime64]], list[Wrong | None]]":
    """The day of each reading, or what is wrong with it."""
    days = np.full(len(readings), np.datetime64("NaT"), dtype="datetime64[D]")
    order = orders[0] if len(orders) == 1 else None
    misfit = _misfit(order, said=said) if order else _doubt([r.parts for r in readings if r.parts], orders)
    mixed = any(r.is_month for r in readings) and any(r.day is not None and not r.is_month for r in readings)
    wrongs: list[Wrong | None] = []
    for at, reading in enumerate(readings):
        day, wrong = reading.day, reading.wrong
        if reading.parts:
            day = _in_order(reading.parts, order) if order else None
            wrong = misfit if _possible(reading.parts) else NO_DAY
        elif reading.is_month and mixed:
            day, wrong = None, NO_DATE
        if day is not None:
            days[at] = np.datetime64(day, "D")
        wrongs.append(wrong if day is None else None)
    return days, wrongs


def _misfit(order: str, *, said: bool) -> Wrong:
    why = f"as --dates {order} says" if said else "as in the other rows"
    return f"a date as {ORDERS[order]}, {why}", "Correct it, or say --dates if the order is another."


def _doubt(open_parts: list[Parts], orders: list[str]) -> Wrong:
    """What to say where two orders fit a column and give different days; told of the first date in doubt."""
    for parts in open_parts:
        days = {order: _in_order(parts, order) for order in _possible(parts) if order in orders}
        if len(set(days.values())) > 1:
            readings = " or ".join(_spoken(day) for day in dict.fromkeys(days.values()))
            say = " or ".join(f"--dates {order}" for order in days)
            return f"a date that can be read in one way; {'/'.join(parts)} may be {readings}", f"Say {say}."
    return "dates in one order in all rows", "Write them all in one order, such as 2024-01-31."


def _possible(parts: Parts) -> list[str]:
    return [order for order in ORDERS if _in_order(parts, order) is not None]


def _read(text: str) -> Reading:
    text = _WEEKDAY.sub("", text, count=1)
    for name, form in FORMS:
        match = form.fullmatch(text)
        if match:
            return _reading(name, match.groupdict())
    return _NO_DATE


def _reading(form: str, found: dict[str, str | None]) -> Reading:
    if form == "open":
        return Reading(parts=(found["a"] or "", found["b"] or "", found["c"] or ""))
    month = _month(found["name"] or "") if form == "named" else int(found["mo"] or 0)
    if month is None:
        return _NO_DATE
    day = _day(_year(found["y"] or ""), month, int(found.get("d") or 1))
    return _NO_DAY if day is None else Reading(day, is_month="d" not in found)


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
        return dt.date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return None


def _in_order(parts: Parts, order: str) -> int | None:
    named = dict(zip(order, parts, strict=True))
    if (len(parts[2]) == 4 and order == "ymd") or len(named["y"]) < 2:
        return None
    return _day(_year(named["y"]), int(named["m"]), int(named["d"]))


def _spoken(day: int | None) -> str:
    date = dt.date.fromordinal((day or 0) + EPOCH)
    return f"{date.day} {FULL_MONTHS[date.month - 1].title()} {date.year}"


def _orders(open_parts: list[Parts]) -> list[str]:
    """The orders in which most of a column's dates can be read, one of those that say the same days.

    How long the days then stretch tells nothing: 25/12/21, 25/12/22 are Christmas, not days of December 2025.
    """
    days = {order: [_in_order(parts, order) for parts in open_parts] for order in ORDERS}
    valid = {order: sum(day is not None for day in found) for order, found in days.items()}
    most = max(valid.values())
    if not most:
        return []
    best = [order for order in ORDERS if valid[order] == most]
    return [o for i, o in enumerate(best) if not any(days[o] == days[earlier] for earlier in best[:i])]
