"""The jobs that a run is made of, by name; each loads its libraries only when it is done."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from marketing.catalog import require
from marketing.ledger import Ledger
from marketing.settings import Settings
from marketing.workspace import Workspace

# What a job works on, in the order in which jobs are done: of each group of tables one must be there.
NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "forecast": (("engagement",),),
    "segment": (("audience",),),
    "draft": (("audience", "segments"), ("titles", "engagement")),
}
NAMES = tuple(NEEDS)
OTHERS = ("sample", "engine", "k")  # arguments that are not the draft job's


class Failed(Protocol):
    """An item that could not be done."""

    @property
    def key(self) -> str:
        """Which one."""
        ...

    @property
    def reason(self) -> str:
        """Why, in words."""
        ...


class Steps(Protocol):
    """Progress of several jobs, one after the other."""

    def step(self, name: str) -> None:
        """From here on progress is that of this job."""
        ...

    def __call__(self, done: int, total: int, what: str) -> None:
        """So many are done, of so many, the last of them `what`."""
        ...


def chosen(asked: Sequence[str], workspace: Workspace) -> list[str]:
    """The jobs asked for, in their order; when none is named, those that the workspace has data for."""
    for job in asked:
        require(job, NAMES, "jobs")
    there = workspace.tables()
    ready = [job for job, groups in NEEDS.items() if all(any(name in there for name in group) for group in groups)]
    return [job for job in NAMES if job in (asked or ready)]


def do(
    job: str,
    workspace: Workspace,
    ledger: Ledger,
    settings: Settings,
    arguments: Mapping[str, Any],
    *,
    now: dt.datetime,
    by: str,
    progress: Steps,
) -> Sequence[Failed]:
    """Do one job on all of a workspace, as far as it is stale; the items that failed.

    `by` is who asked for it, and drafts bear that name. `arguments` are the draft job's request (which titles,
    segments and channels, how many variants), under "sample" which sample the job of that name puts in, under
    "engine" the address of a Dask scheduler and under "k" how many segments, both in place of the settings'.
    """
    if job == "forecast":
        from pipelines import forecast

        address = arguments.get("engine", settings.engine)
        return forecast.run(workspace, settings, now=now, address=address, progress=progress).failures
    if job == "segment":
        from pipelines import segment

        address = arguments.get("engine", settings.engine)
        return segment.run(workspace, settings, now=now, asked=arguments, address=address, progress=progress).failures
    if job == "draft":
        from pipelines import draft

        request = {name: value for name, value in arguments.items() if name not in OTHERS}
        return draft.run(workspace, ledger, settings, request or None, now=now, by=by, progress=progress).failures
    from pipelines import sample

    sample.put_in(workspace, settings, arguments["sample"], now=now, progress=progress)
    return []
