"""Find the segments of a workspace's audience and what to show each; only when something has changed.

Segments, assignments, affinity and all that is told of them are written together, so that no page sees the groups
of one run beside the people of another.
"""

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from marketing import catalog
from marketing.errors import InputError, printable
from marketing.segments import behaviour, choice, lifecycle, movements, record
from marketing.segments.affinity import affinity
from marketing.segments.affinity import record as taste
from marketing.segments.affinity.counting import gather
from marketing.segments.division import SEGMENTERS
from marketing.segments.segmentation import How, Previous, Segmentation, segment
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import checkpoints, engine
from pipelines.census import Taking
from pipelines.versions import segments_version

INPUTS = ("audience", "viewing", "titles")
OUTPUTS = (
    "segments",
    "assignments",
    "affinity",
    "set_aside",
    "choices",
    "division",
    "fairness",
    "proxies",
    "lifecycle",
    "movements",
    *taste.TABLES,
)


@dataclass(frozen=True)
class Report:
    """What a run did: how many segments there are now, whether they beat chance, and why so many."""

    segments: int = 0
    stable: bool = False
    why: str = ""
    failures: list[engine.Failure] = field(default_factory=list)
    fresh: bool = False  # nothing had changed since the last run


@dataclass(frozen=True)
class Number:
    """How many segments a run looks for; `held` says that somebody asked for them in a run, this or an earlier one."""

    k: int | None
    held: bool


def run(
    workspace: Workspace,
    settings: Settings,
    *,
    now: dt.datetime,
    asked: Mapping[str, Any] | None = None,
    address: str = "",
    progress: engine.Progress | None = None,
) -> Report:
    """Segment the audience of a workspace, unless nothing has changed since the last run.

    Args:
        workspace: Has an audience, and perhaps viewing and titles, which tell behaviour and taste.
        settings: segmenter, k, seed, today, allowed, weights, workers.
        now: The time that the tables are stored under.
        asked: Under "k" how many segments, in place of the settings' number; None for as many as the data prove. It
            holds for runs to come, until another is asked for or the settings name one.
        address: A Dask scheduler's, whose workers place the people of a large audience and see the workspace too.
        progress: Told of each step.

    Raises:
        MissingError: there is no audience, or no such segmenter.
        InputError: what the settings let in is against the law, or has no reason; so many cannot be looked for, or no
            scheduler answers at `address`.
    """
    catalog.require(settings.segmenter, catalog.names(SEGMENTERS), "segmenters")
    told = progress or (lambda done, total, what: None)
    today = settings.day(now.astimezone().date())
    number = _number(workspace, settings, asked or {})
    how = How(today, settings.segmenter, number.k, settings.seed, settings.allowed, settings.weights)
    inputs = workspace.digest(*INPUTS)
    basis = checkpoints.digest(inputs, replace(how, k=None), segments_version())
    stamp = checkpoints.digest(basis, number)
    stored = workspace.tables()
    if all(name in stored and stored[name].stamp == stamp for name in OUTPUTS):
        told(1, 1, "the segments are up to date")
        return Report(segments=stored["segments"].rows, fresh=True)
    with behaviour.people(workspace, workspace.checkpoints_folder if address else None) as people:
        gone = record.gone(workspace.read("division")) if workspace.has("division") else ()
        found = segment(
            people,
            how,
            previous=_previous(workspace),
            names=_names(workspace),
            gone=gone,
            taking=Taking(settings.workers, address),
            progress=told,
        )
        frames = record.tables(found, when=now, table=inputs) | _beside(workspace, found)
        frames["choices"] = _choices(workspace, found, number, basis)
        assignments = workspace.stage("assignments", found.assigned())
        frames["movements"] = _movements(workspace, assignments.path)
        workspace.write({**frames, "assignments": assignments}, now=now, stamp=stamp)
    told(1, 1, f"{len(found.segments)} segments")
    return Report(len(found.segments), found.stable, found.why)


