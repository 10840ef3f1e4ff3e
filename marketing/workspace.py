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
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import filelock
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketing import queries, staging, tables
from marketing.errors import ConflictError, InputError, MissingError, printable
from marketing.merging import Counts, merge
from marketing.staging import UNFINISHED, Staged

if TYPE_CHECKING:
    import ibis

MANIFEST = "manifest.json"
LOCK_SECONDS = 60  # how long a writer waits for another
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")  # a table's file: in the folder of tables, nowhere else
KEPT_SECONDS = 3600  # how long a replaced file stays for those still reading it


@dataclass(frozen=True)
class Stored:
    """What the manifest knows of a table. `stamp` says from what a job made it, to tell stale from fresh."""

    file: str
    rows: int
    columns: list[str]
    stored_at: str
    stamp: str = ""


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
                foreign = [p.name for p in folder.iterdir() if p.name not in OURS and not p.name.startswith(UNFINISHED)]
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
        try:
            entries = json.loads(self.manifest_path.read_text("utf-8"))["tables"]
            stored = {name: Stored(**entry) for name, entry in entries.items()}
            outside = not all(PLAIN_NAME.fullmatch(entry.file) for entry in stored.values())
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(_damaged(self.manifest_path)) from error
        if outside:
            raise InputError(_damaged(self.manifest_path))
        return stored

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
            InputError: its file is damaged or gone.
        """
        wanted = list(columns) if columns else None
        try:
            return _read(self.file(name), wanted, filters)
        except FileNotFoundError:  # swept since the manifest was read; what it says now is there
            path = self.file(name)
        try:
            return _read(path, wanted, filters)
        except FileNotFoundError as error:
            raise InputError(_damaged(path)) from error

    def file(self, name: str) -> Path:
        """The Parquet file of a table; replaced, it stays for an hour, for those still reading.

        Raises:
            MissingError: the workspace has no such table.
        """
        stored = self.tables()
        if name not in stored:
            raise MissingError(f"This workspace has no {name} yet. {_origin(name)}")
        return self.tables_folder / stored[name].file

    def write(
        self,
        frames: Mapping[str, pd.DataFrame | Staged],
        *,
        now: dt.datetime,
        stamp: str = "",
        drop: Sequence[str] = (),
    ) -> None:
        """Make `frames` the current tables of these names, all or none, and take those in `drop` away."""
        with self.locked():
            self._commit(frames, now, stamp, drop)

    def upsert(
        self,
        frames: Mapping[str, pd.DataFrame],
        *,
        now: dt.datetime,
        announce: Callable[[Mapping[str, Counts]], None] | None = None,
    ) -> dict[str, Counts]:
        """Add rows to tables, all or none; a row whose key is there already replaces the old one.

        `announce` is told what will be done, after all that can be wrong with the rows and before the first of them
        is stored.
        """
        with self.locked():
            merged, counts = {}, {}
            for name, frame in frames.items():
                old = self.read(name) if self.has(name) else None
                merged[name], counts[name] = merge(tables.table(name), old, frame)
            if announce:
                announce(counts)
            self._commit({n: f for n, f in merged.items() if counts[n].new or counts[n].changed}, now)
        return counts

    def connect(self, *, spill: Path | None = None) -> "ibis.BaseBackend":
        """An Ibis connection (DuckDB) with each table as a view; it can read nothing else.

        With `spill`, a folder for what does not fit, it takes one thread and bounded memory.
        """
        files = {name: self.tables_folder.absolute() / stored.file for name, stored in self.tables().items()}
        try:
            return queries.of_files(files, self.tables_folder, spill=spill)
        except queries.UnreadableError as error:
            raise InputError(_damaged(error.path)) from error

    def stage(self, name: str, chunks: Iterable[pd.DataFrame]) -> Staged:
        """Write a table by the chunk, in memory for one; `write` then makes it current together with others."""
        return staging.stage(self.tables_folder, tables.table(name), chunks)

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
        self, frames: Mapping[str, pd.DataFrame | Staged], now: dt.datetime, stamp: str = "", drop: Sequence[str] = ()
    ) -> None:
        current = self.tables()
        before = {s.file for s in current.values()}
        for name, frame in frames.items():
            file, rows = self._settled(name, frame) if isinstance(frame, Staged) else self._stored(name, frame)
            columns = [str(c) for c in frame.columns]
            current[name] = Stored(file, rows, columns, now.isoformat(timespec="seconds"), stamp)
        for name in drop:
            current.pop(name, None)
        kept = {s.file for s in current.values()}
        for file in before - kept:  # from now on it is old; told before the manifest, in case we are killed between
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.tables_folder / file)
        self._write_manifest(current)
        self._sweep(kept | before, now)

    def _stored(self, name: str, frame: pd.DataFrame) -> tuple[str, int]:
        content = _parquet(frame)
        file = f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.parquet"
        if not (self.tables_folder / file).is_file():
            write_atomically(self.tables_folder / file, content)
        return file, len(frame)

    def _settled(self, name: str, staged: Staged) -> tuple[str, int]:
        file = f"{name}-{staged.digest}.parquet"
        staged.path.replace(self.tables_folder / file)
        _sync(self.tables_folder)
        return file, staged.rows

    def _write_manifest(self, stored: Mapping[str, Stored]) -> None:
        content = {"version": 1, "tables": {name: asdict(stored[name]) for name in sorted(stored)}}
        write_atomically(self.manifest_path, json.dumps(content, indent=1).encode())

    def _sweep(self, kept: set[str], now: dt.datetime) -> None:
        """Delete what fell out of the manifest, or was left unfinished, long enough ago for its readers to be gone."""
        for path in [*self.tables_folder.iterdir(), *self.folder.glob(f"{UNFINISHED}*")]:
            with contextlib.suppress(FileNotFoundError):
                if path.name not in kept and now.timestamp() - path.stat().st_mtime > KEPT_SECONDS:
                    path.unlink()


OURS = {
    *(MANIFEST, "tables", "checkpoints", "settings.toml", ".lock", "runs", "channels"),
    *("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"),
}


def _origin(name: str) -> str:
    if tables.table(name).made:
        return "A job makes it: marquee run"
    return f"Import it: marquee ingest {name} FILE"


def _read(path: Path, columns: list[str] | None, filters: Any) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, columns=columns, filters=filters)
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowInvalid) as error:
        try:
            pq.ParquetFile(path).read()
        except (OSError, pa.ArrowException):
            raise InputError(_damaged(path)) from error
        raise  # the file is whole, so the question was wrong


def _damaged(path: Path) -> str:
    why = "cannot be read" if path.exists() else "is gone"
    return f"{printable(path, 300)} {why}. Restore it from a backup, or ingest and run again in a new workspace."


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it holds the old content or the new, whole (:func:`replacing`)."""
    with replacing(path) as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write in place of `path`, which holds the old content until the block has ended, then the new, whole.

    A link stays, and what it leads to is written; a file that is there keeps its mode. A device or pipe is written
    straight to, since renaming a file over it would take it away.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    path = path.resolve()
    # Not by tempfile: its files are for their owner alone, and a colleague must be able to read an export.
    temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
