"""How forecasters did on the past: rolling origin, with nothing from after a cutoff.

Forecasts lie by slot (:mod:`marketing.trends.fits`): slot 0 has nothing to be held against, the others are past
cutoffs. MASE and MSIS are scaled by the seasonal naive error within the part before the cutoff (Hyndman and Koehler
2006; Makridakis et al., M4, 2020); bands at a cutoff know only errors from before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.fits import YARDSTICK, spans
from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel

SCORES = ["mase", "smape", "msis80", "coverage80", "coverage95", "skill"]
COLUMNS = ["trend", "forecaster", "horizon", *SCORES, "cutoffs", "wape"]


@dataclass(frozen=True)
class Tried:
    """Forecasts of one forecaster beside what came, each (slots, n, steps), NaN where not known, and the scale.

    `scale` (slots, n) is the mean error of repeating the last season until then; NaN where that never erred.
    """

    expected: Array
    came: Array
    bands: Mapping[str, Array]
    scale: Array


def scales(panel: Panel, origins: NDArray[np.int64]) -> Array:
    """The mean error of repeating the last season in the history known at each slot, (slots, n); NaN where it is 0."""
    points, width = spans(panel), panel.values.shape[1]
    begun = np.arange(width) >= (width - points)[:, None]
    values = np.where(begun, panel.values, np.nan)
    season = panel.frequency.season
    cycled = points - origins >= panel.frequency.seasons * season
    found = np.where(cycled, _mean_apart(values, season, origins), _mean_apart(values, 1, origins))
    return np.where((origins >= 0) & (found > 0), found, np.nan)


def _mean_apart(values: Array, season: int, origins: NDArray[np.int64]) -> Array:
    """The mean distance between values a season apart, known at each slot; 0 where there are none."""
    apart = np.full_like(values, np.nan)
    apart[:, season:] = np.abs(values[:, season:] - values[:, :-season])
    there = np.isfinite(apart)
    sums = np.where(there, apart, 0.0).cumsum(axis=1)
    counts = there.cumsum(axis=1)
    column = np.clip(values.shape[1] - 1 - np.maximum(origins, 0), 0, None)
    rows = np.arange(len(values))[None]
    total, count = sums[rows, column], counts[rows, column]
    return np.asarray(np.divide(total, count, out=np.zeros(total.shape), where=count > 0))


def mase(expected: Array, came: Array, scale: Array) -> Array:
    """The mean error of each trend at each slot in the scale there, (slots, n); NaN where nothing was tried."""
    error = np.abs(came - expected) / scale[:, :, None]
    known = np.isfinite(error)
    count = known.sum(axis=2)
    total = np.where(known, error, 0.0).sum(axis=2)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def score(tried: Tried) -> dict[str, Array]:
    """Scores of each trend, (n,), NaN where no cutoff was tried; `skill` is added by `with_skill`.

    mase, msis80: means over cutoffs of errors in the scale before each. smape: percent, 0 to 200. wape: the sum of
    errors in shares of the sum of what came. cutoffs: how many were tried.
    """
    came, expected = tried.came, tried.expected
    known = np.isfinite(came) & np.isfinite(expected)
    error, size = np.abs(came - expected), came + expected
    scale = tried.scale[:, :, None]
    relative = np.divide(200 * error, size, out=np.zeros(error.shape), where=known & (size > 0))
    total = _sum(came, known)
    return {
        "mase": _over_cutoffs(error / scale, known),
        "smape": _mean(relative, known),
        "msis80": _over_cutoffs(_interval_score(tried, 80) / scale, known),
        "coverage80": _mean(_within(tried, 80), known),
        "coverage95": _mean(_within(tried, 95), known),
        "wape": np.divide(_sum(error, known), total, out=np.full(total.shape, np.nan), where=total > 0),
        "cutoffs": known.any(axis=2).sum(axis=0).astype(float),
    }


def _within(tried: Tried, level: int) -> Array:
    inside = (tried.bands[f"low{level}"] <= tried.came) & (tried.came <= tried.bands[f"high{level}"])
    return inside.astype(float)


def _interval_score(tried: Tried, level: int) -> Array:
    """Width of the band, plus what lies outside it as often as the level makes that count."""
    low, high = tried.bands[f"low{level}"], tried.bands[f"high{level}"]
    outside = np.maximum(low - tried.came, 0) + np.maximum(tried.came - high, 0)
    return (high - low) + 2 / (1 - level / 100) * outside


def _sum(values: Array, known: NDArray[np.bool_]) -> Array:
    return np.asarray(np.where(known, values, 0.0).sum(axis=(0, 2)))


def _mean(values: Array, known: NDArray[np.bool_]) -> Array:
    count = known.sum(axis=(0, 2))
    return np.asarray(np.divide(_sum(values, known), count, out=np.full(len(count), np.nan), where=count > 0))


def _over_cutoffs(values: Array, known: NDArray[np.bool_]) -> Array:
    """The mean over cutoffs of each one's mean."""
    known = known & np.isfinite(values)
    count = known.sum(axis=2)
    each = np.divide(np.where(known, values, 0.0).sum(axis=2), count, out=np.zeros(count.shape), where=count > 0)
    cutoffs = (count > 0).sum(axis=0)
    return np.asarray(np.divide(each.sum(axis=0), cutoffs, out=np.full(len(cutoffs), np.nan), where=cutoffs > 0))


def with_skill(scored: Mapping[str, Mapping[str, Array]], errors: Mapping[str, Array]) -> dict[str, dict[str, Array]]:
    """The scores by forecaster, with skill: 1 - MASE / seasonal naive's; 0 is as good as repeating, below it worse.

    `errors` has each forecaster's MASE by slot (:func:`mase`); the cutoffs counted are those that both were tried at.
    """
    made = {}
    for name, each in scored.items():
        against = Against.naive(errors[name], errors[YARDSTICK])
        theirs = np.where(against.theirs > 0, against.theirs, np.nan)
        made[name] = {**each, "skill": 1 - against.ours / theirs}
    return made


@dataclass(frozen=True)
class Against:
    """A forecaster beside seasonal naive at the cutoffs that both were tried at, each (n,).

    How many these are and how many were lost; the sums of the scaled errors of both over them.
    """

    tried: NDArray[np.int64]
    lost: NDArray[np.int64]
    ours: Array
    theirs: Array

    @classmethod
    def naive(cls, mase: Array, naive: Array) -> "Against":
        """From the scaled errors of both by slot, (slots, n), NaN where not tried."""
        tried = np.isfinite(mase) & np.isfinite(naive)
        ours, theirs = (np.where(tried, each, 0.0).sum(axis=0) for each in (mase, naive))
        return cls(tried.sum(axis=0), (tried & (naive < mase)).sum(axis=0), ours, theirs)


def table(trends: list[str], horizon: int, scored: Mapping[str, Mapping[str, Array]]) -> pd.DataFrame:
    """A row for each trend and forecaster that was tried, sorted by both."""
    parts = []
    for name, each in scored.items():
        rows = pd.DataFrame({"trend": trends, "forecaster": name, "horizon": horizon, **each})
        parts.append(rows[rows["cutoffs"] > 0])
    whole = pd.concat(parts, ignore_index=True)[COLUMNS]
    whole = whole.astype({"trend": "str", "forecaster": "str", "horizon": "int64", "cutoffs": "int64"})
    return whole.sort_values(["trend", "forecaster"], ignore_index=True)
