"""A segment's people as a list to take along: ids as they are stored, made only when it is taken."""

import datetime as dt
import functools
import re
from typing import Any

import pandas as pd
import streamlit as st

from marketing.campaigns import audiences
from marketing.pages import words
from marketing.pages.frame import Place


def show(place: Place, segments: pd.DataFrame, segment: Any) -> None:
    """What would leave and under whose name, and the button; or why it may not."""
    size, called = int(segment["size"]), words.plain(words.inside(segment["name"]))
    if reason := audiences.refusal(size):
        st.markdown(reason)
        return
    if not place.workspace.has("assignments"):
        st.markdown("Who is in which group is not stored. Find the groups again.")
        return
    st.markdown(
        f"{size:,} {called} as a CSV with one column, `person`: the ids that your audience table has. Ids stand for "
        "people, so the list is personal data like the table itself; nobody who may be under 18 is on it."
    )
    if not place.may(audiences.ACTION):
        st.markdown(":gray[Lists of people are taken out by editors and above.]")
        return
    name = f"{_slug(str(segment['name']))}-{place.today:%Y-%m-%d}{audiences.SUFFIX}"
    st.download_button(
        f"Download {size:,} ids",
        functools.partial(take, place, str(segment["segment"]), name),
        name,
        audiences.MEDIA_TYPE,
        icon=":material/download:",
        on_click="ignore",
        key=f"segments.list.{segment['segment']}",
    )
    st.markdown(f":gray[That it left goes on record under the name {words.plain(place.person.name)}.]")


def take(place: Place, segment: str, name: str) -> bytes:
    """The list as it is at this moment, not when the button was drawn; the audit trail has it.

    Raises:
        RightsError: the person may not take it.
        MissingError: there is no such segment any more.
        GateError: it has too few people by now.
    """
    ready = audiences.prepare(place.workspace, segment, person=place.person)
    audiences.record(place.ledger, ready, name, person=place.person, at=dt.datetime.now(dt.UTC))
    return ready.content


def _slug(name: str) -> str:
    """A segment's name for a file: "Late-night finishers" -> "late-night-finishers"."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "segment"
