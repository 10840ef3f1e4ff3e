"""Simple ways to continue many trends at once, and what all smoothing here shares.

`values` is (n, T), right-aligned: every trend ends in the last column, NaN before its first value and in gaps.
`origins` says for each forecast how many of the last columns are not known yet, 0 being now; nothing in them touches
it. Forecasts are (len(origins), n, horizon), NaN where a trend has no value by then. No trend's forecast depends on
the trends beside it, to the last digit.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Method = Callable[[Array, int, Sequence[int]], Array]

# Candidates for the weight of the newest value, evenly spaced in log odds: between 0.02 and 0.1 it matters more than
# between 0.8 and 0.9. The largest stand first: where values do not tell, the latest counts.
WEIGHTS = 1 / (1 + np.exp(np.linspace(-3.5, 3.5, 10)))
SEASONS = 4  # whose mean by phase a short history is continued with
FEW = 8  # values whose mean is a level
NUMBERS = 1 << 20  # in an array of a chunk, about: what a processor's cache and a small machine's memory bear


def chunks(values: Array, origins: Sequence[int], most: int = 256) -> Iterator[tuple[NDArray[np.intp], Array]]:
    """Parts of at most `most` trends: which they are, and their values without the columns where none has begun.

    Those that begin together stand together; of long histories and many origins fewer go into one.
    """
    first = first_known(values)
    order = np.argsort(first, kind="stable")
    size = max(16, min(most, NUMBERS // max(1, values.shape[1] * len(origins))))
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        yield rows, values[rows, min(int(first[rows[0]]), values.shape[1] - 1) :]


def first_known(values: Array) -> NDArray[np.intp]:
    """The column of each trend's first value; the number of columns where it has none."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known.any(axis=1), known.argmax(axis=1), values.shape[1]))


def known_by(values: Array, origins: Sequence[int]) -> NDArray[np.intp]:
    """How many values each trend has by each origin, (origins, n)."""
    counts = np.pad((~np.isnan(values)).cumsum(axis=1), ((0, 0), (1, 0)))
    return np.asarray(np.stack([counts[:, max(0, values.shape[1] - origin)] for origin in origins]))


def as_of(values: Array, origin: int) -> Array:
    """The values as they stood `origin` periods ago, moved to end in the last column."""
    if not origin:
        return values
    moved = np.full_like(values, np.nan)
    moved[:, origin:] = values[:, :-origin]
    return moved


def begun(values: Array) -> Array:
    """`values`, with what comes before a trend's first one above zero unknown: it says nothing about what follows.

    A trend never above zero keeps what it has.
    """
    above = np.where(np.isnan(values), 0.0, values) > 0
    early = ~np.logical_or.accumulate(above, axis=1) & above.any(axis=1, keepdims=True)
    return np.where(early, np.nan, values)


def filled(values: Array, season: int) -> Array:
    """`values` without gaps after a trend's first value: each is the value a season earlier, else the one before.

    Only what came before a gap fills it, so that no origin within or after it learns of what came later.
    """
    out = values.copy()
    first = first_known(values)
    for column in np.flatnonzero(np.isnan(values).any(axis=0)):
        rows = np.flatnonzero(np.isnan(values[:, column]) & (first < column))
        earlier = out[rows, column - season] if column >= season else np.full(len(rows), np.nan)
        out[rows, column] = np.where(np.isnan(earlier), out[rows, column - 1], earlier)
    return out


def cycles(values: Array, origins: Sequence[int], season: int, seasons: int) -> NDArray[np.intp]:
    """What cycle each trend's history can show at each origin, (origins, n): `season`, or 1 below `seasons` of it."""
    lengths = values.shape[1] - np.asarray(origins)[:, None] - first_known(values)
    return np.where(lengths >= seasons * season, season, 1)


def seasonal_naive(
    values: Array, horizon: int, origins: Sequence[int] = (0,), *, season: int = 1, seasons: int = 2
) -> Array:
    """Repeat each trend's last season; its last value, where its history has no `seasons` of them."""
    whole = filled(values, season)
    steps = np.arange(horizon)
    made = []
    for origin, cycle in zip(origins, cycles(values, origins, season, seasons), strict=True):
        columns = values.shape[1] - origin - cycle[:, None] + steps % cycle[:, None]
        known = np.take_along_axis(whole, np.maximum(columns, 0), axis=1)
        made.append(np.where(columns >= 0, known, np.nan))
    return np.stack(made)


def recent_mean(
    values: Array, horizon: int, origins: Sequence[int] = (0,), *, season: int = 1, seasons: int = 2
) -> Array:
    """Repeat the mean of the last seasons by phase; of the latest values, where a history has no `seasons` of them."""
    whole = filled(values, season)
    made = []
    for origin, cycle in zip(origins, cycles(values, origins, season, seasons), strict=True):
        known = whole[:, : max(0, values.shape[1] - origin)]
        level = _last_mean(known, 1, FEW)
        shape = _last_mean(known, season, SEASONS)
        phases = np.where((cycle == 1)[:, None], level, shape)
        made.append(phases[:, np.arange(horizon) % season])
    return np.stack(made)


def _last_mean(values: Array, season: int, number: int) -> Array:
    """The mean of each phase over the last `number` seasons, (n, season), first the phase that follows the last."""
    last = values[:, max(0, values.shape[1] - season * number) :]
    last = np.pad(last, ((0, 0), (season * number - last.shape[1], 0)), constant_values=np.nan)
    parts = last.reshape(len(values), number, season)
    known = ~np.isnan(parts)
    sums, counts = np.where(known, parts, 0.0).cumsum(axis=1)[:, -1], known.sum(axis=1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def anchor(residuals: Array) -> Array:
    """The level that each row of residuals (n, T; NaN in gaps) ends at by simple exponential smoothing, (n,).

    Added to a fitted curve's continuation, it starts where the trend is now. The smoothing begins at 0; the weight of
    the newest residual is the one of WEIGHTS that foretold them best, one step ahead, by least squares. A gap leaves
    the level where it was. NaN where no residual is known.
    """
    ends = np.full(len(residuals), np.nan)
    for rows, part in chunks(residuals, (0,), most=1024):
        ends[rows] = _level(part)
    return ends


def _level(residuals: Array) -> Array:
    known: NDArray[np.bool_] = np.ascontiguousarray(~np.isnan(residuals).T)
    y, whole = np.where(known, residuals.T, 0.0), np.asarray(known.all(axis=1))
    weight = WEIGHTS[:, None]
    level, error, move, squares = np.zeros((4, len(WEIGHTS), len(residuals)))
    for step in range(len(y)):
        np.subtract(y[step], level, out=error)
        if not whole[step]:
            error *= known[step]
        level += np.multiply(error, weight, out=move)
        squares += np.multiply(error, error, out=move)
    best = np.take_along_axis(level, squares.argmin(axis=0)[None], axis=0)[0]
    return np.where(known.any(axis=0), best, np.nan)


def since_begun(values: Array, horizon: int, origins: Sequence[int], method: Method) -> Array:
    """A method's forecasts of counts from each trend's first value above zero on; before it, zero is expected."""
    counts = np.maximum(values, 0.0)
    made = method(begun(counts), horizon, origins)
    nothing_yet = np.isnan(made) & (known_by(values, origins) > 0)[:, :, None]
    return np.where(nothing_yet, 0.0, np.maximum(made, 0.0))
