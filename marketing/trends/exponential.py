"""Exponential smoothing of many trends at once: damped trend, changing season, chosen by AICc.

Additive errors throughout (Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008), on
whatever scale the caller's values have; on logs slopes are growth rates and the season multiplies. The season's shape
is that of the whole history before an origin, by classical decomposition (with few seasons that beats what smoothing
learns on its way); smoothing then lets it change where AICc finds that it does. Weights come from a grid and from
steps around its best, for all trends and origins at once.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketing.trends.seasons import Freed, freed
from marketing.trends.smoothing import Array, chunks

LEVELS = (0.98, 0.8, 0.55, 0.35, 0.2, 0.1, 0.03)  # weights of the newest error in the level; the first of equals wins
SLOPES = ((0.1, 0.8), (0.03, 0.97), (0.2, 0.97))  # in the slope, as a share of that in the level; damping
SEASONS = (0.05, 0.2)  # in the season, as a share of what the level leaves, where steps begin
STEPS = (2.0, 1.5)  # odds or shares are multiplied and divided by these, round by round
LEVEL_RANGE, SLOPE_RANGE, DAMPING_RANGE, SEASON_RANGE = (0.005, 0.995), (0.002, 1.0), (0.7, 0.98), (0.005, 0.6)
EXACT = 1e-8  # errors below this share of the values' spread are the machine's
COLUMNS = 1280  # trends times origins that run side by side


class Weights(NamedTuple):
    """Weights of recursions, each (rows, 1) or (rows, columns).

    `slope` is a share of `level`, `season` of what `level` leaves; 0 means that there is none.
    """

    level: Array
    slope: Array
    damping: Array
    season: Array

    def chosen(self, rows: NDArray[np.intp]) -> "Weights":
        """One row for each column, (1, columns)."""
        wide = (np.broadcast_to(part, (len(part), len(rows))) for part in self)
        return Weights(*(np.take_along_axis(part, rows[None], axis=0) for part in wide))


class Ends(NamedTuple):
    """Where recursions end: squared errors' sums, level and slope (rows, columns), season (season, rows, columns)."""

    squares: Array
    level: Array
    slope: Array
    season: Array


