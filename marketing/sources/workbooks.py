"""XLSX: the sheet that holds the table, its cells typed as the workbook types them."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from marketing import tables
from marketing.errors import Fault
from marketing.settings import Limits
from marketing.sources import headers, workbook_parts
from marketing.sources.files import READABLE, refuse
from marketing.sources.sheets import Sheet

if TYPE_CHECKING:
    import python_calamine

CHUNK = 300  # rows turned into columns at a time: few, as in delimited text


def read(path: Path, wanted: headers.Wanted, limits: Limits, first: int | None = None) -> Sheet:
    """The rows of the one sheet whose header is wanted; with `first`, so many of them.

    Raises:
        TableError: the workbook is damaged, too large when unpacked, or holds several sheets that may be meant.
    """
    parts = workbook_parts.scan(path, limits)
    if not parts:
        raise refuse(path.name, "no visible sheet with cells", "a table", "Check that the export was finished.")
    found = [(part, _open(path, part.name)) for part in parts]
    ranked = [(headers.find(_first_rows(sheet), wanted), part, sheet) for part, sheet in found]
    header, part, sheet = _choose(path, ranked, wanted)
    laid_out = _lay_out(path, sheet, header, limits, first)
    laid_out.cell_faults = _flaws(part, sheet, laid_out)
    if len(parts) > 1:
        laid_out.notes.append(f"The sheet {part.name!r} was read, of {len(parts)}.")
    return laid_out


def _open(path: Path, name: str) -> "python_calamine.CalamineSheet":
    import python_calamine  # workbooks are rare; text files need not wait for it

    try:
        return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise refuse(path.name, "a damaged workbook", "a table", READABLE) from error
    except BaseException as error:  # a panic of the Rust library is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise refuse(path.name, "a damaged workbook", "a table", READABLE) from error


def _first_rows(sheet: "python_calamine.CalamineSheet") -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in itertools.islice(sheet.iter_rows(), headers.SEARCHED)]


_Ranked = tuple[headers.Header, workbook_parts.Part, "python_calamine.CalamineSheet"]


def _choose(path: Path, ranked: Sequence[_Ranked], wanted: headers.Wanted) -> _Ranked:
    """The sheet called like the table, or whose header names most of what is wanted; in doubt none."""
    called = [r for r in ranked if headers.fold(r[1].name) == wanted.table]
    if len(called) == 1:
        return called[0]
    best = max((bool(header.platform), header.named) for header, _, _ in ranked)
    tied = [r for r in ranked if (bool(r[0].platform), r[0].named) == best]
    if len(tied) > 1:
        found = ", ".join(part.name for _, part, _ in tied)
        remedy = f"Keep the one that is meant, or call it {wanted.table}."
        raise refuse(path.name, f"sheets {found}", "one sheet that holds the table", remedy)
    return tied[0]


def _lay_out(
    path: Path, sheet: "python_calamine.CalamineSheet", header: headers.Header, limits: Limits, first: int | None
) -> Sheet:
    rows = itertools.islice(sheet.iter_rows(), header.row + 1 + first if first else None)
    names = [_text(cell) for cell in list(itertools.islice(rows, header.row + 1))[-1]]
    if len(names) > limits.columns:
        remedy = "Leave out columns, or raise limits.columns in settings.toml."
        raise refuse(path.name, f"{len(names):,} columns", f"at most {limits.columns:,} columns", remedy)
    cells: list[list[object]] = [[] for _ in names]
    while chunk := list(itertools.islice(rows, CHUNK)):
        for column, values in zip(cells, zip(*chunk, strict=True), strict=True):
            column.extend(values)
    top = (sheet.start or (0, 0))[0] + header.row  # data rows counted from 0 below row 1
    index = pd.RangeIndex(top, top + len(cells[0]))
    frame = pd.DataFrame({at: _column(column, index) for at, column in enumerate(cells)}, index=index)
    notes = header.notes()
    return Sheet(names, frame, platform=header.platform, notes=notes)


def _column(cells: list[object], index: pd.RangeIndex) -> pd.Series:
    """Cells of one type as numbers or dates; of mixed types as text."""
    kinds = set(map(type, cells))
    if str in kinds:
        cells = [None if cell == "" else cell for cell in cells]
        kinds = set(map(type, cells))
    kinds -= {type(None)}
    if kinds == {float} or kinds == {float, int}:
        return pd.Series(cells, index, dtype=float)
    if kinds and kinds <= {dt.date, dt.datetime}:
        days = [None if cell is None else pd.Timestamp(cell) for cell in cells]  # type: ignore[arg-type]
        return pd.Series(days, index, dtype="datetime64[us]")
    if kinds <= {str}:
        return pd.Series(pd.array(pa.array(cells, pa.large_string()), dtype="str"), index)
    return pd.Series([None if cell is None else _text(cell) for cell in cells], index, dtype="str")


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, dt.datetime):
        return str(cell.date() if cell.time() == dt.time() else cell)
    return tables.told(cell)


def _flaws(part: workbook_parts.Part, sheet: "python_calamine.CalamineSheet", laid_out: Sheet) -> list[Fault]:
    """Formulas and error values, told under the names of their columns."""
    left = (sheet.start or (0, 0))[1]
    return [fault for flaw in part.flaws for fault in _flaw(flaw, laid_out.names, left)]


def _flaw(flaw: workbook_parts.Flaw, names: Sequence[str], left: int) -> Iterable[Fault]:
    at = flaw.column - left
    if 0 <= at < len(names):
        remedy = "Copy the cells and paste them as values, then save again."
        yield Fault(flaw.expected, remedy, row=flaw.row, column=names[at], found=flaw.found, more=flaw.more)
