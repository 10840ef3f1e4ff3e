"""How an audience table is read, once that has been learned: as a matrix of numbers and codes, by the chunk."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments import versions
from marketing.segments.audience import cells
from marketing.segments.fairness.minors import ADULT, Minors

VERSION = 1
OTHER = ""  # the level of all rare levels together; it is never spoken of

Kind = Literal["number", "category", "ordered"]
Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """How one column is read: as amounts, or as codes into `levels` (of an ordered one, in their order).

    `block` is "taste", "behaviour" or "demographics"; `weight` is how much its log-likelihood counts. No person's
    value stands here: levels are those of many.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    block: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class SetAside:
    """A column or some people kept out, and why. `people` is how many people; None for columns."""

    subject: str
    name: str
    reason: str
    people: int | None = None


@dataclass(frozen=True)
class Scheme:
    """How an audience table is read. `columns` are sorted by name, `set_aside` are the columns not used."""

    columns: tuple[Column, ...]
    set_aside: tuple[SetAside, ...]
    minors: Minors

    @property
    def categorical(self) -> list[int]:
        """Positions of the columns that hold codes, ordered ones too."""
        return [at for at, column in enumerate(self.columns) if column.kind != "number"]

    @property
    def ordered(self) -> list[int]:
        """Positions of the columns whose codes have an order."""
        return [at for at, column in enumerate(self.columns) if column.kind == "ordered"]

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much each column counts."""
        return np.array([column.weight for column in self.columns], np.float64)

    @property
    def reads(self) -> list[str]:
        """Every column that `matrix` and `adults` need, and no other."""
        return list(dict.fromkeys([*(column.name for column in self.columns), *self.minors.columns]))

    def matrix(self, frame: pd.DataFrame) -> Matrix:
        """People by columns. NaN is missing, or a level that was never seen (where rare ones count together: OTHER).

        A column that `frame` lacks is missing for everyone. Categoricals are read by their categories, so a chunk
        whose texts come dictionary-encoded costs no more than numbers.
        """
        rows = np.empty((len(frame), len(self.columns)), np.float32)
        for at, column in enumerate(self.columns):
            rows[:, at] = self._read(column, frame[column.name]) if column.name in frame.columns else np.nan
        return rows

    def adults(self, frame: pd.DataFrame) -> Mask:
        """Who may be used: everyone who cannot be a minor by any column that tells it."""
        young = np.zeros(len(frame), np.bool_)
        for telling in self.minors.tellings:
            if telling.column not in frame.columns:
                continue
            one, column = Minors(self.minors.today, (telling,)), frame[telling.column]
            if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
                young |= one.mask(column.to_frame())
            else:
                codes, values = cells.distinct(column)
                levels = pd.DataFrame({telling.column: pd.Series(values, dtype=object).astype("str")})
                young |= np.append(one.mask(levels), np.False_)[codes]
        return ~young

    def kept_out(self, people: int) -> SetAside:
        """The entry for `people` who may be minors."""
        reason = (
            f"By {', '.join(self.minors.columns)}. Nobody who may be a minor is put in a group that is advertised to."
        )
        return SetAside("people", f"may be under {ADULT}", reason, people)

    def to_record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON."""
        return {
            "version": VERSION,
            "columns": [asdict(column) | {"levels": list(column.levels)} for column in self.columns],
            "set_aside": [asdict(one) for one in self.set_aside],
            "minors": self.minors.to_record(),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """As `to_record` wrote it.

        Raises:
            InputError: it was written by another version.
        """
        versions.require(record, VERSION)
        return cls(
            tuple(Column(**{**column, "levels": tuple(column["levels"])}) for column in record["columns"]),
            tuple(SetAside(**one) for one in record["set_aside"]),
            Minors.from_record(record["minors"]),
        )

    def _read(self, column: Column, cells_: pd.Series) -> Matrix:
        if column.kind == "number":
            return cells.amounts(cells_, np.float32)
        codes, values = cells.distinct(cells_)
        coded: Matrix = self._tables[column.name].of(values)[codes]
        return coded

    @cached_property
    def _tables(self) -> dict[str, "_Table"]:
        return {column.name: _Table(column.levels) for column in self.columns if column.kind != "number"}


class _Table:
    """From the values of a column to its codes."""

    def __init__(self, levels: tuple[str, ...]) -> None:
        self.answers = set(levels) <= set(cells.NO_YES)
        self.codes = {cells.key(level): float(code) for code, level in enumerate(levels) if level != OTHER}
        self.unseen = float(levels.index(OTHER)) if OTHER in levels else np.nan

    def of(self, values: Any) -> Matrix:
        """The code of each value, and NaN behind them, where -1 finds it."""
        return np.array([*map(self._code, values), np.nan], np.float32)

    def _code(self, value: object) -> float:
        text = cells.plain(value)
        if not text:
            return np.nan
        told = (cells.answer(text) if self.answers else "") or cells.key(text)
        return self.codes.get(told, self.unseen)
