"""What a workspace knows, as sheets to hand on: forecasts, scores, segments, traits, affinity, what was left out.

A sheet is a table whose columns have kinds and units, with the source and the dates of its data, so that a
number never leaves without saying what it counts and how old it is.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from marketing import tables
from marketing.errors import MissingError
from marketing.workspace import Workspace

Kind = Literal["text", "date", "count", "number", "share"]
PERIODS = {"D": "a day", "W": "a week", "M": "a month"}


@dataclass(frozen=True)
class Column:
    """One column: `unit` says in words what its values count."""

    name: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table, its columns in order. `made_at` is when a job stored it, as an ISO time."""

    name: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    source: str
    made_at: str


# What our columns hold; a column that is not here is text, or a number of the client's own.
COLUMNS: dict[str, tuple[Kind, str]] = {
    "date": ("date", ""),
    "expected": ("number", "as in the column unit"),
    "low80": ("number", "as in the column unit; with high80: four times in five between these"),
    "high80": ("number", "as in the column unit"),
    "low95": ("number", "as in the column unit; with high95: 19 times in 20 between these"),
    "high95": ("number", "as in the column unit"),
    "horizon": ("count", "periods ahead"),
    "mase": ("number", "error as a multiple of repeating the last season within the history; below 1 is better"),
    "smape": ("number", "symmetric mean absolute percentage error"),
    "msis80": ("number", "mean scaled interval score of the 80% band; lower is better"),
    "coverage80": ("share", "share of past values inside the 80% band; 80% is right"),
    "coverage95": ("share", "share of past values inside the 95% band; 95% is right"),
    "skill": ("share", "error saved against repeating the last season; below 0 is worse"),
    "cutoffs": ("count", "past days from which it was tried"),
    "size": ("count", "people"),
    "share": ("share", "of the people in the segment; on the sheet Segments, of everyone"),
    "stability": ("number", "agreement when found again in resampled people, 1 is perfect"),
    "low": ("share", "with high: the uncertainty of share"),
    "high": ("share", ""),
    "everyone": ("share", "of everyone, for comparison"),
    "others": ("share", "of everyone else, for comparison"),
    "profile": ("text", "somebody invented, who stands for the segment"),
    "overlap": ("share", "mean probability that its people belong elsewhere"),
    "lift": ("number", "times as often as everyone else; on the sheet Affinity, as everyone"),
    "rate": ("share", "of the segment's people"),
    "low90": ("share", "with high90: nine times in ten between these"),
    "high90": ("share", ""),
    "people": ("count", "people"),
    "first": ("date", "first day with data"),
    "last": ("date", "last day with data"),
    "points": ("count", "periods with data"),
    "data_to": ("date", "last day of the trend's own data"),
}


def gather(workspace: Workspace) -> list[Sheet]:
    """Every sheet that the workspace has something for.

    Raises:
        MissingError: no job has made anything yet.
    """
    sheets = [sheet for make in SHEETS if (sheet := make(workspace)) is not None and not sheet.rows.empty]
    if not sheets:
        raise MissingError("This workspace has no forecasts or segments to hand on yet. Make them: marquee run")
    return sheets


def trends(workspace: Workspace) -> pd.DataFrame:
    """The trends table, empty where there is none."""
    if workspace.has("trends"):
        return workspace.read("trends")
    return pd.DataFrame(columns=[c.name for c in tables.table("trends").columns])


def unit(metric: str, frequency: str) -> str:
    """What a trend's values count: "views a day"."""
    return f"{metric} {PERIODS.get(frequency[:1].upper(), '')}".strip()


def data_to(workspace: Workspace) -> pd.Timestamp | None:
    """The last day of the data behind the forecasts."""
    last = pd.to_datetime(trends(workspace)["last"]).max()
    return None if pd.isna(last) else last


def _forecasts(workspace: Workspace) -> Sheet | None:
    if not workspace.has("forecasts"):
        return None
    rows = workspace.read("forecasts")
    known = trends(workspace).set_index("trend")
    frequency = rows["trend"].map(known["frequency"]).fillna("") if len(known) else pd.Series("", rows.index)
    rows["unit"] = [unit(str(m), str(f)) for m, f in zip(rows["metric"], frequency, strict=True)]
    split = tables.table("forecasts").dimension_columns(rows.drop(columns="unit"))
    first = ["trend", "title", "name", "metric", *split, "date", "expected"]
    rows = _dated(workspace, rows)
    if len(known) and (stale := known["reason"][known["state"] == "stale"]).any():
        rows["reason"] = rows["trend"].map(stale).fillna("")
    days = rows["data_to"].dropna().unique()
    until = f"data to {days[0].date()}" if len(days) == 1 else "each trend from the last day of its own data"
    source = f"Forecast from the engagement table, {until}"
    return _sheet(workspace, "Forecasts", "forecasts", _with_titles(workspace, rows), first, source)


