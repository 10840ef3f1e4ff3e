"""Repeat the last week, or the last year where there are three: the yardstick for all others.

statsforecast's SeasonalNaive; without a season, the last value.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line
from marketing.trends.forecasters import each_line, filled


def forecast(trends: pd.DataFrame, horizon: int, events: pd.DataFrame) -> pd.DataFrame:
    """Repeat each trend's last season. It takes no notice of events, so that the yardstick stays plain."""
    return each_line(trends, horizon, lambda line: _expected(line, horizon))


def _expected(line: Line, horizon: int) -> NDArray[np.float64]:
    from statsforecast.models import SeasonalNaive

    season = line.frequency.season_length(len(line.values))
    return np.asarray(SeasonalNaive(season).forecast(filled(line.values, season), horizon)["mean"])
