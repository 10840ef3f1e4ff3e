"""How long `make run` takes to the first answer and to the first forecasts, from a clone and again.

    python tests/benchmarks/bench_run.py [--port N]

The clone has no .venv and no workspace; packages come from the caches of uv and pip, so the first of several runs on
a machine may take longer. The yardstick is the start that has everything already. What a browser needs to draw the
page comes on top, a second or two. Exits 1 when the first forecasts take longer than a minute or something runs on.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
BOUND, PATIENCE, LOOK = 60.0, 600.0, 0.1  # seconds
TABLE = "workspaces/lumen/**/forecasts-*.parquet"


def seconds_until(reached: Callable[[], bool], began: float, process: "subprocess.Popen[bytes]") -> float:
    """Seconds from `began` until something is so."""
    while not reached():
        if process.poll() is not None or time.monotonic() - began > PATIENCE:
            sys.exit("make run did not come so far.")
        time.sleep(LOOK)
    return time.monotonic() - began


def answers(port: int) -> bool:
    """Whether the dashboard answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


def started(clone: Path, port: int) -> tuple[float, float, bool]:
    """Seconds of one start until the dashboard answers and until forecasts are there; whether all ended with Ctrl-C."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=clone,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    up = seconds_until(lambda: answers(port), began, process)
    there = seconds_until(lambda: any(clone.glob(TABLE)), began, process)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(PATIENCE)
    time.sleep(LOOK)
    return up, there, not answers(port)


def main(arguments: list[str] | None = None) -> int:
    """Print both starts; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8790)
    port = parser.parse_args(arguments).port
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "marquee"
        subprocess.run(["git", "clone", "-q", str(HOUSE), str(clone)], check=True)
        starts = {name: started(clone, port) for name in ("from a clone", "again")}
    missed = 0
    for name, (up, there, ended) in starts.items():
        late = there > BOUND
        missed += late + (not ended)
        print(
            f"{name:13} dashboard {up:5.1f} s, first forecasts {there:5.1f} s (at most {BOUND:.0f} s"
            f"{': MISSED' if late else ''}){'' if ended else '; SOMETHING RUNS ON after Ctrl-C'}"
        )
    return missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
