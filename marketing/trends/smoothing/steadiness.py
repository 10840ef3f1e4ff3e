"""The level a line is at, judged by what it tells of the whole stretch ahead and not of the next step alone.

Simple exponential smoothing with the weight that half of the squared error one step ahead and half of that of the mean
of the next `horizon` values choose: the first alone follows noise where a forecast is for weeks.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from marketing.trends.forecasters import Array

# Weights of the newest value, dense where they matter: near 0, a small step is a long memory more or less.
WEIGHTS: Final = np.array([0.003, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.22, 0.32, 0.45, 0.6, 0.8, 0.97])


def steady_level(lines: Array, horizon: int, start: Array | None = None) -> Array:
    """The level that each line ends at, (columns,).

    Args:
        lines: (periods, columns), NaN before a line's first value and in gaps, where the level stays as it is.
        horizon: Periods that the level is to stand for.
        start: The level before the first value, (columns,); the first value itself where none is given.
    """
    known = ~np.isnan(lines)
    values = np.where(known, lines, 0.0)
    if start is None:
        first = np.where(known.any(axis=0), known.argmax(axis=0), 0)
        start = values[first, np.arange(lines.shape[1])]
    following, far = _following(values, known, horizon)
    whole, all_far, some_far = (np.asarray(each) for each in (known.all(axis=1), far.all(axis=1), far.any(axis=1)))
    weight = WEIGHTS[:, None]
    level = np.tile(start, (len(WEIGHTS), 1))
    error, move, near_squares, far_squares = np.zeros((4, *level.shape))
    for step in range(len(values)):
        np.subtract(values[step], level, out=error)
        if not whole[step]:
            error *= known[step]
        near_squares += np.multiply(error, error, out=move)
        level += np.multiply(error, weight, out=move)
        if some_far[step]:
            np.subtract(following[step], level, out=error)
            if not all_far[step]:
                error *= far[step]
            far_squares += np.multiply(error, error, out=move)
    cost = near_squares / np.maximum(known.sum(axis=0), 1) + far_squares / np.maximum(far.sum(axis=0), 1)
    return np.asarray(np.take_along_axis(level, cost.argmin(axis=0)[None], axis=0)[0])


def _following(values: Array, known: NDArray[np.bool_], horizon: int) -> tuple[Array, NDArray[np.bool_]]:
    """After each value the mean of the `horizon` next, (periods, columns), and whether there are so many."""
    mean, there = np.zeros(values.shape), np.zeros(values.shape, bool)
    if len(values) > horizon:
        sums, counts = values.cumsum(axis=0), known.cumsum(axis=0, dtype=np.int32)
        number = counts[horizon:] - counts[:-horizon]
        np.divide(sums[horizon:] - sums[:-horizon], number, out=mean[:-horizon], where=number > 0)
        there[:-horizon] = (number > 0) & known[:-horizon]
    return mean, there
