"""Prophet's curve with its bending trend, anchored to the latest level; its last slope is not trusted for long."""

from collections.abc import Sequence

from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel
from marketing.trends.smoothing.anchored import anchored
from marketing.trends.smoothing.histories import Histories, from_history


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by the optimum of Prophet's own posterior (:mod:`marketing.trends.smoothing.anchored`)."""
    return from_history(continued, trends, horizon, origins)


def continued(history: Histories) -> Array:
    """Each line of a history, on its scale."""
    return anchored(history, "linear")
