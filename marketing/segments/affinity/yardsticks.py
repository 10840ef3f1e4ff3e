"""How well titles are told: each person's last title is held back, and counts by how high it then stands.

NDCG@10: 1 / log2(1 + rank) where the title held back is among the first ten that the person has not seen, else 0;
averaged over people. The yardstick is what everyone would be shown without knowing anyone: what is popular.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketing.segments.affinity.counting import Matrix, Seen

TOP = 10
PEOPLE = 10_000  # that are asked, at most
CELLS = 8_000_000  # scores that are held at once

Floats = NDArray[np.float32]
Shares = NDArray[np.float64]
Places = NDArray[np.intp]
Scores = Callable[[Matrix], Floats]  # (people, titles) seen -> how much speaks for each title


@dataclass(frozen=True)
class Check:
    """NDCG@10 of a method, of popularity and of the likeness of titles (cosine), on the same people and titles."""

    method: str
    ndcg: float
    popularity: float
    cosine: float
    people: int
    titles: int

    @property
    def times(self) -> float:
        """The method's by popularity's; infinite where popularity tells nothing."""
        return self.ndcg / self.popularity if self.popularity else float("inf")

    @property
    def sentence(self) -> str:
        """What a page can say of it."""
        asked = f"the last title of each of {self.people:,} people, held back ({self.titles:,} titles)"
        figures = f"NDCG@10 {self.ndcg:.3f} against {self.popularity:.3f}"
        if self.times < 1:
            return f"On {asked}, what is popular did better than each person's own list: {figures}."
        return f"On {asked}, each person's own list did {self.times:.2f} times as well as what is popular: {figures}."


@dataclass(frozen=True)
class Held:
    """`known`: what people (a row each) have seen, less each one's last title (position), which is in `last`."""

    known: Matrix
    last: Places

    def part(self, which: slice) -> "Held":
        """Some of these people."""
        return Held(self.known[np.arange(len(self.last))[which]], self.last[which])


def popularity(matrix: Matrix) -> Shares:
    """Share of people who saw each title (titles,)."""
    return np.asarray(matrix.sum(axis=0) / max(matrix.shape[0], 1), np.float64)


def hold_back(seen: Seen, *, people: int = PEOPLE) -> tuple[Matrix, Held]:
    """The matrix without the last title of everyone who saw two or more, and some of these people to ask.

    The last is the one first seen latest; among those of one time, or without dates, it is drawn by lot, always alike.
    """
    matrix = seen.matrix
    person = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    lot = (person * 7_919 + matrix.indices.astype(np.int64) * 104_729) % 10_007
    order = np.lexsort((lot, seen.when if len(seen.when) else np.zeros(len(lot)), person))
    who = np.flatnonzero(np.diff(matrix.indptr) > 1)
    last = order[matrix.indptr[who + 1] - 1]
    known = matrix.copy()
    known.data[last] = 0
    known.eliminate_zeros()
    asked = np.unique(np.linspace(0, len(who) - 1, min(people, len(who))).astype(int)) if len(who) else who
    return known, Held(known[who[asked]], matrix.indices[last[asked]].astype(np.intp))


def gains(held: Held, scores: Scores) -> Shares:
    """What the title held back counts for each person (people,)."""
    found = [np.zeros(0)]
    step = max(1, CELLS // max(held.known.shape[1], 1))
    for start in range(0, len(held.last), step):
        known, last = held.known[start : start + step], held.last[start : start + step]
        told = np.array(scores(known))
        told[known.nonzero()] = -np.inf
        own = told[np.arange(len(last)), last][:, None]
        before = (told > own).sum(axis=1) + ((told == own).cumsum(axis=1)[np.arange(len(last)), last] - 1)
        found.append(np.where(before < TOP, 1 / np.log2(before + 2.0), 0.0))
    return np.concatenate(found)


def check(method: str, held: Held, scores: Scores, known: Matrix, together: Floats) -> Check:
    """NDCG@10 of `scores` beside the yardsticks', which know the same: `known`, and who saw both of two titles."""
    popular = popularity(known).astype(np.float32)
    alike = cosine(together)
    yardsticks: tuple[Scores, ...] = (lambda rows: np.tile(popular, (rows.shape[0], 1)), lambda rows: rows @ alike)
    own, plain, similar = (float(gains(held, each).mean()) for each in (scores, *yardsticks))
    return Check(method, own, plain, similar, len(held.last), known.shape[1])


def cosine(together: Floats) -> Floats:
    """Likeness of titles by who saw them (titles, titles): the usual item-to-item recommender."""
    size = np.sqrt(np.maximum(np.diag(together), 1.0))
    alike = together / size / size[:, None]
    np.fill_diagonal(alike, 0)
    return np.asarray(alike, np.float32)
