"""A person's decision about the words on the page: the comment, the buttons, what came of it."""

import uuid

import streamlit as st

from marketing.campaigns import reviews
from marketing.errors import MarqueeError
from marketing.pages import frame, words
from marketing.pages.frame import Place
from marketing.records import DraftRecord

EDITING = "review.editing"  # in session state: the draft whose lines are being edited
OUTCOME = "review.outcome"  # the draft that was decided last, and what to say of it
REFUSED = "review.refused"  # the draft whose decision was refused, and why
DONE = {"approve": "Approved", "reject": "Rejected", "changes": "Changes asked for"}
THEN = {
    "approve": "These words may leave.",
    "reject": "They will not leave.",
    "changes": "They wait for an edit.",
}


def outcome(place: Place, draft: DraftRecord, standing: str) -> None:
    """Say in place what was decided, or why it could not be."""
    which, told = st.session_state.get(OUTCOME, ("", ""))
    if which == draft.draft:
        st.success(told, icon=":material/check:")
    which, told = st.session_state.pop(REFUSED, ("", ""))
    if which == draft.draft:
        st.error(words.plain(told), icon=":material/block:", title="Not decided")
    if standing == "edited":
        st.info("These words were edited since; decide on the newer version.", icon=":material/history:")


def comment(place: Place, draft: DraftRecord, standing: str) -> None:
    """The field for a reason."""
    if standing != "edited" and place.may("review"):
        st.text_area(
            "Comment",
            key=f"review.reason.{draft.draft}",
            placeholder="Needed to reject or to ask for changes; optional to approve",
            height=80,
        )


def buttons(place: Place, draft: DraftRecord, standing: str, waiting: list[DraftRecord]) -> None:
    """The decisions, at the bottom of the window, with keys of their own."""
    if standing == "edited":
        return
    able, blocked = place.may("review"), bool(reviews.blocking(draft))
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        _button(place, draft, "approve", "Approve", ":material/check:", "Alt+A", able=able and not blocked)
        if st.button("Edit", icon=":material/edit:", shortcut="Alt+E", disabled=not place.may("edit")):
            st.session_state[EDITING] = None if st.session_state.get(EDITING) == draft.draft else draft.draft
            st.rerun()
        _button(place, draft, "changes", "Ask for changes", ":material/undo:", "Alt+Q", able=able)
        _button(place, draft, "reject", "Reject", ":material/close:", "Alt+X", able=able)
        st.markdown(f":gray[:small[{_note(place, able=able, blocked=blocked)}]]")


def _note(place: Place, *, able: bool, blocked: bool) -> str:
    if not able:
        return f"You are {place.person.role} here; an approver decides."
    if blocked:
        return "Something blocks it; edit it before it can be approved."
    return "Your decision holds for exactly these words."


def _button(place: Place, draft: DraftRecord, decision: str, label: str, icon: str, key: str, *, able: bool) -> None:
    if st.button(label, icon=icon, shortcut=key, disabled=not able, key=f"review.{decision}"):
        _decide(place, draft, decision)
        st.rerun()


def _decide(place: Place, draft: DraftRecord, decision: str) -> None:
    reason = str(st.session_state.get(f"review.reason.{draft.draft}", ""))
    try:
        reviews.decide(
            place.ledger,
            draft.draft,
            draft.digest,
            decision,
            reason,
            place.person,
            own_approval=place.settings.own_approval,
            at=place.now,
            key=uuid.uuid4().hex,
        )
    except MarqueeError as error:
        st.session_state[REFUSED] = draft.draft, str(error).replace("Give one with --reason.", "Write it as a comment.")
        return
    told = (
        f"{DONE[decision]} {words.moment(place.now, place.now)} by {words.plain(place.person.name)}. {THEN[decision]}"
    )
    st.session_state[OUTCOME] = draft.draft, told
    st.session_state[EDITING] = None


def neighbours(draft: DraftRecord, waiting: list[DraftRecord]) -> tuple[str | None, str | None]:
    """The drafts before and after this one in the queue; from outside the queue, its first is the next."""
    ids = [other.draft for other in waiting]
    if draft.draft not in ids:
        return None, ids[0] if ids else None
    here = ids.index(draft.draft)
    return ids[here - 1] if here else None, ids[here + 1] if here + 1 < len(ids) else None


def go(draft: str) -> None:
    """Show another draft."""
    st.session_state[EDITING] = None
    st.session_state.pop(OUTCOME, None)
    frame.address(draft=draft)
    st.rerun()


def went_on(draft: DraftRecord) -> None:
    """After an edit: show the version that it became."""
    st.session_state[OUTCOME] = draft.draft, "Saved as a new version, which waits for review."
    st.session_state[EDITING] = None
    frame.address(draft=draft.draft)
