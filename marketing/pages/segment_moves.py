"""Who moved from which segment to which since the last run."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.segments import movements
from marketing.segments.fairness.sizes import SHOWN
from marketing.segments.movements import ELSEWHERE, NONE

MOST_MOVES = 30  # rows of a list that is read
POINT = 0.05  # percentage points: less is no change
GONE = "people of a group that is gone"  # where a run did not store what it was called


def points(moved: pd.DataFrame, segments: pd.DataFrame) -> dict[str, float]:
    """What each segment gained since the last run, in percentage points of the audience.

    Without those that were not there then, and empty where nothing is known of a last run.
    """
    before = _sizes(moved)
    everyone = sum(before.values())
    return {
        segment: 100 * (share - before[segment] / everyone) + 0.0
        for segment, share in zip(segments["segment"], segments["share"], strict=True)
        if segment in before
    }


def show(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    """The chosen segment against the last run, the largest moves in words, all of them in a table."""
    moved = numbers.table(place.workspace, "movements")
    if moved.empty:
        st.markdown(
            "These groups were found for the first time, so nobody has moved yet. After the next run, this tells who "
            "went from where to where."
        )
        return
    now = {i: words.inside(name) for i, name in zip(segments["segment"], segments["name"], strict=True)}
    then = _names(moved, now)
    st.markdown(f"{_stayed(moved)} {_chosen(moved, segments, segment)}")
    away = moved[moved["before"] != moved["after"]]
    if away.empty:
        return
    st.markdown("\n".join(f"- {words.plain(sentence)}" for sentence in movements.told(moved, then, now)))
    _moves(away.sort_values("people", ascending=False), then, now)


def regrouped(moved: pd.DataFrame, segments: pd.DataFrame) -> bool:
    """Whether segments have come or gone since the last run, so that others changed by being parted or joined."""
    return set(_sizes(moved)) != set(segments["segment"])


def _names(moved: pd.DataFrame, now: dict[str, str]) -> dict[str, str]:
    """What each segment was called in the last run, as within a sentence."""
    called = moved["was_called"] if "was_called" in moved else [""] * len(moved)
    return {
        before: words.inside(name) if isinstance(name, str) and name else now.get(before, GONE)
        for before, name in zip(moved["before"], called, strict=True)
        if before != NONE
    }


def _stayed(moved: pd.DataFrame) -> str:
    there = moved[moved["before"] != NONE]
    stayed, everyone = there.loc[there["before"] == there["after"], "people"].sum(), there["people"].sum()
    return f"{words.share(stayed / everyone)} of {everyone:,} people are in the group in which they were last time."


def _chosen(moved: pd.DataFrame, segments: pd.DataFrame, segment: Any) -> str:
    name, gained = words.plain(segment["name"]), points(moved, segments)
    if segment["segment"] not in gained:
        return f"**{name}** were not there last time."
    before = _sizes(moved)[segment["segment"]]
    change = gained[segment["segment"]]
    told = f"**{name}** were {before:,} people and are {int(segment['size']):,}"
    if abs(change) < POINT:
        return f"{told}, the same share of the audience."
    return f"{told}, {abs(change):.1f} points {'more' if change > 0 else 'less'} of the audience."


def _moves(away: pd.DataFrame, then: dict[str, str], now: dict[str, str]) -> None:
    shown = away.head(MOST_MOVES)
    told = pd.DataFrame(
        {
            "From": [_place(before, then) for before in shown["before"]],
            "To": [_place(after, now) for after in shown["after"]],
            "People": [f"{n:,}" for n in shown["people"]],
            "Of the group they left": [
                "" if before == NONE else words.share(share)
                for before, share in zip(shown["before"], shown["share"], strict=True)
            ],
        }
    )
    st.table(told, border="horizontal", hide_index=True, alt="Who moved from where to where")
    if len(away) > len(shown):
        st.markdown(f"And {words.count(len(away) - len(shown), 'smaller move')}.")
    st.markdown(
        f":gray[Fewer than {SHOWN} people of a group who went the same way are told together as elsewhere, or counted "
        "with its largest move.]"
    )


def _place(segment: str, called: dict[str, str]) -> str:
    if segment == NONE:
        return "In no group"
    if segment == ELSEWHERE:
        return f"Elsewhere, fewer than {SHOWN} in each"
    return words.plain(words.begun(called.get(segment, GONE)))


def _sizes(moved: pd.DataFrame) -> dict[str, int]:
    """How many people each segment had in the last run."""
    sizes = moved[moved["before"] != NONE].groupby("before")["people"].sum()
    return {str(segment): int(people) for segment, people in sizes.items()}
