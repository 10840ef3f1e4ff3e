"""What past events say of one ahead: each kind's mean over all titles, each title's own way, and how sure that is.

Normal-normal empirical Bayes with a prior from `kinds.toml`: an event's effect is its kind's mean, what titles of its
sort and the trend itself are apart from that, and its own luck. All is known by date: at a cutoff only estimates that
used nothing after it are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

BELIEF = 3  # as many events the prior's spread is worth
MEAN_SHARE = 0.5  # of a kind's spread (variance) lies between what its prior says and its mean
TITLE_SHARE = 0.25  # ... between sorts of titles
OWN_SHARE = 0.5  # ... between one trend's events and others'; the rest between events of the same trend
EVEN = 0.05  # of its kind's variance, the least that a trend's own events differ by
TOLD = 0.25  # of an event's worth of evidence, from which a group counts as having told something
SHAPE_ERROR = 0.75  # how far one event's fading may be from its kin's, on the log scale
# What is told of kin moves in steps this large on the log scale, and shapes by as much: each day tells a little more
# of each kind, which should not make every trend with an event of it another. A hundredth of an event's spread.
GRAIN = 0.005
KIN = ("effect", "error", "decay", "at", "peak", "mean", "luck")
_BIG = 1 << 32


@dataclass(frozen=True)
class Tally:
    """Running sums by group in order of date: what was known of each group on each day.

    `codes` has each group's number; `keys` sort by group and day; `sums` (events, columns) run within their group.
    """

    codes: Mapping[str, int]
    keys: NDArray[np.int64]
    sums: Array

    def known(self, groups: Sequence[str], days: Days) -> Array:
        """The sums of each group as of each day (included), (groups, columns); zeros where nothing was known."""
        code = np.array([self.codes.get(group, -1) for group in groups], dtype=np.int64)
        stop = np.searchsorted(
            self.keys, code * _BIG + days.astype("datetime64[D]").astype(np.int64) + _BIG // 2, "right"
        )
        start = np.searchsorted(self.keys, code * _BIG, "left")
        found = (stop > start) & (code >= 0)
        if not len(self.sums):
            return np.zeros((len(code), len(COLUMNS)))
        return np.where(found[:, None], self.sums[np.maximum(stop - 1, 0)], 0.0)

    def of(self, groups: set[str]) -> "Tally":
        """The tally of some groups."""
        kept = {group: code for group, code in self.codes.items() if group in groups}
        here = np.isin(self.keys // _BIG, list(kept.values()))
        return Tally(kept, self.keys[here], self.sums[here])


COLUMNS = ("count", "weight", "weighted", "squares", "clear", "fading", "lead", "peak")


def tally(groups: pd.Series, days: Days, estimates: pd.DataFrame, share: Array) -> Tally:
    """Sums of the estimates' effects, weighted by how surely each tells of others, from the day each is known.

    `share` is the part of a kind's variance that lies between the events of a group, by estimate.
    """
    error, spread = estimates["error"].to_numpy(float), estimates["spread"].to_numpy(float)
    effect = estimates["effect"].to_numpy(float)
    weight = 1 / (share * spread**2 + error**2)
    clear = effect**2 / (effect**2 + (4 * error) ** 2 + 1e-12) * np.isfinite(error)  # shapes only of what was seen
    columns = np.stack(
        [
            np.isfinite(error).astype(float),
            weight,
            weight * effect,
            weight * effect**2,
            clear,
            clear * np.log(np.maximum(estimates["decay"].to_numpy(float), 0.1)),
            clear * estimates["at"].to_numpy(float),
            clear * estimates["peak"].to_numpy(float),
        ],
        axis=1,
    )
    code, names = pd.factorize(groups, sort=True)
    keys = code * _BIG + days.astype("datetime64[D]").astype(np.int64) + _BIG // 2
    order = np.lexsort((columns[:, 2], columns[:, 1], keys))  # equal sums whatever the order that trends came in
    running = pd.DataFrame(columns[order]).groupby(code[order]).cumsum().to_numpy(float).reshape(-1, len(COLUMNS))
    return Tally({str(name): number for number, name in enumerate(names)}, keys[order], running)


@dataclass(frozen=True)
class Pools:
    """What is known of the kinds, of sorts of titles within them, and of each trend's own events."""

    kinds: Tally
    sorts: Tally
    own: Tally

    def of(self, trends: Sequence[str]) -> "Pools":
        """The pools, with the own events of some trends only."""
        wanted = set(trends)
        return Pools(self.kinds, self.sorts, self.own.of({g for g in self.own.codes if g.split("\n")[0] in wanted}))


def pools(estimates: pd.DataFrame) -> Pools:
    """The pools of all estimates (trend, title, happening, pool, sort, effect, error, spread, at, peak, decay, until).

    Many trends of one title (its regions, its platforms) tell once what an event did to it.
    """
    units = _units(estimates)
    every = np.ones(len(units))
    return Pools(
        tally(units["pool"], units["until"].to_numpy(), units, every),
        tally(units["pool"] + "\n" + units["sort"], units["until"].to_numpy(), units, every * (1 - TITLE_SHARE)),
        tally(
            estimates["trend"] + "\n" + estimates["pool"],
            estimates["until"].to_numpy(),
            estimates,
            np.full(len(estimates), 1 - OWN_SHARE),
        ),
    )


