"""What each part adds to a curve: every season, holiday and regressor by itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from marketing.trends.prophet import stan
from marketing.trends.prophet.design import Floats, microseconds
from marketing.trends.prophet.fitted import Fitted
from marketing.trends.prophet.panel import checked_dates, checked_regressors


def components(
    fitted: Fitted,
    dates: pd.DatetimeIndex,
    regressors: Floats | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Floats]:
    """The parts of n trends on h dates by Prophet's names (weekly, yearly, a holiday, a regressor), each (n, h).

    A season that no trend has is left out. An additive part is in the units of the values, a multiplicative one a
    share of the trend; NaN for a trend that could not be fitted. With the trend of `Fitted.predict` they make its
    yhat. regressors and extra as there.
    """
    at = microseconds(checked_dates(dates))
    columns, panel = fitted.columns, fitted.panel
    given = checked_regressors(regressors, len(fitted), len(at), columns)
    conditions = stan.checked(extra, fitted.options, len(fitted), len(at))
    standard = (given - panel.mean[:, None]) / panel.deviation[:, None]
    features = columns.features(at)
    parts: dict[str, Floats] = {}
    for column in columns.used(np.asarray(panel.seasons.any(0))):
        name, multiplies = columns.components[column], columns.multiplicative[column]
        waves = features[:, column] if column < features.shape[1] else standard[:, :, column - features.shape[1]]
        part = fitted.beta[:, column, None] * waves
        part = part if multiplies else part * panel.scale[:, None]
        parts[name] = parts[name] + part if name in parts else part
    for season in fitted.options.seasonalities:
        if season.condition_name:
            parts[season.name] = parts[season.name] * np.asarray(conditions[season.condition_name], bool)
    return parts
