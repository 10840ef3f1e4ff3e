"""Forecast every trend of a workspace, most wanted first; only trends that changed are fitted again.

The tables are written as soon as the first trends are done and again as more are, so that a page can show these at
once. Finished pieces are checkpoints by content, so a run that was killed carries on, and ends with the same tables as
one that was not; the next run carries over the fits of trends that have not changed.
"""

import contextlib
import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from marketing import catalog
from marketing.errors import InputError
from marketing.settings import Settings
from marketing.trends import resampling
from marketing.trends.engagement import gathered
from marketing.trends.fits import FORECASTERS
from marketing.trends.frequencies import FREQUENCIES, Code
from marketing.workspace import Workspace
from pipelines import checkpoints, cluster, engine, finished
from pipelines.batch import NO_EVENTS, Batch, How
from pipelines.threads import one_thread
from pipelines.versions import code_version

INPUTS = ("engagement", "events", "titles")
OUTPUTS = (*finished.BY_TREND, *finished.WATCHED, "fits")
DAYS_AHEAD = 28
FURTHEST = 730  # periods; as in the settings
WRITE_AGAIN = 1.25  # tables are written when this many times as many trends are done as at the last writing
WRITING_SHARE = 0.2  # of the time that may go into tables which are written again later

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Report:
    """What a run did: how many trends have a forecast, and which failed; those refused have their reason in trends.

    `carried` of those with a forecast had not changed since the last run, and were not fitted again.
    """

    forecast: int = 0
    carried: int = 0
    failures: list[engine.Failure] = field(default_factory=list)
    fresh: bool = False  # nothing had changed since the last run


@one_thread()
def run(
    workspace: Workspace,
    settings: Settings,
    *,
    now: dt.datetime,
    workers: int | None = None,
    address: str = "",
    progress: engine.Progress | None = None,
) -> Report:
    """Forecast the trends of a workspace, unless nothing has changed since the last run.

    Args:
        workspace: Has engagement, and perhaps events and titles (for their names and kinds).
        settings: horizon (days), forecaster, territory, today, workers.
        now: The time that the tables are stored under.
        workers: Processes, in place of the settings'.
        address: A Dask scheduler's, whose workers do it.
        progress: Told as trends are done: how many, of how many, and one of the last.

    Raises:
        MissingError: there is no engagement, or no such forecaster.
        InputError: no scheduler answers at `address`.
    """
    catalog.require(settings.forecaster, catalog.names(FORECASTERS), "forecasters")
    today, version = settings.day(now.astimezone().date()), code_version(settings.forecaster)
    made_from = workspace.digest(*INPUTS), settings.horizon, settings.forecaster, settings.territory
    stamp = checkpoints.digest(*made_from, today, version)
    stored = workspace.tables()
    if all(name in stored and stored[name].stamp == stamp for name in OUTPUTS):
        return Report(fresh=True)
    horizon = {code: frequency.horizon(settings.horizon) for code, frequency in FREQUENCIES.items()}
    how = How(horizon, settings.forecaster, version, today, settings.territory)
    trends = gathered(workspace.read("engagement"))
    told = workspace.read("events") if workspace.has("events") else NO_EVENTS
    batch = Batch.of(trends, told, _titles(workspace, "kind"), how)
    if "fits" in stored:
        batch.carry(workspace.read("fits"))
    names = _titles(workspace, "name")
    writer = _Writer(workspace, batch, names, now)
    folder = workspace.checkpoints_folder / "forecast"
    items = batch.items(names, elsewhere=bool(address))
    workers = settings.workers if workers is None else workers
    if progress and batch.carried:
        progress(batch.ended, batch.total, "what has not changed")
    with contextlib.closing(batch.fit(items, workers=workers, folder=folder, address=address)) as done:
        for what in done:
            if progress:
                progress(batch.ended, batch.total, what)
            writer.write_again()
    writer.write(stamp)
    checkpoints.clear(folder)  # what they hold stands in the table of fits now
    return _report(batch)


