"""Prophet on log1p, anchored to the latest level, with events as regressors.

Measured on daily web audiences, M4's daily and weekly sets and weekly page views, three changes turn Prophet
from a loss to seasonal naive into a gain: log1p, adding the simple-exponential-smoothing level of its
in-sample residuals to its forecast, and yearly seasonality only with three years of history.
"""

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line
from marketing.trends.events import EFFECT_LIMIT, EFFECT_SD, regressors
from marketing.trends.forecasters import begun, each_line

if TYPE_CHECKING:
    from prophet import Prophet

CHANGEPOINTS = 25  # Prophet's own number
POINTS_A_BEND = 4  # with fewer points to each, a short history is all bends
YEARS = 3
DAYS_A_YEAR = 365.25
SMOOTHING = np.linspace(0.02, 0.98, 25)  # candidates for the weight of the newest residual
TIMES_HIGHEST = 3.0  # a straight line on the log scale explodes; no forecast leaves the highest value further behind


def forecast(trends: pd.DataFrame, horizon: int, events: pd.DataFrame) -> pd.DataFrame:
    """Continue each trend by Prophet's own fit (Stan), the same for the same input."""
    with quiet():
        return each_line(trends, horizon, lambda line: _expected(line, horizon, events))


def _expected(line: Line, horizon: int, events: pd.DataFrame) -> NDArray[np.float64]:
    start = begun(line.values)
    values = np.log1p(line.values[start:])
    design = regressors(events, line, horizon).iloc[start:]
    design.columns = [f"event {kind}" for kind in design.columns]  # never one of Prophet's own names
    history = design.iloc[: len(values)].reset_index(drop=True)
    history.insert(0, "ds", line.dates[start:])
    history["y"] = values
    known = history[~np.isnan(values)]
    if known["y"].nunique() < 2:
        return np.full(horizon, np.expm1(known["y"].iloc[-1]))
    prophet = _fit(line, known, list(design.columns))
    whole = _continued(prophet, design)
    level = anchor(values - whole[: len(values)])
    highest = float(np.nanmax(values)) + np.log(TIMES_HIGHEST)
    return np.expm1(np.clip(whole[len(values) :] + level, 0, highest))


def _fit(line: Line, known: pd.DataFrame, kinds: list[str]) -> "Prophet":
    from prophet import Prophet

    long = (known["ds"].iloc[-1] - known["ds"].iloc[0]).days >= YEARS * DAYS_A_YEAR
    prophet = Prophet(
        n_changepoints=min(CHANGEPOINTS, len(known) // POINTS_A_BEND),
        yearly_seasonality=long,
        weekly_seasonality=line.frequency.code == "D" and len(known) >= 2 * line.frequency.season,
        daily_seasonality=False,
        uncertainty_samples=0,
    )
    scale = float(known["y"].abs().max())
    for kind in kinds:
        prophet.add_regressor(kind, prior_scale=EFFECT_SD / scale, standardize=False)
    # Prophet takes Newton below 100 points: 3 to 80 times slower, to the same place. It stays the way out when
    # L-BFGS fails.
    prophet.fit(known, seed=1, algorithm="LBFGS")
    if prophet.stan_backend is not None:
        prophet.stan_backend.cleanup()  # else Stan's files stay until the process ends
    return prophet


def _continued(prophet: "Prophet", design: pd.DataFrame) -> NDArray[np.float64]:
    """Prophet's curve over all dates of `design`, effects of events held to what is sensible.

    The same sum as Prophet.predict at a fifth of its cost: no table of components is made.
    """
    frame = prophet.setup_dataframe(design.rename_axis("ds").reset_index())
    features = [
        prophet.make_seasonality_features(frame["ds"], season["period"], season["fourier_order"], name).to_numpy()
        for name, season in prophet.seasonalities.items()
    ]
    features.append(design.to_numpy())
    weights = prophet.params["beta"][0] * (prophet.y_scale or 1.0)
    width = sum(part.shape[1] for part in features)  # without any, Prophet keeps one weight for nothing
    weights[width - len(design.columns) :] = weights[width - len(design.columns) :].clip(-EFFECT_LIMIT, EFFECT_LIMIT)
    curve = prophet.predict_trend(frame) + np.hstack(features) @ weights[:width]
    return np.asarray(curve, float)


def anchor(residuals: NDArray[np.float64]) -> float:
    """The level that residuals end at, by simple exponential smoothing with the weight that foretold them best."""
    level = np.zeros(len(SMOOTHING))
    error = np.zeros(len(SMOOTHING))
    for residual in residuals[~np.isnan(residuals)]:
        miss = residual - level
        error += miss**2
        level += SMOOTHING * miss
    return float(level[error.argmin()])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Prophet's and Stan's progress out of the terminal; failures are raised, not logged."""
    from cmdstanpy import disable_logging

    logger = logging.getLogger("prophet")
    level = logger.level
    with disable_logging(), warnings.catch_warnings():
        logger.setLevel(logging.CRITICAL)
        warnings.filterwarnings("ignore", module="prophet")  # what pandas deprecates in Prophet's own code
        try:
            yield
        finally:
            logger.setLevel(level)
