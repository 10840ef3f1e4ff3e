"""When people were born, from dates, years of two or four digits, bands and decades, and numbers of several units."""

import datetime as dt
import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

EARLIEST = 1850
SPREADSHEET = dt.date(1899, 12, 30)  # day 0 of spreadsheets (ECMA-376, the 1900 date system from March 1900 on)
EPOCH = dt.date(1970, 1, 1)
MOST = 0.9  # share of the numbers that must fit a unit
PER_DAY = {"seconds": 86_400.0, "milliseconds": 86_400e3, "microseconds": 86_400e6, "nanoseconds": 86_400e9}

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def unit(numbers: Numbers, today: dt.date) -> str:
    """What a column's numbers (NaN: not a number) count: years, dates written as one number, or time since a day.

    Days may be a spreadsheet's or since 1970: where both are possible they are "days", and either may make a minor.
    """
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return ""
    sizes = {
        "year": ((known >= EARLIEST) & (known <= today.year + 1)) | ((known >= 0) & (known < 100) & _is_whole(known)),
        "yyyymmdd": (known >= EARLIEST * 10_000 + 101) & (known <= (today.year + 1) * 10_000) & _is_day(known),
        "days": (np.abs(known) < 60_000),
    }
    for name, fits in sizes.items():
        if fits.mean() >= MOST:
            return _days(known, today) if name == "days" else name
    largest = float(np.quantile(np.abs(known), 0.95))
    limits = {"seconds": 1e10, "milliseconds": 1e13, "microseconds": 1e16}
    return next((name for name, limit in limits.items() if largest < limit), "nanoseconds")


def minors(column: pd.Series, unit: str, today: dt.date, adult: int) -> Mask:
    """Who may be under `adult` years old on `today`."""
    turned = today.replace(year=today.year - adult, day=min(today.day, 28) if today.month == 2 else today.day)
    if pd.api.types.is_datetime64_any_dtype(column):
        plain = column.dt.tz_localize(None) if getattr(column.dt, "tz", None) is not None else column
        return np.asarray((plain > pd.Timestamp(turned)).fillna(False), np.bool_)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return _by_number(np.array(column.to_numpy(np.float64, na_value=np.nan)), unit, turned, today)
    codes, levels = pd.factorize(column.astype("string").fillna("").str.strip())
    answers = [bool(level) and _born_after(str(level), unit, turned, today) for level in levels]
    return np.array([*answers, False], np.bool_)[codes]


def _by_number(numbers: Numbers, unit: str, turned: dt.date, today: dt.date) -> Mask:
    if unit == "year":
        years = np.where(numbers < 100, _full_years(numbers, today), numbers)
        return np.asarray((years >= turned.year) & (years < today.year + 1))
    if unit == "yyyymmdd":
        return np.asarray((numbers > _as_number(turned)) & (numbers <= _as_number(today)))
    starts = {"spreadsheet": (SPREADSHEET,), "days": (SPREADSHEET, EPOCH)}.get(unit, (EPOCH,))
    days = numbers / PER_DAY.get(unit, 1.0)
    found = [(days > (turned - start).days) & (days < (today - start).days + 1) for start in starts]
    return np.asarray(np.logical_or.reduce(found))


def _born_after(value: str, unit: str, turned: dt.date, today: dt.date) -> bool:
    """Whether someone with this date, year or span of birth may be born after `turned`."""
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?", value) and unit:
        return bool(_by_number(np.array([float(value)]), unit, turned, today)[0])
    if whole := re.match(r"(\d{4})[-/.](\d{2})[-/.](\d{2})", value):
        return turned.isoformat() < "-".join(whole.groups()) <= today.isoformat()
    if digits := re.fullmatch(r"(\d{2})(\d{2})(\d{4})", value):
        return turned.year <= int(digits.group(3)) <= today.year
    return turned.year <= _latest_year(value, today) <= today.year


def _latest_year(value: str, today: dt.date) -> float:
    """The last year that a text leaves possible: of "2000s" 2009, of "1990-1999" 1999; NaN where none is told."""
    years = re.findall(r"(?<!\d)((?:18|19|20)\d\d)(s|er|ies)?(?!\d)", value)
    if years:
        return max(min(float(year) + 9, today.year) if decade else float(year) for year, decade in years)
    if short := re.search(r"(?:^\d{1,2}\D\d{1,2}\D|^\D*|\D['’])(\d\d)$", value):
        return float(_full_years(np.array([float(short.group(1))]), today)[0])
    return np.nan


def _full_years(numbers: Numbers, today: dt.date) -> Numbers:
    """Years of two digits in full: of this century as far as it has gone."""
    years = today.year // 100 * 100 + numbers
    return np.where(years <= today.year, years, years - 100)


def _days(known: Numbers, today: dt.date) -> str:
    """Whose days they are, where that can be told."""
    if (known < 0).any():
        return "since 1970"
    return "spreadsheet" if np.median(known) > (today - EPOCH).days else "days"


def _is_whole(known: Numbers) -> Mask:
    return np.asarray(known == np.round(known))


def _is_day(known: Numbers) -> Mask:
    month, day = known // 100 % 100, known % 100
    return np.asarray((month >= 1) & (month <= 12) & (day >= 1) & (day <= 31))


def _as_number(day: dt.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
