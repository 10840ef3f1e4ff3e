"""Commands that compute: run, forecast, and the dashboard's worker."""

import contextlib
import importlib
import os
import signal
import sys
import traceback
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketing import people
from marketing.errors import InputError, MarqueeError
from marketing.ledger import Ledger, RunRecord
from marketing.workspace import Workspace
from pipelines import cluster, jobs, lifeline, runs
from pipelines.commands import acting, files
from pipelines.terminal import Progress, print_json, say, tell

if TYPE_CHECKING:
    import pandas as pd

NICENESS = 5  # a worker yields to the server that shows pages


def run(
    folder: Path,
    asked: Sequence[str],
    request: Mapping[str, Any],
    *,
    by: str | None,
    as_json: bool,
    address: str | None = None,
) -> int:
    """Do the jobs, here, when the workspace's turn comes; by the Dask scheduler at `address`, if any."""
    workspace = Workspace.open(folder)
    chosen = acting.choices(folder)
    person = acting.person(by, chosen)
    wanted = jobs.chosen(asked, workspace)
    people.require_jobs(person, wanted)
    if not wanted:
        raise InputError("This workspace has no engagement and no audience yet. Import some: marquee ingest --help")
    arguments = {name: value for name, value in request.items() if value}
    if arguments and "draft" not in wanted:
        raise InputError(f"--{next(iter(arguments)).rstrip('s')} goes with the draft job. Name it: marquee run draft")
    if address is not None:
        cluster.check(address)
        if not {"forecast", "segment"} & {*wanted}:
            raise InputError("--engine goes with the jobs forecast and segment. Name one: marquee run forecast")
        arguments["engine"] = address
    key = uuid.uuid4().hex
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        ledger.request_run(wanted, arguments, by=person.name, at=acting.now(), run=key)
        before = _files(workspace), {draft.draft for draft in ledger.drafts()}
    if runs.at_work(folder):
        tell("Another run is at work on this workspace; waiting for it to end.")
    with Progress() as progress:
        record = runs.work(folder, key, clock=acting.now, progress=progress)
    return _report(workspace, record, before, as_json=as_json)


def _files(workspace: Workspace) -> dict[str, str]:
    """The file that each table stands in; another one when it was written again."""
    return {name: stored.file for name, stored in workspace.tables().items()}


def _report(
    workspace: Workspace, record: RunRecord, before: tuple[Mapping[str, str], Collection[str]], *, as_json: bool
) -> int:
    """Say what each job made, or that nothing was stale, and which items failed.

    `before` holds the tables' files and the drafts that were there.
    """
    files_before, drafts_before = before
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        drafted = sum(draft.draft not in drafts_before for draft in ledger.drafts())
    stored = workspace.tables()
    made = {job: [name for name in _outputs(job) if name in stored] for job in record.jobs}
    refused = _refused(workspace) if "forecast" in record.jobs else {}
    if as_json:
        told = {name: stored[name].rows for names in made.values() for name in names}
        ended = {"run": record.run, "jobs": record.jobs, "state": record.state, "tables": told, "drafts": drafted}
        named = [{"trend": trend, "reason": reason} for trend, reason in refused.items()]
        print_json({**ended, "failures": record.failures, "refused": named})
    else:
        failed = {failure["job"] for failure in record.failures}
        for job, names in made.items():
            written = [name for name in names if stored[name].file != files_before.get(name)]
            for name in written:
                say(f"{name}: {stored[name].rows:,} rows")
            if job == "draft" and drafted:
                say("1 draft, waiting" if drafted == 1 else f"{drafted:,} drafts, all waiting")
            elif not written and job not in failed:
                say(f"{job}: up to date")
            if "trends" in written:
                _tell_refused(refused)
    for failure in record.failures:
        tell(f"{failure['job']}: {failure['key']}: {failure['reason']}")
    return 1 if record.failures or record.state != "done" else 0


def _outputs(job: str) -> tuple[str, ...]:
    """The tables that a job writes, as it says itself; none where its work goes into the ledger."""
    return tuple(getattr(importlib.import_module(f"pipelines.{job}"), "OUTPUTS", ()))


def _refused(workspace: Workspace) -> dict[str, str]:
    """The trends of a workspace that cannot be forecast, each with its reason; those that failed are none of them."""
    if not workspace.has("trends"):
        return {}
    from marketing.trends.states import FORECAST

    trends = workspace.read("trends", ["trend", "state", "reason"])
    left = trends[~trends["state"].isin([*FORECAST, "failed"])]
    return dict(zip(left["trend"], left["reason"], strict=True))


def _tell_refused(refused: Mapping[str, str]) -> None:
    for trend, reason in refused.items():
        tell(f"{trend}: {reason}")


