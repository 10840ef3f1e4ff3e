"""A forecast in words: what is expected, when the peak is, how sure, how it did before. Every number is computed."""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence

from marketing.trends.frequencies import FREQUENCIES, Frequency
from marketing.trends.outlook import Outlook

LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
BEYOND = re.compile(r"(?<=\. )(An? [^.]+ is not in these numbers|Forecasts for it were|There is too little history)")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
REPEATING = {
    ("D", True): "repeating last week",
    ("W", True): "repeating the same weeks of last year",
    ("M", True): "repeating the same months of last year",
}


def amount(value: float) -> str:
    """A number as one says it: 265,000; 1.27 million; 43; 0.31. Three significant digits."""
    if value < 10:
        return f"{value:.2g}" if value else "0"
    shown = round(value, -max(math.floor(math.log10(value)) - 2, 0))
    for size, word in LARGE:
        if shown >= size:
            return f"{shown / size:,.3g} {word}" if shown < 1000 * size else f"{shown / size:,.0f} {word}"
    return f"{shown:,.0f}"


def day(date: dt.date, today: dt.date) -> str:
    """ "28 November"; with the year where that differs from today's."""
    return f"{date.day} {date:%B}" + ("" if date.year == today.year else f" {date.year}")


def sentence(
    told: Outlook,
    *,
    name: str,
    metric: str,
    dimensions: Mapping[str, str],
    frequency: str,
    today: dt.date,
    score: Mapping[str, float] | None,
    points: int = 0,
    ahead: Sequence[tuple[str, dt.date]] = (),
) -> str:
    """The forecast of one trend in two or three sentences.

    Args:
        told: Its outlook.
        name: The title's name. metric: "views". dimensions: {"region": "ES"}, empty for a total.
        frequency: "D", "W" or "M". today: The date that counts as today.
        score: The forecaster's row of `scores`, or None where history was too short for one.
        points: The values in its history, which tell what seasonal naive repeats.
        ahead: Events that no forecast can allow for (:func:`marketing.trends.events.unknown_ahead`).
    """
    period = FREQUENCIES[frequency]
    parts = [_expectation(told, name, metric, dimensions, period, today), *(_warning(e, today) for e in ahead)]
    return " ".join([*parts, _record(score, period, points)])


def spread(least: float, most: float, cases: str) -> str:
    """The range of a total: "252,000 to 279,000 in four weeks of five"; where there is none to tell, why.

    `cases` is what of five are meant: "weeks", "months".
    """
    low, high = amount(least), amount(most)
    if low != high:
        return f"{low} to {high} in four {cases} of five"
    if least < most:
        return f"within 1% in four {cases} of five"
    return "without a range, since it has repeated itself exactly so far"


def beyond(told: str) -> str:
    """What a `sentence` says after the expectation, for where that is told in another form."""
    begins = BEYOND.search(told)
    return told[begins.start() :] if begins else ""


def _expectation(
    told: Outlook, name: str, metric: str, dimensions: Mapping[str, str], period: Frequency, today: dt.date
) -> str:
    where = "".join(f" in {key.replace('_', ' ')} {value}" for key, value in dimensions.items())
    units = metric.replace("_", " ")
    band = f" ({spread(told.total_low80, told.total_high80, 'months' if period.code == 'M' else 'weeks')})"
    said = f"{name} should draw {amount(told.total)} {units}{where} {_span(told, period, today)}{band}"
    if told.total == 0:
        return said + "."
    if period.window > 1:
        return said + (", about as many each day." if told.even else f", most on {_weekday(told.peak_date, today)}.")
    until = f"until {_month(told.last, today) if period.code == 'M' else 'that of ' + day(told.last, today)}"
    if told.even:
        return f"{said}, and about as many each {period.period} {until}."
    peak = f"the week of {day(told.peak_date, today)}" if period.code == "W" else _month(told.peak_date, today)
    return f"{said}. The highest {until} should be {peak}, with {amount(told.expected)}."


def _weekday(date: dt.date, today: dt.date) -> str:
    return f"{date:%A} {day(date, today)}"


def _span(told: Outlook, period: Frequency, today: dt.date) -> str:
    if period.code == "M":
        return f"in {_month(told.window_first, today)}"
    if period.code == "W":
        return f"in the week of {day(told.window_first, today)}"
    if told.window_first <= today <= told.window_last:
        return "this week"
    return f"in the week from {_weekday(told.window_first, today)}"


def _month(date: dt.date, today: dt.date) -> str:
    return f"{date:%B}" + ("" if date.year == today.year else f" {date.year}")


def _warning(event: tuple[str, dt.date], today: dt.date) -> str:
    kind, date = event
    article = "An" if kind[:1] in "aeiou" else "A"
    return f"{article} {kind} on {day(date, today)} is not in these numbers: no earlier one tells what it will bring."


def _record(score: Mapping[str, float] | None, period: Frequency, points: int) -> str:
    if score is None or math.isnan(score["wape"]):
        return "There is too little history to check forecasts against."
    checks = int(score["cutoffs"])
    over = f"over the last {NUMBERS[checks]} checks" if checks > 1 else "in the one check that its history allows"
    record = f"Forecasts for it were off by {score['wape']:.0%} on average {over}"
    if math.isnan(score["skill"]):
        return record + "."
    skill = score["skill"]
    repeating = REPEATING.get((period.code, period.season_length(points) > 1), "repeating the last value")
    if abs(skill) < 0.005:
        return f"{record}, as {repeating} would be."
    return f"{record}, {abs(skill):.0%} {'better' if skill > 0 else 'worse'} than {repeating}."
