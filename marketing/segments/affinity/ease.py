"""Titles for a person from all that they have seen: EASE, a weight from each title to each other, in closed form.

EASE (Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019) finds the weights that tell best, by least
squares, from all other titles whether a person has seen a title. With G = X'X + penalty I and P its inverse, the
weight from title i to title j is −P[i, j] / P[j, j]. Beyond MOST titles that is too much; there, titles are told by
the largest singular vectors of X (PureSVD: Cremonesi, Koren and Turrin, RecSys 2010).

For n titles the inverse takes n³ multiplications and two float32 tables of n²: 10,000 titles, 800 MB and about
half a minute of one core.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import svds

from marketing.segments.affinity.counting import Matrix, Seen
from marketing.segments.affinity.yardsticks import Check, Scores, check, gains, hold_back, popularity

MOST = 10_000  # titles that EASE is for
CHOSEN_ON = 2_000  # titles, the most seen, that the penalty is chosen on
TRIED_ON = 50_000  # people, evenly along their ids, that it is chosen on
PENALTIES = (50, 100, 200, 400, 800, 1_600, 3_200)  # that are tried
UNPROVEN = 400.0  # the penalty where too few people are there to try
FACTORS = (16, 32, 64, 128)  # singular vectors that are tried
NEIGHBOURS = 100  # weights to a title that are stored; they keep about nine tenths of NDCG@10
BLOCK = 50_000  # people that are counted at once

LEAST_ASKED = 40  # people with two titles or more, for anything to be chosen by them

Floats = NDArray[np.float32]
Candidates = Callable[[Matrix, Floats], Iterator[tuple[float, Scores]]]


@dataclass(frozen=True)
class Taste:
    """How much each title seen speaks for each other title.

    `left` @ `right` are the weights from a title seen (rows) to a title (columns); `right` is None where `left` is all
    of them, dense or sparse. `popular` is each title's share of people, `check` how well this does on what was held
    back (None where nobody saw two titles).
    """

    titles: pd.Index
    left: Matrix  # or an array
    right: Floats | None
    popular: NDArray[np.float64]
    check: Check | None

    def scores(self, seen: Matrix) -> Floats:
        """How much speaks for each title (people, titles), given what they have seen (people, titles; sparse)."""
        part = seen @ self.left
        part = part.toarray() if sparse.issparse(part) else part
        return np.asarray(part if self.right is None else part @ self.right, np.float32)

    def weights(self, seen: NDArray[np.intp], title: NDArray[np.intp]) -> Floats:
        """How much each of `seen` speaks for the `title` beside it (positions)."""
        if self.right is not None:
            return np.asarray(np.einsum("nf,fn->n", self.left[seen], self.right[:, title]), np.float32)
        found = self.left[seen, title]
        return np.asarray(found.toarray() if sparse.issparse(found) else found, np.float32).ravel()

    def table(self, neighbours: int = NEIGHBOURS) -> pd.DataFrame:
        """The largest weights to each title, to be stored: title (seen), other (spoken for), weight."""
        parts = []
        for start in range(0, len(self.titles), 1_000):
            columns = self._columns(slice(start, start + 1_000))
            kept = min(neighbours, len(columns))
            largest = np.argpartition(-np.abs(columns), kept - 1, axis=0)[:kept]
            other = np.broadcast_to(np.arange(columns.shape[1]), largest.shape)
            parts.append((largest.ravel(), other.ravel() + start, columns[largest, other].ravel()))
        if not parts:
            return pd.DataFrame({"title": self.titles, "other": self.titles, "weight": np.zeros(0, np.float32)})
        seen, other, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
        frame = pd.DataFrame({"title": self.titles[seen], "other": self.titles[other], "weight": weight})
        return frame[frame["weight"] != 0].sort_values(["title", "other"], ignore_index=True)

    def _columns(self, which: slice) -> Floats:
        if self.right is not None:
            return np.asarray(self.left @ self.right[:, which] * (1 - np.eye(len(self.titles))[:, which]), np.float32)
        part = self.left[:, which]
        return np.asarray(part.toarray() if sparse.issparse(part) else part, np.float32)


def restore(table: pd.DataFrame, popular: pd.Series) -> Taste:
    """The taste of a stored `table`; `popular` is each title's share of people, by title."""
    titles = popular.index.sort_values()
    places = titles.get_indexer(pd.Index(table["title"])), titles.get_indexer(pd.Index(table["other"]))
    shape = (len(titles), len(titles))
    weights = sparse.csr_array((table["weight"].to_numpy(np.float32), places), shape=shape)
    return Taste(titles, weights, None, popular.reindex(titles).to_numpy(np.float64), None)


