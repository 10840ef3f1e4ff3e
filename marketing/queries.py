"""Tables as Ibis expressions on DuckDB: Parquet files as views, or frames; it can read nothing else.

Ibis takes half a second to import, which pages need not pay.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import ibis

MEMORY = "512MB"  # that a bounded connection may take; what needs more is spilled to disk


class UnreadableError(Exception):
    """A file that DuckDB cannot read as Parquet; caught by the workspace, which tells it in words."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def of_files(files: Mapping[str, Path], folder: Path, *, spill: Path | None = None) -> "ibis.BaseBackend":
    """A connection with each Parquet file in `folder` as a view.

    With `spill`, a folder for what does not fit, it takes one thread and no more than MEMORY.

    Raises:
        UnreadableError: a file is damaged or gone.
    """
    import duckdb
    import ibis

    connection = ibis.duckdb.connect()
    if spill is not None:
        for setting in (f"memory_limit = '{MEMORY}'", "threads = 1", f"temp_directory = {_quoted(spill)}"):
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
    """A connection with each frame as a table."""
    import ibis

    connection = ibis.duckdb.connect()
    for name, frame in frames.items():
        connection.create_table(name, frame, temp=True)
    return connection


def _quoted(folder: Path) -> str:
    return "'" + str(folder.absolute()).replace("'", "''") + "'"
