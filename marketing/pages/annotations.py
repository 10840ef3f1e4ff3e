"""Say what happened on a day: it becomes an event, or is set aside, and the title is forecast anew."""

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from marketing import people, tables
from marketing.errors import InputError, MarqueeError, TableError
from marketing.pages import progress, words
from marketing.pages.frame import Place

KINDS = {
    "set aside": "A bad day: leave it out",
    "outage": "Outage: leave it out",
    "trailer": "Trailer",
    "release": "Release",
    "campaign": "Campaign",
    "announcement": "Announcement or news",
    "holiday": "Holiday",
    "event": "Something else",
}


def popover(place: Place, row: Any, history: pd.DataFrame, name: str) -> None:
    """A button that opens the form; what was typed stays when the page is drawn anew."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            "An outage or a wrong count is left out of the forecast; anything else is learnt from.", width="stretch"
        )
        if st.session_state.pop("annotate.saved", None):
            st.session_state["annotate.open"] = False
        with st.popover(
            "Annotate a day",
            icon=":material/edit_calendar:",
            disabled=not place.may("ingest"),
            width=200,
            key="annotate.open",
            on_change="rerun",  # so that saving can close it
        ):
            _form(place, row, history, name)


def _form(place: Place, row: Any, history: pd.DataFrame, name: str) -> None:
    last = history["date"].max().date() if len(history) else place.today
    with st.form("annotate", border=False, enter_to_submit=False):  # its hint would lie over a long name
        date = st.date_input("Day", last, format="YYYY-MM-DD", key="annotate.date")
        end_date = st.date_input("Last day, if it went on", None, format="YYYY-MM-DD", key="annotate.end")
        kind = st.selectbox("What it was", list(KINDS), format_func=KINDS.__getitem__, key="annotate.kind")
        what = st.text_input("Its name", placeholder="Second trailer", key="annotate.name", max_chars=tables.ID_LIMIT)
        whose = st.radio(
            "Whose", ["this", "all"], format_func={"this": name, "all": "Every title"}.__getitem__, key="annotate.whose"
        )
        saved = st.form_submit_button("Save and forecast anew")
    if saved:
        title = row["title"] if whose == "this" else ""
        try:
            add(place, event=what, kind=kind, date=date, end_date=end_date, title=title)
        except MarqueeError as error:
            st.error(words.plain(error))
            return
        st.session_state["annotate.saved"] = True
        if place.may("run"):
            progress.request(place, ["forecast"])
        st.rerun()


def add(place: Place, *, event: str, kind: str, date: dt.date, end_date: dt.date | None, title: str) -> None:
    """Put an event into the table of events, by the rights and rules of a file that is put in.

    Raises:
        RightsError: the person may not put data in.
        InputError: it ends before it begins.
        TableError: the name or the dates cannot stand in the table; every fault is told.
    """
    people.require(place.person, "ingest")
    if end_date is not None and end_date < date:
        told = [words.date_only(day, place.today) for day in (end_date, date)]
        raise InputError(f"The last day, {told[0]}, is before the first, {told[1]}. Correct one, or swap them.")
    frame = pd.DataFrame(
        {
            "event": pd.Series([" ".join(event.split()) or words.label(kind)], dtype="str"),
            "kind": pd.Series([kind], dtype="str"),
            "date": pd.to_datetime([date]).as_unit("us"),
            "end_date": pd.DatetimeIndex([pd.NaT if end_date is None else end_date]).as_unit("us"),
            "title": pd.Series([title or None], dtype="str"),
        }
    )
    contract = tables.table("events")
    if faults := tables.check(contract, frame):
        raise TableError(faults)
    place.workspace.upsert({"events": frame}, now=place.now)
    place.ledger.append_audit(
        place.now,
        place.person.name,
        "annotate",
        frame["event"].iloc[0],
        {"date": str(date), "kind": kind, "title": title},
    )
