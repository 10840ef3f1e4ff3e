"""What rules may ask about people: is a number above a round figure, is a level held; and the answers in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.segments.audience.scheme import OTHER, Column
from marketing.segments.fairness import is_special_value
from marketing.segments.words import wording
from marketing.segments.words.phrases import listed

ASKED = 60  # questions, those that tell the groups apart best by themselves
CELLS = 1_000_000  # that they are chosen by: of wide tables, every so many rows
PARTS = 32  # spans of a number, about as many people in each
FIGURES = (2, 3, 4)  # of a round number, the roundest first
APART = 0.5  # share of the cuts that must stay apart when they are rounded

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Question:
    """About one column: between which `cuts` is a number, how high is an ordered level, is `level` held, is it `known`.

    `lacking`: whether there are people of whom it is not known. `lowest`, `whole` and `years` are of a number.
    """

    at: int
    column: Column
    cuts: tuple[float, ...] = ()
    level: str | None = None
    known: bool = False
    lacking: bool = False
    lowest: float = 0.0
    whole: bool = False
    years: bool = False

    def answers(self, matrix: Matrix) -> Matrix:
        """A number for each person that grows with the answer; NaN where it is not known."""
        cells = matrix[:, self.at]
        if self.known:
            return (~np.isnan(cells)).astype(np.float32)
        if self.level is not None:
            told = (cells == self.column.levels.index(self.level)).astype(np.float32)
        elif self.column.kind == "number":
            told = np.searchsorted(np.array(self.cuts, np.float32), cells).astype(np.float32)
        else:
            told = cells
        return np.where(np.isnan(cells), np.float32(np.nan), told)

    def condition(self, threshold: float, *, above: bool, unknown: bool) -> "Condition":
        """That the answer is above the threshold, or is not; an infinite one asks only whether it is known."""
        if self.known:
            return Condition(self, unknown=not above, nothing=not above)
        if np.isinf(threshold):
            return Condition(self, unknown, nothing=above)
        step = int(np.floor(threshold))
        levels = self.column.levels
        if self.level is not None:
            others = tuple(level for level in levels if level != self.level)
            return Condition(self, unknown, levels=(self.level,) if above else others, named=above)
        if self.column.kind == "number":
            cut = self.cuts[step]
            return Condition(self, unknown, over=cut) if above else Condition(self, unknown, up_to=cut)
        return Condition(self, unknown, levels=levels[step + 1 :] if above else levels[: step + 1])


@dataclass(frozen=True)
class Condition:
    """What must be so by one column: a number over `over` and up to `up_to`, or one of `levels` (None: any).

    `unknown`: whether who is not known by this column meets it too; `nothing`: whether only they do. `named`: whether
    one level was asked for; else a category is told by the levels that were ruled out.
    """

    question: Question
    unknown: bool
    over: float = -np.inf
    up_to: float = np.inf
    levels: tuple[str, ...] | None = None
    named: bool = False
    nothing: bool = False

    @property
    def column(self) -> Column:
        """The column that it is about."""
        return self.question.column

    def both(self, other: "Condition") -> "Condition":
        """What must be so where this and another of the same column must."""
        if self.levels is None or other.levels is None:
            levels = other.levels if self.levels is None else self.levels
        else:
            levels = tuple(level for level in self.levels if level in other.levels)
        return replace(
            self,
            question=other.question if self.question.known else self.question,
            unknown=self.unknown and other.unknown,
            over=max(self.over, other.over),
            up_to=min(self.up_to, other.up_to),
            levels=levels,
            named=self.named or other.named,
            nothing=self.nothing or other.nothing,
        )

    def holds(self, cells: Matrix) -> NDArray[np.bool_]:
        """Who meets it, by the cells of its column."""
        unknown = np.isnan(cells)
        met = ~unknown & (not self.nothing)
        if self.column.kind == "number":
            met &= (cells > np.float32(self.over)) & (cells <= np.float32(self.up_to))
        elif self.levels is not None:
            met &= np.isin(cells, [self.column.levels.index(level) for level in self.levels])
        return met | (unknown & self.unknown)

    @property
    def text(self) -> str:
        """In words: "Minutes a session over 90 (or not known)"."""
        name = wording.label(self.column.name)
        name = name[:1].upper() + name[1:]
        if self.nothing:
            return f"{name} not known"
        told = self._number(name) if self.column.kind == "number" else self._level(name)
        return f"{told} (or not known)" if self.unknown and self.question.lacking else told

    def record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON; what is not asked is not there."""
        told: dict[str, Any] = {"column": self.column.name, "text": self.text}
        bounds = {"over": self.over, "up_to": self.up_to}
        told |= {name: value for name, value in bounds.items() if np.isfinite(value)}
        if self.levels is not None:
            told["levels"] = list(self.levels)
        return told | {"known": not self.nothing, "unknown": self.unknown}

    def _number(self, name: str) -> str:
        if np.isinf(self.over) and np.isinf(self.up_to):
            return f"{name} known"
        asked = self.question
        span = wording.span(self.over, self.up_to, lowest=asked.lowest, whole=asked.whole, years=asked.years)
        return wording.number_trait(self.column.name, span)

    def _level(self, name: str) -> str:
        if self.levels is None:
            return f"{name} known"
        if len(self.levels) == 1 and (self.named or _is_spoken(self.levels[0])):
            return wording.category_trait(self.column.name, self.levels[0])
        if self.question.level is None:
            return f"{name}: {wording.value_label(self.levels[0])} to {wording.value_label(self.levels[-1])}"
        ruled_out = [wording.value_label(level) for level in self.column.levels if level not in self.levels]
        if len(ruled_out) == 1:
            return f"{name}: not {ruled_out[0]}"
        return f"{name}: neither {listed(ruled_out, 'nor')}"


