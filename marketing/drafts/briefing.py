"""Briefs made of a workspace's tables: a title, what may be said of it, a segment, where its audience is going.

Only aggregates go in: nothing in a brief is about a single person, and a segment of under 100 people has none.
"""

import datetime as dt
import json
import re
from collections.abc import Sequence
from typing import Any

from marketing import catalog
from marketing.drafts import briefs
from marketing.drafts.briefs import Brief
from marketing.errors import InputError, MissingError, printable
from marketing.rows import records
from marketing.settings import Settings
from marketing.titles import Fact, Title, is_slug
from marketing.trends import engagement
from marketing.trends.outlook import Outlook, outlook
from marketing.workspace import Workspace

SMALLEST = 100  # people in a segment that is told of, here as in segments
ROMAN = re.compile(r"(?:i{1,3}|iv|vi{0,3}|ix|xi{0,3}|xiv|xv)")
SMALL_WORDS = ("a", "an", "and", "at", "for", "in", "of", "on", "the", "to")
SHOWN = 8  # titles named when one is not there
NAMED_IN = ("titles", "engagement", "facts", "viewing")  # tables in which a title may stand
SEGMENT_FIELDS = ("segment", "name", "size", "share", "description", "traits", "stability", "label", "age", "gender")


def build(
    workspace: Workspace,
    title: str,
    segment: str | None,
    settings: Settings,
    *,
    today: dt.date,
    goal: str = "",
    offer: str = "",
    facts: Sequence[str] | None = None,
) -> Brief:
    """The brief for a title and, where one is named, a segment. `facts` are the ids to keep; None keeps all.

    Facts that do not hold today stay in it, so that checks can say why they bear nothing out.

    Raises:
        MissingError: the workspace has no such title, segment or fact.
        InputError: the segment has under 100 people, or a table holds what no brief can.
    """
    content = {
        "title": _title(workspace, title),
        "facts": _chosen(_facts(workspace, title), facts),
        "segment": _segment(workspace, segment) if segment else None,
        "forecast": forecast(workspace, title),
        "brand": settings.brand.model_dump(mode="json"),
        "goal": goal,
        "offer": offer,
        "language": settings.language,
        "territory": settings.territory,
        "today": today,
    }
    brief, _ = briefs.parse({k: v for k, v in content.items() if v not in (None, "", [])}, today=today)
    return brief


def _title(workspace: Workspace, title: str) -> Title:
    """The title as `titles` has it; one that stands only in other tables has its id for a name.

    Raises:
        MissingError: no table has it; some titles that are there are named.
    """
    found = _rows(workspace, "titles", title)
    if found:
        return Title.from_row(found[0])
    if not any(title in _ids(workspace, name) for name in NAMED_IN if name != "titles"):
        there = sorted({each for name in NAMED_IN for each in _ids(workspace, name)})
        some = catalog.listed(printable(each) for each in there[:SHOWN]) + (" ..." if len(there) > SHOWN else "")
        told = f"It has: {some}." if there else "It has none yet: marquee ingest titles FILE"
        raise MissingError(f"This workspace has no title {printable(title)!r}. {told}")
    return Title(title=title, name=_name(title))


def _name(title: str) -> str:
    """An id as a name: "harbour-lights" as Harbour Lights, "gta-vi" as Gta VI; one with capitals or spaces as it is."""
    if not is_slug(title):
        return " ".join(title.replace("_", " ").split())
    words = re.split("[-_]", title)
    return " ".join(
        word.upper() if ROMAN.fullmatch(word) else word if place and word in SMALL_WORDS else word.capitalize()
        for place, word in enumerate(words)
    )


def _facts(workspace: Workspace, title: str) -> list[dict[str, Any]]:
    """The facts of a title, as a brief has them."""
    renamed = ({"id": row.pop("fact"), **row} for row in _rows(workspace, "facts", title))
    return [{name: value for name, value in row.items() if name in Fact.model_fields} for row in renamed]


def _chosen(rows: list[dict[str, Any]], ids: Sequence[str] | None) -> list[dict[str, Any]]:
    if ids is None:
        return rows
    missing = sorted(set(ids) - {str(row["id"]) for row in rows})
    if missing:
        raise MissingError(f"The title has no fact {printable(missing[0])!r}. See the facts table.")
    return [row for row in rows if row["id"] in set(ids)]


def _segment(workspace: Workspace, segment: str) -> dict[str, Any]:
    """A segment, in aggregate.

    Raises:
        MissingError: there is no such segment.
        InputError: it has under 100 people.
    """
    frame = workspace.read("segments")
    rows = records(frame[frame["segment"] == segment])
    if not rows:
        there = ", ".join(f"{row['segment']} ({row.get('name', '')})" for row in records(frame)[:SHOWN])
        raise MissingError(f"This workspace has no segment {printable(segment)!r}. It has: {printable(there, 300)}.")
    row = {name: value for name, value in rows[0].items() if name in SEGMENT_FIELDS}
    if row["size"] < SMALLEST:
        raise InputError(
            f"Segment {printable(segment)} has {row['size']:,.0f} people; copy is written for {SMALLEST} or more, "
            "so that nobody in it can be told. Choose a larger one."
        )
    return row | {"size": int(row["size"]), "traits": _traits(row.get("traits"))}


def _traits(told: Any) -> list[Any]:
    try:
        traits = json.loads(told) if told else []
    except (TypeError, ValueError):
        return []
    return traits if isinstance(traits, list) else []


def forecast(workspace: Workspace, title: str) -> dict[str, Any] | None:
    """The outlook of the title's largest trend; None where none is forecast."""
    if not workspace.has("forecasts") or not workspace.has("engagement"):
        return None
    rows = workspace.read("forecasts", filters=[("title", "==", title)])
    history = workspace.read("engagement", filters=[("title", "==", title)])
    if rows.empty or history.empty:
        return None
    totals = rows[rows["trend"].isin({engagement.trend_id(title, str(m), {}) for m in rows["metric"].unique()})]
    if totals.empty:
        return None
    trend = totals.groupby("trend")["expected"].sum().sort_values(ascending=False, kind="stable").index[0]
    rows = totals[totals["trend"] == trend].dropna(subset=["expected"])
    gathered = engagement.gather(history)
    gathered = gathered[gathered["trend"] == trend]
    if rows.empty or gathered.empty:
        return None
    return _told(str(trend), str(rows["metric"].iloc[0]), outlook(rows, gathered[["date", "value"]]))


def _told(trend: str, metric: str, seen: Outlook) -> dict[str, Any]:
    """An outlook as a brief has it; without a peak where no day stands out."""
    peak = {
        "date": seen.peak_date.isoformat(),
        "expected": round(seen.expected, 2),
        "low80": round(seen.low80, 2),
        "high80": round(seen.high80, 2),
    }
    told = {
        "trend": trend,
        "metric": metric,
        "direction": seen.direction,
        "from": seen.first.isoformat(),
        "to": seen.last.isoformat(),
    }
    return told if seen.even else told | {"peak": peak}


def _ids(workspace: Workspace, table: str) -> set[str]:
    return set(workspace.read(table, ["title"])["title"].dropna()) if workspace.has(table) else set()


def _rows(workspace: Workspace, table: str, title: str) -> list[dict[str, Any]]:
    """The rows of a title; none where there is no table."""
    if not workspace.has(table):
        return []
    return records(workspace.read(table, filters=[("title", "==", title)]))
