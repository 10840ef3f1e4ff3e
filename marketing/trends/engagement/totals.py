"""Which rows of an export add up to a total, where it has totals beside their parts or divides them in several ways."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement.periods import Integers, Lines

# Rows with fewer dimensions filled than others of their title are its totals if they hold about as much as
# those together, and else what those do not cover.
ROLL_UP = 0.9


def added(keys: Integers, days: Integers, marks: Integers, values: NDArray[np.float64]) -> tuple[Integers, Lines]:
    """The total per key and day: the distinct keys, sorted, and a line of totals for each.

    Args:
        keys: What each row counts to.
        days: The day of each row, since 1970.
        marks: Which dimensions are filled in each row, besides those in the key; a bit each.
        values: What is added up.
    """
    kinds = np.sort(pd.unique(marks))
    kind = np.searchsorted(kinds, marks)
    begin, span = int(days.min()), int(days.max() - days.min()) + 1
    place = (keys * span + (days - begin)) * len(kinds) + kind
    if (place[1:] < place[:-1]).any():
        order = np.argsort(place, kind="stable")
        place, values = place[order], values[order]
    starts = _changes(place)
    place, sums = place[starts], np.add.reduceat(values, starts)
    day, kind = place // len(kinds), place % len(kinds)
    if len(kinds) > 1:
        day, sums = _apart(day, kind, sums, span, kinds)
    key = day // span
    bounds = np.append(_changes(key), len(key))
    return key[bounds[:-1]], Lines(bounds, day % span + begin, sums)


def _changes(values: Integers) -> Integers:
    """Where a value differs from the one before it, the first included."""
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def _apart(
    day: Integers, kind: Integers, sums: NDArray[np.float64], span: int, kinds: Integers
) -> tuple[Integers, NDArray[np.float64]]:
    """One sum a key and day (`day` tells both): where a key has rows of several kinds, what these make together."""
    key = day // span
    bounds = np.append(_changes(key), len(key))
    days, totals = [], []
    for start, stop in pairwise(bounds):
        mine, own = kind[start:stop], day[start:stop]
        if (mine == mine[0]).all():
            days.append(own)
            totals.append(sums[start:stop])
            continue
        some, row = np.unique(mine, return_inverse=True)
        when, column = np.unique(own, return_inverse=True)
        by_kind = np.full((len(some), len(when)), np.nan)
        by_kind[row, column] = sums[start:stop]
        days.append(when)
        totals.append(_total(by_kind, [int(mark) for mark in kinds[some]]))
    return np.concatenate(days), np.concatenate(totals)


def _total(by_kind: NDArray[np.float64], marks: list[int]) -> NDArray[np.float64]:
    """One total a day from sums by which dimensions are filled, (kinds, days) with NaN where a kind has no row."""
    held = np.nansum(by_kind, axis=1)
    order = sorted(range(len(marks)), key=lambda kind: (-marks[kind].bit_count(), -held[kind]))
    finest = marks[order[0]]
    total: NDArray[np.float64] = by_kind[order[0]]
    for kind in order[1:]:
        other = by_kind[kind]
        if _covers(other, total) >= ROLL_UP:
            total = np.where(np.isnan(other), total, other)
        elif marks[kind] & finest == marks[kind]:
            total = np.where(np.isnan(total) | np.isnan(other), np.fmax(total, other), total + other)
        else:  # another way to divide the same total, with less in it
            total = np.where(np.isnan(total), other, total)
    return total


def _covers(other: NDArray[np.float64], total: NDArray[np.float64]) -> float:
    """How much of the total the other sums hold on a day that both have; 1 where they follow one another."""
    both = ~np.isnan(other) & (total > 0)
    return float(np.median(other[both] / total[both])) if both.any() else 1.0
