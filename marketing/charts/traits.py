"""What sets a segment apart, as intervals against everyone else."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from marketing.charts.ink import INKS, ZERO, Ink, Theme, note, plain_ground, quiet_axis, safe

ROW_HEIGHT = 50  # pixels for each trait: its name above its interval
FIRST_GAP = 0.3  # of a row more under the first, where "everyone else" stands
LABEL_WIDTH = 1.16  # of the bars: room for "97%" on a phone
TRAITS_MARGIN = 40


def traits_chart(traits: pd.DataFrame, *, theme: Theme) -> go.Figure:
    """What sets a segment apart: its share (dot) with its interval (bar), against everyone else (tick).

    Args:
        traits: trait, share, low, high, others; shares between 0 and 1, the most telling first.
    """
    ink = INKS[theme]
    figure = go.Figure()
    most = max(0.15, float(traits[["high", "others"]].max().max()))
    right = most * LABEL_WIDTH
    for row, trait in enumerate(traits.itertuples(index=False)):
        _add_trait(figure, trait, -row - FIRST_GAP * (row > 0), ink, right=right, first=row == 0)
    step = 0.2 if right > 0.5 else 0.1
    ticks = [round(step * n, 2) for n in range(int(min(right, 1) / step + 1e-9) + 1)]
    figure.update_layout(
        height=TRAITS_MARGIN + int(ROW_HEIGHT * (len(traits) + FIRST_GAP)),
        margin={"l": 0, "r": 8, "t": 30, "b": 4},
        dragmode=False,
        hovermode=False,
        xaxis=quiet_axis(ink)
        | {
            "range": [-0.09 * right, right],
            "tickvals": ticks,
            "ticktext": ["0" if t == ZERO else f"{t:.0%}" for t in ticks],
            "side": "top",
            "gridcolor": ink.grid,
        },
        yaxis=quiet_axis(ink)
        | {"range": [-len(traits) + 0.5 - FIRST_GAP, 0.7], "showticklabels": False, "showgrid": False},
        **plain_ground(ink),
    )
    return figure


def _add_trait(figure: go.Figure, trait: Any, row: float, ink: Ink, *, right: float, first: bool) -> None:
    above = trait.share >= trait.others
    colour, rgb = (ink.ahead, ink.ahead_rgb) if above else (ink.below, ink.below_rgb)
    low, high = max(0.0, trait.low), min(1.0, trait.high)
    figure.add_shape(type="line", x0=trait.others, x1=trait.share, y0=row, y1=row, line={"color": ink.line, "width": 1})
    tick = {"x0": trait.others, "x1": trait.others, "y0": row - 0.16, "y1": row + 0.16}
    figure.add_shape(type="line", line={"color": ink.text, "width": 2}, **tick)
    bar = {"x0": low, "x1": high, "y0": row - 0.08, "y1": row + 0.08, "layer": "between"}
    figure.add_shape(type="rect", fillcolor=f"rgba({rgb},0.4)", line_width=0, **bar)
    figure.add_scatter(x=[trait.share], y=[row], mode="markers", marker={"size": 9, "color": colour})
    note(figure, safe(trait.trait), 0, row, ink.text, xref="paper", xanchor="left", yanchor="middle", yshift=18)
    place, anchor, shift = (high, "left", 7) if above else (low, "right", -7)
    note(figure, f"<b>{trait.share:.0%}</b>", place, row, colour, xanchor=anchor, xshift=shift, yanchor="middle")
    if first:
        text = f"everyone else, {trait.others:.0%}"
        side = "left" if trait.others < right / 6 else "center"  # at the edge it would be cut off
        note(figure, text, trait.others, row, ink.quiet, xanchor=side, yanchor="top", yshift=-8, font_size=12)
