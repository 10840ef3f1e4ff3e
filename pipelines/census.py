"""The census of a large audience by processes of this machine or the workers of a Dask cluster.

Each is handed a piece of the people: where its file stands and which rows are its own, never the rows themselves.
The census is the same as one taken in this process, which does it for audiences that it has placed before others
have started.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from marketing.errors import InputError, MissingError
from marketing.segments import census
from marketing.segments.audience import People
from marketing.segments.census import Census, Tally, Told
from marketing.segments.division import Division
from marketing.segments.words.parts import Counts, Parts
from pipelines import cluster, engine
from pipelines.engine import Done, Item
from pipelines.versions import segments_version

FEW_CELLS = 20_000_000  # people times columns that one process places in about two seconds

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Work:
    """One piece of the people, and how they are placed: a division and parts, as their records tell them.

    `version` is there for workers elsewhere: that of their code must be the same, or they refuse.
    """

    piece: People
    division: Mapping[str, Any]
    parts: Mapping[str, Any]
    version: str = ""


def tally(work: Work) -> dict[str, pd.DataFrame]:
    """In a worker: the tally of a piece, as tables.

    Raises:
        InputError: the file holds other rows here than there.
        MissingError: the file is not here, or this process has other code than the one that asked.
    """
    if work.version and work.version != segments_version():
        raise MissingError("A worker has another version of Marquee. Install the same there as here.")
    made = census.tally(work.piece, Division.from_record(work.division), Parts.from_record(work.parts))
    if len(made.labels) != work.piece.rows:
        raise InputError("The file of people is another one where a worker sees it. Give both the same.")
    k, counts = made.likely.shape[-1], [part.ravel() for part in made.counts.columns]
    return {
        "labels": pd.DataFrame({"label": made.labels}),
        "likely": pd.DataFrame(made.likely.reshape(-1, k), columns=[str(group) for group in range(k)]),
        "counts": pd.DataFrame({"people": np.concatenate([np.empty(0, np.int64), *counts])}),
    }


IN_WORKER = tally  # what workers do with a piece


@dataclass(frozen=True)
class Taking:
    """Who takes a census: this process, as many `workers` as are asked for, or those of the scheduler at `address`.

    Raises:
        InputError: `address` can be no scheduler's.
    """

    workers: int = 1
    address: str = ""

    def __post_init__(self) -> None:
        if self.address:
            cluster.check(self.address)

    def __call__(self, people: People, division: Division, parts: Parts, told: Told) -> Census:
        """Everyone in their segment; `told` hears how many of how many people are done.

        Raises:
            InputError: no scheduler answers, or a piece could not be placed: the reason is told.
            MissingError: there is an address, and the package `distributed` is not installed.
        """
        pieces = people.pieces()
        few = people.rows * max(len(division.scheme.reads), 1) <= FEW_CELLS
        if few or len(pieces) == 1 or (self.workers < 2 and not self.address):
            return census.take(people, division, parts, told)
        with closing(self._tallies(pieces, division, parts, told)) as tallies:
            return census.gather(pieces, tallies, division, parts)

    def _tallies(
        self, pieces: Sequence[People], division: Division, parts: Parts, told: Told
    ) -> Generator[tuple[int, Tally]]:
        """The tally of each piece with its number, as it comes."""
        records = division.to_record(), parts.to_record()
        version = segments_version() if self.address else ""
        items = [
            # A piece's number tells it from the others of this census, and no checkpoint outlives it.
            Item(str(number), Work(piece, *records, version), digest=str(number))
            for number, piece in enumerate(pieces)
        ]
        shapes = [counts.shape for counts in census.nothing(division, parts).columns]
        done, people = 0, sum(piece.rows for piece in pieces)
        with closing(engine.stream(IN_WORKER, items, workers=self.workers, address=self.address)) as ends:
            for end in ends:
                if not isinstance(end, Done):
                    raise InputError(f"Some people could not be placed. {end.reason}")
                number = int(end.key)
                yield number, _tally(end.tables, len(division.ids), shapes)
                done += pieces[number].rows
                told(done, people)


def _tally(tables: Tables, k: int, shapes: Sequence[tuple[int, ...]]) -> Tally:
    """A tally back from its tables."""
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])
    told = np.split(tables["counts"]["people"].to_numpy(np.int64), ends[:-1]) if shapes else []
    counts = Counts(tuple(part.reshape(shape) for part, shape in zip(told, shapes, strict=True)))
    return Tally(tables["labels"]["label"].to_numpy(np.int8), tables["likely"].to_numpy().reshape(-1, k, k), counts)
