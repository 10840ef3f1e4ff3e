"""Records that people and jobs make: briefs, drafts, reviews, runs, scenarios and the audit trail.

What a call here acknowledges is on disk. Each action writes its audit record in the same transaction, and
actions carry keys made by those who ask, so that asking again after a crash does nothing twice.

SQLite is set as it was tried under kills (write-ahead log, synchronous=FULL, BEGIN IMMEDIATE, 30 s of
patience); column types are such as PostgreSQL has too.
"""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from marketing.errors import ConflictError, InputError, MissingError, printable
from marketing.records import (
    UNDER_WAY,
    AuditRecord,
    DraftRecord,
    ReviewRecord,
    RunRecord,
    ScenarioRecord,
    digest,
    fingerprint,
)
from marketing.schema import (
    VERSION,
    audits,
    briefs,
    connect,
    drafts,
    house,
    metadata,
    reviews,
    runs,
    scenarios,
    transaction,
)

# The records are shown here too.
__all__ = ["AuditRecord", "DraftRecord", "Ledger", "ReviewRecord", "RunRecord", "ScenarioRecord"]

Record = TypeVar("Record", DraftRecord, ReviewRecord, RunRecord, ScenarioRecord, AuditRecord)


class Ledger:
    """The records at one SQLAlchemy address, shared by all processes of a workspace."""

    def __init__(self, url: str) -> None:
        """Open the ledger, made where there is none; one that an older Marquee wrote gains what it lacks.

        Raises:
            InputError: it cannot be opened, is no ledger, or was written by a newer Marquee.
        """
        self._engine = connect(url)
        with self._writing() as connection:
            if not sa.inspect(connection).has_table(house.name):
                metadata.create_all(connection)
                connection.execute(house.insert().values(version=VERSION, records=0, head=""))
            found = connection.scalar(sa.select(house.c.version))
            if found is not None and found < VERSION:
                metadata.create_all(connection)
                connection.execute(house.update().values(version=VERSION))
        if found is None or found > VERSION:
            self.close()
            raise InputError(
                f"This ledger was written by a newer Marquee (its schema is {found}, this Marquee knows {VERSION}). "
                "Update Marquee, or choose another workspace."
            )

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    # Briefs and drafts

    def add_brief(self, content: Mapping[str, Any], *, digest: str, at: dt.datetime) -> None:
        """Keep what a writer was told, once for each digest."""
        with self._writing() as connection:
            if connection.scalar(sa.select(briefs.c.digest).where(briefs.c.digest == digest)) is None:
                connection.execute(briefs.insert().values(digest=digest, content=dict(content), at=at))

    def brief(self, digest: str) -> dict[str, Any]:
        """The brief with that digest, or MissingError."""
        with self._reading() as connection:
            content = connection.scalar(sa.select(briefs.c.content).where(briefs.c.digest == digest))
        if content is None:
            raise MissingError(f"There is no brief {printable(digest)!r} in this ledger.")
        return dict(content)

    def add_drafts(self, records: Sequence[DraftRecord]) -> int:
        """Keep drafts, all or none; those whose id is there already stay as they are. Returns how many were new.

        Raises:
            MissingError: a draft's brief is not in the ledger; add it first.
        """
        with self._writing() as connection:
            return sum(_add_draft(connection, record, "draft") for record in records)

    def add_edit(self, record: DraftRecord, review: ReviewRecord) -> None:
        """Put `record` in the place of its parent, in one transaction with the review that says so.

        Raises:
            ConflictError: the parent was edited by someone else meanwhile.
        """
        with self._writing() as connection:
            if not _has_review(connection, review.review):
                _refuse_edited(connection, review.draft)
                _add_draft(connection, record, "edit")
                _add_review(connection, review, {"becomes": record.draft})

    def draft(self, draft: str) -> DraftRecord:
        """The draft with that id, or MissingError."""
        with self._reading() as connection:
            found = _records(connection, DraftRecord, drafts, drafts.c.draft == draft)
        if not found:
            raise MissingError(f"There is no draft {printable(draft)!r}. List them: marquee drafts")
        return found[0]

    def drafts(
        self, *, title: str | None = None, segment: str | None = None, channel: str | None = None
    ) -> list[DraftRecord]:
        """The drafts, or those of a title, segment or channel, newest first."""
        asked = {drafts.c.title: title, drafts.c.segment: segment, drafts.c.channel: channel}
        where = [column == value for column, value in asked.items() if value is not None]
        newest = (drafts.c.created_at.desc(), drafts.c.number)
        with self._reading() as connection:
            return _records(connection, DraftRecord, drafts, *where, order=newest)

    # Reviews

    def add_review(self, record: ReviewRecord) -> bool:
        """Keep a decision; False when one with this key is there already.

        Raises:
            MissingError: there is no such draft.
            ConflictError: its words have another digest, or were edited meanwhile.
        """
        with self._writing() as connection:
            if _has_review(connection, record.review):
                return False
            _refuse_edited(connection, record.draft)
            _add_review(connection, record, {})
        return True

    def review(self, review: str) -> ReviewRecord | None:
        """The decision with that key, if it was taken."""
        with self._reading() as connection:
            found = _records(connection, ReviewRecord, reviews, reviews.c.review == review)
        return found[0] if found else None

    def reviews(self, draft: str | None = None) -> list[ReviewRecord]:
        """All decisions, or those about one draft, oldest first."""
        where = [] if draft is None else [reviews.c.draft == draft]
        with self._reading() as connection:
            return _records(connection, ReviewRecord, reviews, *where, order=(reviews.c.number,))

    # Runs

    def request_run(
        self, jobs: Sequence[str], arguments: Mapping[str, Any], *, by: str, at: dt.datetime, run: str
    ) -> RunRecord:
        """Ask for long work; asking again with the same key `run` gives the run that is there."""
        record = RunRecord(run, list(jobs), dict(arguments), by, at)
        with self._writing() as connection:
            if there := _records(connection, RunRecord, runs, runs.c.run == run):
                return there[0]
            connection.execute(runs.insert().values(**vars(record)))
            _append(connection, at, by, "run", run, {"jobs": record.jobs, "arguments": record.arguments})
        return record

    def run(self, run: str) -> RunRecord:
        """The run with that id, or MissingError."""
        with self._reading() as connection:
            found = _records(connection, RunRecord, runs, runs.c.run == run)
        if not found:
            raise MissingError(f"There is no run {printable(run)!r} in this workspace.")
        return found[0]

    def runs(self, limit: int = 20) -> list[RunRecord]:
        """The latest runs, newest first."""
        with self._reading() as connection:
            return _records(connection, RunRecord, runs, order=(runs.c.number.desc(),), limit=limit)

    def open_runs(self) -> list[RunRecord]:
        """Every run that waits or is at work, oldest first."""
        with self._reading() as connection:
            return _records(connection, RunRecord, runs, runs.c.state.in_(UNDER_WAY), order=(runs.c.number,))

    def claim_run(self, run: str, pid: int, at: dt.datetime, *, dead: int | None = None) -> bool:
        """Take a waiting run for the process `pid`, or one that the process `dead` left behind.

        Of several that ask, one gets True.
        """
        free = runs.c.state == "waiting"
        if dead is not None:
            free |= (runs.c.state == "running") & (runs.c.pid == dead)
        values = {
            "state": "running",
            "pid": pid,
            "heartbeat_at": at,
            "started_at": sa.func.coalesce(runs.c.started_at, at),
        }
        return self._change(runs.update().where(runs.c.run == run, free).values(values))

    def update_run(
        self,
        run: str,
        *,
        step: str | None = None,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
        at: dt.datetime,
    ) -> bool:
        """Report progress and a heartbeat; False when the run is not running any more (someone stopped it)."""
        told = {"step": step, "done": done, "total": total, "message": message, "heartbeat_at": at}
        values = {name: value for name, value in told.items() if value is not None}
        return self._change(runs.update().where(runs.c.run == run, runs.c.state == "running").values(values))

    def end_run(self, run: str, state: str, failures: Sequence[Any], at: dt.datetime) -> bool:
        """End a run as "done", "failed" or "stopped"; False when it had ended already."""
        values = {"state": state, "failures": list(failures), "ended_at": at}
        return self._change(runs.update().where(runs.c.run == run, runs.c.state.in_(UNDER_WAY)).values(values))

    # Scenarios

    def add_scenario(self, record: ScenarioRecord) -> bool:
        """Keep a scenario; False when one with this key is there already."""
        with self._writing() as connection:
            if _records(connection, ScenarioRecord, scenarios, scenarios.c.scenario == record.scenario):
                return False
            connection.execute(scenarios.insert().values(**vars(record)))
            detail = {"title": record.title, "name": record.name, "content": digest(record.content)}
            _append(connection, record.at, record.by, "scenario", record.scenario, detail)
        return True

    def scenario(self, scenario: str) -> ScenarioRecord:
        """The scenario with that id, or MissingError."""
        with self._reading() as connection:
            found = _records(connection, ScenarioRecord, scenarios, scenarios.c.scenario == scenario)
        if not found:
            raise MissingError(f"There is no scenario {printable(scenario)!r}; it may have been deleted meanwhile.")
        return found[0]

    def scenarios(self, title: str | None = None) -> list[ScenarioRecord]:
        """The scenarios kept, or those of a title, newest first."""
        where = [] if title is None else [scenarios.c.title == title]
        with self._reading() as connection:
            return _records(connection, ScenarioRecord, scenarios, *where, order=(scenarios.c.number.desc(),))

    def drop_scenario(self, scenario: str, *, by: str, at: dt.datetime) -> bool:
        """Let go of a scenario; False when it is gone already. The audit trail keeps that it was there."""
        with self._writing() as connection:
            found = _records(connection, ScenarioRecord, scenarios, scenarios.c.scenario == scenario)
            if found:
                connection.execute(scenarios.delete().where(scenarios.c.scenario == scenario))
                detail = {"title": found[0].title, "name": found[0].name}
                _append(connection, at, by, "delete scenario", scenario, detail)
        return bool(found)

    # The audit trail

    def append_audit(self, at: dt.datetime, by: str, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        """Record an action that leaves no other record here: an export, an erasure, an import."""
        with self._writing() as connection:
            _append(connection, at, by, action, subject, detail)

    def audit(self) -> list[AuditRecord]:
        """Who did what, oldest first."""
        with self._reading() as connection:
            return _records(connection, AuditRecord, audits, order=(audits.c.number,))

    def verify(self) -> int | None:
        """The number of the first audit record that is not what was written, or None when all are.

        Also found: drafts and reviews that were changed, added or taken away behind the trail's back, told as
        the record that speaks of them, or the one after the last.
        """
        with self._reading() as connection:
            trail = _records(connection, AuditRecord, audits, order=(audits.c.number,))
            length, head = connection.execute(sa.select(house.c.records, house.c.head)).one()
            stored = {r.draft: fingerprint(r) for r in _records(connection, DraftRecord, drafts)}
            stored |= {r.review: fingerprint(r) for r in _records(connection, ReviewRecord, reviews)}
        previous = ""
        for expected, record in enumerate(trail, start=1):
            chained = record.number == expected and record.previous == previous and record.digest == record.computed()
            told = record.detail.get("fingerprint")
            if not chained or (told is not None and stored.pop(record.detail.get("key", ""), None) != told):
                return expected
            previous = record.digest
        whole = len(trail) == length and previous == head and not stored
        return None if whole else len(trail) + 1

    # Transactions

    def _change(self, statement: sa.Update) -> bool:
        with self._writing() as connection:
            return connection.execute(statement).rowcount == 1

    def _writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        return transaction(self._engine, writes=True)

    def _reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        return transaction(self._engine, writes=False)


def _records(
    connection: sa.Connection,
    kind: type[Record],
    table: sa.Table,
    *where: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnElement[Any]] = (),
    limit: int | None = None,
) -> list[Record]:
    columns = [table.c[field.name] for field in dataclasses.fields(kind)]
    rows = connection.execute(sa.select(*columns).where(*where).order_by(*order).limit(limit))
    return [kind(*row) for row in rows]


