"""M4's Naive2, the yardstick that OWA is told in."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marketing.trends.smoothing import as_of, filled

Array = NDArray[np.float64]
CRITICAL = 1.645  # of the normal distribution: 90%, both sides


def naive2(values: Array, horizon: int, origins: Sequence[int] = (0,), *, season: int = 1, seasons: int = 3) -> Array:
    """The last value without its season, with the season put on again, (origins, n, horizon).

    The season multiplies and does not change, as in M4, which looks for one from three of it on. A trend with values
    that are not above zero has none.
    """
    made = np.full((len(origins), len(values), horizon), np.nan)
    whole = filled(values, season)
    for number, origin in enumerate(origins):
        lines = np.ascontiguousarray(as_of(whole, origin).T)
        found = seasonal(lines, season, seasons) & ~(lines <= 0).any(axis=0)
        shape = np.ones((season, lines.shape[1]))
        if found.any():
            shape[:, found] = _ratios(lines[:, found], season)
        made[number] = (lines[-1] / shape[-1] * shape[np.arange(horizon) % season]).T
    return made


def seasonal(lines: Array, season: int, seasons: int) -> NDArray[np.bool_]:
    """M4's test: for each column, whether values a season apart are alike beyond chance, in `seasons` of it or more.

    Makridakis, Spiliotis and Assimakopoulos, International Journal of Forecasting 36, 2020.
    """
    known = ~np.isnan(lines)
    count = np.maximum(known.sum(axis=0), 1)
    enough = np.asarray((count >= seasons * season) & (count > season + 1) & (season > 1))
    if not enough.any():
        return enough
    apart = np.where(known, lines, 0.0)
    apart = (apart - apart.sum(axis=0) / count) * known
    own = (apart**2).sum(axis=0)
    products = np.array([(apart[lag:] * apart[:-lag]).sum(axis=0) for lag in range(1, season + 1)])
    likeness = products / np.where(own > 0, own, 1.0)
    limit = CRITICAL * np.sqrt((1 + 2 * (likeness[:-1] ** 2).sum(axis=0)) / count)
    return np.asarray(enough & (np.abs(likeness[-1]) > limit))


def _ratios(lines: Array, season: int) -> Array:
    """Classical multiplicative indices up to the last period, (season, columns), their mean 1."""
    weights = np.ones(season + (season % 2 == 0))
    if season % 2 == 0:
        weights[[0, -1]] = 0.5
    centre = np.lib.stride_tricks.sliding_window_view(lines, len(weights), axis=0) @ weights / season
    edge = np.full((len(weights) // 2, lines.shape[1]), np.nan)
    ratios = np.concatenate([edge, lines[len(edge) : len(lines) - len(edge)] / centre, edge])
    whole = ratios[len(ratios) % season :].reshape(-1, season, lines.shape[1])
    beginning = np.full((season, lines.shape[1]), np.nan)
    beginning[season - len(ratios) % season :] = ratios[: len(ratios) % season]
    shape = np.nanmean(np.concatenate([beginning[None], whole]), axis=0)
    return np.asarray(shape / shape.mean(axis=0))
