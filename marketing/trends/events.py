"""Releases, trailers, holidays, outages: dated things that move an audience, as regressors of a trend.

Events of one kind share one effect, so a past trailer tells what the next will bring. Effects are on the log
scale: a release multiplies an audience, whatever its size.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line
from marketing.trends.frequencies import following


@dataclass(frozen=True)
class Shape:
    """How an event of a kind runs its course: full on its days, then `fading` by a factor e each so many days."""

    fading: float
    planned: bool = True  # its date is known before it comes


# Half of a release's rush is gone in a week, a trailer's in two or three days; what is unplanned can explain
# the past and never a future day.
SHAPES = {
    "release": Shape(10),
    "trailer": Shape(4),
    "announcement": Shape(3, planned=False),
    "delay": Shape(3, planned=False),
    "campaign": Shape(3),
    "holiday": Shape(0),
    "outage": Shape(0, planned=False),
}
OTHER = Shape(3)
ALIKE = {
    "launch": "release",
    "premiere": "release",
    "drop": "release",
    "teaser": "trailer",
    "news": "announcement",
    "flight": "campaign",
    "downtime": "outage",
}
KINDS = 5  # a trend has few events; more kinds than this would explain noise
FELT = 0.3  # a regressor below this everywhere has not been seen at work
EFFECT_SD = 1.0  # prior of an effect on the log scale: most events move an audience by less than a factor e
EFFECT_LIMIT = 3.0  # no past event says that another brings more than twenty times as much, or takes more away
BEND = 28  # periods between the bends that a level may have beside the events
FADED = 5  # after so many fading times an event is over


def kind_of(text: object) -> str:
    """The kind an event counts as: "Launch" is a release; "event" where none is said."""
    kind = "" if pd.isna(text) else str(text).strip().casefold()  # type: ignore[call-overload]
    return ALIKE.get(kind, kind) or "event"


def of_line(events: pd.DataFrame, line: Line) -> pd.DataFrame:
    """The events that concern a trend: its title's or everyone's, its region's or everywhere."""
    if events.empty:
        return events
    mine = _empty_or(events, "title", line.title)
    if line.region:
        mine &= _empty_or(events, "region", line.region)
    return events[mine]


def _empty_or(events: pd.DataFrame, column: str, value: str) -> pd.Series:
    if column not in events:
        return pd.Series(data=True, index=events.index)
    return events[column].isna() | events[column].isin(["", value])


def regressors(events: pd.DataFrame, line: Line, horizon: int) -> pd.DataFrame:
    """One column per kind of event over the line's dates and `horizon` more, each between 0 and 1.

    Kept are kinds that had an effect to learn from on days with a value; of what lies after the line's last
    date only what was planned, and announced by then where the table has a date column `announced`.
    """
    last = line.dates[-1]
    dates = pd.DatetimeIndex(line.dates.append(following(last, line.frequency.code, horizon)))
    concerned = of_line(events, line)
    columns: dict[str, NDArray[np.float64]] = {}
    for row in concerned.to_dict("records"):
        kind = kind_of(row.get("kind"))
        shape = SHAPES.get(kind, OTHER)
        ahead = row["date"] > last
        announced = row.get("announced")
        if ahead and (not shape.planned or (isinstance(announced, pd.Timestamp) and announced > last)):
            continue
        pulse = _pulse(row["date"], row.get("end_date"), shape, dates, line.frequency.code)
        columns[kind] = np.maximum(columns.get(kind, 0.0), pulse)
    seen = ~np.isnan(line.values)
    weights = {kind: float(pulse[: len(seen)][seen].sum()) for kind, pulse in columns.items()}
    felt = [kind for kind, pulse in columns.items() if pulse[: len(seen)][seen].max(initial=0) >= FELT]
    kept = sorted(sorted(felt, key=lambda kind: (-weights[kind], kind))[:KINDS])
    return pd.DataFrame({kind: columns[kind] for kind in kept}, index=dates)


def unknown_ahead(events: pd.DataFrame, line: Line, horizon: int) -> pd.DataFrame:
    """kind and date of planned events ahead whose kind is new to the trend: no forecast allows for them."""
    concerned = of_line(events, line)
    kinds = [kind_of(kind) for kind in concerned["kind"]] if "kind" in concerned else ["event"] * len(concerned)
    told = pd.DataFrame({"kind": kinds, "date": concerned["date"].to_numpy()})
    dates = following(line.dates[-1], line.frequency.code, horizon)
    known = regressors(events, line, horizon).columns
    planned = told["kind"].map(lambda kind: SHAPES.get(kind, OTHER).planned).astype(bool)
    ahead = told["date"].between(dates[0], dates[-1]) & planned & ~told["kind"].isin(known)
    return told[ahead].drop_duplicates().sort_values(["date", "kind"], ignore_index=True)


def _pulse(start: pd.Timestamp, end: object, shape: Shape, dates: pd.DatetimeIndex, code: str) -> NDArray[np.float64]:
    """An event's course over `dates`; of a day's worth in a week, a seventh shows."""
    stop = end if isinstance(end, pd.Timestamp) and end > start else start
    days = dates.to_numpy()[:, None] + _days_in(dates, code)[None, :] * np.timedelta64(1, "D")
    since = (days - start.to_datetime64()) / np.timedelta64(1, "D")
    after = np.maximum(since - (stop - start) / pd.Timedelta(days=1), 0)
    under_way = (since >= 0) & (after <= FADED * shape.fading)
    return np.asarray(np.where(under_way, np.exp(-after / max(shape.fading, 1)), 0.0).mean(axis=1))


def _days_in(dates: pd.DatetimeIndex, code: str) -> NDArray[np.int64]:
    """The days of a period, counted from the date it goes by."""
    if code == "W":
        return np.arange(-3, 4)
    if code == "M":
        return np.arange(30) - (0 if dates[0].day == 1 else 29)
    return np.zeros(1, dtype=np.int64)


def effects(log_values: NDArray[np.float64], design: pd.DataFrame, season: int) -> NDArray[np.float64]:
    """The log-scale effect of each column of `design` on the values, by ridge regression.

    Level, bends in it and the day of the week are let go first, so that a busy Saturday is not put down to a
    trailer; an effect leans to 0 with the weight that EFFECT_SD gives it, and stays within EFFECT_LIMIT.
    """
    count = len(log_values)
    seen = ~np.isnan(log_values)
    steps = np.arange(count) / count
    knots = np.linspace(0, 1, max(2, count // BEND), endpoint=False)[1:]
    columns = [np.ones(count), steps, *(np.maximum(steps - knot, 0) for knot in knots)]
    columns += [(np.arange(count) % season == phase).astype(float) for phase in range(1, season)]
    events = design.to_numpy(float)[:count]
    whole = np.column_stack([*columns, events])[seen]
    noise = max(float(np.nanvar(np.diff(log_values))) / 2, 1e-6) if count > 1 else 1e-6
    penalty = np.full(whole.shape[1], 1e-6)
    penalty[len(columns) :] = noise / EFFECT_SD**2
    weights = np.linalg.solve(whole.T @ whole + np.diag(penalty), whole.T @ log_values[seen])
    return np.clip(weights[len(columns) :], -EFFECT_LIMIT, EFFECT_LIMIT)
