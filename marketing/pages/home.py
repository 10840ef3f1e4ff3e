"""What changed, what comes next, and what waits for me?"""

import pandas as pd
import streamlit as st

from marketing.pages import drafted, frame, movers, numbers, progress, words
from marketing.pages.frame import Place
from marketing.records import DraftRecord

WAITING = 6  # rows of a list that is glanced at
OLD = 7  # days after which data are told to be old
NO_BREAK = "\u00a0"  # a space that a narrow column does not break at
LATE = 3  # days after which a draft has waited too long


def show(place: Place) -> None:
    """Read what the runs left, say what matters, show what waits."""
    found = numbers.outlooks(place.workspace)
    waiting = drafted.queue(place)
    if found.empty and not place.workspace.tables():
        _nothing(place)
        return
    titles = numbers.names(place.workspace)
    told = movers.chosen(place.workspace, found)
    frame.title(movers.answer(told, titles) or _none(place), _below(place, waiting))
    _movers(place, told, titles)
    left, right = st.columns(2, gap="medium")
    with left:
        _for_you(place, waiting, titles)
    with right:
        _groups(place)
    _attention(place)


def _nothing(place: Place) -> None:
    if progress.under_way(place):
        frame.title("Your workspace is being filled", "What is ready appears here by itself.")
        st.skeleton(height=260)
        return
    frame.title(
        "Nothing here yet",
        "Marquee forecasts what audiences do, finds the groups in them and drafts copy for each. It starts from "
        "your tables: views or plays by day, people, titles and their facts.",
    )
    if st.button("Add a file", type="primary", icon=":material/upload:"):
        st.switch_page(frame.page("data"))


def _none(place: Place) -> str:
    if progress.under_way(place, "forecast"):
        return "The first forecast is on its way"
    return "Data are here; no forecast yet" if _unforecast(place).empty else "No title can be forecast yet"


def _below(place: Place, waiting: list[DraftRecord]) -> str:
    forecast = numbers.table(place.workspace, "trends", ["title", "state"])
    number = forecast.loc[forecast["state"].isin(["forecast", "stale"]), "title"].nunique()
    titles = f"{words.begun(words.count(number, 'title'))} {'is' if number == 1 else 'are'} forecast"
    drafts = f"{words.count(len(waiting), 'draft')} {'waits' if len(waiting) == 1 else 'wait'} for review"
    return f"{words.day(place.today, place.today)}. {titles} and {drafts}."


def _movers(place: Place, told: list[movers.Mover], titles: dict[str, str]) -> None:
    if not told:
        _none_ahead(place, titles)
        return
    st.header("What changed" if any(mover.surprising for mover in told) else "What changes next", anchor=False)
    grid = st.grid(movers.SHOWN, min_column_width=280, border=True)
    for mover in told:
        with grid.cell():
            movers.card(place, mover, titles[mover.title])


def _none_ahead(place: Place, titles: dict[str, str]) -> None:
    """In the place of the forecasts: that they are being made, why there is none, or the button for them."""
    without = _unforecast(place)
    if progress.under_way(place, "forecast"):
        st.skeleton(height=260)
    elif not without.empty:
        st.header("Why nothing is forecast", anchor=False)
        reasons = without.drop_duplicates("title").head(WAITING)
        told = [
            f"- **{words.plain(titles[title])}:** {words.plain(reason)}"
            for title, reason in zip(reasons["title"], reasons["reason"], strict=True)
        ]
        st.markdown("\n".join(told))
        st.page_link(frame.page("trends"), label="All reasons", icon=":material/arrow_forward:")
    elif place.workspace.has("engagement") and place.may("run") and st.button("Forecast all titles", type="primary"):
        progress.request(place, ["forecast"])


