"""What was and what should come: one trend with its bands, events, gaps and anomalies."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from marketing.charts.ink import (
    INKS,
    Ink,
    Theme,
    hover_box,
    note,
    percent,
    plain_ground,
    safe,
    short,
    time_axis,
    value_axis,
)
from marketing.trends.wording import times

BAND_HEIGHT = 380  # pixels
MOST_EVENTS = 4
EVENT_LETTERS = 14
MOST_RINGS, RING_ROOM = 6, 0.12  # anomalies told in words, and the share of the width between two of them
TODAY_ROOM = 0.25  # of the width: as near, two words may meet on a phone
BESIDE = 0.012  # of the width: as near to an event's line its name would be written over
LOW, HIGH = 0.1, 0.6  # of the height: below, nothing fits under a ring; above, what is over one meets Today
EVENT_ROOM = 0.2  # of the width: two event names nearer than this would touch on a phone
LABEL_ROOM = 0.055  # of the height between the labels at the right edge
TIMES = 2.0  # from here on a rise is told as so many times, not in per cent, here as in words


def band_chart(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    events: pd.DataFrame,
    *,
    unit: str,
    today: dt.date,
    theme: Theme,
    anomalies: pd.DataFrame | None = None,
    other: pd.DataFrame | None = None,
) -> go.Figure:
    """What was and what should come, with its bands.

    Args:
        history: date, value; a row a period, empty values are gaps.
        forecast: date, expected, low80, high80, low95, high95; may have no rows.
        events: event, date.
        unit: what is counted ("views").
        today: drawn as a line.
        theme: "light" or "dark".
        anomalies: date, value, change, z and event ("" where none is near); ringed, the largest with a word. Where
            there is a column effect, and a number in it, that is what its event did, and told in place of change.
        other: date and expected of a scenario beside the forecast.
    """
    ink = INKS[theme]
    axis = value_axis(_top(history, forecast), unit, ink)
    start, end = _span(history, forecast)
    figure = go.Figure()
    for low, high, opacity in (("low95", "high95", ink.wide), ("low80", "high80", ink.narrow)):
        add_band(figure, joined(history, forecast), low, high, f"rgba({ink.ahead_rgb},{opacity})")
    add_history(figure, history, ink)
    _add_forecast(figure, history, forecast, ink)
    if other is not None:
        _add_other(figure, other, ink)
    _add_gaps(figure, history, ink)
    _add_events(figure, events, start, end, ink)
    crowded = False
    if anomalies is not None:
        lined = [date for _, date in _told(events, start, end)]
        seen = _by_events(anomalies).assign(
            climbs=_climbs(history, anomalies["date"], start + (end - start) * TODAY_ROOM)
        )
        crowded = _add_anomalies(figure, seen, (start, end, axis["range"][1]), ink, lined, pd.Timestamp(today))
    _add_today(figure, today, start, end, ink, low=crowded)
    _add_edge_labels(figure, forecast, axis["range"][1], ink)
    figure.update_layout(
        height=BAND_HEIGHT,
        margin={"l": 0, "r": 76, "t": 40, "b": 26},
        hovermode="x unified",
        dragmode=False,
        hoverlabel=hover_box(ink),
        xaxis=time_axis(start, end, ink),
        yaxis=axis,
        **plain_ground(ink),
    )
    return figure


def _span(history: pd.DataFrame, forecast: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    dates = pd.concat([history["date"], forecast["date"]])
    first, last = dates.min(), dates.max()
    room = (last - first) * 0.05  # five days of three months: the labels of the y axis stand there
    return first - max(room, pd.Timedelta(days=1)), last


def _top(history: pd.DataFrame, forecast: pd.DataFrame) -> float:
    """The height of the plot: all of the wide band, unless that would press the rest flat."""
    inner = max((v for v in (history["value"].max(), forecast["high80"].max()) if v == v), default=1.0)
    outer = forecast["high95"].max() if len(forecast) else inner
    top = max(inner, min(outer, inner * 1.5) if outer == outer else inner)
    return float(top or 1.0) * 1.08


def joined(history: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """The forecast with the last known day before it, so that the lines meet."""
    known = history.dropna(subset=["value"]).tail(1)
    if known.empty or forecast.empty:
        return forecast
    value = float(known["value"].iloc[0])
    columns = ["expected", "low80", "high80", "low95", "high95"]
    joint = pd.DataFrame({"date": known["date"].to_numpy(), **dict.fromkeys(columns, value)})
    return pd.concat([joint, forecast[["date", *columns]]], ignore_index=True)


def add_band(figure: go.Figure, band: pd.DataFrame, low: str, high: str, fill: str) -> None:
    """The ground between two columns of `band`, without an edge."""
    if band.empty:
        return
    around = pd.concat([band[high], band[low][::-1]])
    figure.add_scatter(
        x=[*band["date"], *band["date"][::-1]],
        y=around,
        fill="toself",
        fillcolor=fill,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
    )


def add_history(figure: go.Figure, history: pd.DataFrame, ink: Ink) -> None:
    """The line of what was; it breaks at gaps."""
    figure.add_scatter(
        x=history["date"],
        y=history["value"],
        mode="lines",
        line={"color": ink.text, "width": 1.6},
        connectgaps=False,
        hovertemplate="%{y:,.3r}<extra></extra>",
    )


def _add_forecast(figure: go.Figure, history: pd.DataFrame, forecast: pd.DataFrame, ink: Ink) -> None:
    if forecast.empty:
        return
    line = joined(history, forecast)
    figure.add_scatter(
        x=line["date"],
        y=line["expected"],
        mode="lines",
        line={"color": ink.ahead, "width": 2.4},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=forecast["date"],
        y=forecast["expected"],
        mode="lines",
        line={"color": ink.ahead, "width": 0},
        customdata=forecast[["low80", "high80"]],
        hovertemplate="expected %{y:,.3r}<br>"
        "80% between %{customdata[0]:,.3r} and %{customdata[1]:,.3r}<extra></extra>",
    )


def _add_other(figure: go.Figure, other: pd.DataFrame, ink: Ink) -> None:
    """A scenario's line: in the colour of what one changes, dashed."""
    figure.add_scatter(
        x=other["date"],
        y=other["expected"],
        mode="lines",
        line={"color": ink.event, "width": 2, "dash": "dash"},
        hovertemplate="in the scenario %{y:,.3r}<extra></extra>",
    )


