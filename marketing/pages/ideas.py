"""One idea on the page: its lines to edit, what is wrong with them, what they rest on."""

import functools
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from marketing.campaigns import reviews
from marketing.drafts.channels import Channel
from marketing.pages import drafted, frame, words
from marketing.pages.frame import Place
from marketing.records import DraftRecord

AT_ONCE = {"headline": 2, "description": 1, "path": 0}  # lines shown of the slots that have many; the rest opens
OTHERWISE = 1
LONG = 90  # characters: longer lines get a box of several rows
SAVED = "ideas.saved"  # in session state: the draft that was saved last, and when


def card(place: Place, number: int, draft: DraftRecord, standing: str) -> None:
    """An idea in its border: name and state, lines, problems, sources, the next step."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"{number}. {words.plain(drafted.heading(draft))}", anchor=False, width="stretch")
            state = st.empty()
        slots, found = lines(place, draft)
        state.markdown(drafted.badge(standing, found))
        drafted.problems(found, slots)
        drafted.sources(drafted.brief(place, draft), draft.copy.get("claims", []))
        _steps(place, draft, slots)


def lines(place: Place, draft: DraftRecord) -> tuple[dict[str, list[str]], Sequence[Mapping[str, object]]]:
    """The draft's lines to edit. Returns the words as they stand in the fields, and their problems."""
    where = drafted.channel(place, draft.channel)
    stored: dict[str, list[str]] = draft.copy["slots"]
    shown = {(slot, i) for slot, texts in stored.items() for i in range(min(len(texts), AT_ONCE.get(slot, OTHERWISE)))}
    every = [(slot, i) for slot, texts in stored.items() for i in range(len(texts))]
    typed = {place_: _current(draft, *place_) for place_ in every}
    _fields(place, draft, where, [p for p in every if p in shown])
    hidden = [p for p in every if p not in shown]
    if hidden:
        with st.expander(f"{words.begun(words.count(len(hidden), 'more line'))}"):
            _fields(place, draft, where, hidden)
    slots = {slot: [typed[slot, i] for i in range(len(texts))] for slot, texts in stored.items()}
    if slots == stored:
        return slots, draft.problems
    _, found = drafted.recheck(place, draft, slots)
    return slots, [problem.model_dump(mode="json") for problem in found]


def _current(draft: DraftRecord, slot: str, index: int) -> str:
    return str(st.session_state.get(_key(draft, slot, index), draft.copy["slots"][slot][index]))


def _key(draft: DraftRecord, slot: str, index: int) -> str:
    return f"ideas.{draft.draft}.{slot}.{index}"


def _fields(place: Place, draft: DraftRecord, where: Channel, which: Sequence[tuple[str, int]]) -> None:
    """A field a line, two abreast where lines are short; its label counts what is in it."""
    short = [p for p in which if _most(where, p[0]) < LONG / 2]
    if short:
        grid = st.grid(2, min_column_width=200)
        for slot, index in short:
            with grid.cell():
                _field(place, draft, where, slot, index)
    for slot, index in which:
        if (slot, index) not in short:
            _field(place, draft, where, slot, index)


def _most(where: Channel, slot: str) -> int:
    return where.slots[slot].max or LONG * 10 if slot in where.slots else LONG


def _field(place: Place, draft: DraftRecord, where: Channel, slot: str, index: int) -> None:
    value = draft.copy["slots"][slot][index]
    key, locked = _key(draft, slot, index), not place.may("edit")
    label = _label(where, slot, index, len(draft.copy["slots"][slot]), _current(draft, slot, index))
    if _most(where, slot) > LONG or "\n" in value:
        height = 68 if len(value) <= LONG and "\n" not in value else 120 if len(value) < 4 * LONG else 260
        st.text_area(label, value, key=key, disabled=locked, height=height)
    else:
        st.text_input(label, value, key=key, disabled=locked)


def _label(where: Channel, slot: str, index: int, number: int, text: str) -> str:
    """ "Headline 1 · 23 of 30", in red where it is too long."""
    name = drafted.line_name(slot, index, number)
    if slot not in where.slots:
        return name
    length, most = where.slots[slot].length(text), where.slots[slot].max
    if not most:
        return f"{name} · {length:,}"
    counted = f"{length:,} of {most:,}"
    return f"{name} · :red[{counted}]" if length > most else f"{name} · {counted}"


def _steps(place: Place, draft: DraftRecord, slots: dict[str, list[str]]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if slots != draft.copy["slots"]:
            save(place, draft, slots)
        else:
            st.page_link(
                frame.page("review"),
                label="Review",
                icon=":material/rule:",
                query_params={"draft": draft.draft},
            )
        saved(place, draft)


def save(
    place: Place, draft: DraftRecord, slots: dict[str, list[str]], then: Callable[[DraftRecord], None] | None = None
) -> None:
    """The button that keeps edited words, as a new version that waits for review, and the one that drops them.

    `then` is told the new version.
    """
    if st.button("Save as a new version", key=f"save {draft.draft}", icon=":material/save:"):
        again = functools.partial(drafted.recheck, place)
        new = reviews.edit(place.ledger, draft.draft, slots, place.person, again, place.now)
        st.session_state[SAVED] = new.draft, place.now
        if then:
            then(new)
        st.rerun()
    st.button("Undo", key=f"undo {draft.draft}", type="tertiary", on_click=_undo, args=(draft,))


def _undo(draft: DraftRecord) -> None:
    for slot, texts in draft.copy["slots"].items():
        for index in range(len(texts)):
            st.session_state.pop(_key(draft, slot, index), None)


def saved(place: Place, draft: DraftRecord) -> None:
    """Say in place that the words were saved, until something else is done."""
    which, at = st.session_state.get(SAVED, ("", place.now))
    if which == draft.draft:
        st.success(f"Saved {words.moment(at, place.now)}; this version waits for review.", icon=":material/check:")
