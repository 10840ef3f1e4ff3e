"""Titles for each person: what their own viewing speaks for, of what they may and can see.

What someone has seen, what is not out yet and what is above someone's age is not recommended.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from marketing.segments.affinity import ages, reasons
from marketing.segments.affinity.counting import Matrix, Seen, Viewing, gather
from marketing.segments.affinity.ease import Taste

TOP = 10
CELLS = 8_000_000  # scores that are held at once
REASONS = 2  # titles seen that are named as why
COLUMNS = ("person", "title", "rank", "score", "because")

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]
NONE: Places = np.empty(0, np.intp)
NOTHING: NDArray[np.float32] = np.empty(0, np.float32)


@dataclass(frozen=True)
class Shelf:
    """What may be shown, in the order of a taste's titles: which is out, for whom, and how it is spoken of."""

    out: Mask
    asked: NDArray[np.float64]  # the age that each asks for
    names: dict[str, str]
    verbs: dict[str, str]

    @classmethod
    def of(
        cls, known: pd.Index, titles: pd.DataFrame | None, *, today: dt.date, ahead: bool = False, territory: str = ""
    ) -> "Shelf":
        """The shelf of the `known` titles; those of which `titles` tells nothing are out, and for everyone."""
        if titles is None:
            return cls(np.ones(len(known), bool), np.zeros(len(known)), {}, {})
        rows = titles.drop_duplicates("title").set_index("title", drop=False).reindex(known)
        out = np.ones(len(known), bool)
        if "release_date" in rows and not ahead:
            out = ~(pd.to_datetime(rows["release_date"]) > pd.Timestamp(today)).to_numpy(bool)
        limits = ages.limits(rows, territory).to_numpy(np.float64)
        return cls(out, limits, reasons.names(titles), reasons.verbs(titles))


def recommend(
    taste: Taste,
    viewing: Viewing,
    titles: pd.DataFrame | None = None,
    *,
    today: dt.date,
    persons: pd.Index | None = None,
    age: pd.Series | None = None,
    top: int = TOP,
    ahead: bool = False,
    territory: str = "",
) -> pd.DataFrame:
    """The `top` titles for each person: person, title, rank (from 1), score, because.

    Persons come in their order; fewer titles than `top` are told where no more may be shown. Of equal scores the more
    popular title comes first, then the one whose id does.

    Args:
        taste: What speaks for what; learnt from these people or from others.
        viewing: All that these people have seen: person, title. Titles that the taste does not know are left out.
        titles: title, and perhaps name, kind, rating, ratings, release_date.
        today: What is released later is not out.
        persons: Who is asked about; those without viewing are shown what is popular. All in `viewing` if None.
        age: What age each is at least, by person (`ages.least_ages`); a missing one is not known.
        top: How many titles a person.
        ahead: Whether titles that are not out yet may be shown.
        territory: Whose ratings count.
    """
    seen = gather(viewing)
    seen = (seen if persons is None else _of(seen, persons)).among(taste.titles)
    known = np.full(len(seen.persons), np.nan)
    if age is not None:
        known = age[~age.index.duplicated()].reindex(seen.persons).to_numpy(np.float64)
    shelf = Shelf.of(taste.titles, titles, today=today, ahead=ahead, territory=territory)
    parts = [_chunk(taste, seen, known, shelf, rows, top) for rows in _chunks(seen.matrix.shape)]
    return pd.concat(parts, ignore_index=True) if parts else _frame(seen, taste, NONE, NONE, NOTHING, [])


def _of(seen: Seen, persons: pd.Index) -> Seen:
    """The rows of these persons, in order; empty ones for those who have seen nothing."""
    wanted = persons.unique().sort_values()
    places = seen.persons.get_indexer(wanted) if len(seen.persons) else np.full(len(wanted), -1)
    there = places >= 0
    known = seen.rows(places[there])
    titles = np.zeros(len(wanted), np.int64)
    titles[there] = np.diff(known.matrix.indptr)
    parts = known.matrix.data, known.matrix.indices, np.r_[0, titles.cumsum()]
    return Seen(wanted, seen.titles, sparse.csr_array(parts, shape=(len(wanted), len(seen.titles))), known.when)


def _chunks(shape: tuple[int, int]) -> Iterator[slice]:
    step = max(1, CELLS // max(shape[1], 1))
    yield from (slice(start, min(start + step, shape[0])) for start in range(0, shape[0], step))


def _chunk(taste: Taste, seen: Seen, known: NDArray[np.float64], shelf: Shelf, rows: slice, top: int) -> pd.DataFrame:
    matrix = seen.matrix[rows]
    scores = np.array(taste.scores(matrix))
    shown = ages.old_enough(known[rows], shelf.asked) & shelf.out
    shown[matrix.nonzero()] = False
    person, title = _best(np.where(shown, scores, -np.inf), taste.popular, top)
    why = _because(taste, matrix, person, title, shelf)
    return _frame(seen, taste, person + rows.start, title, scores[person, title], why)


def _best(scores: NDArray[np.float32], popular: NDArray[np.float64], top: int) -> tuple[Places, Places]:
    """Rows and columns of the `top` highest scores of each row, best first; −inf is none."""
    if not scores.size or top < 1:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    most = min(top, scores.shape[1])
    least = -np.partition(-scores, most - 1, axis=1)[:, most - 1]
    row, column = np.nonzero((scores >= least[:, None]) & np.isfinite(scores))
    order = np.lexsort((column, -popular[column], -scores[row, column], row))
    row, column = row[order], column[order]
    kept = _rank(row) <= top
    return row[kept], column[kept]


def _rank(row: Places) -> Places:
    """1, 2, 3 ... within each run of equal numbers."""
    new = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, bool)
    starts = np.flatnonzero(new)
    return np.asarray(np.arange(len(row)) - np.repeat(starts, np.diff(np.r_[starts, len(row)])) + 1, np.intp)


def _because(taste: Taste, matrix: Matrix, person: Places, title: Places, shelf: Shelf) -> list[str]:
    """For each title shown, the titles seen that add most to its score."""
    many = np.diff(matrix.indptr)[person]
    shown = np.repeat(np.arange(len(person)), many)
    begins = matrix.indptr[person]
    at = np.arange(len(shown)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(begins, many)
    seen = matrix.indices[at].astype(np.intp)
    adds = taste.weights(seen, title[shown])
    order = np.lexsort((seen, -adds, shown))
    order = order[(_rank(shown[order]) <= REASONS) & (adds[order] > 0)]
    named: list[list[object]] = [[] for _ in person]
    for row, each in zip(shown[order], taste.titles[seen[order]], strict=True):
        named[row].append(each)
    return [
        reasons.of_seen(each, shelf.names, shelf.verbs)
        if each
        else reasons.of_popularity(taste.popular[at], shelf.verbs.get(str(taste.titles[at]), "watched"))
        for each, at in zip(named, title, strict=True)
    ]


def _frame(
    seen: Seen, taste: Taste, person: Places, title: Places, scores: NDArray[np.float32], why: list[str]
) -> pd.DataFrame:
    columns = {
        "person": seen.persons[person],
        "title": taste.titles[title],
        "rank": _rank(person).astype(np.int64),
        "score": np.round(scores.astype(np.float64), 6),
        "because": pd.Series(why, dtype="str"),
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))