def _unforecast(place: Place) -> pd.DataFrame:
    """The trends with the reason why there is no forecast of them, totals first, where there is of none."""
    trends = numbers.table(place.workspace, "trends", ["trend", "title", "state", "reason"])
    if trends["state"].isin(["forecast", "stale"]).any():
        return trends.iloc[:0]
    return trends.sort_values("trend", key=lambda ids: ids.str.contains("="), kind="stable")


def _for_you(place: Place, waiting: list[DraftRecord], titles: dict[str, str]) -> None:
    st.header("Waiting for review", anchor=False)
    if not waiting:
        busy = progress.under_way(place, "draft")
        st.markdown(
            "Drafts are being written." if busy else "No draft waits. Have some written for a title and a group."
        )
        if st.button("Write drafts", type="primary", icon=":material/edit_note:", disabled=not place.may("draft")):
            st.switch_page(frame.page("drafts"))
        return
    segments = dict(numbers.table(place.workspace, "segments", ["segment", "name"]).to_numpy().tolist())
    rows = [
        {
            "Draft": f"[{words.plain(drafted.heading(draft))}]({frame.link(place, 'review', draft=draft.draft)})",
            "For": _for(draft, titles, segments),
            "Since": _since(place, draft),
        }
        for draft in waiting[:WAITING]
    ]
    st.table(pd.DataFrame(rows), border="horizontal", alt="Drafts waiting for review")
    label = f"Review {words.count(len(waiting), 'draft')}"
    if st.button(label, type="primary", icon=":material/rule:"):
        st.switch_page(frame.page("review"))


def _for(draft: DraftRecord, titles: dict[str, str], segments: dict[str, str]) -> str:
    group = words.inside(segments.get(draft.segment, "")) or "everyone"
    return words.plain(f"{titles.get(draft.title, draft.title)}, {group}")


def _since(place: Place, draft: DraftRecord) -> str:
    since = words.since(draft.created_at, place.now).replace(" ", NO_BREAK)
    late = (place.now - draft.created_at).days >= LATE
    return f":orange[{since},{NO_BREAK}late]" if late else since


def _groups(place: Place) -> None:
    st.header("Groups in the audience", anchor=False)
    segments = numbers.table(place.workspace, "segments").sort_values("size", ascending=False)
    if segments.empty:
        busy = progress.under_way(place, "segment")
        st.markdown("The groups are being looked for." if busy else "None yet. They are found in a table of people.")
        return
    rows = [
        {
            "Segment": f"[{words.plain(row['name'])}]({frame.link(place, 'segments', segment=row['segment'])})",
            "People": f"{row['size']:,.0f}",
            "Share": words.share(row["share"]),
        }
        for row in segments.head(WAITING).to_dict("records")
    ]
    st.table(pd.DataFrame(rows), border="horizontal", alt="Segments, the largest first")


def _attention(place: Place) -> None:
    """What someone should see to, each with what cures it."""
    newest = numbers.newest(place.workspace, "engagement")
    old = newest is not None and (place.today - newest).days > OLD
    trends = numbers.table(place.workspace, "trends", ["state"])
    short = int((trends["state"] == "short").sum())
    failed = [run for run in place.ledger.runs(5) if run.state == "failed"][:1]
    if not (old or short or failed):
        return
    st.header("Needs attention", anchor=False)
    if failed:
        progress.failure(place, failed[0].jobs[0])
    if old and newest:
        days = words.counted((place.today - newest).days, "day")
        _row(
            f"**Engagement is {days} old.** The newest day is {words.day(newest, place.today)}, so forecasts start "
            "from there.",
            "Add newer data",
            "data",
        )
    if short:
        what = words.count(short, "trend")
        _row(
            f"**{words.begun(what)} {'has' if short == 1 else 'have'} too little data to forecast.**",
            "See which",
            "trends",
        )


def _row(sentence: str, label: str, page: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":orange[:material/schedule:] {sentence}", width="stretch")
        if st.button(label, key=f"home.{label}"):
            st.switch_page(frame.page(page))


if __name__ == "__main__":
    show(frame.here())
