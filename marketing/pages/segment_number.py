"""Why there are so many groups, what other numbers scored, and another number asked for."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import numbers, progress, words
from marketing.pages.frame import Place

AUTO = "As many as the data prove"
MOST = 12  # groups that may be asked for
STRONG = 10  # a criterion that is worse by more is strong evidence against (Kass and Raftery 1995)


def show(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    """The reason in words, the numbers that were tried, and the field for another."""
    st.subheader(f"Why {words.count(len(segments), 'group')}?", anchor=False)
    for reason in segments["why"].dropna().unique().tolist():
        st.markdown(words.plain(reason))
    tried = numbers.table(place.workspace, "choices")
    tried = tried.reindex(columns=list(dict.fromkeys([*tried.columns, "criterion", "found", "asked"])))
    if cost := price(tried):
        st.markdown(cost)
    _tried(tried)
    _ask(place, tried)


def price(tried: pd.DataFrame) -> str:
    """What the number that was asked for costs against the one that the data prove; "" where none was asked for."""
    asked, found = tried[tried["asked"] == 1], tried[tried["found"] == 1]
    if asked.empty:
        return ""
    if found.empty:
        return (
            "What the data would give by themselves has not been looked for since they changed; ask for as many as the "
            "data prove, and both stand side by side."
        )
    mine, theirs = asked.iloc[0], found.iloc[0]
    if mine["k"] == theirs["k"]:
        return "It is the number that the data give by themselves."
    if pd.isna(mine["agreement"]) or pd.isna(theirs["agreement"]):
        return f"By themselves the data give {words.count(int(theirs['k']), 'group')}."
    lost = round(theirs["agreement"], 2) - round(mine["agreement"], 2)
    return (
        f"**What it costs:** {words.spelled(int(mine['k']))} are found again to {mine['agreement']:.2f}, the "
        f"{words.spelled(int(theirs['k']))} that the data give by themselves to {theirs['agreement']:.2f}: "
        f"{f'{lost:.2f} of stability' if lost > 0 else 'nothing in stability'}{_worse(mine, theirs)}"
    )


def _worse(mine: Any, theirs: Any) -> str:
    behind = mine["criterion"] - theirs["criterion"]
    if not behind > 0:
        return "."
    much = "much " if behind > STRONG else ""
    return f", and they describe people {much}worse (by {words.figure(behind)} points; over {STRONG} is a clear loss)."


def _tried(tried: pd.DataFrame) -> None:
    if tried.empty:
        return
    best = tried["criterion"].min()
    told = pd.DataFrame(
        {
            "Groups": [f"{k:,.0f}" for k in tried["k"]],
            "Behind the best": ["" if v != v else words.figure(v - best) for v in tried["criterion"]],
            "Found again": [_scale(v) for v in tried["agreement"]],
            "By chance": [_scale(v) for v in tried["by_chance"]],
            "Taken": [_standing(row) for row in tried.to_dict("records")],
        }
    )
    told = told.loc[:, (told != "").any()]
    st.table(told, border="horizontal", hide_index=True, alt="Numbers of groups that were tried")
    st.markdown(
        f":gray[Behind the best: how much worse so many groups describe people, charged for every group and for "
        f"overlap; over {STRONG} is a clear loss. Found again: how far groups found in halves of the people agree, "
        "1 is the same, 0 is chance; only the likeliest numbers are put to that proof.]"
    )


def _scale(value: float) -> str:
    return "" if value != value else f"{value:.2f}"


def _standing(row: Any) -> str:
    if row["asked"] == 1:
        return "asked for"
    if row["chosen"] == 1:
        return "taken"
    return "what the data prove" if row["found"] == 1 else ""


def _ask(place: Place, tried: pd.DataFrame) -> None:
    """A number to choose, and the run that looks for so many."""
    asked = tried.loc[tried["asked"] == 1, "k"].tolist() or [place.settings.k or 0]
    options = [0, *range(2, MOST + 1)]
    st.subheader("Look for another number", anchor=False)
    st.markdown(
        "Fewer groups are easier to write for, more fit people better. What a number costs in stability is told here "
        "once it has been tried; it then holds until another is asked for."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        k = st.selectbox(
            "Groups",
            options,
            index=options.index(int(asked[0])) if asked[0] in options else 0,
            format_func=lambda number: AUTO if number == 0 else words.begun(words.count(number, "group")),
            width=280,
            key=f"segments.k.{asked[0]}",
        )
        able = place.may("run") and k != asked[0] and not progress.under_way(place, "segment")
        if st.button("Find the groups", icon=":material/refresh:", disabled=not able):
            progress.request(place, ["segment"], {"k": k or None})
    if place.settings.k is not None:
        told = f":gray[`settings.toml` asks for {words.count(place.settings.k, 'group')}; later runs go back to that.]"
        st.markdown(told)
