"""A file on its way in: kept aside, its columns guessed, its faults told; nothing is stored until it is right."""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from marketing import tables
from marketing.campaigns import cells
from marketing.errors import Fault, MarqueeError, TableError, printable
from marketing.settings import Limits
from marketing.sources import Reading, columns, read, reading
from marketing.sources.headers import fold
from marketing.sources.sheets import Sheet

PENDING = "data.pending"  # in session state: the file that is being looked at
EXAMPLE = 40  # characters of a cell shown
NAME_LETTERS = 150  # of a file's name; longer ones cannot be written everywhere
MEASURES = ("views", "plays", "streams", "listens", "minutes", "sessions", "pageviews", "downloads")
# What columns of exports are often called, in bare letters; a guess, shown as one.
MEANT: dict[str, tuple[str, ...]] = {
    "date": ("day", "datum", "tag", "fecha", "jour", "data", "timestamp", "release", "week", "month"),
    "title": ("show", "titel", "titulo", "titre", "film", "game", "article", "page", "programme", "content"),
    "metric": ("kpi", "measure", "metrik"),
    "value": (*MEASURES, "n", "count", "total", "amount", "aufrufe", "vistas", "vues"),
    "person": ("id", "user", "userid", "customer", "customerid", "client", "clientid", "email"),
    "minutes": ("duration", "watchtime", "minuteswatched", "watchedminutes"),
    "name": ("displayname", "longtitle"),
    "event": ("name", "holiday", "what"),
    "fact": ("id", "factid"),
    "text": ("statement", "claim", "sentence"),
    "region": ("market", "mkt", "territory"),
    "country": ("land", "pais", "pays"),
}
FAULT_COLUMNS = ("row", "column", "found", "expected", "what to do")


@dataclass(frozen=True)
class Theirs:
    """A column of the file, an example of what is in it, and the column of ours that it should be.

    `named` says that it bears our name; otherwise `ours` is a guess that a person should look at.
    """

    name: str
    example: str
    ours: str
    named: bool


@dataclass(frozen=True)
class Look:
    """What came of reading a file as a table: a reading that may be stored, or faults."""

    columns: list[Theirs]
    reading: Reading | None = None
    faults: list[Fault] = field(default_factory=list)
    total: int = 0


def receive(file: "st.runtime.uploaded_file_manager.UploadedFile", limits: Limits) -> None:
    """Keep an uploaded file aside, in a folder of its own, and guess which table it is."""
    forget()
    name = printable(Path(file.name).name, NAME_LETTERS) or "file"
    path = Path(tempfile.mkdtemp(prefix="marquee-upload-")) / name
    path.write_bytes(file.getbuffer())
    st.session_state[PENDING] = path
    st.session_state["data.table"] = likely(path, limits)


def pending() -> Path | None:
    """The file that is being looked at, or None."""
    path = st.session_state.get(PENDING)
    return path if isinstance(path, Path) and path.is_file() else None


def forget() -> None:
    """Delete the file that is being looked at, and all that was chosen for it."""
    path = st.session_state.pop(PENDING, None)
    if isinstance(path, Path):
        path.unlink(missing_ok=True)
        path.parent.rmdir()
    for key in [key for key in st.session_state if str(key).startswith("data.")]:
        del st.session_state[key]


def ingestible() -> list[str]:
    """The tables that people hand in."""
    return [name for name, contract in tables.TABLES.items() if not contract.made]


def likely(path: Path, limits: Limits) -> str:
    """The table whose required columns the file has the largest part of; engagement in doubt."""
    parts = {}
    for name in ingestible():
        contract = tables.table(name)
        try:
            sheet = reading.open_sheet(path, contract, {}, limits)
        except MarqueeError:
            continue
        there = {fold(theirs) for theirs in sheet.names}
        known = {fold(column.name) for column in contract.columns}
        required = contract.required()
        part = sum(fold(column) in there for column in required) / len(required)
        parts[name] = (part, len(there & known))
    return max(parts, key=lambda name: (*parts[name], name == "engagement")) if parts else "engagement"


@st.cache_resource(show_spinner="Reading the file", max_entries=4)
def look(
    path: Path, table: str, mapping: Mapping[str, str], sets: Mapping[str, str], dates: str | None, limits: Limits
) -> Look:
    """Read the file as that table; faults come back, they do not fly."""
    contract = tables.table(table)
    found: list[Theirs] = []
    try:
        sheet = reading.open_sheet(path, contract, mapping, limits)
        found = _theirs(contract, sheet)
        return Look(found, read(path, table, mapping=mapping, sets=sets, dates=dates, limits=limits))
    except TableError as error:
        return Look(found, None, error.faults, error.total)
    except MarqueeError as error:
        return Look(found, None, [Fault("a file that can be read", str(error))], 1)


def _theirs(contract: tables.Table, sheet: Sheet) -> list[Theirs]:
    """The columns of the file, each with ours that has its name, or one that its name often means."""
    known = columns.known_names(contract)
    said = columns.assign(contract, sheet, {}, {})
    ours = {at: name for name, at in said.positions.items() if name in known}
    found = [
        Theirs(name, _example(sheet, at), ours.get(at, ""), bool(ours.get(at))) for at, name in enumerate(sheet.names)
    ]
    taken = set(ours.values())
    for at, theirs in enumerate(found):
        meant = next((o for o in known if o not in taken and _bare(theirs.name) in MEANT.get(o, ())), "")
        if meant and not theirs.ours:
            found[at] = Theirs(theirs.name, theirs.example, meant, named=False)
            taken.add(meant)
    return found


def same_in_all(column: str, theirs: Sequence[Theirs]) -> str:
    """What a column that the file lacks may well be in all rows: a column of views holds the measure "views"."""
    value = next((t.name for t in theirs if t.ours == "value" and t.ours and not t.named), "")
    return _bare(value) if column == "metric" and _bare(value) in MEASURES else ""


def _bare(name: str) -> str:
    """A name's letters and digits alone: "User ID" and "user_id" are one."""
    return "".join(c for c in fold(name) if c.isalnum())


def _example(sheet: Sheet, at: int) -> str:
    filled = sheet.cells[at].dropna().head(1)
    return "" if filled.empty else printable(tables.told(filled.iloc[0]), EXAMPLE)


def remedy(fault: Fault) -> str:
    """What to do about a fault on this page, where the command line would name an option."""
    if "--dates" in fault.remedy:
        return "Say above in which order the dates are."
    if "--map" in fault.remedy or "--set" in fault.remedy:
        return "Choose above which column it is, or say one value for all rows."
    return fault.remedy


def as_csv(faults: list[Fault]) -> bytes:
    """All faults as a file to work through; no cell runs in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(FAULT_COLUMNS)
    for fault in faults:
        told = (fault.row or "", fault.column, fault.found, fault.expected, remedy(fault))
        writer.writerow([cells.neutral(str(cell)) for cell in told])
    return text.getvalue().encode("utf-8-sig")
