"""A made table written by the chunk, as one Parquet file that nobody reads until it is committed."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketing.contracts import Table

UNFINISHED = ".tmp-"  # how files begin that a killed writer may leave behind
TYPES = {"id": pa.large_string(), "text": pa.large_string(), "number": pa.float64(), "count": pa.int64()}


@dataclass(frozen=True)
class Staged:
    """A table that is written and synced, but not current yet; `digest` is of its content."""

    path: Path
    digest: str
    rows: int
    columns: tuple[str, ...]


def stage(folder: Path, contract: Table, chunks: Iterable[pd.DataFrame]) -> Staged:
    """Write `chunks`, one at a time and at least one, as one file; where writing fails, nothing is left.

    The first chunk says which columns there are and of which types; a column without values is typed by the contract.
    """
    path = folder / f"{UNFINISHED}{secrets.token_hex(8)}"
    try:
        rows, columns = _write(path, contract, chunks)
        with path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Staged(path, digest, rows, columns)


def _write(path: Path, contract: Table, chunks: Iterable[pd.DataFrame]) -> tuple[int, tuple[str, ...]]:
    coming = iter(chunks)
    first = next(coming, None)
    if first is None:
        raise ValueError(f"A table needs a chunk to be written by; {contract.name} has none, not even an empty one.")
    schema, rows = _schema(contract, first), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for chunk in chain([first], coming):
            writer.write_table(pa.Table.from_pandas(chunk, schema=schema, preserve_index=False))
            rows += len(chunk)
    return rows, tuple(schema.names)


def _schema(contract: Table, chunk: pd.DataFrame) -> pa.Schema:
    """The types of a chunk; categories as texts, and what has no type yet as the contract says."""
    found = pa.Schema.from_pandas(chunk, preserve_index=False)
    return pa.schema([pa.field(one.name, _type(contract, one)) for one in found], metadata=found.metadata)


def _type(contract: Table, one: pa.Field) -> pa.DataType:
    kind = one.type.value_type if pa.types.is_dictionary(one.type) else one.type
    if pa.types.is_null(kind) or pa.types.is_string(kind):
        column = contract.column(one.name)
        return TYPES.get(column.kind, pa.large_string()) if column else pa.large_string()
    return kind
