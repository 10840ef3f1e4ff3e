"""The tables' contracts: names, keys and columns, checked once, at the door.

`check` reports every fault of a table at once. Behind the door every room trusts the table.
"""

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from marketing import keys
from marketing.contracts import TABLES, Column, Table
from marketing.errors import Fault, MissingError

if TYPE_CHECKING:
    import numpy.typing as npt

ID_LIMIT = 200  # characters: the longest Wikipedia page name in use fits
EARLIEST, LATEST = pd.Timestamp(1850, 1, 1), pd.Timestamp(2200, 1, 1)
WHOLE = 2**53  # above it, floats skip whole numbers
TOLD = 100  # faults of one kind told of one column; the rest are counted

# Characters that hide or turn around others: controls, and Unicode's marks of direction (Trojan Source, 2021).
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_INVISIBLE = _CONTROLS + "\t\n\r\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff"
_FORMULA = r"(?s)^[=@\t\r]|^[+\-].*[^\d\s.,()/%\-]"  # OWASP, CSV injection; -5 and +44 20 7946 0958 are none
_PATH = r"^[/~]|^\.+(?:/|$)|//|/\.{0,2}(?:/|$)|^[A-Za-z]:(?:/|$)|/[^/]*\.\w{1,5}$|(?i:%2e|%2f|%5c)"
_NO_ID = rf"[{_INVISIBLE}\\<>]|^[=+\-@\s]|\s$|{_PATH}"  # the same in Python's dialect and in Arrow's (RE2)


def table(name: str) -> Table:
    """The contract of a table.

    Raises:
        MissingError: there is no such table; the message lists those there are.
    """
    if name not in TABLES:
        known = ", ".join(t for t, c in TABLES.items() if not c.made)
        raise MissingError(f"There is no table {name!r}. Choose one of: {known}.")
    return TABLES[name]


def is_id(text: str) -> bool:
    """Whether `text` can name a thing: short, on one line, no path, nothing hidden or that a spreadsheet would run."""
    speaks = any(unicodedata.category(c)[0] in "LNS" for c in text)
    return len(text) <= ID_LIMIT and speaks and re.search(_NO_ID, text) is None


def check(contract: Table, frame: pd.DataFrame) -> list[Fault]:
    """Every fault of `frame`, by row; an empty list means that every room may trust it.

    `frame` is typed already (dates as datetime64, numbers as floats, the rest as text) and its index counts
    the rows of data from 0, so that index 0 is told as row 2. Of one kind in one column the first faults are
    told and the others counted.
    """
    faults = [
        Fault(f"a column {name!r}", f"Add it, or say which column it is: --map {name}=THEIRS.", column=name)
        for name in contract.required()
        if name not in frame.columns
    ]
    if frame.empty:
        return [*faults, Fault("at least one row of data", "Check that the export holds what you asked for.")]
    for name in frame.columns:
        faults += check_column(contract.column(str(name)) or Column(str(name), "text"), frame[name])
    faults += check_rows(contract, frame)
    if not faults:
        faults += check_key(contract, frame)
    return sorted(faults, key=lambda f: f.row or 0)


def check_rows(contract: Table, frame: pd.DataFrame) -> list[Fault]:
    """A fault for each row whose cells do not go together: an end before its beginning, neither of two names."""
    faults: list[Fault] = []
    for first, last in contract.spans:
        if first in frame.columns and last in frame.columns:
            before = (frame[last] < frame[first]).to_numpy(bool)
            remedy = f"Correct {first} or {last}; they may be swapped."
            faults += faults_at(frame[last], before, f"a day not before {first}", remedy, Column(last, "date"))
    there = [name for name in contract.one_of if name in frame.columns]
    named = " or ".join(contract.one_of)
    if there:
        neither = frame[there].isna().all(axis=1).to_numpy(bool)
        remedy = "Fill one of them in: without, nobody knows what the numbers are of."
        faults += faults_at(frame[there[0]], neither, f"a value in {named}", remedy, Column(named, "id"))
    elif contract.one_of:
        remedy = f"Add one, or say which column it is: --map {contract.one_of[-1]}=THEIRS."
        faults.append(Fault(f"a column {named}", remedy))
    return faults


def check_column(column: Column, values: pd.Series) -> list[Fault]:
    """Every fault of one typed column; numbers and dates in a text column are none."""
    empty = (values.isna() | (values == "")).to_numpy(bool)
    faults = faults_at(values, empty, "a value", "Fill it in, or leave the row out.", column) if column.required else []
    filled = values[~empty]
    if filled.empty:
        return faults
    if column.kind == "date":
        bad = ((filled < EARLIEST) | (filled >= LATEST)).to_numpy(bool)
        return faults + faults_at(filled, bad, "a date between 1850 and 2199", "Correct the date.", column)
    if column.kind in ("number", "count"):
        return faults + _check_numbers(column, filled)
    if pd.api.types.is_numeric_dtype(filled) or pd.api.types.is_datetime64_any_dtype(filled):
        return faults
    return faults + (_check_ids if column.kind == "id" else _check_text)(column, filled.astype("str"))


