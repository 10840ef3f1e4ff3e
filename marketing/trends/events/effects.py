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

from marketing.trends.events.courses import DAYS_IN, of_periods
from marketing.trends.events.local_regressions import LIMIT, Shapes, Sides, fitted, middle
from marketing.trends.frequencies import Frequency
from marketing.trends.panels import Panel

Array = NDArray[np.float64]

BEFORE = {"D": 28, "W": 10, "M": 8}  # periods of a window before the event
AFTER = {"D": 21, "W": 6, "M": 4}  # and after it has faded
FADED = 3  # so many fading times make an event's course as a window sees it
LONGEST = 70  # days of fading that a window waits for
LONGEST_FLIGHT = 120  # days of an event that a window shows
FADINGS = (0.35, 0.6, 1.0, 1.7, 2.9)  # of a kind's own
LEADS = (0.0, 2.0, 5.0)
PEAKS = (0.0, 1.0, 2.0)
# Log odds against a fading e times a kind's own, against each day that the peak is late, and against a lead.
FADING_ODDS, PEAK_ODDS, LEAD_ODDS = 0.7, 0.7, 1.0
BEND = {"D": 14, "W": 6, "M": 6}  # periods between the bends of a level
WEEK_SD, NEAR_SD = 0.4, 1.5  # priors on the log scale of what stands beside the event
NEAR = 2  # events to either side that are let go
OVER = 5  # zeros in a row at the end of a window after which a trend counts as over there
RARE = 0.1  # zeros a value above zero, below which a trend is hardly ever zero
CLOSE = 14  # periods between two events within which each is looked at again
WEEKS = (1, 2, 3)  # to either side that a public holiday is held against
LEAST_WEEKS = 3  # of the six that must be known
FEW = 1.2  # a middle deviation of six is small by that much
LEAST_SPREAD = 0.04  # of one weekday from week to week, on the log scale
SHAPE = ("at", "peak", "decay")
STEPS_RARE, STEPS_COMMON = -2.0, 0.0  # log odds of a step of the level on the day
TOLD = ("effect", "error", *SHAPE, "until")
CHUNK = 1_000  # windows in one pass; memory is about 100 kB a window


def shapes(fading: float, *, lead: bool, lasting: bool) -> Shapes:
    """The grid around a kind's own fading; without fading an event is its days and nothing else."""
    if not fading:
        nothing = np.zeros(1)
        return Shapes(nothing, nothing, nothing, nothing, STEPS_RARE)
    grid = np.array(list(itertools.product(LEADS if lead else (0.0,), PEAKS, FADINGS)))
    weight = -FADING_ODDS * np.log(grid[:, 2]) ** 2 - PEAK_ODDS * grid[:, 1] - LEAD_ODDS * (grid[:, 0] > 0)
    return Shapes(grid[:, 0], grid[:, 1], grid[:, 2] * fading, weight, STEPS_COMMON if lasting else STEPS_RARE)


def estimates(panel: Panel, felt: pd.DataFrame, asked: NDArray[np.bool_]) -> pd.DataFrame:
    """The effects of the events that are asked for, as far as the panel's values are known.

    Args:
        panel: Trends of one frequency.
        felt: Past events, a row each, sorted by line and step: line (one trend as of one date), row (in the panel), cut
            (how many of the last periods are not to be known), step, offset and length
            (:func:`marketing.trends.events.happenings.pairs`), fading, lead, lasting and public of the event, and the
            shape in which it is let go beside others (at, peak, decay: lead, peak day and fading).
        asked: Those whose effect is wanted.

    Returns:
        A row each, by position in `felt`: effect (log scale), error (its standard error, infinite where nothing is
        told), at, peak, decay (its shape) and until (the last period used, counted as steps are).
    """
    public = felt["public"].to_numpy(bool)
    dated, days = np.flatnonzero(~public), np.flatnonzero(asked & public)
    wanted = np.flatnonzero(asked & ~public)
    parts = [pd.DataFrame({name: np.zeros(0) for name in TOLD})]
    if len(wanted):
        near = felt.iloc[dated].reset_index(drop=True)
        parts.append(_dated(panel, near, np.searchsorted(dated, wanted)).set_axis(wanted))
    if len(days):
        parts.append(_single_days(panel, felt.iloc[days]).set_axis(days))
    return pd.concat(parts[1:] or parts).sort_index()