def _add_draft(connection: sa.Connection, record: DraftRecord, action: str) -> bool:
    if connection.scalar(sa.select(drafts.c.draft).where(drafts.c.draft == record.draft)) is not None:
        return False
    if connection.scalar(sa.select(briefs.c.digest).where(briefs.c.digest == record.brief)) is None:
        raise MissingError(f"Draft {record.draft} rests on brief {record.brief!r}, which is not in the ledger.")
    connection.execute(drafts.insert().values(**vars(record)))
    detail = {"key": record.draft, "fingerprint": fingerprint(record), "words": record.digest}
    if record.parent:
        detail["parent"] = record.parent
    _append(connection, record.created_at, record.created_by, action, record.draft, detail)
    return True


def _add_review(connection: sa.Connection, record: ReviewRecord, more: Mapping[str, Any]) -> None:
    words = connection.scalar(sa.select(drafts.c.digest).where(drafts.c.draft == record.draft))
    if words is None:
        raise MissingError(f"There is no draft {printable(record.draft)!r}. List them: marquee drafts")
    if words != record.digest:
        raise ConflictError(f"The words of draft {record.draft} are not those that were decided on.")
    connection.execute(reviews.insert().values(**vars(record)))
    detail = {"key": record.review, "fingerprint": fingerprint(record), "words": record.digest}
    detail |= {"reason": record.reason, "role": record.role, **more}
    _append(connection, record.at, record.by, record.decision, record.draft, detail)


def _has_review(connection: sa.Connection, review: str) -> bool:
    return connection.scalar(sa.select(reviews.c.review).where(reviews.c.review == review)) is not None


def _refuse_edited(connection: sa.Connection, draft: str) -> None:
    newer = connection.scalar(sa.select(drafts.c.draft).where(drafts.c.parent == draft))
    if newer is not None:
        raise ConflictError(f"Draft {draft} was edited meanwhile and lives on as {newer}. Look at that one.")


def _append(
    connection: sa.Connection, at: dt.datetime, by: str, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    length, head = connection.execute(sa.select(house.c.records, house.c.head)).one()
    record = AuditRecord(length + 1, at, by, action, subject, dict(detail), head, "")
    record = dataclasses.replace(record, digest=record.computed())
    connection.execute(audits.insert().values(**vars(record)))
    connection.execute(house.update().values(records=record.number, head=record.digest))