def _number(workspace: Workspace, settings: Settings, asked: Mapping[str, Any]) -> Number:
    """How many segments to look for: what this run asks for, else the settings, else what was asked for before."""
    if "k" in asked:
        k = asked["k"]
        if k is not None and not (isinstance(k, int) and 1 <= k <= choice.MOST):
            raise InputError(f"{printable(k, 20)} segments cannot be looked for. Ask for 1 to {choice.MOST}, or none.")
        return Number(k, held=k is not None)
    if settings.k is None and workspace.has("choices"):
        before = workspace.read("choices")
        if "asked" in before and (before["asked"] == 1).any():
            return Number(int(before.loc[before["asked"] == 1, "k"].iloc[0]), held=True)
    return Number(settings.k, held=False)


def _choices(workspace: Workspace, found: Segmentation, number: Number, basis: str) -> pd.DataFrame:
    """What was tried, beside what earlier runs tried on the same people under the same settings.

    So that who asks for a number can hold it against the one that the data prove.
    """
    tried = record.choices(found).assign(
        criterion=[one.criterion for one in found.choice.tried], found=0, asked=0, basis=basis
    )
    if number.k is None:
        return tried.assign(found=tried["chosen"])
    tried["asked"] = ((tried["k"] == number.k) & number.held).astype("int64")
    before = workspace.read("choices") if workspace.has("choices") else tried.head(0)
    same = before[before["basis"] == basis] if "basis" in before else tried.head(0)
    known = same.set_index("k")
    for at, k in tried["k"].items():
        if k in known.index:  # fitted like its neighbours there, so that its likelihood compares
            alike = ["bic", "icl", "criterion", "found"]
            tried.loc[at, alike] = known.loc[k, alike].to_numpy()
    others = same[~same["k"].isin(tried["k"])].assign(chosen=0, asked=0)
    whole = pd.concat([tried, others[list(tried.columns)]], ignore_index=True) if len(others) else tried
    return whole.astype(tried.dtypes.to_dict()).sort_values("k", ignore_index=True)


def _previous(workspace: Workspace) -> Previous | None:
    if not workspace.has("assignments"):
        return None

    def where(persons: Sequence[str]) -> pd.DataFrame:
        return workspace.read("assignments", filters=[("person", "in", list(persons))])

    return where


def _names(workspace: Workspace) -> Mapping[str, str]:
    if not workspace.has("segments"):
        return {}
    before = workspace.read("segments", ["segment", "name"])
    return dict(zip(before["segment"], before["name"], strict=True))


def _beside(workspace: Workspace, found: Segmentation) -> dict[str, pd.DataFrame]:
    """What viewing tells: tables `affinity`, `lifecycle`, and those of taste; empty without any."""
    titles = workspace.read("titles") if workspace.has("titles") else None
    today = found.how.today
    if not workspace.has("viewing"):
        nowhere = pd.DataFrame(columns=["person", "state"], dtype="str")
        return {
            "affinity": affinity(found.assignments.head(0), taste.NOTHING_SEEN, titles),
            "lifecycle": lifecycle.crossed(found.assignments.head(0), nowhere),
            **taste.nothing(),
        }
    viewing = workspace.read("viewing", ["person", "title", "date"])
    seen = gather(viewing, dated=True)
    used = {column.name for column in found.division.scheme.columns}
    by_viewing = not used <= set(workspace.tables()["audience"].columns)
    return {
        "affinity": affinity(found.assignments, seen, titles, today=today),
        "lifecycle": lifecycle.crossed(found.assignments, lifecycle.states(viewing, today)),
        **taste.tables(seen, found.assignments, seed=found.how.seed, by_viewing=by_viewing),
    }


def _movements(workspace: Workspace, assignments: Path) -> pd.DataFrame:
    """Who moved since the last run, and what each segment was called then; nobody in the first one."""
    if not workspace.has("assignments"):
        moved = movements.nobody()
    else:
        with tempfile.TemporaryDirectory() as spill:
            moved = movements.between_stored(workspace.file("assignments"), assignments, Path(spill))
    names = _names(workspace)
    return moved.assign(was_called=pd.Series([names.get(i, "") for i in moved["before"]], dtype="str"))
