"""Runs are carried out, reported on, stopped, and found again when their process was killed."""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import small_company
from small_company import NOW, now

from marketing.errors import InputError, MissingError
from marketing.ledger import Ledger, RunRecord
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import engine, jobs, runs

PATIENCE = 60.0  # seconds for a worker to load its libraries on a busy machine


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return small_company.make(tmp_path / "small")


@pytest.fixture
def ledger(workspace: Workspace) -> Iterator[Ledger]:
    with contextlib.closing(Ledger(workspace.ledger_url)) as opened:
        yield opened


def ask(ledger: Ledger, run: str, *jobs: str) -> RunRecord:
    return ledger.request_run(jobs or ("forecast",), {}, by="Ada", at=NOW, run=run)


def until(holds: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be asked how has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class Doing:
    """Stands in for the jobs: does what a test says, and keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **deeds: Callable[[jobs.Steps], Any]) -> None:
        self.deeds, self.asked = deeds, []  # type: ignore[var-annotated]
        monkeypatch.setattr(jobs, "do", self.do)

    def do(
        self,
        job: str,
        _: object,
        __: object,
        chosen: Settings,
        *___: object,
        now: dt.datetime,
        by: str,
        progress: jobs.Steps,
    ) -> list[engine.Failure]:
        self.asked.append(job)
        self.day, self.by = chosen.today, by
        return self.deeds[job](progress) or []


def test_a_waiting_run_is_carried_out_by_a_process_of_its_own(workspace: Workspace, ledger: Ledger) -> None:
    ask(ledger, "r1")
    runs.start_waiting(workspace.folder)
    record = until(lambda: (r := ledger.run("r1")).state in ("done", "failed") and r)
    assert (record.state, record.failures) == ("done", [])
    assert record.pid != os.getpid()
    assert set(workspace.read("forecasts", ["title"])["title"]) == set(small_company.TITLES)


def test_of_many_runs_that_wait_the_oldest_gets_a_worker_which_goes_on_with_the_rest(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned: list[str] = []
    spawn = runs._spawn
    monkeypatch.setattr(runs, "_spawn", lambda folder, run: spawned.append(run) or spawn(folder, run))
    keys = [f"r{n:02}" for n in range(25)]
    for key in keys:
        ask(ledger, key)
    runs.start_waiting(workspace.folder)
    runs.start_waiting(workspace.folder)
    assert spawned == ["r00"]
    until(lambda: {ledger.run(key).state for key in keys} == {"done"})  # though nobody looks any more
    assert {ledger.run(key).pid for key in keys} == {ledger.run("r00").pid}


def test_a_killed_run_is_carried_on_when_someone_looks(workspace: Workspace, ledger: Ledger) -> None:
    ask(ledger, "r1")
    runs.start_waiting(workspace.folder)
    first = until(lambda: (r := ledger.run("r1")).state == "running" and r.pid)
    os.kill(first, signal.SIGKILL)
    until(lambda: not runs.at_work(workspace.folder))
    assert ledger.run("r1").state == "running"  # nobody is left to say otherwise
    until(lambda: runs.start_waiting(workspace.folder) or ledger.run("r1").state == "done")
    assert ledger.run("r1").pid != first


def test_a_run_left_behind_is_closed_by_the_one_that_does_its_work(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    Doing(monkeypatch, forecast=lambda _: None)
    for run, job in (("killed", "forecast"), ("other", "segment"), ("again", "forecast")):
        ask(ledger, run, job)
        if run != "again":
            ledger.claim_run(run, 999_999, NOW)  # and its process is gone
    runs.work(workspace.folder, "again", clock=now)
    assert [ledger.run(run).state for run in ("killed", "other", "again")] == ["stopped", "running", "done"]


def test_a_run_that_is_killed_twice_ends_in_words(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_spawn", lambda *_: subprocess.Popen(["sh", "-c", "kill -9 $$"]))
    ask(ledger, "r1")
    until(lambda: runs.start_waiting(workspace.folder) or ledger.run("r1").state == "failed")
    (failure,) = ledger.run("r1").failures
    assert "killed 2 times" in failure["reason"]


def test_a_worker_ends_with_the_server_that_started_it(workspace: Workspace, ledger: Ledger) -> None:
    ask(ledger, "r1")
    script = "import sys, time; from pathlib import Path; from pipelines import runs\n"
    script += "runs.start_waiting(Path(sys.argv[1])); time.sleep(600)"
    with runs._turn(workspace.folder):  # so that the worker has to wait for its turn
        server = subprocess.Popen([sys.executable, "-c", script, str(workspace.folder)], cwd=runs.HOUSE)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        worker = int(until(lambda: children.read_text().split())[0])
        time.sleep(1)
        server.kill()
        server.wait()
        until(lambda: gone(worker))
    assert ledger.run("r1").state == "waiting"


def test_progress_reaches_the_row_while_the_run_is_at_work(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[RunRecord] = []

    def forecast(progress: jobs.Steps) -> None:
        progress(2, 9, "Saltmarsh, views")
        seen.append(until(lambda: (r := ledger.run("r1")).done == 2 and r))

    Doing(monkeypatch, forecast=forecast)
    ask(ledger, "r1")
    runs.work(workspace.folder, "r1", clock=now)
    assert (seen[0].state, seen[0].step, seen[0].total, seen[0].message) == (
        "running",
        "forecast",
        9,
        "Saltmarsh, views",
    )
    assert seen[0].heartbeat_at == NOW


def test_a_stopped_run_stops_at_its_next_step(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forecast(progress: jobs.Steps) -> None:
        ledger.end_run("r1", "stopped", [], NOW)
        for done in range(1_000):
            progress(done, 1_000, "one more")
            time.sleep(0.05)

    doing = Doing(monkeypatch, forecast=forecast)
    ask(ledger, "r1", "forecast", "segment")
    assert runs.work(workspace.folder, "r1", clock=now).state == "stopped"
    assert doing.asked == ["forecast"]


def test_a_job_that_fails_is_told_in_words_and_the_others_are_done(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: jobs.Steps) -> None:
        raise MissingError("This workspace has no audience yet. Import it.")

    one = engine.Failure("saltmarsh/views", "Its history is too short.")
    doing = Doing(monkeypatch, forecast=lambda _: [one], segment=refuse, draft=lambda _: [])
    ask(ledger, "r1", "forecast", "segment", "draft")
    with pytest.raises(MissingError, match="no audience"):
        runs.work(workspace.folder, "r1", clock=now)
    assert doing.asked == ["forecast", "segment", "draft"]
    record = ledger.run("r1")
    assert record.state == "failed"
    assert record.failures == [
        {"job": "forecast", "key": "saltmarsh/views", "reason": "Its history is too short."},
        {"job": "segment", "key": "", "reason": "This workspace has no audience yet. Import it."},
    ]


def test_a_run_is_carried_out_once_however_many_ask(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    doing = Doing(monkeypatch, forecast=lambda _: time.sleep(0.3))
    ask(ledger, "r1")
    workers = [threading.Thread(target=runs.work, args=(workspace.folder, "r1"), kwargs={"clock": now}) for _ in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert doing.asked == ["forecast"]
    assert ledger.run("r1").state == "done"


def test_a_run_works_for_who_asked_on_the_day_that_is_theirs(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    doing = Doing(monkeypatch, forecast=lambda _: None)
    settings = workspace.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("today = 2026-11-23\n", ""))
    monkeypatch.setenv("TZ", "Pacific/Auckland")  # thirteen hours ahead
    time.tzset()
    try:
        ask(ledger, "r1")
        runs.work(workspace.folder, "r1", clock=lambda: dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.UTC))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (doing.day, doing.by) == (dt.date(2026, 11, 24), "Ada")


def test_runs_of_one_workspace_take_turns(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[int] = []
    most: list[int] = []

    def forecast(_: jobs.Steps) -> None:
        under_way.append(1)
        most.append(len(under_way))
        time.sleep(0.2)
        under_way.pop()

    Doing(monkeypatch, forecast=forecast)
    workers = []
    for run in ("r1", "r2"):
        ask(ledger, run)
        workers.append(threading.Thread(target=runs.work, args=(workspace.folder, run), kwargs={"clock": now}))
        workers[-1].start()
    for worker in workers:
        worker.join()
    assert most == [1, 1]


def test_looking_for_runs_where_there_is_no_ledger_makes_none(tmp_path: Path) -> None:
    runs.start_waiting(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_jobs_that_have_data_are_done_when_none_is_named(workspace: Workspace, tmp_path: Path) -> None:
    assert jobs.chosen([], workspace) == ["forecast"]
    people = pd.DataFrame({"person": ["p1", "p2"], "device": ["console", "phone"]})
    workspace.upsert({"audience": people}, now=NOW)
    assert jobs.chosen([], workspace) == ["forecast", "segment", "draft"]
    alone = Workspace.create(tmp_path / "people")
    alone.upsert({"audience": people}, now=NOW)
    assert jobs.chosen([], alone) == ["segment"]
    assert jobs.chosen(["draft", "forecast"], workspace) == ["forecast", "draft"]
    with pytest.raises(MissingError, match="Choose one of: draft, forecast, segment"):
        jobs.chosen(["forcast"], workspace)


def test_a_fault_of_our_own_is_told_without_control_characters() -> None:
    assert runs.in_words(KeyError("\x1b[2J")) == "A fault of Marquee's own: KeyError: '\\x1b[2J'."
    assert runs.in_words(InputError("No rows. Check the file.")) == "No rows. Check the file."
