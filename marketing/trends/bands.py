"""Bands around forecasts, from how forecasts like them have erred: split conformal prediction.

An error is the log-scale distance of what came from what was expected, told in the trend's own unit (how far it
is from its own level so many periods on, :mod:`marketing.trends.units`) and as its own earlier errors widen or narrow
that. In this form errors of many trends are alike, and their quantiles by kind of trend and steps ahead are the band's
edges: below and above on their own, since audiences jump up more than they fall. Quantiles come from this very batch of
trends at its past cutoffs, and the fewer these are the more from the reference, measured on public trends
(:mod:`marketing.trends.references`). At each cutoff only errors that were known by then count (Vovk, Gammerman and
Shafer 2005; Lei et al. 2018).

Measured on 8 sets of public trends by day and 12 by week, each with a reference from the others, though the constants
below were chosen on the same sets: the band for 80% held 80% of days and 83% of weeks, that for 95% held 95% and 96%.
Trends of a set err together: between sets the first had a standard deviation of 7 points by day and 5 by week.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.trends.fits import CUTOFFS
from marketing.trends.forecasters import Array
from marketing.trends.references import KINDS, LENGTHS, QUANTILES, SELDOM, reference
from marketing.trends.units import LEAST_UNIT, Units

LEVELS = {80: (1, 2), 95: (0, 3)}  # where a level's edges stand among QUANTILES; outermost level last
WIDEST = 15.0  # on the log scale: a factor of three million is as good as unknown
# Cutoffs, none of them told by another, after which a trend's own errors count as much as all trends'. On sets that
# told nothing of the reference, a few weeks or sums a cutoff were poor witnesses: with 4 in place of 12, bands of weeks
# scored 2 to 4% worse, those of sums up to 7%. With 12, those of days and months were no better.
PATIENCE = {"D": 4.0, "M": 4.0}
PATIENCE_ELSE = 12.0
TYPICAL = 0.6  # the mean size of an error in common widths
FAR_OUT = 5.0  # common widths from which an error tells no more of a trend's width
FACTORS = (0.1, 10.0)  # however well or ill a trend's few cutoffs went
# So many trends of a batch count as much as the reference: trends of the same days err together, and four cutoffs are
# few. Days of trends that are seldom active are another matter in each batch (shut on Sundays, or sold now and then).
REFERENCE_TRENDS, SELDOM_TRENDS = 25.0, 4.0
# All trends err together in part, and of that a batch shows as many draws as it has cutoffs. So its quantiles are too
# narrow, as the normal distribution's are beside Student's: by so much with one cutoff, by a fourth of that with four.
FEW = {80: 0.25, 95: 0.4}
# What comes errs by more than what came before it did: on sets that told nothing of the reference, bands of weeks held
# 1 to 2 points too few all the same, and the outer one of days a little. Of trends at zero now and then neither.
MARGINS = {"D": {95: 1.03}, "W": {80: 1.04, 95: 1.08}}
MOMENTS = 24  # days at which what is known is counted anew; more cutoffs than these take the day before
ENDS = (1, 3, 7, 14, 28, 56)  # steps ahead at which a bucket of them ends
DOUBTS = {80: 1.28, 95: 1.96}  # half-widths of a normal band in standard deviations


def columns() -> list[str]:
    """The band's columns, outermost last."""
    return [f"{side}{level}" for level in LEVELS for side in ("low", "high")]


@dataclass(frozen=True)
class Told:
    """Forecasts at each slot and what came of them, of steps or of sums over several.

    `expected`, `came` (NaN where not known) and `dates` (the last day of each step or span) are (slots, n, steps);
    `unit` and `known` (the last day known at a slot, NaT where there is no such slot) are (slots, n). `steps` says how
    many periods ahead each one ends, (steps,) or (n, steps). `reference` names the errors to start from: a frequency's
    code, or that and what is added up ("D", "D week", "W month").
    """

    expected: Array
    came: Array
    dates: NDArray[np.datetime64]
    unit: Units
    known: NDArray[np.datetime64]
    steps: NDArray[np.int64]
    reference: str


