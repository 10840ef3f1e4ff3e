"""Find the row that names the columns: below a preamble, and with it the platform whose export this is."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from marketing import catalog, contracts

PLATFORMS = "marketing.sources.platforms"
SEARCHED = 40  # rows in which a header is looked for; preambles in use have 2 to 9

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Header:
    """Where the header stands (from 0), how many wanted columns it names, and whose export it heads."""

    row: int
    named: int
    platform: str = ""

    def notes(self) -> list[str]:
        """What is said of the rows above it, where there are any."""
        if not self.row:
            return []
        return [
            "1 row above the header was left out."
            if self.row == 1
            else f"{self.row} rows above the header were left out."
        ]


@dataclass(frozen=True)
class Wanted:
    """What a header is recognised by: the names that count, the file's own name, and the table it is for.

    Where the user says which column is which, `table` is "": no platform's export is looked for then.
    """

    table: str
    names: frozenset[str]
    file: str

    @classmethod
    def of(cls, contract: contracts.Table, theirs: Sequence[str], file: str) -> "Wanted":
        """The names of the contract, and those that the user says stand in the file."""
        names = {c.name for c in contract.columns} | {fold(name) for name in theirs}
        return cls("" if theirs else contract.name, frozenset(names), file)


def fold(name: str) -> str:
    """A column name without what makes no difference: case, space around it, how an accent is stored."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def find(rows: Rows, wanted: Wanted) -> Header:
    """The header among the first rows of a file; where none is recognised, the first row of the usual width."""
    rows = rows[:SEARCHED]
    for name in catalog.names(PLATFORMS):
        at = header_of(catalog.load(PLATFORMS, name), rows, wanted)
        if at is not None:
            return Header(at, len(rows[at]), name)
    scores = [len({fold(cell) for cell in row} & wanted.names) for row in rows]
    best = max(scores, default=0)
    first = _first_usual(rows)
    at = scores.index(best) if best > 1 or (best and scores[first] < best and len(rows[first]) == 1) else first
    return Header(at, scores[at] if scores else 0)


def header_of(platform: ModuleType, rows: Rows, wanted: Wanted) -> int | None:
    """Where the platform's header stands in these rows, or None where this is not its export for that table."""
    if wanted.table not in platform.TABLES:
        return None
    at: int | None = platform.header(rows, wanted.file)
    return at


def _first_usual(rows: Rows) -> int:
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    if not widths:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    return next(at for at, row in enumerate(rows) if len(row) == usual and any(cell.strip() for cell in row))
