"""Prophet without a trend: seasons around one level, on log1p and anchored to the latest; safe inside a blend."""

from collections.abc import Sequence

from marketing.trends.anchored import anchored, options
from marketing.trends.panels import Panel
from marketing.trends.smoothing import Array


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by its seasons alone, from the level it is at (:mod:`marketing.trends.anchored`)."""
    return anchored(trends, horizon, origins, options("flat"))
