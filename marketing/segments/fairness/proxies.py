"""How much the segments still tell of what was kept out, which columns carry it, and what dropping those would do.

Leaving a column out does not leave out what it tells: a husband is a man. So each attribute that was kept out and
stands in the table is held against the segments. It is read for this check alone, in sums over many people; nothing
of any person is kept.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.fairness import association
from marketing.segments.fairness.association import Codes, Strength
from marketing.segments.fairness.recognition import Category
from marketing.segments.fairness.sizes import DESCRIBED, SHOWN

WARNING = 0.3  # V from which segments stand in for the attribute; "medium" of two groups in Cohen 1988, ch. 7
CARRIES = 0.2  # V of a column with the attribute from which it may carry it
USED = 0.1  # and V of the column with the segments: one that they do not go by carries nothing into them
NAMED = 5  # columns, the strongest first
NEAR = 0.5  # a column that carries less than this share of what the strongest carries is not named

ENOUGH = 0.2  # V down to which carriers are sought among the columns that are left
ROUNDS = 2  # times that more carriers are sought; each refits the segments

Labels = NDArray[np.intp]
Refit = Callable[[Sequence[str]], Labels]  # columns left out -> the segment of each of the same people


@dataclass(frozen=True)
class Carrier:
    """A used column that carries an attribute into the segments: its V with either."""

    column: str
    with_attribute: float
    with_segments: float


@dataclass(frozen=True)
class Proxy:
    """What the segments tell of one attribute that was kept out.

    `segments[i]` is the strength of being in segment i or not; `without` the strength of the whole division once all
    `carriers` are dropped, also those that carry it only when stronger ones are gone (None where that was not tried).
    """

    column: str
    category: Category
    whole: Strength
    segments: tuple[Strength, ...]
    carriers: tuple[Carrier, ...]
    without: Strength | None = None

    @property
    def strongest(self) -> float:
        """The highest V, of the whole division or of one segment; NaN where none can be told."""
        found = [one.v for one in (self.whole, *self.segments) if not np.isnan(one.v)]
        return max(found, default=np.nan)

    @property
    def warns(self) -> bool:
        """Whether the segments stand in for the attribute by more than should be."""
        return bool(self.strongest > WARNING)

    @property
    def told(self) -> str:
        """The finding in words, for who plans a campaign and for who must answer for it."""
        if np.isnan(self.whole.v):
            return f"What the segments tell of {self.column} cannot be measured: too few people, or all of one kind."
        found = f"{self.whole.v:.2f} ({self.whole.low95:.2f} to {self.whole.high95:.2f})"
        if not self.warns:
            return f"The segments tell little of {self.column}: {found}, where 0 is nothing and 1 is everything."
        parts = [self._warning(found)]
        if self.strongest > self.whole.v and self.whole.v <= WARNING:
            parts.append(f"In one segment it is {self.strongest:.2f}.")
        parts.extend(self._way_out())
        return " ".join(parts)

    def _warning(self, found: str) -> str:
        return (
            f"The segments partly stand in for {self.column}, which was kept out: {found}, where 0 is nothing, 1 is "
            f"everything and over {WARNING} calls for a decision. Who is addressed by segment is then also addressed "
            f"by {self.category.id}."
        )

    def _way_out(self) -> list[str]:
        if not self.carriers:
            return [f"No single column carries it. Use fewer columns{self._or_why('the segments are')}."]
        them, they = ("it", "it is") if len(self.carriers) == 1 else ("them", "they are")
        named = _listed([carrier.column for carrier in self.carriers])
        carried = f"It comes in mostly by {named}."
        if self.without is None or np.isnan(self.without.v):
            return [carried, f"Leave {them} out{self._or_why(they)}."]
        effect = f"Without {them} it would be {self.without.v:.2f}."
        if self.without.v > WARNING:
            return [carried, effect, f"That is still too much: leave out more columns{self._or_why('they are')}."]
        return [carried, effect, f"Leave {them} out{self._or_why(they)}."]

    def _or_why(self, who: str) -> str:
        """What else may be done: a reason justifies a stand-in for age, and none a stand-in for faith."""
        if self.category.setting:
            return f", or record why {who} needed"
        return "; no reason makes up for it, as the law keeps it out of advertising by profile"


def proxies(
    labels: Labels,
    kept_out: Mapping[str, pd.Series],
    categories: Mapping[str, Category],
    names: Sequence[str],
    matrix: NDArray[np.float32] | NDArray[np.float64],
    *,
    categorical: Sequence[int] = (),
    refit: Refit | None = None,
    seed: int = 0,
) -> tuple[Proxy, ...]:
    """What the segments tell of each column in `kept_out`, in that order.

    Args:
        labels: The segment of each of some people, from 0; a sample of 20,000 will do.
        kept_out: By name, the columns that were kept out, as they stand in the table, of the same people.
        categories: What each of them tells, as `fairness.kept_out` says.
        names, matrix: The columns that were used (people, columns); NaN is missing.
        categorical: Positions of those that hold codes.
        refit: Finds segments of the same people anew without the columns it is given; called only over the limit.
    """
    coded = np.zeros(len(names), bool)
    coded[list(categorical)] = True
    check = _Check(labels.astype(np.int64), names, association.column_codes(matrix, coded), refit, seed)
    return tuple(check.of(name, categories[name], column) for name, column in kept_out.items())


class _Check:
    """The segments held against one attribute after the other."""

    def __init__(self, labels: Codes, names: Sequence[str], columns: Codes, refit: Refit | None, seed: int) -> None:
        self.labels, self.names, self.columns, self.refit, self.seed = labels, names, columns, refit, seed
        self.with_segments = association.strengths(columns, labels)
        self.refitted: dict[tuple[str, ...], Codes] = {}

    def of(self, name: str, category: Category, column: pd.Series) -> Proxy:
        attribute = association.attribute_codes(column.reset_index(drop=True), SHOWN)
        whole = self._strength(self.labels, attribute)
        groups = tuple(self._of_group(group, attribute) for group in range(int(self.labels.max(initial=-1)) + 1))
        found = Proxy(name, category, whole, groups, self._carriers(attribute, self.with_segments))
        if not found.warns or not found.carriers or self.refit is None:
            return found
        carriers, without = self._dropped(attribute, found.carriers)
        return replace(found, carriers=carriers, without=without)

    def _dropped(self, attribute: Codes, carriers: tuple[Carrier, ...]) -> tuple[tuple[Carrier, ...], Strength]:
        """What is left once `carriers` are dropped, and those that came to carry it then, until it is little."""
        for _ in range(ROUNDS):
            labels = self._refitted(carriers)
            without = self._strength(labels, attribute)
            if not without.v > ENOUGH:
                return carriers, without
            gone = {carrier.column for carrier in carriers}
            more = self._carriers(attribute, association.strengths(self.columns, labels), gone)
            if not more:
                return carriers, without
            carriers += more
        return carriers, self._strength(self._refitted(carriers), attribute)

    def _strength(self, labels: Codes, attribute: Codes) -> Strength:
        if (attribute >= 0).sum() < DESCRIBED:
            return Strength(np.nan, np.nan, np.nan, int((attribute >= 0).sum()))
        return association.strength(labels, attribute, np.random.default_rng(self.seed))

    def _of_group(self, group: int, attribute: Codes) -> Strength:
        inside = self.labels == group
        people = int((inside & (attribute >= 0)).sum())
        if people < SHOWN:
            return Strength(np.nan, np.nan, np.nan, people)
        return self._strength(inside.astype(np.int64), attribute)

    def _carriers(
        self, attribute: Codes, with_segments: NDArray[np.float64], gone: Collection[str] = ()
    ) -> tuple[Carrier, ...]:
        """The columns, but those `gone`, that tell the attribute and that the segments go by, strongest first."""
        with_attribute = association.strengths(self.columns, attribute)
        there = np.array([name not in gone for name in self.names], np.bool_)
        enough = there & (with_attribute >= CARRIES) & (with_segments >= USED)
        carried = np.where(enough, with_attribute * with_segments, 0)
        ranked = [at for at in np.argsort(-carried, kind="stable")[:NAMED] if carried[at] > NEAR * carried.max()]
        return tuple(Carrier(self.names[i], float(with_attribute[i]), float(with_segments[i])) for i in ranked)

    def _refitted(self, carriers: Sequence[Carrier]) -> Codes:
        dropped = tuple(sorted(carrier.column for carrier in carriers))
        if dropped not in self.refitted and self.refit is not None:
            self.refitted[dropped] = self.refit(dropped).astype(np.int64)
        return self.refitted[dropped]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
