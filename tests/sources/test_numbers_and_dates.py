"""Numbers and dates in any form are read where the whole column leaves no doubt."""

from pathlib import Path

import pytest
from uploads import Good, assert_read, rows, views

NAN = float("nan")
ONE, TWO, LAST = "2024-03-01", "2024-03-02", "2024-03-13"


def dated(*dates: str) -> str:
    return "date,title,metric,value\n" + "".join(f'"{d}",GTA VI,views,{n}\n' for n, d in enumerate(dates, 1))


def people(*cells: str) -> str:
    return "person;x\n" + "".join(f"p{n};{cell}\n" for n, cell in enumerate(cells, 1))


def attribute(*values: object) -> dict[str, list[object]]:
    return {"person": [f"p{n}" for n in range(1, len(values) + 1)], "x": list(values)}


NUMBERS = [
    Good("decimal dots", rows("1.5", "0.125"), views(1.5, 0.125)),
    Good("decimal commas", rows("1,5", "0,125", separator=";"), views(1.5, 0.125)),
    Good("decimal commas in quotes", rows('"1,5"', '"2,25"'), views(1.5, 2.25)),
    Good("thousands by comma", rows('"1,234"', '"12,345,678"'), views(1234, 12345678)),
    Good("thousands by comma and decimals", rows('"1,234.50"', "7"), views(1234.5, 7)),
    Good("thousands by dot", rows("1.234.567", "12.345", separator=";"), views(1234567, 12345)),
    Good("thousands by dot and decimals", rows("1.234,50", "7", separator=";"), views(1234.5, 7)),
    Good("one cell tells what the dot means", rows("1.234", "0.5", separator=";"), views(1.234, 0.5)),
    Good("one cell tells what the comma means", rows("1,234", "0,5", separator=";"), views(1.234, 0.5)),
    Good("who writes 12345 groups no thousands", rows("1.234", "12345", separator=";"), views(1.234, 12345)),
    Good("three decimals among commas, with a zero in front", rows("1.234", "0.500"), views(1.234, 0.5)),
    Good("four decimals among commas", rows("1.2340", "2.5000"), views(1.234, 2.5)),
    Good(
        "three decimals among commas, as another column has decimals",
        "date,ad,clicks,spend\n2024-03-01,a1,1.234,0.31\n",
        {"date": ["2024-03-01"], "ad": ["a1"], "clicks": [1.234], "spend": [0.31]},
        table="results",
    ),
    Good("thousands by space", rows("1 234", "12 345 678"), views(1234, 12345678)),
    Good("thousands by no-break space", rows("1\u00a0234,5", "1\u202f234", separator=";"), views(1234.5, 1234)),
    Good("thousands by apostrophe", rows("1'234.50", "1’234’567"), views(1234.5, 1234567)),
    Good("lakhs", rows('"12,34,567"', '"1,00,000"'), views(1234567, 100000)),
    Good("exponents", rows("1e3", "1.5E+06"), views(1000, 1500000)),
    Good("a plus sign", rows("+12", "+1.5"), views(12, 1.5)),
    Good("dots without digits on one side", rows(".5", "5."), views(0.5, 5)),
    Good("leading zeros in a count", rows("007", "12"), views(7, 12)),
    Good("spaces around", rows(" 12 ", "13 "), views(12, 13)),
    Good("a currency in front", rows('"$1,234.50"', "$7"), views(1234.5, 7)),
    Good("a currency behind", rows("1.234,50 €", "7 €", separator=";"), views(1234.5, 7)),
    Good("zero", rows("0", "0.0"), views(0, 0)),
    Good("large", rows("9007199254740991", "1"), views(9007199254740991, 1)),
    Good(
        "unknown minutes",
        "person,title,date,minutes\n"
        + "".join(f"p{n},GTA VI,{ONE},{m}\n" for n, m in enumerate(("NA", "", "-", "5"), 1)),
        {
            "person": ["p1", "p2", "p3", "p4"],
            "title": ["GTA VI"] * 4,
            "date": ["2024-03-01"] * 4,
            "minutes": [NAN, NAN, NAN, 5],
        },
        table="viewing",
    ),
]

ATTRIBUTES = [
    Good("whole numbers", people("1", "-2", "30"), attribute(1, -2, 30), table="audience"),
    Good("numbers with gaps", people("1", "", "30"), attribute(1, None, 30), table="audience"),
    Good("numbers with NA", people("1", "NA", "30"), attribute(1, None, 30), table="audience"),
    Good("decimal commas", people("1,5", "-2,25"), attribute(1.5, -2.25), table="audience"),
    Good("codes with leading zeros", people("007", "123"), attribute("007", "123"), table="audience"),
    Good("a zero is no leading zero", people("0", "0.5"), attribute(0, 0.5), table="audience"),
    Good(
        "telephones",
        people("+49 301 234", "+1 (555) 010-999"),
        attribute("+49 301 234", "+1 (555) 010-999"),
        table="audience",
    ),
    Good(
        "long numbers are ids", people("12345678901234567", "1"), attribute("12345678901234567", "1"), table="audience"
    ),
    Good("in doubt text", people("1.234", "5.678"), attribute("1.234", "5.678"), table="audience"),
    Good("numbers and words", people("1", "two"), attribute("1", "two"), table="audience"),
    Good(
        "dates stay text", people("2024-03-01", "2024-03-02"), attribute("2024-03-01", "2024-03-02"), table="audience"
    ),
    Good("a column of NA is a country", people("NA", "NA"), attribute("NA", "NA"), table="audience"),
    Good("country codes", people("NA", "ES"), attribute("NA", "ES"), table="audience"),
    Good("dashes for nothing in words", people("-", "yes"), attribute("-", "yes"), table="audience"),
    Good("exponents as computers write", people("5.1e-05", "2.0"), attribute(5.1e-05, 2), table="audience"),
    Good("codes that look like exponents", people("1E5", "2E7"), attribute("1E5", "2E7"), table="audience"),
    Good("truth", people("true", "FALSE"), attribute("true", "FALSE"), table="audience"),
]

