"""Weeks and months of a forecast, each with a band of its own.

The band of a week is not the sum of its days' bands, since days err together in part. How sums over the same stretch
ahead have erred at the past cutoffs tells how wide theirs must be, in the same way as for days
(:mod:`marketing.trends.bands`); no assumption is needed on how the errors of days go together.

A week is seven days counted from the first one ahead, as sentences tell it: a forecast begins the day after the data
end, whatever weekday that is. A month is one of the calendar that lies ahead as a whole; the running one is told
too where history and forecast complete it, with a band around what is still to come. Weekly trends are added up
to months of four or five weeks, by the dates that weeks go by.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.bands import Told, bands, columns
from marketing.trends.fits import came, known
from marketing.trends.panels import Panel
from marketing.trends.units import SUMMED, Units, units

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]
Numbers = NDArray[np.int64]

PERIODS = {"D": ("week", "month"), "W": ("month",), "M": ()}
WEEK = 7
COLUMNS = ("trend", "period", "date", "days", "expected")


@dataclass(frozen=True)
class Spans:
    """The periods of one kind ahead of some trends, (n, k), NaT and 0 where a trend has fewer.

    Each begins on the day `first`, is the sum of the steps `start` to before `stop` ahead, and of the last `past` steps
    of history before them.
    """

    first: Days
    start: Numbers
    stop: Numbers
    past: Numbers

    def within(self, horizon: int) -> NDArray[np.bool_]:
        """Which steps ahead belong to which period, (n, k, horizon)."""
        steps = np.arange(horizon)
        return (steps >= self.start[..., None]) & (steps < self.stop[..., None])


@dataclass(frozen=True)
class Sums:
    """The sums of one period, "week" or "month", of a panel: `told` those of the steps ahead, as bands are drawn from.

    `past` (n, k) is what history adds to each, NaN where some of that is not known.
    """

    period: str
    spans: Spans
    told: Told
    past: Array


def forecast_sums(trends: Panel, expected: Array, origins: Numbers, doubt: Array | None = None) -> pd.DataFrame:
    """Rows of the table `forecast_sums` for a panel, sorted by trend, period and date.

    Args:
        trends: The trends as of today.
        expected: Their forecasts as they are shown, (slots, n, horizon); slot 0 is the one from today on, and how the
            others came out tells the bands. NaN where there is no forecast.
        origins: (slots, n): how many of a trend's last periods each slot did not know; −1 where there is no such slot.
        doubt: The standard deviation, log scale, of what events ahead may do, like `expected`.
    """
    parts = []
    for sums in added_up(trends, expected, origins):
        # What an event may do, it does on all its days: its doubt of a sum is the mean of the days' by what they bring.
        moved = None if doubt is None else _shares(sums, expected * doubt)
        parts.append(_rows(trends, sums, moved))
    names = [*COLUMNS, *columns()]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    kinds = {"trend": "str", "period": "str", "date": "datetime64[us]", "days": "int64"}
    found = found.astype({name: kinds.get(name, "float64") for name in names})[names]
    return found.sort_values(["trend", "period", "date"], ignore_index=True)


def added_up(trends: Panel, expected: Array, origins: Numbers) -> Iterator[Sums]:
    """The sums of each period that forecasts of this frequency have, at every slot; arguments as for the table."""
    days = np.timedelta64(int(trends.frequency.days), "D")
    code = trends.frequency.code
    made: dict[int, Units] = {}  # by what is added up: weeks and months of days have one
    for period in PERIODS[code]:
        name = f"{code} {period}"
        if SUMMED[name] not in made:
            made[SUMMED[name]] = units(trends, origins, name)
        spans = _spans(trends, expected.shape[2], period)
        within = spans.within(expected.shape[2])
        last = known(trends, origins)
        told = Told(
            expected=_added(expected, within),
            came=_added(came(trends, origins, expected.shape[2]), within),
            dates=np.asarray(last[:, :, None] + spans.stop * days, dtype="datetime64[D]"),
            unit=made[SUMMED[name]],
            known=last,
            steps=np.maximum(spans.stop, 1),
            reference=name,
        )
        longest = int(spans.past.max(initial=1))
        history = np.pad(trends.values, ((0, 0), (longest, 0)), constant_values=np.nan)[None, :, -longest:]
        past = _added(history, np.arange(-longest, 0) >= -spans.past[..., None])[0]
        yield Sums(period, spans, told, np.where(spans.past > 0, past, 0.0))


def _added(values: Array, within: NDArray[np.bool_]) -> Array:
    """Sums over stretches, (slots, n, k), of `values` (slots, n, steps); NaN where one of them is, or there is none."""
    sums = np.einsum("onh,nkh->onk", np.nan_to_num(values), within.astype(float))
    missing = np.einsum("onh,nkh->onk", np.isnan(values).astype(float), within.astype(float)) > 0
    return np.where(missing | ~within.any(axis=2), np.nan, sums)


def _shares(sums: Sums, values: Array) -> Array:
    """Sums of `values` over each span as shares of what the span is expected to bring; 0 where that is nothing."""
    whole, added = sums.told.expected, _added(values, sums.spans.within(values.shape[2]))
    return np.divide(added, whole, out=np.zeros(whole.shape), where=whole > 0)


def _spans(trends: Panel, horizon: int, period: str) -> Spans:
    lasts, number = np.unique(trends.last, return_inverse=True)
    days = int(trends.frequency.days)
    found = [_weeks(last, horizon) if period == "week" else _months(last, horizon, days) for last in lasts]
    shape = (len(lasts), max(map(len, found), default=0))
    first, steps = np.full(shape, "NaT", dtype="datetime64[D]"), np.zeros((3, *shape), dtype=np.int64)
    for row, spans in enumerate(found):
        for column, (day, *rest) in enumerate(spans):
            first[row, column], steps[:, row, column] = day, rest
    return Spans(first[number], *steps[:, number])


def _weeks(last: np.datetime64, horizon: int) -> list[tuple[np.datetime64, int, int, int]]:
    """First day, start, stop and past of each week after a day."""
    return [
        (last + np.timedelta64(start + 1, "D"), start, start + WEEK, 0) for start in range(0, horizon - WEEK + 1, WEEK)
    ]


def _months(last: np.datetime64, horizon: int, days: int) -> list[tuple[np.datetime64, int, int, int]]:
    """First day, start, stop and past of each month that a forecast in steps of `days` after a day completes."""
    months = (last + np.arange(1, horizon + 2) * days).astype("datetime64[M]")  # the last one tells what is complete
    found = []
    for month in np.unique(months[months < months[-1]]):
        steps = np.flatnonzero(months == month)
        first = month.astype("datetime64[D]")
        past = int((last - first).astype(np.int64)) // days + 1 if last >= first else 0
        found.append((first, int(steps[0]), int(steps[-1]) + 1, past))
    return found


def _rows(trends: Panel, sums: Sums, doubt: Array | None) -> pd.DataFrame:
    """The rows of today's forecasts that are whole."""
    expected = sums.told.expected[0]
    row, column = np.nonzero(~np.isnan(expected + sums.past))
    edges = {"expected": expected, **{name: edge[0] for name, edge in bands(sums.told, doubt).items()}}
    steps = sums.spans.stop - sums.spans.start + sums.spans.past
    told = {
        "trend": trends.heads["trend"].to_numpy()[row],
        "period": sums.period,
        "date": sums.spans.first[row, column],
        "days": steps[row, column] * int(trends.frequency.days),
    }
    return pd.DataFrame(told | {name: (edge + sums.past)[row, column] for name, edge in edges.items()})
