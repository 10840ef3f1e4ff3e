"""Drafts for titles, segments and channels: briefs from the workspace, drafts into the ledger as they are written.

What was drafted already for the same brief by the same writer is not written, or paid for, again. A draft that
fails is reported and the others go on; a service that will answer no further request stops the batch.
"""

import datetime as dt
import itertools
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from marketing.drafts import briefing, channels, drafting, writers
from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.drafting import Draft
from marketing.drafts.writers import Credit
from marketing.errors import InputError, MarqueeError, QuotaError
from marketing.ledger import Ledger
from marketing.records import DraftRecord
from marketing.settings import Settings
from marketing.trends import engagement
from marketing.workspace import Workspace
from pipelines.engine import Failure

Progress = Callable[[int, int, str], None]

SEGMENTS = 3  # the largest, where none is named
AT_ONCE = 4  # requests to a chat model under way; more and services begin to refuse
BY = "marquee"


@dataclass(frozen=True)
class Report:
    """What a run did: drafts written, drafts that were there already, and those that failed, with reasons."""

    written: int = 0
    kept: int = 0
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """One draft to write."""

    brief: Brief
    channel: Channel
    variant: int

    @property
    def key(self) -> str:
        """What it is for, in words."""
        segment = self.brief.segment.name or self.brief.segment.segment if self.brief.segment else "everyone"
        return f"{self.brief.title.called}, {segment}, {self.channel.id}, variant {self.variant}"


def run(
    workspace: Workspace,
    ledger: Ledger,
    settings: Settings,
    request: Mapping[str, Any] | None,
    *,
    now: dt.datetime,
    progress: Progress,
    by: str = BY,
    environ: Mapping[str, str] | None = None,
    clock: Callable[[], dt.datetime] | None = None,
) -> Report:
    """Draft what `request` asks for: titles, segments, channels, variants, goal, offer, facts (ids), writer.

    What it leaves out: the title whose forecast rises most, the three largest segments, and the settings'
    channels, variants and writer. `now` dates the drafts, and they bear the name of `by`, who asked for them.

    Raises:
        InputError, MissingError: the request names what is not there, or there is nothing to draft for.
    """
    request = dict(request or {})
    chosen = settings.model_copy(update={"writer": request.get("writer") or settings.writer})
    tasks = list(_tasks(workspace, settings, request, now.astimezone().date()))
    made = writers.writer(chosen.writer, chosen, os.environ if environ is None else environ)
    credit = writers.credit(made)
    fresh, kept = _unwritten(tasks, ledger, credit)
    report = Report(kept=kept)
    progress(kept, len(tasks), "drafts that are there already" if kept else "briefs")
    for brief in {task.brief.digest(): task.brief for task in fresh}.values():
        ledger.add_brief(brief.content(), digest=brief.digest(), at=now)

    def write(task: Task) -> Draft:
        return drafting.draft(
            task.brief, task.channel, task.variant, made, now=clock() if clock else now, seed=settings.seed
        )

    written = 0
    failures = report.failures
    for done, (task, result) in enumerate(_each(fresh, write, _at_once(chosen)), kept + 1):
        if isinstance(result, Draft):
            written += ledger.add_drafts([record(result, by=by)])
        else:
            failures.append(result)
        progress(done, len(tasks), task.key)
    return Report(written, kept, failures)


def draft_file(
    brief: Brief,
    channel_ids: Sequence[str],
    variants: int,
    writer: str,
    *,
    settings: Settings,
    environ: Mapping[str, str],
    now: dt.datetime,
    own_channels: Path | None = None,
) -> list[Draft]:
    """Drafts of one brief for each channel and variant, channels of `own_channels` first; no ledger.

    Raises:
        MissingError: there is no such channel or writer, or the writer lacks something.
        WriterError: a draft could not be written.
    """
    places = [channels.load(channel, own_channels) for channel in dict.fromkeys(channel_ids)]
    made = writers.writer(writer, settings, environ)
    asked = itertools.product(places, range(1, variants + 1))
    return [drafting.draft(brief, place, variant, made, now=now, seed=settings.seed) for place, variant in asked]


def record(draft: Draft, *, by: str = BY) -> DraftRecord:
    """A draft as the ledger keeps it."""
    content = draft.content()
    return DraftRecord(
        draft=draft.draft,
        digest=draft.digest,
        brief=draft.brief,
        title=draft.title,
        segment=draft.segment,
        channel=draft.channel,
        variant=draft.variant,
        language=draft.language,
        copy=content["copy"],
        problems=content["problems"],
        writer=draft.writer,
        prompt=draft.prompt,
        cost=content["cost"],
        created_at=draft.created_at,
        created_by=by,
        parent=draft.parent,
    )


