"""Which trends can be forecast, and in words why the others cannot.

States: "forecast"; "stale": data stop long before the newest, forecast from their own last day; "ended": nothing
for long, not forecast; "short": too little to go on, not forecast.
"""

import datetime as dt

import numpy as np
import pandas as pd

from marketing.trends.engagement import Line, lines
from marketing.trends.forecasters import begun

FORECAST = ("forecast", "stale")  # the states that have a forecast
KNOWN_SHARE = 0.4  # with fewer values than this (quarters read as months), most of a trend would be guessed


def states(trends: pd.DataFrame, horizon: dict[str, int]) -> pd.DataFrame:
    """One row a trend: its head columns, first, last, points (values there are), state and reason.

    Args:
        trends: Every gathered trend of the workspace, since staleness is told against the newest date of all.
        horizon: Periods ahead by frequency.
    """
    newest = trends["date"].max()
    in_title = trends.groupby(["title", "metric"])["date"].transform("max").groupby(trends["trend"]).first()
    heads = trends.drop(columns=["date", "value"]).drop_duplicates("trend").set_index("trend")
    rows = []
    for line in lines(trends):
        state, reason = _state(line, horizon[line.frequency.code], newest, in_title[line.trend])
        points = int((~np.isnan(line.values)).sum())
        told = {"first": line.dates[0], "last": line.dates[-1], "points": points, "state": state, "reason": reason}
        rows.append({"trend": line.trend, **heads.loc[line.trend], **told})
    return pd.DataFrame(rows)


def _state(line: Line, horizon: int, newest: pd.Timestamp, in_title: pd.Timestamp) -> tuple[str, str]:
    frequency, last = line.frequency, line.dates[-1]
    if short := _short(line):
        return "short", short
    if ended := _ended(line, in_title):
        return "ended", ended
    points = len(line.values) - begun(line.values)
    if points < horizon:
        support = f"{frequency.count(points)} of history cannot support {horizon:,} of forecast."
        return "short", f"{support} Ask for {points:,} or fewer, or add history."
    behind = (newest - last).days
    if behind > frequency.stale * frequency.days:
        stop = f"Its data stop on {day(last)}, {behind:,} days before the newest."
        return "stale", f"{stop} The forecast goes on from there; add the days since."
    return "forecast", ""


def _short(line: Line) -> str:
    known = line.values[~np.isnan(line.values)]
    if len(known) and not known.any():
        return f"All {line.frequency.count(len(known))} of it are zero. The forecast starts with the first that is not."
    span = line.values[begun(line.values) :]
    points = int((~np.isnan(span)).sum())
    least = line.frequency.minimum
    if points < least:
        return f"{line.frequency.count(points)} of history. A forecast needs {least} or more."
    if points < KNOWN_SHARE * len(span):
        return f"Only {points:,} of its {line.frequency.count(len(span))} have a value. Two in five are needed."
    return ""


def _ended(line: Line, in_title: pd.Timestamp) -> str:
    """Why a trend counts as over; empty where it goes on."""
    long = line.frequency.ended * line.frequency.days
    alive = line.dates[np.flatnonzero(line.values > 0)[-1]]
    if (line.dates[-1] - alive).days >= long:
        return f"It has been zero since {day(alive + pd.Timedelta(days=1))}. It counts as ended."
    if (in_title - line.dates[-1]).days >= long:
        return f"It has no values since {day(line.dates[-1])}, while its title has. It counts as ended."
    return ""


def day(date: dt.date) -> str:
    """ "3 May 2026"."""
    return f"{date.day} {date:%B %Y}"
