"""Prophet's curve for many trends at once, on log1p and moved to where each trend is now.

Measured on daily web audiences, M4's daily and weekly sets and weekly page views, three changes turn Prophet from a
loss to seasonal naive into a gain: log1p, adding the simple-exponential-smoothing level of its in-sample residuals to
its forecast, and yearly seasonality only with three years of history.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import prophet
from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array, anchor, on_logs

YEARS = 3
DAYS_A_YEAR = 365.25
POINTS_A_BEND = 4  # with fewer points to each, a short history is all bends
LEAST = 2  # times the points that any forecast needs: with fewer, there is no telling a bend from a week
EPOCH = pd.Timestamp(2024, 1, 1)  # where days and weeks are put to be fitted: see `_calendars`


def anchored(trends: Panel, horizon: int, origins: Sequence[int], options: prophet.Options) -> Array:
    """Continue each trend by Prophet with these options, as a forecaster's result (origins, n, horizon)."""
    return on_logs(trends.values, horizon, origins, partial(_continued, trends=trends, options=options))


def options(growth: str) -> prophet.Options:
    """Prophet's own options but for the yearly guard, fewer bends in short histories, and no course of the day."""
    return prophet.Options(
        growth=growth,  # type: ignore[arg-type]
        daily_seasonality=False,
        yearly_from_days=YEARS * DAYS_A_YEAR,
        points_a_changepoint=POINTS_A_BEND,
    )


def _continued(logs: Array, horizon: int, origins: Sequence[int], trends: Panel, options: prophet.Options) -> Array:
    made = np.full((len(origins), len(logs), horizon), np.nan)
    for number, origin in enumerate(origins):
        values = logs[:, : logs.shape[1] - origin]
        enough = (~np.isnan(values)).sum(axis=1) >= LEAST * trends.frequency.minimum
        for rows, dates in _calendars(trends.before(origin), horizon, enough):
            fitted = prophet.fit(dates[:-horizon], values[rows], options)
            level = anchor(values[rows] - fitted.curve())
            made[number, rows] = fitted.predict(dates[-horizon:], levels=()).yhat + level[:, None]
    return made


def _calendars(
    trends: Panel, horizon: int, wanted: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.intp], pd.DatetimeIndex]]:
    """The trends wanted, those together that have the same dates, and these, with the `horizon` that follow.

    A day or week more or less changes nothing: a pair of waves with one prior may begin anywhere. So all daily or all
    weekly trends are put on the same dates, whenever they end. Months differ in length and keep their own.
    """
    rows, periods = np.flatnonzero(wanted), trends.values.shape[1]
    if not len(rows):
        return
    if trends.frequency.code != "M":
        days = 7 if trends.frequency.code == "W" else 1
        yield rows, pd.date_range(EPOCH, periods=periods + horizon, freq=f"{days}D", unit="us")
        return
    for last in np.unique(trends.last[rows]):
        same = rows[trends.last[rows] == last]
        one = replace(trends, heads=trends.heads.iloc[same[:1]], last=last[None], values=trends.values[same[:1]])
        dates = np.concatenate([one.dates()[0], one.ahead(horizon)[0]])
        yield same, pd.DatetimeIndex(dates.astype("datetime64[us]"))
