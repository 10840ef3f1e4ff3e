"""Everyone put into their segment by the chunk, and counted on the way.

People come in pieces, and pieces in chunks. Sums are made chunk by chunk in the order of the table, so whoever makes
the tallies of the pieces, here or elsewhere and in whatever order, the census is the same to the last bit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience import People
from marketing.segments.division import NOWHERE, Division, Labels
from marketing.segments.words.parts import Counts, Parts, count

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Tally:
    """One piece of the people: the place of each in `Division.ids`, and sums.

    `likely` (chunks, k, k) holds for each chunk the summed probabilities, `likely[c, i, j]` those of segment j among
    its people in segment i.
    """

    labels: Labels
    likely: NDArray[np.float64]
    counts: Counts


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


Take = Callable[[People, Division, Parts, Told], Census]


def take(people: People, division: Division, parts: Parts, told: Told | None = None) -> Census:
    """Put everyone into their segment. `told` hears how many of how many people are done."""
    pieces, done = people.pieces(), 0

    def heard(placed: int) -> None:
        nonlocal done
        done += placed
        if told:
            told(done, people.rows)

    numbered = enumerate(tally(piece, division, parts, heard) for piece in pieces)
    return gather(pieces, numbered, division, parts)


def tally(piece: People, division: Division, parts: Parts, heard: Callable[[int], None] | None = None) -> Tally:
    """Put the people of one piece into their segment. `heard` hears of each chunk how many people it has."""
    k, reads = len(division.ids), division.scheme.reads
    labels, likely, counts = [], [], nothing(division, parts)
    for chunk in piece.chunks(piece.chunk_of(reads), reads):
        placed = division.place(chunk)
        inside = placed.inside
        labels.append(placed.labels)
        sums = [placed.chances[inside == group].sum(axis=0, dtype=np.float64) for group in range(k)]
        likely.append(np.array(sums))
        counts = counts + count(parts, placed.matrix, inside, k)
        if heard:
            heard(len(chunk))
    return Tally(np.concatenate(labels), np.array(likely), counts)


def gather(pieces: Sequence[People], tallies: Iterable[tuple[int, Tally]], division: Division, parts: Parts) -> Census:
    """The census of all pieces from their tallies, each with its number, in any order."""
    k = len(division.ids)
    firsts = np.cumsum([0, *(piece.rows for piece in pieces)])
    labels = np.full(firsts[-1], NOWHERE, np.int8)
    sizes, counts, sums = np.zeros(k, np.int64), nothing(division, parts), {}
    for number, made in tallies:
        labels[firsts[number] : firsts[number + 1]] = made.labels
        sizes += np.bincount(made.labels[made.labels != NOWHERE], minlength=k)
        counts, sums[number] = counts + made.counts, made.likely
    likely = np.zeros((k, k))
    for number in range(len(pieces)):
        for chunk in sums[number]:
            likely += chunk
    return Census(labels, sizes, likely / np.maximum(sizes, 1)[:, None], counts)


def nothing(division: Division, parts: Parts) -> Counts:
    """The counts of nobody."""
    nobody = np.empty((0, len(division.scheme.columns)), np.float32)
    return count(parts, nobody, np.empty(0, np.int8), len(division.ids))
