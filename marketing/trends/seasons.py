"""Seasons of many trends at once: is there one, which shape has it, and histories freed from it.

Classical decomposition and the test of seasonality of M4 (Makridakis, Spiliotis and Assimakopoulos, International
Journal of Forecasting 36, 2020), as in Naive2 and the theta method. Inside, arrays are time first, (T, columns), a
column being a trend as it stood at an origin: it ends in the last line, is NaN before its first value and nowhere
after. A shape is (season, columns), its first line being the period that follows the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.trends.smoothing import Array, as_of, chunks, filled

CRITICAL = 1.645  # of the normal distribution: 90%, both sides
LATEST = 52  # seasons that a shape is taken from: a year of weeks foretold as well as all of them, or better


@dataclass(frozen=True)
class Freed:
    """Trends as they stood at each origin, without their season.

    `lines` is (T, origins * n), all trends of the first origin first; `known` is False where a value was filled in
    and before the first; `seasonal` says for which columns the test found a season.
    """

    lines: Array
    known: NDArray[np.bool_]
    seasonal: NDArray[np.bool_]
    shape: Array
    origins: int
    ratios: bool

    def continued(self, expected: Array) -> Array:
        """Forecasts of the lines, (horizon, columns), with the season on them again: (origins, n, horizon)."""
        season = self.shape[np.arange(len(expected)) % len(self.shape)]
        whole = expected * season if self.ratios else expected + season
        return np.ascontiguousarray(whole.reshape(len(expected), self.origins, -1).transpose(1, 2, 0))


def freed(values: Array, origins: Sequence[int], season: int, seasons: int, *, ratios: bool = False) -> Freed:
    """Trends (n, T) as they stood at each origin, without the season that the test finds in at least `seasons` of it.

    The shape is added to the level, or with `ratios` multiplied by it: on logs the first is the second.
    """
    whole = filled(values, season)
    lines = _side_by_side(whole, origins)
    known = ~np.isnan(_side_by_side(values, origins))
    found = seasonal(lines, season, seasons) if season > 1 else np.zeros(lines.shape[1], dtype=bool)
    shape = np.full((season, lines.shape[1]), 1.0 if ratios else 0.0)
    if found.any():
        shape[:, found] = _shape(lines[:, found], season, ratios=ratios)
        phases = shape[np.arange(-len(lines), 0) % season]
        lines = lines / phases if ratios else lines - phases
    return Freed(lines, known, found, shape, len(origins), ratios)


def _side_by_side(values: Array, origins: Sequence[int]) -> Array:
    return np.concatenate([np.ascontiguousarray(as_of(values, origin).T) for origin in origins], axis=1)


def total(lines: Array) -> Array:
    """Sums over time, in an order that neither the columns beside nor the lines before a first value change."""
    return np.asarray(lines.sum(axis=0) if lines.shape[1] > 1 else lines.cumsum(axis=0)[-1])


def seasonal(lines: Array, season: int, seasons: int) -> NDArray[np.bool_]:
    """For each column, whether values a season apart are alike beyond chance, with at least `seasons` of history."""
    known = ~np.isnan(lines)
    count = np.maximum(known.sum(axis=0), 1)
    enough = (count >= seasons * season) & (count > season + 1)
    if not enough.any():
        return np.asarray(enough)
    apart = np.where(known, lines, 0.0)
    apart = np.where(known, apart - total(apart) / count, 0.0)
    spread = total(apart * apart)
    scale = np.where(spread > 0, spread, 1.0)
    likeness = [total(apart[lag:] * apart[:-lag]) / scale for lag in range(1, season + 1)]
    limit = CRITICAL * np.sqrt((1 + 2 * np.square(likeness[:-1]).sum(axis=0)) / count)
    return np.asarray(enough & (np.abs(likeness[-1]) > limit))


def _shape(lines: Array, season: int, *, ratios: bool) -> Array:
    """The mean by phase of what stands above the centred mean of a season, as a difference or as a ratio."""
    sums = np.pad(np.where(np.isnan(lines), 0.0, lines), ((1, 0), (0, 0))).cumsum(axis=0)
    centre = (sums[season:] - sums[:-season]) / season
    if season % 2 == 0:
        centre = (centre[1:] + centre[:-1]) / 2
    half, count = season // 2, len(centre)
    inner, first = lines[half : half + count], lines[:count]
    with np.errstate(divide="ignore", invalid="ignore"):
        above = inner / centre if ratios else inner - centre
    above = np.where(np.isnan(first) | ~np.isfinite(above), np.nan, above)
    above = np.pad(above, ((half, len(lines) - half - count), (0, 0)), constant_values=np.nan)[-LATEST * season :]
    above = np.pad(above, ((-len(above) % season, 0), (0, 0)), constant_values=np.nan)
    shape = _mean(above.reshape(-1, season * lines.shape[1])).reshape(season, -1)
    return shape / _mean(shape) if ratios else shape - _mean(shape)


def _mean(lines: Array) -> Array:
    known = ~np.isnan(lines)
    return np.asarray(total(np.where(known, lines, 0.0)) / np.maximum(known.sum(axis=0), 1))


def naive2(values: Array, horizon: int, origins: Sequence[int] = (0,), *, season: int = 1, seasons: int = 3) -> Array:
    """M4's yardstick: the last value without its season, with the season put on again, (origins, n, horizon).

    The season multiplies, as in M4; `values` above zero are expected. M4 tests from three seasons on.
    """
    made = np.full((len(origins), len(values), horizon), np.nan)
    for rows, part in chunks(values, origins):
        without = freed(part, origins, season, seasons, ratios=True)
        made[:, rows] = without.continued(np.tile(without.lines[-1], (horizon, 1)))
    return made