DATES = [
    Good("ISO", dated(ONE, TWO), views(1, 2)),
    Good("slashes, year first", dated("2024/03/01", "2024/3/2"), views(1, 2)),
    Good("dots, year first", dated("2024.03.01", "2024.03.02"), views(1, 2)),
    Good("eight digits", dated("20240301", "20240302"), views(1, 2)),
    Good("digits with the hour 00", dated("2024030100", "2024030200"), views(1, 2)),
    Good("midnight", dated("2024-03-01 00:00:00", "2024-03-02T00:00:00.000Z"), views(1, 2)),
    Good("midnight of a zone", dated("2024-03-01T00:00:00+01:00", "2024-03-02 00:00:00-0500"), views(1, 2)),
    Good(
        "midnight as Americans write",
        dated("3/1/2024 12:00:00 AM", "3/13/2024 12:00 AM"),
        views(1, 2, date=[ONE, LAST]),
    ),
    Good("day first", dated("01/03/2024", "13/03/2024"), views(1, 2, date=[ONE, LAST])),
    Good("day first with dots", dated("1.3.2024", "13.3.2024"), views(1, 2, date=[ONE, LAST])),
    Good("month first", dated("03/01/2024", "03/13/2024"), views(1, 2, date=[ONE, LAST])),
    Good("short years", dated("1/3/24", "2/3/24", "13/3/24"), views(1, 2, 3, date=[ONE, TWO, LAST])),
    Good(
        "short years first, as said",
        dated("24-03-01", "24-03-02", "24-03-13"),
        views(1, 2, 3, date=[ONE, TWO, LAST]),
        options={"dates": "ymd"},
    ),
    Good(
        "Christmases, as said",
        "event,date\nChristmas,25/12/21\nChristmas,25/12/22\n",
        {"event": ["Christmas"] * 2, "date": ["2021-12-25", "2022-12-25"]},
        table="events",
        options={"dates": "dmy"},
    ),
    Good("the same either way", dated("01/01/2024", "02/02/2024"), views(1, 2, date=["2024-01-01", "2024-02-02"])),
    Good("in doubt but said: dmy", dated("01/03/2024"), views(1), options={"dates": "dmy"}),
    Good("in doubt but said: mdy", dated("03/01/2024"), views(1), options={"dates": "mdy"}),
    Good("in doubt but said: ymd", dated("24/03/01"), views(1), options={"dates": "ymd"}),
    Good("ISO whatever is said", dated("2024-03-01"), views(1), options={"dates": "dmy"}),
    Good("names of months", dated("1 Mar 2024", "March 2, 2024"), views(1, 2)),
    Good("names of days and months", dated("Fri, 1 March 2024", "Saturday, Mar 2, 2024"), views(1, 2)),
    Good("as Excel shows", dated("1-Mar-24", "2-Mar-24"), views(1, 2)),
    Good("ordinals", dated("1st March 2024", "2nd March 2024"), views(1, 2)),
    Good("Japanese", dated("2024年3月1日", "2024年3月2日"), views(1, 2)),
    Good("months", dated("2024-03", "2024-04"), views(1, 2, date=[ONE, "2024-04-01"])),
    Good("names of months only", dated("Mar 2024", "April 2024"), views(1, 2, date=[ONE, "2024-04-01"])),
    Good("a leap day", dated("29/02/2024"), views(1, date=["2024-02-29"])),
    Good(
        "old films",
        "title,release_date\nMetropolis,10/01/1927\nLa Ciotat,28/12/1895\n",
        {"title": ["Metropolis", "La Ciotat"], "release_date": ["1927-01-10", "1895-12-28"]},
        table="titles",
    ),
    Good(
        "not out yet",
        "title,release_date\nGTA VI,2026-11-19\nNext,\nThen,n/a\n",
        {"title": ["GTA VI", "Next", "Then"], "release_date": ["2026-11-19", None, None]},
        table="titles",
    ),
]


@pytest.mark.parametrize("upload", [*NUMBERS, *ATTRIBUTES], ids=lambda u: u.what)
def test_a_number_is_read_as_its_writer_meant(upload: Good, tmp_path: Path) -> None:
    assert_read(upload, tmp_path)


@pytest.mark.parametrize("upload", DATES, ids=lambda u: u.what)
def test_a_date_is_read_in_the_order_of_its_column(upload: Good, tmp_path: Path) -> None:
    assert_read(upload, tmp_path)
