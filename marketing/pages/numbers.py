"""The tables behind the pages, read once for each content: a table's file is named after what it holds.

What is kept is shared by all who look, not copied for each: pandas copies a table when someone writes to it.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from marketing import tables
from marketing.pages import words
from marketing.trends import engagement
from marketing.workspace import Workspace


def table(workspace: Workspace, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table, or these columns of it; no rows where the workspace has none."""
    stored = workspace.tables().get(name)
    if stored is None:
        contract = tables.table(name)
        return pd.DataFrame({column.name: pd.Series(dtype=_dtype(column.kind)) for column in contract.columns})
    return _read(str(workspace.folder), name, stored.file, tuple(columns) if columns else None).copy(deep=False)


def _dtype(kind: str) -> str:
    return {"date": "datetime64[us]", "number": "float64", "count": "float64"}.get(kind, "str")


@st.cache_resource(show_spinner=False, max_entries=60)
def _read(folder: str, name: str, file: str, columns: tuple[str, ...] | None) -> pd.DataFrame:
    return Workspace(Path(folder)).read(name, columns)


def _file(workspace: Workspace, name: str) -> str:
    stored = workspace.tables().get(name)
    return stored.file if stored else ""


def newest(workspace: Workspace, name: str) -> dt.date | None:
    """The newest date in a table that has a date for each row, or None."""
    stored = workspace.tables().get(name)
    if stored is None or "date" not in stored.columns:
        return None
    return _newest(str(workspace.folder), name, stored.file)


@st.cache_data(show_spinner=False, max_entries=20)
def _newest(folder: str, name: str, file: str) -> dt.date | None:
    date = _read(folder, name, file, ("date",))["date"].max()
    return None if pd.isna(date) else date.date()


def history(workspace: Workspace, trend: str) -> pd.DataFrame:
    """What is known of one trend: date and value, a row a period, empty values in gaps."""
    stored = workspace.tables().get("engagement")
    if stored is None:
        return pd.DataFrame({"date": pd.to_datetime([]), "value": pd.Series([], dtype=float)})
    lines = _lines(str(workspace.folder), stored.file, engagement.title_of(trend))
    return lines.loc[lines["trend"] == trend, ["date", "value"]].reset_index(drop=True)


def forecast(workspace: Workspace, trend: str) -> pd.DataFrame:
    """The forecast of one trend, by date; no rows where there is none."""
    return rows(workspace, "forecasts", trend).sort_values("date", ignore_index=True)


def rows(workspace: Workspace, name: str, of: str, column: str = "trend") -> pd.DataFrame:
    """The rows of one trend in a table, or those that have `of` in another column."""
    whole, file = table(workspace, name), _file(workspace, name)
    places = _places(str(workspace.folder), name, file, column) if file else {}
    return whole.take(places.get(of, [])).reset_index(drop=True)


@st.cache_resource(show_spinner=False, max_entries=40)
def _places(folder: str, name: str, file: str, column: str) -> dict[str, NDArray[np.intp]]:
    """Where the rows of each trend stand in a table, so that nobody looks through all of it for one."""
    found = _read(folder, name, file, None).groupby(column, sort=False).indices
    return {str(of): np.asarray(places) for of, places in found.items()}


def outlook(workspace: Workspace, trend: str) -> Any:
    """What to expect of one trend: its row of the table of that name, or None."""
    found = rows(workspace, "outlooks", trend)
    return found.iloc[0] if len(found) else None


def outlooks(workspace: Workspace) -> pd.DataFrame:
    """What to expect of the total of each measure of each title that has a forecast.

    The rows of the table of that name that are totals, with `recent` as a list of numbers.
    """
    return _outlooks(str(workspace.folder), _file(workspace, "outlooks")).copy(deep=False)


@st.cache_data(show_spinner=False, max_entries=40)
def _lines(folder: str, file: str, title: str) -> pd.DataFrame:
    """The trends of one title; `file` is only there so that other content is read anew."""
    return engagement.gather(Workspace(Path(folder)).read("engagement", filters=[("title", "==", title)]))


@st.cache_resource(show_spinner=False, max_entries=4)
def _outlooks(folder: str, file: str) -> pd.DataFrame:
    if not file:
        return table(Workspace(Path(folder)), "outlooks")
    rows = Workspace(Path(folder)).read("outlooks")
    rows = rows[~rows["trend"].str.contains("=", regex=False)].reset_index(drop=True)
    recent = [[float(value) for value in text.split()] for text in rows["recent"]]
    return rows.assign(recent=pd.Series(recent, dtype=object))


def main_metric(workspace: Workspace) -> str:
    """The measure that most titles have; of several, the first by name. "" without trends."""
    return _main_metric(str(workspace.folder), _file(workspace, "trends"))


@st.cache_data(show_spinner=False, max_entries=20)
def _main_metric(folder: str, file: str) -> str:
    """`file` is only there so that other content is read anew, here and below."""
    trends = table(Workspace(Path(folder)), "trends", ["title", "metric"]).drop_duplicates()
    times = Counter(sorted(trends["metric"]))
    return times.most_common(1)[0][0] if times else ""


def names(workspace: Workspace) -> dict[str, str]:
    """What each title is called, by its id; ids themselves where the titles table has no name."""
    return _names(str(workspace.folder), _file(workspace, "titles"), _file(workspace, "trends"))


@st.cache_data(show_spinner=False, max_entries=20)
def _names(folder: str, titles: str, trends: str) -> dict[str, str]:
    workspace = Workspace(Path(folder))
    known = table(workspace, "titles")
    called = dict(zip(known["title"], known["name"], strict=True)) if "name" in known else {}
    ids = [*known["title"], *table(workspace, "trends")["title"]]
    found = {i: called[i] if isinstance(called.get(i), str) and called[i] else i for i in dict.fromkeys(ids)}
    return words.apart(found)


def called(titles: Mapping[str, str], trend: str) -> str:
    """The name of a trend: that of its title, and which part of it: "Harbour Lights, region ES"."""
    name, (dimension, value) = titles[engagement.title_of(trend)], engagement.part(trend)
    return f"{name}, {words.measure(dimension)} {value}" if value else name


def kinds(workspace: Workspace) -> dict[str, str]:
    """Each title's kind as a label; "" where it is unknown."""
    known = table(workspace, "titles")
    if "kind" not in known:
        return {}
    return {i: words.label(k) if isinstance(k, str) else "" for i, k in zip(known["title"], known["kind"], strict=True)}


def telling(segment: Any, most: int = 3) -> str:
    """The traits that say most of a segment, in a line."""
    told = [str(trait) for trait in traits(segment).sort_values("lift", ascending=False)["trait"].head(most)]
    return words.begun(words.listed([words.inside(trait) for trait in told]))


def traits(segment: Any) -> pd.DataFrame:
    """What sets a row of the segments table apart: trait, share, low, high, others, lift, the most telling first.

    `others` is the share of everyone who is not in the segment; of everyone, where a table does not tell it.
    """
    told = json.loads(segment["traits"]) if isinstance(segment["traits"], str) and segment["traits"] else []
    frame = pd.DataFrame(told, columns=["trait", "share", "low", "high", "others", "everyone", "lift"])
    frame["others"] = frame["others"].astype(float).fillna(frame["everyone"].astype(float))
    return frame.dropna(subset=["share", "low", "high", "others"]).reset_index(drop=True).drop(columns="everyone")
