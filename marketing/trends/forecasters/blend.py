"""The median of several forecasters, step by step: no member's odd day is followed.

A fixed median beat picking the winner of a backtest on every set tried.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from marketing.trends.forecasters import Array, ets, flat_prophet, prophet, seasonal_naive, theta
from marketing.trends.panels import Panel

MEMBERS = ("prophet", "flat_prophet", "theta", "ets", "seasonal_naive")


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by the median of the members' forecasts."""
    members = (prophet, flat_prophet, theta, ets, seasonal_naive)
    made = {name: member.forecast(trends, horizon, origins) for name, member in zip(MEMBERS, members, strict=True)}
    return combine(made, trends, origins)


def combine(forecasts: Mapping[str, Array], trends: Panel, origins: Sequence[int]) -> Array:
    """The median of forecasts of the same trends; NaN where a member has too little to go on."""
    return np.asarray(np.median([forecasts[name] for name in MEMBERS], axis=0))
