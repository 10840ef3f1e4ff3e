"""Parquet: flat columns, typed as the file types them."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from marketing.errors import Fault, TableError
from marketing.settings import MEGABYTE, Limits
from marketing.sources import headers, numbers
from marketing.sources.files import refuse
from marketing.sources.sheets import Sheet

INDEX = re.compile(r"__index_level_\d+__")  # how pandas stores a nameless index
BATCH = 1 << 17  # rows


def read(path: Path, wanted: headers.Wanted, limits: Limits, first: int | None = None) -> Sheet:
    """The file's columns; with `first`, so many of their rows.

    Raises:
        TableError: it is damaged, too large when unpacked, or holds columns of lists, records or bytes.
    """
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if not INDEX.fullmatch(name)]
            _refuse_doubled(path, names)
            _refuse_large(path, file, names, limits)
            fields = [field for field in file.schema_arrow if field.name in names]
            _refuse_nested(path, fields)
            table = _unpack(path, file, names, limits, first)
        index = pd.RangeIndex(table.num_rows)
        cells = {at: _column(table.column(at), index) for at in range(table.num_columns)}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        remedy = "Write it again, or save the table as CSV."
        raise refuse(path.name, "a damaged Parquet file", "a table", remedy) from error
    header = headers.find([names], wanted)
    return Sheet(names, pd.DataFrame(cells, index=index), mark=".", platform=header.platform)


def _refuse_doubled(path: Path, names: list[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    faults = [Fault("each column once", "Rename one of them.", column=name, file=path.name) for name in doubled]
    if faults:
        raise TableError(faults)


def _refuse_large(path: Path, file: pq.ParquetFile, names: list[str], limits: Limits) -> None:
    if len(names) > limits.columns:
        remedy = "Leave out columns, or raise limits.columns in settings.toml."
        raise refuse(path.name, f"{len(names):,} columns", f"at most {limits.columns:,} columns", remedy)
    groups = (file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups))
    _refuse_unpacked(path, max(sum(groups), file.metadata.num_rows * len(names) * 8), limits)


def _refuse_unpacked(path: Path, size: float, limits: Limits) -> None:
    if size > limits.unpacked_megabytes * MEGABYTE:
        expected = f"a file of at most {limits.unpacked_megabytes:,.0f} MB when unpacked"
        remedy = "Split it, or raise limits.unpacked_megabytes in settings.toml."
        raise refuse(path.name, f"{size / MEGABYTE:,.0f} MB or more", expected, remedy)


def _refuse_nested(path: Path, fields: list[pa.Field]) -> None:
    remedy = "Write the column as text, numbers or dates, or leave it out."
    faults = [
        Fault("text, a number or a date in each cell", remedy, column=f.name, found=str(f.type), file=path.name)
        for f in fields
        if pa.types.is_nested(f.type) or pa.types.is_duration(f.type) or _is_bytes(f.type)
    ]
    if faults:
        raise TableError(faults)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_fixed_size_binary(kind))


def _unpack(path: Path, file: pq.ParquetFile, names: list[str], limits: Limits, first: int | None) -> pa.Table:
    """All rows, counted as they are unpacked, since a few bytes can stand for a billion rows."""
    batches, size = [], 0
    for batch in itertools.islice(_batches(path, names, first or BATCH), 1 if first else None):
        size += sum(_weight(column) for column in batch.columns)
        _refuse_unpacked(path, size, limits)
        batches.append(batch)
    schema = pa.schema([file.schema_arrow.field(name) for name in names])
    if not batches:
        return schema.empty_table()
    return pa.Table.from_batches(batches).select(names)


def _batches(path: Path, names: list[str], size: int) -> Iterator[pa.RecordBatch]:
    texts = [f.name for f in pq.read_schema(path) if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        yield from file.iter_batches(size, columns=names)


def _weight(column: pa.Array) -> int:
    """Bytes that the column takes once each of its texts stands in its own cell."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0) + 8 * len(column)


def _is_long(values: pa.ChunkedArray) -> bool:
    """Whether a number has more digits than floats keep: they then stay text, as from CSV."""
    extremes = pc.min_max(values).as_py()
    return bool(max(abs(extremes["min"] or 0), abs(extremes["max"] or 0)) >= numbers.LONG)


def _column(values: pa.ChunkedArray, index: pd.RangeIndex) -> pd.Series:
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = pc.cast(values, kind.value_type)
        kind = values.type
    if (
        pa.types.is_boolean(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_null(kind)
    ) or pa.types.is_time(kind):
        values = pc.cast(values, pa.string())
    elif pa.types.is_timestamp(kind) and kind.tz is not None:
        values = pc.local_timestamp(values)
    kind = values.type
    if pa.types.is_temporal(kind) and not pa.types.is_time(kind):
        return pd.Series(pc.cast(values, pa.timestamp("us"), safe=False).to_numpy(), index)
    if (pa.types.is_integer(kind) or pa.types.is_decimal(kind)) and _is_long(values):
        return pd.Series(pd.array(pc.cast(values, pa.large_string()), dtype="str"), index=index)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pd.Series(pc.cast(values, pa.float64(), safe=False).to_numpy(), index)
    return pd.Series(pd.array(pc.cast(values, pa.large_string()), dtype="str"), index=index)
