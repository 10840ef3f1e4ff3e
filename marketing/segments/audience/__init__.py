"""Who and what may be used to find groups: people as a matrix of numbers and codes, the rest set aside in words."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.audience import cells
from marketing.segments.fairness import kept_out, minors

LEVELS = 24  # of a category are told apart; rarer ones count together
RARE = 0.005  # a level with a smaller share of people counts with the rare ones
NEARLY_SAME = 0.8  # rank correlation from which two columns of numbers count as one
COMPARED = 10_000  # people that columns are compared by
OTHER = ""  # the level of all rare levels together; it is never spoken of

Kind = Literal["number", "category"]


@dataclass(frozen=True)
class Column:
    """One usable column: numbers, or codes that point into `levels`; NaN is missing."""

    name: str
    kind: Kind
    values: NDArray[np.float64]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetAside:
    """A column or some people kept out, and why. `people` is how many people; None for columns."""

    subject: str
    name: str
    reason: str
    people: int | None = None


@dataclass(frozen=True)
class Audience:
    """People (sorted by id) and columns (sorted by name) that groups are found in; and everything kept out."""

    persons: NDArray[np.object_]
    columns: tuple[Column, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def matrix(self) -> NDArray[np.float64]:
        """A row a person, a column a column."""
        if not self.columns:
            return np.empty((len(self.persons), 0))
        return np.column_stack([column.values for column in self.columns])

    @property
    def categorical(self) -> list[int]:
        """Positions of the columns that hold codes."""
        return [at for at, column in enumerate(self.columns) if column.kind == "category"]


def prepare(frame: pd.DataFrame, *, today: dt.date, allowed: Collection[str] = ()) -> Audience:
    """Sort out `frame` (person, then any columns). `allowed` names columns on sex or gender that settings let in."""
    frame = frame.sort_values("person", kind="stable", ignore_index=True)
    attributes = frame.drop(columns="person")
    attributes = attributes[sorted(attributes.columns, key=lambda name: (cells.words_of(str(name)), str(name)))]
    young = minors.find(attributes, today)
    set_aside = []
    if young:
        anyone = np.logical_or.reduce([mask.to_numpy(bool) for mask in young.values()])
        reason = f"By {', '.join(young)}. Nobody who may be a minor is put in a group that is advertised to."
        set_aside.append(SetAside("people", f"may be under {minors.ADULT}", reason, int(anyone.sum())))
        frame, attributes = frame[~anyone], attributes[~anyone]
    columns: list[Column] = []
    novelty = _Novelty(len(frame))
    for name in attributes.columns:
        usable = _usable(str(name), attributes[name], allowed)
        if isinstance(usable, Column):
            told_by = novelty.told_by(usable)
            if not told_by:
                columns.append(usable)
                continue
            usable = told_by
        set_aside.append(SetAside("column", str(name), usable))
    return Audience(frame["person"].to_numpy(object), tuple(columns), tuple(set_aside))


def _usable(name: str, column: pd.Series, allowed: Collection[str]) -> Column | str:
    """The column ready for use, or the reason why it is set aside."""
    cleaned = cells.clean(column)
    levels = cleaned.value_counts()
    spoken: list[str] = [] if pd.api.types.is_numeric_dtype(cleaned) else levels.index.astype(str).tolist()
    if category := kept_out(name, spoken):
        if not category.setting:
            return f"It tells {category.id}, which the law keeps out of advertising by profile."
        if name not in allowed:
            return f"It tells {category.id}; groups are not made by it unless the settings let it in."
    if minors.telling(name) in ("flag", "grade"):
        return "It is used only to keep minors out."
    if reason := cells.unusable(name, cleaned, levels):
        return reason
    if cells.is_number(name, cleaned):
        return Column(name, "number", cleaned.to_numpy(np.float64, na_value=np.nan))
    return _category(name, cleaned, levels)


def _category(name: str, column: pd.Series, levels: pd.Series) -> Column | str:
    """Codes of the commonest levels, in alphabetical order, and one more for all rare ones."""
    if pd.api.types.is_numeric_dtype(column):
        column = column.map("{:g}".format, na_action="ignore")
        levels = column.value_counts()
    common = levels[levels >= max(RARE * len(column), 2)].index[:LEVELS]
    if not len(common):
        return "It has too many different values, each of few people."
    known = sorted(map(str, common))
    codes = column.map({level: float(code) for code, level in enumerate(known)})
    values = np.array(codes, np.float64)
    rare = column.notna().to_numpy() & np.isnan(values)
    if rare.any():
        values[rare] = len(known)
        known.append(OTHER)
    if len(known) == 1:
        return "Everyone has the same value."
    return Column(name, "category", values, tuple(known))


class _Novelty:
    """Tells of each column, in turn, whether an earlier one says the same or nearly the same."""

    def __init__(self, people: int) -> None:
        self.every = max(1, -(-people // COMPARED))
        self.signatures: dict[bytes, str] = {}
        self.names: list[str] = []
        self.scores = np.empty((64, -(-people // self.every)))  # standardised ranks, a column of numbers a row

    def told_by(self, column: Column) -> str:
        """Why `column` adds nothing to those before it; "" (and it is remembered) where it does."""
        signature = _signature(column)
        if signature in self.signatures:
            return f"It says the same as {self.signatures[signature]}."
        if column.kind == "number" and not _mostly_one(column):
            scores = _scores(column.values[:: self.every])
            near = np.abs(self.scores[: len(self.names)] @ scores)
            if near.size and near.max() >= NEARLY_SAME:
                return f"It says nearly the same as {self.names[int(near.argmax())]}, which would then count twice."
            self._remember(column.name, scores)
        if signature:
            self.signatures[signature] = column.name
        return ""

    def _remember(self, name: str, scores: NDArray[np.float64]) -> None:
        if len(self.names) == len(self.scores):
            self.scores = np.concatenate([self.scores, np.empty_like(self.scores)])
        self.scores[len(self.names)] = scores
        self.names.append(name)


def _signature(column: Column) -> bytes:
    """Equal for columns that tell people apart in the same way, whatever their values are called; b"" for amounts."""
    codes, different = pd.factorize(column.values)
    return hashlib.sha256(codes.astype(np.int16).tobytes()).digest() if len(different) <= LEVELS + 1 else b""


def _mostly_one(column: Column) -> bool:
    """Whether most people have one value: such columns correlate by that alone, and may still differ in the rest."""
    known = column.values[~np.isnan(column.values)]
    return bool((known == np.median(known)).mean() > 0.5)


def _scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks at mean 0 and length 1, so that their product is Spearman's correlation; missing is in the middle."""
    ranks = pd.Series(values).rank()
    away = np.array((ranks - ranks.mean()).fillna(0.0), np.float64)
    scores: NDArray[np.float64] = away / max(float(np.linalg.norm(away)), 1e-12)
    return scores
