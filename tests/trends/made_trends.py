"""Trends with known shapes, made from a seed."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import gather
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.panels import Panel

NO_EVENTS = pd.DataFrame({"event": [], "kind": [], "date": pd.Series([], dtype="datetime64[us]"), "title": []})


def engagement(
    values: NDArray[np.float64], *, title: str = "harbour-lights", start: str = "2025-06-02", freq: str = "D"
):
    """Engagement rows of one title's views; NaN leaves a row out."""
    rows = pd.DataFrame({"date": pd.date_range(start, periods=len(values), freq=freq), "value": values})
    return rows.dropna().assign(title=title, metric="views")[["date", "title", "metric", "value"]]


def week(days: int, *, level: float = 1000, seed: int = 1) -> NDArray[np.float64]:
    """A busy weekend each week, with noise (the first day is a Monday)."""
    shape = np.array([0.8, 0.8, 0.9, 0.9, 1.1, 1.4, 1.1])
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.05, days))
    return np.round(level * shape[np.arange(days) % 7] * noise)


def trend(values: NDArray[np.float64], **told: str) -> pd.DataFrame:
    """The gathered trend of one title."""
    return gather(engagement(values, **told))


def event(kind: str, date: str, *, title: str | None = None, end: str | None = None, region: str | None = None):
    """One row of the events table."""
    return pd.DataFrame(
        {
            "event": [f"{kind} {date}"],
            "kind": [kind],
            "date": pd.to_datetime([date]),
            "end_date": pd.to_datetime([end]),
            "title": pd.Series([title], dtype="str"),
            "region": pd.Series([region], dtype="str"),
        }
    )


def panel(*lines: NDArray[np.float64], **told: str) -> Panel:
    """Some titles' views side by side, all ending on the same day; NaN is a gap, also at an end."""
    frequency, last = FREQUENCIES[told.get("frequency", "D")], told.get("last", "2026-11-22")
    values = np.full((len(lines), max(map(len, lines))), np.nan)
    for row, line in enumerate(lines):
        values[row, values.shape[1] - len(line) :] = line
    titles = [f"title-{number}" for number in range(len(lines))]
    heads = pd.DataFrame({"trend": [f"{title}/views" for title in titles], "title": titles, "metric": "views"})
    return Panel(heads.astype("str"), frequency, np.full(len(lines), np.datetime64(last)), values)


def walk(days: int, seed: int, *, drift: float = 0.05, noise: float = 0.1) -> NDArray[np.float64]:
    """A weekly cycle on a wandering level: the kind of audience that a local level describes."""
    rng = np.random.default_rng(seed)
    return week(days, seed=seed) * np.exp(np.cumsum(rng.normal(0, drift, days)) + rng.normal(0, noise, days))
