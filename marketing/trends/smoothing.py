"""Simple ways to continue many trends at once, and what all smoothing here shares.

`values` is (n, T), right-aligned: every trend ends in the last column, NaN before its first value and in gaps.
`origins` counts for each forecast how many of the last columns are not known yet, 0 being now; nothing in them
touches the forecast. Results are (len(origins), n, horizon), NaN where a trend has no value by then.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def chunks(values: Array, size: int) -> Iterator[tuple[NDArray[np.intp], Array]]:
    """Parts of at most `size` trends, those that begin together in one, without the columns before; rows first."""
    order = np.argsort(first_known(values), kind="stable")
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        part = values[rows]
        yield rows, part[:, min(int(first_known(part).min()), values.shape[1] - 1) :]


def first_known(values: Array) -> NDArray[np.intp]:
    """The column of each trend's first value; T where it has none."""
    known = ~np.isnan(values)
    return np.where(known.any(axis=1), known.argmax(axis=1), values.shape[1])
