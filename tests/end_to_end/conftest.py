"""A real browser on a real server, over a small company that the real pipelines have worked through."""

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, sync_playwright

from marketing.settings import Limits
from marketing.workspace import Workspace
from pipelines import ingest
from sample_data import generate

HOUSE = Path(__file__).resolve().parents[2]
sys.path.append(str(HOUSE / "tests" / "pages"))  # its workspace made by hand holds what a browser must not obey
import small_workspace  # noqa: E402

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
TITLES = ("harbour-lights", "tidebreaker", "paper-moons")
PEOPLE = 1500
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
PATIENCE = 60  # seconds for the server to be up


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of workspaces: `lumen` with three titles of the sample, forecast and in segments; `nasty`; two empty."""
    folder = tmp_path_factory.mktemp("house") / "workspaces"
    sample = folder.parent / "sample"
    sample.mkdir(parents=True)
    lumen = folder / "lumen"
    workspace = Workspace.create(lumen)
    generate.write(sample)
    settings = HOUSE / "sample_data" / "lumen" / "settings.toml"
    shutil.copyfile(settings, lumen / "settings.toml")
    for table in ("titles", "facts", "events", "engagement", "audience", "viewing"):
        _reduced(table, sample / f"{table}.csv")
        read = {"mapping": {}, "sets": {}, "dates": None, "limits": Limits()}
        ingest.ingest(workspace, table, [sample / f"{table}.csv"], **read, now=dt.datetime.now(dt.UTC))
    marquee("run", "forecast", "segment", "--workspace", str(lumen))
    small_workspace.full(folder / "nasty")
    small_workspace.empty(folder / "bare")  # which is written to
    small_workspace.empty(folder / "void")
    return folder


def _reduced(table: str, path: Path) -> None:
    """Three titles and some of the people: enough for every page, and quick."""
    frame = pd.read_csv(path, dtype=str)
    if table == "audience":
        frame = frame.head(PEOPLE)
    if table == "viewing":
        frame = frame[frame["person"].isin(set(pd.read_csv(path.with_name("audience.csv"), dtype=str)["person"]))]
    if table == "engagement":
        frame = frame[frame["title"].isin(TITLES) & (frame["metric"] == "views")]
        frame = frame.assign(value=frame["value"].astype(float))
        frame = frame.groupby(["date", "title", "metric"], as_index=False)["value"].sum()
    frame.to_csv(path, index=False)


def marquee(*arguments: str) -> None:
    """Run the command, as a user would; its words stand in the test's failure."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr


@pytest.fixture(scope="session")
def address(workspaces: Path) -> Iterator[str]:
    """Where the dashboard answers, with `lumen` open."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pipelines", "dashboard", "--port", str(port)]
    command += ["--workspace", str(workspaces / "lumen")]
    environment = {**os.environ, "MARQUEE_PERSON": "Ana Ruiz"}
    server = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"The dashboard did not answer at {url} within {PATIENCE} s.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which must be there."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail(
            "There is no Chromium, so nobody has seen these pages. Install it (Debian: apt-get install chromium) "
            "or let make test do it."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
