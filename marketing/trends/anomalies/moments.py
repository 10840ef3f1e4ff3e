"""Periods of trends against what was expected of them, as rows and in words, with the events near them."""

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.anomalies import reasons
from marketing.trends.anomalies.expectations import Expectations
from marketing.trends.cells import Number, Said, said
from marketing.trends.frequencies import Code
from marketing.trends.wording import amount, day, month, weekday, within

Cell = Callable[[str, str], Number]  # text and the column that it is of

HEAD = ("trend", "title", "metric")
NUMBERS = ("value", "expected", "change", "z")
LEVEL = 0.005  # a change below half a per cent is none
TWICE = 1.0  # from here on "2.4 times as many" is better read than "140% more"
SHIFTS = {"rise": "more", "fall": "less"}
LATELY = 6  # days for which a weekday alone tells which day is meant


def dimensions(found: Sequence[Expectations]) -> list[str]:
    """The columns that tell which part of a title a trend is."""
    names = [str(name) for each in found for name in each.panel.heads.columns if name not in (*HEAD, "frequency")]
    return list(dict.fromkeys(names))


def moments(
    found: Expectations, rows: NDArray[np.intp], at: NDArray[np.intp], events: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Some periods (`at`, columns) of some trends (`rows`) of a panel, a row each.

    Returns the trend's head, name, date, value, expected, change (NaN where none was expected), z and what
    :func:`marketing.trends.anomalies.reasons.near` tells of the events near it.
    """
    heads = found.panel.heads.iloc[rows].reset_index(drop=True)
    value, expected = found.panel.values[rows, at], found.expected[rows, at]
    change = np.divide(value, expected, out=np.full(len(rows), np.nan), where=expected > 0) - 1
    dates = found.panel.dates()[rows, at].astype("datetime64[us]")
    facts = pd.DataFrame({"date": dates, "value": value, "expected": expected, "change": change})
    whole = pd.concat([heads, facts.assign(z=found.z[rows, at])], axis=1)
    called = [names.get(title, title) for title in whole["title"]]
    return pd.concat([whole.assign(name=called), reasons.near(whole, events, found.panel.frequency.code)], axis=1)


def typed(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`rows` with these columns alone, typed as the made tables are."""
    kinds = {name: "float64" if name in NUMBERS else "datetime64[us]" if name == "date" else "str" for name in columns}
    return rows.reindex(columns=list(columns)).astype(kinds | {name: "int64" for name in columns if name == "rank"})


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dictionaries by column."""
    columns = {str(name): rows[name].tolist() for name in rows}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def worded(
    rows: pd.DataFrame, table: str, parts: Sequence[str], code: Code, today: dt.date, *, usual: float = 0.0
) -> pd.DataFrame:
    """Moments with what :func:`in_words` says of each and its cells, as JSON; below a z of `usual` without a reason."""
    told = [in_words(row, table, parts, code, today, usual=abs(row["z"]) < usual) for row in records(rows)]
    cells = [json.dumps(each.cells, ensure_ascii=False) for each in told]
    return rows.assign(sentence=[each.text for each in told], cells=cells)


def in_words(
    moment: Mapping[str, Any], table: str, parts: Sequence[str], code: Code, today: dt.date, *, usual: bool = False
) -> Said:
    """What a trend did in a period against what was expected; numbers and days have their cells in `table`.

    "Harbour Lights drew 61,400 views on Tuesday, 38% more than expected, the day of the second trailer." A rise or a
    fall begins with "Harbour Lights has drawn more since Tuesday". With `usual` no reason is looked for.
    """
    cell = partial(_cell, moment, table)
    change = SHIFTS.get(moment["kind"], "")
    before, named, that = _when(moment["date"].date(), code, today)
    on, since = cell(before[1], "date"), cell(named, "date")
    begins = said(moment["name"], *([f" has drawn {change} since ", since, ": "] if change else [" drew "]))
    when = said(that) if change else said(before[0], on)
    told = said(begins, _drawn(moment, parts, cell), " ", when, ", ", _compared(moment, cell))
    if usual:
        return said(told, "." if _as_expected(moment) else ", which is usual for it.")
    why = reasons.in_words(moment["event"], moment["event_kind"], moment["lag"], code)
    return said(told, ", ", cell(why, "event"), ".") if why else said(told, ".")


def _cell(moment: Mapping[str, Any], table: str, text: str, column: str) -> Number:
    value = moment[column]
    key = {"trend": moment["trend"], "date": moment["date"].date()}
    return Number(text, table, key, column, value.date() if column == "date" else value)


def _when(date: dt.date, code: Code, today: dt.date) -> tuple[tuple[str, str], str, str]:
    """A period as one says it: after "drew 400 views" (with what stands before it), after "since", told again."""
    if code == "M":
        return ("in ", month(date, today)), month(date, today), "that month"
    if code == "W":
        return ("in the week of ", day(date, today)), f"the week of {day(date, today)}", "that week"
    named = f"{date:%A}" if 0 <= (today - date).days <= LATELY else weekday(date, today)
    return ("on ", named), named, "that day"


def _drawn(moment: Mapping[str, Any], parts: Sequence[str], cell: Cell) -> Said:
    """ "61,400 views in region ES"."""
    pieces: list[str | Number] = [cell(amount(moment["value"]), "value"), f" {moment['metric'].replace('_', ' ')}"]
    for name in parts:
        if not pd.isna(moment.get(name)):
            pieces += [f" {within(name)} ", cell(str(moment[name]), name)]
    return said(*pieces)


def _as_expected(moment: Mapping[str, Any]) -> bool:
    return bool(abs(moment["change"]) < LEVEL or moment["value"] == moment["expected"])


def _compared(moment: Mapping[str, Any], cell: Cell) -> Said:
    change = moment["change"]
    if _as_expected(moment):
        return said("as expected")
    if math.isnan(change):
        return said("where none were expected")
    if moment["value"] == 0:
        return said("where ", cell(amount(moment["expected"]), "expected"), " were expected")
    if change >= TWICE:
        times = amount(change + 1)
        return said(*(["twice"] if times == "2" else [cell(times, "change"), " times"]), " what was expected")
    return said(cell(f"{abs(change):.0%}", "change"), f" {'more' if change > 0 else 'less'} than expected")