def ets(values: Array, horizon: int, origins: Sequence[int] = (0,), *, season: int = 1, seasons: int = 2) -> Array:
    """Continue each trend by the exponential smoothing that AICc chooses at each origin, (origins, n, horizon).

    A season is looked for in histories of at least `seasons` of it.
    """
    made = np.full((len(origins), len(values), horizon), np.nan)
    for rows, part in chunks(values, origins, max(16, COLUMNS // len(origins))):
        history = freed(part, origins, season, seasons)
        made[:, rows] = history.continued(_continued(history, horizon))
    return made


def _continued(history: Freed, horizon: int) -> Array:
    """The history's lines, `horizon` further, (horizon, columns)."""
    weights = _fitted(history)
    ends = _run(history, weights)
    level, slope, steps = ends.level[0], ends.slope[0], np.arange(horizon) % len(ends.season)
    made = []
    for step in steps:
        slope = slope * weights.damping[0]
        level = level + slope
        made.append(level + ends.season[step, 0])
    return np.where(history.known.any(axis=0), np.stack(made), np.nan)


def _fitted(history: Freed) -> Weights:
    """The weights with the least AICc for each column, (1, columns)."""
    flat = _grid((level, 0.0, 1.0, 0.0) for level in LEVELS)
    damped = _grid((level, slope, damping, 0.0) for level, (slope, damping) in product(LEVELS, SLOPES))
    best, least = _best(history, flat)
    best, least = _better(best, least, *_best(history, damped))
    for factor in STEPS:
        best, least = _better(best, least, *_best(history, _around(best, factor, history.seasonal)))
    return best


def _grid(rows: Iterable[tuple[float, ...]]) -> Weights:
    return Weights(*np.array(list(rows)).T[:, :, None])


def _best(history: Freed, weights: Weights) -> tuple[Weights, Array]:
    criterion = _aicc(history, weights, _run(history, weights).squares)
    rows = criterion.argmin(axis=0)
    return weights.chosen(rows), np.take_along_axis(criterion, rows[None], axis=0)[0]


def _better(one: Weights, its: Array, other: Weights, its_own: Array) -> tuple[Weights, Array]:
    other_is = its_own < its
    return Weights(*(np.where(other_is, b, a) for a, b in zip(one, other, strict=True))), np.minimum(its, its_own)


def _aicc(history: Freed, weights: Weights, squares: Array) -> Array:
    """Akaike's criterion, corrected for few values; the parameters of the season's shape are the same for all."""
    count = np.maximum(history.known.sum(axis=0) - 1, 1)
    highest, lowest = (pick(history.lines, axis=0) for pick in (np.fmax.reduce, np.fmin.reduce))
    exact = count * np.square(EXACT * np.where(np.isnan(highest), 0.0, highest - lowest))
    parameters = 3 + 3 * (weights.slope > 0) + (weights.season > 0)
    few = 2 * parameters * (parameters + 1) / np.maximum(count - parameters - 1, 0.5)
    likelihood = count * np.log(np.maximum(squares, np.maximum(exact, 1e-300)) / count)
    return np.asarray(likelihood + 2 * parameters + few)


def _around(weights: Weights, factor: float, seasonal: NDArray[np.bool_]) -> Weights:
    """Weights one step away in each direction; a season begins to change where the columns have one."""
    level, slope, damping, season = weights
    rows = []
    for by in (factor, 1 / factor):
        rows += [weights._replace(level=_odds(level, by))]
        rows += [weights._replace(slope=np.where(slope > 0, np.clip(slope * by, *SLOPE_RANGE), 0.0))]
        rows += [weights._replace(damping=np.where(slope > 0, np.clip(1 - (1 - damping) * by, *DAMPING_RANGE), 1.0))]
    for number, by in enumerate((1 / factor, factor)):
        moved = np.where(season > 0, np.clip(season * by, *SEASON_RANGE), SEASONS[number])
        rows += [weights._replace(season=np.where(seasonal, moved, 0.0))]
    return Weights(*(np.concatenate(part) for part in zip(*rows, strict=True)))


def _odds(share: Array, factor: float) -> Array:
    odds = share / (1 - share) * factor
    return np.clip(odds / (1 + odds), *LEVEL_RANGE)


def _run(history: Freed, weights: Weights) -> Ends:
    """Recursions side by side over the whole history; where no value is known they go on as they foretell."""
    lines, known = history.lines, history.known
    whole = np.asarray(known.all(axis=1))
    y = np.where(np.isnan(lines), 0.0, lines)
    columns = lines.shape[1]
    sloped, seasonal = bool(weights.slope.any()), bool(weights.season.any())
    to_level, to_slope = weights.level, weights.level * weights.slope
    to_season = (1 - weights.level) * weights.season
    first = y[np.where(known.any(axis=0), known.argmax(axis=0), len(y) - 1), np.arange(columns)]
    level = np.tile(first, (len(to_level), 1))
    slope, squares, error, move = np.zeros((4, *level.shape))
    cycle = len(history.shape) if seasonal else 1
    season = np.zeros((cycle, *level.shape))
    for step in range(len(y)):
        if sloped:
            slope *= weights.damping
            level += slope
        phase = season[(step - len(y)) % cycle]
        np.subtract(y[step], level, out=error)
        if seasonal:
            error -= phase
        if not whole[step]:
            error *= known[step]
        level += np.multiply(error, to_level, out=move)
        if sloped:
            slope += np.multiply(error, to_slope, out=move)
        if seasonal:
            phase += np.multiply(error, to_season, out=move)
        squares += np.multiply(error, error, out=move)
    return Ends(squares, level, slope, season)
