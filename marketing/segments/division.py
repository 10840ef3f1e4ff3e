"""An audience as it was divided: all that is needed to put people into its segments, now or later.

It goes to disk as plain numbers and words with a version, and comes back placing people to the bit as before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing import catalog
from marketing.segments import versions
from marketing.segments.audience import Scheme

SEGMENTERS = "marketing.segments.segmenters"
VERSION = 1
NOWHERE = -1  # the label of who is in no segment

Labels = NDArray[np.int8]
Chances = NDArray[np.float32]


@dataclass(frozen=True)
class Placed:
    """Where people are: `labels` (NOWHERE for who may be a minor), and of the others `matrix` and `chances`."""

    labels: Labels
    matrix: NDArray[np.float32]
    chances: Chances

    @property
    def inside(self) -> Labels:
        """The labels of those who are somewhere, a row of `matrix` each."""
        there: Labels = self.labels[self.labels != NOWHERE]
        return there


@dataclass(frozen=True)
class Division:
    """How an audience is read and divided into segments; `fitted` is None where all are in one."""

    scheme: Scheme
    segmenter: str
    fitted: Any
    ids: tuple[str, ...]

    def place(self, frame: pd.DataFrame) -> Placed:
        """The segment of each row of an audience table, by its place in `ids`."""
        adults = self.scheme.adults(frame)
        matrix = self.scheme.matrix(frame if adults.all() else frame[adults])
        chances = self.chances(matrix)
        labels = np.full(len(frame), NOWHERE, np.int8)
        labels[adults] = chances.argmax(axis=1)
        return Placed(labels, matrix, chances)

    def chances(self, matrix: NDArray[np.float32]) -> Chances:
        """The probability of each segment (columns) for people as the scheme reads them."""
        if self.fitted is None:
            return np.ones((len(matrix), 1), np.float32)
        return np.asarray(self.fitted.predict_proba(matrix), np.float32)

    def without(self, group: int) -> Self:
        """The same without one segment; its people go to their likeliest other."""
        left = [at for at in range(len(self.ids)) if at != group]
        fitted = self.fitted.kept(left) if len(left) > 1 else None
        return replace(self, fitted=fitted, ids=tuple(self.ids[at] for at in left))

    def to_record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON."""
        return {
            "version": VERSION,
            "scheme": self.scheme.to_record(),
            "segmenter": self.segmenter,
            "fitted": None if self.fitted is None else self.fitted.parameters(),
            "ids": list(self.ids),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """As `to_record` wrote it.

        Raises:
            InputError: it was written by another version.
            MissingError: its segmenter is gone.
        """
        versions.require(record, VERSION)
        fitted = None
        if record["fitted"] is not None:
            fitted = catalog.load(SEGMENTERS, record["segmenter"]).restore(record["fitted"])
        return cls(Scheme.from_record(record["scheme"]), record["segmenter"], fitted, tuple(record["ids"]))
