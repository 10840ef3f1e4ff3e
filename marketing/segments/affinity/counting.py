"""Who has seen what, as a sparse matrix: people by titles, a 1 where someone watched, played or heard a title at all.

Viewing comes as a DataFrame or as an Ibis table (a workspace's, say); the latter is read in batches, so that 20
million rows need some bytes each and never lie in memory as text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

BATCH = 1_000_000  # rows of viewing that are read at once

Ints = NDArray[np.int64]
NONE: Ints = np.empty(0, np.int64)
Matrix = Any  # a scipy.sparse.csr_array, which has no types
Viewing = Any  # a DataFrame, an Ibis table, or what `gather` made of either: Seen


@dataclass(frozen=True)
class Seen:
    """`matrix` (persons, titles) holds 1 where seen; persons and titles are sorted.

    `when`, as long as the matrix has ones and in their order, is when each was first seen (seconds since 1970); it is
    empty where dates are not asked for or not told.
    """

    persons: pd.Index
    titles: pd.Index
    matrix: Matrix
    when: Ints

    def rows(self, which: NDArray[Any]) -> "Seen":
        """These persons alone (positions in rising order, or a mask); the titles stay."""
        if not len(self.when):
            return Seen(self.persons[which], self.titles, self.matrix[which], self.when)
        places = self.matrix.copy()
        places.data = np.arange(self.matrix.nnz)
        kept = places[which]
        when = self.when[kept.data]
        kept.data = np.ones(kept.nnz, np.float32)
        return Seen(self.persons[which], self.titles, kept, when)

    def among(self, titles: pd.Index) -> "Seen":
        """The same persons with these titles, in this order; others are left out, new ones are seen by nobody."""
        person = np.repeat(np.arange(len(self.persons)), np.diff(self.matrix.indptr))
        places = titles.get_indexer(self.titles) if len(self.titles) else np.zeros(0, np.int64)
        return from_pairs(self.persons, titles, person, places[self.matrix.indices], self.when)


def gather(viewing: Viewing, *, dated: bool = False) -> Seen:
    """What `viewing` (person, title and, if `dated`, date) tells; rows without a person or a title tell nothing.

    However often someone saw a title, and in whatever order the rows come, it counts once.
    """
    if isinstance(viewing, Seen):
        return viewing
    persons, titles = _Codes(), _Codes()
    found: list[tuple[Ints, ...]] = []
    for frame in _frames(viewing, dated=dated):
        told = frame.dropna(subset=["person", "title"])
        codes = persons.of(told["person"]), titles.of(told["title"])
        found.append((*codes, _seconds(told["date"])) if "date" in told else codes)
    (people, person), (named, title) = persons.sorted(), titles.sorted()
    keys = np.concatenate([NONE, *(person[part[0]] * max(len(named), 1) + title[part[1]] for part in found)])
    when = np.concatenate([part[2] for part in found]) if found and len(found[0]) > 2 else None
    found.clear()
    return _built(people, named, keys, when)


def from_pairs(persons: pd.Index, titles: pd.Index, person: Ints, title: Ints, when: Ints | None = None) -> Seen:
    """Seen from positions of persons and titles, with repetitions; a position of −1 counts for nothing."""
    held = (person >= 0) & (title >= 0)
    keys = person[held].astype(np.int64) * max(len(titles), 1) + title[held]
    return _built(persons, titles, keys, when[held] if when is not None and len(when) else None)


def _built(persons: pd.Index, titles: pd.Index, keys: Ints, when: Ints | None) -> Seen:
    """From keys, person times the number of titles plus title, which are sorted in place."""
    if when is not None:
        order = np.lexsort((when, keys))
        keys, when = keys[order], when[order]
    else:
        keys.sort()
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    keys, width = keys[first], max(len(titles), 1)
    ends = np.searchsorted(keys, np.arange(len(persons) + 1) * width).astype(np.int32)
    keys %= width
    parts = np.ones(len(keys), np.float32), keys.astype(np.int32), ends
    matrix = sparse.csr_array(parts, shape=(len(persons), len(titles)))
    return Seen(persons, titles, matrix, when[first] if when is not None else np.zeros(0, np.int64))


class _Codes:
    """Numbers for ids as they come, batch after batch."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def of(self, ids: pd.Series) -> NDArray[Any]:
        codes, different = pd.factorize(ids)
        known = self.known
        numbers = [known.setdefault(each, len(known)) for each in different.tolist()]
        return np.asarray(numbers, np.int32)[codes]

    def sorted(self) -> tuple[pd.Index, NDArray[Any]]:
        """The ids in their order, and of each number its place in it."""
        ids = pd.Index(list(self.known), dtype=None if self.known else "str")
        order: NDArray[Any] = np.asarray(ids.argsort())
        rank = np.empty(len(ids), np.int64)
        rank[order] = np.arange(len(ids))
        return ids[order], rank


def _seconds(dates: pd.Series) -> Ints:
    dates = pd.to_datetime(dates)
    return np.asarray(dates.astype("datetime64[s]").astype("int64").where(dates.notna(), 0), np.int64)


def _frames(viewing: Any, *, dated: bool) -> Iterator[pd.DataFrame]:
    columns = ["person", "title", *(["date"] if dated and "date" in viewing.columns else [])]
    if isinstance(viewing, pd.DataFrame):
        yield viewing[columns]
    else:
        batches = viewing.select(*columns).to_pyarrow_batches(chunk_size=BATCH)
        yield from (batch.to_pandas() for batch in batches)
