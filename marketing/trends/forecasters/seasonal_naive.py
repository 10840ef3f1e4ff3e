"""Repeat the last week, or the last year where there are three: the yardstick for all others."""

from collections.abc import Sequence
from functools import partial

from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array, seasonal_naive, since_begun


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Repeat each trend's last season; its last value, where its history shows no season."""
    cycle = trends.frequency
    repeated = partial(seasonal_naive, season=cycle.season, seasons=cycle.seasons)
    return since_begun(trends.values, horizon, origins, repeated)
