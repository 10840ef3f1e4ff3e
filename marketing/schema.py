"""The ledger's tables in the database, of types that SQLite and PostgreSQL share, and how it is opened."""

import contextlib
import datetime as dt
import functools
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from marketing.errors import ConflictError, InputError

# Of the schema; a ledger with a higher one was written by a newer Marquee. One with a lower one gains the tables it
# lacks when it is opened: 2 brought scenarios.
VERSION = 2
PATIENCE_SECONDS = 30  # how long a transaction waits for another's
POSTGRES_LOCK = 0x6D617271  # writers on PostgreSQL take turns by this advisory lock, as SQLite's do anyway
WRITES = "marquee_writes"  # the execution option that marks a transaction that writes


class Instant(sa.TypeDecorator[dt.datetime]):
    """An aware time, in UTC; SQLite, which keeps no zone, gets it without."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """UTC for the database; a time without zone is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; the ledger keeps aware times only.")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """UTC from the database."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **options)


def _number() -> sa.Column[int]:
    # SQLite counts up by itself in a column of exactly this type.
    return sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[dt.datetime]:
    return sa.Column(name, Instant, nullable=nullable)


metadata = sa.MetaData()

house = sa.Table(
    "ledger",
    metadata,
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("records", sa.BigInteger, nullable=False),  # the audit trail's length and last digest, so that
    _text("head"),  # records taken from its end are missed
)
briefs = sa.Table("briefs", metadata, _text("digest", primary_key=True), _json("content"), _instant("at"))
drafts = sa.Table(
    "drafts",
    metadata,
    _number(),
    _text("draft", unique=True),
    _text("digest"),
    _text("brief"),
    _text("title", index=True),
    _text("segment"),
    _text("channel"),
    sa.Column("variant", sa.Integer, nullable=False),
    _text("language"),
    _json("copy"),
    _json("problems"),
    _text("writer"),
    _text("prompt"),
    sa.Column("cost", sa.JSON),
    _instant("created_at"),
    _text("created_by"),
    _text("parent", index=True),
    sa.ForeignKeyConstraint(["brief"], ["briefs.digest"]),
)
reviews = sa.Table(
    "reviews",
    metadata,
    _number(),
    _text("review", unique=True),
    _text("draft", index=True),
    _text("digest"),
    _text("decision"),
    _text("reason"),
    _text("by"),
    _text("role"),
    _instant("at"),
    sa.ForeignKeyConstraint(["draft"], ["drafts.draft"]),
)
runs = sa.Table(
    "runs",
    metadata,
    _number(),
    _text("run", unique=True),
    _json("jobs"),
    _json("arguments"),
    _text("by"),
    _instant("requested_at"),
    _text("state", index=True),
    _text("step"),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    _text("message"),
    sa.Column("pid", sa.BigInteger),
    _instant("started_at", nullable=True),
    _instant("heartbeat_at", nullable=True),
    _instant("ended_at", nullable=True),
    _json("failures"),
)
scenarios = sa.Table(
    "scenarios",
    metadata,
    _number(),
    _text("scenario", unique=True),
    _text("title", index=True),
    _text("name"),
    _json("content"),
    _text("by"),
    _instant("at"),
)
audits = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _instant("at"),
    _text("by"),
    _text("action"),
    _text("subject"),
    _json("detail"),
    _text("previous"),
    _text("digest"),
)


def connect(url: str) -> sa.Engine:
    """An engine for the ledger at `url`; SQLite set so that nothing acknowledged is lost and nobody is locked out.

    Raises:
        InputError: `url` is no address of a database that can be reached from here.
    """
    try:
        engine = sa.create_engine(url, json_serializer=functools.partial(json.dumps, allow_nan=False))
    except (exc.ArgumentError, ImportError) as error:
        raise InputError(f"The ledger's address cannot be used: {error}. Correct it in the settings.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where sqlite3 guesses
    for pragma in (
        f"busy_timeout = {PATIENCE_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A plain BEGIN that turns to writing later fails with "database is locked" instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


@contextlib.contextmanager
def transaction(engine: sa.Engine, *, writes: bool) -> Iterator[sa.Connection]:
    """One transaction, committed at the end of the block; those that write take turns.

    Raises:
        ConflictError: others held the ledger for too long.
        InputError: it cannot be opened, read or written.
    """
    try:
        with engine.connect().execution_options(**{WRITES: writes}) as connection, connection.begin():
            if writes and engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
            yield connection
    except exc.DatabaseError as error:
        raise _told(engine, error) from error
    except exc.StatementError as error:  # a value that no column takes; SQLAlchemy wraps what we raised
        raise (error.orig or error) from error


def _told(engine: sa.Engine, error: exc.DatabaseError) -> Exception:
    reason = str(error.orig)
    if isinstance(error, exc.IntegrityError | exc.ProgrammingError):
        return error  # a mistake of ours, not of the database's owner
    if "locked" in reason:
        return ConflictError(
            f"Others held the ledger for more than {PATIENCE_SECONDS} seconds; nothing was written. Try again."
        )
    where = engine.url.render_as_string(hide_password=True)
    return InputError(
        f"The ledger at {where} cannot be used: {reason}. "
        "Check that its folder is there, that it may be written and that the disk has room."
    )
