"""Long work in a process of its own: started, reported on while it goes on, found again after a crash.

A run is a row in the ledger. Whoever wants work asks for a run; a worker claims it, keeps its row up to date
and ends it. Workers of one workspace take turns by holding a file lock, which the kernel takes from the dead:
a run that is "running" while nobody holds the lock was left behind, and is carried on.

This module loads neither forecasters nor scikit-learn nor LangChain; the jobs do, in the worker.
"""

import contextlib
import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Self

import filelock

from marketing import settings
from marketing.errors import MarqueeError, printable
from marketing.ledger import Ledger, RunRecord
from marketing.workspace import Workspace
from pipelines import jobs

Clock = Callable[[], dt.datetime]

TRIES = 2  # processes that a run may cost before it is given up
REPORT_SECONDS = 0.5  # between two reports of progress
HEARTBEAT_SECONDS = 5.0  # between two reports when there is nothing new
HOUSE = Path(__file__).resolve().parents[1]


class StoppedError(MarqueeError):
    """The run was stopped by a person while it was at work."""

    exit_code = 1


def start_waiting(folder: Path) -> None:
    """Start a worker for the oldest run that waits or was left behind. Cheap; call it often."""
    if not (folder / "ledger.sqlite").is_file():
        return
    with contextlib.closing(Ledger(Workspace(folder).ledger_url)) as ledger:
        for record in ledger.open_runs():
            left_behind = record.state == "running" and not at_work(folder)
            if (left_behind or record.state == "waiting") and _crew.start(folder, record, ledger):
                return  # the worker goes on with the others


def at_work(folder: Path) -> bool:
    """Whether some process works on a run of this workspace now."""
    with contextlib.suppress(filelock.Timeout), _turn(folder).acquire(blocking=False):
        return False
    return True


def work(folder: Path, run: str, *, clock: Clock, progress: jobs.Steps | None = None) -> RunRecord:
    """Carry out a run in this process, when its turn comes, and return how it ended.

    A run that has ended already is left alone. Failed items are in the record's `failures`.

    Raises:
        MarqueeError: a job could not be done; the record says so too, and the other jobs were done.
    """
    workspace = Workspace.open(folder)
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger, _turn(folder):
        if not ledger.claim_run(run, os.getpid(), clock(), dead=ledger.run(run).pid):
            return ledger.run(run)
        _close_left_behind(ledger, ledger.run(run), clock)
        try:
            with _Reporter(ledger, run, clock, progress) as reporter:
                failures, errors = _carry_out(workspace, ledger, ledger.run(run), clock, reporter)
        except StoppedError:
            return ledger.run(run)
        except KeyboardInterrupt:
            ledger.end_run(run, "stopped", [], clock())
            raise
        ledger.end_run(run, "failed" if errors else "done", failures, clock())
        if errors:
            raise errors[0]
        return ledger.run(run)


def next_waiting(folder: Path, done: Collection[str]) -> str | None:
    """The oldest run that waits, of those that are not in `done`."""
    with contextlib.closing(Ledger(Workspace.open(folder).ledger_url)) as ledger:
        return next((r.run for r in ledger.open_runs() if r.state == "waiting" and r.run not in done), None)


def _close_left_behind(ledger: Ledger, record: RunRecord, clock: Clock) -> None:
    """End runs whose process is gone and whose work this one does too: nobody need carry them on."""
    for other in ledger.open_runs():
        same = set(other.jobs) <= set(record.jobs) and other.arguments == record.arguments
        if other.state == "running" and other.run != record.run and same:
            reason = "Its process ended before it was done. Another run did the rest."
            ledger.end_run(other.run, "stopped", [{"job": other.step, "key": "", "reason": reason}], clock())


