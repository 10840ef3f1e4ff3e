"""Exponential smoothing on log1p, its kind chosen by AICc."""

from collections.abc import Sequence
from functools import partial

from marketing.trends.exponential import ets
from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array, on_logs


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by exponential smoothing (:mod:`marketing.trends.exponential`)."""
    cycle = trends.frequency
    return on_logs(trends.values, horizon, origins, partial(ets, season=cycle.season, seasons=cycle.seasons))
