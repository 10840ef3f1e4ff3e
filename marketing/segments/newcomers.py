"""New people put into the segments that are there, by the division as it was stored; and how far they differ."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError, printable
from marketing.segments.audience import People
from marketing.segments.division import NOWHERE, Division, Placed
from marketing.segments.drift import SEGMENTS, Parted, drift
from marketing.segments.fairness import minors
from marketing.segments.fairness.minors import Minors
from marketing.segments.record import Kept
from marketing.segments.words.parts import Counts, count

FITS = 0.5  # probability of the likeliest segment, under which someone is called to fit none
COLUMNS = ("person", "segment", "chance", "next", "next_chance")
NAMED = 3
LOOKED_AT = 20_000  # people that columns are read on to see which tell an age


@dataclass
class Newcomers:
    """People put into segments, by the chunk; what was counted on the way is there once all were.

    Who may be a minor on `today` is told by the columns of this table too, whatever the first one had. `fits` is the
    probability under which someone fits no segment.
    """

    kept: Kept
    people: People
    today: dt.date
    fits: float = FITS

    def __post_init__(self) -> None:
        """Look whether the table can be read as the division's.

        Raises:
            InputError: it has none of the columns that the segments go by.
        """
        known = [column.name for column in self.kept.division.scheme.columns]
        self.missing = [name for name in known if name not in self.people.columns]
        if known and len(self.missing) == len(known):
            shown = ", ".join(printable(name, 40) for name in known[:NAMED])
            more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
            raise InputError(f"None of the columns that the segments go by is in this table: {shown}{more}.")
        self.division = self._young()
        self.minors = self.none = 0
        k = len(self.kept.division.ids)
        nobody = np.empty((0, len(known)), np.float32)
        self.counts = count(self.kept.parts, nobody, np.empty(0, np.int8), k)

    def placed(self) -> Iterator[pd.DataFrame]:
        """Everyone by the chunk, as COLUMNS; segment is empty for who fits none or may be a minor."""
        k = len(self.division.ids)
        there = [name for name in self.division.scheme.reads if name in self.people.columns]
        for chunk in self.people.chunks(columns=["person", *there]):
            placed = self.division.place(chunk)
            self.counts = self.counts + count(self.kept.parts, placed.matrix, placed.inside, k)
            self.minors += int((placed.labels == NOWHERE).sum())
            yield self._told(chunk["person"], placed)

    def drift(self) -> pd.DataFrame:
        """How far those placed have moved from those that the segments were found in, by column and by segment."""
        return drift(_parted(self.kept, self.kept.counts), _parted(self.kept, self.counts, without=self.missing))

    def _young(self) -> Division:
        """The division, knowing minors as of `today` by its own columns and by those that tell them here."""
        scheme = self.kept.division.scheme
        here = minors.learn(self.people.sample(LOOKED_AT, 0).drop(columns="person"), self.today).tellings
        known = {telling.column for telling in here}
        both = (*here, *(one for one in scheme.minors.tellings if one.column not in known))
        return replace(self.kept.division, scheme=replace(scheme, minors=Minors(self.today, both)))

    def _told(self, persons: pd.Series, placed: Placed) -> pd.DataFrame:
        inside = placed.labels != NOWHERE
        order = np.argsort(-placed.chances, axis=1, kind="stable")[:, :2]
        chances = np.take_along_axis(placed.chances, order, axis=1)
        fits = (chances[:, 0] >= self.fits) & ~np.isnan(placed.matrix).all(axis=1)  # of some, nothing is known
        self.none += int((~fits).sum())
        frame = pd.DataFrame({"person": persons, "segment": self._named(inside, np.where(fits, order[:, 0], NOWHERE))})
        frame["chance"] = _everyone(inside, chances[:, 0])
        if order.shape[1] > 1:
            frame["next"] = self._named(inside, order[:, 1])
            frame["next_chance"] = _everyone(inside, chances[:, 1])
        return frame.reindex(columns=list(COLUMNS))

    def _named(self, inside: NDArray[np.bool_], places: NDArray[np.intp]) -> pd.Series:
        """The ids at `places` of those who are in some segment; empty for the others."""
        labels = np.full(len(inside), NOWHERE, np.intp)
        labels[inside] = places
        kind = pd.CategoricalDtype(list(self.kept.division.ids))
        return pd.Series(pd.Categorical.from_codes(labels, dtype=kind)).astype("str")


def _parted(kept: Kept, counts: Counts, without: Collection[str] = ()) -> dict[str, Parted]:
    """People by the parts of each column, and by segment."""
    told = {
        part.name: Parted(part.words, counted.sum(axis=0).astype(np.float64))
        for part, counted in zip(kept.parts.columns, counts.columns, strict=True)
        if part.name not in without
    }
    sizes = counts.columns[0].sum(axis=1) if counts.columns else np.zeros(len(kept.division.ids))
    return told | {SEGMENTS: Parted(kept.names, sizes.astype(np.float64))}


def _everyone(inside: NDArray[np.bool_], chances: NDArray[np.float32]) -> NDArray[np.float64]:
    whole = np.full(len(inside), np.nan)
    whole[inside] = chances.astype(np.float64).round(4)
    return whole
