"""Exponential smoothing of many trends at once, with a damped trend or none, chosen by AICc.

ETS(A,N,N) and ETS(A,Ad,N) of Hyndman, Koehler, Ord and Snyder (Forecasting with Exponential Smoothing, 2008) on
histories freed from their season (:mod:`marketing.trends.smoothing.seasons`), which may change; on whatever scale the
caller's values have: on logs slopes are growth rates and the season multiplies. Holt-Winters' own season, smoothed
along with the level, foretold changing weeks no better and years much worse. Weights come from a grid and from steps
around its best, for all trends and origins at once.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from marketing.trends.smoothing import Array, chunks
from marketing.trends.smoothing.seasons import Freed, freed

LEVELS = (0.98, 0.8, 0.55, 0.35, 0.2, 0.1, 0.03)  # weights of the newest error in the level; the first of equals wins
SLOPED = (0.95, 0.7, 0.25, 0.06)  # the same beside a slope
SLOPES = ((0.1, 0.8), (0.03, 0.97))  # in the slope, as a share of that in the level; damping
STEPS = (2.0, 1.5)  # odds or shares are multiplied and divided by these, round by round
LEVEL_RANGE, SLOPE_RANGE, DAMPING_RANGE = (0.005, 0.995), (0.002, 1.0), (0.7, 0.98)
EXACT = 1e-8  # errors below this share of the values' spread are the machine's
COLUMNS = 1280  # trends times origins that run side by side


class Weights(NamedTuple):
    """Weights of recursions, each (rows, 1) or (rows, columns); `slope` is a share of `level`, 0 where none is."""

    level: Array
    slope: Array
    damping: Array


class Ends(NamedTuple):
    """Where recursions end, each (rows, columns); `squares` are the errors', added up."""

    squares: Array
    level: Array
    slope: Array


def ets(values: Array, horizon: int, origins: Sequence[int] = (0,), *, season: int = 1, seasons: int = 2) -> Array:
    """Continue each trend by the exponential smoothing that AICc chooses at each origin, (origins, n, horizon).

    A season is looked for in histories of at least `seasons` of it.
    """
    made = np.full((len(origins), len(values), horizon), np.nan)
    for rows, part in chunks(values, origins, COLUMNS // len(origins)):
        history = freed(part, origins, season, seasons)
        made[:, rows] = history.continued(_continued(history, horizon))
    return made


def _continued(history: Freed, horizon: int) -> Array:
    """The history's lines, `horizon` further, (horizon, columns)."""
    weights = _fitted(history)
    ends = _run(history, weights)
    level, slope = ends.level[0], ends.slope[0]
    made = []
    for _ in range(horizon):
        slope = slope * weights.damping[0]
        level = level + slope
        made.append(level)
    return np.where(history.known.any(axis=0), np.stack(made), np.nan)


def _fitted(history: Freed) -> Weights:
    """The weights with the least AICc for each column, (1, columns)."""
    best, least = _best(history, _grid((level, 0.0, 1.0) for level in LEVELS))
    damped = _grid((level, slope, damping) for level, (slope, damping) in product(SLOPED, SLOPES))
    best, least = _better(best, least, *_best(history, damped))
    for factor in STEPS:
        best, least = _better(best, least, *_best(history, _around(best, factor)))
    return best


def _grid(rows: Iterable[tuple[float, ...]]) -> Weights:
    return Weights(*np.array(list(rows)).T[:, :, None])


def _best(history: Freed, weights: Weights) -> tuple[Weights, Array]:
    criterion = _aicc(history, weights, _run(history, weights).squares)
    rows = criterion.argmin(axis=0)[None]
    wide = (np.broadcast_to(part, criterion.shape) for part in weights)
    return Weights(*(np.take_along_axis(part, rows, axis=0) for part in wide)), criterion.min(axis=0)


def _better(one: Weights, its: Array, other: Weights, its_own: Array) -> tuple[Weights, Array]:
    other_is = its_own < its
    return Weights(*(np.where(other_is, b, a) for a, b in zip(one, other, strict=True))), np.minimum(its, its_own)


def _aicc(history: Freed, weights: Weights, squares: Array) -> Array:
    """Akaike's criterion, corrected for few values; the parameters of the season are the same for all."""
    count = np.maximum(history.known.sum(axis=0) - 1, 1)
    highest, lowest = (pick(history.lines, axis=0) for pick in (np.fmax.reduce, np.fmin.reduce))
    exact = count * np.square(EXACT * np.where(np.isnan(highest), 0.0, highest - lowest))
    parameters = np.where(weights.slope > 0, 6, 3)
    few = 2 * parameters * (parameters + 1) / np.maximum(count - parameters - 1, 0.5)
    likelihood = count * np.log(np.maximum(squares, np.maximum(exact, np.finfo(float).tiny)) / count)
    return np.asarray(likelihood + 2 * parameters + few)


def _around(weights: Weights, factor: float) -> Weights:
    """Weights one step away in each direction."""
    level, slope, damping = weights
    rows = []
    for by in (factor, 1 / factor):
        odds = level / (1 - level) * by
        rows += [weights._replace(level=np.clip(odds / (1 + odds), *LEVEL_RANGE))]
        rows += [weights._replace(slope=np.where(slope > 0, np.clip(slope * by, *SLOPE_RANGE), 0.0))]
        rows += [weights._replace(damping=np.where(slope > 0, np.clip(1 - (1 - damping) * by, *DAMPING_RANGE), 1.0))]
    return Weights(*(np.concatenate(part) for part in zip(*rows, strict=True)))


def _run(history: Freed, weights: Weights) -> Ends:
    """Recursions side by side over the whole history; where no value is known they go on as they foretell."""
    lines, known = history.lines, history.known
    y, whole = np.where(np.isnan(lines), 0.0, lines), np.asarray(known.all(axis=1))
    sloped, to_slope = bool(weights.slope.any()), weights.level * weights.slope
    first = np.where(known.any(axis=0), known.argmax(axis=0), len(y) - 1)
    level = np.tile(y[first, np.arange(len(first))], (len(to_slope), 1))
    slope, squares, error, move = np.zeros((4, *level.shape))
    for step in range(len(y)):
        if sloped:
            slope *= weights.damping
            level += slope
        np.subtract(y[step], level, out=error)
        if not whole[step]:
            error *= known[step]
        level += np.multiply(error, weights.level, out=move)
        if sloped:
            slope += np.multiply(error, to_slope, out=move)
        squares += np.multiply(error, error, out=move)
    return Ends(squares, level, slope)
