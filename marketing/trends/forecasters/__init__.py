"""Forecasters, one to a file; a file in this folder is an option by being here.

The promise: `forecast(trends, horizon, events) -> DataFrame`. `trends` is a gathered table
(:func:`marketing.trends.engagement.gather`) of one frequency, `events` the events table or an empty one; the
result has `trend`, `date` and `expected`, `horizon` rows a trend from the period after its last. Nothing that
lies after a trend's last date may be used but events planned by then. Bands and scores are not a forecaster's
business: they are made from how it did on the past (:mod:`marketing.trends.bands`, `scores`), the same way for
each. A forecaster that is built of others names them in `MEMBERS` and has `combine(forecasts)`, so that
their fits are shared.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line, lines
from marketing.trends.frequencies import following


def each_line(trends: pd.DataFrame, horizon: int, expected: Callable[[Line], NDArray[np.float64]]) -> pd.DataFrame:
    """A forecasters' result, from a function of one line; what would be below zero is zero."""
    parts = [
        pd.DataFrame(
            {
                "trend": line.trend,
                "date": following(line.dates[-1], line.frequency.code, horizon),
                "expected": np.maximum(expected(line), 0.0),
            }
        )
        for line in lines(trends)
    ]
    return pd.concat(parts, ignore_index=True)


def filled(values: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """`values` without gaps: each taken from the same phase of the season before and after it."""
    out = values.copy()
    for phase in range(min(season, len(values))):
        part = out[phase::season]
        known = np.flatnonzero(~np.isnan(part))
        if 0 < len(known) < len(part):
            out[phase::season] = np.interp(np.arange(len(part)), known, part[known])
    known = np.flatnonzero(~np.isnan(out))
    return np.interp(np.arange(len(out)), known, out[known]) if len(known) < len(out) else out


def begun(values: NDArray[np.float64]) -> int:
    """Where the first value above zero stands: the zeros before a release say nothing about what follows."""
    above = np.flatnonzero(values > 0)
    return int(above[0]) if len(above) else 0
