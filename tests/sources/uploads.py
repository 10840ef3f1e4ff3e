"""Uploads for the tests: what stands in a file, how it is handed in, and what must come of it."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from marketing import sources, tables
from marketing.errors import MarqueeError

HEADER = "date,title,metric,value"
DAYS = ("2024-03-01", "2024-03-02")


@dataclass(frozen=True)
class Good:
    """A file that a careful person reads without doubt, and the columns that come of it."""

    what: str
    content: bytes | str
    columns: dict[str, list[object]]
    table: str = "engagement"
    file: str = "upload.csv"
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Bad:
    """A file that must be refused, and words that the message must have."""

    what: str
    content: bytes | str
    words: tuple[str, ...]
    table: str = "engagement"
    file: str = "upload.csv"
    options: dict[str, object] = field(default_factory=dict)


def views(*values: object, **more: list[object]) -> dict[str, list[object]]:
    """The columns of views of GTA VI on the first days of March 2024."""
    days = [f"2024-03-{day:02d}" for day in range(1, len(values) + 1)]
    size = len(values)
    return {"date": days, "title": ["GTA VI"] * size, "metric": ["views"] * size, "value": list(values), **more}


def rows(*values: str, separator: str = ",", end: str = "\n", header: str = HEADER) -> str:
    """The same as text: a header, and a row for each value as it stands there."""
    lines = [header.replace(",", separator)]
    lines += [separator.join((f"2024-03-{day:02d}", "GTA VI", "views", v)) for day, v in enumerate(values, 1)]
    return end.join(lines) + end


def write(folder: Path, upload: Good | Bad) -> Path:
    """The upload as a file."""
    path = folder / upload.file
    path.write_bytes(upload.content.encode() if isinstance(upload.content, str) else upload.content)
    return path


def assert_read(upload: Good, folder: Path) -> None:
    """The file is read, and its table is the one expected, with nothing more and nothing less."""
    reading = sources.read(write(folder, upload), upload.table, **upload.options)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(reading.frame, expected(upload), check_like=True)
    assert tables.check(tables.table(upload.table), reading.frame) == []


def expected(upload: Good) -> pd.DataFrame:
    """The table that the upload must give, typed as tables are."""
    contract, frame = tables.table(upload.table), pd.DataFrame(upload.columns)
    for name in frame.columns:
        column = contract.column(name)
        if column and column.kind == "date":
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
        elif pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].astype(float)
        else:
            frame[name] = frame[name].astype("str")
    return frame


def refusal(upload: Bad, folder: Path) -> str:
    """The words in which the upload is refused."""
    path = write(folder, upload)
    try:
        reading = sources.read(path, upload.table, **upload.options)  # type: ignore[arg-type]
    except MarqueeError as error:
        return str(error)
    raise AssertionError(f"was read as {reading.frame.head().to_dict('list')}")


def assert_refused(upload: Bad, folder: Path) -> None:
    """The file is refused in words that can be shown anywhere and name what is wrong."""
    message = refusal(upload, folder)
    missing = [words for words in upload.words if words not in message]
    assert not missing, f"{missing} not said in: {message}"
    assert all(c.isprintable() or c == "\n" for c in message)
    assert len(message) < 6_000
