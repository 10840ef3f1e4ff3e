"""Whether groups are found again: refitted to resamples, and held against a copy with its columns shuffled.

A segmenter always finds groups; in shuffled columns there are none, so what is found there is chance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

FLOOR = 0.4  # agreement (ARI), or overlap of a group, below this is no basis for a campaign, whatever chance would give
MARGIN = 0.1  # how far above the shuffled copy's agreement it must be besides
Rows = NDArray[Any]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Stability:
    """How well groups were found again. `overall` and `by_chance` are ARI; `groups` are overlaps (Jaccard)."""

    overall: float
    by_chance: float
    groups: NDArray[np.float64]
    resamples: int

    @property
    def proven(self) -> bool:
        """Whether the groups beat those of the shuffled copy by enough to be believed."""
        return self.overall >= FLOOR and self.overall >= self.by_chance + MARGIN


def measure(rows: Rows, labels: Labels, fitted: Any, resamples: int, *, seed: int) -> Stability:
    """Refit to `resamples` draws of half the rows, and to half as many of a shuffled copy.

    A group's own stability is its mean overlap with its match in each refit (Hennig 2007, "Cluster-wise assessment
    of cluster stability"), over all rows.

    Args:
        fitted: The segmenter that `labels` are of, or that they were joined from; again(rows, seed=seed) refits it.
    """
    random = np.random.default_rng(seed)
    agreements, overlaps = _again(rows, labels, fitted, resamples, random)
    mixed = shuffled(rows, random)
    by_chance = fitted.again(mixed, seed=seed, quick=True).predict(mixed)
    chance, _ = _again(mixed, by_chance, fitted, max(resamples // 2, 1), random)
    return Stability(float(np.mean(agreements)), float(np.mean(chance)), np.mean(overlaps, axis=0), resamples)


def shuffled(rows: Rows, random: np.random.Generator) -> Rows:
    """The same columns, each in an order of its own: no groups are left."""
    return np.column_stack([random.permutation(column) for column in rows.T])


def overlap(one: NDArray[np.intp], other: NDArray[np.intp], k: int, other_k: int) -> NDArray[np.float64]:
    """How much the groups of two partitions overlap (k, other_k): shared people as a share of both together."""
    table = np.zeros((k, other_k))
    np.add.at(table, (one, other), 1)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.asarray(table / np.maximum(union, 1))


def match(overlaps: NDArray[np.float64]) -> dict[int, int]:
    """Pairs of groups, one to one, that overlap most in sum."""
    return dict(zip(*(side.tolist() for side in linear_sum_assignment(-overlaps)), strict=True))


def _again(
    rows: Rows, labels: Labels, fitted: Any, resamples: int, random: np.random.Generator
) -> tuple[list[float], list[NDArray[np.float64]]]:
    k, agreements, overlaps = int(labels.max()) + 1, [], []
    for _ in range(resamples):
        drawn = np.sort(random.choice(len(rows), max(len(rows) // 2, k), replace=False))
        found = fitted.again(rows[drawn], seed=int(random.integers(2**31)), quick=True).predict(rows)
        agreements.append(float(adjusted_rand_score(labels, found)))
        pairs = overlap(labels, found, k, max(k, int(found.max()) + 1))
        matched = match(pairs)
        overlaps.append(np.array([pairs[group, matched[group]] for group in range(k)]))
    return agreements, overlaps
