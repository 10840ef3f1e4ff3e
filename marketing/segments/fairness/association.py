"""How strongly two ways of dividing people go together: Cramér's V without its bias, with an interval.

V is 0 where one says nothing of the other and 1 where it tells it. Of few people it is too high by chance alone, so
what chance adds is taken off (Bergsma 2013, "A bias-correction for Cramér's V and Tschuprow's T", J. Korean Stat.
Soc. 42). The interval is from redrawn tables (parametric bootstrap); as redrawing adds the same chance again, it is
taken off twice there. On tables of known V from 0 to 0.9, 300 and 5,000 people, 2 to 6 groups, such intervals held
the truth in 90% to 100%; those of the noncentral chi-squared distribution in 79% to 100%.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DRAWS = 400
BANDS = 8  # of equal shares that a used column of numbers is cut into
KEPT_BANDS = 5  # and one that was kept out, such as age
EDGE_PEOPLE = 2_000  # people that the edges of bands are found on
LEVELS = 24  # of a category are told apart
MISSING = -1

Codes = NDArray[np.int64]  # the part each person is in; MISSING where it is not known
Counts = NDArray[np.float64]  # (..., parts of one, parts of the other)


@dataclass(frozen=True)
class Strength:
    """Cramér's V with its 95% interval, among so many people; NaN where it cannot be told."""

    v: float
    low95: float
    high95: float
    people: int


def strength(one: Codes, other: Codes, random: np.random.Generator) -> Strength:
    """How strongly two divisions of the same people go together; who is missing in either does not count."""
    counts = tables(one[:, None], other)[0]
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    people = int(counts.sum())
    if min(counts.shape) < 2:
        return Strength(np.nan, np.nan, np.nan, people)
    drawn = random.multinomial(people, counts.ravel() / people, DRAWS).reshape(DRAWS, *counts.shape).astype(float)
    spread = np.quantile(_phi2(drawn), [0.025, 0.975])
    low, high = _unbiased(spread, counts, times=2).tolist()
    v = float(_unbiased(_phi2(counts), counts))
    return Strength(v, min(low, v), max(high, v), people)


def strengths(columns: Codes, other: Codes) -> NDArray[np.float64]:
    """Cramér's V of each column (people, columns) with `other` (people); NaN where a column tells nobody apart."""
    counts = tables(columns, other)
    return np.asarray(_unbiased(_phi2(counts), counts))


def tables(columns: Codes, other: Codes) -> Counts:
    """People counted by the part of each column and of `other`: (columns, parts of a column, parts of other)."""
    most, parts = int(columns.max(initial=0)) + 1, int(other.max(initial=0)) + 1
    known = other >= 0
    told, all_known = other[known] + parts, bool(known.all())  # what is missing is counted first, and left out
    counts = np.empty((columns.shape[1], most + 1, parts))
    for at in range(columns.shape[1]):
        column = columns[:, at] if all_known else columns[known, at]
        index = np.multiply(column, parts, dtype=np.int64)
        index += told
        counts[at] = np.bincount(index, minlength=(most + 1) * parts).reshape(most + 1, parts)
    return counts[:, 1:]


def column_codes(matrix: NDArray[np.float32] | NDArray[np.float64], categorical: NDArray[np.bool_]) -> Codes:
    """Used columns (people, columns; NaN is missing) as codes, numbers in bands of equal shares."""
    every = max(1, len(matrix) // EDGE_PEOPLE)
    codes = np.zeros(matrix.shape, np.int64, order="F")  # a column is read at a time
    numbers = matrix[:, ~categorical]
    if numbers.shape[1] and len(matrix):
        some = pd.DataFrame(numbers[::every])
        edges = some.quantile(np.arange(1, BANDS) / BANDS).to_numpy()
        for at, column_edges in zip(np.flatnonzero(~categorical), edges.T, strict=True):
            codes[:, at] = np.searchsorted(np.unique(column_edges[~np.isnan(column_edges)]), matrix[:, at])
    codes[:, categorical] = np.nan_to_num(matrix[:, categorical], nan=MISSING)
    codes[np.isnan(matrix)] = MISSING
    return codes


def attribute_codes(column: pd.Series, least: int) -> Codes:
    """What was kept out, as codes: amounts in bands of equal shares, levels of fewer than `least` people together.

    Where nearly all levels are smaller (postcodes), they are told apart by their beginnings only.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.year
    number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if number and column.nunique() > KEPT_BANDS * 2:
        return _banded(column.to_numpy(np.float64, na_value=np.nan))
    texts = column.astype("string").str.strip().str.lower()
    texts = texts.mask(texts == "")
    for length in (None, 4, 3, 2, 1):
        cut = texts if length is None else texts.str.slice(0, length)
        sizes = cut.value_counts()
        large = sizes[sizes >= least].iloc[:LEVELS]
        if large.sum() >= sizes.sum() / 2:
            break
    kept = large.index
    codes = kept.get_indexer(pd.Index(cut)).astype(np.int64)
    rest = (codes < 0) & cut.notna().to_numpy(bool)
    if rest.sum() >= least:
        codes[rest] = len(kept)
    return codes


def _banded(values: NDArray[np.float64]) -> Codes:
    edges = np.unique(np.nanquantile(values, np.arange(1, KEPT_BANDS) / KEPT_BANDS))
    codes = np.searchsorted(edges, values, side="left")
    return np.where(np.isnan(values), MISSING, codes).astype(np.int64)


def _phi2(counts: Counts) -> NDArray[np.float64]:
    """Pearson's chi-squared over the number of people, of each table."""
    rows, columns = counts.sum(axis=-1, keepdims=True), counts.sum(axis=-2, keepdims=True)
    people = counts.sum(axis=(-1, -2))
    shared = np.divide(counts**2, rows * columns, out=np.zeros_like(counts), where=rows * columns > 0)
    return np.asarray(np.where(people > 0, shared.sum(axis=(-1, -2)) - 1, np.nan))


def _unbiased(phi2: NDArray[np.float64], counts: Counts, times: int = 1) -> NDArray[np.float64]:
    """V of `phi2`, less what chance adds to it, once or twice; the parts that are empty do not count."""
    rows = (counts.sum(axis=-1) > 0).sum(axis=-1)
    columns = (counts.sum(axis=-2) > 0).sum(axis=-1)
    more = np.maximum(counts.sum(axis=(-1, -2)) - 1, 1)
    real = np.maximum(phi2 - times * (rows - 1) * (columns - 1) / more, 0)
    smaller = np.minimum(rows - (rows - 1) ** 2 / more, columns - (columns - 1) ** 2 / more) - 1
    told = (np.minimum(rows, columns) > 1) & (smaller > 0)
    return np.where(told, np.sqrt(np.minimum(real / np.where(told, smaller, 1), 1)), np.nan)
