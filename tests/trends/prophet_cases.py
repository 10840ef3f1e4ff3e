"""Trends for the exact Prophet, and Stan's own fit of them to hold ours against."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from prophet import Prophet

from marketing.trends.prophet import Options, stan

Floats = NDArray[np.float64]


def days(count: int, start: str = "2022-03-01", freq: str = "D") -> pd.DatetimeIndex:
    """Dates in a row."""
    return pd.date_range(start, periods=count, freq=freq, unit="us")


def audiences(number: int, dates: pd.DatetimeIndex, seed: int = 0) -> Floats:
    """Positive values with a wandering level, a week, a year and noise (number, dates)."""
    draws = np.random.default_rng(seed)
    t = (dates - dates[0]).days.to_numpy(float)
    level = np.cumsum(draws.normal(0, 0.02, (number, len(t))), 1) + draws.normal(0, 1e-3, (number, 1)) * t
    week = draws.uniform(0, 0.4, (number, 1)) * np.sin(2 * np.pi * (t / 7 + draws.uniform(0, 1, (number, 1))))
    year = draws.uniform(0, 0.3, (number, 1)) * np.sin(2 * np.pi * (t / 365.25 + draws.uniform(0, 1, (number, 1))))
    return np.exp(5 + level + week + year + draws.normal(0, 0.1, level.shape))


def history(
    options: Options, dates: pd.DatetimeIndex, values: Floats, regressors: Floats | None = None
) -> pd.DataFrame:
    """One trend's known rows under Prophet's names."""
    known = ~np.isnan(values)
    table = pd.DataFrame({"ds": dates[known], "y": values[known]})
    for column, regressor in enumerate(options.regressors):
        assert regressors is not None
        table[regressor.name] = regressors[known, column]
    return table


def by_stan(options: Options, table: pd.DataFrame) -> tuple[Prophet, float]:
    """Prophet's own fit, and its −log posterior as Stan reports it."""
    with stan.quiet():
        prophet = stan.unfitted(options)
        prophet.fit(table, seed=1)
        assert prophet.stan_fit is not None and prophet.stan_backend is not None
        told = -float(prophet.stan_fit.optimized_params_dict["lp__"])
        prophet.stan_backend.cleanup()
    return prophet, told


def holidays() -> pd.DataFrame:
    """Two holidays that recur, one with days around it, and one that no history holds."""
    return pd.DataFrame(
        {
            "holiday": ["new year", "new year", "premiere", "premiere", "far off"],
            "ds": pd.to_datetime(["2023-01-01", "2024-01-01", "2022-05-06", "2023-05-05", "2031-01-01"]),
            "lower_window": [-1, -1, 0, 0, 0],
            "upper_window": [1, 1, 3, 3, 0],
            "prior_scale": [5.0, 5.0, np.nan, np.nan, 1.0],
        }
    )
