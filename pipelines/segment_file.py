"""Segment a file's people: file to folder, no workspace needed."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from marketing import tables
from marketing.errors import InputError, TableError
from marketing.segments import census, record
from marketing.segments.audience import People
from marketing.segments.census import Take
from marketing.segments.fairness import record as fairness
from marketing.segments.segmentation import How, Segmentation, segment
from marketing.workspace import replacing, write_atomically
from pipelines import engine

MOST = 12  # segments that may be asked for, here as in the settings
HEADER = b"person,segment\n"
QUOTED = r'[",\r\n]'  # what an id must not have in it, or it stands in quotes


def segment_file(
    source: pd.DataFrame | People,
    folder: Path,
    how: How,
    *,
    now: dt.datetime,
    name: str = "",
    taking: Take = census.take,
    progress: engine.Progress | None = None,
) -> Segmentation:
    """Segment an audience and write assignments.csv, segments.json and fairness.json into `folder`, which may be new.

    Args:
        source: person, then any columns; people of a Parquet file (checked) are read by the chunk.
        now, name: When it was, and what the file is called, for the record in fairness.json.
        taking: Puts everyone into their segment, here or elsewhere.
        progress: Told of each step, and of the people as they are placed.

    Raises:
        TableError: the table is no audience (no person, or one twice ...); every fault is told.
        InputError: k cannot be, what is let in is against the law, or the folder cannot be written to.
        MissingError: there is no such segmenter.
    """
    if how.k is not None and not 1 <= how.k <= MOST:
        raise InputError(f"{how.k} segments cannot be. Ask for 1 to {MOST}, or for auto.")
    found = segment(_people(source), how, taking=taking, progress=progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / "assignments.csv") as file:
            file.write(HEADER)
            for chunk in found.assigned():
                file.write(lines(chunk))
        stored = record.tables(found, when=now, table=name)
        for file_name, document in (("segments", as_document(found)), ("fairness", fairness.document(stored))):
            text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
            write_atomically(folder / f"{file_name}.json", (text + "\n").encode())
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error.strerror}. Choose another folder.") from error
    return found


def _people(source: pd.DataFrame | People) -> People:
    if isinstance(source, People):
        return source
    if faults := tables.check(tables.table("audience"), source):
        raise TableError(faults)
    return People.of(source.sort_values("person", kind="stable", ignore_index=True))


def lines(chunk: pd.DataFrame) -> bytes:
    """The lines of assignments.csv for some people, as `to_csv` writes them, in a fifth of its time where it can."""
    person, segment = (pa.array(chunk[name].array, pa.string(), from_pandas=True) for name in ("person", "segment"))
    if pc.any(pc.match_substring_regex(person, QUOTED)).as_py():
        return chunk.to_csv(index=False, header=False, lineterminator="\n").encode()
    ended = pc.binary_join_element_wise(pc.fill_null(segment, ""), "", "\n")
    joined = pc.binary_join_element_wise(person, ended, ",")
    _, offsets, text = joined.buffers()
    ends = np.frombuffer(offsets, np.int32)[[joined.offset, joined.offset + len(joined)]]
    return bytes(text[ends[0] : ends[1]]) if len(joined) else b""


def as_document(found: Segmentation) -> dict[str, Any]:
    """What segments.json holds: `segments`, `stable`, `why`, and `set_aside` by subject."""
    segments = found.segments.to_dict("records")
    return {
        "segments": [{**record.plain(row), "traits": json.loads(str(row["traits"]))} for row in segments],
        "stable": found.stable,
        "why": found.why,
        "set_aside": {
            subject + "s" * (subject == "column"): [
                {name: value for name, value in record.plain(row).items() if name != "subject" and value is not None}
                for row in found.set_aside[found.set_aside["subject"] == subject].to_dict("records")
            ]
            for subject in ("column", "people")
        },
    }
