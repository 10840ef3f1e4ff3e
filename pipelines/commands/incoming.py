"""Briefs and copy on their way in: from a file, or from standard input."""

import stat
import sys
from pathlib import Path

from marketing.drafts import documents
from marketing.errors import InputError, MissingError, printable

MEGABYTE = 1_000_000


def read_bytes(source: str, limit: int = documents.SIZE_LIMIT) -> bytes:
    """The bytes of a file, or of standard input where the name is "-".

    Raises:
        MissingError, InputError: there is no such file, it is none or cannot be read, or holds more than `limit`.
    """
    name = "Standard input" if source == "-" else printable(source, 300)
    try:
        content = sys.stdin.buffer.read(limit + 1) if source == "-" else _read(Path(source), name, limit)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingError(f"There is no file {name}. Check the name.") from error
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "no such name can be"
        raise InputError(f"{name} cannot be read: {why}. Give a file.") from error
    if len(content) > limit:
        raise InputError(
            f"{name} holds more than {limit / MEGABYTE:.0f} MB, the most that is read. Check that it is the right file."
        )
    return content


def _read(path: Path, name: str, limit: int) -> bytes:
    kind = path.stat().st_mode  # told before it is opened: opening a pipe waits for whoever writes into it
    if stat.S_ISDIR(kind):
        raise InputError(f"{name} is a folder. Give a file.")
    if not stat.S_ISREG(kind):
        raise InputError(f"{name} is a device or pipe. Save what it gives as a file first, or hand it to - by a pipe.")
    with path.open("rb") as file:
        return file.read(limit + 1)