def bands(told: Told, doubt: Array | None = None) -> dict[str, Array]:
    """The band's edges by column, each (slots, n, steps): never crossing, around what is expected, never below zero.

    `doubt` is the standard deviation, log scale, of what events ahead may do.
    """
    unit = told.unit.at(told.steps)
    common = reference(told.reference, told.unit.kind, told.steps)
    half = (common[LEVELS[80][1]] - common[LEVELS[80][0]]) / 2
    errors = (on_scale(told, told.came) - on_scale(told, told.expected)) / unit / half
    if doubt is not None:  # what an event may have done is no error of the forecast: its doubt is added on its own
        errors *= 1 / np.hypot(1.0, doubt * DOUBTS[80] / (unit * half))
    days, moment = _moments(told.known)
    batch = Batch.empty(1) if not len(days) else Batch.stacked([_batch(told, errors, day) for day in days])
    kind, bucket = told.unit.kind, np.broadcast_to(buckets(told.steps), errors.shape)
    own = factors(told, errors, batch.typical[moment, kind])[:, :, None]
    at = moment[:, :, None], kind[:, :, None], bucket
    share = np.where(at[0] >= 0, batch.share[at], 0.0)
    mixed = [half * share * batch.quantiles[(q, *at)] + (1 - share) * common[q] for q in range(len(QUANTILES))]
    made, margins = {}, MARGINS.get(told.reference[0], {})
    for level, (low, high) in LEVELS.items():
        width = unit * own * np.where(kind == SELDOM, 1.0, margins.get(level, 1.0))[:, :, None]
        made[f"low{level}"] = _edge(told, -width * mixed[low], doubt, level, -1.0)
        made[f"high{level}"] = _edge(told, width * mixed[high], doubt, level, 1.0)
    return _nested(made, told.expected)


def on_scale(told: Told, values: Array) -> Array:
    """Values, (slots, n, steps), on the scale that errors are told on."""
    return np.asarray(np.log(values + _offset(told)))


def _offset(told: Told) -> Array:
    return told.unit.offset[:, :, None] * LENGTHS.get(told.reference, 1)


def _edge(told: Told, apart: Array, doubt: Array | None, level: int, sign: float) -> Array:
    away = np.maximum(apart, 0.0)
    if doubt is not None:
        away = np.hypot(away, doubt * DOUBTS[level])
    moved = on_scale(told, told.expected) + sign * np.minimum(away, WIDEST)
    return np.maximum(np.exp(moved) - _offset(told), 0.0)


def _nested(edges: dict[str, Array], expected: Array) -> dict[str, Array]:
    """Edges in order from the outermost low to the outermost high, whatever arithmetic did to them."""
    low, high, made = expected, expected, {}
    for level in LEVELS:
        low = made[f"low{level}"] = np.minimum(edges[f"low{level}"], low)
        high = made[f"high{level}"] = np.maximum(edges[f"high{level}"], high)
    return made


@dataclass(frozen=True)
class Batch:
    """What the errors of a batch told by each day: their typical size by kind, (days, kinds), their quantiles by
    kind and bucket of steps, (quantiles, days, kinds, buckets), and how far these count against the reference, 0 to 1.
    """

    typical: Array
    quantiles: Array
    share: Array

    @classmethod
    def empty(cls, days: int) -> "Batch":
        """Nothing told yet."""
        shape = (days, len(KINDS), len(ENDS) + 1)
        return cls(np.full(shape[:2], TYPICAL), np.zeros((len(QUANTILES), *shape)), np.zeros(shape))

    @classmethod
    def stacked(cls, parts: Sequence["Batch"]) -> "Batch":
        """Days one after another."""
        typical, share = (np.concatenate([getattr(part, name) for part in parts]) for name in ("typical", "share"))
        return cls(typical, np.concatenate([part.quantiles for part in parts], axis=1), share)


def _batch(told: Told, errors: Array, day: np.datetime64) -> Batch:
    """What errors (in common widths) tell that were known by a day.

    Each is told in its trend's width as its other cutoffs have it. So are, in the end, those still to come.
    """
    found, patience = Batch.empty(1), PATIENCE.get(told.reference, PATIENCE_ELSE)
    seen = np.isfinite(errors) & (told.dates <= day)
    if not seen.any():
        return found
    size, count = _sizes(errors, seen)
    cutoffs, worth = count.sum(axis=0), count * fresh(told)
    mean = np.divide(size.sum(axis=0), cutoffs, out=np.zeros(len(cutoffs)), where=cutoffs > 0)
    group = told.unit.kind[:, :, None] * (len(ENDS) + 1) + np.broadcast_to(buckets(told.steps), errors.shape)
    for kind in range(len(KINDS)):
        mine = (cutoffs > 0) & (count & (told.unit.kind == kind)).any(axis=0)
        if mine.any():
            share = _share(worth[:, mine], REFERENCE_TRENDS)
            found.typical[0, kind] = np.exp(
                share * np.log(max(float(np.median(mean[mine])), LEAST_UNIT)) + (1 - share) * np.log(TYPICAL)
            )
    others = cutoffs - count
    rest = np.divide(size.sum(axis=0) - size, others, out=np.zeros(size.shape), where=others > 0)
    typical = found.typical[0][told.unit.kind]
    told_by = worth.sum(axis=0) - worth
    scaled = errors / _factor(np.where(others > 0, rest, typical), told_by, typical, patience)[:, :, None]
    for number in np.unique(group[seen]):
        mine = seen & (group == number)
        kind, bucket = divmod(int(number), len(ENDS) + 1)
        here = np.where(mine.any(axis=2), worth, 0.0)
        found.quantiles[:, 0, kind, bucket] = np.quantile(scaled[mine], QUANTILES) * _wider(here)
        as_much = SELDOM_TRENDS if kind == SELDOM and told.reference not in LENGTHS else REFERENCE_TRENDS
        found.share[0, kind, bucket] = _share(here, as_much)
    return found


