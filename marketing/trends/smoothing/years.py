"""What a year ago tells: how far a line stood from its own slow course then, as far as that has come back before.

No curve is fitted, so it works from little more than a year of history on; how much of last year's movement is
believed is learnt from the line itself.
"""

import numpy as np
from numpy.typing import NDArray

from marketing.trends.forecasters import Array
from marketing.trends.frequencies import Frequency

PERIODS = {"D": 364, "W": 52}  # a year
BEYOND = {"D": 60, "W": 14}  # periods of history beyond a year, to learn from whether it comes back
WEEKS_AGO = (52, 104, 157, 209, 261, 313)  # years ago, in whole weeks so that weekdays meet
FADING = 0.8  # the weight of a year in that of the one after it
SMOOTHED = {"D": 1, "W": 0}  # periods on each side that a movement is the mean of: Easter is not on its day
PATIENCE = 1.0  # horizons of evidence that count as much as none at all
WEEKS = 26  # that a week's shape is taken from


def year(values: Array, frequency: Frequency, horizon: int) -> tuple[Array, Array]:
    """What the year did to each line, (lines, periods), and should do ahead, (lines, horizon).

    `values` (lines, periods) are on a log scale and end in the last column; NaN before a line's first, nowhere after.
    """
    past, ahead = np.zeros(values.shape), np.zeros((len(values), horizon))
    period = PERIODS.get(frequency.code, 0)
    lengths = (~np.isnan(values)).sum(axis=1)
    rows = np.flatnonzero(lengths >= period + BEYOND[frequency.code]) if period else np.zeros(0, np.intp)
    if len(rows):
        longest = int(lengths[rows].max())
        part = values[rows, values.shape[1] - longest :]
        past[rows, values.shape[1] - longest :], ahead[rows] = _year(part, frequency, period, horizon)
    return past, ahead


def _year(values: Array, frequency: Frequency, period: int, horizon: int) -> tuple[Array, Array]:
    known = ~np.isnan(values)
    level = values - _week(values) if frequency.code == "D" else values
    plain = np.where(known, level - _slow(level, period), 0.0)
    apart = _smoothed(plain, known, SMOOTHED[frequency.code])
    count = values.shape[1]
    total, years = np.zeros((2, len(values), count + horizon))
    for number, weeks in enumerate(WEEKS_AGO):
        start = weeks * period // 52
        stop = min(count + horizon, count + start)
        if start >= stop:
            break
        total[:, start:stop] += FADING**number * apart[:, : stop - start]
        years[:, start:stop] += FADING**number * known[:, : stop - start]
    before = np.divide(total, years, out=np.zeros(total.shape), where=years > 0)
    told = known & (years[:, :count] > 0)
    agrees = np.where(told, plain * before[:, :count], 0.0).sum(axis=1)
    size = np.where(told, before[:, :count] ** 2, 0.0).sum(axis=1)
    evidence = told.sum(axis=1) / horizon
    weight = np.clip(agrees / np.maximum(size, 1e-12), 0.0, 1.0) * evidence / (evidence + PATIENCE)
    after = np.pad(apart[:, period:], ((0, 0), (0, period)))
    ours = np.where(told, before[:, :count], np.where(known, after, 0.0))
    return weight[:, None] * ours, weight[:, None] * before[:, count:]


def _slow(values: Array, period: int) -> Array:
    """A line's slow course: the mean of a year around each value; near an end of less, but of a quarter at least."""
    count = values.shape[1]
    known = ~np.isnan(values)
    first = (~known).sum(axis=1)[:, None]
    sums = np.pad(np.where(known, values, 0.0).cumsum(axis=1), ((0, 0), (1, 0)))
    column = np.arange(count)
    half = period // 2
    reach = np.clip(np.minimum(column - first, count - 1 - column), half // 2, half)
    low, high = np.clip(np.maximum(column - reach, first), 0, count), np.minimum(column + reach + 1, count)
    each = np.arange(len(values))[:, None]
    return np.asarray((sums[each, high] - sums[each, low]) / np.maximum(high - low, 1))


def _smoothed(values: Array, known: NDArray[np.bool_], half: int) -> Array:
    """The mean of each value and of `half` on each side; at an end, the value there stands in for what is beyond."""
    if not half:
        return values
    first = known.argmax(axis=1)
    held = np.where(known, values, values[np.arange(len(values)), first][:, None])
    padded = np.pad(held, ((0, 0), (half, half)), mode="edge")
    total = sum(padded[:, step : step + values.shape[1]] for step in range(2 * half + 1))
    return np.where(known, np.asarray(total) / (2 * half + 1), 0.0)


def _week(values: Array) -> Array:
    """The shape of each line's last WEEKS weeks, repeated over it: by weekday, what stands above the week's mean."""
    recent = values[:, -WEEKS * 7 :]
    sums = np.pad(recent.cumsum(axis=1), ((0, 0), (1, 0)))
    centre = (sums[:, 7:] - sums[:, :-7]) / 7
    above = recent[:, 3:-3] - centre
    above = np.pad(above, ((0, 0), (0, -above.shape[1] % 7)), constant_values=np.nan)
    shape = np.nanmean(above.reshape(len(values), -1, 7), axis=1)
    shape -= shape.mean(axis=1, keepdims=True)
    start = values.shape[1] - recent.shape[1] + 3
    return np.asarray(shape[:, (np.arange(values.shape[1]) - start) % 7])
