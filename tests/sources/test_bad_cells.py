"""What a cell must not hold is refused with its row, its column, what was found and what to do."""

from pathlib import Path

import pytest
from uploads import Bad, assert_refused, rows


def dated(*dates: str) -> str:
    return "date,title,metric,value\n" + "".join(f'"{d}",GTA VI,views,{n}\n' for n, d in enumerate(dates, 1))


def titled(title: str) -> str:
    return f'date,title,metric,value\n2024-03-01,"{title}",views,1\n'


def fact(text: str) -> str:
    return f'fact,title,text\nf1,GTA VI,"{text}"\n'


def place(column: str, row: int = 2) -> tuple[str, ...]:
    return (f"upload.csv, row {row}, column {column!r}",)


DATES = [
    Bad("30 February", dated("2024-02-30"), (*place("date"), "found '2024-02-30'", "a date that exists")),
    Bad("30 February, day first", dated("30/02/2024", "13/03/2024"), (*place("date"), "a date that exists")),
    Bad("29 February of no leap year", dated("2023-02-29"), (*place("date"), "a date that exists")),
    Bad("month 13", dated("2024-13-01"), (*place("date"), "a date that exists")),
    Bad("zeros", dated("0000-00-00"), (*place("date"), "a date that exists")),
    Bad("year 1", dated("0001-01-01"), (*place("date"), "between 1850 and 2199")),
    Bad("year 9999", dated("9999-12-31"), (*place("date"), "between 1850 and 2199")),
    Bad(
        "could be two days",
        dated("01/02/2024", "03/04/2024"),
        (*place("date"), "1 February 2024 or 2 January 2024", "--dates dmy or --dates mdy"),
    ),
    Bad("could be two days with dots", dated("01.02.2024"), ("1 February 2024 or 2 January 2024", "--dates dmy")),
    Bad(
        "could be three days",
        dated("01/02/03"),
        ("1 February 2003 or 2 January 2003 or 3 February 2001", "--dates ymd"),
    ),
    Bad(
        "Christmases, which are no days of December 2025",
        "event,date\nChristmas,25/12/21\nChristmas,25/12/22\nChristmas,25/12/23\n",
        (*place("date"), "25 December 2021 or 21 December 2025", "Say --dates dmy or --dates ymd."),
        table="events",
    ),
    Bad("short years first, in doubt", dated("24-03-01", "24-03-13"), ("24 March 2001 or 1 March 2024",)),
    Bad("orders that mix", dated("13/02/2024", "02/14/2024"), (*place("date"), "dates in one order in all rows")),
    Bad(
        "an order that one row breaks",
        dated("13/02/2024", "14/02/2024", "02/15/2024"),
        (*place("date", 4), "day/month/year, as in the other rows"),
    ),
    Bad(
        "not the order that was said",
        dated("03/13/2024"),
        (*place("date"), "as --dates dmy says"),
        options={"dates": "dmy"},
    ),
    Bad("a time of day", dated("2024-03-01 14:30"), (*place("date"), "without a time of day", "cut the time off")),
    Bad("a time of day with zone", dated("2024-03-01T22:00:00Z"), (*place("date"), "without a time of day")),
    Bad("an hour", dated("2024-03-01T05"), (*place("date"), "without a time of day")),
    Bad("a spreadsheet's count of days", dated("45352"), (*place("date"), "count of days", "Format the column")),
    Bad("seconds since 1970", dated("1709251200"), (*place("date"), "a date such as 2024-01-31")),
    Bad("words", dated("yesterday"), (*place("date"), "found 'yesterday'")),
    Bad("a year alone", dated("2024"), (*place("date"), "a date such as")),
    Bad("a quarter", dated("2024-Q1"), (*place("date"), "a date such as")),
    Bad("months among days", dated("2024-03", "2024-03-02"), (*place("date"), "found '2024-03'")),
    Bad("no date", dated("", "2024-03-02"), (*place("date"), "expected a value")),
    Bad("NA for a date", dated("NA"), (*place("date"), "found 'NA'")),
    Bad("other digits", dated("٢٠٢٤-٠٣-٠١"), (*place("date"), "a date such as")),
]

