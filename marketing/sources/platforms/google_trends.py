"""Google Trends, multiTimeline.csv: a preamble, then a column of periods and one for each search term."""

import re
from collections.abc import Sequence

import pandas as pd

from marketing.sources.sheets import Sheet

TABLES = ("engagement",)
NAME = "Google Trends"

PERIODS = frozenset(
    ("day", "week", "month", "time", "tag", "woche", "monat", "día", "semana", "mes", "jour", "semaine", "mois")
)
TERM = re.compile(r"(?P<term>.+?): \((?P<region>.+)\)")
WORLDWIDE = ("worldwide", "weltweit", "todo el mundo", "tous les pays", "dans tous les pays")
LESS_THAN_ONE = "<1"  # of an index to 100


def header(rows: Sequence[Sequence[str]], file: str) -> int | None:
    """The row of a period and of terms, each with its region in brackets."""
    for at, row in enumerate(rows[:6]):
        cells = [cell.strip() for cell in row]
        terms = [cell for cell in cells[1:] if cell]
        if terms and cells[0].casefold() in PERIODS and all(TERM.fullmatch(term) for term in terms):
            return at
    return None


def shape(sheet: Sheet, table: str) -> Sheet:
    """A row for each period, term and region: the interest in the search, an index to 100."""
    long = sheet.melted(sheet.names[:1], "title", "value")
    parts = long.column("title").str.extract(TERM.pattern)
    value = long.column("value")
    small = (value == LESS_THAN_ONE).to_numpy(bool) if value.dtype == "str" else None
    notes = list(sheet.notes)
    if small is not None and small.any():
        value = value.mask(small, "0.5")
        notes.append(f'"<1" was read as 0.5, in {int(small.sum()):,} cells.')
    cells = {
        "date": long.column(sheet.names[0]),
        "title": parts["term"],
        "metric": pd.Series("search_interest", long.cells.index, dtype="str"),
        "value": value,
    }
    region = parts["region"].mask(parts["region"].str.casefold().isin(WORLDWIDE))
    if region.notna().any():
        cells["region"] = region
    return long.reshaped(cells, notes=notes)
