"""Columns in parts that can be said of people (levels, spans between round figures), and people counted by them.

Parts are learned once, from a sample. Counts by them add up, so people may come by the chunk; they are what traits are
told from and what drift is seen by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from marketing.segments import versions
from marketing.segments.audience.scheme import OTHER, Column, Kind
from marketing.segments.words import wording

VERSION = 1
FIFTHS = 5  # numbers are told in spans between fifths of the people
NOT_KNOWN = "not known"  # the last part of every column: people whose value is missing

Side = Literal["is", "high", "low", "between"]
Matrix = NDArray[np.float32]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Parting:
    """One column in parts: a part for each level, or for the numbers up to each of `cuts` and for those over the last.

    `lowest` is the least number there was, `whole` says whether all were whole, `years` whether they were years.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()
    lowest: float = 0.0
    whole: bool = False
    years: bool = False

    def __len__(self) -> int:
        """How many parts there are, besides that of the people whose value is missing."""
        return len(self.cuts) + 1 if self.kind == "number" else len(self.levels)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What each part is called, in order, that of missing values last."""
        return (*(self.told(part, part) for part in range(len(self))), NOT_KNOWN)

    def told(self, first: int, last: int) -> str:
        """The neighbouring parts `first` to `last`, in words."""
        if self.kind == "number":
            edges = (-np.inf, *self.cuts, np.inf)
            return wording.span(edges[first], edges[last + 1], lowest=self.lowest, whole=self.whole, years=self.years)
        if first == last:
            return wording.value_label(self.levels[first]) if self.levels[first] != OTHER else "other"
        return wording.levels_span(self.levels[first], self.levels[last], self.side(first, last))

    def side(self, first: int, last: int) -> Side:
        """What these neighbouring parts are: a level, or all from the lowest, all to the highest, or in between."""
        if self.kind != "number" and first == last:
            return "is"
        return "low" if first == 0 else "high" if last == len(self) - 1 else "between"

    def of(self, cells: Matrix) -> NDArray[np.intp]:
        """The part of each cell; `len(self)` where it is missing."""
        if self.kind != "number":
            return np.nan_to_num(cells, nan=len(self)).astype(np.intp)
        part = np.zeros(len(cells), np.intp)
        for cut in self.cuts:
            part += cells > cut
        part[np.isnan(cells)] = len(self)
        return part


@dataclass(frozen=True)
class Parts:
    """Every column of a matrix in parts, in its order."""

    columns: tuple[Parting, ...]

    def to_record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON."""
        return {"version": VERSION, "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """As `to_record` wrote it, also after JSON.

        Raises:
            InputError: it was written by another version.
        """
        versions.require(record, VERSION)
        listed = ("levels", "cuts")
        return cls(tuple(Parting(**one | {name: tuple(one[name]) for name in listed}) for one in record["columns"]))


@dataclass(frozen=True)
class Counts:
    """People by group and part: for each column an array (groups, parts + 1), missing values last. They add up."""

    columns: tuple[Whole, ...]

    def __add__(self, other: "Counts") -> "Counts":
        """Both together; they are by the same parts and groups."""
        return Counts(tuple(one + more for one, more in zip(self.columns, other.columns, strict=True)))

    def to_record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON."""
        return {"columns": [counts.tolist() for counts in self.columns]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """As `to_record` wrote it, also after JSON."""
        return cls(tuple(np.array(counts, np.int64) for counts in record["columns"]))


def learn(columns: Sequence[Column], matrix: Matrix) -> Parts:
    """How each column is parted, by a sample of the people (`matrix`: people by columns; NaN is missing)."""
    return Parts(tuple(_parting(column, matrix[:, at]) for at, column in enumerate(columns)))


def count(parts: Parts, matrix: Matrix, labels: NDArray[np.integer[Any]], k: int) -> Counts:
    """Count people by group and part.

    Args:
        matrix: Some of the people by the columns of `parts`.
        labels: The group of each, 0 to k - 1; who has -1 is not counted.
    """
    rows = labels.astype(np.intp) + 1
    return Counts(tuple(_counted(column, matrix[:, at], rows, k) for at, column in enumerate(parts.columns)))


def _counted(column: Parting, cells: Matrix, rows: NDArray[np.intp], k: int) -> Whole:
    width = len(column) + 1
    counts = np.bincount(rows * width + column.of(cells), minlength=(k + 1) * width)
    return counts.reshape(k + 1, width)[1:]


def _parting(column: Column, cells: Matrix) -> Parting:
    if column.kind != "number":
        return Parting(column.name, column.kind, column.levels)
    known = cells[~np.isnan(cells)]
    if not len(known):
        return Parting(column.name, "number")
    years = wording.is_years(known.astype(np.float64))
    return Parting(
        column.name,
        "number",
        cuts=_round_cuts(known, years=years),
        lowest=_plain(known.min()),
        whole=bool((known == known.round()).all()),
        years=years,
    )


def _round_cuts(known: Matrix, *, years: bool) -> tuple[float, ...]:
    """Fifths of the people, at figures that are easily said."""
    fifths = np.quantile(known, np.arange(1, FIFTHS) / FIFTHS, method="inverted_cdf")
    cuts = np.unique([value if years else wording.rounded(_plain(value)) for value in fifths])
    as_read = cuts.astype(np.float32)
    return tuple(cuts[(as_read >= known.min()) & (as_read < known.max())].tolist())


def _plain(value: np.float32) -> float:
    """A number as it was before it was read in 32 bits: 0.1, not 0.10000000149."""
    return float(str(value))
