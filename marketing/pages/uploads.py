"""A file on its way in: kept aside, its columns guessed, its faults told; nothing is stored until it is right."""

import csv
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from marketing import contracts
from marketing.campaigns import cells
from marketing.errors import Fault, MarqueeError, TableError, printable
from marketing.settings import Limits
from marketing.sources import Guess, Reading, guesses, read

PENDING = "data.pending"  # in session state: the file that is being looked at
NAME_LETTERS = 150  # of a file's name; longer ones cannot be written everywhere
FAULT_COLUMNS = ("row", "column", "found", "expected", "what to do")


@dataclass(frozen=True)
class Look:
    """What came of reading a file as a table: a reading that may be stored, or faults."""

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
    st.session_state["data.table"] = guesses.likely(path, limits)


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
    look.clear()  # the whole table, which nobody looks at any more
    for key in [key for key in st.session_state if str(key).startswith("data.")]:
        del st.session_state[key]


def ingestible() -> list[str]:
    """The tables that people hand in."""
    return [name for name, contract in contracts.TABLES.items() if not contract.made]


def guessed(path: Path, table: str, limits: Limits) -> Guess:
    """What the columns of the file may be, from its first rows; of a file that is no table, nothing."""
    try:
        return guesses.guess(path, table, limits=limits)
    except MarqueeError:
        return Guess([])


# One at most, since a file may be large: each choice of a column makes another reading of it.
@st.cache_resource(show_spinner="Reading the file", max_entries=1)
def look(
    path: Path, table: str, mapping: Mapping[str, str], sets: Mapping[str, str], dates: str | None, limits: Limits
) -> Look:
    """Read the file as that table; faults come back, they do not fly."""
    try:
        return Look(read(path, table, mapping=mapping, sets=sets, dates=dates, limits=limits))
    except TableError as error:
        return Look(None, error.faults, error.total)
    except MarqueeError as error:
        return Look(None, [Fault("a file that can be read", str(error))], 1)


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
