"""Approved words on their way out: the files that platforms import, and what may not leave yet."""

import datetime as dt
import functools

import streamlit as st

from marketing.campaigns import exports, reviews
from marketing.errors import GateError, MissingError
from marketing.pages import drafted, words
from marketing.pages.frame import Place


def show(place: Place) -> None:
    """The approved drafts by channel, with the button that takes them away."""
    drafts = place.ledger.drafts()
    states = reviews.standings(drafts, place.ledger.reviews())
    approved = [draft for draft in drafts if states[draft.draft] == "approved"]
    if not approved:
        return
    st.header("Ready to leave", anchor=False)
    named = [drafted.channel_name(place, draft.channel) for draft in approved]
    counts = [f"{words.spelled(named.count(name))} for {words.plain(name)}" for name in dict.fromkeys(named)]
    st.markdown(f"Approved: {words.listed(counts)}.")
    if place.may("export"):
        for form in exports.asking("export"):
            _file(place, form)


def _file(place: Place, form: str) -> None:
    platform = words.plain(exports.option(form).TITLE)
    try:
        ready = exports.prepare(
            form, place.workspace, place.ledger, person=place.person, settings=place.settings, now=place.now
        )
    except (GateError, MissingError) as error:
        st.markdown(f":gray[No file for {platform}: {words.plain(error)}]")
        return
    name = f"{form.replace('_', '-')}-{place.today:%Y-%m-%d}{ready.suffix}"
    st.download_button(
        f"Download {words.count(ready.rows, 'ad')} for {platform}",
        functools.partial(take, place, form, name),
        name,
        ready.media_type,
        type="primary",
        icon=":material/download:",
    )
    for reason in ready.left_out:
        st.markdown(f":orange[:material/warning:] {words.plain(reason)}")


def take(place: Place, form: str, name: str) -> bytes:
    """The file of what is approved at this moment, not when the button was drawn; the audit trail has it.

    Raises:
        GateError: no ad may leave any more.
    """
    now = dt.datetime.now(dt.UTC)
    ready = exports.prepare(form, place.workspace, place.ledger, person=place.person, settings=place.settings, now=now)
    exports.record(place.ledger, ready, name, person=place.person, at=now)
    return ready.content
