"""What sets a group apart, in plain numbers: shares of it against shares of everyone, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience import OTHER
from marketing.segments.audience import Filled as Column
from marketing.segments.fairness import is_special_value
from marketing.segments.words import wording

TRAITS = 8  # told of a group, at most
BELOW = 2  # of them tell what is rarer in the group than elsewhere
Z95 = 1.959964  # a 95% interval, in standard errors
LEAST = 0.05  # a share must differ from everyone's by this much to be worth a line
LEAST_LIFT = 1.1
TELLING_SHARE = 0.25  # a span of numbers must hold this share of the group to stand for it
KNOWN = 30  # people whose value is known: below this a share means nothing
PARTS = 5  # numbers are told in spans between fifths

Side = Literal["is", "high", "low", "between"]


@dataclass(frozen=True)
class Trait:
    """A share of a group (`share`, with 95% interval) against the same share of everyone."""

    trait: str
    column: str
    value: str
    share: float
    low: float
    high: float
    everyone: float
    lift: float
    side: Side

    @property
    def weight(self) -> float:
        """How much it sets the group apart: its part of the divergence between group and everyone."""
        return float(self.share * np.log(self.share / self.everyone)) if self.share else 0.0

    def record(self) -> dict[str, Any]:
        """The trait as the segments table holds it."""
        shares = {name: round(getattr(self, name), 4) for name in ("share", "low", "high", "everyone")}
        return {"trait": self.trait, "column": self.column, "value": self.value, **shares, "lift": round(self.lift, 2)}


@dataclass(frozen=True)
class _Option:
    """Something that may be said of people by one column: which of its parts (levels or bins), in which words."""

    first: int
    last: int
    value: str
    trait: str
    side: Side


def of_groups(columns: Sequence[Column], labels: NDArray[np.intp], k: int) -> list[list[Trait]]:
    """The traits of each group that are sure (their interval leaves everyone's share out), weightiest first.

    Each column gives at most one that is commoner in the group than elsewhere and one that is rarer.
    """
    found: list[list[Trait]] = [[] for _ in range(k)]
    for column in columns:
        parts, options = _parts(column)
        known = parts >= 0
        counts = np.zeros((k, int(parts.max(initial=0)) + 1))
        np.add.at(counts, (labels[known], parts[known]), 1)
        for group in range(k):
            found[group] += _sure(column, options, counts[group], counts.sum(axis=0))
    return [sorted(traits, key=lambda t: (-t.weight, t.column)) for traits in found]


def chosen(traits: Sequence[Trait]) -> list[Trait]:
    """The traits to tell: the weightiest, a few of them rarer than elsewhere, by lift."""
    above = [t for t in traits if t.lift > 1]
    below = [t for t in reversed(traits) if t.lift < 1 and t.column not in {a.column for a in above}][:BELOW]
    return sorted([*above[: TRAITS - len(below)], *below], key=lambda t: (-t.lift, t.column))


def wilson(count: float, total: float) -> tuple[float, float]:
    """The 95% interval of a share (Wilson 1927)."""
    share, spread = count / total, Z95**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * np.sqrt(share * (1 - share) / total + spread / (4 * total))
    return float(max(middle - half, 0)), float(min(middle + half, 1))


def _sure(column: Column, options: list[_Option], group: NDArray[np.float64], all_: NDArray[np.float64]) -> list[Trait]:
    if group.sum() < KNOWN:
        return []
    traits = [_trait(column.name, option, group, all_) for option in options]
    above = [t for t in traits if _stands_out(t) and (t.side == "is" or t.share >= TELLING_SHARE)]
    below = [t for t in traits if t.side == "is" and t.everyone - t.share >= 2 * LEAST and t.high < t.everyone]
    return _best(above, lambda t: t.weight) + _best(below, lambda t: t.everyone - t.share)


def _stands_out(trait: Trait) -> bool:
    return trait.share - trait.everyone >= LEAST and trait.lift >= LEAST_LIFT and trait.low > trait.everyone


def _best(traits: list[Trait], by: Callable[[Trait], float]) -> list[Trait]:
    return [max(traits, key=by)] if traits else []


def _trait(column: str, option: _Option, group: NDArray[np.float64], all_: NDArray[np.float64]) -> Trait:
    count, total = group[option.first : option.last + 1].sum(), group.sum()
    everyone = all_[option.first : option.last + 1].sum() / all_.sum()
    low, high = wilson(count, total)
    lift = count / total / everyone if everyone else 1.0
    share = float(count / total)
    return Trait(option.trait, column, option.value, share, low, high, float(everyone), float(lift), option.side)


def _parts(column: Column) -> tuple[NDArray[np.intp], list[_Option]]:
    """Each person's part of the column (-1 where missing), and what may be said by it."""
    if column.kind == "category":
        codes = np.nan_to_num(column.values, nan=-1).astype(np.intp)
        options = [
            _Option(code, code, level, wording.category_trait(column.name, level), "is")
            for code, level in enumerate(column.levels)
            if level != OTHER and not is_special_value(level)
        ]
        return codes, options
    known = column.values[~np.isnan(column.values)]
    cuts = _round_cuts(known)
    parts = np.where(np.isnan(column.values), -1, np.searchsorted(cuts, column.values)).astype(np.intp)
    return parts, _spans(column.name, known, cuts)


def _round_cuts(known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fifths of the people, at figures that are easily said."""
    fifths = np.quantile(known, np.arange(1, PARTS) / PARTS, method="inverted_cdf")
    keep = wording.is_years(known)
    cuts = np.unique([value if keep else wording.rounded(value) for value in fifths])
    inner: NDArray[np.float64] = cuts[(cuts >= known.min()) & (cuts < known.max())]
    return inner


def _spans(name: str, known: NDArray[np.float64], cuts: NDArray[np.float64]) -> list[_Option]:
    """Every span of neighbouring parts that is not the whole."""
    whole = bool((known == known.round()).all())
    edges = [-np.inf, *cuts.tolist(), np.inf]
    years, lowest = wording.is_years(known), float(known.min())
    options = []
    for first in range(len(edges) - 1):
        for last in range(first, len(edges) - 1):
            if (first, last) != (0, len(edges) - 2):
                over, up_to = edges[first], edges[last + 1]
                value = wording.span(over, up_to, lowest=lowest, whole=whole, years=years)
                side: Side = "low" if first == 0 else "high" if up_to == np.inf else "between"
                options.append(_Option(first, last, value, wording.number_trait(name, value), side))
    return options
