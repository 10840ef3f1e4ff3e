"""From a file to a checked table: what it is, whose it is, which column is which, and every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from marketing import catalog, contracts, tables
from marketing.errors import Fault, InputError, TableError
from marketing.settings import Limits
from marketing.sources import columns, dates, delimited, files, headers, numbers, parquet, sheets, totals, workbooks
from marketing.sources.columns import ColumnGuess
from marketing.sources.numbers import Typed
from marketing.sources.sheets import Sheet


@dataclass(frozen=True)
class Reading:
    """A file as a table of ours: typed and checked. `source` names the platform whose export it is, if known."""

    frame: pd.DataFrame
    rows: int
    columns: list[ColumnGuess]
    source: str = ""
    notes: list[str] = field(default_factory=list)


def read(
    path: Path,
    table: str,
    *,
    mapping: Mapping[str, str] | None = None,
    sets: Mapping[str, str] | None = None,
    dates: str | None = None,
    limits: Limits | None = None,
) -> Reading:
    """Read a file as one of our tables.

    `mapping` says which of their columns is ours (ours -> theirs), `sets` gives a column one value in all rows,
    `dates` says the order of dates such as 01/02/2024 (dmy, mdy, ymd).

    Raises:
        TableError: the file breaks the table's contract, or is no table; it carries every fault.
        MissingError: there is no such table.
        InputError: the table is made by a job, or `dates` is no order.
    """
    contract = ingestible(table)
    if dates not in (None, *_ORDERS):
        raise InputError(f"There is no date order {dates!r}. Choose one of: {', '.join(_ORDERS)}.")
    mapping, sets, limits = mapping or {}, sets or {}, limits or Limits()
    try:
        sheet = open_sheet(path, contract, mapping, limits)
        return _read(sheet, contract, mapping, sets, dates)
    except TableError as error:
        raise TableError([replace(f, file=path.name) for f in error.faults]) from None


OTHER_SPACES = r"[\x{a0}\x{2000}-\x{200a}\x{202f}\x{3000}]"
_ORDERS = tuple(dates.ORDERS)


def ingestible(table: str) -> contracts.Table:
    """The contract of a table that users hand in.

    Raises:
        MissingError: there is no such table.
        InputError: a job makes it.
    """
    contract = tables.table(table)
    if contract.made:
        handed_in = ", ".join(name for name, c in contracts.TABLES.items() if not c.made)
        raise InputError(f"The table {table!r} is made by marquee run. Hand in one of: {handed_in}.")
    return contract


def open_sheet(
    path: Path, contract: contracts.Table, mapping: Mapping[str, str], limits: Limits, first: int | None = None
) -> Sheet:
    """The file's cells under its header, tidied; a known platform's export in our columns.

    With `first`, about so many rows of it, for a guess.
    """
    readers = {"text": delimited.read, "xlsx": workbooks.read, "parquet": parquet.read}
    wanted = headers.Wanted.of(contract, list(mapping.values()), path.name)
    sheet = sheets.tidy(readers[files.kind(path, limits)](path, wanted, limits, first), limits)
    if sheet.platform:
        if sheet.faults:
            raise TableError([replace(f, file=path.name) for f in sheet.faults])
        return catalog.load(headers.PLATFORMS, sheet.platform).shape(sheet, contract.name)  # type: ignore[no-any-return]
    return sheet


def _read(
    sheet: Sheet, contract: contracts.Table, mapping: Mapping[str, str], sets: Mapping[str, str], order: str | None
) -> Reading:
    assigned = columns.assign(contract, sheet, mapping, sets)
    raw = pd.DataFrame({name: sheet.cells[at] for name, at in assigned.positions.items()}, index=sheet.cells.index)
    raw, notes, faults = totals.leave_out(contract, raw)
    faults = sheet.faults + assigned.faults + faults
    faults += [f for f in sheet.cell_faults if f.row is not None and f.row - 2 in raw.index]
    told = raw.head(1000)
    for name, value in sets.items():
        raw = raw.assign(**{name: pd.Series(value.strip(), raw.index, dtype="str")})
    typed = _type_all(contract, raw, sheet, order)
    frame = pd.DataFrame({name: t.values for name, t in typed.items()}, index=raw.index)
    faults += _check(contract, frame, typed, sets)
    if frame.empty:
        faults.append(Fault("at least one row of data", "Check that the export holds what you asked for."))
    if faults:
        raise TableError(sorted(faults, key=lambda f: f.row or 0))
    guesses = [
        ColumnGuess(sheet.names[at], name, _example(told, name), assigned.how[name])
        for name, at in assigned.positions.items()
    ]
    notes = sheet.notes + notes + list(dict.fromkeys(t.note for t in typed.values() if t.note))
    return Reading(frame.reset_index(drop=True), len(frame), guesses, sheet.platform, notes)


def _example(raw: pd.DataFrame, name: str) -> str:
    filled = raw[name].dropna()
    return "" if filled.empty else tables.told(filled.iloc[0])


def _type_all(contract: contracts.Table, raw: pd.DataFrame, sheet: Sheet, order: str | None) -> dict[str, Typed]:
    agreed = _common_mark(contract, raw)
    by_form = sheet.by_form and agreed != sheet.mark
    # Commas between cells speak for decimal points; where another column plainly has decimal commas, nothing does.
    mark = "" if {sheet.mark, agreed} == {".", ","} else sheet.mark or agreed
    return {str(name): _type(contract, str(name), raw[name], mark, order, by_form=by_form) for name in raw.columns}


def _common_mark(contract: contracts.Table, raw: pd.DataFrame) -> str:
    """The decimal mark that the columns of numbers agree on, or ""."""
    marks = set()
    for name in raw.columns:
        column = contract.column(str(name))
        if raw[name].dtype == "str" and (column is None or column.kind in ("number", "count")):
            filled = raw[name].dropna().head(10_000)
            if column or (len(filled) and tables.matches(filled, numbers.PLAIN).all()):
                marks.add(numbers.decimal_mark(filled))
    marks -= {"", "?"}
    return marks.pop() if len(marks) == 1 else ""


def _type(
    contract: contracts.Table, name: str, values: pd.Series, mark: str, order: str | None, *, by_form: bool
) -> Typed:
    column = contract.column(name)
    if column is None:
        text_only = contract.dimensions and name in contracts.DIMENSIONS
        return _type_extra(name, values, mark, text_only=text_only)
    if column.kind == "date":
        return _type_dates(values, order, column)
    if column.kind in ("number", "count"):
        if pd.api.types.is_numeric_dtype(values):
            return _fine(values.astype(float))
        return numbers.parse(tables.as_text(values), mark, column, by_form=by_form)
    return _type_id(values, column) if column.kind == "id" else _fine(tables.as_text(values))


def _type_id(values: pd.Series, column: contracts.Column) -> Typed:
    texts = tables.as_text(values)
    if tables.matches(texts, OTHER_SPACES).any():  # else two ids could look the same
        texts = texts.str.replace(OTHER_SPACES, " ", regex=True)
    rounded = tables.matches(texts, numbers.ROUNDED)
    if pd.api.types.is_numeric_dtype(values):
        rounded |= (values.abs() >= numbers.LONG).to_numpy(bool)
    return Typed(texts, rounded, tables.faults_at(texts, rounded, *numbers.NO_ID, column))


def _fine(values: pd.Series) -> Typed:
    return Typed(values, np.zeros(len(values), dtype=bool), [])


def _type_extra(name: str, values: pd.Series, mark: str, *, text_only: bool) -> Typed:
    if pd.api.types.is_numeric_dtype(values) and not text_only:
        return _fine(values.astype(float))
    texts = tables.as_text(values)
    plain = None if text_only else numbers.plain_numbers(texts, mark)
    return _fine(texts if plain is None else plain)


def _type_dates(values: pd.Series, order: str | None, column: contracts.Column) -> Typed:
    if not pd.api.types.is_datetime64_any_dtype(values):
        return dates.parse(tables.as_text(values), order, column)
    timed = (values.notna() & (values != values.dt.normalize())).to_numpy(bool)
    faults = tables.faults_at(values, timed, *dates.NO_TIME, column)
    return Typed(values.astype("datetime64[us]"), timed, faults)


def _check(
    contract: contracts.Table, frame: pd.DataFrame, typed: Mapping[str, Typed], sets: Mapping[str, str]
) -> list[Fault]:
    faults: list[Fault] = []
    for name, t in typed.items():
        column = contract.column(name) or contracts.Column(name, "text")
        found = t.faults + tables.check_column(column, frame[name][~t.bad])
        if name in sets:  # said once, told once
            found = [replace(f, row=None, more=0) for f in found[:1]]
        faults += found
    sound = ~np.logical_or.reduce([np.zeros(len(frame), dtype=bool), *(t.bad for t in typed.values())])
    key = [c for c in contract.key if c in frame.columns]
    required = [c for c in key if c in contract.required()]
    sound &= frame[required].notna().all(axis=1).to_numpy(bool)
    if set(required) == set(contract.key) & set(contract.required()):
        faults += tables.check_rows(contract, frame[sound]) + tables.check_key(contract, frame[sound])
    return faults
