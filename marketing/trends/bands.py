"""Bands around forecasts, from how forecasts like them have erred: split conformal prediction.

An error is the log-scale distance of what came from what was expected, told in the trend's own unit (how much it
differs from its last season) and as its own earlier errors widen or narrow that. In this form errors of many trends are
alike, and their quantiles by frequency and steps ahead are the band's edges: below and above on their own, since
audiences jump up more than they fall. Quantiles come from this very batch of trends at its past cutoffs, and the fewer
these are the more from the reference, measured on public audiences (`bands.toml`). At each cutoff only errors that were
known by then count (Vovk, Gammerman and Shafer 2005; Lei et al. 2018).
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel

LEVELS = {80: (0.1, 0.9), 95: (0.025, 0.975)}  # outermost last
RECENT = 180  # periods that a trend's unit is taken from: what it was like before then says less
PATIENCE = 3.0  # cutoffs after which a trend's own errors count as much as all trends'
LEAST_UNIT = 1e-3  # a trend that repeats itself exactly may err all the same
WIDEST = 15.0  # on the log scale: a factor of three million is as good as unknown
REFERENCE_TRENDS = 40.0  # so many trends of a batch count as much as the reference
FACTORS = (0.2, 5.0)  # however well or ill a trend's few cutoffs went
MOMENTS = 24  # days at which what is known is counted anew; more cutoffs than these take the day before


def columns() -> list[str]:
    """The band's columns, outermost last."""
    return [f"{side}{level}" for level in LEVELS for side in ("low", "high")]


@dataclass(frozen=True)
class Told:
    """Forecasts at each slot and what came of them, of steps or of sums over several.

    `expected`, `came` (NaN where not known) and `dates` (the last day of each step or span) are (slots, n, steps);
    `unit` and `known` (the last day known at a slot, NaT where there is no such slot) are (slots, n). `steps` says how
    many periods ahead each one ends. `reference` names the errors to start from: a frequency's code, or that and what
    is added up ("D", "D week", "W month").
    """

    expected: Array
    came: Array
    dates: NDArray[np.datetime64]
    unit: Array
    known: NDArray[np.datetime64]
    steps: NDArray[np.int64]
    reference: str


def units(panel: Panel, origins: NDArray[np.int64]) -> Array:
    """Each trend's unit at each slot, (slots, n): how much it differs from its last season, log scale, by then."""
    logs = np.log1p(panel.values)
    season = panel.frequency.season if panel.frequency.code == "D" else 1
    season = season if logs.shape[1] > season else 1
    apart = np.full_like(logs, np.nan)
    apart[:, season:] = np.abs(logs[:, season:] - logs[:, :-season])
    there = np.isfinite(apart)
    sums = np.pad(np.where(there, apart, 0.0).cumsum(axis=1), ((0, 0), (1, 0)))
    counts = np.pad(there.cumsum(axis=1), ((0, 0), (1, 0)))
    stop = np.where(origins >= 0, logs.shape[1] - origins, 0)
    start = np.maximum(stop - RECENT, 0)
    rows = np.arange(len(panel))[None]
    total, count = sums[rows, stop] - sums[rows, start], counts[rows, stop] - counts[rows, start]
    mean = np.divide(total, count, out=np.zeros(total.shape), where=count > 0)
    return np.asarray(np.maximum(mean, LEAST_UNIT))


def bands(told: Told, doubt: Array | None = None) -> dict[str, Array]:
    """The band's edges by column, each (slots, n, steps): never crossing, around what is expected, never below zero.

    `doubt` is the standard deviation, log scale, of what events ahead may do.
    """
    errors = np.log1p(told.came) - np.log1p(told.expected)
    unit = told.unit[:, :, None] * curve(told.reference, told.steps)
    width = unit * factors(told, errors / unit)[:, :, None]
    edges = quantiles(told, errors / width)
    made = {}
    logs = np.log1p(told.expected)
    for level, (low, high) in LEVELS.items():
        made[f"low{level}"] = _edge(logs, width * edges[low], doubt, level, -1.0)
        made[f"high{level}"] = _edge(logs, width * edges[high], doubt, level, 1.0)
    return _nested(made, told.expected)


def _edge(logs: Array, apart: Array, doubt: Array | None, level: int, sign: float) -> Array:
    away = np.clip(sign * apart, 0.0, WIDEST)
    if doubt is not None:
        away = np.hypot(away, doubt * DOUBTS[level])
    return np.maximum(np.expm1(logs + sign * np.minimum(away, WIDEST)), 0.0)


