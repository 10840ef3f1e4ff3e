"""Quantities, days and spans of time as one says them."""

import datetime as dt
import math

DIGITS = 3  # significant ones: what a forecast is good for
MOST_DIGITS = 6
LEAST = 1e-4  # below it an amount is none
LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
DAYS_A_MONTH = 30.4
ON = ("platform", "device", "channel", "site", "service")  # dimensions that people are on, not in
# Up to so many days a span is told in a unit of so many days; a longer one in years.
SPANS = ((14, "day", 1.0), (9 * 7, "week", 7.0), (23 * DAYS_A_MONTH, "month", DAYS_A_MONTH))


def amount(value: float, digits: int = DIGITS) -> str:
    """A number as one says it: 265,000; 1.27 million; 43; 0.31. Three significant digits, two below ten."""
    if value < LEAST:
        return "0"
    if value < 10:
        return _significant(value, digits - 1)
    shown = round(value, -max(math.floor(math.log10(value)) - digits + 1, 0))
    for size, word in LARGE:
        if shown >= size:
            return f"{_significant(shown / size, digits) if shown < 1000 * size else f'{shown / size:,.0f}'} {word}"
    return f"{shown:,.0f}"


def _significant(value: float, digits: int) -> str:
    """To so many significant digits, without zeros at the end of a fraction."""
    decimals = digits - 1 - math.floor(math.log10(value))
    text = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def digits_apart(low: float, high: float) -> int:
    """The digits that tell two amounts apart, three or more; 0 where six do not."""
    return next((n for n in range(DIGITS, MOST_DIGITS + 1) if amount(low, n) != amount(high, n)), 0)


def spelled(number: int) -> str:
    """A count in prose: words to twelve."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"


def day(date: dt.date, today: dt.date) -> str:
    """ "28 November"; with the year where that differs from today's."""
    return f"{date.day} {date:%B}" + ("" if date.year == today.year else f" {date.year}")


def weekday(date: dt.date, today: dt.date) -> str:
    """ "Saturday 28 November"."""
    return f"{date:%A} {day(date, today)}"


def month(date: dt.date, today: dt.date) -> str:
    """ "November"; with the year where that differs from today's."""
    return f"{date:%B}" + ("" if date.year == today.year else f" {date.year}")


def near_day(date: dt.date, today: dt.date) -> str:
    """ "the 20th" of this month, else as `day`."""
    if (date.year, date.month) != (today.year, today.month):
        return day(date, today)
    ending = "th" if date.day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(date.day % 10, "th")
    return f"the {date.day}{ending}"


def span(days: int) -> str:
    """A span of time in its unit: "ten days", "eight weeks", "four months", "two years"."""
    unit, size = next(((unit, size) for most, unit, size in SPANS if days <= most), ("year", 365.25))
    number = max(1, round(days / size))
    return f"{spelled(number)} {unit}{'' if number == 1 else 's'}"


def times(factor: float) -> str:
    """How many times, to two significant digits: 3.2, 41, 4,100."""
    return amount(factor, 2) if factor >= 9.95 else f"{factor:.2g}"


def within(dimension: str) -> str:
    """Where a part of a title is, before its value: "in region", "on platform"."""
    name = dimension.replace("_", " ")
    return f"{'on' if name.split(' ')[-1] in ON else 'in'} {name}"


def article(noun: str) -> str:
    """ "a trailer", "an outage"."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
