"""What do we know, how fresh is it, and is this file fit to go in?"""

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from marketing import contracts, tables
from marketing.campaigns import exports
from marketing.errors import printable
from marketing.pages import frame, numbers, progress, uploads, words
from marketing.pages.frame import Place
from marketing.pages.uploads import Look
from marketing.sources import ColumnGuess, storing

OLD = 7  # days after which a table is told to be stale
ORDERS = {"": "found out", "dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
KEPT = "keep under its own name"
NAMED = ("name", "source")  # how a column is known that is not guessed
EXAMPLE = 40  # characters of a cell shown
SHOWN_FAULTS = 50
SUFFIXES = ["csv", "tsv", "txt", "xlsx", "parquet"]
OPEN = "adding a file"  # in session state: whether the dialog is open
STORED = "stored now"  # in session state: what the last file brought, and its table
WORK = {"engagement": "forecast", "events": "forecast", "audience": "segment", "viewing": "segment"}
NEXT = {"forecast": "Update the forecasts", "segment": "Find the groups again"}
MARKS = {
    "found": ("green", "check_circle"),
    "chosen": ("green", "check_circle"),
    "a guess": ("orange", "help"),
    "kept": ("gray", "add_circle"),
}


def show(place: Place) -> None:
    """Read what is there; take a file in when there is one."""
    path = uploads.pending()
    space = st.container()
    if path is None:
        look = None
        _stored(place)
        _tables(place)
    else:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            look, table = _mapping(place, path)
        with right:
            _tables(place)
        _verdict(place, path, table, look)
    _insights(place)
    with space:
        _top(place, path, look)


def _top(place: Place, path: Path | None, look: Look | None) -> None:
    frame.title(_answer(place, look))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_below(place, path, look), width="stretch")
        able = place.may("ingest")
        next_step = look is None or look.reading is None
        if st.button(
            "Add a file", type="primary" if next_step else "secondary", icon=":material/upload:", disabled=not able
        ):
            st.session_state[OPEN] = True
    if st.session_state.get(OPEN):
        _add(place)


def _answer(place: Place, look: Look | None) -> str:
    newest = numbers.newest(place.workspace, "engagement")
    if newest:
        fresh = f"Data are fresh to {words.day(newest, place.today)}"
        if (place.today - newest).days > OLD:
            fresh = f"Data end on {words.day(newest, place.today)}"
    else:
        fresh = "No engagement yet" if place.workspace.tables() else "No data yet"
    if look is None:
        return fresh
    return f"{fresh}; one file {'has faults' if look.faults else 'is ready'}"


def _below(place: Place, path: Path | None, look: Look | None) -> str:
    if path is None or look is None:
        there = [name for name in uploads.ingestible() if place.workspace.has(name)]
        if not there:
            return "Begin with what people did with each title on each day: CSV, TSV, Excel or Parquet."
        return (
            f"{words.begun(words.count(len(there), 'table'))} of {words.spelled(len(uploads.ingestible()))} are here."
        )
    name = words.plain(path.name)
    if look.faults:
        faults = words.count(look.total, "fault")
        return f"{name} has {faults}, so none of its rows are stored yet."
    rows = look.reading.rows if look.reading else 0
    return f"{name} has {words.counted(rows, 'row')} and no fault. It is not stored yet."


def _closed() -> None:
    st.session_state[OPEN] = False


@st.dialog("Add a file", on_dismiss=_closed)
def _add(place: Place) -> None:
    limit = place.settings.limits.file_megabytes
    st.markdown(
        "Views or plays by day, titles, facts, events, people, viewing, results. Separators, encodings and decimal "
        f"commas are found out. Up to {limit:,.0f} MB."
    )
    file = st.file_uploader("File", type=SUFFIXES, key="data.file", label_visibility="collapsed")
    if file is not None:
        _closed()
        uploads.receive(file, place.settings.limits)
        st.rerun()


def _mapping(place: Place, path: Path) -> tuple[Look, str]:
    """Which column is which: a row for each of theirs, and for each of ours that is not in the file."""
    st.header("Which column is which?", anchor=False)
    with st.container(horizontal=True):
        table = str(st.selectbox("Table", uploads.ingestible(), key="data.table", format_func=words.label, width=200))
        order = str(
            st.selectbox("Dates are", list(ORDERS), key="data.dates", format_func=lambda o: ORDERS[o], width=200)
        )
    limits = place.settings.limits
    guess = uploads.guessed(path, table, limits)
    mapping, there = {}, set()
    for column in guess.columns:
        chosen = _row(table, column)
        there.add(chosen)
        if chosen and not (column.how in NAMED and chosen == column.ours):
            mapping[chosen] = column.theirs
    sets = _same_in_all(table, there, guess.sets)
    st.markdown(f":gray[{tables.table(table).about.capitalize()}.]")
    return uploads.look(path, table, mapping, sets, order or None, limits), table


def _row(table: str, column: ColumnGuess) -> str:
    name, choice, word = st.columns([3, 4, 2], vertical_alignment="center", wrap=False)
    contract = tables.table(table)
    options = ["", *(c.name for c in contract.columns), *(contracts.DIMENSIONS if contract.dimensions else ())]
    options = list(dict.fromkeys(options))
    ours = "" if column.how == "kept" else column.ours
    with name:
        shown = printable(column.example, EXAMPLE)
        example = f"  \n:gray[:small[{words.plain(shown)}]]" if shown else ""
        st.markdown(f"**:small[{words.plain(column.theirs)}]**{example}")
    with choice:
        chosen = st.selectbox(
            f"{column.theirs} is",
            options,
            index=options.index(ours) if ours in options else 0,
            key=f"data.map.{column.theirs}",
            format_func=lambda option: option or KEPT,
            label_visibility="collapsed",
        )
    with word:
        told = ("found" if column.how in NAMED else "a guess") if chosen == ours else "chosen"
        colour, icon = MARKS[told if chosen else "kept"]
        st.markdown(f":{colour}[:material/{icon}: :small[{told if chosen else 'kept'}]]")
    return str(chosen or "")


