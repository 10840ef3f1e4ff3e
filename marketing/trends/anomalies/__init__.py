"""Days that were not as expected: spikes, dips and shifts of level, each told once, with the event near it.

What is expected and how rare a distance from it is, is found by :mod:`marketing.trends.anomalies.expectations`, at a
rate of at most one false alarm in 200 trend-days on quiet data.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.anomalies.expectations import Expectations, median
from marketing.trends.anomalies.moments import HEAD, dimensions, moments, typed, worded

LASTING = 0.5  # of its log-scale size must be left after days for a shock to be a shift of level
FURTHER = 0.2  # on the log scale: a second day that brings a fifth more than the first tells more of a shock
FACTS = ("date", "value", "expected", "change", "z", "kind", "event", "sentence", "cells")


def watch(
    found: Sequence[Expectations], events: pd.DataFrame, names: Mapping[str, str], today: dt.date
) -> pd.DataFrame:
    """The table `anomalies`: a row for each shock, sorted by trend and date.

    Args:
        found: :func:`marketing.trends.anomalies.expectations.expectations` of each panel, outages set aside.
        events: The events table, or an empty one.
        names: What titles are called, by id; ids themselves where it says nothing.
        today: The date that counts as today.

    A shock's row is that of its first day, or of the next where that is clearly further out: news of the evening
    shows the day after. `kind` is "spike" or "dip" for one that goes within days or is too young to tell, "rise" or
    "fall" for one of which half is left after that (daily trends: in the median of days 4 to 14).
    """
    parts = dimensions(found)
    tables = [_of_panel(each, events, names, today) for each in found]
    filled = [table for table in tables if len(table)]
    whole = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=["trend", "date"])
    return typed(whole.sort_values(["trend", "date"], ignore_index=True), [*HEAD, *parts, *FACTS])


def _of_panel(found: Expectations, events: pd.DataFrame, names: Mapping[str, str], today: dt.date) -> pd.DataFrame:
    rows, first = np.nonzero(found.first)
    if not len(rows):
        return pd.DataFrame()
    at = told_at(found, rows, first)
    table = moments(found, rows, at, events, names).assign(kind=_kinds(found, rows, first, at))
    parts, code = dimensions([found]), found.panel.frequency.code
    return worded(table, "anomalies", parts, code, today)


def told_at(found: Expectations, rows: NDArray[np.intp], first: NDArray[np.intp]) -> NDArray[np.intp]:
    """The period that each shock is told by: its first, or the next where that is clearly further out."""
    following = np.minimum(first + 1, found.z.shape[1] - 1)
    base = found.level[rows, first]
    now, then = found.calm[rows, first] - base, np.nan_to_num(found.calm[rows, following] - base)
    more = found.of_shock[rows, following] & ~found.first[rows, following] & (np.abs(then) > np.abs(now) + FURTHER)
    return np.where(more & (np.sign(now) == np.sign(then)), following, first)


def _kinds(
    found: Expectations, rows: NDArray[np.intp], first: NDArray[np.intp], at: NDArray[np.intp]
) -> NDArray[np.str_]:
    """Spike, dip, rise or fall: what was left of each shock after days, until the next one."""
    pace, periods = found.pace, found.z.shape[1]
    later = first[:, None] + np.arange(pace.after[0], pace.after[1] + 1)
    following = np.append(first[1:], periods)
    following[np.append(rows[1:] != rows[:-1], True)] = periods
    base = found.level[rows, first]
    off = found.calm[rows[:, None], np.minimum(later, periods - 1)] - base[:, None]
    off[later >= following[:, None]] = np.nan
    went = found.calm[rows, at] - base
    known = (~np.isnan(off)).sum(axis=1)
    left = np.nan_to_num(median(off.T)) / np.where(went == 0, 1, went)
    lasts = (known >= pace.enough) & (left >= LASTING)
    return np.where(went > 0, np.where(lasts, "rise", "spike"), np.where(lasts, "fall", "dip"))
