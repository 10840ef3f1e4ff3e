"""Which columns say the same as an earlier one, or nearly, and would make one thing count twice."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NEARLY_SAME = 0.8  # rank correlation from which two columns of numbers count as one
COMPARED = 10_000  # people that columns are compared by,
COMPARED_CELLS = 4_000_000  # and fewer where there are many columns
LEVELS = 25  # different values up to which a column tells people apart like a category
SHARED = 0.95  # of what either of two such columns tells (in bits), from which they count as one
HELD_AGAINST = 2_000  # people that such columns are compared by
NEAREST = 60  # columns that tell about as much, which one is compared with at most
LEAST_BITS = 0.05  # a column that tells less is compared with none

Values = NDArray[np.float64]
Codes = NDArray[np.intp]


class Likeness:
    """Tells of each column, in turn, whether one before it says the same."""

    def __init__(self, people: int, columns: int) -> None:
        most = min(COMPARED, max(COMPARED_CELLS // max(columns, 1), 500))
        self.every = max(1, -(-people // most))
        self.signatures: dict[bytes, str] = {}
        self.codes: list[tuple[str, float, Codes]] = []  # name, entropy, levels as codes
        self.names: list[str] = []
        self.scores = np.empty(
            (64, -(-people // self.every)), np.float32
        )  # standardised ranks, a column of numbers a row

    def told_by(self, name: str, values: Values, *, number: bool) -> str:
        """Why a column (codes or amounts, NaN missing) adds nothing to those before it; "" where it does."""
        signature = _signature(values)
        if signature in self.signatures:
            return f"It says the same as {self.signatures[signature]}."
        if number and not _mostly_one(values):
            scores = _scores(values[:: self.every])
            near = np.abs(self.scores[: len(self.names)] @ scores)
            if near.size and near.max() >= NEARLY_SAME:
                return f"It says nearly the same as {self.names[int(near.argmax())]}, which would then count twice."
            self._remember(name, scores)
        if signature:
            self.signatures[signature] = name
            return self._told_by_levels(name, values)
        return ""

    def _told_by_levels(self, name: str, values: Values) -> str:
        """The same for a column of few different values, whether amounts or codes: an education, and its years."""
        codes = pd.factorize(values[:: max(1, len(values) // HELD_AGAINST)])[0].astype(np.intp) + 1
        told = _entropy(np.bincount(codes))
        near = sorted(self.codes, key=lambda one: abs(one[1] - told))[:NEAREST] if told > LEAST_BITS else []
        for other, bits, others in near:
            if min(told, bits) < SHARED * max(told, bits):
                break
            both = _entropy(np.bincount(codes * (others.max() + 1) + others))
            if told + bits - both >= SHARED * max(told, bits):
                return f"It says nearly the same as {other}, which would then count twice."
        self.codes.append((name, told, codes))
        return ""

    def _remember(self, name: str, scores: NDArray[np.float32]) -> None:
        if len(self.names) == len(self.scores):
            self.scores = np.concatenate([self.scores, np.empty_like(self.scores)])
        self.scores[len(self.names)] = scores
        self.names.append(name)


def _signature(values: Values) -> bytes:
    """Equal for columns that tell people apart in the same way, whatever their values are called; b"" for amounts."""
    codes, different = pd.factorize(values)
    return hashlib.sha256(codes.astype(np.int16).tobytes()).digest() if len(different) <= LEVELS else b""


def _entropy(counts: NDArray[np.intp]) -> float:
    """Of people by level, in bits."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _mostly_one(values: Values) -> bool:
    """Whether most people have one value: such columns correlate by that alone, and may still differ in the rest."""
    known = values[~np.isnan(values)]
    return bool((known == np.median(known)).mean() > 0.5)


def _scores(values: Values) -> NDArray[np.float32]:
    """Ranks at mean 0 and length 1, so that their product is Spearman's correlation; missing is in the middle."""
    ranks = pd.Series(values).rank()
    away = np.array((ranks - ranks.mean()).fillna(0.0), np.float64)
    return (away / max(float(np.linalg.norm(away)), 1e-12)).astype(np.float32)