DOUBTS = {80: 1.28, 95: 1.96}  # half-widths of a normal band in standard deviations


def _nested(edges: dict[str, Array], expected: Array) -> dict[str, Array]:
    """Edges in order from the outermost low to the outermost high, whatever arithmetic did to them."""
    low, high = expected, expected
    made = {}
    for level in LEVELS:
        low = made[f"low{level}"] = np.minimum(edges[f"low{level}"], low)
        high = made[f"high{level}"] = np.maximum(edges[f"high{level}"], high)
    return made


def factors(told: Told, errors: Array) -> Array:
    """How much wider than the common one each trend's band is at each slot, (slots, n), by its own errors until then.

    `errors` are in common widths. One cutoff says little, and counts as one in PATIENCE + 1.
    """
    made = np.ones(told.unit.shape)
    for slot in range(len(made)):
        seen = told.dates <= told.known[slot][None, :, None]
        size = np.abs(np.where(seen, errors, np.nan))
        there = np.isfinite(size)
        each = np.divide(
            np.where(there, size, 0).sum(axis=2), there.sum(axis=2), out=np.zeros(made.shape), where=there.any(axis=2)
        )
        cutoffs = there.any(axis=2).sum(axis=0)
        mean = np.divide(each.sum(axis=0), cutoffs, out=np.ones(len(cutoffs)), where=cutoffs > 0)
        own = np.log(np.clip(mean / TYPICAL, *FACTORS))
        made[slot] = np.exp(cutoffs / (cutoffs + PATIENCE) * own)
    return made


TYPICAL = 0.6  # the mean size of an error in 80% half-widths


def quantiles(told: Told, errors: Array) -> dict[float, Array]:
    """The quantiles of errors (in widths) at each slot, (slots, n, steps), from those known then."""
    asked = [q for pair in LEVELS.values() for q in pair]
    shape = told.expected.shape
    bucket = np.broadcast_to(buckets(told.steps), shape)
    made = {q: np.ones(shape) * np.sign(q - 0.5) for q in asked}
    moment, number = _moments(told.known)
    there = np.isfinite(errors)
    for which, day in enumerate(moment):
        seen = there & (told.dates <= day)
        here = np.broadcast_to((number == which)[:, :, None], shape)
        for each in np.unique(bucket):
            drawn = seen & (bucket == each)
            found = _mixed(told.reference, int(each), errors[drawn], int(drawn.any(axis=(0, 2)).sum()), asked)
            target = here & (bucket == each)
            for q, value in zip(asked, found, strict=True):
                made[q][target] = value
    return made


def _mixed(reference: str, bucket: int, errors: Array, trends: int, asked: list[float]) -> Array:
    known = np.array([reference_quantile(reference, bucket, q) for q in asked])
    if not trends:
        return known
    share = trends / (trends + REFERENCE_TRENDS)
    return share * np.quantile(errors, asked) + (1 - share) * known


def _moments(known: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], NDArray[np.intp]]:
    """The days at which errors are counted, and for each slot and trend which is the last not after its own.

    At most MOMENTS of them; -1 where there is no slot.
    """
    days = np.unique(known[~np.isnat(known)])
    if len(days) > MOMENTS:
        days = days[np.unique(np.linspace(0, len(days) - 1, MOMENTS).astype(int))]
    number = np.searchsorted(days, known, side="right") - 1
    return days, np.where(np.isnat(known), -1, number)


EDGES = (1, 3, 7, 14, 28, 56, 112)  # steps ahead at which a bucket of them ends


def buckets(steps: NDArray[np.int64]) -> NDArray[np.intp]:
    """Which errors are counted as one: those of steps equally far ahead, roughly."""
    return np.searchsorted(EDGES, steps)


def curve(reference: str, steps: NDArray[np.int64]) -> Array:
    """The common 80% half-width at each step, in units."""
    told = _reference()[reference]
    return np.asarray(told["start"] * np.sqrt(1 + told["growth"] * (np.asarray(steps) - 1.0)))


def reference_quantile(reference: str, bucket: int, quantile: float) -> float:
    """The reference's quantile of errors in widths."""
    told = _reference()[reference]["quantiles"][f"{quantile:g}"]
    return float(told[min(bucket, len(told) - 1)])


@cache
def _reference() -> dict[str, dict[str, Any]]:
    text = resources.files("marketing.trends").joinpath("bands.toml").read_text("utf-8")
    return tomllib.loads(text)
