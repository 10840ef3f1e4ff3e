"""Yesterday against what was expected of it: each trend's latest period, those first that a person should hear of."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.anomalies.expectations import Expectations
from marketing.trends.anomalies.moments import HEAD, dimensions, moments, typed, worded

FACTS = ("date", "value", "expected", "change", "z", "rank", "event", "sentence", "cells")
LATE = {"D": 7, "W": 14, "M": 62}  # days behind the newest data after which a latest period is no news
NOTHING = 0.5  # where less is expected and nothing came, there is nothing to tell
MOST = 12.0  # spreads: further out is no more surprising
SURPRISE = 2.0  # spreads: what is nearer needs no reason
STRANGE = 4.0  # ... and from here on size alone would hide it behind what hardly moved


def movers(
    found: Sequence[Expectations],
    anomalies: pd.DataFrame,
    events: pd.DataFrame,
    names: Mapping[str, str],
    today: dt.date,
) -> pd.DataFrame:
    """The table `movers`: a row a trend for its latest period, sorted by trend; rank 1 is to be told first.

    Args:
        found: What was expected of each panel's trends.
        anomalies: :func:`marketing.trends.anomalies.watch` of them: a day of a shock that began earlier has its event.
        events: The events table. names: What titles are called. today: The date that counts as today.

    Ranks go by surprise first: what is strange before what is unusual, that before what is usual (z of STRANGE and
    SURPRISE). Among those of one sort they go by z times size: the square root of the value or what was expected of
    it, whichever is larger, in shares of the largest of its metric. A title's most telling total comes before all
    other trends of it, and the totals of all titles before parts. Trends whose data stop a week before the newest
    have no row, nor those of which nothing was expected and nothing came.
    """
    parts = dimensions(found)
    newest = max((each.panel.last.max() for each in found if len(each.panel)), default=np.datetime64("NaT"))
    tables = [_latest(each, anomalies, events, names, today, newest) for each in found]
    filled = [table for table in tables if len(table)]
    if not filled:
        return typed(pd.DataFrame(), [*HEAD, *parts, *FACTS])
    whole = pd.concat(filled, ignore_index=True)
    ranked = whole.assign(rank=_ranks(whole, parts)).sort_values("trend", ignore_index=True)
    return typed(ranked, [*HEAD, *parts, *FACTS])


def _latest(
    found: Expectations,
    anomalies: pd.DataFrame,
    events: pd.DataFrame,
    names: Mapping[str, str],
    today: dt.date,
    newest: np.datetime64,
) -> pd.DataFrame:
    late = (newest - found.panel.last).astype(np.int64) > LATE[found.panel.frequency.code]
    nothing = (found.panel.values[:, -1] == 0) & (found.expected[:, -1] < NOTHING)
    rows = np.flatnonzero(~np.isnan(found.z[:, -1]) & ~late & ~nothing)
    if not len(rows):
        return pd.DataFrame()
    table = moments(found, rows, np.full(len(rows), found.z.shape[1] - 1), events, names).assign(kind="")
    table["event"] = table["event"].where(table["z"].abs() >= SURPRISE, "")
    going_on = found.of_shock[rows, -1] & ~found.first[rows, -1] & (table["event"] == "").to_numpy()
    table = _of_earlier(table, going_on, anomalies, events)
    told, code = dimensions([found]), found.panel.frequency.code
    return worded(table, "movers", told, code, today, usual=SURPRISE)


def _of_earlier(
    table: pd.DataFrame, going_on: NDArray[np.bool_], anomalies: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Days of a shock that began earlier, with its event."""
    told = dict(zip(anomalies["trend"], anomalies["event"], strict=True))  # the latest of each trend stays
    kinds = dict(zip(events["event"], events["kind"], strict=True)) if "kind" in events else {}
    event = [
        told.get(trend, "") if on else own
        for trend, on, own in zip(table["trend"], going_on, table["event"], strict=True)
    ]
    kind = [
        str(kinds.get(each, "")) if on else own
        for each, on, own in zip(event, going_on, table["event_kind"], strict=True)
    ]
    return table.assign(event=event, event_kind=kind)


def _ranks(table: pd.DataFrame, parts: Sequence[str]) -> NDArray[np.int64]:
    """1 for the trend to tell first."""
    size = table[["value", "expected"]].max(axis=1)
    largest = size.groupby(table["metric"]).transform("max")
    far = table["z"].abs()
    score = np.minimum(far, MOST) * np.sqrt(size / largest.where(largest > 0, 1.0))
    calm = np.select([far >= STRANGE, far >= SURPRISE], [0, 1], 2)
    total = table[list(parts)].isna().all(axis=1) if parts else pd.Series(data=True, index=table.index)
    order = table.assign(score=-score, part=~total, calm=calm).sort_values(["part", "calm", "score", "trend"])
    again = order["title"].duplicated()
    order = order.assign(again=again).sort_values(["again", "part", "calm", "score", "trend"])
    ranks = pd.Series(np.arange(1, len(order) + 1), index=order.index)
    return ranks.reindex(table.index).to_numpy()
