"""Small lines beside a number, as SVG: too small for a chart library."""

import math
from collections.abc import Callable, Sequence

import pandas as pd

from marketing.charts import INKS, Theme

WIDTH, HEIGHT, EDGE = 280, 56, 4  # pixels


def sparkline(history: Sequence[float], forecast: pd.DataFrame, *, theme: Theme) -> str:
    """A line of what was and the band of what should come, as SVG.

    Args:
        history: values, a period each; not-a-number breaks the line.
        forecast: expected, low80, high80; may have no rows.
    """
    ink = INKS[theme]
    bands = [float(v) for column in ("low80", "high80") for v in forecast[column]]
    seen = [v for v in [*history, *bands] if math.isfinite(v)]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    scale = (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    pace = (WIDTH - 2 * EDGE) / max(1, len(history) + len(forecast) - 1)

    def point(position: int, value: float) -> str:
        return f"{EDGE + position * pace:.1f},{HEIGHT - EDGE - (value - low) * scale:.1f}"

    parts = []
    offset = len(history)
    if len(forecast):
        upper = [point(offset + i, v) for i, v in enumerate(forecast["high80"])]
        lower = [point(offset + i, v) for i, v in enumerate(forecast["low80"])]
        middle = [point(offset + i, v) for i, v in enumerate(forecast["expected"])]
        if offset and math.isfinite(history[-1]):
            joint = point(offset - 1, history[-1])
            upper, lower, middle = [joint, *upper], [joint, *lower], [joint, *middle]
        parts.append(f'<polygon fill="{ink.ahead}" fill-opacity="0.25" points="{" ".join(upper + lower[::-1])}"/>')
        parts.append(_polyline(middle, ink.ahead, 2))
    parts += [_polyline(line, ink.text, 1.3) for line in _unbroken(history, point)]
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{body}</svg>'
    )


def _polyline(points: Sequence[str], colour: str, width: float) -> str:
    return (
        f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round" '
        f'points="{" ".join(points)}"/>'
    )


def _unbroken(values: Sequence[float], point: Callable[[int, float], str]) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for position, value in enumerate(values):
        if math.isfinite(value):
            lines[-1].append(point(position, value))
        elif lines[-1]:
            lines.append([])
    return [line for line in lines if len(line) > 1]
