"""Tables as files that people asked for, written whole or not at all."""

from pathlib import Path

import pandas as pd

from marketing.errors import InputError
from marketing.workspace import write_atomically
from pipelines.terminal import tell

SUFFIXES = (".csv", ".parquet")


def write_table(frame: pd.DataFrame, out: Path) -> None:
    """The table as CSV or Parquet, after the file's name.

    Raises:
        InputError: the name ends otherwise, or the file cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(f"{out.name} has a name that says neither CSV nor Parquet. End it in .csv or .parquet.")
    write_file(out, csv(frame).encode() if out.suffix.lower() == ".csv" else frame.to_parquet(index=False))


def csv(frame: pd.DataFrame) -> str:
    """The table as CSV: dates as 2026-11-19, nothing where a value is unknown."""
    return frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")


def write_file(out: Path, content: bytes) -> None:
    """The bytes to `out`, with word of it.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        write_atomically(out.absolute(), content)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}. Choose another place.") from error
    tell(f"Wrote {out}.")
