"""What a forecast amounts to: direction, peak and the total of the span that people plan by.

Works on rows of the forecasts table alone, so a page or a brief needs no forecaster.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import frequencies, peaks

ALIKE = 0.15  # errors that days share beyond a local level's; with it 78% of real weeks and 82% of months fell within
STEADY = 0.05  # a change that nobody would act on


@dataclass(frozen=True)
class Outlook:
    """What to expect of one trend.

    `first` to `last` is the whole forecast. The window is its first week (of a daily trend), or its first week
    or month; `total` is what it should bring, within `total_low80` to `total_high80` in four cases of five,
    and `before` what as many periods before it brought (NaN where that is not known), `change` the share by
    which total differs from it. The peak is the window's best day for a daily trend, else the best period of
    the whole forecast; `even` says that no other is clearly lower, or no day but by chance
    (:mod:`marketing.trends.peaks`). `summed` says that total and range are those of table `forecast_sums`.
    """

    direction: Literal["up", "down", "steady"]
    first: dt.date
    last: dt.date
    peak_date: dt.date
    expected: float
    low80: float
    high80: float
    window_first: dt.date
    window_last: dt.date
    total: float
    total_low80: float
    total_high80: float
    before: float
    change: float
    even: bool
    summed: bool = False


def outlook(forecast_rows: pd.DataFrame, history_rows: pd.DataFrame, sums: pd.DataFrame | None = None) -> Outlook:
    """The outlook of one trend, from its rows of `forecasts` and its gathered history (date and value).

    `sums` are its rows of `forecast_sums`: where one is of the window, total and range are its own.
    """
    rows = forecast_rows.sort_values("date", ignore_index=True)
    history = history_rows.sort_values("date")
    frequency = frequencies.FREQUENCIES[frequencies.found(pd.DatetimeIndex(history["date"]))]
    window = rows.head(frequency.window)
    spanned = window if frequency.window > 1 else rows
    peak = spanned.iloc[int(spanned["expected"].to_numpy().argmax())]
    summed = _summed(sums, window) if frequency.window > 1 else None
    total, low, high = _total(window) if summed is None else summed
    recent = history["value"].tail(len(window))
    before = float(recent.mean() * len(window)) if recent.notna().any() else float("nan")
    change = total / before - 1 if before > 0 else float("nan")
    return Outlook(
        direction="up" if change > STEADY else "down" if change < -STEADY else "steady",
        first=rows["date"].iloc[0].date(),
        last=rows["date"].iloc[-1].date(),
        peak_date=peak["date"].date(),
        expected=float(peak["expected"]),
        low80=float(peak["low80"]),
        high80=float(peak["high80"]),
        window_first=window["date"].iloc[0].date(),
        window_last=window["date"].iloc[-1].date(),
        total=total,
        total_low80=low,
        total_high80=high,
        before=before,
        change=change,
        even=_even(rows, history, frequency.window),
        summed=summed is not None,
    )


def _even(rows: pd.DataFrame, history: pd.DataFrame, window: int) -> bool:
    expected = rows["expected"].to_numpy(float)[None]
    if window > 1:
        days = history.set_index("date")["value"].asfreq("D")
        return bool(peaks.even(expected, days.to_numpy(float)[None])[0])
    return bool(expected.min() >= (1 - peaks.EVEN) * expected.max())


def _total(window: pd.DataFrame) -> tuple[float, float, float]:
    """What the window brings and the band around it; one period has a band already."""
    if len(window) == 1:
        only = window.iloc[0]
        return float(only["expected"]), float(only["low80"]), float(only["high80"])
    return float(window["expected"].sum()), *total_band(window["expected"], window["high80"])


def _summed(sums: pd.DataFrame | None, window: pd.DataFrame) -> tuple[float, float, float] | None:
    """The week's total and band in `forecast_sums`, where the week of the window is there."""
    if sums is None or sums.empty:
        return None
    same = (sums["period"] == "week") & (sums["date"] == window["date"].iloc[0]) & (sums["days"] == len(window))
    if not same.any():
        return None
    row = sums[same].iloc[0]
    return float(row["expected"]), float(row["low80"]), float(row["high80"])


def total_band(expected: pd.Series, high: pd.Series) -> tuple[float, float]:
    """The band around the sum of `expected`, from the upper edges of the bands around each.

    Errors of neighbouring days are alike, so the band of a sum is narrower than the sum of the bands and wider
    than independent days would make it. On the log scale a forecast errs as a local level does (Hyndman et al.,
    Forecasting with exponential smoothing, 2008, ch. 6): the error of step h is that step's noise plus `a` times
    all earlier noises. Then for h < k, var(h) = s (1 + (h - 1) a²) and cov(h, k) = s (a + (h - 1) a²), so
    widths that grow with the step tell `a`, and the weights are each step's share of the sum.
    """
    total = float(expected.sum())
    if total <= 0:
        return 0.0, float(high.sum())
    half = (np.log1p(high) - np.log1p(expected)).to_numpy(float)
    covariance = _covariance(half**2)
    share = (expected / total).to_numpy(float)
    spread = float(np.sqrt(max(share @ covariance @ share, 0)))
    return total * float(np.exp(-spread)), total * float(np.exp(spread))


def _covariance(variances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariances of the errors of consecutive steps of a local level with these variances."""
    first, steps = variances[0], len(variances)
    if steps == 1 or first <= 0:
        return np.diag(variances)
    growth = max(float(variances[-1] - first) / (steps - 1), 0.0)
    shared = first * np.sqrt(growth / first) + (variances - first)
    earlier = np.minimum.outer(np.arange(steps), np.arange(steps))
    covariance = np.minimum(shared[earlier], variances[earlier])
    covariance += ALIKE * (np.sqrt(np.outer(variances, variances)) - covariance)
    np.fill_diagonal(covariance, variances)
    return np.asarray(covariance)
