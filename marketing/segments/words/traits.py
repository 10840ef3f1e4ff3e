"""What sets a group apart, in plain numbers: shares of it, with intervals, against shares of everyone else.

Much may be said of many columns, and some of it looks like a difference by chance. So a trait is told only where its
difference would hold if all that was tried were chance alone: the signed root of the likelihood ratio (Wilks 1938; it
holds for rare levels too, where the usual z is too sure), at 5% over all groups and options together (Bonferroni).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience.scheme import OTHER
from marketing.segments.fairness import is_special_value
from marketing.segments.words import wording
from marketing.segments.words.parts import Counts, Parting, Parts, Side

TRAITS = 5  # told of a group, at most
BELOW, MOST_BELOW = 1, 2  # of them tell what is rarer in the group than elsewhere; more where there is room
Z95 = 1.959964  # a 95% interval, in standard errors
CHANCE = 0.05  # that any of all the traits told is one by chance
LEAST = 0.05  # a share must differ from everyone else's by this much to be worth a line
LEAST_LIFT = 1.1
TELLING_SHARE = 0.25  # a span must hold this share of the group to stand for it
KNOWN = 30  # people whose value is known: below this a share means nothing
MOST_LIFT = 100.0  # told: beyond it, next to nobody else has the trait, and chance makes the figure
TINY = np.finfo(np.float64).tiny

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trait:
    """A share of a group (`share`, with its 95% interval `low` to `high`) against the same share of `others`.

    Shares are of those whose value is known. `others` is everyone who is not in the group, `everyone` all together;
    `lift` is share by share of `others`.
    """

    trait: str
    column: str
    value: str
    share: float
    low: float
    high: float
    everyone: float
    others: float
    lift: float
    side: Side

    @property
    def weight(self) -> float:
        """How much it sets the group apart: its part of the divergence between group and everyone else."""
        return float(self.share * np.log(self.lift)) if self.share else 0.0

    def record(self) -> dict[str, Any]:
        """The trait as the segments table holds it."""
        shares = {name: round(getattr(self, name), 4) for name in ("share", "low", "high", "everyone", "others")}
        return {"trait": self.trait, "column": self.column, "value": self.value, **shares, "lift": round(self.lift, 2)}


def of_groups(parts: Parts, counts: Counts) -> list[list[Trait]]:
    """The traits of each group that are sure, weightiest first.

    Each column gives at most one that is commoner in the group than elsewhere and one that is rarer.
    """
    return _told(_compared(parts, counts), _Compared.best)


def sure(parts: Parts, counts: Counts) -> list[list[Trait]]:
    """Everything that may surely be said of each group, weightiest first: all levels and spans that stand out."""
    return _told(_compared(parts, counts), _Compared.all)


def chosen(traits: Sequence[Trait]) -> list[Trait]:
    """The traits to tell: the weightiest, by lift, with what is rarer than elsewhere at the end."""
    above = [t for t in traits if t.lift > 1]
    below = [t for t in reversed(traits) if t.lift < 1 and t.column not in {a.column for a in above}]
    told = below[: max(BELOW, min(TRAITS - len(above), MOST_BELOW))]
    return sorted([*above[: TRAITS - len(told)], *told], key=lambda t: (-t.lift, t.column))


def wilson(count: float, total: float) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    share, spread = count / total, Z95**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * np.sqrt(share * (1 - share) / total + spread / (4 * total))
    return float(max(middle - half, 0)), float(min(middle + half, 1))


@dataclass(frozen=True)
class _Option:
    """Something that may be said of people by one column: which neighbouring parts of it."""

    first: int
    last: int
    side: Side


class _Compared:
    """Each group (rows) against everyone else, by each thing that may be said of a column (columns).

    `commoner` and `rarer` hold what surely is so in the group, and by enough to be worth a line.
    """

    def __init__(self, column: Parting, options: Sequence[_Option], counts: Floats, least: float) -> None:
        self.column, self.options = column, options
        up_to = np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0)))
        self.inside = up_to[:, [o.last + 1 for o in options]] - up_to[:, [o.first for o in options]]
        self.outside = self.inside.sum(axis=0) - self.inside
        self.known = counts.sum(axis=1, keepdims=True)
        self.elsewhere = self.known.sum() - self.known
        self.share = self.inside / np.maximum(self.known, 1)
        self.others = self.outside / np.maximum(self.elsewhere, 1)
        self.lift = self.share / np.maximum(np.maximum(self.others, self.share / MOST_LIFT), TINY)
        self.gap, self.weight = self.share - self.others, self.share * np.log(np.maximum(self.lift, 1))
        sureness, level = self._sureness(), np.array([option.side == "is" for option in options], np.bool_)
        enough = (self.known >= KNOWN) & (self.elsewhere >= KNOWN)
        much = (self.gap >= LEAST) & (self.lift >= LEAST_LIFT) & (level | (self.share >= TELLING_SHARE))
        self.commoner = enough & much & (sureness > least)
        self.rarer = enough & level & (-self.gap >= 2 * LEAST) & (sureness < -least)

    def best(self, group: int) -> list[int]:
        """Which is commoner in the group by most, and which rarer."""
        both = ((self.commoner[group], self.weight[group]), (self.rarer[group], -self.gap[group]))
        return [int(np.where(sure, by, -1).argmax()) for sure, by in both if sure.any()]

    def all(self, group: int) -> list[int]:
        """Everything that is commoner in the group or rarer."""
        found: list[int] = np.flatnonzero(self.commoner[group] | self.rarer[group]).tolist()
        return found

    def trait(self, group: int, at: int) -> Trait:
        """One of them in words and figures."""
        option, known = self.options[at], float(self.known[group, 0])
        low, high = wilson(float(self.inside[group, at]), known)
        value, trait = _words(self.column, option)
        return Trait(
            trait=trait,
            column=self.column.name,
            value=value,
            share=float(self.share[group, at]),
            low=low,
            high=high,
            everyone=float(self.inside[:, at].sum() / self.known.sum()),
            others=float(self.others[group, at]),
            lift=float(self.lift[group, at]),
            side=option.side,
        )

    def _sureness(self) -> Floats:
        """How far from chance each difference is, in standard errors."""
        likelihood = (
            _log_likelihood(self.inside, self.known)
            + _log_likelihood(self.outside, self.elsewhere)
            - _log_likelihood(self.inside.sum(axis=0), self.known.sum())
        )
        root: Floats = np.sign(self.gap) * np.sqrt(2 * np.maximum(likelihood, 0))
        return root


def _compared(parts: Parts, counts: Counts) -> list[_Compared]:
    options = [_options(column) for column in parts.columns]
    tried = sum(len(counted) * len(said) for counted, said in zip(counts.columns, options, strict=True))
    least = NormalDist().inv_cdf(1 - CHANCE / 2 / max(tried, 1))
    return [
        _Compared(column, said, counted[:, :-1].astype(np.float64), least)
        for column, said, counted in zip(parts.columns, options, counts.columns, strict=True)
    ]


def _told(compared: Sequence[_Compared], pick: Callable[[_Compared, int], list[int]]) -> list[list[Trait]]:
    k = len(compared[0].share) if compared else 0
    found = [[one.trait(group, at) for one in compared for at in pick(one, group)] for group in range(k)]
    return [sorted(traits, key=lambda t: (-t.weight, t.column)) for traits in found]


def _log_likelihood(some: Floats, all_: Floats) -> Floats:
    """Of `some` out of `all_`, at the share that is likeliest."""
    rest = all_ - some
    return some * _log(some / np.maximum(all_, 1)) + rest * _log(rest / np.maximum(all_, 1))


def _log(share: Floats) -> Floats:
    return np.log(np.where(share > 0, share, 1))


def _words(column: Parting, option: _Option) -> tuple[str, str]:
    """The value of an option, and what people with it have in common."""
    if option.side == "is":
        level = column.levels[option.first]
        return level, wording.category_trait(column.name, level)
    value = column.told(option.first, option.last)
    said = wording.number_trait if column.kind == "number" else wording.levels_trait
    return value, said(column.name, value)


def _options(column: Parting) -> list[_Option]:
    """Every level that may be spoken of; of what has an order, every span of neighbouring parts but the whole."""
    spoken = [column.kind == "number" or _is_spoken(level) for level in column.levels or [""] * len(column)]
    options = []
    for first in range(len(column)):
        for last in range(first, first + 1 if column.kind == "category" else len(column)):
            if all(spoken[first : last + 1]) and (first, last) != (0, len(column) - 1):
                options.append(_Option(first, last, column.side(first, last)))
    return options


def _is_spoken(level: str) -> bool:
    return level != OTHER and not is_special_value(level)
