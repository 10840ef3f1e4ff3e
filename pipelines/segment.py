"""Find the segments of a workspace's audience and what to show each; only when something has changed.

Segments, assignments, affinity and what was set aside are written together, so that no page sees the groups of
one run beside the people of another.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pandas as pd

from marketing import catalog, tables
from marketing.errors import InputError, TableError
from marketing.segments import behaviour
from marketing.segments.affinity import affinity
from marketing.segments.segmentation import SEGMENTERS, Segmentation, segment
from marketing.settings import Settings
from marketing.workspace import Workspace, write_atomically
from pipelines import checkpoints, engine

INPUTS = ("audience", "viewing", "titles")
OUTPUTS = ("segments", "assignments", "affinity", "set_aside")
MOST = 12  # segments that may be asked for, here as in the settings


@dataclass(frozen=True)
class Report:
    """What a run did: how many segments there are now, whether they beat chance, and why so many."""

    segments: int = 0
    stable: bool = False
    why: str = ""
    failures: list[engine.Failure] = field(default_factory=list)
    fresh: bool = False  # nothing had changed since the last run


def run(
    workspace: Workspace, settings: Settings, *, now: dt.datetime, progress: engine.Progress | None = None
) -> Report:
    """Segment the audience of a workspace, unless nothing has changed since the last run.

    Args:
        workspace: Has an audience, and perhaps viewing and titles, which tell behaviour and taste.
        settings: segmenter, k, seed, today.
        now: The time that the tables are stored under.
        progress: Told of each step.

    Raises:
        MissingError: there is no audience, or no such segmenter.
    """
    catalog.require(settings.segmenter, catalog.names(SEGMENTERS), "segmenters")
    told = progress or (lambda done, total, what: None)
    today = settings.day(now.astimezone().date())
    stamp = checkpoints.digest(
        workspace.digest(*INPUTS), settings.segmenter, settings.k, settings.seed, today, code_version()
    )
    stored = workspace.tables()
    if all(name in stored and stored[name].stamp == stamp for name in OUTPUTS):
        told(1, 1, "the segments are up to date")
        return Report(segments=stored["segments"].rows, fresh=True)
    audience = workspace.read("audience")
    viewing, titles = (workspace.read(name) if workspace.has(name) else None for name in ("viewing", "titles"))
    found = segment(
        audience if viewing is None else behaviour.join(audience, viewing, titles),
        segmenter=settings.segmenter,
        k=settings.k,
        seed=settings.seed,
        today=today,
        previous=workspace.read("assignments") if workspace.has("assignments") else None,
        progress=told,
    )
    nobody = pd.DataFrame({"person": pd.Series(dtype="str"), "title": pd.Series(dtype="str")})
    frames = {
        "segments": found.segments.assign(stable=found.stable, why=found.why),
        "assignments": found.assignments,
        "affinity": affinity(found.assignments, nobody if viewing is None else viewing, titles),
        "set_aside": found.set_aside,
    }
    workspace.write(frames, now=now, stamp=stamp)
    told(1, 1, f"{len(found.segments)} segments")
    return Report(len(found.segments), found.stable, found.why)


def segment_file(
    frame: pd.DataFrame,
    folder: Path,
    *,
    today: dt.date,
    k: int | None = None,
    segmenter: str = "latent_class",
    seed: int = 0,
    progress: engine.Progress | None = None,
) -> Segmentation:
    """Segment an audience table and write assignments.csv and segments.json into `folder`, which may be new.

    Raises:
        TableError: the table is no audience (no person, or one twice ...); every fault is told.
        InputError: `k` cannot be, or the folder cannot be written to.
        MissingError: there is no such segmenter.
    """
    if k is not None and not 1 <= k <= MOST:
        raise InputError(f"{k} segments cannot be. Ask for 1 to {MOST}, or for auto.")
    if faults := tables.check(tables.table("audience"), frame):
        raise TableError(faults)
    found = segment(frame, segmenter=segmenter, k=k, seed=seed, today=today, progress=progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        csv = found.assignments.to_csv(index=False, lineterminator="\n")
        write_atomically(folder / "assignments.csv", csv.encode())
        document = json.dumps(as_document(found), ensure_ascii=False, indent=1, allow_nan=False)
        write_atomically(folder / "segments.json", (document + "\n").encode())
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error.strerror}. Choose another folder.") from error
    return found


def as_document(found: Segmentation) -> dict[str, Any]:
    """What segments.json holds: `segments`, `stable`, `why`, and `set_aside` by subject."""
    return {
        "segments": [
            {**_plain(row), "traits": json.loads(str(row["traits"]))} for row in found.segments.to_dict("records")
        ],
        "stable": found.stable,
        "why": found.why,
        "set_aside": {
            subject + "s" * (subject == "column"): [
                {name: value for name, value in _plain(row).items() if name != "subject" and value is not None}
                for row in found.set_aside[found.set_aside["subject"] == subject].to_dict("records")
            ]
            for subject in ("column", "people")
        },
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def code_version() -> str:
    """Changes with the code and the words that make segments, ours and the libraries'."""
    sha = hashlib.sha256()
    for name, content in sorted(_sources(resources.files("marketing.segments"))):
        sha.update(name.encode() + content)
    libraries = [f"{name} {metadata.version(name)}" for name in ("scikit-learn", "scipy", "numpy", "pandas")]
    return checkpoints.digest(sha.hexdigest(), libraries)


def _sources(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from ((f"{entry.name}/{name}", content) for name, content in _sources(entry))
        elif entry.name.endswith((".py", ".toml")):
            yield entry.name, entry.read_bytes()
