"""Parquet files: flat columns in any type; what is nested, damaged or swells is refused in words."""

import datetime as dt
import decimal
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from uploads import Bad, Good, assert_read, assert_refused, views

from marketing.settings import Limits

FILE = "upload.parquet"
DAYS = [dt.date(2024, 3, 1), dt.date(2024, 3, 2)]


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # noqa: DTZ001 - files hold moments without a zone


MIDNIGHTS = [moment(2024, 3, 1), moment(2024, 3, 2)]


def parquet(date: object = None, value: object = None, **more: object) -> bytes:
    columns = {
        "date": pa.array(DAYS) if date is None else date,
        "title": pa.array(["GTA VI", "GTA VI"]),
        "metric": pa.array(["views", "views"]),
        "value": pa.array([12, 1300]) if value is None else value,
    }
    return written(pa.table(columns | more))


def written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def from_pandas(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


BOTH = views(12, 1300)
ZONED = pa.array([moment(2024, 2, 29, 23), moment(2024, 3, 1, 23)], pa.timestamp("s", "Europe/Madrid"))
FRAME = pd.DataFrame(BOTH)

GOOD = [
    Good("dates and whole numbers", parquet(), BOTH, file=FILE),
    Good("timestamps at midnight", parquet(pa.array(MIDNIGHTS, pa.timestamp("ns"))), BOTH, file=FILE),
    Good("midnight of a zone", parquet(ZONED), BOTH, file=FILE),
    Good("dates as text", parquet(pa.array(["2024-03-01", "2024-03-02"])), BOTH, file=FILE),
    Good("numbers as text", parquet(value=pa.array(["12", "1300"])), BOTH, file=FILE),
    Good(
        "three decimals as text are decimals",
        parquet(value=pa.array(["1.234", "5.678"])),
        views(1.234, 5.678),
        file=FILE,
    ),
    Good("small numbers", parquet(value=pa.array([12, 130], pa.uint8())), views(12, 130), file=FILE),
    Good(
        "decimals", parquet(value=pa.array([decimal.Decimal("12.50"), decimal.Decimal(7)])), views(12.5, 7), file=FILE
    ),
    Good("half floats", parquet(value=pa.array([1.5, 2.5], pa.float32())), views(1.5, 2.5), file=FILE),
    Good(
        "categories",
        parquet(region=pa.array(["ES", "FR"]).dictionary_encode()),
        BOTH | {"region": ["ES", "FR"]},
        file=FILE,
    ),
    Good("bytes that are text", parquet(region=pa.array([b"ES", b"FR"])), BOTH | {"region": ["ES", "FR"]}, file=FILE),
    Good("truth", parquet(vip=pa.array([True, None])), BOTH | {"vip": ["true", None]}, file=FILE),
    Good("nothing at all in a column", parquet(note=pa.nulls(2)), BOTH | {"note": [None, None]}, file=FILE),
    Good("written by pandas", from_pandas(FRAME), BOTH, file=FILE),
    Good("an index of pandas", from_pandas(FRAME.set_axis(["a", "b"])), BOTH, file=FILE),
    Good("ids as numbers", written(pa.table({"person": [1, 2]})), {"person": ["1", "2"]}, table="audience", file=FILE),
    Good(
        "whole numbers that no float holds",
        written(pa.table({"person": [2**53 + 1, 2**63 - 1], "ad": [120210000000000001, 1], "n": [1, 2]})),
        {"person": [str(2**53 + 1), str(2**63 - 1)], "ad": ["120210000000000001", "1"], "n": [1, 2]},
        table="audience",
        file=FILE,
    ),
    Good("a large count", parquet(value=pa.array([10**16, 1])), views(1e16, 1), file=FILE),
    Good("another suffix", parquet(), BOTH, file="upload.pq"),
]

BOMB = written(pa.table({"person": pa.array(["x" * 30_000] * 100_000)}))
BAD = [
    Bad("lists", parquet(tags=pa.array([[1], [2]])), ("column 'tags'", "list<", "text, a number or a date")),
    Bad("records", parquet(tags=pa.array([{"a": 1}, {"a": 2}])), ("column 'tags'", "struct<")),
    Bad("bytes that are no text", parquet(region=pa.array([b"\xff", b"\xfe"])), (FILE, "damaged")),
    Bad("spans of time", parquet(span=pa.array([1, 2], pa.duration("s"))), ("column 'span'", "duration")),
    Bad(
        "a time of day",
        parquet(pa.array([moment(2024, 3, 1, 5), MIDNIGHTS[1]])),
        ("row 2, column 'date'", "without a time"),
    ),
    Bad("negative", parquet(value=pa.array([1, -1])), ("row 3, column 'value'", "found '-1'", "0 or more")),
    Bad("not a number", parquet(value=pa.array([1.0, float("nan")])), ("row 3, column 'value'", "a value")),
    Bad("infinite", parquet(value=pa.array([1.0, float("inf")])), ("row 3, column 'value'", "a finite number")),
    Bad("empty", parquet(value=pa.array([1, None])), ("row 3, column 'value'", "a value")),
    Bad("rounded ids", written(pa.table({"person": [1.2021e17]})), ("'person'", "all its digits"), table="audience"),
    Bad("an id without end", written(pa.table({"person": [float("inf")]})), ("'person'", "'inf'"), table="audience"),
    Bad("no rows", written(pa.table({"person": pa.array([], pa.string())})), ("at least one row",), table="audience"),
    Bad("a formula", parquet(note=pa.array(["=1", "x"])), ("row 2, column 'note'", "formula")),
    Bad(
        "a column twice",
        written(pa.Table.from_arrays([pa.array(["a"])] * 2, ["person", "person"])),
        ("each column once", "'person'"),
        table="audience",
    ),
    Bad("cut", parquet()[:-20], ("damaged",)),
    Bad("cut in the middle", parquet()[:200] + parquet()[-300:], (FILE,)),
    Bad("magic only", b"PAR1PAR1", ("damaged",)),
    Bad("a bomb", BOMB, ("when unpacked", "Split it"), table="audience"),
]


@pytest.mark.parametrize("upload", GOOD, ids=lambda u: u.what)
def test_a_parquet_file_is_read_as_it_is_meant(upload: Good, tmp_path: Path) -> None:
    assert_read(upload, tmp_path)


@pytest.mark.parametrize("upload", BAD, ids=lambda u: u.what)
def test_a_parquet_file_in_doubt_is_refused(upload: Bad, tmp_path: Path) -> None:
    assert_refused(Bad(upload.what, upload.content, upload.words, upload.table, FILE, upload.options), tmp_path)


def test_a_few_bytes_that_stand_for_a_million_rows_are_counted(tmp_path: Path) -> None:
    content = written(pa.table({"person": pa.array(["x"] * 1_000_000)}))
    limits = Limits(unpacked_megabytes=5)
    assert len(content) < 10_000
    assert_refused(Bad("", content, ("8 MB or more", "at most 5 MB"), "audience", FILE, {"limits": limits}), tmp_path)