def merged(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The same with one condition a column, in the order they are first asked."""
    found: dict[str, Condition] = {}
    for condition in conditions:
        name = condition.column.name
        found[name] = found[name].both(condition) if name in found else condition
    return tuple(found.values())


def questions(columns: Sequence[Column], matrix: Matrix, labels: Labels, k: int) -> list[Question]:
    """What may be asked, the most telling first; nothing of levels that are rare or name a special category."""
    rows = slice(None, None, -(-matrix.size // CELLS) or 1)
    found: list[tuple[float, Question]] = []
    for at, column in enumerate(columns):
        cells = matrix[rows, at]
        known = ~np.isnan(cells)
        if lacking := bool(np.isnan(matrix[:, at]).any()):
            counts = _counted(known.astype(np.intp), labels[rows], 2, k)
            found.append((_best_gain(counts[:1], counts.sum(axis=0)), Question(at, column, known=True, lacking=True)))
        if known.any():
            found += _of_column(at, column, cells[known], labels[rows][known], k, lacking=lacking)
    ranked = sorted(
        found, key=lambda pair: (-round(pair[0], 9), pair[1].column.name, pair[1].level or "", pair[1].known)
    )
    return [question for gain, question in ranked[:ASKED] if gain > 0]


def _of_column(
    at: int, column: Column, cells: Matrix, labels: Labels, k: int, *, lacking: bool
) -> Iterator[tuple[float, Question]]:
    """The questions of a column, each with the information that its best answer gives (in people times nats)."""
    if column.kind == "number":
        yield from _of_number(at, column, cells, labels, k, lacking=lacking)
        return
    counts = _counted(cells.astype(np.intp), labels, len(column.levels), k)
    if column.kind == "ordered" and all(map(_is_spoken, column.levels)):
        yield _best_gain(counts.cumsum(axis=0)[:-1], counts.sum(axis=0)), Question(at, column, lacking=lacking)
        return
    for code, level in enumerate(column.levels):
        if _is_spoken(level):
            gain = _best_gain(counts[code : code + 1], counts.sum(axis=0))
            yield gain, Question(at, column, level=level, lacking=lacking)


def _of_number(
    at: int, column: Column, cells: Matrix, labels: Labels, k: int, *, lacking: bool
) -> Iterator[tuple[float, Question]]:
    known = cells.astype(np.float64)
    whole, years = bool((known == known.round()).all()), wording.is_years(known)
    cuts = _cuts(known, years=years)
    if cuts:
        asked = Question(at, column, cuts, lacking=lacking, lowest=float(known.min()), whole=whole, years=years)
        parts = np.searchsorted(np.array(cuts, np.float32), cells)
        counts = _counted(parts, labels, len(cuts) + 1, k)
        yield _best_gain(counts.cumsum(axis=0)[:-1], counts.sum(axis=0)), asked


def _cuts(known: Floats, *, years: bool) -> tuple[float, ...]:
    """Where spans of about as many people end, at the roundest figures that keep them apart."""
    exact = np.unique(np.quantile(known, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    exact = exact[exact < known.max()]
    if years or not len(exact):
        return tuple(exact.tolist())
    for figures in FIGURES:
        cuts = np.unique([_round(value, figures) for value in exact.tolist()])
        cuts = cuts[(cuts >= known.min()) & (cuts < known.max())]
        if len(cuts) >= APART * len(exact):
            return tuple(cuts.tolist())
    return tuple(exact.tolist())


def _round(value: float, figures: int) -> float:
    return float(np.format_float_scientific(value, precision=figures - 1, unique=False)) if value else 0.0


def _counted(parts: Labels, labels: Labels, many: int, k: int) -> Floats:
    return np.bincount(parts * k + labels, minlength=many * k).reshape(many, k).astype(np.float64)


def _best_gain(sides: Floats, whole: Floats) -> float:
    """The information on the groups by the best of several splits, of which `sides` are one side each."""
    if not len(sides):
        return 0.0
    gains = _spread(whole) - _spread(sides) - _spread(whole - sides)
    return float(gains.max())


def _spread(counts: Floats) -> Floats:
    """The entropy of counts times how many they are, by row."""
    total = counts.sum(axis=-1)
    logs = np.log(np.maximum(counts, 1))
    spread: Floats = total * np.log(np.maximum(total, 1)) - (counts * logs).sum(axis=-1)
    return spread


def _is_spoken(level: str) -> bool:
    return level != OTHER and not is_special_value(level)
