"""Wikimedia page views: the REST API's rows as CSV, and the daily CSV of the Pageviews Analysis tool.

Source: https://doc.wikimedia.org/generated-data-platform/aqs/analytics-api/ and pageviews.wmcloud.org.
"""

import re
from collections.abc import Sequence

import pandas as pd

from marketing import contracts, tables
from marketing.sources.sheets import Sheet

TABLES = ("engagement",)
NAME = "Wikimedia page views"

REST = {"article", "timestamp", "views"}
TOOL_FILE = re.compile(r"pageviews-\d{8}-\d{8}.*\.csv")  # how the tool names what it saves
SPLITS = {"access": ("platform", "all-access"), "agent": ("agent", "all-agents"), "project": ("source", "")}


def header(rows: Sequence[Sequence[str]], file: str) -> int | None:
    """The first row, if it has the API's columns, or is the tool's: Date and a column for each page."""
    for at, row in enumerate(rows[:3]):
        names = [cell.strip() for cell in row]
        if set(names) >= REST or (names[:1] == ["Date"] and len(names) > 1 and TOOL_FILE.fullmatch(file.lower())):
            return at
    return None


def shape(sheet: Sheet, table: str) -> Sheet:
    """A row for each page and day: views of the page, by platform and project where there are several."""
    return _from_rest(sheet) if set(sheet.names) >= REST else _from_tool(sheet)


def _from_rest(sheet: Sheet) -> Sheet:
    cells = {
        "date": sheet.column("timestamp"),
        "title": _page(sheet.column("article")),
        "metric": _all("pageviews", sheet),
        "value": sheet.column("views"),
    }
    faults = list(sheet.faults)
    for theirs, (ours, whole) in SPLITS.items():
        if theirs in sheet.names:
            values = tables.as_text(sheet.column(theirs))
            if values.nunique() > 1:
                cells[ours] = values
                both = (values == whole).to_numpy(bool)
                expected = f"either {whole} or its parts, not both, which would count views twice"
                faults += tables.faults_at(
                    values, both, expected, "Leave one of them out.", contracts.Column(theirs, "text")
                )
    used = {"timestamp", "article", "views", "granularity", *SPLITS}
    cells |= {name: sheet.column(name) for name in sheet.names if name not in used}
    return sheet.reshaped(cells, faults=faults)


def _from_tool(sheet: Sheet) -> Sheet:
    long = sheet.melted(["Date"], "title", "value")
    long.cells[long.names.index("title")] = _page(long.column("title"))
    cells = {"date": long.column("Date"), "title": long.column("title"), "value": long.column("value")}
    return long.reshaped({**cells, "metric": _all("pageviews", long)})


def _page(names: pd.Series) -> pd.Series:
    return tables.as_text(names).str.replace("_", " ", regex=False)


def _all(value: str, sheet: Sheet) -> pd.Series:
    return pd.Series(value, sheet.cells.index, dtype="str")
