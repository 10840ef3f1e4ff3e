"""Workbooks: cells typed as the workbook types them; formulas, errors, bombs and doubt are refused in words."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from uploads import Bad, Good, assert_read, assert_refused, views

from marketing.settings import Limits

HEADER = ["date", "title", "metric", "value"]
DAY = dt.date(2024, 3, 1)
ROW = [DAY, "GTA VI", "views", 12]


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # noqa: DTZ001 - workbooks hold moments without a zone


def book(*rows: list[object], **sheets: list[list[object]]) -> bytes:
    """A workbook with these rows in its first sheet, and others by name."""
    workbook = openpyxl.Workbook()
    first = workbook.active
    for row in rows:
        first.append(row)
    for name, more in sheets.items():
        sheet = workbook.create_sheet(name.removeprefix("hidden_"))
        sheet.sheet_state = "hidden" if name.startswith("hidden_") else "visible"
        for row in more:
            sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def changed(content: bytes, member: str, old: str, new: str) -> bytes:
    """The workbook with other words in one of its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name).decode()
            if name == member:
                assert re.search(old, part), f"no {old} in {member}"
                part = re.sub(old, new, part, count=1)
            target.writestr(name, part)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = book(HEADER, ROW)
XLSX = "upload.xlsx"

GOOD = [
    Good(
        "typed cells", book(HEADER, ROW, [moment(2024, 3, 2), "GTA VI", "views", 1300.5]), views(12, 1300.5), file=XLSX
    ),
    Good("all as text", book(HEADER, ["2024-03-01", "GTA VI", "views", "12"]), views(12), file=XLSX),
    Good(
        "dates as text and as dates", book(HEADER, ROW, ["2024-03-02", "GTA VI", "views", 5]), views(12, 5), file=XLSX
    ),
    Good(
        "numbers as text and as numbers",
        book(HEADER, ROW, [dt.date(2024, 3, 2), "GTA VI", "views", "5"]),
        views(12, 5),
        file=XLSX,
    ),
    Good("a title above and a blank row", book(["Views of March"], [], HEADER, ROW), views(12), file=XLSX),
    Good("an empty first column", book([None, *HEADER], [None, *ROW]), views(12), file=XLSX),
    Good(
        "blank rows between",
        book(HEADER, ROW, [], [None] * 4, [dt.date(2024, 3, 2), "GTA VI", "views", 5]),
        views(12, 5),
        file=XLSX,
    ),
    Good("a row of totals", book(HEADER, ROW, ["Total", None, None, 12]), views(12), file=XLSX),
    Good(
        "a row of totals that is a formula",
        book(HEADER, ROW, ["Total", None, None, "=SUM(D2:D2)"]),
        views(12),
        file=XLSX,
    ),
    Good("a number for a title", book(HEADER, [DAY, 1917, "views", 5]), views(5, title=["1917"]), file=XLSX),
    Good("a second sheet of notes", book(HEADER, ROW, notes=[["Made by hand"], ["in March"]]), views(12), file=XLSX),
    Good("the table in the second sheet", book(["Read me"], data=[HEADER, ROW]), views(12), file=XLSX),
    Good(
        "the sheet called like the table",
        book(HEADER, [DAY, "X", "views", 1], engagement=[HEADER, ROW]),
        views(12),
        file=XLSX,
    ),
    Good("a hidden sheet", book(HEADER, ROW, hidden_old=[HEADER, ROW, ROW]), views(12), file=XLSX),
    Good("three decimals are no thousands", book(HEADER, [DAY, "GTA VI", "views", 1.234]), views(1.234), file=XLSX),
    Good("decimal commas as text", book(HEADER, [DAY, "GTA VI", "views", "1.234,5"]), views(1234.5), file=XLSX),
    Good(
        "attributes of all kinds",
        book(
            ["person", "age", "vip", "joined", "code", "gone"],
            ["p1", 31, True, DAY, "007", None],
            ["p2", None, False, None, "12", None],
        ),
        {
            "person": ["p1", "p2"],
            "age": [31, None],
            "vip": ["true", "false"],
            "joined": ["2024-03-01", None],
            "code": ["007", "12"],
            "gone": [None, None],
        },
        table="audience",
        file=XLSX,
    ),
]

