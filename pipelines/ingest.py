"""Put users' files into a workspace: all of them or none."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from marketing import sources, tables
from marketing.errors import Fault, TableError
from marketing.settings import Limits
from marketing.sources import Reading
from marketing.workspace import Counts, Workspace, merge


@dataclass(frozen=True)
class Ingested(Counts):
    """What an ingest did, in rows, and what the user should know of how the files were read."""

    notes: list[str] = field(default_factory=list)


def ingest(
    workspace: Workspace,
    table: str,
    files: Sequence[Path],
    *,
    mapping: Mapping[str, str] | None = None,
    sets: Mapping[str, str] | None = None,
    dates: str | None = None,
    limits: Limits | None = None,
    now: dt.datetime,
) -> Ingested:
    """Add the rows of `files` to a table; a row whose key is there already is replaced.

    Where two of the files hold the same key, the later one counts, as if they had come one after the other.

    Raises:
        TableError: a file cannot be read or breaks the table's contract; every fault of every file is told, and
            nothing is stored.
    """
    readings, faults = [], []
    for file in files:
        try:
            readings.append(sources.read(file, table, mapping=mapping, sets=sets, dates=dates, limits=limits))
        except TableError as error:
            faults += error.faults
    if not readings and not faults:
        faults.append(Fault("at least one file", "Name the files to read."))
    if faults:
        raise TableError(faults)
    counts = workspace.upsert({table: _together(table, readings)}, now=now)[table]
    return Ingested(counts.new, counts.changed, counts.unchanged, _notes(files, readings))


def _together(table: str, readings: Sequence[Reading]) -> pd.DataFrame:
    frame = readings[0].frame
    for reading in readings[1:]:
        frame, _ = merge(tables.table(table), frame, reading.frame)
    return frame


def _notes(files: Sequence[Path], readings: Sequence[Reading]) -> list[str]:
    return [f"{file.name}: {note}" for file, reading in zip(files, readings, strict=True) for note in reading.notes]
