"""YouTube Studio, advanced mode: "Table data.csv" and "Chart data.csv", each below or without a row of totals.

Rates, averages and unique viewers cannot be added up over days or videos, so they are left out of engagement.
"""

from collections.abc import Sequence

import pandas as pd

from marketing.sources.sheets import Sheet

TABLES = ("engagement", "titles")
NAME = "YouTube Studio"

METRICS = {
    "Views": "views",
    "Engaged views": "engaged_views",
    "Watch time (hours)": "watch_hours",
    "Subscribers": "subscribers",
    "Subscribers gained": "subscribers_gained",
    "Subscribers lost": "subscribers_lost",
    "Likes": "likes",
    "Dislikes": "dislikes",
    "Shares": "shares",
    "Comments added": "comments",
    "Impressions": "impressions",
}
VIDEO = ("Content", "Video title")
DESCRIBING = ("Content", "Video title", "Video publish time", "Duration", "Date")
PERIOD = 'This export adds up a period. Export "Chart data", a row a day, or say its last day: --set date=2024-01-31'
SIGNED = ("Subscribers",)  # gained less lost: a day may lose more


def header(rows: Sequence[Sequence[str]], file: str) -> int | None:
    """The first row, if it names videos and one of the measures."""
    for at, row in enumerate(rows[:3]):
        names = {cell.strip() for cell in row}
        if names >= set(VIDEO) and names & set(METRICS):
            return at
    return None


def shape(sheet: Sheet, table: str) -> Sheet:
    """Engagement: a row for each video, measure and day. Titles: a row for each video."""
    sheet = _without_total(sheet)
    return _titles(sheet) if table == "titles" else _engagement(sheet)


def _without_total(sheet: Sheet) -> Sheet:
    total = sheet.column("Content").eq("Total").to_numpy(bool)
    notes = [*sheet.notes, "The row of totals was left out."] if total.any() else sheet.notes
    return sheet.reshaped({name: sheet.column(name)[~total] for name in sheet.names}, notes=notes)


def _link(videos: pd.Series) -> pd.Series:
    """Where the videos are; their bare ids may begin with the sign of a formula."""
    return "youtu.be/" + videos


def _titles(sheet: Sheet) -> Sheet:
    cells = {"title": sheet.column("Video title"), "name": sheet.column("Video title")}
    if "Video publish time" in sheet.names:
        cells["release_date"] = sheet.column("Video publish time")
    return sheet.reshaped(cells | {"video": _link(sheet.column("Content"))})


def _engagement(sheet: Sheet) -> Sheet:
    measures = [name for name in sheet.names if name in METRICS and name not in SIGNED]
    left_out = [name for name in sheet.names if name not in measures and name not in DESCRIBING]
    kept = [name for name in sheet.names if name in DESCRIBING]
    wide = sheet.reshaped({name: sheet.column(name) for name in [*kept, *measures]})
    long = wide.melted(kept, "metric", "value")
    cells = {
        "title": long.column("Video title"),
        "metric": long.column("metric").map(METRICS).astype("str"),
        "value": long.column("value"),
        "video": _link(long.column("Content")),
    }
    notes = list(sheet.notes)
    if left_out:
        notes.append(f"Left out, since they do not add up over days or may be negative: {', '.join(left_out)}.")
    if "Date" in kept:
        cells["date"] = long.column("Date")
    shaped = long.reshaped(cells, notes=notes)
    shaped.hints["date"] = PERIOD
    return shaped
