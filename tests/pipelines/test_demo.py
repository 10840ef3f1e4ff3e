"""`marquee demo`, as make run starts it: a server on this machine only, at once, and nothing left after Ctrl-C."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketing import settings
from pipelines import demo as demo_module
from pipelines import engine, jobs, sample
from pipelines.commands import serving

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for a server to come up on a busy machine


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def family(pid: int) -> list[int]:
    """A process and all that it started, as far as they live."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """The demo, filling workspaces of its own, with its server up."""
    port = free_port()
    command = [sys.executable, "-m", "pipelines", "demo", "--no-browser"]
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--workspace", str(tmp_path / "workspaces" / "lumen")],
            cwd=HOUSE,
            stdout=said,
            stderr=said,
        )
        deadline = time.monotonic() + PATIENCE
        while b"The dashboard is at" not in (tmp_path / "said").read_bytes():
            assert time.monotonic() < deadline, (tmp_path / "said").read_text()
            time.sleep(0.1)
        yield process, port
        process.kill()
        process.wait()


def test_the_server_is_up_at_once_on_this_machine_only(demo: tuple["subprocess.Popen[bytes]", int]) -> None:
    _, port = demo
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
        assert answer.status == 200
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    addresses = {line.split()[1] for line in listening.splitlines() if f":{port:04X} " in line and " 0A " in line}
    assert addresses == {f"0100007F:{port:04X}"}  # 127.0.0.1 and nowhere else


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_nothing_runs_on_after_it_is_ended(demo: tuple["subprocess.Popen[bytes]", int], sign: signal.Signals) -> None:
    process, port = demo
    started = family(process.pid)
    assert len(started) > 1
    process.send_signal(sign)
    assert process.wait(PATIENCE) == 0
    deadline = time.monotonic() + 10
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in started if alive(pid)]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_server_ends_even_when_what_started_it_is_killed(demo: tuple["subprocess.Popen[bytes]", int]) -> None:
    process, _ = demo
    started = family(process.pid)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in started if alive(pid)]


def test_a_workspace_is_filled_again_until_nothing_of_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    failures = [engine.Failure("saltmarsh/views", "Its worker was killed.")]

    def do(job: str, *_: object, **__: object) -> list[engine.Failure]:
        asked.append(job)
        return failures if job == "forecast" else []

    monkeypatch.setattr(jobs, "do", do)
    assert not demo_module._fill(tmp_path / "real", "real")
    assert not demo_module._fill(tmp_path / "real", "real")
    assert asked == [*demo_module.JOBS, *demo_module.JOBS]
    failures.clear()
    assert demo_module._fill(tmp_path / "real", "real")
    asked.clear()
    assert demo_module._fill(tmp_path / "real", "real")
    assert asked == []


@pytest.mark.parametrize("changed", ["marketing/trends/a.py", "marketing/drafts/channels/b.toml", "marketing/c.txt"])
def test_a_workspace_is_stale_once_code_channels_or_prompts_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    monkeypatch.setattr(serving, "HOUSE", tmp_path)
    file = tmp_path / changed
    file.parent.mkdir(parents=True)
    file.write_text("before")
    workspace = sample.create(tmp_path / "real", "real")
    state = demo_module._state(workspace.folder, "real")
    assert demo_module._state(workspace.folder, "real") == state
    file.write_text("after")
    assert demo_module._state(workspace.folder, "real") != state


def test_a_sample_is_put_in_once(tmp_path: Path) -> None:
    workspace = sample.create(tmp_path / "real", "real")
    chosen = settings.read(workspace.folder, {})
    told: list[str] = []

    def put_in() -> None:
        import datetime as dt

        now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
        sample.put_in(workspace, chosen, "real", now=now, progress=lambda done, total, what: told.append(what))

    put_in()
    assert {"titles", "engagement", "events", "audience"} <= set(workspace.tables())
    before, told[:] = workspace.tables(), []
    put_in()
    assert (workspace.tables(), told) == (before, [])
