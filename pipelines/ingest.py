"""Put users' files into a workspace: all of them or none."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from marketing import sources
from marketing.errors import Fault, TableError
from marketing.ledger import Ledger
from marketing.merging import Counts
from marketing.people import Person
from marketing.settings import Limits
from marketing.sources import Reading, storing
from marketing.workspace import Workspace


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
    ledger: Ledger | None = None,
    person: Person | None = None,
) -> Ingested:
    """Add the rows of `files` to a table; a row whose key is there already is replaced.

    Where it is a person who does so, the ledger records it; the sample data come by nobody.

    Where two of the files hold the same key, the later one counts, as if they had come one after the other.

    Raises:
        TableError: a file cannot be read or breaks the table's contract; every fault of every file is told, and
            nothing is stored.
        RightsError: the person may not put data in.
    """
    readings: dict[Path, Reading] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            readings[file] = sources.read(file, table, mapping=mapping, sets=sets, dates=dates, limits=limits)
        except TableError as error:
            faults += error.faults
    if not readings and not faults:
        faults.append(Fault("at least one file", "Name the files to read."))
    if faults:
        raise TableError(faults)
    if ledger and person:
        counts = storing.store(workspace, ledger, table, readings, person=person, at=now)
    else:
        frame = storing.together(table, [reading.frame for reading in readings.values()])
        counts = workspace.upsert({table: frame}, now=now)[table]
    notes = [f"{file.name}: {note}" for file, reading in readings.items() for note in reading.notes]
    return Ingested(counts.new, counts.changed, counts.unchanged, notes)
