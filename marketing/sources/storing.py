"""Readings go into a workspace: by who may, all or none, and never without a record of it."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from marketing import people, tables
from marketing.ledger import Ledger
from marketing.merging import Counts, merge
from marketing.people import Person
from marketing.sources.reading import Reading
from marketing.workspace import Workspace

BLOCK = 1 << 20  # bytes read at a time


def store(
    workspace: Workspace,
    ledger: Ledger,
    table: str,
    files: Mapping[Path, Reading],
    *,
    person: Person,
    at: dt.datetime,
) -> Counts:
    """Add what was read from `files` to a table; a row whose key is there already is replaced, by the last file's.

    The audit trail has it, with the digest of each file, before the table does: a kill between the two leaves a
    record of what was not done, and never rows that nobody put there. What fails in words is recorded as failed.

    Raises:
        RightsError: the person may not put data in.
    """
    people.require(person, "ingest")
    told = [{"file": path.name, "sha256": digest(path)} for path in files]
    frame = together(table, [reading.frame for reading in files.values()])

    def announce(counts: Mapping[str, Counts]) -> None:
        rows = {"new": counts[table].new, "changed": counts[table].changed, "unchanged": counts[table].unchanged}
        ledger.append_audit(at, person.name, "ingest", table, {"files": told, "rows": rows})

    try:
        return workspace.upsert({table: frame}, now=at, announce=announce)[table]
    except OSError as error:
        ledger.append_audit(at, person.name, "ingest failed", table, {"files": told, "reason": str(error.strerror)})
        raise


def together(table: str, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all frames, as if they had come one after the other."""
    whole = frames[0]
    for frame in frames[1:]:
        whole, _ = merge(tables.table(table), whole, frame)
    return whole


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
