"""An order of people and columns that depends on what they hold alone, not on how they came.

Random starts are drawn by position. Put in this order first, a table gives the same groups in whatever order its
rows and columns arrive.
"""

import numpy as np
from numpy.typing import NDArray

ODD, FACTOR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64 (Steele et al. 2014)


def canonical(rows: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of rows and of columns in their own order, for `rows` (people, columns) with NaN where missing."""
    cells = _mixed((rows + np.float32(0)).view(np.uint32).astype(np.uint64))
    salts = _mixed(cells.sum(axis=0, dtype=np.uint64))
    keys = _mixed(cells ^ salts).sum(axis=1, dtype=np.uint64)
    return np.argsort(keys, kind="stable"), np.argsort(salts, kind="stable")


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits scattered so that sums of them tell sets of values apart."""
    mixed = (bits + ODD) * FACTOR
    mixed ^= mixed >> np.uint64(29)
    mixed *= FACTOR
    return np.asarray(mixed ^ (mixed >> np.uint64(32)))
