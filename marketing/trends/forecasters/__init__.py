"""Forecasters, one to a file; a file in this folder is an option by being here.

The promise: `forecast(trends, horizon, origins) -> array`. `trends` is a :class:`marketing.trends.panels.Panel`;
`origins` says for each forecast wanted how many of the last periods are not to be known (0 is the forecast proper, the
others are for scores and bands). The result has shape (origins, trends, horizon): the values of the periods after the
last known one, in the trend's own unit and never below zero; NaN for a trend that the forecaster has too little to go
on. Nothing that lies after an origin may touch its forecast, and no trend another's.

Events, bands and scores are not a forecaster's business: what events did is taken off the history before and put under
the forecast after (:mod:`marketing.trends.events`), days set aside are NaN already, and bands and scores are made from
how it did at past origins, the same way for each.

A forecaster that works on a history made ready (:mod:`marketing.trends.smoothing.histories`: log scale, odd days held,
the year taken off) has besides `continued(history)`, so that several share one. One that is built of others names them
in `MEMBERS` (and in `members(frequency)` those used at a frequency) and has `combine(forecasts, history)`, from their
results by name to its own, so that their fits are shared.

A method that continues one trend at a time needs only :func:`each_line`:

    def forecast(trends, horizon, origins=(0,)):
        return each_line(trends, horizon, origins, lambda values, dates: last_value(values, horizon))
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from marketing.trends.panels import Panel

Array = NDArray[np.float64]


def each_line(
    trends: Panel,
    horizon: int,
    origins: Sequence[int],
    expected: Callable[[Array, NDArray[np.datetime64]], Array],
) -> Array:
    """A forecaster's result from a function of one line's values and dates at a time; what would be below zero is zero.

    The line begins with the trend's first value above zero and ends with the origin; it may hold NaN. A trend
    without a value there is not asked about.
    """
    made = np.full((len(origins), len(trends), horizon), np.nan)
    for number, origin in enumerate(origins):
        known = trends.before(origin)
        dates = known.dates()
        for row, values in enumerate(known.values):
            start = begun(values)
            if not np.isnan(values[start:]).all():
                made[number, row] = np.maximum(expected(values[start:], dates[row, start:]), 0.0)
    return made


def begun(values: Array) -> int:
    """Where the first value above zero stands: the zeros before a release say nothing about what follows."""
    above = np.flatnonzero(values > 0)
    return int(above[0]) if len(above) else 0