def _check_numbers(column: Column, values: pd.Series) -> list[Fault]:
    numbers = values.to_numpy(float)
    remedy = "Correct it, or leave it empty if unknown."
    faults = faults_at(values, ~np.isfinite(numbers), "a finite number", remedy, column)
    if column.kind == "count":
        faults += faults_at(values, numbers < 0, "0 or more", remedy, column)
    return faults


def _check_ids(column: Column, values: pd.Series) -> list[Fault]:
    bad = ~matches(values, r"[\p{L}\p{N}\p{S}]") | matches(values, _NO_ID)
    bad |= (values.str.len() > ID_LIMIT).to_numpy(bool)
    expected = f"a name or id: one line of at most {ID_LIMIT} characters, no path, no formula, nothing hidden"
    return faults_at(values, bad, expected, "Rename it.", column)


def _check_text(column: Column, values: pd.Series) -> list[Fault]:
    runs = matches(values, _FORMULA)
    hides = matches(values, f"[{_CONTROLS}]") & ~runs
    formula = "text that a spreadsheet would not run as a formula"
    hidden = "text without control characters or marks that turn its direction around"
    return faults_at(values, runs, formula, "Write it without the sign in front.", column) + faults_at(
        values, hides, hidden, "Type the cell again, or clean the file.", column
    )


def matches(texts: pd.Series, pattern: str) -> "npt.NDArray[np.bool_]":
    """In which cells of a text column the pattern (RE2, which knows no look-around) is found; in empty ones it is not.

    Pandas hands many patterns to Python's `re`, cell by cell; a million cells take Arrow a tenth of a second.
    """
    found = pc.match_substring_regex(pa.array(texts.array, from_pandas=True), pattern)
    return np.array(pc.fill_null(found, fill_value=False), dtype=bool)


def faults_at(
    values: pd.Series, bad: "npt.NDArray[np.bool_]", expected: str, remedy: str, column: Column
) -> list[Fault]:
    """A fault for each row of `values` where `bad` is true: the first of them told, the others counted in `more`."""
    rows = np.flatnonzero(bad)
    faults = [
        Fault(expected, remedy, row=int(index) + 2, column=column.name, found=told(value))
        for index, value in zip(values.index[rows[:TOLD]], values.iloc[rows[:TOLD]], strict=True)
    ]
    if len(rows) > TOLD:
        faults[-1] = replace(faults[-1], more=len(rows) - TOLD)
    return faults


def told(value: object) -> str:
    """A cell as a person would write it: no ".0" behind a whole number, no time behind a date."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE:
        return str(int(value))
    return str(value.date() if isinstance(value, pd.Timestamp) and value == value.normalize() else value)


def as_text(values: pd.Series) -> pd.Series:
    """A column as text: whole numbers without ".0", days without a time of day; empty cells stay empty."""
    if values.dtype == "str":
        return values
    kinds, unique = pd.factorize(values)
    texts = pd.Series([*map(told, unique), None], dtype="str")
    return texts.take(kinds).set_axis(values.index)


def check_key(contract: Table, frame: pd.DataFrame) -> list[Fault]:
    """A fault for each row whose key an earlier row has; an absent key column counts as empty."""
    key = [c for c in contract.full_key(frame) if c in frame.columns]
    if len(key) == 1 and frame[key[0]].dtype == "str" and keys.differ(frame[key[0]]):
        return []
    codes = keys.codes(frame, key)
    repeated = np.flatnonzero(pd.Series(codes).duplicated().to_numpy())
    if not len(repeated):
        return []
    first = np.zeros(codes.max() + 1, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    remedy = "Keep one row, or add them up."
    if contract.dimensions:
        remedy = "Keep one row, add them up, or say which column tells them apart: --map platform=THEIRS."
    elif contract.one_of and not set(contract.one_of) & set(key):
        either = contract.one_of[-1]
        remedy = f"Say which column tells them apart: --map {either}=THEIRS."
    faults = [
        Fault(
            f"each {', '.join(key)} once, but row {frame.index[first[codes[at]]] + 2:,} has it already",
            remedy,
            row=int(frame.index[at]) + 2,
            column=", ".join(key),
            found=", ".join(told(v) for v in frame.iloc[at][key] if not pd.isna(v)),
        )
        for at in repeated[:TOLD].tolist()
    ]
    if len(repeated) > TOLD:
        faults[-1] = replace(faults[-1], more=len(repeated) - TOLD)
    return faults
