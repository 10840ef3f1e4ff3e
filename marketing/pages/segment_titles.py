"""What to show a segment: the titles that it likes more than everyone does, and the way to words for them."""

from typing import Any

import pandas as pd
import streamlit as st

from marketing.pages import frame, numbers, words
from marketing.pages.frame import Place
from marketing.segments.fairness.sizes import SHOWN

MOST_TITLES, FEWEST = 6, 3  # shown; where none is liked more than everyone likes it
LIKELY = 1.05  # times as likely: below, nothing to write home about


def show(place: Place, segment: Any) -> None:
    """The titles with how much likelier they are, the first in words, and the page's button."""
    liked = _liked(place, segment)
    if liked.empty:
        st.markdown(
            "No viewing is known of these people, so no title stands out. Add a viewing table on the Data page."
        )
    else:
        titles = numbers.names(place.workspace)
        _listed(place, liked, titles)
        st.markdown(_in_words(liked.iloc[0], titles, int(segment["size"])))
        _worth(place)
    _write(place, segment, liked)


def _liked(place: Place, segment: Any) -> pd.DataFrame:
    """By how much likelier than everyone they surely are: by the lower end of the interval, against everyone's rate.

    So what is only a guess, as of titles that nobody has seen yet, does not come first. Those that everyone likes more
    are left out, unless there are no others.
    """
    rows = numbers.rows(place.workspace, "affinity", segment["segment"], "segment")
    surely = rows["low90"] * rows["lift"] / rows["rate"]
    ranked = rows.assign(surely=surely).sort_values("surely", ascending=False, kind="stable")
    more = ranked[ranked["lift"] >= 1]
    return more.head(MOST_TITLES) if len(more) else ranked.head(FEWEST)


def _listed(place: Place, liked: pd.DataFrame, titles: dict[str, str]) -> None:
    kinds = numbers.kinds(place.workspace)
    shown = pd.DataFrame(
        {
            "Title": [titles.get(i, i) for i in liked["title"]],
            "Kind": [kinds.get(i, "") for i in liked["title"]],
            "Times as likely": liked["lift"].to_numpy(),
        }
    )
    bar = st.column_config.ProgressColumn(
        format="%.1f",
        min_value=0,
        max_value=max(1.0, float(liked["lift"].max())),
        help="As everyone is to choose it; in the order of what is sure of it",
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        placeholder="",
        column_config={"Times as likely": bar},
        alt="Titles that this group likes",
    )


def _in_words(best: Any, titles: dict[str, str], size: int) -> str:
    name = words.plain(titles.get(best["title"], best["title"]))
    if isinstance(best["because"], str) and best["because"]:
        return f"**{name}**: {words.plain(best['because'])}{_to_win(best, size)}"
    if best["lift"] < LIKELY:
        return f"They watch no title much more often than everyone does; {name} comes first."
    return f"They choose {name} **{best['lift']:.1f} times** as often as everyone.{_to_win(best, size)}"


def _worth(place: Place) -> None:
    """Whether such lists tell more than what is popular anyway; runs before this one left no word of it."""
    checks = numbers.table(place.workspace, "affinity_checks")
    for sentence in checks.loc[checks["check"] == "segments", "sentence"]:
        st.markdown(f":gray[{words.plain(sentence)}]")


def _to_win(best: Any, size: int) -> str:
    """How many have not seen it yet; never so few that it would tell of them."""
    if best["people"] != best["people"]:
        return ""
    left = size - int(best["people"])
    return f" {left:,} of {size:,} have not yet." if left >= SHOWN and best["people"] >= SHOWN else ""


def _write(place: Place, segment: Any, liked: pd.DataFrame) -> None:
    asked = {"segment": segment["segment"]} | ({"title": liked.iloc[0]["title"]} if len(liked) else {})
    label = "Write for this pair" if len(liked) else "Write for this group"
    if st.button(label, type="primary", icon=":material/edit_note:", disabled=not place.may("draft")):
        st.switch_page(frame.page("drafts"), query_params=asked)
