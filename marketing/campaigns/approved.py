"""The drafts that may leave: approved, whole, and resting on facts that still hold."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from marketing.campaigns import reviews
from marketing.drafts.briefs import Brief
from marketing.drafts.copy import Copy
from marketing.drafts.proofs import linked
from marketing.ledger import Ledger
from marketing.records import DraftRecord
from marketing.rows import records
from marketing.titles import Fact, Title
from marketing.workspace import Workspace


@dataclass(frozen=True)
class Approved:
    """A draft that may leave, with the title and the segment it is for as they are called now."""

    draft: DraftRecord
    title: Title
    segment: str

    @property
    def slots(self) -> dict[str, list[str]]:
        """Its words."""
        slots: dict[str, list[str]] = self.draft.copy["slots"]
        return slots


def gather(workspace: Workspace, ledger: Ledger, channel: str, today: dt.date) -> tuple[list[Approved], list[str]]:
    """The drafts of a channel that may leave, by title, segment and variant; and why other approved ones may not."""
    drafts = ledger.drafts(channel=channel)
    standings = reviews.standings(drafts, ledger.reviews())
    titles, facts, segments = _titles(workspace), _facts(workspace), _segment_names(workspace)
    leaving, kept = [], []
    for draft in drafts:
        if standings[draft.draft] != "approved":
            continue
        brief = Brief.model_validate(ledger.brief(draft.brief))
        title = titles.get(draft.title) or brief.title
        if reason := _why_not(draft, brief, title, facts, today):
            kept.append(reason)
        else:
            called = segments.get(draft.segment) or (brief.segment.name if brief.segment else "") or draft.segment
            leaving.append(Approved(draft, title, called))
    leaving.sort(key=lambda a: (a.title.called, a.segment, a.draft.language, a.draft.variant, a.draft.draft))
    return leaving, sorted(kept)


def _why_not(draft: DraftRecord, brief: Brief, title: Title, facts: Mapping[str, Fact | None], today: dt.date) -> str:
    if reviews.blocking(draft):
        return f"Draft {draft.draft} has problems that block it. Edit it."
    then = {fact.id: fact for fact in brief.all_facts()}
    now = {**then, **facts, **{fact.id: fact for fact in title.known()}}
    copy = Copy.model_validate(draft.copy)
    for claim in [*copy.claims, *linked(copy, brief).claims]:  # what was kept of them, and what the words say
        fact, before = now.get(claim.fact), then.get(claim.fact)
        said = f"Draft {draft.draft} says {claim.text!r}; the fact {claim.fact!r} behind it"
        if fact is None:
            return f"{said} is gone, or its dates contradict each other. Edit the draft, or correct the fact."
        if before is not None and before.text.strip() != fact.text.strip():
            return f"{said} has changed and is now {fact.text!r}. Edit it, and have it approved again."
        if reason := fact.why_not(today, brief.territory):
            return f"{said} {reason}. Edit it, and have it approved again."
    return ""


def _titles(workspace: Workspace) -> dict[str, Title]:
    return {row["title"]: Title.from_row(row) for row in _rows(workspace, "titles")}


def _facts(workspace: Workspace) -> dict[str, Fact | None]:
    return {row["fact"]: _fact(row) for row in _rows(workspace, "facts")}


def _fact(row: dict[str, Any]) -> Fact | None:
    try:
        return Fact.model_validate({**row, "id": row["fact"]})
    except ValidationError:  # a fact that ends before it begins bears nothing out
        return None


def _segment_names(workspace: Workspace) -> dict[str, str]:
    return {row["segment"]: row["name"] for row in _rows(workspace, "segments")}


def _rows(workspace: Workspace, table: str) -> list[dict[str, Any]]:
    """A table's rows; none where there is no table."""
    return records(workspace.read(table)) if workspace.has(table) else []