def _carry_out(
    workspace: Workspace, ledger: Ledger, record: RunRecord, clock: Clock, reporter: "_Reporter"
) -> tuple[list[dict[str, str]], list[Exception]]:
    """Every job in turn: the items that failed, and the errors of jobs that could not be done at all."""
    failures: list[dict[str, str]] = []
    errors: list[Exception] = []
    chosen = settings.read(workspace.folder, os.environ)
    today = chosen.day(clock().astimezone().date())  # settled once, for a run that goes on past midnight
    chosen = chosen.model_copy(update={"today": today})
    for job in record.jobs:
        reporter.step(job)
        try:
            made = jobs.do(
                job, workspace, ledger, chosen, record.arguments, now=clock(), by=record.by, progress=reporter
            )
            failures += [{"job": job, "key": f.key, "reason": f.reason} for f in made]
        except StoppedError:
            raise
        except Exception as error:
            errors.append(error)
            failures.append({"job": job, "key": "", "reason": in_words(error)})
    return failures, errors


def log(folder: Path, run: str) -> Path:
    """What the worker of a run printed, for developers."""
    return folder / "runs" / f"{run}.log"


def in_words(error: Exception) -> str:
    """What to tell a person of an error."""
    if isinstance(error, MarqueeError):
        return str(error)
    return f"A fault of Marquee's own: {type(error).__name__}: {printable(str(error), 200)}."


def _turn(folder: Path) -> filelock.BaseFileLock:
    """The lock that is held by the one process that works on runs of this workspace."""
    (folder / "runs").mkdir(exist_ok=True)
    return filelock.FileLock(folder / "runs" / "worker.lock")


class _Reporter:
    """Progress on its way to the run's row, at most every REPORT_SECONDS, from a thread that is also the heartbeat."""

    def __init__(self, ledger: Ledger, run: str, clock: Clock, beside: jobs.Steps | None) -> None:
        self._ledger, self._run, self._clock, self._beside = ledger, run, clock, beside
        self._news: dict[str, Any] = {}
        self._step = ""
        self._over, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._report, daemon=True, name="heartbeat")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def step(self, name: str) -> None:
        """From here on progress is that of this job."""
        self._news = {"step": name, "done": 0, "total": 0, "message": ""}
        if self._beside:
            self._beside.step(name)

    def __call__(self, done: int, total: int, what: str) -> None:
        if self._stopped.is_set():
            raise StoppedError("The run was stopped.")
        self._news = {**self._news, "done": done, "total": total, "message": what}
        if self._beside:
            self._beside(done, total, what)

    def _report(self) -> None:
        told: dict[str, Any] = {}
        quiet = 0.0
        while not self._over.wait(REPORT_SECONDS):
            quiet += REPORT_SECONDS
            if self._news == told and quiet < HEARTBEAT_SECONDS:
                continue
            told, quiet = self._news, 0.0
            if not self._ledger.update_run(self._run, **told, at=self._clock()):
                self._stopped.set()


class _Crew:
    """The workers that this process has started, by run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started: dict[tuple[Path, str], list[subprocess.Popen[bytes]]] = {}

    def start(self, folder: Path, record: RunRecord, ledger: Ledger) -> bool:
        """Whether a worker for the run is on its way, started if need be; False, and the run ended in words, once it
        has cost TRIES of them."""
        with self._lock:
            started = self._started.setdefault((folder.absolute(), record.run), [])
            if started and started[-1].poll() is None:
                return True
            if len(started) < TRIES:
                started.append(_spawn(folder, record.run))
                return True
        reason = f"Its process was killed {TRIES} times; most often memory ran out. What it had finished is kept."
        now = dt.datetime.now(dt.UTC)
        ledger.end_run(record.run, "failed", [{"job": record.step, "key": "", "reason": reason}], now)
        return False


_crew = _Crew()


def _spawn(folder: Path, run: str) -> subprocess.Popen[bytes]:
    """A worker that outlives the browser but not this process; it yields to whoever serves pages."""
    command = [sys.executable, "-m", "pipelines", "work", run, "--workspace", str(folder.absolute())]
    (folder / "runs").mkdir(exist_ok=True)
    with log(folder, run).open("ab") as said:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*command, "--parent", str(os.getpid())],
            cwd=HOUSE,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
