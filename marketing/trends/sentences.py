"""A forecast in words: what is expected, when the peak is, how sure, what events do to it, how it did before.

Every number is computed, and carries the cell that it stands in (:class:`marketing.trends.cells.Said`).
"""

import datetime as dt
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from marketing.trends.cells import Number, Said, said
from marketing.trends.frequencies import FREQUENCIES, Frequency
from marketing.trends.grades import ALIKE, Record, lately
from marketing.trends.outlook import Outlook
from marketing.trends.wording import (
    DIGITS,
    amount,
    article,
    day,
    digits_apart,
    month,
    near_day,
    weekday,
    within,
)

__all__ = ["Record", "Shown", "amount", "beyond", "day", "repeating", "sentence", "spread"]

# Why the forecaster shown is not the one asked for: seasonal naive did better on the past, or history is short.
Shown = Literal["asked", "better", "short"]

BEYOND = re.compile(
    r"(?<=\. )(What an? [^.]+ will bring is a guess|Its history is short|On its past, |Forecasts for [^.]+ were off|"
    r"There is too little history)"
)
MATTERS = 0.03  # an event that makes less of what is expected is not told
MOST_EVENTS = 2
ABOUT = 2  # significant digits of an effect: it is known less well than the total
REPEATING = {
    ("D", True): "repeating last week",
    ("W", True): "repeating the same weeks of last year",
    ("M", True): "repeating the same months of last year",
}
SIMPLE = {"mean": "averaging its past"}
NAMED = ("", "event", "other", "holiday")  # kinds that tell less than the event's own name


def sentence(
    told: Outlook,
    *,
    trend: str,
    name: str,
    metric: str,
    dimensions: Mapping[str, str],
    frequency: str,
    today: dt.date,
    record: Record | None,
    forecaster: str = "",
    shown: Shown = "asked",
    points: int = 0,
    effects: pd.DataFrame | None = None,
    ahead: Sequence[tuple[str, dt.date]] = (),
) -> Said:
    """The forecast of one trend in two to five sentences.

    Args:
        told: Its outlook; with the rows of `forecast_sums` in it, total and range are theirs.
        trend: Its id, which cells go by.
        name: The title's name. metric: "views". dimensions: {"region": "ES"}, empty for a total.
        frequency: "D", "W" or "M". today: The date that counts as today.
        record: How forecasts of it did; None where history was too short to try.
        forecaster: The one whose forecast it is. shown: Why it is that one.
        points: The values in its history, which tell what seasonal naive repeats.
        effects: Its rows of `event_effects`. An event is told where it makes 3% of the window or more and its band
            is clear of none; `window_added`, where there is such a column, is what it adds within the window.
        ahead: Events whose effect is a guess (:func:`marketing.trends.events.untold_ahead`).
    """
    period = FREQUENCIES[frequency]
    repeated = repeating(frequency, points)
    whole = _expectation(told, trend, _subject(name, metric, dimensions, trend), period, today)
    when = _within(told, period, today)
    for number, event in enumerate(_telling(effects, told)):
        whole = whole.then(_effect(event, told, today, "" if number else when))
    for unknown in ahead:
        whole = whole.then(_warning(unknown, today))
    whole = whole.then(_instead(shown, SIMPLE.get(forecaster) or repeated))
    return whole.then(_record(record, trend, told, repeated, today, whole=not dimensions))


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


def beyond(told: str, cells: str = "[]") -> str:
    """What a `sentence` says after the expectation: events, warnings, how forecasts did; `cells` as in table trends.

    Without cells that tell where events begin, these are left out.
    """
    ends = 0
    for cell in json.loads(cells):
        if cell["table"] == "event_effects":
            stop = told.find(". ", ends)
            return told[stop + 2 :] if 0 <= stop < cell["start"] else told[cell["start"] :]
        ends = cell["end"]
    begins = BEYOND.search(told)
    return told[begins.start() :] if begins else ""


def repeating(frequency: str, points: int) -> str:
    """What seasonal naive does with a trend of so many values: "repeating last week"."""
    period = FREQUENCIES[frequency]
    return REPEATING.get((period.code, period.season_length(points) > 1), "repeating the last value")


def _subject(name: str, metric: str, dimensions: Mapping[str, str], trend: str) -> tuple[str, Said]:
    """ "Harbour Lights" and "views in region ES"."""
    pieces: list[str | Number] = [metric.replace("_", " ")]
    for key, value in dimensions.items():
        pieces += [f" {within(key)} ", Number(value, "trends", {"trend": trend}, key, value)]
    return name, said(*pieces)


def _expectation(told: Outlook, trend: str, subject: tuple[str, Said], period: Frequency, today: dt.date) -> Said:
    name, units = subject
    digits = digits_apart(told.total_low80, told.total_high80) or DIGITS
    total = _total(told, trend, "expected", told.total, digits)
    whole = said(f"{name} should draw ", total, " ", units, " ", _span(told, trend, period, today))
    whole = said(whole, _range(told, trend, digits))
    if told.total == 0:
        return said(whole, ".")
    if period.window > 1:
        if told.even:
            return said(whole, ", about as many each day.")
        return said(whole, ", most on ", _date(told.peak_date, trend, weekday(told.peak_date, today)), ".")
    until = _until(told, trend, period, today)
    if told.even:
        return said(whole, f", and about as many each {period.period} until ", until, ".")
    shown = month(told.peak_date, today) if period.code == "M" else day(told.peak_date, today)
    peak = said("the week of " if period.code == "W" else "", _date(told.peak_date, trend, shown))
    best = Number(amount(told.expected), "forecasts", _row(trend, told.peak_date), "expected", told.expected)
    return said(whole, ". The highest until ", until, " should be ", peak, ", with ", best, ".")


