"""Prophet's curve with its bending trend, anchored to the latest level; its last slope is not trusted for long."""

from collections.abc import Sequence

from marketing.trends.anchored import anchored
from marketing.trends.forecasters import Array
from marketing.trends.histories import Histories, from_history
from marketing.trends.panels import Panel


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by the optimum of Prophet's own posterior (:mod:`marketing.trends.anchored`)."""
    return from_history(continued, trends, horizon, origins)


def continued(history: Histories) -> Array:
    """Each line of a history, on its scale."""
    return anchored(history, "linear")