def _same_in_all(table: str, there: set[str], guessed: Mapping[str, str]) -> dict[str, str]:
    """A field for each required column that the file lacks: one value for all rows."""
    sets = {}
    for column in tables.table(table).required():
        if column in there or column in ("date", "value", "person", "fact", "event", "text"):
            continue
        value = st.text_input(
            f"{words.label(column)}, the same in all rows",
            guessed.get(column, ""),
            key=f"data.set.{column}",
            placeholder="Not in the file? Say it here",
        )
        if value.strip():
            sets[column] = value.strip()
    return sets


def _verdict(place: Place, path: Path, table: str, look: Look) -> None:
    """The faults, and the buttons: store, take the faults away, forget the file."""
    if look.faults:
        st.header(words.begun(words.count(look.total, "fault")), anchor=False)
        _faults(look)
    for note in look.reading.notes if look.reading else []:
        st.markdown(f":gray[:material/info: {words.plain(note)}]")
    rows = look.reading.rows if look.reading else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Store {words.counted(rows, 'row')}" if look.reading else "Store"
        if st.button(label, type="primary" if look.reading else "secondary", disabled=look.reading is None):
            _store(place, path, table, look)
        if look.faults:
            name = f"{path.stem}-faults.csv"
            st.download_button("Download faults as CSV", uploads.as_csv(look.faults), name, "text/csv")
        st.button("Forget this file", type="tertiary", on_click=uploads.forget)


def _faults(look: Look) -> None:
    shown = look.faults[:SHOWN_FAULTS]
    told = pd.DataFrame(
        {
            "Row": [f"{f.row:,}" if f.row is not None else "" for f in shown],
            "Column": [words.plain(f.column) for f in shown],
            "Found": [words.plain(f.found) for f in shown],
            "Expected": [words.plain(f.expected) for f in shown],
            "What to do": [words.plain(uploads.remedy(f)) for f in shown],
        }
    )
    st.table(told, border="horizontal", alt="Faults of the file")
    if look.total > len(shown):
        st.markdown(f"And {look.total - len(shown):,} more.")


def _store(place: Place, path: Path, table: str, look: Look) -> None:
    if look.reading is None:
        return
    counts = storing.store(
        place.workspace, place.ledger, table, {path: look.reading}, person=place.person, at=place.now
    )
    told = f"{counts.new:,} new, {counts.changed:,} changed, {counts.unchanged:,} unchanged"
    uploads.forget()
    st.session_state[STORED] = table, f"{path.name} is stored: {words.counted(look.reading.rows, 'row')}; {told}."
    st.rerun()


def _stored(place: Place) -> None:
    """What the last file brought, and what should follow from it."""
    table, told = st.session_state.get(STORED, ("", ""))
    if not told:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(words.plain(told), icon=":material/check:")
        job = WORK.get(table)
        if job and place.may("run") and st.button(NEXT[job], icon=":material/refresh:"):
            del st.session_state[STORED]
            progress.request(place, [job])


def _tables(place: Place) -> None:
    st.header("Tables", anchor=False)
    stored = place.workspace.tables()
    rows: list[tuple[str, int | None, str]] = []
    for name in uploads.ingestible():
        if name in stored:
            rows.append((words.label(name), stored[name].rows, _newest(place, name, stored[name].stored_at)))
        else:
            rows.append((words.label(name), None, f":gray[none: {words.plain(tables.table(name).about)}]"))
    told = pd.DataFrame(rows, columns=["Table", "Rows", "Newest"])
    st.table(told.style.format({"Rows": "{:,.0f}"}, na_rep=""), border="horizontal", hide_index=True, alt="Tables")


def _newest(place: Place, name: str, stored_at: str) -> str:
    newest = numbers.newest(place.workspace, name)
    if newest is None:
        at = dt.datetime.fromisoformat(stored_at).astimezone().date()
        return f"added {words.date_only(at, place.today)}"
    told = words.date_only(newest, place.today)
    stale = name in ("engagement", "viewing", "results") and (place.today - newest).days > OLD
    return f":orange[{told}, stale]" if stale else told


def _insights(place: Place) -> None:
    """What the workspace knows, as files to hand on."""
    if not any(place.workspace.has(name) for name in ("forecasts", "segments")):
        return
    st.header("Take insights with you", anchor=False)
    st.markdown("Forecasts, scores, segments and affinity, each number with its unit, source and date.")
    with st.container(horizontal=True):
        for name in exports.asking("read"):
            made_by = exports.option(name)
            stem = name.replace("_", "-").removesuffix(made_by.SUFFIX.replace(".", "-"))
            st.download_button(
                made_by.TITLE,
                functools.partial(_file, place, name),
                f"{stem}-{place.today:%Y-%m-%d}{made_by.SUFFIX}",
                made_by.MEDIA_TYPE,
                icon=":material/download:",
                on_click="ignore",
                key=f"insights.{name}",
            )


def _file(place: Place, name: str) -> bytes:
    ready = exports.prepare(
        name, place.workspace, place.ledger, person=place.person, settings=place.settings, now=place.now
    )
    exports.record(place.ledger, ready, f"{name}{ready.suffix}", person=place.person, at=place.now)
    return ready.content


if __name__ == "__main__":
    show(frame.here())
