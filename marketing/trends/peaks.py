"""Whether a week ahead has a day to name: one that stands above the others by more than noise.

A forecast of days hardly ever says the same for two of them: where units are few, what it takes for a week is what the
days happened to bring. So a day is named where the trend's past weeks agree which days are busy, or where something
ahead moves the forecast (an event, a holiday, a rise or a fall) so that its weeks are not alike.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEEK = 7
WEEKS = 26  # the latest, that tell a week's shape
# What agreement no more than one trend in a hundred without a week reaches: 99% of chi squared with 6 degrees, and less
# by this over the number of weeks, as 200,000 draws of 2 to 26 weeks showed.
BEYOND_CHANCE, FEWER = 16.81, 0.55
MOVED = 0.1  # by how much days differ in what they are above the same weekdays of other weeks, or weeks in their sums
ALONE = 0.5  # how far days lie apart that something moves for certain, where no other weeks are ahead to set them by
EVEN = 0.01  # periods that differ by less are told as alike


def even(expected: Array, history: Array) -> NDArray[np.bool_]:
    """Whether no day of the first week ahead is to be named, (n,).

    Args:
        expected: (n, days) what each day ahead should bring, not below zero.
        history: (n, days) what the days before brought, the last one last; NaN in gaps and before a trend's first.
    """
    window = expected[:, :WEEK]
    alike = window.min(axis=1) >= (1 - EVEN) * window.max(axis=1)
    return np.asarray(alike | ~(weekly(history) | _moved(expected)))


def weekly(history: Array) -> NDArray[np.bool_]:
    """Whether the latest weeks agree, beyond chance, which of their days are busy, (n,).

    Friedman's test with ties (Journal of the American Statistical Association 32, 1937), which asks for nothing but
    ranks within each week: no rush and no rise from week to week counts. Weeks with a gap tell nothing.
    """
    count = min(WEEKS, history.shape[1] // WEEK)
    if not count:
        return np.zeros(len(history), bool)
    days = history[:, history.shape[1] - count * WEEK :].reshape(len(history), count, WEEK)
    whole = np.isfinite(days).all(axis=2, keepdims=True)
    above = (days[..., :, None] > days[..., None, :]).sum(axis=3) + (days[..., :, None] == days[..., None, :]).sum(
        axis=3
    ) / 2
    ranks = np.where(whole, above - WEEK / 2, 0.0)  # less their mean
    agreed, spread = np.square(ranks.sum(axis=1)).sum(axis=1), np.square(ranks).sum(axis=(1, 2))
    chance = BEYOND_CHANCE * (1 - FEWER / np.maximum(whole.sum(axis=(1, 2)), 1))
    return np.asarray((WEEK - 1) * agreed > chance * spread)


def _moved(expected: Array) -> NDArray[np.bool_]:
    """Whether the first week ahead differs in its course or its sum from those that follow it, (n,)."""
    window, count = expected[:, :WEEK], expected.shape[1] // WEEK
    low, high = window.min(axis=1), window.max(axis=1)
    if count < 2:
        return np.asarray(high > (1 + ALONE) * low)
    weeks = expected[:, : count * WEEK].reshape(len(expected), count, WEEK)
    usual, sums = np.median(weeks, axis=1), weeks[:, :2].sum(axis=2)
    ratio = np.divide(window, usual, out=np.ones(window.shape), where=usual > 0)
    course = ratio.max(axis=1) > (1 + MOVED) * ratio.min(axis=1)
    return np.asarray(course | (sums.max(axis=1) > (1 + MOVED) * sums.min(axis=1)))
