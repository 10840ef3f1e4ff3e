"""The forecast job on many daily trends: CPU time a trend beside plain Prophet's, memory, and where time goes.

    python tests/benchmarks/bench_job.py [--titles N] [--days N] [--workers N]

Titles have a total and two regions each, so that there are three times as many trends. Three runs: all anew, one day
of one title changed, nothing changed. Exits with 1 when a trend costs more than its bound, a second run fits more
trends than changed, or memory is above its bound.

Fits, calibration and scores by themselves are held to 1/30 of Prophet and 1.5 GB by bench_forecast_cost.py. The job may
take half as much again: it reads and gathers engagement, learns from events, watches every day for anomalies, puts
each forecast into words and writes ten tables, while the tables of the run before are still held for pages. Of 10,000
trends of 730 days it took 1/25 and 1.54 GB.
"""

import argparse
import datetime as dt
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402 - the threads of linear algebra are settled first
import pandas as pd  # noqa: E402

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SHARE = 1 / 20  # of plain Prophet's CPU time, words, tables and files included
MEMORY = 2.0  # GB of the largest process
PROPHETS = 6


def engagement(titles: int, days: int) -> pd.DataFrame:
    """Titles in two regions: level, growth, a week, a wandering level and noise."""
    draws = np.random.default_rng(1)
    dates = pd.date_range(end="2026-11-22", periods=days, unit="us")
    number, day = np.repeat(np.arange(2 * titles), days), np.tile(np.arange(days), 2 * titles)
    wander = np.cumsum(draws.normal(0, 0.02, (2 * titles, days)), axis=1).ravel()
    week = draws.uniform(0, 0.4, 2 * titles)[number] * np.sin((day + number) * 2 * np.pi / 7)
    level = draws.normal(6, 1.5, 2 * titles)[number]
    values = np.round(np.exp(level + wander + draws.normal(0, 0.1, len(day))) * (1 + week))
    names = pd.array([f"title {n:05d}" for n in range(titles)], dtype="str")
    frame = pd.DataFrame({"date": dates.to_numpy()[day], "title": names.take(number // 2), "value": values})
    return frame.assign(metric="views", region=pd.array(["ES", "GB"], dtype="str").take(number % 2))


def spent() -> float:
    """CPU seconds of this process and of those it started and ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak() -> float:
    """GB of the largest process so far, this one or a worker."""
    both = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(both) / 1e6


def prophet_cost(frame: pd.DataFrame) -> float:
    """CPU seconds of fitting plain Prophet to one trend and predicting 28 days, by the mean of a few."""
    import logging

    from prophet import Prophet

    logging.getLogger("cmdstanpy").disabled = True
    trends = [rows for _, rows in frame.groupby(["title", "region"])][: PROPHETS + 1]
    costs = []
    for rows in trends:
        before = spent()
        fitted = Prophet().fit(rows.rename(columns={"date": "ds", "value": "y"})[["ds", "y"]])
        fitted.predict(fitted.make_future_dataframe(28))
        costs.append(spent() - before)
    return float(np.mean(costs[1:]))  # the first pays for imports


class Steps:
    """CPU seconds by step, of functions that are watched while a run goes on in one process."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def watch(self, owner: object, name: str, step: str) -> Iterator[None]:
        whole: Callable[..., object] = getattr(owner, name)

        def timed(*told: object, **named: object) -> object:
            before = time.process_time()
            try:
                return whole(*told, **named)
            finally:
                self.seconds[step] += time.process_time() - before

        setattr(owner, name, timed)
        try:
            yield
        finally:
            setattr(owner, name, whole)


def run(folder: Path, workers: int) -> None:
    """One run of the job in this process, told on standard output for the process that measures."""
    from contextlib import ExitStack

    from marketing.settings import Settings
    from marketing.workspace import Workspace
    from pipelines import batch, finished, forecast

    steps = Steps()
    watched = [
        (forecast, "gathered", "gather"),
        (batch.events, "learn", "learn events"),
        (batch, "IN_WORKER", "fit"),
        (finished, "finish", "finish"),
        (finished, "watched", "anomalies and movers"),
        (finished, "event_effects", "event effects"),
        (finished.Words, "of_all", "words"),
        (Workspace, "read", "read"),
        (Workspace, "write", "write"),
    ]
    began, cpu = time.monotonic(), time.process_time()
    first: list[float] = []
    with ExitStack() as stack:
        for owner, name, step in watched if workers == 1 else ():
            stack.enter_context(steps.watch(owner, name, step))

        def told(done: int, total: int, what: str) -> None:
            first.append(time.monotonic() - began)

        settings = Settings(today=NOW.date(), workers=workers)
        report = forecast.run(Workspace.open(folder), settings, now=NOW, progress=told)
    wall, own = time.monotonic() - began, time.process_time() - cpu
    if workers != 1:  # end the pool, so that its CPU time is counted
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
    shares = " ".join(f"{step.replace(' ', '_')}={seconds / own:.3f}" for step, seconds in steps.seconds.items())
    fitted = 0 if report.fresh else report.forecast - report.carried
    head = f"{report.forecast} {fitted} {report.fresh} {wall} {spent()} {first[0] if first else 0} {peak()}"
    print(f"{head} | {shares}")


def measured(folder: Path, workers: int) -> tuple[list[str], str]:
    """A run in a process of its own: what it said, and the shares of its steps."""
    command = [sys.executable, __file__, "--run", str(folder), "--workers", str(workers)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    head, _, shares = done.stdout.strip().splitlines()[-1].partition("|")
    return head.split(), shares.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--titles", type=int, default=200)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--workers", type=int, default=1, help="1 tells the shares of steps")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run(asked.run, asked.workers)
        return
    from marketing.workspace import Workspace

    frame = engagement(asked.titles, asked.days)
    yardstick = prophet_cost(frame)
    trends = 3 * asked.titles
    print(f"{trends:,} daily trends of {asked.days} days, {asked.workers or 'all'} worker(s)")
    print(f"plain Prophet, fit and predict:  {yardstick * 1e3:8.1f} CPU ms a trend (mean of {PROPHETS})")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "job")
        workspace.upsert({"engagement": frame}, now=NOW)
        (count, _, _, wall, cpu, first, most), shares = measured(workspace.folder, asked.workers)
        cost = float(cpu) / int(count)
        print(f"the whole job, all anew:         {cost * 1e3:8.1f} CPU ms a trend, {cost / yardstick:.3f} of Prophet's")
        pace = int(count) / float(wall)
        print(f"  {pace:.0f} trends a second by the clock, the first after {float(first):.1f} s; {float(most):.2f} GB")
        print(f"  shares of CPU: {shares or 'told with one worker'}")
        workspace.upsert({"engagement": frame.tail(1).assign(value=9.0)}, now=NOW)
        (_, fitted, _, wall, cpu, _, _), shares = measured(workspace.folder, asked.workers)
        print(f"one day of one title changed:    {float(cpu):8.1f} CPU s, {float(wall):.1f} s; {fitted} trends fitted")
        print(f"  shares of CPU: {shares or 'told with one worker'}")
        (_, _, fresh, wall, cpu, _, _), _ = measured(workspace.folder, asked.workers)
        print(f"nothing changed:                 {float(cpu):8.1f} CPU s, {float(wall):.1f} s; up to date: {fresh}")
    missed = [
        f"a trend costs more than {SHARE:.2f} of Prophet's" * (cost > SHARE * yardstick),
        f"memory is above {MEMORY} GB" * (float(most) > MEMORY),
        "a second run fitted more than what changed" * (int(fitted) > 2),
        "a third run did not find all up to date" * (fresh != "True"),
    ]
    for each in filter(None, missed):
        print(f"MISSED: {each}")
    sys.exit(any(missed))


if __name__ == "__main__":
    main()
