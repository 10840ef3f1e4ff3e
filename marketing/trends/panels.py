"""Trends of one frequency side by side, so that one pass of arithmetic continues them all.

Each trend ends in the last column, whatever its date: what a forecaster asks ("the last week", "28 periods ago") is
then the same column for every trend.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement.periods import Gathered
from marketing.trends.frequencies import FREQUENCIES, Frequency


@dataclass(frozen=True)
class Panel:
    """Some trends of one frequency, a row each.

    `heads` has trend, title, metric and the dimensions of each (index 0 to n − 1), `last` its last date
    (datetime64[D]), `values` its values (n, periods): the last period in the last column, NaN before its first and in
    gaps.
    """

    heads: pd.DataFrame
    frequency: Frequency
    last: NDArray[np.datetime64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def trends(self) -> list[str]:
        """The id of each trend."""
        told: list[str] = self.heads["trend"].to_numpy(object).tolist()  # strings of Arrow are slow one by one
        return told

    def dates(self) -> NDArray[np.datetime64]:
        """The date of each value, (n, periods) of datetime64[D]."""
        return self._dates(np.arange(1 - self.values.shape[1], 1))

    def ahead(self, horizon: int) -> NDArray[np.datetime64]:
        """The dates of the `horizon` periods after each trend's last, (n, horizon) of datetime64[D]."""
        return self._dates(np.arange(1, horizon + 1))

    def before(self, origin: int) -> "Panel":
        """The panel as it stood `origin` periods ago."""
        if not origin:
            return self
        return replace(self, last=self._dates(np.array([-origin]))[:, 0], values=self.values[:, :-origin])

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Panel":
        """Some of the trends, by number or by mask; columns that none of them fills are left off."""
        values = self.values[rows]
        some = ~np.isnan(values).all(axis=0)
        first = int(some.argmax()) if some.any() else 0
        heads = self.heads.iloc[rows].reset_index(drop=True)
        return replace(self, heads=heads, last=self.last[rows], values=values[:, first:])

    def _dates(self, steps: NDArray[np.int64]) -> NDArray[np.datetime64]:
        if self.frequency.code != "M":
            days = 7 if self.frequency.code == "W" else 1
            return np.asarray(self.last[:, None] + (steps * days).astype("timedelta64[D]"))
        months = self.last.astype("datetime64[M]")[:, None] + steps
        firsts = months.astype("datetime64[D]")
        ends = (months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
        by_first = self.last == self.last.astype("datetime64[M]").astype("datetime64[D]")
        return np.where(by_first[:, None], firsts, ends)


def panels(trends: Gathered | pd.DataFrame) -> list[Panel]:
    """Gathered trends (:mod:`marketing.trends.engagement`) as one panel for each frequency among them."""
    gathered = trends if isinstance(trends, Gathered) else Gathered.read(trends)
    code = gathered.heads["frequency"].to_numpy(str)
    return [_panel(gathered, np.flatnonzero(code == each), FREQUENCIES[each]) for each in sorted({*code.tolist()})]


def _panel(gathered: Gathered, which: NDArray[np.intp], frequency: Frequency) -> Panel:
    starts, stops = gathered.bounds[:-1][which], gathered.bounds[1:][which]
    width = int((stops - starts).max())
    values = np.full((len(which), width), np.nan)
    for row, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        values[row, width - (stop - start) :] = gathered.values[start:stop]
    heads = gathered.heads.iloc[which].drop(columns="frequency").reset_index(drop=True)
    return Panel(heads, frequency, gathered.dates[stops - 1], values)
