"""A workspace with three small titles, quick to forecast, for tests of what runs and commands do."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TITLES = ("saltmarsh", "low-season", "tidebreaker")


def now() -> dt.datetime:
    return NOW


def engagement(days: int = 90) -> pd.DataFrame:
    """Daily views of the titles up to 22 November 2026, with a week in them."""
    dates = pd.date_range(end="2026-11-22", periods=days, unit="us")
    draws = np.random.default_rng(7)
    parts = []
    for level, title in enumerate(TITLES, start=1):
        week = 1 + 0.3 * np.sin(2 * np.pi * dates.day_of_week.to_numpy() / 7)
        values = np.round(1_000 * level * week * np.exp(0.05 * draws.standard_normal(days)))
        parts.append(pd.DataFrame({"date": dates, "title": title, "metric": "views", "value": values}))
    return pd.concat(parts, ignore_index=True)


def make(folder: Path, forecaster: str = "seasonal_naive") -> Workspace:
    """The workspace, its engagement in it and nothing forecast yet."""
    workspace = Workspace.create(folder)
    (folder / "settings.toml").write_text(
        f'name = "Small"\ntoday = 2026-11-23\nforecaster = "{forecaster}"\nworkers = 1\n', "utf-8"
    )
    workspace.upsert({"engagement": engagement()}, now=NOW)
    return workspace
