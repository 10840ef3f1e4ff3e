"""What each period of a trend should have been by all that came before it, and which were not so.

One pass over time for many trends at once, on the log scale. A level and a profile by phase (the day of the week)
follow what comes, by several weights side by side; at each period the weight that has erred least so far tells what is
expected. What is far out moves none of them by more than two spreads, and once it counts as a shock by nothing at
all, so that no shock spoils what is expected after it (robust exponential smoothing, after Gelper, Fried and Croux
2010). A shock that is not over after a week becomes the new level. Nothing after a period touches its expectation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.trends.anomalies.tails import EDGES, Tails
from marketing.trends.frequencies import Code
from marketing.trends.panels import Panel

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

CHUNK = 2048  # trends in one pass
WEIGHTS = (0.15, 0.5)  # of the newest period in the level, side by side
SEASON_WEIGHT = 0.1  # of the newest period in the profile, a share of what is left
CLIP = 2.0  # spreads by which one period may move what is expected of the next
SETTLING_CLIP, SETTLING_WEIGHT = 6.0, 0.5  # after a shift, while its rush fades
LOSS_MEMORY = 0.03  # of the newest error in what a weight is judged by
BOUND = 3.0  # spreads at which an error counts no more towards the spread
FAST, LONGEST = 1 / 28, 365  # weight of the newest error in the spread of late; periods of the spread of old
MEAN_TO_SD = 1.2533  # of a normal's mean absolute deviation
DOUBT = 1.2  # errors of a start are smaller than those of forecasts
LEAST_SPREAD = 0.01  # 1%: a trend that has not stirred so far may yet stir by a little
PHASE_PATIENCE = 8  # periods of a phase after which its own spread counts as much as that of all
OUT = 2.0  # spreads: a shock lasts while values are further out


@dataclass(frozen=True)
class Pace:
    """What differs by frequency, in periods.

    Expectations begin after `start` values, alarms after `alarm`. A profile of `season` phases is there from the
    period `profile` on. A shock that is out for `confirm` periods becomes the level, and its rush may fade for
    `settling`. A jump within a shock is a new one after `growing`; a shock goes on after up to `pause` quiet periods.
    Whether it lasted is told from its periods `after` (first and last), of which `enough` must be known.
    """

    start: int
    alarm: int
    season: int
    profile: int
    confirm: int
    settling: int
    growing: int
    pause: int
    after: tuple[int, int]
    enough: int


PACES: dict[Code, Pace] = {
    "D": Pace(28, 42, 7, 28, 7, 28, 3, 3, (4, 14), 5),
    "W": Pace(16, 26, 52, 156, 3, 6, 2, 1, (2, 6), 2),
    "M": Pace(12, 18, 12, 36, 2, 3, 2, 1, (2, 4), 2),
}


@dataclass(frozen=True)
class Expectations:
    """What was expected of a panel's trends, each (n, periods) like its values; NaN where too little came before.

    `expected` is in the trend's units. `z` is the distance of the value from it in the trend's own spread, on the log
    scale. `level` is what was expected without the profile and `calm` the value without it, both on the log scale.
    `first` marks the first period of each shock, `of_shock` all of its periods.
    """

    panel: Panel
    expected: Array
    z: Array
    level: Array
    calm: Array
    first: Mask
    of_shock: Mask

    @property
    def pace(self) -> Pace:
        """The pace of its frequency."""
        return PACES[self.panel.frequency.code]


def expectations(panel: Panel) -> Expectations:
    """What each period of each trend should have been by what came before it, and where shocks began."""
    n, periods = panel.values.shape
    found = {name: np.full((n, periods), np.nan) for name in ("expected", "z", "level", "calm")}
    marks = {name: np.zeros((n, periods), dtype=bool) for name in ("first", "of_shock")}
    pace = PACES[panel.frequency.code]
    for rows, lengths, x, counted in _chunks(panel.values):
        watched = Following(x, counted, pace)
        watched.run()
        for row, number, length in zip(rows, range(len(rows)), lengths, strict=True):
            for name, target in (found | marks).items():
                target[row, periods - length :] = getattr(watched, name)[:length, number]
    found["expected"] = np.maximum(np.expm1(found["expected"]), 0)
    return Expectations(panel, **found, **marks)


def _chunks(values: Array) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], Array, Mask]]:
    """Trends of like length, each from its first value that is not 0: rows, lengths, logs (time first), counts.

    The last tells at which periods all values before were whole numbers, so that chance in counting is allowed for.
    """
    filled = np.nan_to_num(values)
    lengths = np.where(filled.any(axis=1), values.shape[1] - (filled != 0).argmax(axis=1), 0)
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        own = np.full((int(lengths[rows].max()), len(rows)), np.nan)
        for number, row in enumerate(rows):
            own[: lengths[row], number] = values[row, values.shape[1] - lengths[row] :]
        whole = np.isnan(own) | (own == np.floor(own))
        counted = np.vstack([np.ones((1, len(rows)), dtype=bool), np.logical_and.accumulate(whole)[:-1]])
        yield rows, lengths[rows], np.log1p(own), counted


class Following:
    """One pass over the logs `x` (periods, n) of some trends; `run` fills the arrays of `Expectations`, time first."""

    def __init__(self, x: Array, counted: Mask, pace: Pace) -> None:
        self.x, self.counted, self.pace = x, counted, pace
        self.known = ~np.isnan(x)
        shape, n = x.shape, x.shape[1]
        self.expected, self.z, self.level, self.calm = (np.full(shape, np.nan) for _ in range(4))
        self.first, self.of_shock = np.zeros(shape, bool), np.zeros(shape, bool)
        self.seen = self.known.cumsum(axis=0)
        # what is followed: a row for each weight, without and (once there is one) with the profile
        self.weights = np.array(WEIGHTS)[:, None]
        self.levels = np.zeros((len(WEIGHTS), n))
        self.profiles = np.zeros((1, len(WEIGHTS), n))
        self.losses = np.zeros((len(WEIGHTS), n))
        self.fast, self.slow = np.zeros(n), np.zeros(n)
        self.by_phase, self.phase_seen = np.ones((1, n)), np.zeros((1, n))
        self.tails = Tails(n)
        self.gap = np.zeros(n)  # periods without a value before this one
        # of the latest shock: its sign, first and latest period out, how far it went, and where the level was before
        self.in_shock, self.settling = np.zeros(n, bool), np.zeros(n, bool)
        self.sign, self.went, self.base = np.ones(n), np.zeros(n), np.zeros(n)
        self.began, self.latest = np.full(n, -1000), np.full(n, -1000)
        self.began_z, self.until = np.zeros(n), np.zeros(n, int)

    def run(self) -> None:
        """Go through all periods."""
        for t in range(self.pace.start, len(self.x)):
            if t == self.pace.start:
                self._begin(t)
            if t == self.pace.profile:
                self._add_profile(t)
            self._step(t)

    # ---- starting

    def _begin(self, t: int) -> None:
        start = self.x[:t]
        middle = median(start)
        late = median(start[-self.pace.season :] if self.pace.season < t else start[-t // 2 :])
        self.levels[:] = np.where(np.isnan(late), np.nan_to_num(middle), late)
        off = np.abs(np.diff(start, axis=0)) / np.sqrt(2)
        self.slow[:] = self.fast[:] = DOUBT * bounded_mean(off)

    def _add_profile(self, t: int) -> None:
        """The profile from the periods so far: each phase's median distance from the median of its cycle."""
        season = self.pace.season
        cycles = self.x[t % season : t].reshape(-1, season, self.x.shape[1])
        off = cycles - np.stack([median(cycle) for cycle in cycles])[:, None]
        profile = np.nan_to_num(np.stack([median(off[:, phase]) for phase in range(season)]))
        profile = np.roll(profile - profile.mean(axis=0), t % season, axis=0)
        left = off - np.roll(profile, -(t % season), axis=0)
        late = median(cycles[-1] - np.roll(profile, -(t % season), axis=0))
        both = 2 * len(WEIGHTS)
        self.weights = np.tile(self.weights, (2, 1))
        self.profiles = np.zeros((season, both, self.x.shape[1]))
        self.profiles[:, len(WEIGHTS) :] = profile[:, None]
        with_profile = np.where(np.isnan(late), self.levels, late)
        if t == self.pace.start:
            plain, better = (
                bounded_mean(np.abs(off).reshape(t - t % season, -1)),
                bounded_mean(np.abs(left).reshape(t - t % season, -1)),
            )
            self.losses = np.vstack([self.losses + plain, self.losses + better])
            self.slow[:] = self.fast[:] = DOUBT * np.minimum(self.slow / DOUBT, better)
        else:
            self.losses = np.vstack([self.losses, 1.1 * self.losses])
            with_profile = self.levels - profile[(t - 1) % season]
        self.levels = np.vstack([self.levels, with_profile])
        self.by_phase = np.repeat(self.by_phase, season, axis=0)
        self.phase_seen = np.repeat(self.phase_seen, season, axis=0)

    # ---- one period

    def _step(self, t: int) -> None:
        x, known = self.x[t], self.known[t]
        phase = t % len(self.profiles)
        profile = self.profiles[phase]
        best = self.losses.argmin(axis=0)
        at = (best, np.arange(len(best)))
        season = profile[at]
        level = np.where(self.in_shock, self.base, self.levels[at])
        expected = level + season
        spread = self._spread(t, expected, phase, self.weights[best, 0])
        z = (x - expected) / spread
        calm = x - season
        self.expected[t], self.level[t], self.calm[t] = expected, level, calm
        self.z[t] = z
        z = np.where(known, z, 0.0)
        calm = np.where(known, calm, level)
        self._shocks(t, z, calm, level, spread, known)
        self._follow(t, np.where(known, x, expected), z, spread, phase, known)

    def _spread(self, t: int, expected: Array, phase: int, weight: Array) -> Array:
        """The standard deviation of what comes around what is expected; after a gap, a local level's."""
        squared = (self.fast**2 + self.slow**2) / 2 * (1 + self.gap * weight**2)
        spread = MEAN_TO_SD * np.sqrt(squared) * self.by_phase[phase]
        more = np.exp(np.minimum(expected, 30.0))  # by 1 than what is expected
        chance = np.where(self.counted[t], np.sqrt(np.maximum(more - 1, 0.1)) / more, 0.0)
        return np.asarray(np.maximum(np.maximum(spread, chance), LEAST_SPREAD))

    def _shocks(self, t: int, z: Array, calm: Array, level: Array, spread: Array, known: Mask) -> None:
        """Open, carry on, close and settle shocks."""
        self.settling &= t < self.until
        rows = np.flatnonzero(self.in_shock | (np.abs(z) >= EDGES[0]))
        if not len(rows):
            return
        z, calm, level, spread, known = z[rows], calm[rows], level[rows], spread[rows], known[rows]
        within, sign, base, furthest = self.in_shock[rows], self.sign[rows], self.base[rows], self.went[rows]
        settling, began = self.settling[rows], self.began[rows]
        side, went = np.sign(z), np.abs(calm - base)
        same = known & (side == sign)
        out = within & same & (np.abs(z) > OUT)
        alarm = known & (self.seen[t, rows] > self.pace.alarm) & self.tails.rare(z, rows)
        # within a shock, a jump over the days before is a shock of its own
        jump = sign * (calm - self._before(t, rows)) / spread
        jump = np.where(out & (t - began >= self.pace.growing) & (went > furthest / 2), np.maximum(jump, 0), 0)
        again = self.tails.rare(sign * jump, rows)
        # alarms that belong to the latest shock: its rush fades, or it goes on after a pause
        fading = settling & ~same & (sign * (calm - base) > -OUT * spread)
        goes_on = same & ~settling & (t - self.latest[rows] <= self.pace.pause) & (went <= furthest)
        opened = alarm & ~out & ~fading & ~goes_on
        reopened = alarm & ~within & goes_on
        closed = within & known & ~out & ~opened
        self.tails.count(np.where(closed & (self.latest[rows] == began), self.began_z[rows], 0.0), rows)
        new, on = opened | again, opened | again | out | reopened
        self.first[t, rows] = new
        self.of_shock[t, rows] = on | (alarm & fading)
        self.base[rows] = np.where(opened, level, base)
        self.sign[rows] = np.where(opened, side, sign)
        went = np.abs(calm - self.base[rows])
        self.went[rows] = np.where(new, went, np.where(out, np.maximum(furthest, went), furthest))
        self.began[rows] = np.where(new, t, began)
        self.began_z[rows] = np.where(new, z, self.began_z[rows])
        self.latest[rows] = np.where(on, t, self.latest[rows])
        self.in_shock[rows] = (within & ~closed) | opened | reopened
        self.settling[rows] = settling & ~opened
        self._settle(t)

    def _before(self, t: int, rows: NDArray[np.intp]) -> Array:
        """How far values went in the two periods before, in the shock's direction."""
        late = self.calm[t - 2 : t, rows]
        late = np.where(np.isnan(late), self.base[rows], late)
        return np.asarray(np.where(self.sign[rows] > 0, late.max(axis=0), late.min(axis=0)))

    def _settle(self, t: int) -> None:
        """Shocks that have been out long enough become the level."""
        rows = np.flatnonzero(self.in_shock & (t - self.began >= self.pace.confirm - 1))
        if not len(rows):
            return
        late = slice(t - max(self.pace.confirm - 3, 1), t + 1)
        new = median(self.calm[late, rows])
        shift = np.where(np.isnan(new), self.calm[t, rows], new) - self.base[rows]
        self.levels[:, rows] += np.nan_to_num(shift)
        self.in_shock[rows] = False
        self.settling[rows] = True
        self.until[rows] = t + self.pace.settling

    def _follow(self, t: int, x: Array, z: Array, spread: Array, phase: int, known: Mask) -> None:
        """Let levels, profile, spread and tails follow the period, as far as it is no shock."""
        moving = known & ~self.in_shock
        quiet = moving & ~self.settling
        learning = (
            quiet | self.first[t]
        )  # a shock's first period teaches as much as one at the bound: who has many, is so
        off = x - self.levels - self.profiles[phase]
        self.losses += (LOSS_MEMORY * quiet) * (np.minimum(np.abs(off), BOUND * spread) - self.losses)
        clip = np.where(self.settling, SETTLING_CLIP, CLIP) * spread
        np.maximum(np.minimum(off, clip, out=off), -clip, out=off)
        if len(self.profiles) > 1:
            half = len(WEIGHTS)
            self.profiles[phase, half:] += (SEASON_WEIGHT * (1 - self.weights[half:])) * (off[half:] * learning)
        weights = self.weights
        if self.settling.any():
            weights = np.where(self.settling, np.maximum(weights, SETTLING_WEIGHT), weights)
        self.levels += weights * (off * moving)
        bounded = np.minimum(np.abs(z), BOUND)
        size = bounded * spread / self.by_phase[phase]
        self.fast += (FAST * (moving | learning)) * (size - self.fast)
        self.slow += learning / np.clip(self.seen[t], 1, LONGEST) * (size - self.slow)
        if len(self.by_phase) > 1:
            self._follow_phase(bounded * self.by_phase[phase], phase, learning)
        rows = np.flatnonzero(quiet & (np.abs(z) >= EDGES[0]) & ~self.of_shock[t])
        self.tails.count(z[rows], rows)
        self.tails.number += quiet
        self.gap = np.where(known, 0.0, self.gap + 1)

    def _follow_phase(self, size: Array, phase: int, quiet: Mask) -> None:
        """The spread of a phase, in shares of that of all; patient, and never far from 1."""
        seen = self.phase_seen[phase]
        weight = 1 / (PHASE_PATIENCE + np.minimum(seen, LONGEST / len(self.by_phase)))
        relative = size * MEAN_TO_SD
        self.by_phase[phase] += weight * (relative - self.by_phase[phase]) * quiet
        self.by_phase[phase] = np.clip(self.by_phase[phase], 0.5, 2.0)
        self.phase_seen[phase] = seen + quiet


def median(values: Array) -> Array:
    """The median of the known values of each column; NaN where there are none."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(values)).sum(axis=0)
    columns = np.arange(values.shape[1])
    low = ordered[np.maximum(count - 1, 0) // 2, columns]
    high = ordered[np.minimum(count // 2, len(values) - 1), columns]
    return np.where(count > 0, (low + high) / 2, np.nan)


def bounded_mean(sizes: Array) -> Array:
    """The mean of the known sizes of each column, none taken for more than three times their median."""
    most = BOUND * np.nan_to_num(median(sizes))
    bounded = np.minimum(sizes, np.where(most > 0, most, np.inf))
    count = (~np.isnan(sizes)).sum(axis=0)
    return np.asarray(np.nan_to_num(bounded).sum(axis=0) / np.maximum(count, 1))
