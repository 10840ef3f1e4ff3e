"""The season as it is now around a steady level: the one that foretells the whole stretch ahead best, not a step.

Where the same memory foretells a step and the stretch best and no slope did, theta finds this level too, and both say
the same to the last digit: they free a history from one season and try some of the same weights.
"""

from collections.abc import Sequence

import numpy as np

from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel
from marketing.trends.smoothing.histories import Histories, from_history
from marketing.trends.smoothing.seasons import freed
from marketing.trends.smoothing.steadiness import steady_level

SEASONS = 2  # of history from which a season is looked for


def forecast(trends: Panel, horizon: int, origins: Sequence[int] = (0,)) -> Array:
    """Repeat each trend's season around its steady level (:mod:`marketing.trends.smoothing.steadiness`)."""
    return from_history(continued, trends, horizon, origins)


def continued(history: Histories) -> Array:
    """Each line of a history, on its scale."""
    without = freed(history.values, (0,), history.season, SEASONS)
    level = steady_level(without.lines, history.horizon)
    return np.asarray(without.continued(np.tile(level, (history.horizon, 1)))[0])
