"""What could we say to these people about this title?"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from marketing.campaigns import reviews
from marketing.drafts import channels
from marketing.pages import drafted, frame, ideas, numbers, progress, spans, words
from marketing.pages.frame import Place
from marketing.records import DraftRecord
from marketing.rows import records
from marketing.titles import Fact, Title

SHOWN = 6  # ideas at once; more on demand
FIRST_CHANNELS = 2  # chosen before anyone chooses
JUST = 120  # seconds after which what a run did needs no telling


def show(place: Place) -> None:
    """Read titles and segments, let a brief be made, show the ideas for it."""
    titles = numbers.names(place.workspace)
    if not titles:
        _nothing(place)
        return
    space = st.container()
    left, right = st.columns([4, 8], gap="medium")
    with left:
        st.header("Brief", anchor=False)
        asked = _brief(place, titles)
    with right:
        st.header("Ideas", anchor=False)
        shown, states = _shown(place, asked)
        _ideas(place, shown, states)
    with space:
        frame.title(_answer(words.plain(titles[asked["title"]]), shown), _below(place, asked))


def _nothing(place: Place) -> None:
    frame.title(
        "No title to write for yet",
        "Copy needs a title and facts about it, each with its source; nothing is said without a fact.",
    )
    if st.button("Add a file", type="primary", icon=":material/upload:", disabled=not place.may("ingest")):
        st.switch_page(frame.page("data"))


def _brief(place: Place, titles: dict[str, str]) -> dict[str, Any]:
    """The form. Returns what is asked for: title, segments, channels, goal, offer, facts."""
    with st.container(border=True):
        ids = sorted(titles, key=lambda i: titles[i].casefold())
        key = frame.linked("drafts.title", "title", ids, _first(place))
        title = str(st.selectbox("Title", ids, key=key, format_func=lambda i: titles[i]))
        segments = _segments(place)
        where = _channels(place)
        goal = st.text_input("Goal", key="drafts.goal", placeholder="For example: watch before the finale")
        offer = st.text_input("Offer", key="drafts.offer", placeholder="For example: first month free")
        facts = _facts(place, title)
        frame.address(title=title, segment=segments[0] if len(segments) == 1 else None)
        asked = {
            "titles": [title],
            "segments": segments,
            "channels": where,
            "variants": place.settings.variants,
            "goal": goal,
            "offer": offer,
            "facts": facts,
        }
        progress.failure(place, "draft")
        _write(place, asked)
    return {"title": title, **asked}


def _first(place: Place) -> str | None:
    """The title that was written for last; before, the one with the largest forecast."""
    written = place.ledger.drafts()
    largest = numbers.outlooks(place.workspace).sort_values("total")["title"].tolist()
    return written[0].title if written else largest[-1] if largest else None


def _segments(place: Place) -> list[str]:
    rows = numbers.table(place.workspace, "segments").sort_values("size", ascending=False)
    called = dict(zip(rows["segment"], rows["name"], strict=True))
    if not called:
        st.markdown(":orange[:material/group:] Copy is written for a group, and there are no segments yet.")
        st.page_link(frame.page("segments"), label="Find the groups", icon=":material/arrow_forward:")
        return []
    asked = [i for i in st.query_params.get_all("segment") if i in called]
    if asked and st.session_state.get("drafts.asked") != asked:
        st.session_state["drafts.segments"] = asked
    st.session_state["drafts.asked"] = asked
    first = None if "drafts.segments" in st.session_state else [next(iter(called))]
    chosen = st.multiselect(
        "Segments", list(called), key="drafts.segments", format_func=lambda i: called[i], default=first, wrap=True
    )
    return list(chosen)


def _channels(place: Place) -> list[str]:
    there = channels.names(place.workspace.folder / "channels")
    wanted = [c for c in place.settings.channels if c in there]
    chosen = st.pills(
        "Channels",
        wanted + [c for c in there if c not in wanted],
        selection_mode="multi",
        default=wanted[:FIRST_CHANNELS],
        key="drafts.channels",
        format_func=lambda c: f":gray[{words.plain(drafted.channel_name(place, c))}]",
    )
    return [str(c) for c in chosen or []]


def _facts(place: Place, title: str) -> list[str]:
    """The facts to choose among: those that hold today may be ticked, the others say why not."""
    st.subheader("Facts the copy may use", anchor=False)
    chosen = []
    own = _title(place, title).known()
    for fact in _facts_of(place, title):
        reason = fact.why_not(place.today, place.settings.territory)
        label = words.plain(fact.text) + (f" :gray[({words.plain(reason)})]" if reason else "")
        if st.checkbox(label, not reason, key=f"drafts.fact.{fact.id}", disabled=bool(reason)):
            chosen.append(fact.id)
    if own:
        known = [fact.id.removeprefix("title.").replace("_", " ") for fact in own]
        st.markdown(f":gray[:small[And what the titles table knows: {words.listed(known)}.]]")
    elif not chosen:
        st.markdown(":gray[:small[Without a fact the copy can name the title and no more.]]")
    return chosen


def _title(place: Place, title: str) -> Title:
    found = _rows(place, "titles", title)
    return Title.from_row(found[0]) if found else Title(title=title)


def _facts_of(place: Place, title: str) -> list[Fact]:
    return [Fact.model_validate({**row, "id": row["fact"]}) for row in _rows(place, "facts", title) if _ordered(row)]


def _ordered(row: Mapping[str, Any]) -> bool:
    """A fact that ends before it begins holds on no day."""
    first, last = row.get("valid_from"), row.get("valid_to")
    return first is None or last is None or first <= last


def _rows(place: Place, table: str, title: str) -> list[dict[str, Any]]:
    found = numbers.table(place.workspace, table)
    return records(found[found["title"] == title])


def _write(place: Place, asked: dict[str, Any]) -> None:
    number = place.settings.variants * len(asked["segments"]) * len(asked["channels"])
    missing = "segment" if not asked["segments"] else "channel"
    label = f"Write {words.count(number, 'idea')}" if number else f"Choose a {missing} to write for"
    ready = bool(number) and place.may("draft")
    if st.button(label, type="primary", width="stretch", disabled=not ready):
        progress.request(place, ["draft"], asked)


def _shown(place: Place, asked: Mapping[str, Any]) -> tuple[list[DraftRecord], dict[str, reviews.Standing]]:
    """The ideas for this title and these segments, and where each stands; edited ones live on as others."""
    found = place.ledger.drafts(title=asked["title"])
    wanted = set(asked["segments"])
    states = reviews.standings(found, place.ledger.reviews())
    shown = [d for d in found if (d.segment in wanted or not asked["segments"]) and states[d.draft] != "edited"]
    return sorted(shown, key=lambda d: (-d.created_at.timestamp(), d.segment, d.variant)), states


def _ideas(place: Place, shown: Sequence[DraftRecord], states: Mapping[str, str]) -> None:
    if progress.under_way(place, "draft"):
        st.markdown("Ideas are being written; they appear here.")
        st.skeleton(height=240)
    elif _nothing_new(place):
        st.info("These ideas were written before. Change the brief to have others written.", icon=":material/info:")
    elif not shown:
        st.markdown(
            "None yet for this title and these people. Choose channels and facts on the left, then have some written. "
            "Every line is checked for length, for claims without a fact and for words the brand never uses."
        )
    if not shown:
        return
    st.markdown(":gray[Each waits for review as it is. Edit any line; counters and checks follow.]")
    channel = _channel_tabs(place, shown)
    here = [draft for draft in shown if draft.channel == channel]
    called = dict(numbers.table(place.workspace, "segments", ["segment", "name"]).to_numpy().tolist())
    several = len({draft.segment for draft in here}) > 1
    most = st.session_state.setdefault("drafts.most", SHOWN)
    for number, draft in enumerate(here[:most], start=1):
        if several and (number == 1 or here[number - 2].segment != draft.segment):
            st.markdown(f"**For {words.plain(called.get(draft.segment, draft.segment or 'everyone'))}**")
        ideas.card(place, number, draft, states[draft.draft])
    if len(here) > most:
        st.button(f"Show {words.counted(len(here) - most, 'more idea')}", on_click=_more)


def _nothing_new(place: Place) -> bool:
    """Whether the last run, just ended, found that all it was asked for was there."""
    latest = next((run for run in place.ledger.runs() if "draft" in run.jobs), None)
    if latest is None or latest.state != "done" or latest.failures or latest.ended_at is None:
        return False
    just = (place.now - latest.ended_at).total_seconds() < JUST
    return just and not any(draft.created_at >= latest.requested_at for draft in place.ledger.drafts())


def _more() -> None:
    st.session_state["drafts.most"] += 2 * SHOWN


def _channel_tabs(place: Place, shown: Sequence[DraftRecord]) -> str:
    there = sorted({draft.channel for draft in shown}, key=lambda c: drafted.by_settings(place, c))
    key = frame.linked("drafts.channel", "channel", there)
    if len(there) > 1:
        st.segmented_control(
            "Channel",
            there,
            key=key,
            required=True,
            wrap=True,
            label_visibility="collapsed",
            format_func=lambda c: f":gray[{words.plain(drafted.channel_name(place, c))}]",
        )
    return str(st.session_state.get(key) or there[0])


def _answer(name: str, shown: Sequence[DraftRecord]) -> str:
    if not shown:
        return f"No idea for {name} yet"
    blocked = sum(bool(reviews.blocking(draft)) for draft in shown)
    told = f"{words.begun(words.count(len(shown), 'idea'))} for {name}"
    if blocked:
        return f"{told}; {words.spelled(blocked)} {'needs' if blocked == 1 else 'need'} mending"
    return told


def _below(place: Place, asked: Mapping[str, Any]) -> str:
    """What shapes the words: the forecast, and what sets the group apart."""
    told = []
    metric = numbers.main_metric(place.workspace)
    trends = numbers.outlooks(place.workspace)
    row = trends[(trends["title"] == asked["title"]) & (trends["metric"] == metric)]
    if len(row):
        told.append(_forecast(place, row.iloc[0]))
    segments = numbers.table(place.workspace, "segments")
    chosen = segments[segments["segment"].isin(asked["segments"])]
    if len(chosen) == 1 and (apart := numbers.telling(chosen.iloc[0])):
        name = words.inside(chosen.iloc[0]["name"])
        told.append(f"by what sets {words.plain(name)} apart: {words.plain(words.inside(apart))}")
    return f"Shaped {' and '.join(told)}." if told else ""


def _forecast(place: Place, ahead: Any) -> str:
    """ "by the forecast peak on Saturday 28 November"; where no day stands out, by where it goes."""
    if ahead["even"]:
        return {"up": "by a rising forecast", "down": "by a falling forecast"}.get(
            ahead["direction"], "by a steady forecast"
        )
    trends = numbers.rows(place.workspace, "trends", ahead["trend"])
    code = str(trends["frequency"].iloc[0]) if len(trends) else "D"
    return f"by the forecast peak {spans.at(ahead['peak_date'].date(), code, place.today)}"


if __name__ == "__main__":
    show(frame.here())
