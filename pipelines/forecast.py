"""Forecast every trend of a workspace, most wanted first; only what is stale is fitted again.

The tables trends, forecasts and scores are written as soon as the first trend is done and again as more are,
so that a page can show it at once. Finished trends are checkpoints by content, so a run that was killed carries
on, and ends with the same tables as one that was not.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata, resources

import pandas as pd

from marketing import catalog, tables
from marketing.errors import InputError
from marketing.settings import Settings
from marketing.trends import events, resampling, scores
from marketing.trends.engagement import Line, gather, lines
from marketing.trends.forecasts import FORECASTERS, forecast_trends, outlook, sentence
from marketing.trends.frequencies import FREQUENCIES, Code
from marketing.trends.grades import Record
from marketing.trends.states import FORECAST, states
from marketing.workspace import Workspace
from pipelines import checkpoints, engine

INPUTS = ("engagement", "events", "titles")
OUTPUTS = ("trends", "forecasts", "scores")
DAYS_AHEAD = 28
FURTHEST = 730  # periods; as in the settings
WRITE_AGAIN = 1.25  # tables are written when this many times as many trends are done as at the last writing
NO_EVENTS = pd.DataFrame({"event": [], "date": pd.Series([], dtype="datetime64[us]")})

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Report:
    """What a run did: how many trends have a forecast, were refused with a reason, or failed."""

    forecast: int = 0
    refused: int = 0
    failures: list[engine.Failure] = field(default_factory=list)
    fresh: bool = False  # nothing had changed since the last run


@dataclass(frozen=True)
class Work:
    """One trend with all that its forecast depends on: equal content means an equal forecast."""

    trend: pd.DataFrame
    events: pd.DataFrame
    horizon: int
    forecaster: str
    version: str


def continue_one(work: Work) -> Mapping[str, pd.DataFrame]:
    """The forecast and scores of one trend; runs in a worker process."""
    made = forecast_trends(work.trend, work.events, horizon=work.horizon, forecaster=work.forecaster)
    return {"forecasts": made.forecasts, "scores": made.scores}


def run(
    workspace: Workspace,
    settings: Settings,
    *,
    now: dt.datetime,
    workers: int | None = None,
    progress: engine.Progress | None = None,
) -> Report:
    """Forecast the trends of a workspace, unless nothing has changed since the last run.

    Args:
        workspace: Has engagement, and perhaps events and titles (for their names).
        settings: horizon (days), forecaster, today, workers.
        now: The time that the tables are stored under.
        workers: Processes, in place of the settings'.
        progress: Told after each trend.

    Raises:
        MissingError: there is no engagement, or no such forecaster.
    """
    catalog.require(settings.forecaster, catalog.names(FORECASTERS), "forecasters")
    today, version = settings.day(now.astimezone().date()), code_version(settings.forecaster)
    inputs = workspace.digest(*INPUTS)
    stamp = checkpoints.digest(inputs, settings.horizon, settings.forecaster, today, version)
    stored = workspace.tables()
    if all(name in stored and stored[name].stamp == stamp for name in OUTPUTS):
        return Report(fresh=True)
    job = Job(
        trends=gather(workspace.read("engagement")),
        events=workspace.read("events") if workspace.has("events") else NO_EVENTS,
        names=_names(workspace),
        horizon={code: frequency.horizon(settings.horizon) for code, frequency in FREQUENCIES.items()},
        forecaster=settings.forecaster,
        today=today,
        version=version,
    )
    earlier = {name: workspace.read(name) for name in OUTPUTS if name in stored}
    written = 0
    for end in engine.stream(
        continue_one,
        job.items(),
        workers=settings.workers if workers is None else workers,
        checkpoints=workspace.checkpoints_folder / "forecast",
        progress=progress,
    ):
        job.take(end)
        if not written or job.done > written * WRITE_AGAIN:
            written = job.done
            workspace.write(job.tables(earlier), now=now)
    workspace.write(job.tables(), now=now, stamp="" if job.failures else stamp)
    checkpoints.sweep(workspace.checkpoints_folder / "forecast", now)
    return job.report()


def forecast_file(
    engagement: pd.DataFrame,
    *,
    horizon: int | None = None,
    frequency: Code | None = None,
    forecaster: str = "blend",
    today: dt.date | None = None,
    workers: int = 0,
    progress: engine.Progress | None = None,
) -> tuple[Tables, Report]:
    """Forecast the trends of one engagement table, without a workspace.

    Args:
        engagement: Checked already (:mod:`marketing.sources`).
        horizon: Periods ahead; four weeks, eight weeks or six months where none is said.
        frequency: "D", "W" or "M" to add up to; each trend's own where none is said.
        forecaster: One of the forecasters' folder.
        today: What the sentences count as today; the day after the newest date where none is said.
        workers: Processes; 0 is one for each core.
        progress: Told after each trend.

    Returns:
        The tables trends, forecasts and scores, and a report.

    Raises:
        InputError: no trend can be forecast (the message says why), the horizon is none, or the frequency is finer
            than the data.
        MissingError: there is no such forecaster.
    """
    catalog.require(forecaster, catalog.names(FORECASTERS), "forecasters")
    if horizon is not None and not 1 <= horizon <= FURTHEST:
        raise InputError(f"A horizon of {horizon:,} is not possible. Ask for 1 to {FURTHEST}.")
    trends = gather(engagement)
    if frequency:
        trends = resampling.coarsened(trends, frequency)
    job = Job(
        trends=trends,
        events=NO_EVENTS,
        names={},
        horizon={code: horizon or each.horizon(DAYS_AHEAD) for code, each in FREQUENCIES.items()},
        forecaster=forecaster,
        today=today or (trends["date"].max() + pd.Timedelta(days=1)).date(),
        version=code_version(forecaster),
    )
    items = job.items()
    if not items:
        raise InputError(f"None of its {len(job.heads):,} trends can be forecast. {_reasons(job.heads)}")
    for end in engine.stream(continue_one, items, workers=1 if len(items) == 1 else workers, progress=progress):
        job.take(end)
    return job.tables(), job.report()


@dataclass
class Job:
    """The trends of one run: which there are, what is to be done, and what came of it so far."""

    trends: pd.DataFrame
    events: pd.DataFrame
    names: dict[str, str]
    horizon: dict[str, int]
    forecaster: str
    today: dt.date
    version: str
    failures: list[engine.Failure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads = states(self.trends, self.horizon).set_index("trend", drop=False)
        self.dimensions = [str(c) for c in self.trends.columns if c not in NO_DIMENSIONS]
        self.rows = dict(list(self.trends.groupby("trend")))
        self.made: dict[str, Tables] = {}
        self.sentences: dict[str, str] = {}

    @property
    def done(self) -> int:
        """How many trends have come to an end, good or bad."""
        return len(self.made) + len(self.failures)

    def items(self) -> list[engine.Item]:
        """The work: totals before parts, what most titles have before the rest, large before small."""
        ready = self.heads[self.heads["state"].isin(FORECAST)]
        size = self.trends.groupby("trend")["value"].sum()
        part = ready[self.dimensions].notna().any(axis=1)
        common = -ready.groupby("metric")["title"].transform("nunique")
        order = pd.DataFrame({"part": part, "common": common, "size": -size[ready.index]}, index=ready.index)
        order = order.sort_values(["part", "common", "size"], kind="stable")
        return [self._item(trend, self.rows[trend].reset_index(drop=True)) for trend in order.index]

    def _item(self, trend: str, rows: pd.DataFrame) -> engine.Item:
        line = next(lines(rows))
        concerned = events.of_line(self.events, line).reset_index(drop=True)
        work = Work(rows, concerned, self.horizon[line.frequency.code], self.forecaster, self.version)
        what = ", ".join([self.names.get(line.title, line.title), _metric(rows), *self._part(rows).values()])
        return engine.Item(trend, work, what=what)

    def _part(self, rows: pd.DataFrame) -> dict[str, str]:
        """The dimensions that a trend is a part by: {"region": "ES"}; none in a total."""
        head = {name: rows[name].iloc[0] for name in self.dimensions}
        return {name: str(value) for name, value in head.items() if not pd.isna(value)}

    def take(self, end: engine.Done | engine.Failure) -> None:
        """Keep what came of one trend, and put it in words."""
        if isinstance(end, engine.Failure):
            self.failures.append(end)
            return
        self.made[end.key] = end.tables
        self.sentences[end.key] = self._sentence(end.key, end.tables)

    def _sentence(self, trend: str, made: Tables) -> str:
        rows = self.rows[trend]
        line = next(lines(rows))
        scored = made["scores"][made["scores"]["forecaster"] == self.forecaster]
        ahead = events.unknown_ahead(self.events, line, self.horizon[line.frequency.code])
        return sentence(
            outlook(made["forecasts"], rows),
            trend=trend,
            name=self.names.get(line.title, line.title),
            metric=_metric(rows),
            dimensions=self._part(rows),
            frequency=line.frequency.code,
            today=self.today,
            record=_record(scored, line) if len(scored) else None,
            forecaster=self.forecaster,
            points=len(line.values),
            ahead=ahead,
        ).text

    def tables(self, earlier: Tables | None = None) -> Tables:
        """The tables so far, sorted by key; `earlier` ones stand in for trends that are not done yet."""
        waiting = set(self.heads.index[self.heads["state"].isin(FORECAST)]) - set(self.made)
        waiting -= {failure.key for failure in self.failures}
        trends = self.heads[~self.heads.index.isin(waiting)].reset_index(drop=True)
        failed = {failure.key: failure.reason for failure in self.failures}
        gone_wrong = trends["trend"].isin(failed)
        trends = trends.assign(
            state=trends["state"].where(~gone_wrong, "failed"),
            reason=trends["reason"].where(~gone_wrong, trends["trend"].map(failed)),
            sentence=[self.sentences.get(trend, "") for trend in trends["trend"]],
        ).astype({"sentence": "str", "reason": "str"})
        made: dict[str, list[pd.DataFrame]] = {"trends": [trends], "forecasts": [], "scores": []}
        for done in self.made.values():
            made["forecasts"].append(done["forecasts"])
            made["scores"].append(done["scores"])
        for name, frame in (earlier or {}).items():
            made[name].append(frame[frame["trend"].isin(waiting)])
        return {name: _sorted(name, [each for each in made[name] if len(each)], self.dimensions) for name in OUTPUTS}

    def report(self) -> Report:
        """What came of it all."""
        return Report(len(self.made), len(self.heads) - self.done, self.failures)


NO_DIMENSIONS = ("trend", "title", "metric", "frequency", "date", "value")
DTYPES = {"id": "str", "text": "str", "date": "datetime64[us]", "number": "float64", "count": "int64"}
KEYS = {"trends": ["trend"], "forecasts": ["trend", "date"], "scores": ["trend", "forecaster"]}


def _record(scored: pd.DataFrame, line: Line) -> Record:
    """How the forecaster in use did on the past, for the sentence."""
    row = scored.iloc[0]
    ago = int(row["cutoffs"] * row["horizon"] * line.frequency.days)
    cutoff = (line.dates[-1] - pd.Timedelta(days=ago)).date()
    return Record(float(row["wape"]), cutoff, str(row["forecaster"]), float(row["skill"]))


def _metric(rows: pd.DataFrame) -> str:
    return str(rows["metric"].iloc[0])


def _sorted(name: str, parts: list[pd.DataFrame], dimensions: Sequence[str]) -> pd.DataFrame:
    """The parts as one table; without any, the table of no rows, so that it is there with its columns."""
    return pd.concat(parts or [_empty(name, dimensions)], ignore_index=True).sort_values(KEYS[name], ignore_index=True)


def _empty(name: str, dimensions: Sequence[str]) -> pd.DataFrame:
    """No rows of a made table, typed as its contract has it; a trend's dimensions stand before its dates."""
    names = [column.name for column in tables.table(name).columns]
    names = scores.COLUMNS if name == "scores" else [*names[:3], *dimensions, *names[3:]]
    kinds = {column.name: DTYPES[column.kind] for column in tables.table(name).columns}
    kinds |= dict.fromkeys(dimensions, "str")
    return pd.DataFrame({column: pd.Series(dtype=kinds.get(column, "float64")) for column in names})


