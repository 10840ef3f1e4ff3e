"""A typical person of a segment: invented from what is commonest and in the middle, never one who is there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience.scheme import OTHER, Column
from marketing.segments.fairness import is_unspoken, kept_out
from marketing.segments.fairness.sizes import DESCRIBED
from marketing.segments.words import wording
from marketing.segments.words.phrases import inside as within
from marketing.segments.words.phrases import listed

TOLD = 8  # columns of a profile, the most telling ones
FIRST = 3  # of them in its first sentence
TYPICAL = 0.3  # share of the segment that a level must hold to be typical of it; also to stand in for the commonest
KNOWN = 0.5  # share of the segment whose value must be known: else it is typical not to have one
PARTS = 10  # numbers are compared in tenths of everyone
CELLS = 500_000  # of everyone that a segment is compared with; of wide tables every so many rows
ASIDE = (0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75)  # quantiles that may stand in for the median

Value = str | float
Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Profile:
    """An invented person. `values` are levels, or numbers at round figures, by column, the most telling first.

    Nobody of the sample has all these values together. Without any, `text` says why.
    """

    values: Mapping[str, Value]
    text: str

    def record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON."""
        return {"columns": list(self.values), "values": list(self.values.values()), "text": self.text}


@dataclass(frozen=True)
class _Entry:
    """What is typical by one column: the value first, then what may stand in for it."""

    column: Column
    options: tuple[Value, ...]
    weight: float
    years: bool = False

    def code(self, option: Value) -> np.float32:
        """The cell of who has it; NaN where nobody can."""
        if not isinstance(option, str):
            return np.float32(option)
        return np.float32(self.column.levels.index(option) if option in self.column.levels else np.nan)

    def told(self, option: Value) -> str:
        if isinstance(option, str):
            return wording.category_trait(self.column.name, option)
        amount = f"about {wording.figure(option, years=self.years)}" if option else wording.NONE
        return wording.number_trait(self.column.name, amount)