def _wider(worth: Array) -> Array:
    """How much wider each of QUANTILES is than a few cutoffs have it, by what these are worth, (slots, n)."""
    cutoffs = worth.sum(axis=0)
    made = np.ones(len(QUANTILES))
    for level, edges in LEVELS.items():
        made[list(edges)] += FEW[level] / max(float(cutoffs[cutoffs > 0].mean()), 1.0)
    return made


def _share(worth: Array, reference_trends: float) -> float:
    """How far the cutoffs of some trends count against the reference, by what each is worth, (slots, n).

    As much as it where there are `reference_trends` of them.

    Trends of the same days err together in part, so with few cutoffs even many trends tell little: a trend that has
    half of them counts as a quarter.
    """
    trends = float(((worth.sum(axis=0) / CUTOFFS) ** 2).sum())
    return trends / (trends + reference_trends)


def fresh(told: Told) -> Array:
    """What each cutoff tells that none before it did, (slots, n), 0 to 1.

    The cutoffs of a short history lie closer together than a forecast is long: much of what came of them is the same.
    """
    day = np.timedelta64(1, "D")
    reach = ((told.dates - told.known[:, :, None]) / day).max(axis=2, initial=1.0)
    apart = (told.known[:-1] - told.known[1:]) / day
    made = np.ones(told.known.shape)
    made[:-1] = np.where(np.isnan(apart), 1.0, np.clip(apart / reach[:-1], 0.0, 1.0))
    return made


def _sizes(errors: Array, seen: NDArray[np.bool_]) -> tuple[Array, NDArray[np.bool_]]:
    """The mean size of the errors seen at each slot, (slots, n), 0 where there are none, and whether there are."""
    count = seen.sum(axis=2)
    total = np.where(seen, np.minimum(np.abs(errors), FAR_OUT), 0.0).sum(axis=2)
    return np.divide(total, count, out=np.zeros(count.shape), where=count > 0), count > 0


def _factor(mean: Array, cutoffs: Array, typical: Array, patience: float) -> Array:
    """How much wider than its kin a trend's band is, by the mean size of its errors at cutoffs worth so many."""
    return np.asarray(np.clip(mean / typical, *FACTORS) ** (cutoffs / (cutoffs + patience)))


def factors(told: Told, errors: Array, typical: Array) -> Array:
    """How much wider than its kin's each trend's band is at each slot, (slots, n), by its own errors until then.

    `errors` are in common widths, `typical` (slots, n) their usual size. One cutoff says little, and counts as one in
    PATIENCE + 1.
    """
    patience = PATIENCE.get(told.reference, PATIENCE_ELSE)
    made, worth = np.ones(told.known.shape), fresh(told)
    for slot, day in enumerate(told.known):
        size, there = _sizes(errors, np.isfinite(errors) & (told.dates <= day[None, :, None]))
        cutoffs = there.sum(axis=0)
        mean = np.divide(size.sum(axis=0), cutoffs, out=typical[slot].copy(), where=cutoffs > 0)
        told_by = (there * worth).sum(axis=0)
        made[slot] = _factor(mean, told_by, typical[slot], patience)
    return made


def buckets(steps: NDArray[np.int64]) -> NDArray[np.intp]:
    """Which errors are counted as one: those of steps about equally far ahead."""
    return np.searchsorted(ENDS, steps)


def _moments(known: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], NDArray[np.intp]]:
    """The days at which errors are counted, at most MOMENTS, and for each slot and trend the last not after its own.

    −1 where there is no slot.
    """
    days = np.unique(known[~np.isnat(known)])
    if len(days) > MOMENTS:
        days = days[np.unique(np.linspace(0, len(days) - 1, MOMENTS).astype(int))]
    number = np.searchsorted(days, known, side="right") - 1
    return days, np.where(np.isnat(known), -1, number)