@dataclass(frozen=True)
class Asked:
    """What `marquee forecast` was asked for, besides a file; None where nothing was said."""

    horizon: int | None = None
    frequency: str | None = None
    forecaster: str | None = None
    territory: str | None = None
    events: Path | None = None

    def given(self) -> list[str]:
        """The options that were used."""
        return [f"--{field.name}" for field in fields(self) if getattr(self, field.name) is not None]


def forecast(
    folder: Path,
    source: Path | None,
    asked: Asked,
    out: Path | None,
    how: Mapping[str, Any],
    *,
    address: str | None,
    as_json: bool,
) -> int:
    """Forecast a file, read as `how` says; without one, every trend of the workspace."""
    files.ready(out, files.SUFFIXES)
    if source is None:
        refuse(how)
        if asked.given():
            options = " and ".join(asked.given())
            goes = "go" if len(asked.given()) > 1 else "goes"
            raise InputError(f"{options} {goes} with --input. A workspace's own stand in its settings.toml and events.")
        code = run(folder, ["forecast"], {}, by=None, as_json=as_json, address=address)
        if out is not None:
            files.write_table(Workspace.open(folder).read("forecasts"), out)
        return code
    if asked.frequency not in (None, "D", "W", "M"):
        raise InputError(f"--frequency {asked.frequency!r} is none of D, W and M (day, week, month).")
    tables, failed = _forecast_file(folder, source, asked, how, address)
    if out is not None:
        files.write_table(tables["forecasts"], out)
    elif as_json:
        print_json({name: files.rows(tables[name]) for name in tables if name != "fits"})
    else:
        say(files.csv(tables["forecasts"]).rstrip("\n"))
    left_out = tables["trends"].loc[~tables["trends"]["trend"].isin(tables["forecasts"]["trend"])]
    _tell_refused(dict(zip(left_out["trend"], left_out["reason"], strict=True)))
    return 1 if failed else 0


def _forecast_file(
    folder: Path, source: Path, asked: Asked, how: Mapping[str, Any], address: str | None
) -> tuple[dict[str, "pd.DataFrame"], bool]:
    """The tables made of a file, and whether a trend of it failed."""
    from marketing.trends.events import holidays
    from pipelines import forecast as job

    chosen = acting.choices(folder)
    if asked.territory and not holidays.countries([], asked.territory):
        raise InputError(f"--territory {asked.territory!r} is no country's code. Write it as ES, GB or US.")
    frame = read(source, "engagement", folder, how)
    events = read(asked.events, "events", folder, {}) if asked.events else None
    with Progress() as progress:
        progress.step("forecast")
        tables, report = job.forecast_file(
            frame,
            horizon=asked.horizon,
            frequency=asked.frequency,  # type: ignore[arg-type]  # one of the three by now
            forecaster=chosen.forecaster if asked.forecaster is None else asked.forecaster,
            told=events,
            territory=chosen.territory if asked.territory is None else asked.territory,
            address=chosen.engine if address is None else address,
            progress=progress,
        )
    return tables, bool(report.failures)


def read(source: Path, table: str, folder: Path, how: Mapping[str, Any]) -> "pd.DataFrame":
    """A file's rows, under the workspace's limits where there is one; how they were read is told."""
    from marketing import sources

    reading = sources.read(source, table, limits=acting.choices(folder).limits, **how)
    for note in reading.notes:
        tell(f"{source.name}: {note}")
    return reading.frame


def refuse(how: Mapping[str, Any]) -> None:
    """Refuse options that say how a file is read, where there is no file."""
    if any(how.values()):
        raise InputError("--map, --set and --dates go with --input. What is in a workspace has been read already.")


def work(folder: Path, run: str, parent: int | None) -> int:
    """Carry out a run as a worker, then what else waits: without a terminal, yielding, ending with the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; its end is ours
    if parent is not None:
        lifeline.end_with(parent)
    os.nice(NICENESS)
    log = runs.log(folder, run)
    done: dict[str, int] = {}  # a run that stays waiting whatever is done about it is tried once
    waiting: str | None = run
    while waiting:
        done[waiting] = _worked(folder, waiting)
        waiting = runs.next_waiting(folder, done)
    if log.is_file() and not log.stat().st_size:
        log.unlink()
    return max(done.values())


def _worked(folder: Path, run: str) -> int:
    try:
        record = runs.work(folder, run, clock=acting.now)
    except MarqueeError as error:
        tell(f"marquee: {error}")  # into the log; the ledger has it too
        return error.exit_code
    except Exception:
        traceback.print_exc()  # into the log; the ledger has it in words
        return 1
    finally:
        sys.stderr.flush()
    return 0 if record.state == "done" else 1
