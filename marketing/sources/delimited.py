"""CSV and its kin: the separator, the line ends and the header are found out, the rows laid out under it."""

import contextlib
import csv
import io
import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from marketing.errors import Fault, TableError
from marketing.settings import Limits
from marketing.sources import encodings, headers
from marketing.sources.files import refuse
from marketing.sources.sheets import Sheet
from marketing.tables import TOLD

if TYPE_CHECKING:
    import numpy.typing as npt

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE = 1 << 16  # characters in which the separator is looked for
CHUNK = 300  # rows laid out at a time: fewer than make Python look for garbage, which takes longer than parsing
HINT = re.compile(r'"?sep=([,;\t|])"?\s*\Z')  # a first line that Excel writes and obeys
QUOTES = 'Check the quotation marks: one is opened and not closed, or stands inside a quoted cell (write it twice, "").'

LONG = f"Shorten it, or: {QUOTES[0].lower()}{QUOTES[1:]}"


def read(path: Path, wanted: headers.Wanted, limits: Limits, first: int | None = None) -> Sheet:
    """The file's rows under its header, all text; with `first`, about so many of them.

    Raises:
        TableError: its encoding or its quotation marks cannot be made out, or it has too many columns.
    """
    encoding = encodings.encoding(path)
    sample = _sample(path, encoding)
    separator, header = _form(sample, wanted)
    layout = _lay_out(path, encoding, separator, header, csv.QUOTE_MINIMAL, limits, first)
    if layout.broken and separator == "\t":  # a TSV may know no quotation marks at all
        plain = _lay_out(path, encoding, separator, header, csv.QUOTE_NONE, limits, first)
        layout = layout if plain.broken or plain.faults else plain
    if layout.broken:
        expected = f"cells set apart by {SEPARATORS[separator]}, each quoted whole or not at all"
        broken = Fault(expected, QUOTES, row=layout.broken, file=path.name)
        if layout.long:
            broken = Fault(f"at most {limits.cell_characters:,} characters in a cell", LONG, row=layout.broken)
        raise TableError([*layout.told(), broken])
    notes = [*header.notes(), *encodings.notes(path, encoding)]
    return Sheet(
        layout.names,
        layout.frame(),
        mark="." if separator == "," else "",
        by_form=separator == ",",
        platform=header.platform,
        notes=notes,
        faults=layout.told(),
    )


def _open(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding=encoding, newline="")


def _sample(path: Path, encoding: str) -> str:
    with _open(path, encoding) as file:
        sample = file.read(SAMPLE)
        return sample if len(sample) < SAMPLE else sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample


def _form(sample: str, wanted: headers.Wanted) -> tuple[str, headers.Header]:
    """The separator, and the header that it shows: the one that names most of what is wanted and fits most rows."""
    hint = HINT.match(sample.splitlines()[0] if sample else "")
    best: tuple[tuple[bool, int, float, int], str, headers.Header] | None = None
    for separator in [hint[1]] if hint else SEPARATORS:
        rows = _rows(sample, separator)
        if hint:
            rows[0] = []
        header = headers.find(rows, wanted)
        width = len(rows[header.row]) if rows else 0
        below = [len(row) for row in rows[header.row + 1 :] if row]
        fit = sum(w == width for w in below) / len(below) if below else 1.0
        rank = (bool(header.platform), header.named, fit if width > 1 else 0.0, width)
        if best is None or rank > best[0]:
            best = (rank, separator, header)
    assert best is not None  # noqa: S101 - there is always a separator to try
    return best[1], best[2]


def _rows(sample: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, skipinitialspace=True)
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # what came before tells the form; the fault is told when all is read
        rows.extend(itertools.islice(reader, 500))
    return rows


@dataclass
class _Layout:
    """Rows laid out so far: columns of text in chunks, their spreadsheet rows, and rows that do not fit."""

    names: list[str] = field(default_factory=list)
    chunks: list[list[pa.Array]] = field(default_factory=list)
    index: list["npt.NDArray[np.int64]"] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    misfits: int = 0
    broken: int = 0
    long: bool = False

    def add(self, records: list[list[str]], first: int) -> None:
        """Add records of which the first stands in spreadsheet row `first`."""
        numbers = np.arange(first - 2, first - 2 + len(records))
        width = len(self.names)
        if set(map(len, records)) != {width}:
            kept = [at for at, record in enumerate(records) if self._fits(record, first + at, width)]
            records, numbers = [records[at][:width] for at in kept], numbers[kept]
        if records:
            self.chunks.append([pa.array(cells, pa.large_string()) for cells in zip(*records, strict=True)])
            self.index.append(numbers)

    def _fits(self, record: list[str], row: int, width: int) -> bool:
        if len(record) == width or (len(record) > width and not any(record[width:])):
            return True
        if any(cell.strip() for cell in record):
            self.misfits += 1
            if len(self.faults) < TOLD:
                expected = f"{width:,} cells, as in the header"
                remedy = "Fill in the missing cells, or quote a cell that holds the separator."
                self.faults.append(
                    Fault(expected, remedy, row=row, found="1 cell" if len(record) == 1 else f"{len(record):,} cells")
                )
        return False

    def frame(self) -> pd.DataFrame:
        """The rows as columns of text labelled by position, indexed by spreadsheet row less 2."""
        index = pd.Index(np.concatenate(self.index or [np.arange(0)]))
        columns = {}
        for at in range(len(self.names)):
            cells = pa.concat_arrays([chunk[at] for chunk in self.chunks] or [pa.array([], pa.large_string())])
            columns[at] = pd.Series(pd.array(cells, dtype="str"), index=index)
        return pd.DataFrame(columns, index=index)

    def told(self) -> list[Fault]:
        """The rows that did not fit, the first of them in full."""
        if self.misfits > len(self.faults):
            last = self.faults[-1]
            more = self.misfits - len(self.faults)
            self.faults[-1] = Fault(last.expected, last.remedy, last.row, found=last.found, more=more)
        return self.faults


def _lay_out(
    path: Path,
    encoding: str,
    separator: str,
    header: headers.Header,
    quoting: Literal[0, 3],
    limits: Limits,
    first: int | None,
) -> _Layout:
    layout = _Layout()
    row = 1  # the spreadsheet row that comes next
    with _open(path, encoding) as file:
        reader = csv.reader(file, delimiter=separator, quoting=quoting, skipinitialspace=True, strict=True)
        try:
            for _ in range(header.row + 1):
                layout.names = next(reader, [])
                row += 1
        except csv.Error:
            layout.broken = row
            return layout
        _refuse_too_many(path, len(layout.names), limits)
        while True:
            records: list[list[str]] = []
            try:
                records.extend(itertools.islice(reader, CHUNK))
            except csv.Error as error:
                layout.broken, layout.long = row + len(records), "field limit" in str(error)
            layout.add(records, row)
            row += len(records)
            if layout.broken or len(records) < CHUNK or (first and row - header.row > first):
                return layout


def _refuse_too_many(path: Path, columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        remedy = "Leave out columns, or raise limits.columns in settings.toml."
        raise refuse(path.name, f"{columns:,} columns", f"at most {limits.columns:,} columns", remedy)
