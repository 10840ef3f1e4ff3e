"""The look that all figures share: colours of both themes, axes, steps to count in, notes beside a line."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

Theme = Literal["light", "dark"]

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
    lines: tuple[str, str, str, str]  # titles beside one another; the first four of the categorical colours


INKS: dict[str, Ink] = {
    "light": Ink(
        "#171614", "#57534b", "#e9e6df", "#a39e93", "#0b6470", "11,100,112",
        "#8f4800", "#8f4800", "201,106,0", "#eceae4", "#ffffff", 0.11, 0.22,
        ("#0b6470", "#c96a00", "#8286e6", "#6b183a"),
    ),
    "dark": Ink(
        "#f2f0ec", "#b9b5ad", "#2b2f34", "#5b5f66", "#58c2cd", "88,194,205",
        "#f2a541", "#f2a541", "242,165,65", "#2b2c33", "#101214", 0.14, 0.26,
        ("#58c2cd", "#f2a541", "#7d68d0", "#b6dead"),
    ),
}  # fmt: skip


def short(value: float) -> str:
    """A quantity for an axis or an edge: 38k, 1.2m, 0.4."""
    for size, unit in ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"{_significant(value / size)}{unit}".replace("-", "−")
    return _significant(value).replace("-", "−")


def _significant(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{float(f'{value:.2g}'):g}"


def safe(text: object) -> str:
    """Text of users as Plotly shows it letter by letter."""
    return html.escape(" ".join(str(text).split()))


def plain_ground(ink: Ink) -> dict[str, Any]:
    """Layout of every figure: no legend, no ground of its own, the house's type."""
    return {
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": '"Source Sans", sans-serif', "size": 13, "color": ink.quiet},
    }


def quiet_axis(ink: Ink) -> dict[str, Any]:
    """An axis that cannot be dragged, its numbers in quiet text."""
    return {"fixedrange": True, "zeroline": False, "tickfont": {"color": ink.quiet}}


def time_axis(start: pd.Timestamp, end: pd.Timestamp, ink: Ink) -> dict[str, Any]:
    """The axis of days from `start` to `end`, five marks or so, whole days on hovering."""
    days = (end - start).days
    months = max(1, math.ceil(days / 30.5 / 5))
    axis = quiet_axis(ink) | {
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


def rounded_steps(top: float) -> list[float]:
    """0 and two or three more, in steps that a person counts in."""
    rough = top / (MOST_TICKS + 0.5)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(s * size for s in STEPS if s * size >= rough)
    return [step * n for n in range(int(top / step) + 1)]


def note(figure: go.Figure, text: str, x: Any, y: float, colour: str, *, font_size: int = 13, **place: Any) -> None:
    """Write `text` (safe already) into the figure at a place."""
    figure.add_annotation(text=text, x=x, y=y, showarrow=False, font={"color": colour, "size": font_size}, **place)


def value_axis(top: float, unit: str, ink: Ink) -> dict[str, Any]:
    """The axis from 0 to `top`, three or four labels within the plot, the unit at the topmost only."""
    steps = rounded_steps(top)
    texts = [short(t) for t in steps[:-1]] + [f"{short(steps[-1])} {safe(unit)}"]
    return quiet_axis(ink) | {
        "range": [0, max(top, steps[-1] * 1.1)],  # room for the topmost label
        "tickvals": steps,
        "ticktext": texts,
        "ticklabelposition": "inside top",
        "gridcolor": ink.grid,
    }


def hover_box(ink: Ink) -> dict[str, Any]:
    """What is said at the pointer: on the page's ground, with a thin edge."""
    return {"bgcolor": ink.page, "bordercolor": ink.line, "font": {"color": ink.text}}


def apart(heights: Sequence[float], room: float, ceiling: float) -> list[float]:
    """Heights of labels moved as little as needed that none is nearer to another than `room`, nor above `ceiling`."""
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    placed = [0.0] * len(heights)
    below = -math.inf
    for number in order:
        below = placed[number] = max(heights[number], below + room)
    above = ceiling + room
    for number in reversed(order):
        above = placed[number] = min(placed[number], above - room)
    return placed


def percent(share: float) -> str:
    """ "+38%", "−34%", "0%"."""
    told = f"{share:+.0%}"
    return "0%" if told in ("+0%", "-0%") else told.replace("-", "−")