def liveliest(workspace: Workspace) -> str:
    """The title whose largest trend is expected to rise most; without forecasts, the first title there is.

    Raises:
        InputError: the workspace has neither titles nor engagement.
    """
    if workspace.has("forecasts"):
        forecasts = workspace.read("forecasts", ["trend", "title", "metric", "date", "expected"])
        total = [engagement.part(trend) == ("", "") for trend in forecasts["trend"]]
        totals = forecasts[total].dropna(subset=["expected"])
        if not totals.empty:
            ordered = totals.sort_values("date").groupby("trend")
            rise = pd.DataFrame(
                {
                    "title": ordered["title"].first(),
                    "size": ordered["expected"].mean(),
                    "rise": ordered["expected"].max() - ordered["expected"].first(),
                }
            )
            largest = rise.sort_values("size").groupby("title").tail(1)
            return str(largest.sort_values(["rise", "size", "title"])["title"].iloc[-1])
    for name in ("titles", "engagement"):
        if workspace.has(name):
            return str(workspace.read(name, ["title"])["title"].min())
    raise InputError("There is no title to draft for. Import titles or engagement: marquee ingest titles FILE")


def _tasks(workspace: Workspace, settings: Settings, request: Mapping[str, Any], clock: dt.date) -> Iterator[Task]:
    own = workspace.folder / channels.OWN
    places = [channels.load(channel, own) for channel in request.get("channels") or settings.channels]
    variants = range(1, int(request.get("variants") or settings.variants) + 1)
    titles = request.get("titles") or [liveliest(workspace)]
    segments = request.get("segments") or _largest(workspace)
    for title, segment in itertools.product(titles, segments):
        brief = briefing.build(
            workspace,
            title,
            segment,
            settings,
            today=settings.day(clock),
            goal=str(request.get("goal") or ""),
            offer=str(request.get("offer") or ""),
            facts=request.get("facts"),
        )
        for place, variant in itertools.product(places, variants):
            yield Task(brief, place, variant)


def _largest(workspace: Workspace) -> list[str]:
    if not workspace.has("segments"):
        raise InputError("There are no segments to draft for. Import an audience, then: marquee run segment")
    segments = workspace.read("segments", ["segment", "size"]).sort_values(["size", "segment"], ascending=[False, True])
    return [str(segment) for segment in segments["segment"].head(SEGMENTS)]


def _unwritten(tasks: Sequence[Task], ledger: Ledger, credit: Credit) -> tuple[list[Task], int]:
    """The tasks whose draft is not there yet, and how many are."""
    there: set[tuple[str, str, int]] = set()
    titles = {task.brief.title.title or task.brief.title.called for task in tasks}
    known: dict[str, str] = {}
    for title in sorted(titles):
        for old in ledger.drafts(title=title):
            if (old.writer, old.prompt) == (credit.writer, credit.prompt):
                if old.brief not in known:
                    known[old.brief] = Brief.model_validate(ledger.brief(old.brief)).essence()
                there.add((known[old.brief], old.channel, old.variant))
    fresh = [task for task in tasks if (task.brief.essence(), task.channel.id, task.variant) not in there]
    return fresh, len(tasks) - len(fresh)


def _at_once(settings: Settings) -> int:
    """Offline writing is work for the processor and gains nothing from threads."""
    return 1 if settings.writer == "offline" else AT_ONCE


def _each(
    tasks: Sequence[Task], write: Callable[[Task], Draft], at_once: int
) -> Iterator[tuple[Task, Draft | Failure]]:
    """Each task with its draft, or with why it has none; after a QuotaError none is begun."""
    waiting = iter(tasks)
    stopped: QuotaError | None = None
    with ThreadPoolExecutor(at_once) as pool:
        running: dict[Future[Draft], Task] = {
            pool.submit(write, task): task for task in itertools.islice(waiting, at_once)
        }
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                error = future.exception()
                stopped = error if isinstance(error, QuotaError) else stopped
                yield task, _failure(task, error) if error else future.result()
                if stopped is None:
                    running |= {pool.submit(write, task): task for task in itertools.islice(waiting, 1)}
    for task in waiting:
        yield task, Failure(task.key, f"Not begun: {stopped}")


def _failure(task: Task, error: BaseException) -> Failure:
    if isinstance(error, MarqueeError):
        return Failure(task.key, str(error))
    trace = "".join(traceback.format_exception(error))
    return Failure(task.key, f"An error of ours ({type(error).__name__}); please report it.", trace)
