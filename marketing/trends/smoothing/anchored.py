"""Prophet's curve for many lines at once, moved to where each line is now.

Prophet fits all of a history alike and so begins its forecast where the history was on average; adding the level that
its residuals end at turned a loss to seasonal naive into a gain on every set tried. What a year does has been taken
off already (:mod:`marketing.trends.smoothing.years`), but for monthly trends, whose curve has the year from three of
them on.
"""

from typing import Literal

import numpy as np
import pandas as pd

from marketing.trends import prophet
from marketing.trends.forecasters import Array
from marketing.trends.smoothing import anchor
from marketing.trends.smoothing.histories import Histories
from marketing.trends.smoothing.steadiness import steady_level

YEARS = 3
DAYS_A_YEAR = 365.25
DAYS = {"D": 1.0, "W": 7.0, "M": DAYS_A_YEAR / 12}
POINTS_A_BEND = 4  # with fewer points to each, a short history is all bends
EPOCH = pd.Timestamp(2000, 1, 1)
# What is left of the last slope after each step: on days and weeks none at once was best, on months most of it.
DAMPING = {"D": 0.0, "W": 0.0, "M": 0.97}


def anchored(history: Histories, growth: Literal["linear", "flat"]) -> Array:
    """Each line continued by Prophet with this growth, on the history's scale, (lines, horizon)."""
    values = np.where(history.known, history.values, np.nan)
    periods, horizon = values.shape[1], history.horizon
    dates = _calendar(history)
    fitted = prophet.fit(dates[:periods], values, _options(history, growth))
    residuals = values - fitted.curve()
    ahead = fitted.predict(dates[periods:], levels=())
    if growth == "flat":
        level = steady_level(np.ascontiguousarray(residuals.T), horizon, np.zeros(len(values)))
        return np.asarray(ahead.yhat + level[:, None])
    slope = (ahead.trend[:, -1] - fitted.predict(dates[periods - 1 : periods], levels=()).trend[:, 0]) / horizon
    steps, damping = np.arange(1, horizon + 1), DAMPING[history.frequency.code]
    lost = steps - np.cumsum(damping**steps)
    return np.asarray(ahead.yhat - slope[:, None] * lost + anchor(residuals)[:, None])


def _options(history: Histories, growth: Literal["linear", "flat"]) -> prophet.Options:
    return prophet.Options(
        growth=growth,
        yearly_seasonality="auto" if history.frequency.code == "M" else False,
        yearly_from_days=YEARS * DAYS_A_YEAR,
        daily_seasonality=False,
        points_a_changepoint=POINTS_A_BEND,
    )


def _calendar(history: Histories) -> pd.DatetimeIndex:
    """The dates that all lines are put on, whenever they end: days, weeks, or twelfths of a year.

    That changes nothing: a pair of waves with one prior may begin anywhere. And lines as long as one another are one
    problem.
    """
    steps = np.arange(history.values.shape[1] + history.horizon)
    return EPOCH + pd.to_timedelta(steps * DAYS[history.frequency.code], unit="D").as_unit("us")
