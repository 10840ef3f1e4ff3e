"""How rare it is that a trend is so far from what was expected.

A trend's own past counts as in conformal prediction: how many of its earlier periods were as far out on that side,
of how many. Before there are enough to tell one in 600, a tail common to all trends stands for PATIENCE periods.
Shocks that lasted are not in it: they are what is looked for. One that was gone the next period is: a trend that has
many such is a noisy one.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RATE = 1 / 200  # false alarms a trend-period that are promised on quiet data, both sides together
AIM = 1 / 300  # what is aimed at, so that noise with tails as heavy as Student's t of 3 degrees keeps the promise
EDGES = np.geomspace(1.8, 40, 22)  # distances at which periods are counted
PATIENCE = 80.0  # periods
WIDTH = 1.3  # of the common tail's scale in a spread that is told by mean distances


def common(z: Array) -> Array:
    """The share of periods further out than `z` on one side, over trends of all kinds: Student's t, 3 degrees."""
    scaled = WIDTH * z / np.sqrt(3)
    return np.asarray(0.5 - (np.arctan(scaled) + scaled / (1 + scaled**2)) / np.pi)


class Tails:
    """Counts of how far out the periods of `n` trends have been: `far` (2 sides, edges, n) of `number` (n)."""

    def __init__(self, n: int) -> None:
        self.far = np.zeros((2, len(EDGES), n))
        self.number = np.zeros(n)
        self.prior = common(EDGES)

    def count(self, z: Array, rows: NDArray[np.intp]) -> None:
        """Count distances of these trends; one of 0 counts as none."""
        far = np.flatnonzero(np.abs(z) >= EDGES[0])
        if len(far):
            side = (z[far] < 0).astype(int)
            self.far[side, :, rows[far]] += np.abs(z[far, None]) >= EDGES

    def rare(self, z: Array, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which distances of these trends are further out than may be by chance at the rate aimed at."""
        result = np.zeros(len(z), dtype=bool)
        far = np.flatnonzero(np.abs(z) >= EDGES[0])
        if len(far):
            result[far] = self._share(z[far], rows[far]) < AIM / 2
        return result

    def _share(self, z: Array, rows: NDArray[np.intp]) -> Array:
        """The share of periods as far out as `z` on its side, between edges by a power law."""
        size = np.abs(z)
        side = (z < 0).astype(int)
        below = np.minimum(np.searchsorted(EDGES, size, side="right") - 1, len(EDGES) - 2)
        whole = PATIENCE + self.number[rows]
        low = PATIENCE * self.prior[below] + self.far[side, below, rows]
        high = PATIENCE * self.prior[below + 1] + self.far[side, below + 1, rows]
        between = np.log(size / EDGES[below]) / np.log(EDGES[below + 1] / EDGES[below])
        return np.asarray(np.exp(np.log(low) + between * (np.log(high) - np.log(low))) / whole)
