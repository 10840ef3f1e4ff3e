"""What a trend is made of: its level, its week, its year.

A description of what was seen and is expected, for people to read; no forecaster leans on it. Everything is on the log
scale, since a Saturday multiplies an audience whatever its size, and told as multipliers less one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEEK = 7
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
RECENT_WEEKS = 26  # the week as it is now, not as it was years ago
ENOUGH_WEEKS = 4
DAYS_A_YEAR = 365.25
YEARS = 3  # with fewer, growth passes for season
ORDER = 4  # waves of a year's curve: seasons and holidays as one, no single day
BEND_DAYS = 91
HUBER = 1.345  # residuals beyond this many spreads count less (Huber 1964, 95% efficient where errors are normal)
ROUNDS = 8
LEVEL_DAYS = 29
LEVEL_PERIODS = 5


@dataclass(frozen=True)
class Parts:
    """The parts of one trend.

    `level`: date and value, in the trend's unit: what is left when week and year are taken off, smoothed. `week`: day
    ("Mon") and share (0.2: 20% above the level); no rows where the trend is not daily. `year`: date (of the last year
    known) and share; no rows without three years.
    """

    level: pd.DataFrame
    week: pd.DataFrame
    year: pd.DataFrame


def parts(known: pd.DataFrame) -> Parts:
    """Take a trend apart.

    Args:
        known: date and value, sorted, a row a period, NaN in gaps: the history, or history and forecast.
    """
    dates = pd.DatetimeIndex(known["date"])
    logs = np.log1p(known["value"].to_numpy(float))
    days = (dates - dates[0]).days.to_numpy(float) if len(dates) else np.zeros(0)
    daily = len(dates) > 1 and float(np.median(np.diff(days))) < WEEK / 2
    week = _week(logs, dates.day_of_week.to_numpy()) if daily else np.zeros(0)
    calm = logs - week[dates.day_of_week] if len(week) else logs
    year = _year(calm, days)
    calm = calm - year if len(year) else calm
    level = np.expm1(_smoothed(calm, LEVEL_DAYS if daily else LEVEL_PERIODS))
    last = days > days[-1] - DAYS_A_YEAR if len(days) else np.zeros(0, bool)
    return Parts(
        level=pd.DataFrame({"date": dates, "value": np.maximum(level, 0)}),
        week=pd.DataFrame({"day": list(WEEKDAYS), "share": np.expm1(week)}) if len(week) else _none("day"),
        year=pd.DataFrame({"date": dates[last], "share": np.expm1(year[last])}) if len(year) else _none("date"),
    )


def _none(name: str) -> pd.DataFrame:
    return pd.DataFrame({name: [], "share": pd.Series([], dtype=float)})


def _week(logs: Array, weekday: NDArray[np.integer]) -> Array:
    """Each weekday's median distance from the seven days around it, over the last half year; they add up to nothing."""
    around = _running(logs, WEEK, np.nanmean)
    apart = (logs - around)[-RECENT_WEEKS * WEEK :]
    day = weekday[-RECENT_WEEKS * WEEK :]
    known = ~np.isnan(apart)
    if known.sum() < ENOUGH_WEEKS * WEEK or len(np.unique(day[known])) < WEEK:
        return np.zeros(0)
    medians = np.array([np.median(apart[known & (day == number)]) for number in range(WEEK)])
    return np.asarray(medians - medians.mean())


def _year(logs: Array, days: Array) -> Array:
    """A year's curve beside a level that bends each quarter, by least squares that odd days do not pull at."""
    known = ~np.isnan(logs)
    if not known.any() or np.ptp(days[known]) < YEARS * DAYS_A_YEAR - 1:
        return np.zeros(0)
    knots = np.arange(BEND_DAYS, days[-1] - BEND_DAYS / 2, BEND_DAYS)
    angles = 2 * np.pi * days[:, None] * np.arange(1, ORDER + 1) / DAYS_A_YEAR
    waves = np.hstack([np.sin(angles), np.cos(angles)])
    bends = np.maximum(days[:, None] - knots, 0) / BEND_DAYS
    design = np.hstack([np.ones((len(days), 1)), days[:, None] / DAYS_A_YEAR, bends, waves])[known]
    weights = np.ones(known.sum())
    penalty = np.r_[0, 0, np.ones(bends.shape[1]), np.full(waves.shape[1], 0.01)]
    for _ in range(ROUNDS):
        whole = design.T * weights
        found = np.linalg.solve(whole @ design + np.diag(penalty + 1e-9), whole @ logs[known])
        missed = np.abs(logs[known] - design @ found)
        spread = max(float(np.median(missed)) / 0.6745, 1e-9)
        weights = np.minimum(1, HUBER * spread / np.maximum(missed, 1e-12))
    curve = waves @ found[-waves.shape[1] :]
    return np.asarray(curve - curve[-int(DAYS_A_YEAR / max(np.median(np.diff(days)), 1)) :].mean())


def _smoothed(logs: Array, size: int) -> Array:
    """A running median, then a running mean: a day's outlier leaves no trace, a shift of level stays sharp."""
    size = min(size, len(logs) - (len(logs) + 1) % 2) if len(logs) else size
    return _running(_running(logs, size, np.nanmedian), max(1, size // 2), np.nanmean) if len(logs) else logs


def _running(values: Array, size: int, middle: object) -> Array:
    """`middle` of the `size` values around each, of fewer at the ends; NaN where none of them is known."""
    half = size // 2
    padded = np.r_[np.full(half, np.nan), values, np.full(half, np.nan)]
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    made = np.full(len(values), np.nan)
    some = ~np.isnan(windows).all(axis=1)
    made[some] = middle(windows[some], axis=1)  # type: ignore[operator]
    return made