def _units(estimates: pd.DataFrame) -> pd.DataFrame:
    """One estimate a title and event: the mean over its trends, no surer than they are on their own."""
    told = estimates[np.isfinite(estimates["error"].to_numpy(float))]
    weight = 1 / (0.1 * told["spread"] ** 2 + told["error"] ** 2)
    rows = told[["title", "happening", "pool", "sort", "spread", "until"]].assign(weight=weight)
    for name in ("effect", "at", "peak"):
        rows[name] = told[name] * weight
    rows["decay"] = np.log(np.maximum(told["decay"], 0.1)) * weight
    rows["error"] = told["error"] ** 2 * weight
    keys = ["title", "happening"]
    sums = rows.groupby(keys, sort=True)[["weight", "effect", "at", "peak", "decay", "error"]].sum()
    means = sums.div(sums["weight"], axis=0)
    first = rows.groupby(keys, sort=True)[["pool", "sort", "spread"]].first()
    until = rows.groupby(keys, sort=True)["until"].max()
    made = means.drop(columns="weight").assign(decay=np.exp(means["decay"]), error=np.sqrt(means["error"]))
    whole: pd.DataFrame = pd.concat([made, first, until], axis=1).reset_index()
    return whole


def expected(pools: Pools, asked: pd.DataFrame, days: Days) -> pd.DataFrame:
    """What an event of a kind should do to a trend, as known on each day.

    Args:
        pools: What is known.
        asked: A row an event: trend, pool, sort, prior (effect), spread, fading (its kind's).
        days: The cutoff of each.

    Returns:
        effect, error (its predictive standard deviation), decay, at, peak and basis ("own", "kind", "prior") of one
        ahead; mean and luck (standard deviation) of the kind, to hold an uncertain estimate by. Numbers in steps of
        GRAIN.
    """
    spread, prior = asked["spread"].to_numpy(float), asked["prior"].to_numpy(float)
    trend, pool, sort = (asked[name].astype(object) for name in ("trend", "pool", "sort"))
    kinds = pools.kinds.known(pool.tolist(), days)
    sorts = pools.sorts.known((pool + "\n" + sort).tolist(), days)
    own = pools.own.known((trend + "\n" + pool).tolist(), days)
    mean, variance = _posterior(prior, MEAN_SHARE * spread**2, kinds)
    misfit = kinds[:, 3] - 2 * mean * kinds[:, 2] + mean**2 * kinds[:, 1]
    luck = spread**2 * np.clip((BELIEF + misfit) / (BELIEF + kinds[:, 0]), 0.2, 16.0)
    mean, variance = _posterior(mean, variance + TITLE_SHARE * luck, sorts)
    effect, sure = _posterior(mean, variance + OWN_SHARE * luck, own)
    chance = (1 - OWN_SHARE) * luck * _evenness(own, luck / spread**2)
    heard = own[:, 4] * 2 + sorts[:, 4] + kinds[:, 4]
    sums = own[:, 4:] * 2 + sorts[:, 4:] + kinds[:, 4:]
    told = 1 + heard  # the kind's own shape counts as one event's
    fading = asked["fading"].to_numpy(float)
    decay = np.exp((np.log(np.maximum(fading, 0.1)) + sums[:, 1]) / told)
    evidence = [own[:, 1] * (1 - OWN_SHARE) * spread**2, kinds[:, 1] * spread**2]
    basis = np.select([part >= TOLD for part in evidence], ["own", "kind"], "prior")
    return pd.DataFrame(
        {
            "effect": _grained(effect),
            "error": np.maximum(_grained(np.sqrt(sure + chance)), GRAIN),
            "decay": np.where(fading > 0, np.exp(_grained(np.log(decay))), 0.0),
            "at": np.where(fading > 0, _grained(sums[:, 2] / told), 0.0),
            "peak": np.where(fading > 0, _grained(sums[:, 3] / told), 0.0),
            "basis": basis,
            "mean": _grained(mean),
            "luck": np.maximum(_grained(np.sqrt(luck + variance)), GRAIN),
        },
        index=asked.index,
    )


def _grained(values: Array) -> Array:
    return np.asarray(np.round(values / GRAIN) * GRAIN)


def _evenness(own: Array, luck: Array) -> Array:
    """How far a trend's own events differ from one another, in shares of what its kind's do, EVEN to 1.

    `luck` is the kind's variance in shares of the prior's, which the sums are weighted by. What is one for all of them
    is told by their sum of squares around their own mean.
    """
    apart = own[:, 3] - np.divide(own[:, 2] ** 2, own[:, 1], out=np.zeros(len(own)), where=own[:, 1] > 0)
    told = np.maximum(own[:, 0] - 1, 0)
    return np.asarray(np.clip((BELIEF + np.maximum(apart, 0.0) / luck) / (BELIEF + told), EVEN, 1.0))


def _posterior(mean: Array, variance: Array, sums: Array) -> tuple[Array, Array]:
    precision = 1 / variance + sums[:, 1]
    return (mean / variance + sums[:, 2]) / precision, 1 / precision


def held(estimates: pd.DataFrame, kin: pd.DataFrame) -> tuple[Array, Array]:
    """Each past event's effect and its standard deviation: its own estimate, held to its kind where unsure."""
    error, luck = estimates["error"].to_numpy(float), kin["luck"].to_numpy(float)
    trust = luck**2 / (luck**2 + error**2)
    effect = trust * estimates["effect"].to_numpy(float) + (1 - trust) * kin["mean"].to_numpy(float)
    return effect, luck * np.sqrt(1 - trust)
