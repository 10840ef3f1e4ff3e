"""One client's folder: Parquet tables, written atomically, and beside them the settings and the ledger.

A table is a file named after its content; `manifest.json` says which file is current. Writing several
tables means writing their files, syncing them and renaming one new manifest over the old, so readers see
all of the old tables or all of the new, whatever is killed when.
"""

import contextlib
import datetime as dt
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import filelock
import pandas as pd

from marketing import tables
from marketing.errors import ConflictError, InputError, MissingError

if TYPE_CHECKING:
    import ibis

MANIFEST = "manifest.json"
LOCK_SECONDS = 60  # how long a writer waits for another
KEPT_SECONDS = 3600  # how long a replaced file stays for those still reading it


@dataclass(frozen=True)
class Stored:
    """What the manifest knows of a table. `stamp` says from what a job made it, to tell stale from fresh."""

    file: str
    rows: int
    columns: list[str]
    stored_at: str
    stamp: str = ""


@dataclass(frozen=True)
class Counts:
    """What an upsert did, in rows. Unchanged rows stood there already, cell by cell."""

    new: int
    changed: int
    unchanged: int


class Workspace:
    """The folder of one client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: Path) -> Self:
        """The workspace in `folder`, made where there is none.

        Raises:
            InputError: the folder holds other things, or cannot be made.
        """
        workspace = cls(folder)
        if not workspace.manifest_path.is_file():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                foreign = [p.name for p in folder.iterdir() if p.name not in OURS]
            except OSError as error:
                raise InputError(f"{folder} cannot be a workspace: {error.strerror}. Choose another.") from error
            if foreign:
                raise InputError(f"{folder} holds other files ({foreign[0]} ...). Choose an empty or a new folder.")
            with workspace.locked():
                workspace.tables_folder.mkdir(exist_ok=True)
                if not workspace.manifest_path.is_file():
                    workspace._write_manifest({})
        return workspace

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The workspace in `folder`.

        Raises:
            MissingError: there is none.
        """
        workspace = cls(folder)
        if not workspace.manifest_path.is_file():
            raise MissingError(
                f"There is no workspace in {folder}. Make one by importing a table: "
                f"marquee ingest TABLE FILE --workspace {folder}"
            )
        return workspace

    @property
    def manifest_path(self) -> Path:
        """The one file whose renaming makes new tables current."""
        return self.folder / MANIFEST

    @property
    def tables_folder(self) -> Path:
        """Where the Parquet files are."""
        return self.folder / "tables"

    @property
    def checkpoints_folder(self) -> Path:
        """Where jobs leave what is done, to carry on after a kill."""
        return self.folder / "checkpoints"

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy's address of the ledger that lives in this folder."""
        return f"sqlite:///{self.folder.absolute() / 'ledger.sqlite'}"

    def tables(self) -> dict[str, Stored]:
        """Every table that is there, by name."""
        entries = json.loads(self.manifest_path.read_text("utf-8"))["tables"]
        return {name: Stored(**entry) for name, entry in entries.items()}

    def has(self, name: str) -> bool:
        """Whether the table is there."""
        return name in self.tables()

    def digest(self, *names: str) -> str:
        """A digest of the content of these tables; absent ones count as such."""
        stored = self.tables()
        told = json.dumps([(n, stored[n].file if n in stored else "") for n in sorted(names)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def read(self, name: str, columns: Sequence[str] | None = None, filters: Any = None) -> pd.DataFrame:
        """The table, or these columns of it; `filters` as pyarrow has them: [("trend", "==", "...")].

        Raises:
            MissingError: the workspace has no such table.
        """
        stored = self.tables()
        if name not in stored:
            raise MissingError(f"This workspace has no {name} yet. {_origin(name)}")
        path = self.tables_folder / stored[name].file
        return pd.read_parquet(path, columns=list(columns) if columns else None, filters=filters)

    def write(
        self,
        frames: Mapping[str, pd.DataFrame],
        *,
        now: dt.datetime,
        stamp: str = "",
        drop: Sequence[str] = (),
    ) -> None:
        """Make `frames` the current tables of these names, all or none, and take those in `drop` away."""
        with self.locked():
            self._commit(frames, now, stamp, drop)

    def upsert(self, frames: Mapping[str, pd.DataFrame], *, now: dt.datetime) -> dict[str, Counts]:
        """Add rows to tables, all or none; a row whose key is there already replaces the old one."""
        with self.locked():
            merged, counts = {}, {}
            for name, frame in frames.items():
                old = self.read(name) if self.has(name) else None
                merged[name], counts[name] = merge(tables.table(name), old, frame)
            self._commit({n: f for n, f in merged.items() if counts[n].new or counts[n].changed}, now)
        return counts

    def connect(self) -> "ibis.BaseBackend":
        """An Ibis connection (DuckDB) with each table as a view; it can read nothing else."""
        import ibis  # half a second, which pages need not pay

        connection = ibis.duckdb.connect()
        folder = str(self.tables_folder.absolute()).replace("'", "''")
        connection.raw_sql(f"SET allowed_directories = ['{folder}']")
        connection.raw_sql("SET enable_external_access = false")
        connection.raw_sql("SET lock_configuration = true")
        for name, stored in self.tables().items():
            connection.read_parquet(self.tables_folder.absolute() / stored.file, table_name=name)
        return connection

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace's write lock; the kernel frees it when its holder dies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with filelock.FileLock(self.folder / ".lock", timeout=LOCK_SECONDS):
                yield
        except filelock.Timeout as error:
            raise ConflictError("Another command is writing to this workspace. Try again when it is done.") from error

    def _commit(
        self, frames: Mapping[str, pd.DataFrame], now: dt.datetime, stamp: str = "", drop: Sequence[str] = ()
    ) -> None:
        current = self.tables()
        for name, frame in frames.items():
            content = _parquet(frame)
            file = f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
            if not (self.tables_folder / file).is_file():
                write_atomically(self.tables_folder / file, content)
            columns = [str(c) for c in frame.columns]
            current[name] = Stored(file, len(frame), columns, now.isoformat(timespec="seconds"), stamp)
        for name in drop:
            current.pop(name, None)
        self._write_manifest(current)
        self._sweep({s.file for s in current.values()}, now)

    def _write_manifest(self, stored: Mapping[str, Stored]) -> None:
        content = {"version": 1, "tables": {name: asdict(stored[name]) for name in sorted(stored)}}
        write_atomically(self.manifest_path, json.dumps(content, indent=1).encode())

    def _sweep(self, kept: set[str], now: dt.datetime) -> None:
        for path in self.tables_folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.name not in kept and now.timestamp() - path.stat().st_mtime > KEPT_SECONDS:
                    path.unlink()


OURS = {MANIFEST, "tables", "checkpoints", "settings.toml", ".lock", "ledger.sqlite", "runs"}


def _origin(name: str) -> str:
    if tables.table(name).made:
        return "A job makes it: marquee run"
    return f"Import it: marquee ingest {name} FILE"


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it holds the old content or the new, whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def merge(contract: tables.Table, old: pd.DataFrame | None, new: pd.DataFrame) -> tuple[pd.DataFrame, Counts]:
    """`old` with the rows of `new` put in by key, sorted by key; columns of either side are kept.

    Where `new` lacks a column that `old` has, a replaced row keeps its old cell.
    """
    if old is None or old.empty:
        return _sorted(contract, new), Counts(len(new), 0, 0)
    columns = [*old.columns, *(c for c in new.columns if c not in old.columns)]
    both = pd.concat([old, new]).reindex(columns=columns)
    key = [c for c in contract.full_key(both) if c in columns]
    before = old.reindex(columns=columns).set_index(key)
    after = new.reindex(columns=columns).set_index(key)
    absent = [c for c in columns if c not in new.columns and c not in key]
    known = after.index.isin(before.index)
    if absent and known.any():
        kept = after.index[known]
        after.loc[known, absent] = before.loc[kept, absent].to_numpy()
    common = after.index[known]
    left, right = before.loc[common], after.loc[common]
    same = ((left == right) | (left.isna() & right.isna())).all(axis=1)
    unchanged = int(same.sum())
    rows = pd.concat([before[~before.index.isin(after.index)], after]).reset_index()
    counts = Counts(int((~known).sum()), len(common) - unchanged, unchanged)
    return _sorted(contract, rows[columns]), counts


def _sorted(contract: tables.Table, frame: pd.DataFrame) -> pd.DataFrame:
    key = [c for c in contract.full_key(frame) if c in frame.columns]
    return frame.sort_values(key, kind="stable", ignore_index=True)
