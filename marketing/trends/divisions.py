"""Totals and the ways they are divided, and the nearest numbers in which each way adds up to its total."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

THIN = 0.5  # parts that come to less than this share of their total are too sparse to tell more than shares of it
ROUNDS = 50  # far more than it takes
ROUNDING = 1e-12  # of a total: what sums of floats may lack
LEAST = 1e-30  # a variance that stands for none


@dataclass(frozen=True)
class Divisions:
    """The ways in which totals are divided, sorted by total: of each, its total and its parts, by row of the panel.

    `parts` of division d are `parts[starts[d] : starts[d + 1]]`; `of_total` numbers the totals.
    """

    totals: Rows
    of_total: Rows
    parts: Rows
    starts: Rows

    def __len__(self) -> int:
        return len(self.totals)

    @property
    def of_part(self) -> Rows:
        """The division of each part."""
        return np.repeat(np.arange(len(self)), np.diff(np.r_[self.starts, len(self.parts)]))

    def added(self, values: Array) -> Array:
        """The sum of each division's parts."""
        return np.add.reduceat(values, self.starts, axis=0)

    def over_total(self, values: Array) -> Array:
        """The sum of each total's divisions, told to each of them."""
        firsts = np.flatnonzero(np.diff(self.of_total, prepend=-1))
        return np.add.reduceat(values, firsts, axis=0)[self.of_total]

    def with_hidden(self) -> "Divisions":
        """The same with one more part in each, for what the others lack; parts are numbered anew, those last."""
        ends = np.r_[self.starts[1:], len(self.parts)]
        hidden = len(self.parts) + np.arange(len(self))
        return replace(
            self, parts=np.insert(np.arange(len(self.parts)), ends, hidden), starts=self.starts + np.arange(len(self))
        )

    def kept(self, divisions: NDArray[np.bool_]) -> "Divisions":
        """Some of them, by mask."""
        parts = self.parts[divisions[self.of_part]]
        counts = np.diff(np.r_[self.starts, len(self.parts)])[divisions]
        of_total = np.unique(self.of_total[divisions], return_inverse=True)[1]
        return Divisions(self.totals[divisions], of_total, parts, np.cumsum(counts) - counts)


def nearest(own: Array, doubt: Array, parts: Array, spread: Array, divisions: Divisions) -> tuple[Array, Array]:
    """Totals (a row a division) and parts, the nearest to `own` and `parts` that agree and are not below zero.

    Distances are squares over the variances `doubt` and `spread`. Given which parts are above zero the total is a mean;
    given the total, what is above zero follows: Newton's method, which ends, as what a total asks of its parts
    grows ever more slowly with it. What agrees already comes back bit by bit.
    """
    thin = divisions.added(parts).sum(axis=1) < THIN * own.sum(axis=1)
    above = np.broadcast_to(spread > 0, parts.shape)
    for _ in range(ROUNDS):
        precision = np.where(thin[:, None], 0.0, 1 / np.maximum(divisions.added(spread * above), LEAST))
        weighed = divisions.over_total(divisions.added(parts * above) * precision)
        total = (own / doubt + weighed) / (1 / doubt + divisions.over_total(precision))
        moved, before = _shared_out(total, parts, spread, divisions), above
        above = moved > 0
        if (above == before).all():
            break
    apart = np.abs(own - divisions.added(parts)) > ROUNDING * own
    agreed = divisions.over_total(apart.astype(np.float64)) == 0
    return np.where(agreed, own, total), np.where(agreed[divisions.of_part], parts, moved)


def _shared_out(total: Array, parts: Array, spread: Array, divisions: Divisions) -> Array:
    """Parts that add up to `total`, the difference shared by variance; those that would fall below zero are zero."""
    moved, free = parts, np.ones(parts.shape, dtype=bool)
    while True:
        lack = (total - divisions.added(parts * free)) / np.maximum(divisions.added(spread * free), LEAST)
        moved = np.where(free, parts + spread * lack[divisions.of_part], 0.0)
        if not (moved < 0).any():
            return moved
        free &= moved >= 0