def _total(told: Outlook, trend: str, column: str, value: float, digits: int) -> Number:
    """The window's total or an edge of its band, with the cell that the outlook has it from."""
    text = amount(value, digits)
    if told.summed:
        key = {"trend": trend, "period": "week", "date": told.window_first}
        return Number(text, "forecast_sums", key, column, value)
    if told.window_first == told.window_last:
        return Number(text, "forecasts", _row(trend, told.window_first), column, value)
    days = [day_.date() for day_ in pd.date_range(told.window_first, told.window_last)]
    by: Literal["sum", "total_band"] = "sum" if column == "expected" else "total_band"
    return Number(text, "forecasts", {"trend": trend, "date": days}, column, value, by)


def _range(told: Outlook, trend: str, digits: int) -> Said:
    if not digits_apart(told.total_low80, told.total_high80):
        return said("")  # it has repeated itself exactly so far
    low = _total(told, trend, "low80", told.total_low80, digits)
    high = _total(told, trend, "high80", told.total_high80, digits)
    return said(" (", low, " to ", high, ")")


def _row(trend: str, date: dt.date) -> dict[str, Any]:
    return {"trend": trend, "date": date}


def _date(date: dt.date, trend: str, text: str) -> Number:
    return Number(text, "forecasts", _row(trend, date), "date", date)


def _span(told: Outlook, trend: str, period: Frequency, today: dt.date) -> Said:
    first = told.window_first
    if period.code == "M":
        return said("in ", _date(first, trend, month(first, today)))
    if period.code == "W":
        return said("in the week of ", _date(first, trend, day(first, today)))
    if first <= today <= told.window_last:
        return said("this week")
    return said("in the week from ", _date(first, trend, weekday(first, today)))


def _until(told: Outlook, trend: str, period: Frequency, today: dt.date) -> Said:
    if period.code == "M":
        return said(_date(told.last, trend, month(told.last, today)))
    return said("that of ", _date(told.last, trend, day(told.last, today)))


def _telling(effects: pd.DataFrame | None, told: Outlook) -> list[dict[str, Any]]:
    """The events that make enough of the window's total for sure, the strongest first."""
    if effects is None or effects.empty or told.total <= 0:
        return []
    column = _added(effects)
    last = pd.Timestamp(told.window_last)
    found = []
    for row in effects.to_dict("records"):
        share = abs(row[column]) / told.total
        if (row["low80"] > 0 or row["high80"] < 0) and row["date"] <= last and share >= MATTERS:
            found.append((-share, row["date"], row["event"], {str(name): value for name, value in row.items()}))
    return [row for *_, row in sorted(found, key=lambda each: each[:3])[:MOST_EVENTS]]


def _added(effects: pd.DataFrame) -> str:
    return "window_added" if "window_added" in effects else "added"


def _within(told: Outlook, period: Frequency, today: dt.date) -> str:
    """The window, told again: " this week", " in that month"."""
    if period.code == "D" and told.window_first <= today <= told.window_last:
        return " this week"
    return " in that month" if period.code == "M" else " in that week"


def _effect(event: Mapping[str, Any], told: Outlook, today: dt.date, when: str) -> Said:
    """ "The trailer of the 20th adds about 40,000 this week."; `when` is told of what an event adds in the window."""
    key = {"trend": event["trend"], "event": event["event"], "date": event["date"].date()}
    column = "window_added" if "window_added" in event else "added"
    added = float(event[column])
    called = str(event["event"]) if event["kind"] in NAMED else f"The {str(event['kind']).replace('_', ' ')}"
    coming = event["date"] >= pd.Timestamp(told.first)
    date = Number(near_day(event["date"].date(), today), "event_effects", key, "date", key["date"])
    number = Number(amount(abs(added), ABOUT), "event_effects", key, column, added)
    verb = ("should add" if coming else "adds") if added > 0 else ("should take" if coming else "takes")
    away = "" if added > 0 else " away"
    whole = when if column == "window_added" else " in all"
    guess = ", a guess: nothing like it is in the data" if event.get("basis") == "prior" else ""
    return said(f"{called} {'on' if coming else 'of'} ", date, f" {verb} about ", number, f"{away}{whole}{guess}.")


def _warning(event: tuple[str, dt.date], today: dt.date) -> Said:
    kind, date = event
    on = Number(day(date, today), "events", {"date": date}, "date", date)
    return said(f"What {article(kind)} on ", on, " will bring is a guess: no earlier one tells.")


def _instead(shown: Shown, repeating: str) -> Said:
    if shown == "short":
        return said(f"Its history is short, so this comes from {repeating}.")
    if shown == "better":
        return said(f"On its past, {repeating} did better than forecasting, so that is shown.")
    return said("")


def _record(record: Record | None, trend: str, told: Outlook, repeating: str, today: dt.date, *, whole: bool) -> Said:
    if record is None or math.isnan(record.off):
        return said("There is too little history to check forecasts against.")
    off = Number(f"{record.off:.0%}", "trends", {"trend": trend}, "off", record.off)
    tried = lately(record.cutoff, told.first, today)
    lead, _, time = tried.partition(" last ")
    when = Number(time, "past_forecasts", {"trend": trend}, "cutoff", record.cutoff, "min")
    what = "this title" if whole else "it"
    begins = said(f"Forecasts for {what} were off by ", off, f" on average {lead} last ", when)
    if -ALIKE <= record.skill < 0:
        return said(begins, f", about as good as {repeating}.")
    return said(begins, ": take this as a rough guide." if record.grade == "rough" else ".")