def _dated(workspace: Workspace, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the last day of each trend's own data; some may stop years before others."""
    known = trends(workspace).set_index("trend")["last"]
    return rows.assign(data_to=pd.to_datetime(rows["trend"].map(known)))


def _scores(workspace: Workspace) -> Sheet | None:
    if not workspace.has("scores"):
        return None
    source = "Each forecaster tried on the past, from days it knew nothing after"
    rows = _dated(workspace, workspace.read("scores"))
    return _sheet(workspace, "Scores", "scores", rows, ["trend", "forecaster"], source)


def _unforecast(workspace: Workspace) -> Sheet | None:
    rows = trends(workspace)
    if workspace.has("forecasts"):
        rows = rows[~rows["trend"].isin(workspace.read("forecasts", columns=["trend"])["trend"])]
    rows = rows.drop(columns="sentence", errors="ignore")
    if rows.empty:
        return None
    source = "Trends without a forecast: ended, too short, or failed, with the reason"
    first = ["trend", "title", "name", "metric", "state", "reason"]
    return _sheet(workspace, "Trends not forecast", "trends", _with_titles(workspace, rows), first, source)


def _segments(workspace: Workspace) -> Sheet | None:
    if not workspace.has("segments"):
        return None
    rows = workspace.read("segments").drop(columns="traits", errors="ignore")
    if "profile" in rows:  # of its columns and values too, which the text says in words
        rows["profile"] = [json.loads(told)["text"] if told else "" for told in rows["profile"].fillna("")]
    source = "Groups found in the audience table"
    return _sheet(workspace, "Segments", "segments", rows, ["segment", "name", "size", "share"], source)


def _traits(workspace: Workspace) -> Sheet | None:
    if not workspace.has("segments"):
        return None
    stored = workspace.read("segments", columns=["segment", "name", "traits"])
    rows = [
        {"segment": segment, "name": name} | trait
        for segment, name, traits in stored.itertuples(index=False)
        for trait in json.loads(traits or "[]")
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    if "value" in frame:
        frame["value"] = frame["value"].map(lambda value: "" if value is None else str(value))
    first = ["segment", "name", "trait", "share", "low", "high", "others", "everyone", "lift"]
    return _sheet(workspace, "Traits", "segments", frame, first, "What sets each segment apart from everyone else")


def _affinity(workspace: Workspace) -> Sheet | None:
    if not workspace.has("affinity"):
        return None
    rows = _with_titles(workspace, workspace.read("affinity"))
    if workspace.has("segments"):
        called = workspace.read("segments", columns=["segment", "name"]).set_index("segment")["name"]
        rows.insert(1, "segment_name", rows["segment"].map(called))
    first = ["segment", "segment_name", "title", "name", "rate"]
    source = "Titles each segment likes, from the viewing table, drawn towards everyone's where few watched"
    return _sheet(workspace, "Affinity", "affinity", rows, first, source)


def _set_aside(workspace: Workspace) -> Sheet | None:
    if not workspace.has("set_aside"):
        return None
    source = "Columns and people kept out of the segments, with reasons"
    return _sheet(workspace, "Set aside", "set_aside", workspace.read("set_aside"), ["subject", "name"], source)


SHEETS: tuple[Callable[[Workspace], Sheet | None], ...] = (
    _forecasts,
    _scores,
    _unforecast,
    _segments,
    _traits,
    _affinity,
    _set_aside,
)


def _sheet(workspace: Workspace, name: str, table: str, rows: pd.DataFrame, first: list[str], source: str) -> Sheet:
    order = [c for c in first if c in rows.columns]
    order += [c for c in rows.columns if c not in order]
    columns = tuple(_column(str(c), rows[c]) for c in order)
    return Sheet(name, columns, rows[order].reset_index(drop=True), source, workspace.tables()[table].stored_at)


def _column(name: str, values: pd.Series) -> Column:
    if name in COLUMNS:
        kind, unit = COLUMNS[name]
        return Column(name, kind, unit)
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(name, "date")
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return Column(name, "number" if numeric else "text")


def _with_titles(workspace: Workspace, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the title's name beside its id, where the titles table has one."""
    if not workspace.has("titles") or "name" not in workspace.tables()["titles"].columns or "name" in rows:
        return rows
    names = workspace.read("titles", columns=["title", "name"]).set_index("title")["name"]
    return rows.assign(name=rows["title"].map(names))
