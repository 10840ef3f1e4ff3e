"""The people of an audience table, in memory or stored: some of them as a sample, all of them by the chunk.

Persons are told apart by `tables.check` at the door: no id stands twice. Ids are texts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from marketing.errors import InputError, MissingError, printable
from marketing.segments.audience.hashing import Hashes, hashes
from marketing.workspace import Workspace

CHUNK = 100_000  # people
CHUNK_CELLS = 5_000_000  # a wide table comes in smaller chunks
LEAST_CHUNK = 1_000  # people
PIECE = 400_000  # people that are read together, where row groups allow it
DRAWN = 4  # times as many people as wanted are drawn first, to be thinned by strata
STRATA = 24  # levels of a column that strata are made by, at most
MOST = np.uint64(2**64 - 1)  # no hash is higher
KNOWN = 0.5  # share of people of whom it must be known

Columns = Sequence[str] | None
Mask = NDArray[np.bool_]
Batches = Callable[[int, Columns], Iterator[pd.DataFrame | pa.RecordBatch]]


@dataclass(frozen=True)
class People:
    """The people of one table: how many, and which columns it has."""

    rows: int
    columns: tuple[str, ...]
    batches: Batches

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Those of a table in memory (person, then any columns)."""

        def batches(size: int, columns: Columns) -> Iterator[pd.DataFrame]:
            there = frame if columns is None else frame[list(columns)]
            for first in range(0, max(len(frame), 1), size):
                yield there.iloc[first : first + size]

        return cls(len(frame), tuple(map(str, frame.columns)), batches)

    @classmethod
    def stored(cls, source: Workspace | Path) -> Self:
        """Those of a workspace's audience, or of a Parquet file; nothing is read until it is asked for.

        Raises:
            MissingError: there is no such file, or the workspace has no audience.
            InputError: the file is no Parquet, or has no column "person".
        """
        path = source.file("audience") if isinstance(source, Workspace) else source
        schema, rows = _opened(path)
        return cls(rows, tuple(schema.names), _Stored(path.absolute()))

    def pieces(self) -> "list[People]":
        """The same people in pieces, in order; each can be sent to another process that sees the file.

        A stored table is cut between row groups, as soon as PIECE people are together; one in memory is one piece.
        """
        if not isinstance(self.batches, _Stored):
            return [self]
        return [
            replace(self, rows=rows, batches=replace(self.batches, groups=groups))
            for rows, groups in self.batches.pieces()
        ]

    def chunk_of(self, columns: Columns = None) -> int:
        """How many people a chunk with these columns holds: CHUNK, or fewer where it would be wide."""
        wide = len(self.columns if columns is None else columns)
        return max(min(CHUNK, CHUNK_CELLS // max(wide, 1)), LEAST_CHUNK)

    def chunks(self, size: int = CHUNK, columns: Columns = None) -> Iterator[pd.DataFrame]:
        """Everyone, `size` at a time, in the order of the table; texts of a stored table come as categoricals.

        Memory is bounded by a chunk. Every chunk is counted from 0; of an empty table there is one, without rows.
        """
        for batch in self.batches(size, columns):
            frame = batch if isinstance(batch, pd.DataFrame) else batch.to_pandas()
            yield frame.astype({"person": "str"}).reset_index(drop=True) if "person" in frame else frame

    def sample(self, n: int, seed: int, columns: Columns = None) -> pd.DataFrame:
        """`n` people, or all if there are fewer, sorted by person.

        Chosen by a hash of person and seed, so that neither the order of rows nor where they are kept matters. Four
        times as many are drawn first; of those every fourth is taken along the levels of the column that divides
        people most evenly, so that no level comes out smaller or larger by chance (sampling in two phases, Neyman
        1938; systematic within strata, Madow and Madow 1944).
        """
        wanted = None if columns is None else list(dict.fromkeys(["person", *columns]))
        drawn, ranks = self._drawn(DRAWN * n, seed, wanted)
        if len(drawn) > n:
            strata = _strata(drawn)
            order = np.lexsort((ranks, strata))
            places = ((np.arange(n) + 0.5) * len(drawn) / n).astype(np.intp)
            drawn = drawn.iloc[order[places]]
        texts = {name: "str" for name in drawn.columns if isinstance(drawn[name].dtype, pd.CategoricalDtype)}
        return drawn.astype(texts | {"person": "str"}).sort_values("person", kind="stable", ignore_index=True)

    def check(self) -> None:
        """Hold the persons of a file to what a table is held to at the door: each has an id, and no id stands twice.

        Raises:
            InputError: it is not so.
        """
        found = [np.empty(0, np.uint64)]
        for batch in self.batches(CHUNK, ["person"]):
            if batch["person"].isna().any() if isinstance(batch, pd.DataFrame) else batch["person"].null_count:
                raise InputError(
                    "Somebody has no id: an empty cell in the column person. Fill it, or leave the row out."
                )
            found.append(_hashed(batch, 0))
        hashed = np.sort(np.concatenate(found))
        twice = np.unique(hashed[1:][hashed[1:] == hashed[:-1]])
        if len(twice):
            raise InputError(
                f"{len(twice):,} ids stand twice or more in the column person, such as {self._shown(twice[0])}. "
                "Leave one row a person."
            )

    def _shown(self, hashed: np.uint64) -> str:
        for batch in self.batches(CHUNK, ["person"]):
            there = np.flatnonzero(_hashed(batch, 0) == hashed)
            if len(there):
                return printable(_persons(batch).iloc[there[0]], 60)
        return ""

    def _drawn(self, n: int, seed: int, columns: Columns) -> tuple[pd.DataFrame, Hashes]:
        """The `n` people of the lowest hashes, or all, with these."""
        share = n / max(self.rows, 1)  # and some more, which lack n of them one time in a thousand million
        bound = np.uint64(min(share * (1 + 6 / np.sqrt(n)) * 2.0**64, 2.0**64 - 2048)) if share < 1 else MOST
        kept: list[pd.DataFrame | pa.RecordBatch] = []
        ranks = [np.empty(0, np.uint64)]
        for batch in self.batches(self.chunk_of(columns), columns):
            found = _hashed(batch, seed)
            low = found <= bound
            kept.append(batch[low] if isinstance(batch, pd.DataFrame) else batch.filter(pa.array(low)))
            ranks.append(found[low])
        drawn, hashed = _joined(kept), np.concatenate(ranks)
        lowest = np.argsort(hashed, kind="stable")[:n]
        return drawn.iloc[lowest], hashed[lowest]


@dataclass(frozen=True)
class _Stored:
    """The rows of a Parquet file by the batch; of some of its row groups, where `groups` names them."""

    path: Path
    groups: tuple[int, ...] | None = None

    def __call__(self, size: int, columns: Columns) -> Iterator[pa.RecordBatch]:
        schema, _ = _opened(self.path)
        texts = [one.name for one in schema if one.name != "person" and _is_text(one.type)]
        wanted = None if columns is None else list(columns)
        with pq.ParquetFile(self.path, read_dictionary=texts, pre_buffer=False) as file:
            if not file.metadata.num_rows:
                yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow).select(wanted or schema.names)
            some = None if self.groups is None else list(self.groups)
            yield from file.iter_batches(size, some, columns=wanted, use_threads=False)

    def pieces(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """How many rows each piece has, and its row groups; one piece at least."""
        with pq.ParquetFile(self.path) as file:
            sizes = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
        first, rows = 0, 0
        for group, size in enumerate(sizes):
            rows += size
            if rows >= PIECE or group == len(sizes) - 1:
                yield rows, tuple(range(first, group + 1))
                first, rows = group + 1, 0
        if not sizes:
            yield 0, ()


def _opened(path: Path) -> tuple[pa.Schema, int]:
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except FileNotFoundError as error:
        raise MissingError(f"There is no file {printable(path, 300)}.") from error
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{printable(path, 300)} cannot be read as Parquet. Write it anew.") from error
    if "person" not in schema.names:
        raise InputError(f"{printable(path, 300)} has no column person. Call the one with people's ids so.")
    return schema, rows


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _hashed(batch: pd.DataFrame | pa.RecordBatch, seed: int) -> Hashes:
    return hashes(_persons(batch) if isinstance(batch, pd.DataFrame) else batch.column("person"), seed)


def _persons(batch: pd.DataFrame | pa.RecordBatch) -> pd.Series:
    persons = batch["person"] if isinstance(batch, pd.DataFrame) else batch.column("person").to_pandas()
    return persons if persons.dtype == "str" else persons.astype("str")


def _joined(parts: Sequence[pd.DataFrame | pa.RecordBatch]) -> pd.DataFrame:
    frames = [part for part in parts if isinstance(part, pd.DataFrame)]
    if frames:
        return pd.concat(frames, ignore_index=True)
    joined: pd.DataFrame = pa.Table.from_batches(parts).unify_dictionaries().to_pandas()
    return joined


def _coded(column: pd.Series) -> tuple[NDArray[np.intp], pd.Index]:
    """A code for each cell (-1 where nothing is known), and the level behind each code."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = column.cat.remove_unused_categories()
        return np.asarray(used.cat.codes, np.intp), used.cat.categories
    codes, levels = pd.factorize(column.astype("str"))
    return codes.astype(np.intp), levels


def _strata(people: pd.DataFrame) -> NDArray[np.intp]:
    """A stratum for each person: the level of the column with most entropy, of those with few levels."""
    best, strata = 0.0, np.zeros(len(people), np.intp)
    for name in sorted(people.columns):
        column = people[name]
        if name == "person" or pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        codes, levels = _coded(column)
        shares = np.bincount(codes[codes >= 0], minlength=len(levels)) / len(codes)
        if not 1 < len(levels) <= STRATA or shares.sum() < KNOWN:
            continue
        entropy = float(-(shares * np.log(shares)).sum())
        if entropy > best + 1e-9:
            places = np.append(np.argsort(np.argsort(levels.astype(str))), len(levels))
            best, strata = entropy, places[codes]
    return strata
