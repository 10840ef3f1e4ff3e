"""The mean of the last seasons: what a history too short for anything else is continued with."""

from collections.abc import Sequence
from functools import partial

from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array, recent_mean, since_begun


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Repeat the mean of the last seasons by phase; of the latest values, where a history shows no season."""
    cycle = trends.frequency
    repeated = partial(recent_mean, season=cycle.season, seasons=cycle.seasons)
    return since_begun(trends.values, horizon, origins, repeated)
