"""Lines of dated numbers -> one number a period, gaps explicit, for all lines in one pass.

Days are counted from 1970, and weekdays from Monday, so that a week or a month is integer arithmetic.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.frequencies import Code, found

MONDAY = 4  # the first day of 1970 counted so was a Thursday: (day + 3) % 7 is its weekday
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Gathered:
    """Trends one after the other, each with a value a period from its first to its last.

    `heads` has a row for each of the n trends: trend, title, metric, the dimensions and frequency, sorted by trend.
    Trend i has `values[bounds[i]:bounds[i + 1]]`, NaN in gaps, at `dates` (datetime64[D]).
    """

    heads: pd.DataFrame
    bounds: Integers
    dates: NDArray[np.datetime64]
    values: NDArray[np.float64]

    @classmethod
    def read(cls, table: pd.DataFrame) -> Self:
        """From such a long table as :meth:`table` makes."""
        trend = table["trend"].to_numpy()
        bounds = np.append(np.flatnonzero(np.concatenate([[True], trend[1:] != trend[:-1]])), len(table))
        heads = table.iloc[bounds[:-1]].drop(columns=["date", "value"]).reset_index(drop=True)
        return cls(heads, bounds, table["date"].to_numpy().astype("datetime64[D]"), table["value"].to_numpy(float))

    def table(self) -> pd.DataFrame:
        """The same as a long table: the columns of `heads`, then date and value, a row a period."""
        number = np.repeat(np.arange(len(self.heads)), np.diff(self.bounds))
        whole = self.heads.iloc[number].reset_index(drop=True)
        return whole.assign(date=self.dates.astype("datetime64[us]"), value=self.values)


@dataclass(frozen=True)
class Lines:
    """Numbers by line: line i has `values[bounds[i]:bounds[i + 1]]` at `days` (since 1970), which rise and differ."""

    bounds: Integers
    days: Integers
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def counts(self) -> Integers:
        """How many numbers each line has."""
        return np.diff(self.bounds)


def codes(lines: Lines, together: Integers) -> list[Code]:
    """The frequency of each line, by the middle of its gaps.

    A line of one or two numbers shows none: all days of the lines with the same number in `together` do.
    """
    gaps = np.diff(lines.days)
    counts = lines.counts
    told: list[Code] = []
    for number, (start, count) in enumerate(zip(lines.bounds, counts, strict=False)):
        if count > 2:
            own = gaps[start : start + count - 1]
            told.append("D" if own[0] == 1 and (own == 1).all() else _code(lines.days[start : start + count]))
        else:
            shared = [
                lines.days[lines.bounds[i] : lines.bounds[i + 1]] for i in np.flatnonzero(together == together[number])
            ]
            told.append(_code(np.unique(np.concatenate(shared))))
    return told


def _code(days: Integers) -> Code:
    return found(pd.DatetimeIndex(days.astype("datetime64[D]").astype("datetime64[us]")))


def regular(lines: Lines, heads: pd.DataFrame) -> Gathered:
    """`lines` with a number a period, sorted by trend; those of a period that has several are added up.

    Weeks go by the weekday that most days of the line have; a day on another counts to the nearest. Months go by
    their last day where all days of the line are such, else by their first.

    Args:
        lines: As they were told, one for each row of `heads`.
        heads: trend, title, metric, the dimensions and frequency ("D", "W" or "M"), index 0 to n − 1.
    """
    code = heads["frequency"].to_numpy(str)
    line = np.repeat(np.arange(len(lines)), lines.counts)
    label = _labels(lines, line, code)
    first, last = label[lines.bounds[:-1]], label[lines.bounds[1:] - 1]
    step = np.where(code == "W", 7, 1)
    order = heads["trend"].argsort(kind="stable").to_numpy()
    lengths = ((last - first) // step + 1)[order]
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    begin = np.empty(len(lines), np.int64)
    begin[order] = bounds[:-1]
    place = begin[line] + (label - first[line]) // step[line]
    values = np.bincount(place, lines.values, bounds[-1]).astype(np.float64)
    there = np.zeros(len(values), bool)
    there[place] = True
    values[~there] = np.nan
    dates = _dates(first[order], step[order], lengths, code[order], _by_last(lines)[order])
    return Gathered(heads.iloc[order].reset_index(drop=True), bounds, dates, values)


def _labels(lines: Lines, line: Integers, code: NDArray[np.str_]) -> Integers:
    """The day of the period that each number counts to; of months, how many they are since 1970."""
    days = lines.days
    if (code == "D").all():
        return days
    weekday = (days + MONDAY - 1) % 7
    anchor = np.bincount(line * 7 + weekday, minlength=7 * len(lines)).reshape(-1, 7).argmax(axis=1)
    weeks = days - ((weekday - anchor[line] + 3) % 7 - 3)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where((code == "W")[line], weeks, np.where((code == "M")[line], months, days))


def _by_last(lines: Lines) -> NDArray[np.bool_]:
    """Which lines have only last days of months."""
    following = (lines.days + 1).astype("datetime64[D]")
    last = following == following.astype("datetime64[M]")
    return np.logical_and.reduceat(last, lines.bounds[:-1])


def _dates(
    first: Integers, step: Integers, lengths: Integers, code: NDArray[np.str_], by_last: NDArray[np.bool_]
) -> NDArray[np.datetime64]:
    """The date of every period of every line."""
    line = np.repeat(np.arange(len(first)), lengths)
    number = np.arange(len(line)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    label = first[line] + number * step[line]
    monthly = (code == "M")[line]
    if monthly.any():
        last = by_last[line][monthly].astype(np.int64)
        begin = (label[monthly] + last).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        label[monthly] = begin - last
    return label.astype("datetime64[D]")
