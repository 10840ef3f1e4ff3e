"""The tables' contracts: names, keys and columns, checked once, at the door.

`check` reports every fault of a table at once. Behind the door every room trusts the table.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from marketing.errors import Fault, MissingError

Kind = Literal["id", "text", "date", "number", "count"]

# Letters, digits, spaces and the signs that names are written with; a path or a formula is none.
ID_PATTERN = re.compile(r"[^\W_](?:[\w .:&'’!,()+@-]*[\w.!)+])?")
ID_LIMIT = 200  # characters: the longest Wikipedia page name in use fits
EARLIEST, LATEST = pd.Timestamp(1850, 1, 1), pd.Timestamp(2200, 1, 1)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV injection


@dataclass(frozen=True)
class Column:
    """One column of a table: `id` is a short name, `count` a finite number of 0 or more."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table's contract.

    `key` columns tell rows apart. Where `dimensions` is true, every column that is not named here is a
    dimension (region, platform, ...) and belongs to the key as well. `made` tables are written by jobs and
    are not ingested.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    dimensions: bool = False
    made: bool = False
    about: str = field(default="", compare=False)

    def column(self, name: str) -> Column | None:
        """The column of that name, or None for an extra one."""
        return next((c for c in self.columns if c.name == name), None)

    def required(self) -> list[str]:
        """Names of the columns that must be there."""
        return [c.name for c in self.columns if c.required]

    def full_key(self, frame: pd.DataFrame) -> list[str]:
        """The key's columns in `frame`, dimensions included."""
        key = list(self.key)
        return key + self.dimension_columns(frame) if self.dimensions else key

    def dimension_columns(self, frame: pd.DataFrame) -> list[str]:
        """Columns of `frame` that split a trend: text columns with no place in the contract."""
        if not self.dimensions:
            return []
        extra = [c for c in frame.columns if self.column(str(c)) is None]
        return [c for c in extra if c in DIMENSIONS or not pd.api.types.is_numeric_dtype(frame[c])]


DIMENSIONS = ("region", "platform", "country", "device", "channel", "language", "source", "season")


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from "name:kind" words; a trailing "!" marks a required one."""
    parts = (word.split(":") for word in text.split())
    return tuple(Column(name, kind.rstrip("!"), kind.endswith("!")) for name, kind in parts)  # type: ignore[arg-type]


def _table(name: str, key: str, columns: str, about: str, *, dimensions: bool = False, made: bool = False) -> Table:
    return Table(name, tuple(key.split()), _columns(columns), dimensions, made, about)


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
            "event date",
            "event:text! kind:text date:date! end_date:date title:id region:text",
            "releases, trailers, holidays, outages: dated things that move an audience",
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
    """Whether `text` can name a thing: short, no path, nothing a spreadsheet would run."""
    return len(text) <= ID_LIMIT and ".." not in text and ID_PATTERN.fullmatch(text) is not None


def check(contract: Table, frame: pd.DataFrame) -> list[Fault]:
    """Every fault of `frame`, by row; an empty list means that every room may trust it.

    `frame` is typed already (dates as datetime64, numbers as floats, the rest as text) and its index counts
    the rows of data from 0, so that index 0 is told as row 2.
    """
    faults = [
        Fault(f"a column {name!r}", f"Add it, or say which column it is: --map {name}=THEIRS.", column=name)
        for name in contract.required()
        if name not in frame.columns
    ]
    if frame.empty:
        faults.append(Fault("at least one row of data", "Check that the export holds what you asked for."))
    if faults:
        return faults
    for column in contract.columns:
        if column.name in frame.columns:
            faults += _check_column(column, frame[column.name])
    return sorted(faults, key=lambda f: f.row or 0) + _check_key(contract, frame)


def _check_column(column: Column, values: pd.Series) -> list[Fault]:
    empty = values.isna() | (values.astype("string").fillna("") == "")
    faults = _faults(values, empty, "a value", "Fill it in, or leave the row out.", column) if column.required else []
    filled = values[~empty]
    if column.kind == "id":
        bad = ~filled.astype("string").map(is_id).astype(bool)
        faults += _faults(
            filled,
            bad,
            "a name or id of letters, digits, spaces and . : & - '",
            "Rename it; paths are refused.",
            column,
        )
    elif column.kind == "date":
        dates = pd.to_datetime(filled)
        bad = (dates < EARLIEST) | (dates >= LATEST)
        faults += _faults(filled, bad, "a date between 1850 and 2199", "Correct the date.", column)
    elif column.kind in ("number", "count"):
        numbers = filled.astype(float)
        bad = ~numbers.map(math.isfinite)
        if column.kind == "count":
            bad |= numbers < 0
        expected = "0 or more" if column.kind == "count" else "a finite number"
        faults += _faults(filled, bad, expected, "Correct it, or leave it empty if unknown.", column)
    return faults


def _faults(values: pd.Series, bad: pd.Series, expected: str, remedy: str, column: Column) -> list[Fault]:
    return [
        Fault(expected, remedy, row=row + 2, column=column.name, found="" if pd.isna(value) else str(value))
        for row, value in zip(values.index[bad].tolist(), values[bad], strict=True)
    ]


def _check_key(contract: Table, frame: pd.DataFrame) -> list[Fault]:
    key = [c for c in contract.full_key(frame) if c in frame.columns]
    repeated = frame[frame.duplicated(key, keep="first")]
    if repeated.empty:
        return []
    first = frame.drop_duplicates(key).reset_index().set_index(key)["index"]
    faults = []
    for row, (_, values) in zip(repeated.index.tolist(), repeated[key].iterrows(), strict=True):
        where = tuple(values) if len(key) > 1 else values.iloc[0]
        earlier = first.loc[where]
        earlier = int(earlier.iloc[0] if isinstance(earlier, pd.Series) else earlier)
        told = ", ".join(str(v.date() if isinstance(v, pd.Timestamp) else v) for v in values if not pd.isna(v))
        faults.append(
            Fault(
                f"each {', '.join(key)} once, but row {earlier + 2:,} has it already",
                "Keep one row, or add them up.",
                row=row + 2,
                column=", ".join(key),
                found=told,
            )
        )
    return faults
