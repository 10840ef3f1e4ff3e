"""One function per figure, from a table to Plotly; the look is set here once.

Labels stand in the figure, written for a screen 390 px wide, because Plotly does not know how wide it will be
drawn. Text of users goes through `_safe`: Plotly reads a little HTML in every label.
"""

import datetime as dt
import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

Theme = Literal["light", "dark"]

BAND_HEIGHT = 380  # pixels
ROW_HEIGHT = 50  # pixels for each trait: its name above its interval
LABEL_WIDTH = 1.16  # of the bars: room for "97%" on a phone
TRAITS_MARGIN = 40
MOST_EVENTS = 4
EVENT_LETTERS = 14
EVENT_ROOM = 0.2  # of the width: two event names nearer than this would touch on a phone
LABEL_ROOM = 0.055  # of the height between the labels at the right edge
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)  # what a person counts in
ZERO, MOST_TICKS = 0.0, 3
CONFIG = {"displayModeBar": False, "scrollZoom": False}


@dataclass(frozen=True)
class Ink:
    """The colours of one theme; contrasts are told in .streamlit/config.toml."""

    text: str
    quiet: str
    grid: str
    line: str
    ahead: str
    ahead_rgb: str
    event: str
    below: str
    below_rgb: str
    gap: str
    page: str
    wide: float
    narrow: float


INKS: dict[str, Ink] = {
    "light": Ink(
        "#171614", "#57534b", "#e9e6df", "#a39e93", "#0b6470", "11,100,112",
        "#8f4800", "#8f4800", "201,106,0", "#eceae4", "#ffffff", 0.11, 0.22,
    ),
    "dark": Ink(
        "#f2f0ec", "#b9b5ad", "#2b2f34", "#5b5f66", "#58c2cd", "88,194,205",
        "#f2a541", "#f2a541", "242,165,65", "#2b2c33", "#101214", 0.14, 0.26,
    ),
}  # fmt: skip


def band_chart(
    history: pd.DataFrame, forecast: pd.DataFrame, events: pd.DataFrame, *, unit: str, today: dt.date, theme: Theme
) -> go.Figure:
    """What was and what should come, with its bands.

    Args:
        history: date, value; a row a period, empty values are gaps.
        forecast: date, expected, low80, high80, low95, high95; may have no rows.
        events: event, date.
        unit: what is counted ("views").
    """
    ink = INKS[theme]
    ticks = _ticks(_top(history, forecast))
    top = max(_top(history, forecast), ticks[-1] * 1.1)  # room for the topmost label, which has the unit
    start, end = _span(history, forecast)
    figure = go.Figure()
    for low, high, opacity in (("low95", "high95", ink.wide), ("low80", "high80", ink.narrow)):
        _add_band(figure, _joined(history, forecast), low, high, f"rgba({ink.ahead_rgb},{opacity})")
    _add_history(figure, history, ink)
    _add_forecast(figure, history, forecast, ink)
    _add_gaps(figure, history, ink)
    _add_events(figure, events, start, end, ink)
    _add_today(figure, today, start, end, ink)
    _add_edge_labels(figure, forecast, top, ink)
    texts = [short(t) for t in ticks[:-1]] + [f"{short(ticks[-1])} {_safe(unit)}"]
    figure.update_layout(
        height=BAND_HEIGHT,
        margin={"l": 0, "r": 76, "t": 40, "b": 26},
        hovermode="x unified",
        dragmode=False,
        hoverlabel={"bgcolor": ink.page, "bordercolor": ink.line, "font": {"color": ink.text}},
        xaxis=_time_axis(start, end, ink),
        yaxis=_axis(ink)
        | {
            "range": [0, top],
            "tickvals": ticks,
            "ticktext": texts,
            "ticklabelposition": "inside top",
            "gridcolor": ink.grid,
        },
        **_plain_ground(ink),
    )
    return figure


def traits_chart(traits: pd.DataFrame, *, theme: Theme) -> go.Figure:
    """What sets a segment apart: its share (dot) with its interval (bar), against everyone (tick).

    Args:
        traits: trait, share, low, high, everyone; shares between 0 and 1, the most telling first.
    """
    ink = INKS[theme]
    figure = go.Figure()
    most = max(0.15, float(traits[["high", "everyone"]].max().max()))
    right = most * LABEL_WIDTH
    for row, trait in enumerate(traits.itertuples(index=False)):
        _add_trait(figure, trait, -row, ink, first=row == 0)
    step = 0.2 if right > 0.5 else 0.1
    ticks = [round(step * n, 2) for n in range(int(min(right, 1) / step + 1e-9) + 1)]
    figure.update_layout(
        height=TRAITS_MARGIN + ROW_HEIGHT * len(traits),
        margin={"l": 0, "r": 8, "t": 30, "b": 4},
        dragmode=False,
        hovermode=False,
        xaxis=_axis(ink)
        | {
            "range": [-0.09 * right, right],
            "tickvals": ticks,
            "ticktext": ["0" if t == ZERO else f"{t:.0%}" for t in ticks],
            "side": "top",
            "gridcolor": ink.grid,
        },
        yaxis=_axis(ink) | {"range": [-len(traits) + 0.5, 0.7], "showticklabels": False, "showgrid": False},
        **_plain_ground(ink),
    )
    return figure


def short(value: float) -> str:
    """A quantity for an axis or an edge: 38k, 1.2m, 0.4."""
    for size, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"{_significant(value / size)}{unit}".replace("-", "−")
    return _significant(value).replace("-", "−")


