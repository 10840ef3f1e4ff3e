"""Which groups are in the audience, what sets each apart, and what to show them?"""

from typing import Any

import pandas as pd
import streamlit as st

from marketing import charts
from marketing.pages import frame, numbers, progress, segment_moves, segment_tabs, segment_titles, words
from marketing.pages.frame import Place
from marketing.segments.fairness.sizes import DESCRIBED, SHOWN

MOST_TRAITS = 7  # beyond, a reader learns little
MOSTLY = 2  # traits in a row of the table
NEWS = 0.5  # percentage points that a group must gain for the title to say so
# What runs tell of a segment beyond its contract; empty where an older one did not.
TOLD = ("overlap", "nearest", "profile", "rule", "explained", "stable", "why")


def show(place: Place) -> None:
    """Read the segments, let one be chosen, show what sets it apart, what to show it, and all else below."""
    segments = _segments(place)
    progress.failure(place, "segment")
    if segments.empty:
        _nothing(place)
        return
    frame.title(_answer(place, segments), _below(place, segments))
    segment = _choose(place, segments)
    called = words.plain(words.inside(segment["name"]))
    left, right = st.columns([4, 3], gap="medium")
    with left:
        st.header(f"What sets {called} apart", anchor=False)
        _apart(place, segments, segment)
    with right:
        st.header("What to show them", anchor=False)
        segment_titles.show(place, segment)
    segment_tabs.tabs(place, segments, segment)


def _segments(place: Place) -> pd.DataFrame:
    """Those that are large enough to be shown, the largest first, with all that is told of them."""
    found = numbers.table(place.workspace, "segments")
    found = found.reindex(columns=list(dict.fromkeys([*found.columns, *TOLD])))
    shown = found[found["size"] >= SHOWN]
    return shown.sort_values("size", ascending=False, kind="stable", ignore_index=True)


def _nothing(place: Place) -> None:
    if progress.under_way(place, "segment"):
        frame.title("The groups are being looked for", "They are drawn here as soon as they are there.")
        st.skeleton(height=240)
    elif place.workspace.has("segments"):
        told = "Fewer people are known than a group may have to be shown. Add more people on the Data page."
        frame.title("Too few people for groups", told)
    elif place.workspace.has("audience"):
        people = place.workspace.tables()["audience"].rows
        frame.title("No segments yet", f"{people:,} people are known; nobody has asked which groups they fall into.")
        if st.button("Find the groups", type="primary", disabled=not place.may("run")):
            progress.request(place, ["segment"])
    else:
        frame.title("No audience yet", "Segments need people, a row each, with whatever is known of them.")
        if st.button("Add a file", type="primary", icon=":material/upload:"):
            st.switch_page(frame.page("data"))


def _answer(place: Place, segments: pd.DataFrame) -> str:
    number = len(segments)
    if number == 1:
        return "One group: nothing in the data splits these people"
    called = dict(zip(segments["segment"], segments["name"], strict=True))
    moved = numbers.table(place.workspace, "movements")
    gained = {} if segment_moves.regrouped(moved, segments) else segment_moves.points(moved, segments)
    grew = max(gained, key=lambda segment: gained[segment], default="")
    first, news = segments.iloc[0]["name"], "are the largest"
    if grew and gained[grew] >= NEWS:
        first, news = called[grew], "grew most"
    return f"{words.begun(words.count(number, 'group'))}; {words.plain(words.inside(first))} {news}"


def _below(place: Place, segments: pd.DataFrame) -> str:
    size = int(segments["size"].sum())
    told = [f"{size:,} people by what is known of them."]
    stability = segments["stability"].dropna()
    if (segments["stable"] == False).any():  # noqa: E712 - a column, in which nothing is known of older runs
        told.append("**The groups change when some of the people are left out**, so take them as a rough cut.")
    elif len(stability):
        told.append(f"On half of the people, {words.share(float(stability.mean()))} of a group is found again.")
    aside = numbers.table(place.workspace, "set_aside")
    if len(aside):
        told.append(f"Kept out: {_kept_out(aside)}.")
    return " ".join(told)


