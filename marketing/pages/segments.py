"""Which groups are in the audience, what sets each apart, and what to show them?"""

from typing import Any

import pandas as pd
import streamlit as st

from marketing import charts
from marketing.pages import frame, numbers, progress, words
from marketing.pages.frame import Place

MOST_TRAITS = 7  # beyond, a reader learns little
MOST_TITLES = 6
LIKELY = 1.05  # times as likely: below, nothing to write home about


def show(place: Place) -> None:
    """Read the segments, let one be chosen, show what sets it apart and what to show it."""
    segments = numbers.table(place.workspace, "segments")
    progress.failure(place, "segment")
    if segments.empty:
        _nothing(place)
        return
    segments = segments.sort_values("size", ascending=False, ignore_index=True)
    frame.title(_answer(segments), _below(place, segments))
    segment = _choose(segments)
    called = words.plain(words.inside(segment["name"]))
    left, right = st.columns([4, 3], gap="medium")
    with left:
        st.header(f"What sets {called} apart", anchor=False)
        _apart(place, segment)
    with right:
        st.header("What to show them", anchor=False)
        _to_show(place, segment)
        _why(place, segments)


def _nothing(place: Place) -> None:
    if progress.under_way(place, "segment"):
        frame.title("The groups are being looked for", "They are drawn here as soon as they are there.")
        st.skeleton(height=240)
    elif place.workspace.has("audience"):
        people = place.workspace.tables()["audience"].rows
        frame.title("No segments yet", f"{people:,} people are known; nobody has asked which groups they fall into.")
        if st.button("Find the groups", type="primary", disabled=not place.may("run")):
            progress.request(place, ["segment"])
    else:
        frame.title("No audience yet", "Segments need people, a row each, with whatever is known of them.")
        if st.button("Add a file", type="primary", icon=":material/upload:"):
            st.switch_page(frame.page("data"))


def _answer(segments: pd.DataFrame) -> str:
    largest = segments.iloc[0]
    number = len(segments)
    if number == 1:
        return "One group: nothing in the data splits these people"
    return f"{words.begun(words.count(number, 'group'))}; {words.plain(words.inside(largest['name']))} are the largest"


def _below(place: Place, segments: pd.DataFrame) -> str:
    size = int(segments["size"].sum())
    told = [f"{size:,} people by what is known of them."]
    stability = segments["stability"].dropna()
    if "stable" in segments and not segments["stable"].all():
        told.append("**The groups change when some of the people are left out**, so take them as a rough cut.")
    elif len(stability):
        told.append(f"On half of the people, {words.share(float(stability.mean()))} of a group is found again.")
    aside = numbers.table(place.workspace, "set_aside")
    if len(aside):
        told.append(f"Kept out: {_kept_out(aside)}.")
    return " ".join(told)


def _kept_out(aside: pd.DataFrame) -> str:
    people = aside[aside["subject"] == "people"]
    told = [f"{n:,} people ({words.plain(why)})" for n, why in zip(people["people"], people["name"], strict=True)]
    columns = int((aside["subject"] != "people").sum())
    return words.listed([*told, words.count(columns, "column")] if columns else told)


def _choose(segments: pd.DataFrame) -> Any:
    """The table of segments; the row that is ticked, first the one that the address names."""
    ids = segments["segment"].tolist()
    asked = st.query_params.get("segment")
    first = ids.index(asked) if asked in ids else 0
    shown = pd.DataFrame(
        {
            "Segment": segments["name"],
            "People": segments["size"].astype(int),
            "Share": segments["share"] * 100,
            "Found again": segments["stability"] * 100,
            "Mostly": [numbers.telling(row) for _, row in segments.iterrows()],
        }
    )
    state = st.dataframe(
        shown,
        hide_index=True,
        height="content",
        placeholder="",
        column_config={
            "Segment": st.column_config.TextColumn(width="medium"),
            "People": st.column_config.NumberColumn(format="localized"),
            "Share": st.column_config.ProgressColumn(
                format="%.0f%%", min_value=0, max_value=100 * float(segments["share"].max())
            ),
            "Found again": st.column_config.NumberColumn(format="%.0f%%", help="In how many resamples of the people"),
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


def _apart(place: Place, segment: Any) -> None:
    traits = numbers.traits(segment)
    if traits.empty:
        st.markdown("Nothing sets this group apart clearly enough to be told.")
        return
    st.markdown(":gray[Share of the group (dot) with its 95% interval, against everyone (tick)]")
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
            "Everyone": [words.share(v) for v in traits["everyone"]],
        }
    )


def _to_show(place: Place, segment: Any) -> None:
    titles = numbers.names(place.workspace)
    affinity = numbers.table(place.workspace, "affinity")
    liked = affinity[affinity["segment"] == segment["segment"]].sort_values("lift", ascending=False).head(MOST_TITLES)
    if liked.empty:
        st.markdown(
            "No viewing is known of these people, so no title stands out. Add a viewing table on the Data page."
        )
    else:
        kinds = numbers.kinds(place.workspace)
        shown = pd.DataFrame(
            {
                "Title": [titles.get(i, i) for i in liked["title"]],
                "Kind": [kinds.get(i, "") for i in liked["title"]],
                "Times as likely": liked["lift"].to_numpy(),
            }
        )
        bar = st.column_config.ProgressColumn(format="%.1f", min_value=0, max_value=float(liked["lift"].max()))
        st.dataframe(
            shown,
            hide_index=True,
            height="content",
            placeholder="",
            column_config={"Times as likely": bar},
            alt="Titles that this group likes",
        )
        st.markdown(_liked_in_words(liked.iloc[0], titles, int(segment["size"])))
    _write(place, segment, liked)


def _liked_in_words(best: Any, titles: dict[str, str], size: int) -> str:
    name = words.plain(titles.get(best["title"], best["title"]))
    if isinstance(best["because"], str) and best["because"]:
        return f"**{name}**: {words.plain(best['because'])}"
    if best["lift"] < LIKELY:
        return f"They watch no title much more often than everyone does; {name} comes first."
    begun = f" {best['people']:,.0f} of {size:,} have." if best["people"] == best["people"] else ""
    return f"They choose {name} **{best['lift']:.1f} times** as often as everyone.{begun}"


def _write(place: Place, segment: Any, liked: pd.DataFrame) -> None:
    asked = {"segment": segment["segment"]} | ({"title": liked.iloc[0]["title"]} if len(liked) else {})
    label = "Write for this pair" if len(liked) else "Write for this group"
    if st.button(label, type="primary", icon=":material/edit_note:", disabled=not place.may("draft")):
        st.switch_page(frame.page("drafts"), query_params=asked)


def _why(place: Place, segments: pd.DataFrame) -> None:
    number = len(segments)
    with st.expander(f"Why {words.count(number, 'group')}?"):
        reasons = segments["why"].dropna().unique().tolist() if "why" in segments else []
        for reason in reasons:
            st.markdown(words.plain(reason))
        aside = numbers.table(place.workspace, "set_aside")
        if aside.empty:
            st.markdown("Nothing was kept out.")
            return
        st.markdown("Kept out of the search for groups:")
        told = pd.DataFrame(
            {
                "What": [words.plain(words.label(name)) for name in aside["name"]],
                "Why": [words.plain(words.begun(reason)) for reason in aside["reason"]],
                "People": ["" if pd.isna(people) else f"{people:,.0f}" for people in aside["people"]],
            }
        )
        st.table(told, border="horizontal", alt="What was kept out of the segments")


if __name__ == "__main__":
    show(frame.here())
