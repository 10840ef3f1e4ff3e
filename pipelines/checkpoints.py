"""Finished pieces of work on disk: a folder of Parquet tables named after a digest of what went in.

A checkpoint is renamed into place whole, so after a kill it is there or it is not, and never half.
"""

import dataclasses
import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel


def digest(*parts: Any) -> str:
    """A digest of the content of tables, arrays, records, mappings, sequences and plain values."""
    sha = hashlib.sha256()
    for part in parts:
        _feed(sha, part)
    return sha.hexdigest()[:32]


def read(folder: Path) -> dict[str, pd.DataFrame] | None:
    """The tables of a checkpoint; None where there is none, or none that can be read."""
    if not folder.is_dir():
        return None
    try:
        found = {file.stem: pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))}
    except (OSError, ValueError):  # damaged on disk: it will be made again
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return found


def write(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Put a checkpoint down, whole or not at all. Where it stands already, it stays."""
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    try:
        for name, frame in tables.items():
            path = temporary / f"{name}.parquet"
            frame.to_parquet(path, index=False, compression="zstd")
            _sync(path)
        _sync(temporary)
        temporary.rename(folder)
        _sync(folder.parent)
    except OSError:
        if not folder.is_dir():  # otherwise someone quicker put the same content down
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def clear(folder: Path) -> None:
    """Remove all checkpoints in a folder, whose content has come to stand elsewhere."""
    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _feed(sha: Any, part: Any) -> None:
    """Add a value to a digest, with its kind and length, so that no two values look alike."""
    content = _content(sha, part)
    sha.update(f"{len(content)}:".encode() + content)


def _content(sha: Any, part: Any) -> bytes:
    if isinstance(part, pd.DataFrame):
        _feed(sha, [(str(column), str(dtype)) for column, dtype in part.dtypes.items()])
        return pd.util.hash_pandas_object(part, index=True).to_numpy().tobytes()
    if isinstance(part, np.ndarray) and not part.dtype.hasobject:
        _feed(sha, [str(part.dtype), *part.shape])
        return np.ascontiguousarray(part).tobytes()
    if isinstance(part, BaseModel):
        return part.model_dump_json().encode()
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        _feed(sha, {field.name: getattr(part, field.name) for field in dataclasses.fields(part)})
        return type(part).__qualname__.encode()
    if isinstance(part, Mapping):
        _feed(sha, sorted(part.items(), key=lambda pair: str(pair[0])))
        return b"mapping"
    if isinstance(part, list | tuple):
        for one in part:
            _feed(sha, one)
        return str(len(part)).encode()
    if part is None or isinstance(part, str | bytes | int | float | dt.date | Path | np.generic):
        return f"{type(part).__name__}:{part!r}".encode()
    raise TypeError(f"No digest of a {type(part).__qualname__}: give the item one.")
