"""Insights as one tidy CSV: a row for each number, with its unit, its source and its dates.

It is opened by people, so text that a spreadsheet would run gets an apostrophe before it.
"""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from marketing.campaigns import cells, insights
from marketing.campaigns.exports import Material, Rendered
from marketing.campaigns.insights import Sheet

TITLE = "Insights as CSV"
SUFFIX = ".csv"
MEDIA_TYPE = "text/csv"
ALIASES = ("csv",)
ACTION = "read"

COLUMNS = (
    "table",  # forecasts, scores, segments, traits, affinity, trends, set_aside
    "subject",  # the trend or segment, by its id
    "name",  # the segment's or title's name
    "title",
    "metric",
    "date",
    "value",
    "low",
    "high",
    "interval",  # how often the truth should lie between low and high
    "unit",
    "people",
    "method",
    "note",
    "source",
    "data_to",
    "made",
    "created",
)
SCORES = ("mase", "smape", "msis80", "coverage80", "coverage95", "skill")
Row = dict[str, Any]


def render(material: Material) -> Rendered:
    """Every insight of the workspace in long form."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    always = {"created": material.today.isoformat()}
    count = 0
    for sheet in insights.gather(material.workspace):
        always |= {"source": sheet.source, "made": sheet.made_at[:10]}
        for row in TIDY[sheet.name](sheet):
            writer.writerow([_cell(always.get(column, row.get(column))) for column in COLUMNS])
            count += 1
    return Rendered(text.getvalue().encode("utf-8-sig"), count)


def _cell(value: Any) -> str:
    value = cells.typed(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return cells.neutral(value)
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value.date()) if hasattr(value, "date") else str(value)


def _rows(sheet: Sheet) -> Iterator[Row]:
    names = [column.name for column in sheet.columns]
    for values in sheet.rows.itertuples(index=False, name=None):
        yield dict(zip(names, values, strict=True))


def _forecasts(sheet: Sheet) -> Iterator[Row]:
    for row in _rows(sheet):
        told = {
            "table": "forecasts",
            "subject": row["trend"],
            "name": row.get("name"),
            "title": row["title"],
            "metric": row["metric"],
            "date": row["date"],
            "value": row["expected"],
            "unit": row["unit"],
            "method": row.get("forecaster"),
            "note": row.get("reason"),
            "data_to": row["data_to"],
        }
        for level in ("80", "95"):
            if f"low{level}" in row:
                yield told | {"low": row[f"low{level}"], "high": row[f"high{level}"], "interval": f"{level}%"}


def _scores(sheet: Sheet) -> Iterator[Row]:
    units = {column.name: column.unit for column in sheet.columns}
    for row in _rows(sheet):
        tried = "" if _unknown(row.get("cutoffs")) else f"tried from {int(row['cutoffs'])} past days"
        for metric in SCORES:
            if not _unknown(row.get(metric)):
                yield {
                    "table": "scores",
                    "subject": row["trend"],
                    "metric": metric,
                    "value": row[metric],
                    "unit": units[metric],
                    "method": row["forecaster"],
                    "note": tried,
                    "data_to": row["data_to"],
                }


def _segments(sheet: Sheet) -> Iterator[Row]:
    for row in _rows(sheet):
        told = {"table": "segments", "subject": row["segment"], "name": row["name"], "people": row["size"]}
        yield told | {"metric": "size", "value": row["size"], "unit": "people", "note": row.get("description")}
        yield told | {"metric": "share", "value": row["share"], "unit": "of everyone"}
        if not _unknown(row.get("stability")):
            yield told | {"metric": "stability", "value": row["stability"], "unit": "agreement, 1 is perfect"}


def _traits(sheet: Sheet) -> Iterator[Row]:
    for row in _rows(sheet):
        everyone = row.get("everyone")
        yield {
            "table": "traits",
            "subject": row["segment"],
            "name": row["name"],
            "metric": row["trait"],
            "value": row.get("share"),
            "low": row.get("low"),
            "high": row.get("high"),
            "unit": "of the segment's people",
            "note": "" if _unknown(everyone) else f"everyone: {everyone:.12g}",
        }


def _affinity(sheet: Sheet) -> Iterator[Row]:
    for row in _rows(sheet):
        told = {
            "table": "affinity",
            "subject": row["segment"],
            "name": row.get("segment_name"),
            "title": row["title"],
            "people": row.get("people"),
            "note": row.get("because"),
        }
        low, high = row.get("low90"), row.get("high90")
        yield told | {
            "metric": "rate",
            "value": row.get("rate"),
            "low": low,
            "high": high,
            "interval": "90%",
            "unit": "of the segment's people",
        }
        if not _unknown(row.get("lift")):
            yield told | {"metric": "lift", "value": row["lift"], "unit": "times as often as everyone"}


def _trends(sheet: Sheet) -> Iterator[Row]:
    for row in _rows(sheet):
        yield {
            "table": "trends",
            "subject": row["trend"],
            "name": row.get("name"),
            "title": row["title"],
            "metric": row["metric"],
            "value": row.get("points"),
            "unit": "periods with data",
            "note": f"{row['state']}: {row.get('reason') or ''}",
            "data_to": row.get("last"),
        }


def _set_aside(sheet: Sheet) -> Iterator[Row]:
    for row in _rows(sheet):
        yield {
            "table": "set_aside",
            "subject": row["subject"],
            "name": row["name"],
            "people": row.get("people"),
            "note": row["reason"],
        }


TIDY: dict[str, Callable[[Sheet], Iterator[Row]]] = {
    "Forecasts": _forecasts,
    "Scores": _scores,
    "Trends not forecast": _trends,
    "Segments": _segments,
    "Traits": _traits,
    "Affinity": _affinity,
    "Set aside": _set_aside,
}


def _unknown(value: Any) -> bool:
    return cells.typed(value) is None