PASTE = "paste them as values"
BAD = [
    Bad(
        "a formula for a value",
        book(HEADER, [DAY, "GTA VI", "views", "=6*2"]),
        ("upload.xlsx, row 2, column 'value'", "found '=6*2'", "a value, not a formula", PASTE),
    ),
    Bad(
        "a formula for a date",
        book(HEADER, ["=TODAY()", "GTA VI", "views", 1]),
        ("row 2, column 'date'", "found '=TODAY()'"),
    ),
    Bad(
        "a formula in a column of theirs",
        book([*HEADER, "note"], [*ROW, '="a"&"b"']),
        ("column 'note'", "not a formula"),
    ),
    Bad(
        "a formula that a text hides",
        changed(PLAIN, SHEET, "GTA VI", "=1+1"),
        ("row 2, column 'title'", "found '=1+1'", "a name or id"),
    ),
    Bad(
        "an error",
        changed(PLAIN, SHEET, r'<c r="D2"([^>]*?)( t="n")?><v>12</v>', r'<c r="D2" t="e"><v>#DIV/0!</v>'),
        ("row 2, column 'value'", "found '#DIV/0!'", "not an error of the spreadsheet"),
    ),
    Bad(
        "a time of day",
        book(HEADER, [moment(2024, 3, 1, 14, 30), "GTA VI", "views", 1]),
        ("row 2, column 'date'", "without a time"),
    ),
    Bad(
        "a time alone",
        book(HEADER, [dt.time(14, 30), "GTA VI", "views", 1]),
        ("row 2, column 'date'", "found '14:30:00'"),
    ),
    Bad("a count of days", book(HEADER, [45352, "GTA VI", "views", 1]), ("row 2, column 'date'", "count of days")),
    Bad("negative", book(HEADER, [DAY, "GTA VI", "views", -1]), ("row 2, column 'value'", "found '-1'", "0 or more")),
    Bad(
        "a row below a preamble and a gap",
        book(["Views"], [], HEADER, ROW, [], [DAY, "GTA VI", "likes", -1]),
        ("row 6, column 'value'",),
    ),
    Bad(
        "two sheets that may be meant",
        book(HEADER, ROW, more=[HEADER, ROW]),
        ("sheets Sheet, more", "one sheet", "call it engagement"),
    ),
    Bad(
        "ids of more digits than Excel keeps",
        book(["person"], [120210000000000001]),
        ("row 2, column 'person'", "spreadsheets keep 15", "formatted as text"),
        table="audience",
    ),
    *(
        Bad(
            f"an id of {what}",
            changed(book(["person"], [12]), SHEET, "<v>12</v>", f"<v>{number}</v>"),
            ("row 2, column 'person'", "a number of a size that spreadsheets keep"),
            table="audience",
        )
        for what, number in (("too large a number", "1e999"), ("no number", "inf"), ("400 digits", "1" * 400))
    ),
    Bad(
        "a number of millions of digits",
        changed(book(["person"], [12]), SHEET, "<v>12</v>", f"<v>{'1' * 3_000_000}</v>"),
        ("a cell of millions of characters", "Shorten the cell"),
        table="audience",
    ),
    Bad("no cells", book(), ("no visible sheet with cells",)),
    Bad(
        "a hidden sheet only",
        changed(PLAIN, "xl/workbook.xml", 'state="visible"', 'state="hidden"'),
        ("no visible sheet",),
    ),
    Bad("a header only", book(HEADER), ("at least one row of data",)),
    Bad(
        "a column missing",
        book(["day", "title", "metric", "value"], ROW),
        ("a column 'date'", "day, title, metric, value"),
    ),
    Bad("a column twice", book([*HEADER, "value"], [*ROW, 1]), ("each column once",)),
    Bad("a column without name", book([*HEADER, None], [*ROW, "x"]), ("a name for each column",)),
    Bad("a damaged part", changed(PLAIN, SHEET, "<sheetData>", "<sheetData"), ("a damaged workbook", "upload.xlsx")),
    Bad("a cut file", PLAIN[: len(PLAIN) // 2], ("damaged",)),
    Bad(
        "entities that swell",
        changed(PLAIN, "xl/workbook.xml", "^", '<!DOCTYPE x [<!ENTITY a "aaaa">]>'),
        ("XML entities",),
    ),
    Bad(
        "a cell far out",
        changed(PLAIN, SHEET, 'r="D2"', 'r="XFD1048576"'),
        ("1,048,576 rows by 16,384 columns", "far outside"),
    ),
    Bad(
        "swollen",
        changed(PLAIN, "xl/styles.xml", "$", " " * 3_000_000),
        ("3 MB", "at most 2 MB when unpacked"),
        options={"limits": Limits(unpacked_megabytes=2)},
    ),
]


@pytest.mark.parametrize("upload", GOOD, ids=lambda u: u.what)
def test_a_workbook_is_read_as_it_is_meant(upload: Good, tmp_path: Path) -> None:
    assert_read(upload, tmp_path)


@pytest.mark.parametrize("upload", BAD, ids=lambda u: u.what)
def test_a_workbook_in_doubt_is_refused(upload: Bad, tmp_path: Path) -> None:
    assert_refused(Bad(upload.what, upload.content, upload.words, upload.table, XLSX, upload.options), tmp_path)


def test_a_bomb_whose_parts_weigh_more_than_they_claim_is_refused(tmp_path: Path) -> None:
    content = changed(PLAIN, SHEET, "</sheetData>", "</sheetData>" + " " * 5_000_000)
    place = content.index(SHEET.encode()) - 30  # the local header; the directory at the end has its own copy
    directory = content.rindex(SHEET.encode()) - 46
    lying = bytearray(content)
    lying[directory + 24 : directory + 28] = (3000).to_bytes(4, "little")
    lying[place + 22 : place + 26] = (3000).to_bytes(4, "little")
    assert_refused(Bad("", bytes(lying), ("a damaged workbook",), file=XLSX), tmp_path)
