"""Who the people of a segment are: a typical one, a rule that finds them, whom they are near, where they stand."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import numbers, words
from marketing.pages.frame import Place
from marketing.segments.fairness.sizes import DESCRIBED, SHOWN
from marketing.segments.lifecycle import NEVER, STATES

# In the words of the table: silences are counted in each person's own usual gap between two viewings.
STANDINGS = {
    "new": "New: first seen a short while ago",
    "regular": "Regular: seen about as often as they usually are",
    "cooling": "Cooling: silent for three usual gaps or more",
    "gone": "Gone: silent for six usual gaps or more",
    "back": "Back after having been gone",
    NEVER: "Never seen",
}
HARDLY = 0.01  # of a segment's people could as well be elsewhere: fewer are told as hardly any


def show(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    """The typical person, the rule and the nearest segment beside where they stand."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("A typical person", anchor=False)
        st.markdown(_typical(segment))
        _rule(segment)
        _near(segments, segment)
    with right:
        st.subheader("Where they stand", anchor=False)
        _standing(place, segment)


def _typical(segment: Any) -> str:
    if segment["size"] < DESCRIBED:
        return f"Groups of fewer than {DESCRIBED} people are not described."
    told = segment["profile"]
    if not isinstance(told, str) or not told:
        return "Nobody typical was made up when these groups were found. Find them again to have one."
    return words.plain(json.loads(told)["text"])


def _rule(segment: Any) -> None:
    if isinstance(segment["rule"], str) and segment["rule"]:
        st.subheader("As a rule", anchor=False)
        st.markdown(words.plain(segment["rule"]))
        if isinstance(segment["explained"], str) and segment["explained"] != segment["rule"]:
            st.markdown(f":gray[{words.plain(segment['explained'])}]")


def _near(segments: pd.DataFrame, segment: Any) -> None:
    if len(segments) > 1 and segment["overlap"] == segment["overlap"]:
        st.subheader("How sharply they are told apart", anchor=False)
        st.markdown(overlap(segments, segment))


def overlap(segments: pd.DataFrame, segment: Any) -> str:
    """ "About one in ten could as well be elsewhere, most often among heavy series viewers." """
    called = dict(zip(segments["segment"], segments["name"], strict=True))
    nearest = called.get(segment["nearest"])
    among = f", most often among {words.plain(words.inside(nearest))}" if nearest else ""
    if segment["overlap"] < HARDLY:
        told = "Hardly anybody here could as well be elsewhere"
        return f"{told}. Nearest to them are {words.plain(words.inside(nearest))}." if nearest else f"{told}."
    times = round(1 / segment["overlap"])
    share = f"one in {words.spelled(times)}" if times > 1 else "everybody"
    return f"About {share} could as well be elsewhere{among}."


def _standing(place: Place, segment: Any) -> None:
    rows = numbers.rows(place.workspace, "lifecycle", segment["segment"], "segment").set_index("state")
    rows = rows.reindex([*STATES, NEVER])
    if rows["people"].isna().all():
        viewing = place.workspace.has("viewing")
        st.markdown(
            f"No state of these people holds {SHOWN} of them or more, so none is told."
            if viewing
            else "No viewing is known of these people, so nobody can tell who comes often and who is gone. "
            "Add a viewing table on the Data page."
        )
        return
    known, hidden = rows[rows["people"].notna()], rows.index[rows["people"].isna()]
    told = pd.DataFrame(
        {
            "They are": [STANDINGS[str(state)] for state in known.index],
            "People": [f"{people:,.0f}" for people in known["people"]],
            "Share": [words.share(share) for share in known["share"]],
        }
    )
    st.table(told, border="horizontal", hide_index=True, alt=f"Where {segment['name']} stand")
    if len(hidden):
        untold = words.listed([str(state) for state in hidden])
        st.markdown(f":gray[Fewer than {SHOWN}, or giving such a number away: {untold}.]")
