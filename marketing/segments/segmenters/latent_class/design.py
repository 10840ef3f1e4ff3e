"""People as the steps of EM take them: a row of 0 and 1 over cells, normal scores, and which of them are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from marketing.segments.segmenters.latent_class.reading import Codes, Doubles, Floats, Reading, Shifts

Random = np.random.RandomState
Cells = Any  # an array, or a sparse one where there are more than DENSE

DENSE = 150


@dataclass(frozen=True)
class Structure:
    """What hangs together within groups.

    Scores share `factors` hidden causes, whose pull (`own`) may differ by group; `tails` are the degrees of freedom
    of their joint Student's t (0: normal). Parts form a forest (Chow and Liu 1968): `parents` maps a part to the one
    it depends on. `shifts` are pairs (score, part): the score lies higher or lower by the part.
    """

    factors: int = 0
    own: bool = False
    tails: float = 0.0
    parents: Mapping[int, int] = field(default_factory=dict)
    shifts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Design:
    """Some people, read.

    `cells` (people, cells) is 1 at each person's cells: first every part's own (`starts[i]` on), used where the
    parent is not known; then, for each part with a parent, one for every pair (`pairs[child]` on).
    `standing` (people, scores) is 0 where not known; `known` are the columns' weights there, and 0 elsewhere.
    `patterns` are the different rows of `known`, `pattern` everyone's.
    """

    codes: Sequence[Codes]
    sizes: Sequence[int]
    standing: Floats
    known: Floats
    structure: Structure
    weights: Doubles
    cells: Cells
    starts: Codes
    pairs: Mapping[int, int]
    patterns: Floats
    pattern: Codes

    @property
    def cell_weights(self) -> Doubles:
        """How much each cell's log-likelihood counts."""
        by_pair = [np.full(self.sizes[c] * self.sizes[self.structure.parents[c]], self.weights[c]) for c in self.pairs]
        return np.concatenate([np.repeat(self.weights, self.sizes), *by_pair])

    @property
    def people(self) -> int:
        return len(self.known)

    def taken(self, rows: Codes) -> "Design":
        """Only these people."""
        return replace(
            self,
            codes=[code[rows] for code in self.codes],
            standing=self.standing[rows],
            known=self.known[rows],
            cells=self.cells[rows],
            pattern=self.pattern[rows],
        )

    def some(self, most: int, random: Random) -> "Design":
        """Everyone, or `most` of them drawn at random."""
        if self.people <= most:
            return self
        return self.taken(np.sort(random.choice(self.people, most, replace=False)))

    def structured(self, structure: Structure) -> "Design":
        """The same people, with what hangs together laid out otherwise."""
        if structure.parents == self.structure.parents:
            return replace(self, structure=structure)
        cells, starts, pairs = _cells(self.codes, self.sizes, structure, self.people)
        return replace(self, structure=structure, cells=cells, starts=starts, pairs=pairs)

    def moved(self, shifts: Shifts) -> Floats:
        """Scores less what a part shifts them by, 0 where not known."""
        if not self.structure.shifts:
            return self.standing
        moved = self.standing.copy()
        for score, part in self.structure.shifts:
            moved[:, score] -= np.append(shifts[score, part], np.float32(0))[self.codes[part]]
        moved[self.known == 0] = 0
        return moved


def laid_out(rows: Floats, reading: Reading, structure: Structure) -> Design:
    """Read `rows`."""
    codes = reading.codes(rows)
    standing = reading.standing(rows)
    weights = np.array([score.weight for score in reading.scores], np.float32)
    known = np.where(np.isnan(standing), np.float32(0), weights)
    patterns, pattern = patterns_of(known)
    cells, starts, pairs = _cells(codes, reading.sizes, structure, len(rows))
    return Design(
        codes,
        reading.sizes,
        np.nan_to_num(standing, copy=False),
        known,
        structure,
        np.array([part.weight for part in reading.parts]),
        cells,
        starts,
        pairs,
        patterns,
        pattern,
    )


def layout(sizes: Sequence[int], structure: Structure) -> tuple[Codes, dict[int, int]]:
    """Where every part's own cells begin (and, last, where they end), and where those of its pairs do."""
    own = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    pairs, end = {}, int(own[-1])
    for child, parent in structure.parents.items():
        pairs[child], end = end, end + sizes[child] * sizes[parent]
    return own, pairs


def _cells(
    codes: Sequence[Codes], sizes: Sequence[int], structure: Structure, people: int
) -> tuple[Cells, Codes, dict[int, int]]:
    own, pairs = layout(sizes, structure)
    total = int(own[-1]) + sum(sizes[child] * sizes[structure.parents[child]] for child in pairs)
    rows, places = [], []
    for part, code in enumerate(codes):
        at = own[part] + code
        if part in structure.parents:
            above, size = codes[structure.parents[part]], sizes[structure.parents[part]]
            at = np.where(above < size, pairs[part] + above * sizes[part] + code, at)
        known = np.flatnonzero(code < sizes[part])
        rows.append(known)
        places.append(at[known])
    if total <= DENSE:
        cells = np.zeros((people, total), np.float32)
        for row, place in zip(rows, places, strict=True):
            cells[row, place] = 1
        return cells, own, pairs
    filled = np.concatenate(rows), np.concatenate(places)
    return csr_array((np.ones(len(filled[0]), np.float32), filled), shape=(people, total)), own, pairs


def patterns_of(known: Floats) -> tuple[Floats, Codes]:
    """The different rows of what is known, and which of them each person has."""
    if not known.shape[1]:
        return known[:1], np.zeros(len(known), np.intp)
    packed = np.packbits(known > 0, axis=1)
    as_one = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse = np.unique(as_one, return_index=True, return_inverse=True)
    return known[first], inverse.ravel()


def symmetric_inverse(matrices: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inverses and log determinants of many small positive definite matrices (..., q, q), by sweeping each pivot."""
    swept = matrices.copy()
    size = swept.shape[-1]
    log_determinant = np.zeros(swept.shape[:-2])
    for at in range(size):
        pivot = swept[..., at, at].copy()
        log_determinant += np.log(pivot)
        row = swept[..., at, :].copy()
        swept -= row[..., :, None] * (row / pivot[..., None])[..., None, :]
        swept[..., at, :] = row / pivot[..., None]
        swept[..., :, at] = row / pivot[..., None]
        swept[..., at, at] = -1 / pivot
    return -swept, log_determinant
