"""The sample workspaces, with the dashboard open on them while they are filled.

Lumen is invented; the real data stand in a workspace beside it. Starting again does only what is missing or
stale, and Ctrl-C ends every process that was started.
"""

import contextlib
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import uuid
import webbrowser
from pathlib import Path

from pipelines import lifeline
from pipelines.commands import acting, serving
from pipelines.terminal import Progress, tell

SIGNS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BY = "sample"  # who asks for the runs
JOBS = ("sample", "forecast", "segment", "draft")
FILLED = "runs/filled"  # in a workspace: what it was filled from, and with
CODE = (".py", ".toml", ".txt")  # channels, phrases and prompts shape what is written as much as Python does
LOOK_SECONDS = 0.1  # between two looks whether the server is up
LEAVE_SECONDS = 5.0  # what the server gets to end by itself
NICENESS = 5  # the server goes before the work


def run(folder: Path, *, port: int, browser: bool, parent: int | None) -> int:
    """Serve `folder`, and fill it and its neighbour meanwhile, until Ctrl-C. Returns the exit code."""
    serving.refuse_taken(port)
    for sign in SIGNS:  # also where whoever started us ignores them
        signal.signal(sign, _interrupt)
    if parent is not None:
        lifeline.interrupted_with(parent)
    server, ending = serving.start(folder, port), threading.Event()
    try:
        threading.Thread(target=_watch, args=(server, port, browser, ending), daemon=True).start()
        os.nice(NICENESS)
        whole = [_fill(each, name) for each, name in ((folder, "lumen"), (folder.parent / "real", "real"))]
        tell(f"{'All is done' if all(whole) else 'Done, but for what is said above'}. Ctrl-C ends the dashboard.")
        _compile()
        server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        for sign in SIGNS:
            signal.signal(sign, signal.SIG_IGN)  # it is ending already
        ending.set()
        ended = server.poll()
        _end(server)
    if ended is not None:
        tell("The dashboard ended by itself; what it said stands above. Start again with make run.")
        return 1
    tell("Ended. What is done is kept, and the next start carries on.")
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _watch(
    server: subprocess.Popen[bytes],
    port: int,
    browser: bool,  # noqa: FBT001 - a thread's target
    ending: threading.Event,
) -> None:
    """Say where the dashboard is once it answers; interrupt the work when it ends, unless all is `ending` already.

    Python gives signals their deadly meaning back on its way out, and this thread may be the last to run.
    """
    while server.poll() is None and not serving.answers(port):
        time.sleep(LOOK_SECONDS)
    if server.poll() is None:
        tell(f"The dashboard is at {serving.address(port)} while the sample data are worked on.")
        if browser:
            webbrowser.open(serving.address(port))
    server.wait()
    if not ending.is_set():
        os.kill(os.getpid(), signal.SIGINT)


def _fill(folder: Path, name: str) -> bool:
    """Put the sample in and do every job, as one run that pages show; False when something of it failed."""
    from marketing.ledger import Ledger
    from marketing.workspace import write_atomically
    from pipelines import runs, sample

    workspace = sample.create(folder, name)
    mark = folder / FILLED
    if mark.is_file() and mark.read_text() == _state(folder, name):
        return True
    tell(f"Working on {folder}:")
    key = uuid.uuid4().hex
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        ledger.request_run(JOBS, {"sample": name}, by=BY, at=acting.now(), run=key)
    try:
        with Progress() as progress:
            record = runs.work(folder, key, clock=acting.now, progress=progress)
    except Exception as error:  # the dashboard stays up whatever a job does
        tell(runs.in_words(error))
        return False
    for failure in record.failures:
        tell(f"{failure['job']}: {failure['key']}: {failure['reason']}")
    whole = record.state == "done" and not record.failures
    if whole:
        write_atomically(mark, _state(folder, name).encode())
    return whole


def _state(folder: Path, name: str) -> str:
    """A digest of the tables, the settings, the sample and our own code and words: while it stays, nothing is stale."""
    from marketing import contracts
    from marketing.workspace import Workspace
    from pipelines import checkpoints, sample

    parts = [path for part in ("marketing", "pipelines") for path in sorted((serving.HOUSE / part).rglob("*"))]
    ours = [path for path in parts if path.suffix in CODE]
    return checkpoints.digest(
        Workspace(folder).digest(*contracts.TABLES),
        (folder / "settings.toml").read_bytes(),
        sample.digest(name),
        [path.read_bytes() for path in ours],
    )


def _compile() -> None:
    """The byte code of every library, for the next start; made before the first page, it would be waited for."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    subprocess.run([sys.executable, "-m", "compileall", "-qq", *sorted(places)], check=False)  # noqa: S603 - our own


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
