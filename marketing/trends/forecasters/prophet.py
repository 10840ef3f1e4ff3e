"""Prophet's curve with its bending trend, on log1p and anchored to the latest level."""

from collections.abc import Sequence

from marketing.trends.anchored import anchored, options
from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by the optimum of Prophet's own posterior (:mod:`marketing.trends.anchored`)."""
    return anchored(trends, horizon, origins, options("linear"))