def _significant(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{float(f'{value:.2g}'):g}"


def _safe(text: object) -> str:
    return html.escape(" ".join(str(text).split()))


def _plain_ground(ink: Ink) -> dict[str, Any]:
    return {
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": '"Source Sans", sans-serif', "size": 13, "color": ink.quiet},
    }


def _axis(ink: Ink) -> dict[str, Any]:
    return {"fixedrange": True, "zeroline": False, "tickfont": {"color": ink.quiet}}


def _time_axis(start: pd.Timestamp, end: pd.Timestamp, ink: Ink) -> dict[str, Any]:
    days = (end - start).days
    months = max(1, math.ceil(days / 30.5 / 5))
    axis = _axis(ink) | {
        "range": [start, end],
        "showgrid": False,
        "showline": True,
        "linecolor": ink.line,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": ink.line,
        "hoverformat": "%A %-d %B %Y",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": ink.line,
    }
    if days < 45:
        return axis | {"tickformat": "%-d %b", "nticks": 5}
    return axis | {"dtick": f"M{months}", "tickformat": "%b" if days < 400 else "%b %Y", "tick0": "2000-01-01"}


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


def _ticks(top: float) -> list[float]:
    """0 and two or three more, in steps that a person counts in."""
    rough = top / (MOST_TICKS + 0.5)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(s * size for s in STEPS if s * size >= rough)
    return [step * n for n in range(int(top / step) + 1)]


def _joined(history: pd.DataFrame, forecast: pd.DataFrame) -> pd.DataFrame:
    """The forecast with the last known day before it, so that the lines meet."""
    known = history.dropna(subset=["value"]).tail(1)
    if known.empty or forecast.empty:
        return forecast
    value = float(known["value"].iloc[0])
    columns = ["expected", "low80", "high80", "low95", "high95"]
    joint = pd.DataFrame({"date": known["date"].to_numpy(), **dict.fromkeys(columns, value)})
    return pd.concat([joint, forecast[["date", *columns]]], ignore_index=True)


def _add_band(figure: go.Figure, band: pd.DataFrame, low: str, high: str, fill: str) -> None:
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


def _add_history(figure: go.Figure, history: pd.DataFrame, ink: Ink) -> None:
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
    line = _joined(history, forecast)
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
        _note(figure, "no data", middle, 0.97, ink.quiet, **place, font_size=12)


def _add_events(figure: go.Figure, events: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, ink: Ink) -> None:
    names = [str(name) for name in events["event"]]
    for name, date in _told(events, start, end):
        place = (date - start) / (end - start)
        anchor = "left" if place < 0.08 else "right" if place > 0.92 else "center"
        line = {"color": ink.event, "width": 1.2, "dash": "dot"}
        figure.add_shape(type="line", x0=date, x1=date, y0=0, y1=1, yref="paper", line=line, layer="between")
        text = f"<b>{_safe(_brief(name, names))}</b><br>{date.day} {date:%b}"
        _note(figure, text, date, 1, ink.event, yref="paper", yanchor="bottom", xanchor=anchor)


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


def _add_today(figure: go.Figure, today: dt.date, start: pd.Timestamp, end: pd.Timestamp, ink: Ink) -> None:
    date = pd.Timestamp(today)
    if start < date < end:
        line = {"color": ink.line, "width": 1}
        figure.add_shape(type="line", x0=date, x1=date, y0=0, y1=0.93, yref="paper", line=line, layer="below")
        _note(figure, "Today", date, 0.93, ink.quiet, yref="paper", xanchor="right", yanchor="top", xshift=-4)


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
        _note(figure, text, 1, height, colour, **edge)


def _add_trait(figure: go.Figure, trait: Any, row: int, ink: Ink, *, first: bool) -> None:
    above = trait.share >= trait.everyone
    colour, rgb = (ink.ahead, ink.ahead_rgb) if above else (ink.below, ink.below_rgb)
    low, high = max(0.0, trait.low), min(1.0, trait.high)
    figure.add_shape(
        type="line", x0=trait.everyone, x1=trait.share, y0=row, y1=row, line={"color": ink.line, "width": 1}
    )
    tick = {"x0": trait.everyone, "x1": trait.everyone, "y0": row - 0.16, "y1": row + 0.16}
    figure.add_shape(type="line", line={"color": ink.text, "width": 2}, **tick)
    bar = {"x0": low, "x1": high, "y0": row - 0.08, "y1": row + 0.08, "layer": "between"}
    figure.add_shape(type="rect", fillcolor=f"rgba({rgb},0.4)", line_width=0, **bar)
    figure.add_scatter(x=[trait.share], y=[row], mode="markers", marker={"size": 9, "color": colour})
    _note(figure, _safe(trait.trait), 0, row, ink.text, xref="paper", xanchor="left", yanchor="middle", yshift=18)
    place, anchor, shift = (high, "left", 7) if above else (low, "right", -7)
    _note(figure, f"<b>{trait.share:.0%}</b>", place, row, colour, xanchor=anchor, xshift=shift, yanchor="middle")
    if first:
        text = f"everyone, {trait.everyone:.0%}"
        _note(figure, text, trait.everyone, row, ink.quiet, yanchor="top", yshift=-8, font_size=12)


def _note(figure: go.Figure, text: str, x: Any, y: float, colour: str, *, font_size: int = 13, **place: Any) -> None:
    figure.add_annotation(text=text, x=x, y=y, showarrow=False, font={"color": colour, "size": font_size}, **place)