def _by_events(anomalies: pd.DataFrame) -> pd.DataFrame:
    """Anomalies with the effect of their event as their change, where it is known (`by`)."""
    known = anomalies["effect"] if "effect" in anomalies else pd.Series(float("nan"), index=anomalies.index)
    return anomalies.assign(change=known.fillna(anomalies["change"]), by=known.notna())


def _add_anomalies(
    figure: go.Figure,
    anomalies: pd.DataFrame,
    room: tuple[pd.Timestamp, pd.Timestamp, float],
    ink: Ink,
    lined: Collection[pd.Timestamp],
    today: pd.Timestamp,
) -> bool:
    """A ring at each day that was not as expected; by how much and what was near, at the largest.

    `room` is the first and last day and the height of the plot; `lined` are the days at which an event's line stands.
    Returns whether the place at the top of today's line is taken by what is written.
    """
    start, end, top = room
    seen = anomalies[(anomalies["date"] > start) & (anomalies["date"] <= end)]
    if seen.empty:
        return False
    ring = {"symbol": "circle-open", "size": 9, "color": ink.text, "line": {"width": 1.6}}
    figure.add_scatter(
        x=seen["date"],
        y=seen["value"],
        mode="markers",
        marker=ring,
        customdata=[
            f"{changed(change)} {f'by {safe(event)}' if by else 'against expected'}"
            for change, event, by in zip(seen["change"], seen["event"], seen["by"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    named: list[Any] = []
    row: Any
    for row in seen.sort_values("z", key=abs, ascending=False).itertuples():
        if len(named) < MOST_RINGS and all(abs(row.date - other.date) >= (end - start) * RING_ROOM for other in named):
            named.append(row)
            beside = any(abs(row.date - date) <= (end - start) * BESIDE for date in lined)
            _add_ring_label(figure, row, row.value / top, lined=beside, ink=ink)
    near = [row.value / top for row in named if abs(row.date - today) < (end - start) * TODAY_ROOM]
    return any(height > HIGH for height in near)


def _add_ring_label(figure: go.Figure, row: Any, height: float, *, lined: bool, ink: Ink) -> None:
    """By how much, and what was near; beside an event's line, where its name stands above, by how much alone.

    `height` is the ring's, as a share of the plot's: near the foot nothing is written below.
    """
    if lined:
        note(figure, changed(row.change), row.date, row.value, ink.text, font_size=12, xanchor="left", xshift=8)
        return
    words = changed(row.change) + (f"<br>{safe(_cut(row.event))}" if row.event else "")
    above = row.change > 0 or height < LOW
    side: dict[str, Any] = {"yanchor": "bottom", "yshift": 8} if above else {"yanchor": "top", "yshift": -8}
    if above and row.climbs:
        side |= {"xanchor": "right", "xshift": 4}
    note(figure, words, row.date, row.value, ink.text, font_size=12, **side)


def _climbs(history: pd.DataFrame, dates: pd.Series, room: pd.Timestamp) -> list[bool]:
    """Whether the line goes on upwards after each of these dates, through what is written above its middle.

    False before `room`: there is none for words to the left.
    """
    rises = dict(zip(history["date"], history["value"].shift(-1) > history["value"], strict=True))
    return [bool(rises.get(date, False)) and date > room for date in dates]


def changed(change: float) -> str:
    """ "+38%", "−34%", "5 times" for a value against what was expected, less one."""
    if change >= TIMES - 1:
        return f"{times(change + 1)} times"
    return percent(change)


def _cut(name: str) -> str:
    return name if len(name) <= EVENT_LETTERS else name[: EVENT_LETTERS - 1].rstrip() + "…"


def _add_gaps(figure: go.Figure, history: pd.DataFrame, ink: Ink) -> None:
    dates, missing = history["date"].tolist(), history["value"].isna().tolist()
    gaps: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for number, (date, absent) in enumerate(zip(dates, missing, strict=True)):
        if absent and number and missing[number - 1]:
            gaps[-1] = (gaps[-1][0], date)
        elif absent:
            gaps.append((date, date))
    half = pd.Timedelta(hours=12)
    for first, last in gaps:
        shape = {"x0": first - half, "x1": last + half, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
        figure.add_shape(type="rect", fillcolor=ink.gap, line_width=0, **shape)
    if gaps:
        first, last = max(gaps, key=lambda gap: gap[1] - gap[0])
        middle = first + (last - first) / 2
        place: dict[str, Any] = {"yref": "paper", "yanchor": "top", "textangle": -90}  # no wider than a few days
        note(figure, "no data", middle, 0.97, ink.quiet, **place, font_size=12)


def _add_events(figure: go.Figure, events: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, ink: Ink) -> None:
    names = [str(name) for name in events["event"]]
    for name, date in _told(events, start, end):
        place = (date - start) / (end - start)
        anchor = "left" if place < 0.08 else "right" if place > 0.92 else "center"
        line = {"color": ink.event, "width": 1.2, "dash": "dot"}
        figure.add_shape(type="line", x0=date, x1=date, y0=0, y1=1, yref="paper", line=line, layer="between")
        text = f"<b>{safe(_brief(name, names))}</b><br>{date.day} {date:%b}"
        note(figure, text, date, 1, ink.event, yref="paper", yanchor="bottom", xanchor=anchor)


def _told(events: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> list[tuple[str, pd.Timestamp]]:
    """The latest events, at most four, none nearer to another than its name is wide."""
    seen = events[(events["date"] > start) & (events["date"] <= end)].sort_values("date", ascending=False)
    kept: list[tuple[str, pd.Timestamp]] = []
    for name, date in zip(seen["event"], seen["date"], strict=True):
        if len(kept) < MOST_EVENTS and all(abs(date - d) >= (end - start) * EVENT_ROOM for _, d in kept):
            kept.append((str(name), date))
    return kept


def _brief(name: str, names: Sequence[str]) -> str:
    """One or two words of a name, as many as fit: of "Season 2 finale" beside "Season 2 trailer", the last."""
    if len(name) <= EVENT_LETTERS:
        return name
    words = name.split()
    begun = " ".join(words[:2])
    if any(other != name and other.startswith(begun) for other in names) and len(words[-1]) <= EVENT_LETTERS:
        return words[-1][:1].upper() + words[-1][1:]
    return next((w for w in (begun, words[0]) if len(w) <= EVENT_LETTERS), name[: EVENT_LETTERS - 1] + "…")


def _add_today(
    figure: go.Figure, today: dt.date, start: pd.Timestamp, end: pd.Timestamp, ink: Ink, *, low: bool
) -> None:
    """A line, named at its top, or at its foot where something is written at its top."""
    date = pd.Timestamp(today)
    if start < date < end:
        line = {"color": ink.line, "width": 1}
        figure.add_shape(type="line", x0=date, x1=date, y0=0, y1=0.93, yref="paper", line=line, layer="below")
        place: dict[str, Any] = {"y": 0, "yanchor": "bottom"} if low else {"y": 0.93, "yanchor": "top"}
        note(figure, "Today", date, colour=ink.quiet, yref="paper", xanchor="right", xshift=-4, **place)


def _add_edge_labels(figure: go.Figure, forecast: pd.DataFrame, top: float, ink: Ink) -> None:
    if forecast.empty:
        return
    last = forecast.iloc[-1]
    room = LABEL_ROOM * top
    expected = min(max(float(last["expected"]), 1.2 * room), top - 3 * room)
    narrow = min(max(float(last["high80"]), expected + 1.8 * room), top - room)
    wide = min(max(float(last["high95"]), narrow + room), top)
    label = f"<b>Expected</b><br>{short(float(last['expected']))}"
    edge: dict[str, Any] = {"xref": "paper", "xanchor": "left", "yanchor": "middle", "xshift": 6, "align": "left"}
    for text, height, colour in (("95%", wide, ink.quiet), ("80%", narrow, ink.quiet), (label, expected, ink.ahead)):
        note(figure, text, 1, height, colour, **edge)
