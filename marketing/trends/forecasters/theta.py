"""The dynamic optimised theta method on log1p."""

from collections.abc import Sequence
from functools import partial

from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array, on_logs
from marketing.trends.theta_lines import theta


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by theta (:mod:`marketing.trends.theta_lines`)."""
    cycle = trends.frequency
    return on_logs(trends.values, horizon, origins, partial(theta, season=cycle.season, seasons=cycle.seasons))
