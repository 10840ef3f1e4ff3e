"""What each past event did to each trend: its effect, its standard error and its shape, from the days around it.

Each event has a window of its own, from four weeks before it until it has faded. In it the log of the values is a
level that may wander and may step on the event's day, a week, the events near by, and the event's own course times its
effect: a Bayesian regression in closed form, for all shapes of a small grid at once and for many events in one pass of
arithmetic. Shapes (and whether the level stepped) are weighed by their evidence; days far from the fit count less, but
for the event's own first ones, so that a surprise next door does not pass for a trailer's fading.
"""

import itertools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.courses import DAYS_IN, of_periods
from marketing.trends.frequencies import Frequency
from marketing.trends.local_regressions import Shapes, Sides, fitted
from marketing.trends.panels import Panel

Array = NDArray[np.float64]

BEFORE = {"D": 28, "W": 10, "M": 8}  # periods of a window before the event
AFTER = {"D": 21, "W": 6, "M": 4}  # and after it has faded
FADED = 3  # so many fading times make an event's course as a window sees it
LONGEST = 70  # days of fading that a window waits for
FADINGS = (0.35, 0.6, 1.0, 1.7, 2.9)  # of a kind's own
LEADS = (0.0, 2.0, 5.0)
PEAKS = (0.0, 1.0, 2.0)
BEND = {"D": 14, "W": 6, "M": 6}  # periods between the bends of a level
WEEK_SD, NEAR_SD = 0.4, 1.5  # priors on the log scale of what stands beside the event
NEAR = 2  # events to either side that are let go
CLOSE = 14  # periods between two events within which each is looked at again
SHAPE = ["at", "peak", "decay"]
CHUNK = 1_000  # windows in one pass; memory is about 100 kB a window


def shapes(fading: float, lead: bool) -> Shapes:  # noqa: FBT001  # a fact of the kind, passed on
    """The grid around a kind's own fading; without fading an event is its days and nothing else."""
    if not fading:
        return Shapes(*(np.zeros(1) for _ in range(4)))
    grid = np.array(list(itertools.product(LEADS if lead else (0.0,), PEAKS, FADINGS)))
    weight = -(np.log(grid[:, 2]) ** 2) / 1.5 - grid[:, 1] * 0.7 - (grid[:, 0] > 0) * 1.0
    return Shapes(grid[:, 0], grid[:, 1], grid[:, 2] * fading, weight)