def profile(columns: Sequence[Column], matrix: Matrix, inside: Mask) -> Profile:
    """A typical person of the people `inside` a segment.

    Made of the commonest levels and the medians, rounded, of the columns that set the segment apart most. Columns that
    tell of sex, age, family or anything else that no group is named after are left out, even where they were let in.

    Args:
        columns: How `matrix` (people, columns) is read.
        matrix: A sample of everyone.
        inside: Who of them is in the segment.
    """
    if inside.sum() < DESCRIBED:
        return Profile({}, f"Too few people for a typical one; groups are described from {DESCRIBED}.")
    some = slice(None, None, -(-matrix.size // CELLS) or 1)
    found = [(at, _entry(column, matrix[:, at], inside, some)) for at, column in enumerate(columns)]
    there = [(at, entry) for at, entry in found if entry]
    by_weight = sorted(there, key=lambda pair: (-pair[1].weight, pair[1].column.name))
    ranked = list(islice((pair for pair in by_weight if _may_be_told(pair[1].column)), TOLD))
    if not ranked:
        return Profile({}, "Nothing in the columns is typical of this group.")
    entries = [entry for _, entry in ranked]
    chosen = _invented(entries, matrix[:, [at for at, _ in ranked]])
    if chosen is None:
        return Profile({}, "There are too few columns to invent a typical person who is nobody in particular.")
    values = {entry.column.name: value for entry, value in zip(entries, chosen, strict=True)}
    return Profile(values, _text(entries, chosen))


def _may_be_told(column: Column) -> bool:
    return not (is_unspoken(column.name) or kept_out(column.name, [level for level in column.levels if level != OTHER]))


def _entry(column: Column, cells: Matrix, inside: Mask, some: slice) -> _Entry | None:
    """What is typical of the segment by one column, and how much it sets the segment apart from `some` of everyone."""
    known = ~np.isnan(cells)
    here = cells[inside & known].astype(np.float64)
    everyone = cells[some][known[some]].astype(np.float64)
    if len(here) < KNOWN * inside.sum() or not len(everyone):
        return None
    if column.kind != "number":
        return _of_levels(column, here.astype(np.intp), everyone.astype(np.intp))
    cuts = np.unique(np.quantile(everyone, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    weight = _divergence(*(np.bincount(np.searchsorted(cuts, those), minlength=PARTS) for those in (here, everyone)))
    years = wording.is_years(everyone)
    quantiles = np.quantile(here, (0.5, *ASIDE), method="inverted_cdf").tolist()
    options = list(dict.fromkeys(_plain(value if years else wording.rounded(value)) for value in quantiles))
    return _Entry(column, (*options, *_between(options[0], years=years)), weight, years)


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _between(value: float, *, years: bool) -> tuple[float, ...]:
    """What is typical of a whole number and nobody's: "about 12.5"."""
    return (value + 0.5,) if isinstance(value, int) and not years else ()


def _of_levels(column: Column, here: NDArray[np.intp], everyone: NDArray[np.intp]) -> _Entry | None:
    counts, whole = (np.bincount(some, minlength=len(column.levels)) for some in (here, everyone))
    order = np.argsort(-counts, kind="stable").tolist()
    spoken = [column.levels[code] for code in order if counts[code] and _is_spoken(column.name, column.levels[code])]
    typical = [level for level in spoken if counts[column.levels.index(level)] >= TYPICAL * len(here)]
    if not typical or typical[0] != column.levels[order[0]]:
        return None
    several = (f"{spoken[0]} or {spoken[1]}",) if len(spoken) > 1 and not set(spoken) & {"yes", "no"} else ()
    return _Entry(column, (*typical, *several), _divergence(counts, whole))


def _is_spoken(name: str, level: str) -> bool:
    return level != OTHER and not wording.is_unspoken_value(name, level)


def _divergence(here: NDArray[np.intp], everyone: NDArray[np.intp]) -> float:
    """How far the segment's shares of the parts of a column are from everyone's (Kullback and Leibler 1951)."""
    shares, others = here / here.sum(), (everyone + 0.5) / (everyone + 0.5).sum()
    some = shares > 0
    return float((shares[some] * np.log(shares[some] / others[some])).sum())


def _invented(entries: Sequence[_Entry], cells: Matrix) -> tuple[Value, ...] | None:
    """The typical values, or with the least telling one changed that makes them nobody's; None where none does."""
    taken = _taken(entries, cells)
    for values in _changed(entries):
        if tuple(entry.code(value) for entry, value in zip(entries, values, strict=True)) not in taken:
            return values
    return None


def _changed(entries: Sequence[_Entry]) -> Iterator[tuple[Value, ...]]:
    """The typical values, then with one of them changed, the least telling first."""
    typical = tuple(entry.options[0] for entry in entries)
    yield typical
    for at in range(len(entries) - 1, -1, -1):
        for option in entries[at].options[1:]:
            yield (*typical[:at], option, *typical[at + 1 :])


def _taken(entries: Sequence[_Entry], cells: Matrix) -> set[tuple[np.float32, ...]]:
    """Who there is, of those who have one of the options in every column; nobody else can be hit."""
    near = np.ones(len(cells), np.bool_)
    for at, entry in enumerate(entries):
        near &= np.isin(cells[:, at], [entry.code(option) for option in entry.options])
    return set(map(tuple, cells[near]))


def _text(entries: Sequence[_Entry], values: Sequence[Value]) -> str:
    told = [within(entry.told(value)) for entry, value in zip(entries, values, strict=True)]
    sentences = [f"Somebody typical, invented: {listed(told[:FIRST])}."]
    if told[FIRST:]:
        sentences.append(f"Besides: {listed(told[FIRST:])}.")
    sentences.append("Nobody in the sample is just so.")
    return " ".join(sentences)