def _kept_out(aside: pd.DataFrame) -> str:
    people = aside[aside["subject"] == "people"]
    told = [
        f"{_number(n)} people ({words.plain(why)})" for n, why in zip(people["people"], people["name"], strict=True)
    ]
    columns = int((aside["subject"] != "people").sum())
    return words.listed([*told, words.count(columns, "column")] if columns else told)


def _number(people: Any) -> str:
    """How many people; of so few that it is not stored, that they are few."""
    return f"fewer than {SHOWN}" if pd.isna(people) else f"{people:,.0f}"


def _choose(place: Place, segments: pd.DataFrame) -> Any:
    """The table of segments; the row that is ticked, first the one that the address names."""
    ids = segments["segment"].tolist()
    asked = st.query_params.get("segment")
    first = ids.index(asked) if asked in ids else 0
    state = st.dataframe(
        _listed(place, segments),
        hide_index=True,
        height="content",
        placeholder="",
        column_config={
            "Segment": st.column_config.TextColumn(width="medium"),
            "People": st.column_config.NumberColumn(format="localized"),
            "Share": st.column_config.ProgressColumn(
                format="%.0f%%", min_value=0, max_value=100 * float(segments["share"].max())
            ),
            "Found again": st.column_config.NumberColumn(
                format="%.0f%%",
                help="How much of the group is the same when groups are looked for in half of the people",
            ),
            "Overlap": st.column_config.NumberColumn(
                format="%.0f%%", help="How many of these people could as well be in another group"
            ),
            "Since last run": st.column_config.NumberColumn(
                format="%+.1f points", help="Gain in the share of the audience, in percentage points"
            ),
            "Mostly": st.column_config.TextColumn(width="large"),
        },
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [first]}},
        on_select="rerun",
        key="segments.all",
        alt="Segments, the largest first",
    )
    rows = state["selection"]["rows"]
    chosen = segments.iloc[rows[0] if rows and rows[0] < len(segments) else first]
    frame.address(segment=chosen["segment"])
    return chosen


def _listed(place: Place, segments: pd.DataFrame) -> pd.DataFrame:
    """The table as it is shown; without columns of which nothing is known."""
    gained = segment_moves.points(numbers.table(place.workspace, "movements"), segments)
    shown = pd.DataFrame(
        {
            "Segment": segments["name"],
            "People": segments["size"].astype(int),
            "Share": segments["share"] * 100,
            "Found again": segments["stability"] * 100,
            "Overlap": segments["overlap"].astype(float) * 100,
            "Since last run": [round(gained[i], 1) + 0.0 if i in gained else None for i in segments["segment"]],
            "Mostly": [numbers.telling(row, MOSTLY) for _, row in segments.iterrows()],
        }
    )
    return shown.dropna(axis="columns", how="all")


def _apart(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    if segment["size"] < DESCRIBED:
        st.markdown(
            f"Groups of fewer than {DESCRIBED} people are not described: what is told would be near to a person."
        )
        return
    traits = numbers.traits(segment)
    if traits.empty:
        alone = "Everyone is in this group, so there is nothing to set it apart from."
        st.markdown(alone if len(segments) == 1 else "Nothing sets this group apart clearly enough to be told.")
        return
    st.markdown(":gray[Share of the group (dot) with its 95% interval, against everyone else (tick)]")
    shown = traits.head(MOST_TRAITS)
    alt = f"What sets {segment['name']} apart"
    st.plotly_chart(charts.traits_chart(shown, theme=place.theme), theme=None, config=charts.CONFIG, alt=alt)
    with st.expander("The same in numbers"):
        st.table(_in_numbers(traits), border="horizontal", alt=f"{alt}, in numbers")


def _in_numbers(traits: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Trait": [words.plain(trait) for trait in traits["trait"]],
            "Group": [words.share(v) for v in traits["share"]],
            "95% between": [
                f"{words.share(low)} and {words.share(high)}"
                for low, high in zip(traits["low"], traits["high"], strict=True)
            ],
            "Everyone else": [words.share(v) for v in traits["others"]],
        }
    )


if __name__ == "__main__":
    show(frame.here())
