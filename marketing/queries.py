"""Tables as Ibis expressions on DuckDB: Parquet files as views, or frames; it can read nothing else.

Ibis takes half a second to import, which pages need not pay.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir

MEMORY = 400  # MB that a bounded connection may take; what needs more is spilled to disk
BOUNDS = (f"memory_limit = '{MEMORY}MB'", "threads = 1", "preserve_insertion_order = false")


class UnreadableError(Exception):
    """A file that DuckDB cannot read as Parquet; caught by the workspace, which tells it in words."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def of_files(files: Mapping[str, Path], folder: Path, *, spill: Path | None = None) -> "ibis.BaseBackend":
    """A connection with each Parquet file in `folder` as a view.

    With `spill`, a folder for what does not fit, it takes one thread and no more than
    MEMORY, and rows come in any order.

    Raises:
        UnreadableError: a file is damaged or gone.
    """
    import duckdb
    import ibis

    connection = ibis.duckdb.connect()
    if spill is not None:
        for setting in (*BOUNDS, f"temp_directory = {_quoted(spill)}"):
            connection.raw_sql(f"SET {setting}")
    allowed = ", ".join(_quoted(one) for one in (folder, spill) if one is not None)
    connection.raw_sql(f"SET allowed_directories = [{allowed}]")
    connection.raw_sql("SET enable_external_access = false")
    connection.raw_sql("SET lock_configuration = true")
    for name, path in files.items():
        try:
            connection.read_parquet(path.absolute(), table_name=name)
        except duckdb.Error as error:
            raise UnreadableError(path) from error
    return connection


def of_frames(frames: Mapping[str, pd.DataFrame]) -> "ibis.BaseBackend":
    """A connection with each frame as a table. It takes one thread, so that sums come out the same on any machine."""
    import ibis

    connection = ibis.duckdb.connect()
    connection.raw_sql("SET threads = 1")
    for name, frame in frames.items():
        connection.con.register(name, pa.Table.from_pandas(frame, preserve_index=False))
    return connection


def value(expression: "ir.Scalar") -> Any:
    """The one value that an expression finds, as Python has it."""
    return expression.to_pyarrow().as_py()


def frame(expression: "ir.Table") -> pd.DataFrame:
    """What an expression finds; texts as `str`."""
    found: pd.DataFrame = expression.to_pyarrow().to_pandas()  # by way of Arrow, which knows the types of pandas 3
    return found


def _quoted(folder: Path) -> str:
    return "'" + str(folder.absolute()).replace("'", "''") + "'"