def _single_days(panel: Panel, days: pd.DataFrame) -> pd.DataFrame:
    """The effects of public holidays: a day against the same weekday of the three weeks before and after it.

    A year has a dozen for every trend, and a day needs no window.
    """
    values, seen = _known(panel, days, 7 * np.array([0, *(-week for week in WEEKS), *WEEKS]))
    logs = _logs(values, seen)
    usual, beside = middle(logs[:, 1:], seen[:, 1:]), seen[:, 1:].sum(axis=1)
    spread = np.maximum(FEW * 1.4826 * middle(np.abs(logs[:, 1:] - usual[:, None]), seen[:, 1:]), LEAST_SPREAD)
    told = seen[:, 0] & (beside >= LEAST_WEEKS)
    effect = np.where(told, np.clip(logs[:, 0] - usual, -LIMIT, LIMIT), 0.0)
    error = np.where(told, spread * np.sqrt(1 + 1.57 / np.maximum(beside, 1)), np.inf)
    shape = {"at": 0.0, "peak": 0.0, "decay": 0.0}
    return pd.DataFrame({"effect": effect, "error": error, **shape, "until": _until(days, 7 * WEEKS[-1])})


def _until(events: pd.DataFrame, last: int) -> NDArray[np.int64]:
    return np.asarray(np.minimum(events["step"].to_numpy() + last, -events["cut"].to_numpy()))


def _dated(panel: Panel, near: pd.DataFrame, asked: NDArray[np.intp]) -> pd.DataFrame:
    """The effects of the asked positions by a regression around each, those near by being let go."""
    found = _windows(panel, near, asked)
    beside, step = _beside(near, asked), near["step"].to_numpy()
    close = (beside >= 0) & (np.abs(step[beside] - step[asked][:, None]) <= CLOSE)
    twice = np.flatnonzero(close.any(axis=1))
    if not len(twice):
        return found
    # Seen alone an event may have taken on what the next one did: look again, with shapes as they turned out.
    shaped = near.copy()
    for name in SHAPE:
        shaped[name] = shaped[name].astype(float)
        shaped.loc[asked, name] = found[name].to_numpy()
    again = _windows(panel, shaped, asked[twice]).to_numpy(copy=True)
    # What the next one's shape was told by, this one's effect was told by as well.
    until = np.full(len(near), -np.inf)
    until[asked] = found["until"]
    again[:, -1] = np.maximum(again[:, -1], np.where(close, until[beside], -np.inf).max(axis=1)[twice])
    found.iloc[twice] = again
    return found


