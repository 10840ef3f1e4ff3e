"""May these words leave?"""

from typing import Any

import streamlit as st

from marketing.campaigns import reviews, versions
from marketing.pages import decisions, drafted, frame, ideas, leaving, numbers, previewed, progress, words
from marketing.pages.frame import Place
from marketing.records import DraftRecord


def show(place: Place) -> None:
    """Read the queue, show one draft and all it rests on, take the decision."""
    drafts = place.ledger.drafts()
    states = reviews.standings(drafts, place.ledger.reviews())
    waiting = drafted.queue(place)
    draft = _chosen(drafts, waiting)
    if draft is None:
        _nothing(place, approved=any(state == "approved" for state in states.values()))
        leaving.show(place)
        return
    frame.address(draft=draft.draft)
    standing = states[draft.draft]
    frame.title(_answer(place, draft))
    _toolbar(place, draft, standing, waiting)
    decisions.outcome(place, draft, standing)
    left, right = st.columns([3, 4], gap="medium")
    editing = st.session_state.get(decisions.EDITING) == draft.draft
    with left:
        st.header("Edit the words" if editing else "As people will see it", anchor=False)
        slots, found = _edited(place, draft) if editing else (draft.copy["slots"], draft.problems)
        if not editing:
            previewed.show(place, draft)
            _why(place, draft)
    with right:
        _changes(place, draft)
        _claims(place, draft)
        _checks(slots, found)
        _history(place, draft)
        decisions.comment(place, draft, standing)
    leaving.show(place)
    decisions.buttons(place, draft, standing, waiting)


def _nothing(place: Place, *, approved: bool) -> None:
    if progress.under_way(place, "draft"):
        frame.title("Drafts are being written", "They can be reviewed here as soon as they are there.")
        st.skeleton(height=300)
        return
    frame.title(
        "Nothing waits for review",
        "All drafts are decided." if approved else "Drafts come here by themselves as soon as they are written.",
    )
    if st.button("Write drafts", type="secondary" if approved else "primary", icon=":material/edit_note:"):
        st.switch_page(frame.page("drafts"))


def _chosen(drafts: list[DraftRecord], waiting: list[DraftRecord]) -> DraftRecord | None:
    """The draft that the address names, or the one that has waited longest."""
    asked = st.query_params.get("draft")
    named = next((draft for draft in drafts if draft.draft == asked), None)
    return named or (waiting[0] if waiting else None)


def _answer(place: Place, draft: DraftRecord) -> str:
    titles = numbers.names(place.workspace)
    segments = dict(numbers.table(place.workspace, "segments", ["segment", "name"]).to_numpy().tolist())
    group = words.inside(segments.get(draft.segment, "") or drafted.group(place, draft) or "everyone")
    return f"{words.plain(titles.get(draft.title, draft.title))} for {words.plain(group)}"


def _toolbar(place: Place, draft: DraftRecord, standing: str, waiting: list[DraftRecord]) -> None:
    line = versions.versions(place.ledger, draft)
    channel = words.plain(drafted.channel_name(place, draft.channel))
    made = f"{'edited' if draft.parent else 'written'} by {words.plain(_by(draft))}"
    version = f"version {len(line)}, " if len(line) > 1 else ""
    sentence = f"{channel}, {version}{made} {words.moment(draft.created_at, place.now)}. {_checked(draft)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{sentence} {drafted.badge(standing, draft.problems)}", width="stretch")
        ids = [other.draft for other in waiting]
        if ids:
            place_in = f"{ids.index(draft.draft) + 1} of {len(ids)}" if draft.draft in ids else f"{len(ids)} waiting"
            st.markdown(f":gray[{place_in}]", width="content")
            before, after = decisions.neighbours(draft, waiting)
            _step("Previous", "Alt+P", before)
            _step("Next", "Alt+N", after)


def _step(label: str, shortcut: str, to: str | None) -> None:
    if st.button(label, type="tertiary", shortcut=shortcut, disabled=to is None, key=f"review.{label}") and to:
        decisions.go(to)


def _by(draft: DraftRecord) -> str:
    return draft.created_by if draft.parent or not draft.writer else f"the {draft.writer.replace('_', ' ')} writer"


def _checked(draft: DraftRecord) -> str:
    blocking = len(reviews.blocking(draft))
    if blocking:
        return f"{words.begun(words.count(blocking, 'problem'))} {'blocks' if blocking == 1 else 'block'} it."
    if draft.problems:
        return f"All checks pass but {words.spelled(len(draft.problems))} to look at."
    return "All checks pass."


def _edited(place: Place, draft: DraftRecord) -> tuple[dict[str, list[str]], Any]:
    """The fields. Returns the words as they stand in them, and what is wrong with those."""
    slots, found = ideas.lines(place, draft)
    with st.container(horizontal=True):
        ideas.save(place, draft, slots, decisions.went_on)
    return slots, found


def _why(place: Place, draft: DraftRecord) -> None:
    told = drafted.reasons(place, draft)
    if told:
        st.header("Why these words", anchor=False)
        st.markdown(" ".join(told))


def _changes(place: Place, draft: DraftRecord) -> None:
    line = versions.versions(place.ledger, draft)
    if len(line) < 2:
        return
    st.header(f"What changed since version {len(line) - 1}", anchor=False)
    table = drafted.changes_table(place, versions.changes(line[-2], draft), draft)
    st.table(table, border="horizontal", alt="What changed")


def _claims(place: Place, draft: DraftRecord) -> None:
    st.header("What it claims", anchor=False)
    claims = draft.copy.get("claims", [])
    if claims:
        table = drafted.claims_table(drafted.brief(place, draft), claims)
        st.table(table, border="horizontal", alt="Claims with their facts and sources")
    else:
        st.markdown("Nothing that would need a fact.")


def _checks(slots: dict[str, list[str]], found: Any) -> None:
    st.header("Checks", anchor=False)
    st.table(drafted.checks_table(found), border="horizontal", hide_header=True, alt="Checks and what they found")
    drafted.problems(found, slots)


def _history(place: Place, draft: DraftRecord) -> None:
    past = place.ledger.reviews(draft.draft)
    for record in past[-3:]:
        reason = f": “{words.plain(record.reason)}”" if record.reason else ""
        done = {"approve": "approved", "reject": "rejected", "changes": "asked for changes", "edit": "edited"}
        who = f"{words.plain(record.by)} {done[record.decision]} {words.moment(record.at, place.now)}"
        st.markdown(f":gray[:small[{who}{reason}]]")


if __name__ == "__main__":
    show(frame.here())
