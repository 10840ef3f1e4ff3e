"""The course of an event through time: up to its peak, and fading after it.

All of it is arithmetic on days since the event's first day, for many events at once, whatever a trend's frequency:
a week or a month shows the mean of its days.
"""

import numpy as np
from numpy.typing import NDArray

from marketing.trends.frequencies import Code

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

FAINT = 0.02  # below this share of its strongest day an event is over, or not yet begun
DAYS_IN: dict[str, int] = {"D": 1, "W": 7, "M": 30}


def shares(since: Array, length: Array, lead: Array, peak: Array, fading: Array) -> Array:
    """The share of its full effect, 0 to 1, that an event has `since` days after its first; all arguments broadcast.

    It climbs evenly to its peak on day `peak` (0 is the first), stays full until day `length` and then falls by a
    factor e every `fading` days (0: at once). Before its first day it grows by a factor e every `lead` days (0: from
    nothing).
    """
    past = since - np.maximum(length, peak)
    down = np.where(past > 0, np.where(fading > 0, np.exp(-np.maximum(past, 0) / np.maximum(fading, 0.1)), 0.0), 1.0)
    step = 1 / (peak + 1)
    before = np.where(lead > 0, np.exp(np.minimum(since, 0) / np.maximum(lead, 0.1)), 0.0) * step
    share = np.where(since < 0, before, np.minimum(np.minimum((since + 1) * step, 1.0), down))
    return np.where(share < FAINT, 0.0, share)


def of_periods(steps: Array, code: str, offset: Array, length: Array, lead: Array, peak: Array, fading: Array) -> Array:
    """`shares` of whole periods: of the one with the event's first day (step 0) and those `steps` after it.

    `offset` counts the first day within its period. Arguments broadcast; the last axis may be the steps.
    """
    days = DAYS_IN[code]
    if days == 1:
        return shares(steps, length, lead, peak, fading)
    wide = [np.asarray(each)[..., None] for each in (steps, offset, length, lead, peak, fading)]
    since = wide[0] * days + np.arange(days) - wide[1]
    return np.asarray(shares(since, *wide[2:]).mean(axis=-1))


def placed(day: Days, last: Days, code: Code) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The period with a day, counted from a trend's last one (0; before it negative), and the day's place in it.

    Weeks go by their middle day, months by their first or last (:func:`marketing.trends.engagement.periods.regular`).
    """
    if code == "M":
        months = day.astype("datetime64[M]")
        steps = (months - last.astype("datetime64[M]")).astype(np.int64)
        return steps, np.minimum((day - months.astype("datetime64[D]")).astype(np.int64), DAYS_IN["M"] - 1)
    since = (day - last).astype(np.int64)
    if code == "W":
        return (since + 3) // 7, (since + 3) % 7
    return since, np.zeros_like(since)


def half_life(effect: Array, fading: Array) -> Array:
    """Days past the peak until half of what an event added is gone; `effect` on the log scale, which fades evenly.

    A large effect loses its first half sooner: half of a hundredfold audience is a fiftyfold one.
    """
    safe = np.where(np.abs(effect) < 1e-6, 1e-6, effect)
    return np.asarray(-fading * np.log(np.log1p(np.expm1(safe) / 2) / safe))
