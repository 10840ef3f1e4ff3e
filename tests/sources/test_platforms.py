"""Exports of platforms are known by their header and read into our columns."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from uploads import Bad, Good, assert_read, assert_refused, write

from marketing import catalog, sources, tables
from marketing.errors import TableError
from marketing.settings import Limits
from marketing.sources import guesses, headers, reading

REST = "project,article,granularity,timestamp,access,agent,views\n"
REST_ROW = "en.wikipedia,Grand_Theft_Auto_VI,daily,20240301{},{},user,{}\n"
TRENDS = "Category: All categories\n\nWeek,gta vi: (Worldwide),gta vi: (Spain)\n2024-03-03,<1,50\n2024-03-10,100,3\n"
TABLE = (
    "Content,Video title,Video publish time,Duration,Views,Watch time (hours),Impressions click-through rate (%)\n"
    "Total,,,,300,12.5,4.5\n"
    'abc,Trailer 1,"Mar 5, 2024",90,"1,100",2.5,4\n-xy,Trailer 2 [4K],"Mar 6, 2024",90,200,10,5\n'
)
CHART = 'Date,Content,Video title,Video publish time,Duration,Views\n2024-03-05,abc,Trailer 1,"Mar 5, 2024",90,100\n'

GOOD = [
    Good(
        "Wikimedia, rows of the API",
        REST + REST_ROW.format("00", "all-access", 12),
        {"date": ["2024-03-01"], "title": ["Grand Theft Auto VI"], "metric": ["pageviews"], "value": [12]},
    ),
    Good(
        "Wikimedia, by access",
        REST + REST_ROW.format("00", "desktop", 12) + REST_ROW.format("00", "mobile-web", 5),
        {
            "date": ["2024-03-01"] * 2,
            "title": ["Grand Theft Auto VI"] * 2,
            "metric": ["pageviews"] * 2,
            "value": [12, 5],
            "platform": ["desktop", "mobile-web"],
        },
    ),
    Good(
        "Wikimedia, the tool's file",
        "Date,GTA_VI,Red_Dead\n2024-03-01,12,\n2024-03-02,13,7\n",
        {
            "date": ["2024-03-01", "2024-03-02", "2024-03-02"],
            "title": ["GTA VI", "GTA VI", "Red Dead"],
            "metric": ["pageviews"] * 3,
            "value": [12, 13, 7],
        },
        file="pageviews-20240301-20240302.csv",
    ),
    Good(
        "Wikimedia, mapped by hand",
        REST + REST_ROW.format("00", "desktop", 12),
        {
            "date": ["2024-03-01"],
            "title": ["Grand_Theft_Auto_VI"],
            "metric": ["reads"],
            "value": [12],
            "project": ["en.wikipedia"],
            "granularity": ["daily"],
            "access": ["desktop"],
            "agent": ["user"],
        },
        options={"mapping": {"date": "timestamp", "title": "article", "value": "views"}, "sets": {"metric": "reads"}},
    ),
    Good(
        "Google Trends",
        TRENDS,
        {
            "date": ["2024-03-03", "2024-03-10"] * 2,
            "title": ["gta vi"] * 4,
            "metric": ["search_interest"] * 4,
            "value": [0.5, 100, 50, 3],
            "region": [None, None, "Spain", "Spain"],
        },
    ),
    Good(
        "Google Trends under a title of ours",
        TRENDS.replace(",gta vi: (Spain)", "").replace(",50", "").replace(",3\n", "\n"),
        {
            "date": ["2024-03-03", "2024-03-10"],
            "title": ["GTA VI"] * 2,
            "metric": ["search_interest"] * 2,
            "value": [0.5, 100],
        },
        options={"sets": {"title": "GTA VI"}},
    ),
    Good(
        "Google Trends by month",
        "Month,gta vi: (Spain)\n2024-03,5\n2024-04,6\n",
        {
            "date": ["2024-03-01", "2024-04-01"],
            "title": ["gta vi"] * 2,
            "metric": ["search_interest"] * 2,
            "value": [5, 6],
            "region": ["Spain"] * 2,
        },
    ),
    Good(
        "YouTube Studio, a chart's data",
        CHART,
        {
            "date": ["2024-03-05"],
            "title": ["Trailer 1"],
            "metric": ["views"],
            "value": [100],
            "video": ["youtu.be/abc"],
        },
    ),
    Good(
        "YouTube Studio, a table's data with its last day",
        TABLE,
        {
            "date": ["2024-03-31"] * 4,
            "title": ["GTA VI"] * 4,
            "metric": ["views", "views", "watch_hours", "watch_hours"],
            "value": [1100, 200, 2.5, 10],
            "video": ["youtu.be/abc", "youtu.be/-xy"] * 2,
        },
        options={"sets": {"date": "2024-03-31", "title": "GTA VI"}},
    ),
    Good(
        "YouTube Studio, its titles",
        TABLE,
        {
            "title": ["Trailer 1", "Trailer 2 [4K]"],
            "name": ["Trailer 1", "Trailer 2 [4K]"],
            "release_date": ["2024-03-05", "2024-03-06"],
            "video": ["youtu.be/abc", "youtu.be/-xy"],
        },
        table="titles",
    ),
    Good(
        "a table of ours with columns as in an export",
        "date,title,metric,value,views\n2024-03-01,GTA VI,x,1,5\n",
        {"date": ["2024-03-01"], "title": ["GTA VI"], "metric": ["x"], "value": [1], "views": [5]},
    ),
]

BAD = [
    Bad(
        "views counted twice",
        REST + REST_ROW.format("00", "all-access", 12) + REST_ROW.format("00", "desktop", 5),
        ("row 2, column 'access'", "either all-access or its parts"),
    ),
    Bad("hours", REST + REST_ROW.format("05", "desktop", 12), ("row 2, column 'date'", "found '2024030105'")),
    Bad("a period without days", TABLE, ("a column 'date'", 'Export "Chart data"', "--set date=2024-01-31")),
    Bad(
        "interest by the hour",
        "Time,gta vi: (Spain)\n2024-03-01T05,5\n",
        ("row 2, column 'date'", "without a time of day"),
    ),
    Bad("interest that is none", "Day,gta vi: (Spain)\n2024-03-01,high\n", ("row 2, column 'value'", "found 'high'")),
    Bad("a row too short", REST + "en.wikipedia,GTA\n", ("row 2", "2 cells")),
    Bad(
        "the tool's columns in a file of another name",
        "Date,GTA VI,Red Dead\n2024-03-01,12,5\n",
        ("a column 'title'", "GTA VI, Red Dead"),
    ),
]


@pytest.mark.parametrize("upload", GOOD, ids=lambda u: u.what)
def test_a_platforms_export_becomes_our_table(upload: Good, tmp_path: Path) -> None:
    assert_read(upload, tmp_path)


@pytest.mark.parametrize("upload", BAD, ids=lambda u: u.what)
def test_a_platforms_export_in_doubt_is_refused(upload: Bad, tmp_path: Path) -> None:
    assert_refused(upload, tmp_path)


@pytest.mark.parametrize("name", catalog.names(headers.PLATFORMS))
def test_every_platform_keeps_the_contract(name: str) -> None:
    platform = catalog.load(headers.PLATFORMS, name)
    assert platform.NAME
    assert all(not tables.table(table).made for table in platform.TABLES)
    for rows in (
        [],
        [[]],
        [["date", "title", "metric", "value"], ["2024-03-01", "GTA VI", "views", "1"]],
        [["", ""]] * 9,
    ):
        assert platform.header(rows, "upload.csv") is None


def test_what_was_left_out_or_changed_is_said(tmp_path: Path) -> None:
    table = sources.read(write(tmp_path, Good("", TABLE, {})), "engagement", sets={"date": "2024-03-31"})
    assert table.source == "youtube_studio"
    assert any("click-through rate" in note for note in table.notes)
    assert any("totals was left out" in note for note in table.notes)
    trends = sources.read(write(tmp_path, Good("", TRENDS, {})), "engagement")
    assert any('"<1" was read as 0.5, in 1 cells' in note for note in trends.notes)
    assert {column.how for column in trends.columns} == {"source"}


@pytest.mark.parametrize(
    ("header", "table"),
    [
        ("date,title,metric,value", "engagement"),
        ("title,name,kind", "titles"),
        ("fact,title,text", "facts"),
        ("event,date,title", "events"),
        ("person,age", "audience"),
        ("person,title,date,minutes", "viewing"),
        ("date,ad,impressions,clicks", "results"),
        ("a,b", "engagement"),
    ],
)
def test_the_table_of_a_file_is_guessed_by_its_header(header: str, table: str, tmp_path: Path) -> None:
    width = header.count(",")
    assert guesses.likely(write(tmp_path, Good("", f"{header}\nx{',x' * width}\n", {})), Limits()) == table


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_guess_reads_the_first_rows_and_no_more(form: str, tmp_path: Path) -> None:
    rows = pd.DataFrame({"day": "2024-03-01", "views": np.arange(5_000.0)})
    path = tmp_path / f"upload.{form}"
    {"csv": rows.to_csv, "xlsx": rows.to_excel, "parquet": rows.to_parquet}[form](path, index=False)
    sheet = reading.open_sheet(path, tables.table("engagement"), {}, Limits(), guesses.FIRST)
    assert guesses.FIRST <= len(sheet.cells) < 1.5 * guesses.FIRST
    assert len(reading.open_sheet(path, tables.table("engagement"), {}, Limits()).cells) == 5_000


def test_columns_are_guessed_for_the_user_to_see_and_never_by_read(tmp_path: Path) -> None:
    path = write(tmp_path, Good("", "day,pageviews\n2024-03-01,12\n", {}))
    guess = sources.guess(path, "engagement")
    assert guess.mapping == {"date": "day", "value": "pageviews"}
    assert guess.sets == {"metric": "pageviews"}
    assert guess.missing == ["title"]
    assert [(c.theirs, c.ours, c.example, c.how) for c in guess.columns] == [
        ("day", "date", "2024-03-01", "synonym"),
        ("pageviews", "value", "12", "synonym"),
    ]
    with pytest.raises(TableError, match="a column 'date'"):
        sources.read(path, "engagement")
    reading = sources.read(path, "engagement", mapping=guess.mapping, sets={**guess.sets, "title": "GTA VI"})
    assert reading.frame["value"].tolist() == [12]
