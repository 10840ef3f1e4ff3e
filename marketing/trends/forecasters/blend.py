"""The median of Prophet, theta and seasonal naive: no member's odd day is followed.

A fixed median beat picking the winner of a backtest on every set tried.
"""

from collections.abc import Sequence

import pandas as pd

from marketing.trends.forecasters import prophet, seasonal_naive, theta

MEMBERS = ("prophet", "theta", "seasonal_naive")


def forecast(trends: pd.DataFrame, horizon: int, events: pd.DataFrame) -> pd.DataFrame:
    """Continue each trend by the median of the members' forecasts, day by day."""
    return combine([member.forecast(trends, horizon, events) for member in (prophet, theta, seasonal_naive)])


def combine(forecasts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The median of forecasts of the same trends and dates."""
    both = pd.concat(forecasts, ignore_index=True)
    return both.groupby(["trend", "date"], sort=False)["expected"].median().reset_index()