def fit(seen: Seen, *, penalty: float | None = None, most: int = MOST) -> Taste:
    """What the viewing of `seen` says of titles' ties.

    Args:
        seen: Who has seen what; with dates, so that each one's last title can be held back.
        penalty: How much evidence a weight needs; None: whichever tells best what is held back.
        most: Titles up to which EASE is used, and singular vectors beyond.
    """
    popular = popularity(seen.matrix)
    if len(seen.titles) > most:
        factors, proof = _chosen(seen, "singular vectors", _by_vectors)
        vectors = _vectors(seen.matrix, int(factors or FACTORS[0]))
        return Taste(seen.titles, vectors, vectors.T.copy(), popular, proof)
    found, proof = _chosen(seen, "EASE", _by_penalty) if penalty is None else (penalty, None)
    return Taste(seen.titles, ease(gram(seen.matrix), found or UNPROVEN), None, popular, proof)


def ease(together: Floats, penalty: float) -> Floats:
    """EASE's weights (titles, titles), from how many people saw both of two titles; `together` is used up."""
    if not len(together):
        return together
    together[np.diag_indices_from(together)] += penalty
    factor, failed = linalg.lapack.spotrf(together.T, lower=0, clean=0, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError(f"a penalty of {penalty:g} is too small for {len(together):,} titles")
    inverse = linalg.lapack.spotri(factor, lower=0, overwrite_c=1)[0].T
    for row in range(len(inverse) - 1):  # LAPACK tells one triangle; filled in place, without a second table
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    inverse *= -1 / np.diag(inverse)
    np.fill_diagonal(inverse, 0)
    return np.asarray(inverse, np.float32)


def gram(matrix: Matrix) -> Floats:
    """How many people saw both of two titles (titles, titles)."""
    total = np.zeros((matrix.shape[1], matrix.shape[1]), np.float32)
    for start in range(0, matrix.shape[0], BLOCK):
        block = matrix[start : start + BLOCK]
        part = (block.T @ block).tocoo()
        total[part.coords] += part.data
    return total


def _chosen(seen: Seen, method: str, candidates: Candidates) -> tuple[float | None, Check | None]:
    """What tells best the last titles of half the people, and how well that tells the other half's.

    Chosen on the titles most seen and on some of the people where there are many: the best penalty is one of noise in
    a title's ties, which more people do not change. None where there are too few people to choose by.
    """
    if len(seen.persons) > TRIED_ON:
        seen = seen.rows(np.linspace(0, len(seen.persons) - 1, TRIED_ON).astype(np.intp))
    if len(seen.titles) > CHOSEN_ON:
        often = np.argsort(-popularity(seen.matrix), kind="stable")[:CHOSEN_ON]
        seen = seen.among(seen.titles[np.sort(often)])
    known, held = hold_back(seen)
    if len(held.last) < LEAST_ASKED:
        return None, None
    together = gram(known)
    best: tuple[float, float, Scores] | None = None
    for value, scores in candidates(known, together):
        gained = float(gains(held.part(slice(0, None, 2)), scores).mean())
        if best is None or gained > best[0]:
            best = gained, value, scores
    if best is None:
        return None, None
    return best[1], check(method, held.part(slice(1, None, 2)), best[2], known, together)


def _by_penalty(_: Matrix, together: Floats) -> Iterator[tuple[float, Scores]]:
    for penalty in PENALTIES:
        weights = ease(together.copy(), penalty)
        yield penalty, lambda rows, weights=weights: rows @ weights  # type: ignore[misc]  # of a default, mypy infers no type


def _by_vectors(known: Matrix, _: Floats) -> Iterator[tuple[float, Scores]]:
    vectors = _vectors(known, FACTORS[-1])
    for number in sorted({min(number, vectors.shape[1]) for number in FACTORS}):
        part = vectors[:, :number].copy()
        yield number, lambda rows, part=part: (rows @ part) @ part.T  # type: ignore[misc]  # as above


def _vectors(matrix: Matrix, number: int) -> Floats:
    """The largest right singular vectors (titles, number), the largest first."""
    number = min(number, min(matrix.shape) - 1)
    if number < 1:
        return np.zeros((matrix.shape[1], 1), np.float32)
    start = np.ones(min(matrix.shape), np.float32)  # not drawn, so that the same table gives the same vectors
    _, size, rows = svds(matrix, number, v0=start, return_singular_vectors="vh")
    return np.ascontiguousarray(rows[np.argsort(-size, kind="stable")].T, np.float32)