def estimates(panel: Panel, wanted: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """The effect of each wanted event on its trend as far as the panel's values go.

    Args:
        panel: Trends of one frequency.
        wanted: Rows of row, happening, step, offset and length (:func:`marketing.trends.happenings.pairs`), sorted by
            row and step, none after the panel's end, and fading and lead of the event's kind.
        near: The same of all events that may lie beside a wanted one, with the shape to let them go by (at, peak,
            decay: lead, peak day and fading); it holds the wanted ones as well, in the same order.

    Returns:
        `wanted` with effect (log scale), error (its standard error, infinite where nothing is told), at (days of
        lead), peak (its day) and decay (fading in days), and until (the last period used, counted as steps are).
    """
    found = _windows(panel, wanted, near)
    beside = _beside(found, near)
    away = np.abs(near["step"].to_numpy()[beside] - found["step"].to_numpy()[:, None])
    close = np.flatnonzero(((beside >= 0) & (away <= CLOSE)).any(axis=1))
    if not len(close):
        return found
    # Seen alone an event may have taken on what the next one did: look again, with shapes as they turned out.
    again = _windows(panel, wanted.iloc[close], _with_shapes(near, found))
    found.loc[again.index, again.columns] = again
    return found


def _with_shapes(near: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    told = near[["row", "happening"]].merge(found[["row", "happening", *SHAPE]], on=["row", "happening"], how="left")
    return near.assign(**{name: told[name].fillna(near[name]).to_numpy() for name in SHAPE})


def _windows(panel: Panel, wanted: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """`estimates` with the events near by in the shapes that `near` says."""
    parts = []
    keys = ["fading", "lead", "length", "offset"]
    beside = _beside(wanted, near)
    told, number = np.unique(wanted[keys].to_numpy(float), axis=0, return_inverse=True)
    for each, (fading, lead, length, offset) in enumerate(told):
        group = np.flatnonzero(number == each)
        kind = (shapes(fading, bool(lead)), int(length), int(offset))
        for start in range(0, len(group), CHUNK):
            chunk = group[start : start + CHUNK]
            parts.append(_window(panel, wanted.iloc[chunk], beside[chunk], near, kind))
    if not parts:
        return wanted.assign(**dict.fromkeys(("effect", "error", "at", "peak", "decay", "until"), np.zeros(0)))
    return pd.concat(parts).sort_index()


def _beside(wanted: pd.DataFrame, near: pd.DataFrame) -> NDArray[np.intp]:
    """For each wanted event the positions in `near` of those just before and after it in its trend; -1 for none."""
    key = near["row"].to_numpy() * (1 << 32) + near["happening"].to_numpy()
    mine = wanted["row"].to_numpy() * (1 << 32) + wanted["happening"].to_numpy()
    order = np.argsort(key, kind="stable")
    at = order[np.searchsorted(key[order], mine)]
    found = []
    for shift in (*range(-NEAR, 0), *range(1, NEAR + 1)):
        other = at + shift
        inside = (other >= 0) & (other < len(near))
        other = np.where(inside, other, 0)
        same = near["row"].to_numpy()[other] == wanted["row"].to_numpy()
        found.append(np.where(inside & same, other, -1))
    return np.stack(found, axis=1)


def _window(
    panel: Panel, chunk: pd.DataFrame, beside: NDArray[np.intp], near: pd.DataFrame, kind: tuple[Shapes, int, int]
) -> pd.DataFrame:
    grid, length, offset = kind
    frequency = panel.frequency
    code = frequency.code
    periods, y, seen = _values(panel, chunk, length, float(np.median(grid.fading)))
    steps = periods.astype(float)
    course = of_periods(
        steps[:, None], code, np.array(offset), np.array(length), grid.lead, grid.peak, grid.fading
    )  # (periods, shapes)
    design, spread = _beside_event(periods, frequency)
    others = _courses(near, beside, chunk, steps, code)
    x = np.concatenate([np.broadcast_to(design, (len(chunk), *design.shape)), others], axis=2)
    spread = np.r_[spread, np.full(others.shape[2], NEAR_SD)]
    step = (steps >= 0).astype(float)
    return chunk.assign(
        **fitted(y, seen, Sides(x, spread, step, 7 if code == "D" else 1), course, grid),
        until=np.minimum(chunk["step"].to_numpy() + periods[-1], 0),
    )


def _values(
    panel: Panel, chunk: pd.DataFrame, length: int, fading: float
) -> tuple[NDArray[np.int64], Array, NDArray[np.bool_]]:
    """The steps of a window from the event's first period, and each trend's log values there and which are known.

    What lies before a trend's first value above zero is no history. The log is of the value and a little more, a
    tenth of the window's middle value and at most 1, so that zeros count and small units still do.
    """
    code, width = panel.frequency.code, panel.values.shape[1]
    after = int(np.ceil((length + min(FADED * fading, LONGEST)) / DAYS_IN[code])) + AFTER[code]
    steps = np.arange(-BEFORE[code], after + 1)
    rows = chunk["row"].to_numpy()
    columns = chunk["step"].to_numpy()[:, None] + steps + width - 1
    inside = (columns >= 0) & (columns < width)
    values = panel.values[rows[:, None], np.where(inside, columns, 0)]
    begun = np.argmax(panel.values > 0, axis=1)[rows]
    seen = inside & ~np.isnan(values) & (columns >= begun[:, None])
    values = np.where(seen, values, 0.0)
    ordered = np.sort(np.where(seen & (values > 0), values, np.inf), axis=1)
    middle = ordered[np.arange(len(rows)), np.isfinite(ordered).sum(axis=1) // 2]
    little = np.where(np.isfinite(middle), np.minimum(middle / 10, 1.0), 1.0)
    seen &= ~np.any(panel.values < 0, axis=1)[rows][:, None]  # below zero nothing is a multiple of anything
    return steps, np.log(np.maximum(values, 0.0) + little[:, None]), seen


def _beside_event(steps: NDArray[np.int64], frequency: Frequency) -> tuple[Array, Array]:
    """What a window holds but for events, a column each, and how far each may go: level, step, bends, week.

    Spreads are on the log scale, those of bends in a period's noise times the root of their length; the level's is
    infinite. The step comes second.
    """
    every = BEND[frequency.code]
    bends = [np.clip((steps - start) / every, 0.0, 1.0) for start in range(int(steps[0]), int(steps[-1]), every)]
    columns = [np.ones(len(steps)), *bends]
    week = [(steps % 7 == day).astype(float) for day in range(7)] if frequency.code == "D" else []
    spread = [np.inf, *[np.nan] * len(bends), *[WEEK_SD] * len(week)]
    return np.stack([*columns, *week], axis=1), np.array(spread)


def _courses(near: pd.DataFrame, beside: NDArray[np.intp], chunk: pd.DataFrame, steps: Array, code: str) -> Array:
    """The courses of the events beside each wanted one over its window, (windows, periods, events); 0 for none."""
    told = near[["step", "offset", "length", "at", "peak", "decay"]].to_numpy(float)[beside]  # (windows, events, 6)
    step, offset, length, at, peak, decay = (told[:, None, :, i] for i in range(6))
    since = chunk["step"].to_numpy()[:, None, None] + steps[None, :, None] - step
    course = of_periods(since, code, offset, length, at, peak, decay)
    return np.where((beside >= 0)[:, None, :], course, 0.0)
