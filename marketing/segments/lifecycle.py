"""Where people stand with us by a day: new, regular, cooling, gone, or back after having been gone.

Held against each person's own rhythm. Were somebody to watch at random at a steady rate (Ehrenberg 1959; Schmittlein,
Morrison and Colombo 1987, "Counting your customers"), a silence of three usual gaps would come once in twenty times,
and one of six once in four hundred. So who is silent for over three is cooling, and for over six is gone. That simple
rules of silence tell active people about as well as fitted chances is shown by Wübben and von Wangenheim 2008,
"Instant customer base analysis: managerial heuristics often get it right"; that the rhythm be a person's own, by
Buckinx and Van den Poel 2005. A rhythm seen few times is drawn towards that of the audience.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from marketing import queries
from marketing.segments.fairness.sizes import SHOWN

if TYPE_CHECKING:
    import ibis.expr.types as ir

State = Literal["new", "regular", "cooling", "gone", "back"]
STATES: tuple[State, ...] = ("new", "regular", "cooling", "gone", "back")
NEVER = "never seen"  # of people without viewing, beside the states
COOLING, GONE = 3, 6  # usual gaps of silence
NEWCOMER = 3  # usual gaps of the audience since the first viewing, in which nobody's own rhythm can be told;
NEWCOMER_DAYS = 7  # and no fewer days
WEIGHT = 2  # gaps of the audience's rhythm that are added to a person's own
UNKNOWN_GAP = 30.0  # days: the rhythm where nobody has been seen on two days
EPOCH = dt.date(1970, 1, 1)
FAR = 1 << 20  # more than any day counted from 1970


def states(viewing: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """person and state as of a day (its viewing included), by person; who was not seen up to then is left out."""
    found = standing(queries.of_frames({"viewing": viewing}).table("viewing"), as_of)
    return queries.frame(found.order_by("person"))


def standing(viewing: "ir.Table", as_of: dt.date) -> "ir.Table":
    """As `states`, from and as an expression; the audience's rhythm is asked for beforehand."""
    today = (as_of - EPOCH).days
    seen = viewing.select("person", day=viewing.date.cast("date").epoch_days())
    days = seen.filter(seen.day <= today).distinct()
    gaps = days.mutate(gap=days.day - days.day.lag().over(group_by="person", order_by="day"))
    people = gaps.group_by("person").aggregate(
        first=gaps.day.min(),
        last=gaps.day.max(),
        gaps=gaps.gap.count(),
        longest=gaps.gap.max().coalesce(0),
        ended=(gaps.gap * FAR + gaps.day).max().coalesce(0) % FAR,  # the last day that ended a longest gap
    )
    return people.select("person", state=_state(people, today, _rhythm(people)))


def crossed(assignments: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """How many of each segment (person, segment) are in each state (person, state).

    Returns:
        segment, state, people, share (of the segment), a row for each pair. Both are empty where fewer than 50 people
        are meant, and in a second cell of a segment where one alone could be reckoned from the rest.
    """
    placed = assignments.dropna(subset="segment").merge(found, on="person", how="left")
    counts = pd.crosstab(placed["segment"], placed["state"].fillna(NEVER))
    return cross_counts(counts.reindex(columns=[*STATES, NEVER], fill_value=0))


def cross_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """As `crossed`, from counts: a row for each segment, a column for each state."""
    shown = counts.astype(float)
    shares = shown.div(shown.sum(axis=1).replace(0, np.nan), axis=0)
    hidden = shown < SHOWN
    for segment in shown.index:
        if (hidden.loc[segment] & (shown.loc[segment] > 0)).sum() == 1 and not hidden.loc[segment].all():
            hidden.loc[segment, shown.loc[segment].where(~hidden.loc[segment]).idxmin()] = True
    cells = pd.DataFrame(
        {
            "segment": np.repeat(counts.index.astype("str"), counts.shape[1]),
            "state": np.tile(counts.columns.astype("str"), counts.shape[0]),
            "people": shown.mask(hidden).to_numpy().ravel(),
            "share": shares.mask(hidden).to_numpy().ravel().round(4),
        }
    )
    return cells.astype({"segment": "str", "state": "str", "people": "Int64"})


def _rhythm(people: "ir.Table") -> float:
    """The audience's usual gap: the median of people's, of those seen on two days or more."""
    gaps = people.filter(people.gaps > 0)
    return float(queries.value(((gaps.last - gaps.first) / gaps.gaps).median()) or UNKNOWN_GAP)


def _state(people: "ir.Table", today: int, rhythm: float) -> Any:
    usual = (people["last"] - people["first"] + WEIGHT * rhythm) / (people["gaps"] + WEIGHT)
    # Of the gaps but the longest, as one who was gone had another rhythm before.
    before = (people["last"] - people["first"] - people["longest"] + WEIGHT * rhythm) / (people["gaps"] - 1 + WEIGHT)
    silent, recent = today - people["last"], max(NEWCOMER * rhythm, NEWCOMER_DAYS)
    returned = (people["longest"] > GONE * before) & (today - people["ended"] <= recent)
    found: Any = returned.ifelse("back", "regular")
    found = (silent > COOLING * usual).ifelse("cooling", found)
    found = (silent > GONE * usual).ifelse("gone", found)
    return (today - people["first"] <= recent).ifelse("new", found)
