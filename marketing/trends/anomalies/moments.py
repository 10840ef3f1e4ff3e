"""Periods of trends against what was expected of them, as rows and in words, with the events near them."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.anomalies import reasons
from marketing.trends.anomalies.expectations import Expectations
from marketing.trends.frequencies import Code
from marketing.trends.wording import amount, day, month, weekday, within

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


def in_words(
    moment: Mapping[str, Any], parts: Sequence[str], code: Code, today: dt.date, *, usual: bool = False
) -> str:
    """What a trend did in a period against what was expected.

    "Harbour Lights drew 61,400 views on Tuesday, 38% more than expected, the day of the second trailer." A rise or a
    fall begins with "Harbour Lights has drawn more since Tuesday". With `usual` no reason is looked for.
    """
    why = "" if usual else reasons.in_words(moment["event"], moment["event_kind"], moment["lag"], code)
    change = SHIFTS.get(moment["kind"], "")
    on, since, that = _when(moment["date"].date(), code, today)
    usual = usual and not _as_expected(moment)
    told = [
        f"{_drawn(moment, parts)} {that if change else on}",
        _compared(moment),
        "which is usual for it" if usual else why,
    ]
    begins = f"{moment['name']} has drawn {change} since {since}: " if change else f"{moment['name']} drew "
    return begins + ", ".join(each for each in told if each) + "."


def _when(date: dt.date, code: Code, today: dt.date) -> tuple[str, str, str]:
    """A period as one says it: after "drew 400 views", after "since", and when told again."""
    if code == "M":
        return f"in {month(date, today)}", month(date, today), "that month"
    if code == "W":
        return f"in the week of {day(date, today)}", f"the week of {day(date, today)}", "that week"
    named = f"{date:%A}" if 0 <= (today - date).days <= LATELY else weekday(date, today)
    return f"on {named}", named, "that day"


def _drawn(moment: Mapping[str, Any], parts: Sequence[str]) -> str:
    """ "61,400 views in region ES"."""
    where = [f" {within(name)} {moment[name]}" for name in parts if not pd.isna(moment.get(name))]
    return f"{amount(moment['value'])} {moment['metric'].replace('_', ' ')}{''.join(where)}"


def _as_expected(moment: Mapping[str, Any]) -> bool:
    return bool(abs(moment["change"]) < LEVEL or moment["value"] == moment["expected"])


def _compared(moment: Mapping[str, Any]) -> str:
    change = moment["change"]
    if _as_expected(moment):
        return "as expected"
    if math.isnan(change):
        return "where none were expected"
    if moment["value"] == 0:
        return f"where {amount(moment['expected'])} were expected"
    if change >= TWICE:
        times = amount(change + 1)
        return "twice what was expected" if times == "2" else f"{times} times what was expected"
    return f"{abs(change):.0%} {'more' if change > 0 else 'less'} than expected"