NUMBERS = [
    Bad("words", rows("many"), (*place("value"), "found 'many'", "a number")),
    Bad("nothing", rows("5", ""), (*place("value", 3), "expected a value", "leave the row out")),
    Bad("NA", rows("NA"), (*place("value"), "found 'NA'")),
    Bad("not a number", rows("nan"), (*place("value"), "found 'nan'")),
    Bad("infinity", rows("inf"), (*place("value"), "found 'inf'")),
    Bad("minus infinity", rows("-Infinity"), (*place("value"), "found '-Infinity'")),
    Bad("beyond all floats", rows("1e999"), (*place("value"), "found '1e999'")),
    Bad("negative", rows("5", "-3"), (*place("value", 3), "found '-3'", "0 or more")),
    Bad("negative with a true minus", rows("−3"), (*place("value"), "0 or more")),
    Bad("in brackets, as accountants write", rows("(5)"), (*place("value"), "found '(5)'")),
    Bad("percent", rows("5%"), (*place("value"), "found '5%'")),
    Bad("shortened", rows("1.2K"), (*place("value"), "found '1.2K'")),
    Bad("hexadecimal", rows("0x1F"), (*place("value"), "found '0x1F'")),
    Bad("two numbers", rows("5 - 7"), (*place("value"), "found '5 - 7'")),
    Bad(
        "thousands or decimals, by dot",
        rows("1.234", "5.678", separator=";"),
        (*place("value"), "read in one way", "thousands or decimals", "plain numbers"),
    ),
    Bad(
        "thousands or decimals, by dot among commas",
        rows("1.234", "2.345", "12"),
        (*place("value"), "read in one way", "1234 if they are thousands, 1.2340 if they are decimals"),
    ),
    Bad("thousands or decimals, by comma", rows("1,234", separator=";"), (*place("value"), "read in one way")),
    Bad("both marks in one column", rows('"1,5"', '"2.5"', separator=";"), ("column 'value'", "found '1,5'", "1234.5")),
    Bad("groups of two", rows('"1,23,4"'), (*place("value"), "found '1,23,4'")),
    Bad("two currencies", rows("$5", "€5"), (*place("value"), "found '$5'")),
    Bad("other digits", rows("１２"), (*place("value"), "a number")),
    Bad("a spreadsheet's error", rows("#DIV/0!"), (*place("value"), "found '#DIV/0!'")),
    Bad("a date", rows("2024-03-01"), (*place("value"), "a number")),
    Bad("true", rows("true"), (*place("value"), "found 'true'")),
]

IDS = [
    Bad(what, titled(title), (*place("title"), "a name or id"))
    for what, title in {
        "a path upwards": "../../etc/passwd",
        "a path inside": "a/../b",
        "a path from the root": "/etc/passwd",
        "a path on Windows": "C:\\Windows\\win.ini",
        "a drive": "C:/x",
        "a home": "~/x",
        "dots": "..",
        "a file in a folder": "data/films.csv",
        "a path in disguise": "%2e%2e%2fetc",
        "an address": "http://example.com/x",
        "a formula": "=1+1",
        "a plus": "+1",
        "a minus": "-GTA",
        "an at sign": "@SUM(A1)",
        "markup": "<script>alert(1)</script>",
        "turned around": "GTA \u202eIV",
        "an invisible space": "GTA\u200bVI",
        "a mark in the middle": "GTA\ufeff VI",
        "a soft hyphen": "GTA\u00adVI",
        "two lines": "GTA\nVI",
        "a tab": "GTA\tVI",
        "a zero byte": "GTA\x00VI",
        "a bell": "GTA\x07",
        "an escape": "\x1b[31mGTA",
        "dashes": "---",
        "201 characters": "x" * 201,
    }.items()
] + [
    Bad("an id that Excel rounded", "person\n1.2021E+17\n", (*place("person"), "all its digits"), table="audience"),
    Bad("nothing", titled(""), (*place("title"), "expected a value")),
    Bad("spaces", titled("   "), (*place("title"), "expected a value")),
]

TEXTS = [
    Bad(what, fact(text), ("upload.csv, row 2", words), table="facts")
    for what, text, words in [
        ("a formula", "=HYPERLINK(1)", "run as a formula"),
        ("an at sign", "@SUM(A1)", "run as a formula"),
        ("plus and a command", "+cmd|' /C calc'!A0", "run as a formula"),
        ("minus and a sum", "-1+2", "run as a formula"),
        ("minus and a word", "-title", "run as a formula"),
        ("a formula after a tab", "\t=1+1", "run as a formula"),
        ("a formula in two lines", "=1+\n1", "run as a formula"),
        ("turned around", "He said \u202etxet", "control characters"),
        ("an isolate", "a\u2066b", "control characters"),
        ("a zero byte", "a\x00b", "control characters"),
        ("an escape", "a\x1b[2Jb", "control characters"),
        ("a delete", "a\x7fb", "control characters"),
        ("a control of Latin-1", "a\x85b", "control characters"),
        ("32,768 characters", "x" * 32_768, "at most 32,767 characters"),
        ("300,000 characters", "x" * 300_000, "at most 32,767 characters"),
        ("nothing", "", "expected a value"),
    ]
] + [
    Bad("a formula in a column of their own", "person,note\np1,=1+1\n", (*place("note"), "formula"), table="audience"),
    Bad("a person's id turned around", "person\np1\u202e\n", (*place("person"), "a name or id"), table="audience"),
]


@pytest.mark.parametrize("upload", [*DATES, *NUMBERS], ids=lambda u: u.what)
def test_what_is_no_date_or_number_is_refused_where_it_stands(upload: Bad, tmp_path: Path) -> None:
    assert_refused(upload, tmp_path)


@pytest.mark.parametrize("upload", [*IDS, *TEXTS], ids=lambda u: u.what)
def test_text_that_may_do_harm_is_refused_where_it_stands(upload: Bad, tmp_path: Path) -> None:
    assert_refused(upload, tmp_path)
