"""Several lines in one figure: titles beside one another, and past forecasts over what came."""

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from marketing.charts.bands import BAND_HEIGHT, LABEL_ROOM, add_band, add_history
from marketing.charts.ink import (
    INKS,
    Ink,
    Theme,
    apart,
    hover_box,
    note,
    percent,
    plain_ground,
    quiet_axis,
    safe,
    short,
    time_axis,
    value_axis,
)

MOST_LINES = 4
NAME_LETTERS = 16
START = 100.0  # what indexed lines begin at


def compare_chart(lines: pd.DataFrame, *, unit: str, indexed: bool, theme: Theme) -> go.Figure:
    """Up to four titles beside one another, each with its forecast.

    Args:
        lines: name, date, value and ahead (false for what was, true for what is expected); at most MOST_LINES names,
            in the order in which they get their colours.
        unit: what is counted ("views").
        indexed: each line as a per cent of its mean over the first week shown, so that a small title can be told from
            a large one's foot.
        theme: "light" or "dark".
    """
    ink = INKS[theme]
    names = list(dict.fromkeys(lines["name"]))[:MOST_LINES]
    drawn = _indexed(lines) if indexed else lines
    top = float(drawn["value"].max()) * 1.08 if drawn["value"].notna().any() else 1.0
    axis = value_axis(top or 1.0, "% of the first week" if indexed else unit, ink)
    figure = go.Figure()
    ends = []
    for name, colour in zip(names, ink.lines, strict=False):
        own = drawn[drawn["name"] == name].sort_values("date")
        _add_line(figure, own, name, colour)
        ends.append(float(own["value"].dropna().iloc[-1]) if own["value"].notna().any() else math.nan)
    height = axis["range"][1]
    placed = apart([0.0 if math.isnan(end) else end for end in ends], 2 * LABEL_ROOM * height, 0.97 * height)
    for name, colour, end, place in zip(names, ink.lines, ends, placed, strict=False):
        text = f"<b>{safe(_cut(name))}</b><br>{short(end)}" if not math.isnan(end) else f"<b>{safe(_cut(name))}</b>"
        edge: dict[str, Any] = {"xref": "paper", "xanchor": "left", "yanchor": "middle", "xshift": 6, "align": "left"}
        note(figure, text, 1, place, colour if theme == "dark" else _readable(colour), **edge)
    figure.update_layout(**_frame(drawn["date"], ink), margin={"l": 0, "r": 124, "t": 16, "b": 26}, yaxis=axis)
    return figure


def past_chart(history: pd.DataFrame, past: pd.DataFrame, *, unit: str, theme: Theme) -> go.Figure:
    """Forecasts as they were made at several days in the past, over what then came.

    Args:
        history: date, value of the span shown.
        past: cutoff (the last day known), date, expected, low80, high80.
        unit: what is counted. theme: "light" or "dark".
    """
    ink = INKS[theme]
    figure = go.Figure()
    for _, rows in past.groupby("cutoff"):
        told = rows.sort_values("date")
        cutoff: pd.Timestamp = told["cutoff"].iloc[0]
        add_band(figure, told, "low80", "high80", f"rgba({ink.ahead_rgb},{ink.narrow})")
        figure.add_scatter(
            x=told["date"],
            y=told["expected"],
            mode="lines",
            line={"color": ink.ahead, "width": 2},
            hovertemplate=f"expected on {cutoff.day} {cutoff:%B}: %{{y:,.3r}}<extra></extra>",
        )
        shape = {"x0": cutoff, "x1": cutoff, "y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
        figure.add_shape(type="line", line={"color": ink.grid, "width": 1}, **shape)
    add_history(figure, history, ink)
    inner = max(float(history["value"].max()), float(past["expected"].max()))
    top = max(inner, min(float(past["high80"].max()), 1.5 * inner)) * 1.08
    figure.update_layout(
        **_frame(pd.concat([history["date"], past["date"]]), ink),
        margin={"l": 0, "r": 8, "t": 16, "b": 26},
        yaxis=value_axis(top or 1.0, unit, ink),
    )
    return figure


def profile_chart(labels: list[str], shares: list[float], *, theme: Theme) -> go.Figure:
    """By how much a part of the week or year lies above (petrol) or below (ochre) the level, as bars.

    Args:
        labels: a bar each, in order; of many, every few are written.
        shares: multiplier less one; 0.2 is 20% above.
        theme: "light" or "dark".
    """
    ink = INKS[theme]
    widest = max(0.05, *(abs(share) for share in shares)) * 1.25
    colours = [ink.ahead if share >= 0 else ink.below for share in shares]
    figure = go.Figure()
    few = len(labels) <= 12
    figure.add_bar(
        x=list(range(len(labels))),
        y=shares,
        marker={"color": colours, "line": {"width": 0}},
        text=[percent(share) for share in shares] if few else None,
        textposition="outside",
        textfont={"color": ink.text},
        customdata=labels,
        hovertemplate="%{customdata}: %{y:+.0%}<extra></extra>",
        cliponaxis=False,
    )
    every = max(1, math.ceil(len(labels) / 12))
    ticks = list(range(0, len(labels), every))
    figure.update_layout(
        height=200,
        bargap=0.35 if few else 0,
        margin={"l": 0, "r": 8, "t": 16, "b": 26},
        dragmode=False,
        hovermode="closest" if not few else False,
        hoverlabel=hover_box(ink),
        xaxis=quiet_axis(ink) | {"tickvals": ticks, "ticktext": [safe(labels[t]) for t in ticks], "showgrid": False},
        yaxis=quiet_axis(ink)
        | {"range": [-widest, widest], "showticklabels": False, "showgrid": False}
        | {"zeroline": True, "zerolinecolor": ink.line, "zerolinewidth": 1},
        **plain_ground(ink),
    )
    return figure


def _add_line(figure: go.Figure, own: pd.DataFrame, name: str, colour: str) -> None:
    past, ahead = own[~own["ahead"]], own[own["ahead"]]
    joint = pd.concat([past.dropna(subset=["value"]).tail(1), ahead])
    for rows, dash in ((past, "solid"), (joint, "dot")):
        figure.add_scatter(
            x=rows["date"],
            y=rows["value"],
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            connectgaps=False,
            hovertemplate=f"{safe(name)} %{{y:,.3r}}<extra></extra>",
        )


def _indexed(lines: pd.DataFrame) -> pd.DataFrame:
    """Each line in per cent of the mean of its first seven known values shown."""
    begin = lines.dropna(subset=["value"]).groupby("name", sort=False).head(7).groupby("name")["value"].mean()
    base = lines["name"].map(begin)
    return lines.assign(value=START * lines["value"] / base.where(base > 0))


def _readable(colour: str) -> str:
    """A line's colour as text: ochre and lilac are dark enough for lines only."""
    return {"#c96a00": "#8f4800", "#8286e6": "#5257c4"}.get(colour, colour)


def _cut(name: str) -> str:
    return name if len(name) <= NAME_LETTERS else name[: NAME_LETTERS - 1].rstrip() + "…"


def _frame(dates: pd.Series, ink: Ink) -> dict[str, object]:
    first, last = dates.min(), dates.max()
    room = max((last - first) * 0.05, pd.Timedelta(days=1))  # the labels of the y axis stand there
    return {
        "height": BAND_HEIGHT,
        "hovermode": "x unified",
        "dragmode": False,
        "hoverlabel": hover_box(ink),
        "xaxis": time_axis(first - room, last, ink),
        **plain_ground(ink),
    }
