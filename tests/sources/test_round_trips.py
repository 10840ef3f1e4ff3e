"""Whatever a table holds, written in any dialect it reads back the same."""

import csv
import io
import tempfile
import unicodedata
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketing import contracts, sources, tables
from marketing.errors import TableError

CONTROLS = ("Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp", "Zs")
SAFE = st.characters(exclude_categories=CONTROLS)
WESTERN = (
    "Amélie",
    "Ñandú",
    "Ægir",
    "Señor",
    "Über",
    "Façade",
    "L'été",
    "naïve",
    "Straße",
    "Øre",
    "2001:",
    "& co.",
    "¿Qué?",
)


def stored(text: str) -> str:
    """Text as it is kept: accents in one way, whichever way they came."""
    return unicodedata.normalize("NFC", text)


NAMES = st.text(SAFE | st.sampled_from(" .&'"), min_size=1, max_size=12).map(stored).map(str.strip).filter(tables.is_id)
WESTERN_NAMES = st.lists(st.sampled_from(WESTERN), min_size=1, max_size=4).map(" ".join).filter(tables.is_id)
TEXTS = (
    st.text(SAFE | st.sampled_from(" \n\",;\t|'"), max_size=30)
    .map(stored)
    .map(str.strip)
    .filter(lambda text: not tables.check_column(contracts.Column("x", "text"), pd.Series([text], dtype="str")))
)
NUMBERS = (
    st.floats(0, 1e12, allow_subnormal=False) | st.integers(0, 10**12).map(float) | st.sampled_from([0.125, 1.234])
)
DATES = st.dates(pd.Timestamp(1850, 1, 1).date(), pd.Timestamp(2199, 12, 31).date())
NOT_TOTALS = r"(?i)^(?:sub-?|grand )?(?:totale?s?|sum|summe|overall|gesamt|gesamtsumme|insgesamt)\b"

SLOW = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def engagement(names: st.SearchStrategy[str]) -> st.SearchStrategy[pd.DataFrame]:
    names = names.filter(lambda name: not pd.Series([name]).str.contains(NOT_TOTALS).any())
    row = st.tuples(DATES, names, names, NUMBERS)
    rows = st.lists(row, min_size=1, max_size=12, unique_by=lambda r: r[:3])
    return rows.map(_frame)


def _frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "title", "metric", "value"])
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[us]")
    return frame.astype({"title": "str", "metric": "str"})


@st.composite
def dialects(draw: st.DrawFn, encodings: tuple[str, ...]) -> dict[str, str]:
    separator = draw(st.sampled_from(",;\t|"))
    return {
        "separator": separator,
        "decimal": draw(st.sampled_from(".," if separator != "," else ".")),
        "end": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "date": draw(st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%Y-%m-%dT00:00:00Z"])),
        "encoding": draw(st.sampled_from(encodings)),
        "quoting": draw(st.sampled_from(["minimal", "all"])),
    }


def written(frame: pd.DataFrame, dialect: dict[str, str]) -> bytes:
    buffer = io.StringIO(newline="")
    # Before Python 3.13 the csv module leaves a line feed unquoted where lines end otherwise.
    quoted = dialect["quoting"] == "all" or dialect["end"] == "\r"
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=dialect["separator"], lineterminator=dialect["end"], quoting=quoting)
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow([_cell(value, dialect) for value in row])
    return buffer.getvalue().encode(dialect["encoding"])


def _cell(value: object, dialect: dict[str, str]) -> str:
    if isinstance(value, pd.Timestamp):
        return (
            f"{value.day} {value:%B} {value.year:04d}" if "%B" in dialect["date"] else value.strftime(dialect["date"])
        )
    if isinstance(value, float):
        return f"{value:.6f}".replace(".", dialect["decimal"])
    return str(value)


def read_back(content: bytes, table: str, name: str = "upload.csv") -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return sources.read(path, table).frame


UNICODE = ("utf-8", "utf-8-sig", "utf-16")


@SLOW
@given(engagement(NAMES), dialects(UNICODE))
def test_engagement_in_any_dialect_reads_back_the_same(frame: pd.DataFrame, dialect: dict[str, str]) -> None:
    back = read_back(written(frame, dialect), "engagement")
    expected = frame.assign(value=frame["value"].map(lambda v: float(f"{v:.6f}")))
    pd.testing.assert_frame_equal(back, expected)


@SLOW
@given(engagement(WESTERN_NAMES), dialects(("cp1252", "latin-1")))
def test_engagement_in_western_encodings_reads_back_the_same(frame: pd.DataFrame, dialect: dict[str, str]) -> None:
    back = read_back(written(frame, dialect), "engagement")
    expected = frame.assign(value=frame["value"].map(lambda v: float(f"{v:.6f}")))
    pd.testing.assert_frame_equal(back, expected)


@SLOW
@given(st.lists(st.tuples(NAMES, TEXTS.filter(bool)), min_size=1, max_size=8), dialects(UNICODE))
def test_texts_of_any_kind_read_back_the_same(rows: list[tuple[str, str]], dialect: dict[str, str]) -> None:
    columns = {
        "fact": [f"f{n}" for n in range(len(rows))],
        "title": [title for title, _ in rows],
        "text": [text.replace("\r\n", "\n").replace("\r", "\n") for _, text in rows],
    }
    frame = pd.DataFrame(columns).astype("str")
    pd.testing.assert_frame_equal(read_back(written(frame, dialect), "facts"), frame)


@SLOW
@given(engagement(NAMES))
def test_engagement_in_parquet_reads_back_the_same(frame: pd.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    pd.testing.assert_frame_equal(read_back(buffer.getvalue(), "engagement", "upload.parquet"), frame)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(engagement(NAMES).filter(lambda f: f["date"].min() > pd.Timestamp(1900, 3, 1)))
def test_engagement_in_a_workbook_reads_back_the_same(frame: pd.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.to_excel(buffer, index=False)
    back = read_back(buffer.getvalue(), "engagement", "upload.xlsx")
    pd.testing.assert_frame_equal(back, frame, check_exact=False, rtol=1e-14)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=120).map(str.encode))
def test_no_content_whatever_makes_anything_but_a_table_or_a_refusal(content: bytes) -> None:
    for name in ("upload.csv", "upload.xlsx", "upload.parquet"):
        try:
            read_back(content, "audience", name)
        except TableError as error:
            assert all(c.isprintable() or c == "\n" for c in str(error))
