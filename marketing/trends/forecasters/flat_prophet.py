"""Prophet without a trend: its week around one level, anchored to the latest."""

from collections.abc import Sequence

from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel
from marketing.trends.smoothing.anchored import anchored
from marketing.trends.smoothing.histories import Histories, from_history


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by its week alone, from the level it is at (:mod:`marketing.trends.smoothing.anchored`)."""
    return from_history(continued, trends, horizon, origins)


def continued(history: Histories) -> Array:
    """Each line of a history, on its scale."""
    return anchored(history, "flat")
