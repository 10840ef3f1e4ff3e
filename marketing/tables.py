"""The tables' contracts: names, keys and columns, checked once, at the door.

`check` reports every fault of a table at once. Behind the door every room trusts the table.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from marketing import keys
from marketing.errors import Fault, MissingError

if TYPE_CHECKING:
    import numpy.typing as npt

Kind = Literal["id", "text", "date", "number", "count"]

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


@dataclass(frozen=True)
class Column:
    """One column of a table: `id` is a short name, `count` a finite number of 0 or more."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table's contract.

    `key` columns tell rows apart, as far as a table has them. Where `dimensions` is true, so do those that say
    which part of the whole a row is of (see `dimension_columns`). `spans` are pairs of dates of which the second
    is not before the first; of the columns in `one_of`, each row fills at least one. `made` tables are written by
    jobs and are not ingested.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    dimensions: bool = False
    made: bool = False
    about: str = field(default="", compare=False)
    spans: tuple[tuple[str, str], ...] = ()
    one_of: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, or None for an extra one."""
        return next((c for c in self.columns if c.name == name), None)

    def required(self) -> list[str]:
        """Names of the columns that must be there."""
        return [c.name for c in self.columns if c.required]

    def full_key(self, *frames: pd.DataFrame) -> list[str]:
        """The key's columns that tell the rows of each of these frames apart, dimensions included."""
        found = [name for frame in frames for name in self.dimension_columns(frame)]
        return list(dict.fromkeys([*self.key, *found]))

    def dimension_columns(self, frame: pd.DataFrame) -> list[str]:
        """Columns of `frame` that split a trend.

        Those named in DIMENSIONS are; another text column without a place in the contract is one only where rows
        of this frame are doubled without it. Else it is kept beside the value, as a note is that says what was
        corrected: were it part of the key, the corrected row would stand beside the wrong one and be added to it.
        """
        if not self.dimensions:
            return []
        extra = [str(c) for c in frame.columns if self.column(str(c)) is None]
        texts = [c for c in extra if c not in DIMENSIONS and not pd.api.types.is_numeric_dtype(frame[c])]
        named = [c for c in extra if c in DIMENSIONS]
        if self.made or not texts:  # of a made table, a job has chosen the columns
            return [c for c in extra if c in named or c in texts]
        key = [c for c in [*self.key, *named] if c in frame.columns]
        needed = keys.lacking(frame, key, texts)
        return [c for c in extra if c in named or c in needed]


# What exports split numbers by. Words for places, ways of watching and parts of a title; not for remarks on a row.
DIMENSIONS = (
    *("region", "platform", "country", "device", "channel", "language", "source", "season"),
    *("territory", "market", "city", "store", "cinema", "venue", "network", "service", "provider"),
    *("episode", "track", "video", "format", "edition", "version", "tier", "plan"),
    *("browser", "os", "app", "agent", "audience", "age_group", "gender", "traffic_source", "campaign", "placement"),
)


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from "name:kind" words; a trailing "!" marks a required one."""
    parts = (word.split(":") for word in text.split())
    return tuple(Column(name, kind.rstrip("!"), kind.endswith("!")) for name, kind in parts)  # type: ignore[arg-type]


def _table(
    name: str,
    key: str,
    columns: str,
    about: str,
    *,
    dimensions: bool = False,
    made: bool = False,
    spans: tuple[tuple[str, str], ...] = (),
    one_of: tuple[str, ...] = (),
) -> Table:
    return Table(name, tuple(key.split()), _columns(columns), dimensions, made, about, spans, one_of)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "titles",
            "title",
            "title:id! name:text kind:text genre:text synopsis:text rating:text release_date:date url:text",
            "films, shows, games, albums, podcasts and live events, a row each",
        ),
        _table(
            "facts",
            "fact",
            "fact:id! title:id! text:text! kind:text source:text valid_from:date valid_to:date territory:text",
            "what copy may claim, with source and validity",
            spans=(("valid_from", "valid_to"),),
        ),
        _table(
            "engagement",
            "date title metric",
            "date:date! title:id! metric:id! value:count!",
            "what people did with a title on a day",
            dimensions=True,
        ),
        _table(
            "events",
            "event date title region",
            "event:text! kind:text date:date! end_date:date title:id region:text",
            "releases, trailers, holidays, outages: dated things that move an audience",
            spans=(("date", "end_date"),),
        ),
        _table("audience", "person", "person:id!", "people we can reach, a row each, with any attributes"),
        _table(
            "viewing",
            "person title date",
            "person:id! title:id! date:date! minutes:count",
            "who watched, played or heard what, and for how long",
        ),
        _table(
            "results",
            "date draft ad",
            "date:date! draft:id ad:id segment:text copy_text:text exposure:text"
            " impressions:count clicks:count spend:count conversions:count",
            "what happened after copy went out",
            one_of=("draft", "ad"),
        ),
        _table(
            "trends",
            "trend",
            "trend:text! title:id! metric:id! frequency:text first:date last:date points:count"
            " state:text! reason:text sentence:text",
            "every measure of every title: forecast, or the reason why not",
            made=True,
        ),
        _table(
            "forecasts",
            "trend date",
            "trend:text! title:id! metric:id! date:date! expected:number! low80:number high80:number"
            " low95:number high95:number forecaster:text",
            "what each trend should do next",
            dimensions=True,
            made=True,
        ),
        _table(
            "scores",
            "trend forecaster",
            "trend:text! forecaster:text! horizon:count mase:number smape:number msis80:number"
            " coverage80:number coverage95:number skill:number cutoffs:count",
            "how each forecaster did on the past",
            made=True,
        ),
        _table(
            "segments",
            "segment",
            "segment:id! name:text! size:count! share:number! description:text traits:text stability:number",
            "groups in the audience",
            made=True,
        ),
        _table("assignments", "person", "person:id! segment:text", "who is in which segment", made=True),
        _table(
            "affinity",
            "segment title",
            "segment:id! title:id! rate:number low90:number high90:number lift:number people:count because:text",
            "which titles each segment likes",
            made=True,
        ),
        _table(
            "set_aside",
            "subject name",
            "subject:text! name:text! reason:text! people:count",
            "columns and people kept out of segments, with reasons",
            made=True,
        ),
    )
}


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
