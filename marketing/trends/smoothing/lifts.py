"""What brings the forecast of a trend of few units, or of units that come seldom, up to its mean.

The mean of logarithms is below the logarithm of the mean, by more the more values scatter. Where an audience counts in
hundreds that is small beside what forecasts err by, and the middle is what errors are least from. Where most days have
no unit or one, it is not: 1.4 orders a week were forecast as 0.8, and four weeks of public trends of 2 or 3 orders a
day as 19% too few. So for these the forecast is multiplied by what the trend's past had above its own middle (Duan's
smearing, Journal of the American Statistical Association 78, 1983, told as a ratio of sums, so that days at zero
count). Sums of four weeks then came within 4%, and single days were foretold 2% better as well. Where days at zero are
the rule, the middle is nothing: single days are missed by more then, sums by less.

Other trends are left alone. Sums of most were within 3% anyway; for those with rare rushes, of page views, a lift made
sums true and all errors 14% larger.
"""

import numpy as np
from numpy.typing import NDArray

from marketing.trends.forecasters import Array
from marketing.trends.frequencies import Frequency

RECENT = {"D": 364, "W": 104, "M": 60}  # periods that tell it
NEAR = {"D": (4, 7), "W": (4, 1), "M": (2, 12)}  # values before and after that a middle is taken over; how far apart
FEW, MANY = 5.0, 20.0  # units a period, counted in whole: up to FEW the lift is whole, from MANY there is none
SOME, MOST = 0.1, 0.3  # shares of periods at zero: up to SOME there is none on their account, from MOST it is whole
RUSH = 5.0  # times the usual value above zero, as which more counts: one rush is not to lift all that follows
LARGEST = 4.0


def lifts(raw: Array, logs: Array, offset: Array, frequency: Frequency) -> Array:
    """The factor for each line's forecast, (lines,): exactly 1 for most.

    Args:
        raw: (lines, periods) values, not below zero, that end in the last column; NaN before a line's first and in
            gaps.
        logs: What forecasters continue: logarithms of the values and `offset`, odd ones held; known where `raw` is.
        offset: (lines,) what was added before the logarithm.
        frequency: Theirs.
    """
    recent = raw[:, -RECENT[frequency.code] :]
    made = np.ones(len(raw))
    part = _part(recent)
    rows = np.flatnonzero(part > 0)
    if len(rows):
        reach, apart = NEAR[frequency.code]
        known = logs[rows, max(0, logs.shape[1] - recent.shape[1] - reach * apart) :]
        middle = np.exp(_middles(known, reach, apart))[:, -recent.shape[1] :] - offset[rows, None]
        made[rows] = np.clip(_ratio(recent[rows], middle), 1.0, LARGEST) ** part[rows]
    return made


def _part(recent: Array) -> Array:
    """How much of a lift each line is to have, 0 to 1."""
    known = ~np.isnan(recent)
    values, count = np.where(known, recent, 0.0), np.maximum(known.sum(axis=1), 1)
    mean = values.sum(axis=1) / count
    whole = (values == np.round(values)).all(axis=1)
    few = np.clip(np.log(MANY / np.maximum(mean, FEW)) / np.log(MANY / FEW), 0.0, 1.0)
    zero = (known & (values == 0)).sum(axis=1) / count
    seldom = np.clip((zero - SOME) / (MOST - SOME), 0.0, 1.0)
    return np.where(mean > 0, np.maximum(np.where(whole, few, 0.0), seldom), 0.0)


def _ratio(values: Array, middle: Array) -> Array:
    """The sum of each line's values in shares of that of their middles; 1 where these come to nothing."""
    known = ~np.isnan(values)
    above = np.where(values > 0, values, np.nan)
    usual = np.nanmedian(above, axis=1, keepdims=True)
    came = np.where(known, np.minimum(values, RUSH * usual), 0.0).sum(axis=1)
    told = np.where(known, middle, 0.0).sum(axis=1)
    return np.asarray(np.divide(came, told, out=np.ones(len(values)), where=told > 0))


def _middles(logs: Array, reach: int, apart: int) -> Array:
    """The mean of each value and of `reach` before and after it, as far as known; NaN where the value is not."""
    known: NDArray[np.bool_] = ~np.isnan(logs)
    values, width = np.where(known, logs, 0.0), logs.shape[1]
    total, count = np.zeros(logs.shape), np.zeros(logs.shape)
    for step in range(-reach * apart, reach * apart + 1, apart):
        if abs(step) < width:
            here, there = _shifted(width, step)
            total[:, here] += values[:, there]
            count[:, here] += known[:, there]
    return np.where(known, total / np.maximum(count, 1), np.nan)


def _shifted(width: int, step: int) -> tuple[slice, slice]:
    """Where the columns stand that have one `step` after them, and where that one stands."""
    return slice(max(0, -step), width - max(0, step)), slice(max(0, step), width - max(0, -step))
