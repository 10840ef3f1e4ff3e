"""Daily trends by week or month, weekly ones by month: only whole periods count."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError
from marketing.trends.engagement.periods import MONDAY, Gathered, Integers
from marketing.trends.frequencies import FREQUENCIES, Code

ORDER = "DWM"
ENOUGH = 0.7  # a period's sum is drawn up from the days it has, if it has this share of them


def coarsened(trends: Gathered, frequency: Code) -> Gathered:
    """The gathered trends at `frequency`; what is rarer than that already is refused.

    Weeks begin on Monday, and go by it; months by their first. The first and last are left out where the
    history does not cover them.

    Raises:
        InputError: a trend has values less often than asked for.
    """
    codes = trends.heads["frequency"]
    rare = np.flatnonzero(codes.map(ORDER.index) > ORDER.index(frequency))
    if len(rare):
        period, asked = FREQUENCIES[codes[rare[0]]].period, FREQUENCIES[frequency].period
        raise InputError(
            f"{trends.heads['trend'][rare[0]]} has about one value a {period}, which cannot be forecast by {asked}."
            f" Leave --frequency out, or ask for {codes[rare[0]]}."
        )
    if (codes == frequency).all():
        return trends
    periods = _periods(trends, frequency)
    dates, values = [], []
    for number, code in enumerate(codes):
        start, stop = trends.bounds[number : number + 2]
        part = (trends.dates[start:stop], trends.values[start:stop])
        own = part if code == frequency else periods.of(number)
        dates.append(own[0])
        values.append(own[1])
    bounds = np.concatenate([[0], np.cumsum([len(each) for each in values])])
    heads = trends.heads.assign(frequency=pd.array([frequency] * len(values), dtype="str"))
    return Gathered(heads, bounds, np.concatenate(dates), np.concatenate(values))


@dataclass(frozen=True)
class _Periods:
    """Weeks or months of all trends, one after the other: whose, from which day, what they sum to, and which count."""

    trend: Integers
    begin: NDArray[np.datetime64]
    values: NDArray[np.float64]
    counts: NDArray[np.bool_]

    def of(self, number: int) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
        """Those of one trend; one without a value where none counts keeps it in the table, to be told as too short."""
        start, stop = np.searchsorted(self.trend, [number, number + 1])
        kept = self.counts[start:stop]
        if not kept.any():
            return self.begin[stop - 1 : stop], np.array([np.nan])
        return self.begin[start:stop][kept], self.values[start:stop][kept]


def _periods(trends: Gathered, frequency: Code) -> _Periods:
    """What each period brought; one that lacks a few days is drawn up from those it has."""
    number = np.repeat(np.arange(len(trends.heads)), np.diff(trends.bounds))
    label = _labels(trends.dates, frequency)
    starts = np.flatnonzero(np.r_[True, (number[1:] != number[:-1]) | (label[1:] != label[:-1])])
    trend, size = number[starts], np.diff(np.append(starts, len(number)))
    begin = label[starts].astype("datetime64[M]" if frequency == "M" else "datetime64[D]").astype("datetime64[D]")
    known = ~np.isnan(trends.values)
    held, count = (
        np.add.reduceat(np.where(known, trends.values, 0.0), starts),
        np.add.reduceat(known.astype(int), starts),
    )
    apart = (
        trends.heads["frequency"].map({code: each.days for code, each in FREQUENCIES.items()}).to_numpy(float)[trend]
    )
    due = _days(begin, frequency) / apart
    share = count / due
    values = np.where(share >= ENOUGH, held / np.clip(share, 1e-9, 1), np.nan)
    return _Periods(trend, begin, values, (apart > 1) | _within(trend, size >= due))


def _labels(dates: NDArray[np.datetime64], frequency: Code) -> Integers:
    days = dates.astype("datetime64[D]").astype(np.int64)
    if frequency == "M":
        return dates.astype("datetime64[M]").astype(np.int64)
    return days - (days + MONDAY - 1) % 7


def _days(begin: NDArray[np.datetime64], frequency: Code) -> Integers:
    if frequency == "W":
        return np.full(len(begin), 7)
    following = (begin.astype("datetime64[M]") + 1).astype("datetime64[D]")
    return (following - begin).astype(np.int64)


def _within(trend: Integers, whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """From each trend's first whole period to its last."""
    place, many = np.arange(len(trend)), int(trend.max()) + 1
    first, last = np.full(many, len(trend)), np.full(many, -1)
    np.minimum.at(first, trend[whole], place[whole])
    np.maximum.at(last, trend[whole], place[whole])
    return (place >= first[trend]) & (place <= last[trend])
