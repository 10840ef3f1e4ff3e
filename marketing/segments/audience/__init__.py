"""Who and what may be used to find groups: people as a matrix of numbers and codes, the rest set aside in words.

`learn` finds out from a sample how a table is read, and the `Scheme` reads all of it, by the chunk.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.audience.learning import learn
from marketing.segments.audience.people import People
from marketing.segments.audience.scheme import OTHER, Column, Scheme, SetAside

__all__ = ["OTHER", "Audience", "Column", "Filled", "People", "Scheme", "SetAside", "learn", "prepare"]


@dataclass(frozen=True)
class Filled(Column):
    """A column with everyone's value: amounts, or codes that point into `levels`; NaN is missing."""

    values: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), compare=False)


@dataclass(frozen=True)
class Audience:
    """People (sorted by id) and columns (sorted by name) that groups are found in; and everything kept out."""

    persons: NDArray[np.object_]
    columns: tuple[Filled, ...]
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
        return [at for at, column in enumerate(self.columns) if column.kind != "number"]


def prepare(frame: pd.DataFrame, *, today: dt.date, allowed: Collection[str] = ()) -> Audience:
    """Sort out `frame` (person, then any columns) all at once. `allowed` names columns that the settings let in."""
    scheme = learn(frame, today=today, allowed=dict.fromkeys(allowed, "let in"))
    adults = scheme.adults(frame)
    young = [scheme.kept_out(int((~adults).sum()))] if not adults.all() else []
    people = frame[adults].sort_values("person", kind="stable")
    rows = scheme.matrix(people).astype(np.float64)
    columns = tuple(
        Filled(
            column.name,
            "number" if column.kind == "number" else "category",
            column.levels,
            column.block,
            column.weight,
            rows[:, at],
        )
        for at, column in enumerate(scheme.columns)
    )
    return Audience(people["person"].to_numpy(object), columns, (*young, *scheme.set_aside))