class _Writer:
    """The tables of a run on their way into the workspace, now and then while it goes on, and at its end."""

    def __init__(self, workspace: Workspace, batch: Batch, names: Mapping[str, str], now: dt.datetime) -> None:
        self.workspace, self.batch, self.names, self.now = workspace, batch, names, now
        self.watched: Tables = {}
        self.began, self.spent, self.written = time.monotonic(), 0.0, batch.carried
        there = workspace.tables()
        self.earlier = {name: workspace.read(name) for name in finished.BY_TREND if name in there}

    def write_again(self) -> None:
        """Write what is done so far, if it is the first of all or writing has not taken too long already.

        Rows of earlier tables stand in for trends that are not done yet.
        """
        if self.batch.ended == self.batch.total:
            return  # the end is near
        began = time.monotonic()
        few = self.batch.ended < WRITE_AGAIN * self.written
        if few or self.spent > WRITING_SHARE * (began - self.began):
            return
        self.written = self.batch.ended
        made = finished.so_far(self.batch, self.names)
        waiting = self.batch.waiting()
        for name, frame in self.earlier.items():
            kept = frame[frame["trend"].isin(waiting)]
            if len(kept):
                made[name] = finished.typed(name, pd.concat([made[name], kept], ignore_index=True), self.batch)
        self._write(made, "")
        self.spent += time.monotonic() - began

    def write(self, stamp: str) -> None:
        """Write all tables, at the end; where something failed without the stamp, so that it is tried again."""
        made = finished.so_far(self.batch, self.names) | {"fits": finished.kept(self.batch)}
        self._write(made, "" if self.batch.failures else stamp)

    def _write(self, made: Tables, stamp: str) -> None:
        self.watched = self.watched or finished.watched(self.batch, self.names)
        self.workspace.write(made | self.watched, now=self.now, stamp=stamp)


@one_thread()
def forecast_file(
    engagement: pd.DataFrame,
    *,
    horizon: int | None = None,
    frequency: Code | None = None,
    forecaster: str = "blend",
    told: pd.DataFrame | None = None,
    territory: str = "",
    today: dt.date | None = None,
    workers: int = 0,
    address: str = "",
    progress: engine.Progress | None = None,
) -> tuple[Tables, Report]:
    """Forecast the trends of one engagement table, without a workspace.

    Args:
        engagement: Checked already (:mod:`marketing.sources`).
        horizon: Periods ahead; four weeks, eight weeks or six months where none is said.
        frequency: "D", "W" or "M" to add up to; each trend's own where none is said.
        forecaster: One of the forecasters' folder.
        told: The events table, where there is one.
        territory: The country whose public holidays count.
        today: What the sentences count as today; the day after the newest date where none is said.
        workers: Processes; 0 is one for each core.
        address: A Dask scheduler's, whose workers do it.
        progress: Told as trends are done.

    Returns:
        The tables that a run writes, and a report.

    Raises:
        InputError: no trend can be forecast (the message says why), the horizon is none, the frequency is finer
            than the data, or no scheduler answers at `address`.
        MissingError: there is no such forecaster.
    """
    catalog.require(forecaster, catalog.names(FORECASTERS), "forecasters")
    if horizon is not None and not 1 <= horizon <= FURTHEST:
        raise InputError(f"A horizon of {horizon:,} is not possible. Ask for 1 to {FURTHEST}.")
    if address:
        cluster.check(address)
    trends = gathered(engagement)
    if frequency:
        trends = resampling.coarsened(trends, frequency)
    ahead = {code: horizon or each.horizon(DAYS_AHEAD) for code, each in FREQUENCIES.items()}
    newest = today or (pd.Timestamp(trends.dates.max()) + pd.Timedelta(days=1)).date()
    how = How(ahead, forecaster, code_version(forecaster), newest, territory)
    batch = Batch.of(trends, NO_EVENTS if told is None else told, {}, how)
    if not batch.total:
        raise InputError(f"None of its {len(batch.heads):,} trends can be forecast. {_reasons(batch.heads)}")
    items = batch.items({}, elsewhere=bool(address))
    with contextlib.closing(batch.fit(items, workers=1 if len(items) == 1 else workers, address=address)) as done:
        for what in done:
            if progress:
                progress(batch.ended, batch.total, what)
    return finished.so_far(batch, {}) | finished.watched(batch, {}) | {"fits": finished.kept(batch)}, _report(batch)


def _report(batch: Batch) -> Report:
    return Report(len(batch.done), batch.carried, batch.failures)


def _titles(workspace: Workspace, column: str) -> dict[str, str]:
    """What a column of the titles table says of each title that it says anything of."""
    if not workspace.has("titles"):
        return {}
    titles = workspace.read("titles")
    if column not in titles:
        return {}
    told = titles[titles[column].notna() & (titles[column] != "")]
    return dict(zip(told["title"], told[column], strict=True))


def _reasons(heads: pd.DataFrame) -> str:
    shown = [f"{row['trend']}: {row['reason']}" for row in heads.head(5).to_dict("records")]
    return "\n".join(shown) + (f"\n... and {len(heads) - 5:,} more." if len(heads) > 5 else "")
