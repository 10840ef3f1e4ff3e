"""Everyone put into their segment by the chunk, and counted on the way."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience import People
from marketing.segments.division import NOWHERE, Division, Labels
from marketing.segments.words.parts import Counts, Parts, count


@dataclass(frozen=True)
class Census:
    """Everyone's place in `Division.ids` (NOWHERE for who may be a minor), in the order of the table, and sums.

    `likely[i, j]` is the mean probability of segment j of those in segment i: what overlaps.
    """

    labels: Labels
    sizes: NDArray[np.int64]
    likely: NDArray[np.float64]
    counts: Counts

    @property
    def overlap(self) -> NDArray[np.float64]:
        """Of each segment, the mean probability that its people belong elsewhere."""
        return 1 - np.diagonal(self.likely)

    @property
    def nearest(self) -> list[int]:
        """Of each segment, the one that its people would be in next; itself where there is no other."""
        others = self.likely - 2 * np.eye(len(self.likely))
        return [int(at) for at in others.argmax(axis=1)]


def take(people: People, division: Division, parts: Parts, told: Callable[[int, int], None] | None = None) -> Census:
    """Put everyone into their segment. `told` hears how many of how many people are done."""
    k = len(division.ids)
    labels = np.full(people.rows, NOWHERE, np.int8)
    sizes, likely = np.zeros(k, np.int64), np.zeros((k, k))
    nobody = np.empty((0, len(division.scheme.columns)), np.float32)
    counts, first = count(parts, nobody, np.empty(0, np.int8), k), 0
    for chunk in people.chunks(columns=division.scheme.reads):
        placed = division.place(chunk)
        labels[first : first + len(chunk)] = placed.labels
        first += len(chunk)
        inside = placed.inside
        sizes += np.bincount(inside, minlength=k)
        for group in range(k):
            likely[group] += placed.chances[inside == group].sum(axis=0, dtype=np.float64)
        counts = counts + count(parts, placed.matrix, inside, k)
        if told:
            told(first, people.rows)
    return Census(labels, sizes, likely / np.maximum(sizes, 1)[:, None], counts)