def _beside(near: pd.DataFrame, asked: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each asked position those of the events just before and after it in its line; -1 for none."""
    line = near["line"].to_numpy()
    other = asked[:, None] + np.array([*range(-NEAR, 0), *range(1, NEAR + 1)])
    inside = (other >= 0) & (other < len(near))
    same = line[np.where(inside, other, 0)] == line[asked][:, None]
    return np.where(inside & same, other, -1)


def _windows(panel: Panel, near: pd.DataFrame, asked: NDArray[np.intp]) -> pd.DataFrame:
    """`_dated` with the events near by in the shapes that `near` says."""
    beside, made = _beside(near, asked), np.zeros((len(asked), len(TOLD)))
    told = near[["fading", "lead", "lasting", "length", "offset"]].to_numpy(float)[asked]
    kinds, number = np.unique(told, axis=0, return_inverse=True)
    for each, (fading, lead, lasting, length, offset) in enumerate(kinds):
        group = np.flatnonzero(number == each)
        kind = (shapes(fading, lead=bool(lead), lasting=bool(lasting)), int(length), int(offset))
        for start in range(0, len(group), CHUNK):
            chunk = group[start : start + CHUNK]
            made[chunk] = _window(panel, near.iloc[asked[chunk]], near, beside[chunk], kind)
    return pd.DataFrame(made, columns=list(TOLD))


def _window(
    panel: Panel, chunk: pd.DataFrame, near: pd.DataFrame, beside: NDArray[np.intp], kind: tuple[Shapes, int, int]
) -> Array:
    """The columns of TOLD for events of one fading, length and place in their period."""
    grid, length, offset = kind
    code = panel.frequency.code
    shown = min(length, LONGEST_FLIGHT)
    after = int(np.ceil((shown + min(FADED * float(np.median(grid.fading)), LONGEST)) / DAYS_IN[code])) + AFTER[code]
    periods = np.arange(-BEFORE[code], after + 1)
    values, seen = _known(panel, chunk, periods)
    steps = periods.astype(float)
    course = of_periods(
        steps[:, None], code, np.array(offset), np.array(length), grid.lead, grid.peak, grid.fading
    )  # (periods, shapes)
    design, spread = _beside_event(periods, panel.frequency)
    others = _courses(near, beside, chunk, steps, code)
    columns = np.concatenate([np.broadcast_to(design, (len(chunk), *design.shape)), others], axis=2)
    spread = np.r_[spread, np.full(others.shape[2], NEAR_SD)]
    sides = Sides(columns, spread, (steps >= 0).astype(float), 7 if code == "D" else 1, BEND[code])
    told = fitted(_logs(values, seen), seen, sides, course, grid)
    return np.column_stack([*(told[name] for name in TOLD[:-1]), _until(chunk, int(periods[-1]))])


def _known(panel: Panel, events: pd.DataFrame, periods: NDArray[np.int64]) -> tuple[Array, NDArray[np.bool_]]:
    """Each event's values at some periods from its first (0 where none is known), and which are known.

    What lies before a trend's first value above zero is no history, and values below zero have none around them:
    nothing is a multiple of those.
    """
    width, rows = panel.values.shape[1], events["row"].to_numpy()
    columns = events["step"].to_numpy()[:, None] + periods + width - 1
    inside = (columns >= 0) & (columns < width - events["cut"].to_numpy()[:, None])
    values = panel.values[rows[:, None], np.where(inside, columns, 0)]
    begun = np.argmax(panel.values > 0, axis=1)[rows]
    seen = inside & ~np.isnan(values) & (columns >= begun[:, None])
    seen &= ~np.any(seen & (values < 0), axis=1)[:, None]
    seen &= ~_over(values, seen)
    return np.where(seen, values, 0.0), seen


def _over(values: Array, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The zeros that end a window of a trend which is else hardly ever zero: it is over, and they are no history."""
    alive = seen & (values > 0)
    width = values.shape[1]
    last = width - 1 - np.argmax(alive[:, ::-1], axis=1)[:, None]
    after, zero = np.arange(width) > last, seen & (values == 0)
    over = ((zero & after).sum(axis=1) >= OVER) & ((zero & ~after).sum(axis=1) < RARE * alive.sum(axis=1))
    return np.asarray(after & over[:, None])


def _logs(values: Array, seen: NDArray[np.bool_]) -> Array:
    """The log of each value and a little more, a tenth of its row's middle value and at most 1.

    So zeros count, and trends of small units still do.
    """
    common = middle(values, seen & (values > 0))
    little = np.where(common > 0, np.clip(common / 10, np.finfo(np.float64).tiny, 1.0), 1.0)
    return np.asarray(np.log(np.maximum(values, 0.0) + little[:, None]))


def _beside_event(steps: NDArray[np.int64], frequency: Frequency) -> tuple[Array, Array]:
    """What a window holds but for events and a step, a column each, and how far each may go: level, bends, week.

    Spreads are as :class:`marketing.trends.events.local_regressions.Sides` has them.
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
    return np.asarray(np.where((beside >= 0)[:, None, :], course, 0.0))
