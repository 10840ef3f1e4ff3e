"""Which trends can be forecast, and in words why the others cannot.

States: "forecast"; "stale": data stop long before the newest, forecast from their own last day; "ended": nothing
for long, not forecast; "short": too little to go on, not forecast; "failed": numbers that no audience has, not
forecast.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement.periods import Gathered
from marketing.trends.panels import Panel, panels

FORECAST = ("forecast", "stale")  # the states that have a forecast
KNOWN_SHARE = 0.4  # with fewer values than this (quarters read as months), most of a trend would be guessed
TIMES_HISTORY = 4  # a forecast goes on for so many times the history at most


def states(
    trends: Gathered | pd.DataFrame, horizon: Mapping[str, int], found: Sequence[Panel] | None = None
) -> pd.DataFrame:
    """One row a trend: its head columns, first, last, points (values there are), state and reason.

    Args:
        trends: Every gathered trend of the workspace, since staleness is told against the newest date of all.
        horizon: Periods ahead by frequency.
        found: The panels of `trends`, where days of theirs were set aside.
    """
    gathered = trends if isinstance(trends, Gathered) else Gathered.read(trends)
    last = pd.Series(gathered.dates[gathered.bounds[1:] - 1])
    heads = gathered.heads.assign(first=gathered.dates[gathered.bounds[:-1]].astype("datetime64[us]"))
    in_title = last.groupby([heads["title"], heads["metric"]]).transform("max").to_numpy()
    place = pd.Index(heads["trend"])
    parts = []
    for panel in panels(gathered) if found is None else found:
        of_title = in_title[place.get_indexer(panel.heads["trend"])].astype("datetime64[D]")
        parts.append(_told(panel, horizon[panel.frequency.code], np.datetime64(last.max(), "D"), of_title))
    return heads.merge(pd.concat(parts, ignore_index=True), on="trend", how="left")


def _told(panel: Panel, horizon: int, newest: np.datetime64, in_title: NDArray[np.datetime64]) -> pd.DataFrame:
    """The state of each trend of a panel. The first rule that applies tells it."""
    facts = _facts(panel)
    rules = [
        ("failed", facts.odd, _odd),
        ("short", facts.zero, _all_zero),
        ("short", facts.points < panel.frequency.minimum, _few),
        ("short", facts.points < KNOWN_SHARE * facts.span, _gaps),
        ("ended", _days(panel.last - facts.alive) >= panel.frequency.ended * panel.frequency.days, _zero_since),
        ("ended", _days(in_title - panel.last) >= panel.frequency.ended * panel.frequency.days, _left),
        ("short", facts.span * TIMES_HISTORY < horizon, _far),
        ("stale", _days(newest - panel.last) > panel.frequency.stale * panel.frequency.days, _behind),
    ]
    state, reason = np.full(len(panel), "forecast", object), np.full(len(panel), "", object)
    open_ = np.ones(len(panel), bool)
    for name, applies, why in rules:
        for row in np.flatnonzero(open_ & applies):
            state[row], reason[row] = name, why(Case(panel, facts, int(row), horizon, newest))
        open_ &= ~applies
    last = panel.last.astype("datetime64[us]")
    told = {"trend": panel.trends, "last": last, "points": facts.known, "state": state, "reason": reason}
    return pd.DataFrame(told).astype({"trend": "str", "state": "str", "reason": "str"})


@dataclass(frozen=True)
class Facts:
    """What the rules ask of each trend: `known` values in all, `points` of them in the `span` of periods since the
    first above zero, the last day above zero (`alive`; the last of all where there is none), and what is amiss."""

    known: NDArray[np.int64]
    points: NDArray[np.int64]
    span: NDArray[np.int64]
    alive: NDArray[np.datetime64]
    zero: NDArray[np.bool_]
    odd: NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """One trend that a rule applies to."""

    panel: Panel
    facts: Facts
    row: int
    horizon: int
    newest: np.datetime64


def _facts(panel: Panel) -> Facts:
    values, width = panel.values, panel.values.shape[1]
    there, above = ~np.isnan(values), values > 0
    some = above.any(axis=1)
    first = np.where(some, above.argmax(axis=1), there.argmax(axis=1))
    since = np.where(some, above[:, ::-1].argmax(axis=1), 0)
    points = (there & (np.arange(width) >= first[:, None])).sum(axis=1)
    alive = panel.dates()[np.arange(len(panel)), width - 1 - since]
    odd = np.asarray((there & ~((values >= 0) & np.isfinite(values))).any(axis=1))
    return Facts(there.sum(axis=1), points, width - first, alive, np.asarray(~some & ~odd), odd)


def _odd(case: Case) -> str:
    values = case.panel.values[case.row]
    at = int(np.flatnonzero(~np.isnan(values) & ~((values >= 0) & np.isfinite(values)))[0])
    what = "below zero" if values[at] < 0 else "no finite number"
    return f"Its value of {day(case.panel.dates()[case.row, at].item())} is {what}. Correct it, or leave it out."


def _all_zero(case: Case) -> str:
    count = case.panel.frequency.count(int(case.facts.known[case.row]))
    return f"All {count} of it are zero. The forecast starts with the first that is not."


def _few(case: Case) -> str:
    count = case.panel.frequency.count(int(case.facts.points[case.row]))
    return f"{count} of history. A forecast needs {case.panel.frequency.minimum} or more."


def _gaps(case: Case) -> str:
    span = case.panel.frequency.count(int(case.facts.span[case.row]))
    return f"Only {case.facts.points[case.row]:,} of its {span} have a value. Two in five are needed."


def _zero_since(case: Case) -> str:
    since = case.facts.alive[case.row] + np.timedelta64(1, "D")
    return f"It has been zero since {day(since.item())}. It counts as ended."


def _left(case: Case) -> str:
    return f"It has no values since {day(case.panel.last[case.row].item())}, while its title has. It counts as ended."


def _far(case: Case) -> str:
    span = int(case.facts.span[case.row])
    support = f"{case.panel.frequency.count(span)} of history cannot support {case.horizon:,} of forecast."
    return f"{support} Ask for {span * TIMES_HISTORY:,} or fewer, or add history."


def _behind(case: Case) -> str:
    behind = (case.newest - case.panel.last[case.row]).astype(int)
    stop = f"Its data stop on {day(case.panel.last[case.row].item())}, {behind:,} days before the newest."
    return f"{stop} The forecast goes on from there; add the days since."


def _days(apart: NDArray[np.timedelta64]) -> NDArray[np.int64]:
    return apart.astype("timedelta64[D]").astype(np.int64)


def day(date: dt.date) -> str:
    """ "3 May 2026"."""
    return f"{date.day} {date:%B %Y}"