def _names(workspace: Workspace) -> dict[str, str]:
    if not workspace.has("titles"):
        return {}
    titles = workspace.read("titles")
    if "name" not in titles:
        return {}
    named = titles[titles["name"].notna() & (titles["name"] != "")]
    return dict(zip(named["title"], named["name"], strict=True))


def _reasons(heads: pd.DataFrame) -> str:
    shown = [f"{row['trend']}: {row['reason']}" for row in heads.head(5).to_dict("records")]
    return "\n".join(shown) + (f"\n... and {len(heads) - 5:,} more." if len(heads) > 5 else "")


def code_version(forecaster: str) -> str:
    """Changes with the code that makes forecasts, ours and the libraries'; of forecasters with the one in use only."""
    used = {*_with_members(forecaster), *_with_members(scores.YARDSTICK)}
    others = {*catalog.names(FORECASTERS)} - used
    sha = hashlib.sha256()
    for package in ("marketing.trends", FORECASTERS):
        for entry in sorted(resources.files(package).iterdir(), key=lambda e: e.name):
            skipped = package == FORECASTERS and entry.name.removesuffix(".py") in others
            if entry.name.endswith(".py") and not skipped:
                sha.update(entry.read_bytes())
    libraries = [f"{name} {metadata.version(name)}" for name in ("prophet", "statsforecast", "numpy", "pandas")]
    return checkpoints.digest(sha.hexdigest(), libraries)


def _with_members(forecaster: str) -> list[str]:
    """A forecaster and all that it is built of."""
    members = getattr(catalog.load(FORECASTERS, forecaster), "MEMBERS", ())
    return [forecaster, *(name for member in members for name in _with_members(member))]
