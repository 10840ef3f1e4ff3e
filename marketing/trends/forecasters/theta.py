"""The dynamic optimised theta method, on a history freed from events and put under them again.

statsforecast's DynamicOptimizedTheta (Fiorucci et al., International Journal of Forecasting 32, 2016).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line
from marketing.trends.events import effects, regressors
from marketing.trends.forecasters import begun, each_line, filled

TINY = 4  # statsforecast refuses fewer points


def forecast(trends: pd.DataFrame, horizon: int, events: pd.DataFrame) -> pd.DataFrame:
    """Continue each trend by theta; the effects of past events are taken off first, those of planned ones put on."""
    return each_line(trends, horizon, lambda line: _expected(line, horizon, events))


def _expected(line: Line, horizon: int, events: pd.DataFrame) -> NDArray[np.float64]:
    from statsforecast.models import DynamicOptimizedTheta

    start = begun(line.values)
    season = line.frequency.season_length(len(line.values) - start)
    logs = np.log1p(filled(line.values, season))[start:]
    if len(logs) < TINY or np.ptp(logs) == 0:
        return np.full(horizon, np.expm1(logs[-1]))
    design = regressors(events, line, horizon).iloc[start:]
    moved = np.zeros(len(design))
    if len(design.columns):
        seen = np.where(np.isnan(line.values[start:]), np.nan, logs)
        moved = design.to_numpy() @ effects(seen, design, season)
    calm = np.maximum(np.expm1(logs - moved[: len(logs)]), 0)
    scale = calm.mean()  # its optimiser is bounded to 1e10
    found = DynamicOptimizedTheta(season).forecast(calm / scale, horizon)["mean"] * scale
    return np.asarray(np.expm1(np.log1p(np.maximum(found, 0)) + moved[len(logs) :]))
