"""Releases, trailers, holidays, outages: dated things that move an audience, as regressors of a trend.

Each past event has an effect of its own, since a debut is no update; one ahead is expected to do what those of
its kind did on average, and less the fewer there were. Effects are on the log scale: a release multiplies an
audience, whatever its size.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line
from marketing.trends.frequencies import following


@dataclass(frozen=True)
class Shape:
    """How an event of a kind runs its course: full on its days, then `fading` by a factor e each so many days.

    What is not `planned` can explain the past and never a future day. `spread` is how far from what is expected of
    it, on the log scale, an event of the kind may well fall: a band's 80% half-width for that alone.
    """

    fading: float
    spread: float
    planned: bool = True


# Half of a release's rush is gone in a week, a trailer's in two or three days. Christmas comes as it came.
SHAPES = {
    "release": Shape(10, 0.6),
    "trailer": Shape(4, 0.5),
    "announcement": Shape(3, 0.5, planned=False),
    "delay": Shape(3, 0.5, planned=False),
    "campaign": Shape(3, 0.4),
    "holiday": Shape(0, 0.1),
    "outage": Shape(0, 0.5, planned=False),
}
OTHER = Shape(3, 0.4)
ALIKE = {
    "launch": "release",
    "premiere": "release",
    "drop": "release",
    "teaser": "trailer",
    "news": "announcement",
    "flight": "campaign",
    "downtime": "outage",
}
LATEST = 8  # past events that a trend's effects are learnt from; more regressors would explain noise
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


@dataclass(frozen=True)
class Course:
    """An event's course over a trend's past dates and those ahead, between 0 and 1."""

    kind: str
    date: pd.Timestamp
    pulse: NDArray[np.float64]

    @property
    def shape(self) -> Shape:
        """How events of its kind go."""
        return SHAPES.get(self.kind, OTHER)


def regressors(events: pd.DataFrame, line: Line, horizon: int) -> pd.DataFrame:
    """One column per past event over the line's dates and `horizon` more; the same effect drives all of it.

    Past events are those that were felt on days with a value. Of what lies after the line's last date only what
    was planned is used, and announced by then where the table has a date column `announced`. On such days the
    column of each past event of the kind holds its share of the mean of them all, with a weight of 1 to no effect
    (holidays apart) since fewer tell less.
    """
    past, ahead = _courses(events, line, horizon)
    columns: dict[str, NDArray[np.float64]] = {}
    for number, event in enumerate(past):
        alike = sum(other.kind == event.kind for other in past)
        share = 1 / (alike + (0 if event.shape.fading == 0 else 1))
        coming = [share * other.pulse for other in ahead if other.kind == event.kind]
        columns[f"{event.kind} {number}"] = event.pulse + np.sum(coming, axis=0) if coming else event.pulse
    return pd.DataFrame(columns, index=_dates(line, horizon))


def doubt(events: pd.DataFrame, line: Line, horizon: int) -> NDArray[np.float64]:
    """For each step ahead, the log-scale spread of what events ahead may do, where one of their kind has been."""
    past, ahead = _courses(events, line, horizon)
    known = {event.kind for event in past}
    spreads = [event.pulse[-horizon:] * event.shape.spread for event in ahead if event.kind in known]
    return np.sqrt(np.sum(np.square(spreads), axis=0)) if spreads else np.zeros(horizon)


def unknown_ahead(events: pd.DataFrame, line: Line, horizon: int) -> list[tuple[str, dt.date]]:
    """Kind and date of planned events ahead whose kind is new to the trend: no forecast allows for them."""
    past, ahead = _courses(events, line, horizon)
    known = {event.kind for event in past}
    return sorted(
        {(event.kind, event.date.date()) for event in ahead if event.kind not in known}, key=lambda e: e[::-1]
    )


def _courses(events: pd.DataFrame, line: Line, horizon: int) -> tuple[list[Course], list[Course]]:
    """The latest events felt in a line's past, in order of date, and the known ones within the horizon."""
    last, dates = line.dates[-1], _dates(line, horizon)
    past, ahead = [], []
    for row in of_line(events, line).sort_values("date", kind="stable").to_dict("records"):
        kind = kind_of(row.get("kind"))
        shape, announced = SHAPES.get(kind, OTHER), row.get("announced")
        pulse = _pulse(row["date"], row.get("end_date"), shape, dates, line.frequency.code)
        event = Course(kind, row["date"], pulse)
        if event.date > last:
            known = shape.planned and not (isinstance(announced, pd.Timestamp) and announced > last)
            ahead += [event] if known and pulse.any() else []
        elif pulse[: len(line.values)][~np.isnan(line.values)].max(initial=0) >= FELT:
            past.append(event)
    return past[-LATEST:], ahead


def _dates(line: Line, horizon: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(line.dates.append(following(line.dates[-1], line.frequency.code, horizon)))


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
