"""The dynamic optimised theta method, on a history made ready."""

from collections.abc import Sequence

import numpy as np

from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel
from marketing.trends.smoothing.histories import Histories, from_history
from marketing.trends.smoothing.theta_lines import theta


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Continue each trend by theta (:mod:`marketing.trends.smoothing.theta_lines`)."""
    return from_history(continued, trends, horizon, origins)


def continued(history: Histories) -> Array:
    """Each line of a history, on its scale."""
    return np.asarray(theta(history.values, history.horizon, season=history.season)[0])
