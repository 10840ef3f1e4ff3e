"""What the ledger remembers: drafts, reviews, runs, scenarios and the audit trail, a frozen record each.

Copy, problems and details are plain JSON values; every time is aware and in UTC.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Decision = Literal["approve", "reject", "changes", "edit"]
RunState = Literal["waiting", "running", "done", "failed", "stopped"]

UNDER_WAY: tuple[RunState, ...] = ("waiting", "running")


@dataclass(frozen=True)
class DraftRecord:
    """Words for one segment, title and channel, as they were written; a draft never changes.

    `digest` is that of the words alone, and a decision is bound to it. `parent` is the draft that this one
    was edited from, or "". `cost` is what the chat model's service charged, as the writer tells it.
    """

    draft: str
    digest: str
    brief: str
    title: str
    segment: str
    channel: str
    variant: int
    language: str
    copy: dict[str, Any]
    problems: list[dict[str, Any]]
    writer: str
    prompt: str
    cost: Any
    created_at: dt.datetime
    created_by: str
    parent: str = ""


@dataclass(frozen=True)
class ReviewRecord:
    """What one person decided about exactly the words with this digest.

    `review` is a key that the one who asks makes up, so that asking twice decides once. `decision` is
    "approve", "reject", "changes" or "edit" (these words were replaced by those of another draft).
    """

    review: str
    draft: str
    digest: str
    decision: str
    reason: str
    by: str
    role: str
    at: dt.datetime


@dataclass(frozen=True)
class RunRecord:
    """Long work: what was asked for, how far it is, how it ended. A waiting run has no pid."""

    run: str
    jobs: list[str]
    arguments: dict[str, Any]
    by: str
    requested_at: dt.datetime
    state: str = "waiting"
    step: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    pid: int | None = None
    started_at: dt.datetime | None = None
    heartbeat_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    failures: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class ScenarioRecord:
    """What someone wanted to know about a title: what would happen if. `content` is the scenario, not its outcome."""

    scenario: str
    title: str
    name: str
    content: dict[str, Any]
    by: str
    at: dt.datetime


@dataclass(frozen=True)
class AuditRecord:
    """Who did what to what, chained: `digest` covers this record and `previous`, the digest before it."""

    number: int
    at: dt.datetime
    by: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    digest: str

    def computed(self) -> str:
        """The digest that this record must have."""
        when = self.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        return digest([self.number, when, self.by, self.action, self.subject, self.detail, self.previous])


def canonical(value: Any) -> str:
    """`value` as JSON that is the same text for the same content; not-a-number is refused."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(record: DraftRecord | ReviewRecord | Mapping[str, Any]) -> str:
    """A digest of a record's whole content, times included; the audit trail keeps it."""
    content = record if isinstance(record, Mapping) else vars(record)
    return digest({name: _plain(value) for name, value in content.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value
