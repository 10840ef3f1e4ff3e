"""Tables as files that people asked for, written whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from marketing.errors import InputError, printable
from marketing.workspace import replacing, write_atomically
from pipelines.terminal import encoded, tell

SUFFIXES = (".csv", ".parquet")


def ready(out: Path | None, suffixes: Sequence[str] = ()) -> None:
    """Refuse a file that could not be written, before the work whose results should go there.

    Raises:
        InputError: there is no such folder, `out` is a folder itself, or has none of the suffixes.
    """
    if out is None:
        return
    if suffixes and out.suffix.lower() not in suffixes:
        raise InputError(f"{out.name} has a name that says neither CSV nor Parquet. End it in .csv or .parquet.")
    if out.is_dir():
        raise InputError(f"{out} is a folder. Name a file in it.")
    if not out.absolute().parent.is_dir():
        raise InputError(f"{out} cannot be written: there is no folder {out.parent}. Choose another place.")


def write_table(frame: pd.DataFrame, out: Path) -> None:
    """The table as CSV or Parquet, after the file's name.

    Raises:
        InputError: the name ends otherwise, or the file cannot be written.
    """
    ready(out, SUFFIXES)
    write_file(out, csv(frame).encode() if out.suffix.lower() == ".csv" else frame.to_parquet(index=False))


def write_chunks(out: Path, chunks: Iterable[pd.DataFrame]) -> int:
    """One table as CSV from its chunks, of which one is in memory at a time; the number of rows.

    Raises:
        InputError: the file cannot be written.
    """
    rows = 0
    try:
        with replacing(out.absolute()) as file:
            for number, chunk in enumerate(chunks):
                file.write(chunk.to_csv(index=False, header=number == 0, lineterminator="\n").encode())
                rows += len(chunk)
    except OSError as error:
        raise InputError(f"{printable(out, 300)} cannot be written: {error.strerror}. Choose another place.") from error
    return rows


def csv(frame: pd.DataFrame) -> str:
    """The table as CSV: dates as 2026-11-19, nothing where a value is unknown."""
    return frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The table's rows for JSON: dates as 2026-11-19, null where a value is unknown."""
    told = frame.assign(**{str(c): frame[c].dt.strftime("%Y-%m-%d") for c in frame.select_dtypes("datetime")})
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()} for row in told.to_dict("records")
    ]


def write_lines(out: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """The records as JSON, a line each.

    Raises:
        InputError: the file cannot be written.
    """
    write_file(out, "".join(encoded(r) + "\n" for r in records).encode())


def write_file(out: Path, content: bytes) -> None:
    """The bytes to `out`, with word of it.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        write_atomically(out.absolute(), content)
    except OSError as error:
        raise InputError(f"{printable(out, 300)} cannot be written: {error.strerror}. Choose another place.") from error
    tell(f"Wrote {printable(out, 300)}.")
