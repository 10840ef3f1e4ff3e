"""Prophet's curve for many trends at once, on log1p and moved to where each trend is now.

Measured on daily web audiences, M4's daily and weekly sets and weekly page views, three changes turn Prophet from a
loss to seasonal naive into a gain: log1p, adding the simple-exponential-smoothing level of its in-sample residuals to
its forecast, and yearly seasonality only with three years of history.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from marketing.trends import prophet
from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array, anchor, begun

YEARS = 3
DAYS_A_YEAR = 365.25
POINTS_A_BEND = 4  # with fewer points to each, a short history is all bends
LEAST = 2  # times the points that any forecast needs: with fewer, there is no telling a bend from a week
EPOCH = pd.Timestamp(2000, 1, 1)


def anchored(trends: Panel, horizon: int, origins: Sequence[int], options: prophet.Options) -> Array:
    """Continue each trend by Prophet with these options, as a forecaster's result (origins, n, horizon)."""
    logs = np.log1p(begun(np.maximum(trends.values, 0.0)))
    dates = _calendar(trends, horizon)
    made = np.full((len(origins), len(logs), horizon), np.nan)
    for number, origin in enumerate(origins):
        values = logs[:, : logs.shape[1] - origin]
        rows = np.flatnonzero((~np.isnan(values)).sum(axis=1) >= LEAST * trends.frequency.minimum)
        if len(rows):
            made[number, rows] = _continued(values[rows], dates[: values.shape[1] + horizon], options)
    return np.asarray(np.maximum(np.expm1(made), 0.0))


def options(growth: str) -> prophet.Options:
    """Prophet's own options but for the yearly guard, fewer bends in short histories, and no course of the day."""
    return prophet.Options(
        growth=growth,  # type: ignore[arg-type]
        daily_seasonality=False,
        yearly_from_days=YEARS * DAYS_A_YEAR,
        points_a_changepoint=POINTS_A_BEND,
    )


def _continued(logs: Array, dates: pd.DatetimeIndex, options: prophet.Options) -> Array:
    """The curve over the dates that follow the (n, periods) values, from the level they are at, on their scale."""
    periods = logs.shape[1]
    fitted = prophet.fit(dates[:periods], logs, options)
    level = anchor(logs - fitted.curve())
    return np.asarray(fitted.predict(dates[periods:], levels=()).yhat + level[:, None])


def _calendar(trends: Panel, horizon: int) -> pd.DatetimeIndex:
    """The dates that all the trends are put on, whenever they end: days, weeks, or twelfths of a year.

    That changes nothing: a pair of waves with one prior may begin anywhere. And trends that began and ended together
    in no year are now one problem.
    """
    days = {"D": 1.0, "W": 7.0, "M": DAYS_A_YEAR / 12}[trends.frequency.code]
    steps = np.arange(trends.values.shape[1] + horizon)
    return EPOCH + pd.to_timedelta(steps * days, unit="D").as_unit("us")
