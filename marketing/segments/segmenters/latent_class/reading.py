"""How columns are read: as parts (levels, bins, a spike or not) or as normal scores.

A number with hardly any ties becomes its normal score, the point of the normal distribution that as many people lie
below: skew, heavy tails and outliers are gone, and no column tells groups apart by its own shape alone. A value that
very many share (nought, above all) is a part of its own, and the score is of the others. Numbers of few or much
repeated values are cut into bins.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

FEW = 8  # different values up to which a number is read as levels
SPIKE = 0.12  # share of people from which one value counts as a part of its own
REPEATED = 0.1  # share of the others from which a value is repeated too much for a normal score
BINS = 6
LEAST = 30  # people whose values a score is learnt from
FURTHEST, KNOTS = 2.8, 17  # where a score is known exactly; straight lines between

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Codes = NDArray[np.intp]
Shifts = Mapping[tuple[int, int], Floats]  # of a score by a part: how far each level shifts it


@dataclass(frozen=True)
class Parts:
    """A column in `size` parts. `apart` is the value that is left out, being a part of another reading."""

    column: int
    kind: Literal["levels", "bins", "spike"]
    values: Floats
    weight: float = 1.0
    apart: float | None = None

    @property
    def size(self) -> int:
        return {"levels": len(self.values), "bins": len(self.values) + 1, "spike": 2}[self.kind]

    def codes(self, column: Floats) -> Codes:
        """The part of each value; `size` where it is missing or was never seen before."""
        if self.kind == "spike":
            return np.where(np.isnan(column), 2, column == self.values[0]).astype(np.intp)
        if self.kind == "bins":
            below = np.zeros(len(column), np.int8)
            for cut in self.values:
                below += column > cut
            found = below.astype(np.intp)
            gone = np.isnan(column) if self.apart is None else np.isnan(column) | (column == np.float32(self.apart))
            found[gone] = self.size
            return found
        if np.array_equal(self.values, np.arange(self.size)):
            whole = np.trunc(np.fmin(np.fmax(column, np.float32(0)), np.float32(self.size)))
            return np.where(whole == column, whole, np.float32(self.size)).astype(np.intp)
        found = np.minimum(np.searchsorted(self.values, column), self.size - 1)
        return np.where(self.values[found] == column, found, self.size)


@dataclass(frozen=True)
class Score:
    """A column as normal scores: `scores` at `knots`, straight lines between."""

    column: int
    knots: Floats
    scores: Floats
    weight: float = 1.0
    apart: float | None = None

    def of(self, column: Floats) -> Floats:
        """The score of each value; NaN where it is missing or a part of another reading.

        Summed up stretch by stretch, which is quicker than looking up each value's own.
        """
        scores = np.full(len(column), self.scores[0], np.float32)
        for low, high, slope in zip(self.knots[:-1], self.knots[1:], self._slopes(), strict=True):
            stretch = np.clip(column, low, high)
            stretch -= low
            stretch *= slope
            scores += stretch
        if self.apart is not None:
            scores[column == np.float32(self.apart)] = np.nan
        return scores

    def _slopes(self) -> Floats:
        return np.diff(self.scores) / np.diff(self.knots)


@dataclass(frozen=True)
class Reading:
    """How a table is read, column for column."""

    parts: tuple[Parts, ...]
    scores: tuple[Score, ...]

    @property
    def sizes(self) -> list[int]:
        return [part.size for part in self.parts]

    def codes(self, rows: Floats) -> list[Codes]:
        """The parts of everyone, by reading."""
        return [part.codes(rows[:, part.column]) for part in self.parts]

    def standing(self, rows: Floats) -> Floats:
        """Everyone's normal scores (people, scores); NaN where there is none."""
        found = np.empty((len(rows), len(self.scores)), np.float32)
        for at, score in enumerate(self.scores):
            found[:, at] = score.of(rows[:, score.column])
        return found

    def record(self) -> dict[str, Any]:
        """All of it in plain lists and numbers, which survive JSON to the bit."""
        return {
            "parts": [
                {"column": p.column, "kind": p.kind, "values": p.values.tolist(), "weight": p.weight, "apart": p.apart}
                for p in self.parts
            ],
            "scores": [
                {
                    "column": s.column,
                    "knots": s.knots.tolist(),
                    "scores": s.scores.tolist(),
                    "weight": s.weight,
                    "apart": s.apart,
                }
                for s in self.scores
            ],
        }

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Self:
        """What `record` told."""
        return cls(
            tuple(Parts(**{**p, "values": np.array(p["values"], np.float32)}) for p in record["parts"]),
            tuple(
                Score(**{**s, "knots": np.array(s["knots"], np.float32), "scores": np.array(s["scores"], np.float32)})
                for s in record["scores"]
            ),
        )


def learn(rows: Floats, categorical: Collection[int], weights: Sequence[float], order: Sequence[int]) -> Reading:
    """How to read `rows`; columns in `order`, those that weigh nothing or never differ left out."""
    parts: list[Parts] = []
    scores: list[Score] = []
    for column in order:
        known = rows[~np.isnan(rows[:, column]), column]
        values, counts = np.unique(known, return_counts=True)
        if len(values) < 2 or weights[column] <= 0:
            continue
        weight = float(weights[column])
        if column in categorical or len(values) <= FEW:
            parts.append(Parts(column, "levels", values, weight))
            continue
        apart = None
        if counts.max() > SPIKE * len(known):
            apart = float(values[counts.argmax()])
            parts.append(Parts(column, "spike", np.array([apart], np.float32), weight))
            values, counts = np.delete(values, counts.argmax()), np.delete(counts, counts.argmax())
        if counts.sum() < LEAST or len(values) < 3:
            continue
        if counts.max() > REPEATED * counts.sum():
            parts.append(Parts(column, "bins", _cuts(values, counts), weight, apart))
        else:
            scores.append(Score(column, *_normal(values, counts), weight, apart))
    return Reading(tuple(parts), tuple(scores))


def _cuts(values: Floats, counts: Codes) -> Floats:
    """Values at even quantiles, each once, and none at the top, so that no bin is empty."""
    below = np.cumsum(counts) / counts.sum()
    cuts = np.unique(values[np.searchsorted(below, np.arange(1, BINS) / BINS - 1e-9)])
    return np.asarray(cuts[cuts < values[-1]], np.float32)


def _normal(values: Floats, counts: Codes) -> tuple[Floats, Floats]:
    """Knots and their normal scores, at mean 0 and variance 1 over the people."""
    from scipy.special import ndtri

    scores = ndtri((np.cumsum(counts) - counts / 2) / counts.sum())
    scores -= np.average(scores, weights=counts)
    scores /= np.sqrt(np.average(scores**2, weights=counts))
    if len(values) > KNOTS:
        inner = np.searchsorted(scores, np.linspace(-FURTHEST, FURTHEST, KNOTS))
        kept = np.unique(np.clip(np.concatenate([[0], inner, [len(values) - 1]]), 0, len(values) - 1))
        values, scores = values[kept], scores[kept]
    return np.asarray(values, np.float32), scores.astype(np.float32)
