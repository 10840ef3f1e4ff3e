"""Headers, rows, keys and options that do not fit are refused in words that say what to do."""

from pathlib import Path

import pytest
from uploads import HEADER, Bad, assert_refused, refusal, rows, write

from marketing import sources
from marketing.errors import InputError, MissingError, TableError
from marketing.settings import Limits

ROW = "2024-03-01,GTA VI,views,1"

HEADERS = [
    Bad("no rows", HEADER + "\n", ("at least one row of data",)),
    Bad("no rows and no line end", HEADER, ("at least one row of data",)),
    Bad("blank rows only", HEADER + "\n\n,,,\n", ("at least one row of data",)),
    Bad("no header", f"{ROW}\n2024-03-02,GTA VI,views,2\n", ("a column 'date'", "a column 'value'", "2024-03-01")),
    Bad(
        "a column missing",
        "date,title,value\n2024-03-01,GTA VI,1\n",
        ("a column 'metric'", "--set metric=", "date, title, value"),
    ),
    Bad(
        "a column of another name",
        "day,title,metric,value\n" + ROW,
        ("a column 'date'", "--map date=THEIRS", "day, title"),
    ),
    Bad("a column twice", f"{HEADER},value\n{ROW},2\n", ("each column once", "'value'", "Rename one")),
    Bad("a column twice but for case", f"{HEADER},Value\n{ROW},2\n", ("one column for value", "Rename or take out")),
    Bad("a column of theirs twice", f"{HEADER},note,note\n{ROW},a,b\n", ("each column once", "'note'")),
    Bad("a filled column without name", f"{HEADER},\n{ROW},x\n", ("a name for each column", "number 5")),
    Bad("a formula for a name", f"{HEADER},=1+1\n{ROW},x\n", ("a column name", "'=1+1'")),
    Bad("a name turned around", f"{HEADER},a\u202eb\n{ROW},x\n", ("a column name", "nothing hidden")),
    Bad("a name of 300 characters", f"{HEADER},{'x' * 300}\n{ROW},x\n", ("a column name of at most 200",)),
    Bad("the wrong separator", rows("1", separator="^"), ("a column 'date'", "date^title^metric^value")),
    Bad("rows quoted whole", '"date,title,metric,value"\n"2024-03-01,GTA VI,views,1"\n', ("a column 'date'",)),
]

ROWS = [
    Bad("a row too short", f"{HEADER}\n{ROW}\n2024-03-02,GTA VI,views\n", ("row 3", "found '3 cells'", "4 cells")),
    Bad(
        "a row too long",
        f"{HEADER}\n{ROW}\n2024-03-02,GTA VI,views,1,234\n",
        ("row 3", "found '5 cells'", "quote a cell"),
    ),
    Bad(
        "no header but a mapping",
        "1,34,m\n2,45,f\n",
        ("column names first", "1, 34, m"),
        "audience",
        options={"mapping": {"person": "1"}},
    ),
    Bad("points or thousands", f'{HEADER},spend\n2024-03-01,GTA VI,views,"1,500","3,5"\n', ("'1,500'", "in one way")),
    Bad("a note below", f"{HEADER}\n{ROW}\nSource: Wikimedia\n", ("row 3", "found '1 cell'")),
    Bad("a second table below", f"{HEADER}\n{ROW}\n\n{HEADER}\n{ROW}\n", ("row 4", "found 'date'")),
    Bad("another table below", f"{HEADER}\n{ROW}\n\nregion,views\nES,5\n", ("row 4", "row 5", "2 cells")),
    Bad(
        "a row too short below a quoted line break",
        'fact,title,text\nf1,GTA VI,"a\nb"\nf2,GTA VI\n',
        ("row 3", "2 cells"),
        "facts",
    ),
    Bad(
        "a quote never closed",
        f'{HEADER}\n{ROW}\n2024-03-02,"GTA VI,views,1\n',
        ("row 3: expected cells set apart by comma", "quotation marks"),
    ),
    Bad(
        "text behind a closing quote",
        f'{HEADER}\n2024-03-01,"GTA" VI,views,1\n',
        ("row 2: expected cells set apart", "quotation marks"),
    ),
    Bad(
        "a total among the titles",
        f"{HEADER}\n{ROW}\n2024-03-01,Total,views,1\n",
        ("row 3", "not a total", "Take the row out"),
    ),
    Bad(
        "a total among the regions",
        f"{HEADER},region\n{ROW},ES\n{ROW},Total\n",
        ("row 3", "column 'region'", "not a total"),
    ),
    Bad(
        "a total among those who viewed",
        "person,title,date,minutes\np1,GTA VI,2024-03-01,5\nTotal,GTA VI,2024-03-01,5\n",
        ("row 3", "column 'person'", "not a total", "by themselves"),
        "viewing",
    ),
]

TOGETHER = [
    Bad(
        "a fact that ends before it begins",
        "fact,title,text,valid_from,valid_to\nf1,GTA VI,x,2024-03-02,2024-03-01\n",
        ("row 2, column 'valid_to'", "not before valid_from"),
        "facts",
    ),
    Bad(
        "an event that ends before it begins",
        "event,date,end_date\nTour,2024-03-02,2024-03-01\n",
        ("row 2, column 'end_date'", "not before date"),
        "events",
    ),
    Bad("results of nothing", "date,clicks\n2024-03-01,5\n", ("a column draft or ad", "--map ad=THEIRS"), "results"),
    Bad(
        "a result of nothing",
        "date,ad,clicks\n2024-03-01,a1,5\n2024-03-02,,5\n",
        ("row 3", "a value in draft or ad"),
        "results",
    ),
]

KEYS = [
    Bad("a key twice", f"{HEADER}\n{ROW}\n{ROW}\n", ("row 3", "each date, title, metric once", "row 2 has it already")),
    Bad("a key twice under a preamble", f"Views\n\n{HEADER}\n{ROW}\n\n{ROW}\n", ("row 6", "row 4 has it already")),
    Bad("a key twice in a region", f"{HEADER},region\n{ROW},ES\n{ROW},ES\n", ("row 3", "metric, region once")),
    Bad("a person twice", "person\np1\np2\np1\n", ("row 4", "each person once", "row 2"), "audience"),
    Bad("a person twice but for spaces", "person\np1\n p1 \n", ("row 3", "each person once"), "audience"),
]

OPTIONS = [
    Bad(
        "a column that is not there",
        f"{HEADER}\n{ROW}\n",
        ("--map title=Page", "The file has: date, title, metric, value"),
        options={"mapping": {"title": "Page"}},
    ),
    Bad(
        "a misspelt name of ours",
        "day,name,metric,value\n" + ROW,
        ("--map titel=name", "Did you mean --map title=name"),
        options={"mapping": {"titel": "name", "date": "day"}},
    ),
    Bad(
        "two columns for one",
        f"{HEADER},views\n{ROW},5\n",
        ("one column for value",),
        options={"mapping": {"value": "views"}},
    ),
    Bad(
        "set and there",
        f"{HEADER}\n{ROW}\n",
        ("--set metric=views", "no column 'metric' in the file"),
        options={"sets": {"metric": "views"}},
    ),
    Bad(
        "set to nothing",
        "date,title,value\n2024-03-01,GTA VI,1\n",
        ("--set metric=", "a value"),
        options={"sets": {"metric": " "}},
    ),
    Bad(
        "set to a path",
        "date,metric,value\n2024-03-01,views,1\n",
        ("found '../x'", "a name or id"),
        options={"sets": {"title": "../x"}},
    ),
    Bad(
        "set to no date",
        "title,metric,value\nGTA VI,views,1\n",
        ("found 'soon'", "a date"),
        options={"sets": {"date": "soon"}},
    ),
]


@pytest.mark.parametrize("upload", [*HEADERS, *ROWS, *TOGETHER, *KEYS, *OPTIONS], ids=lambda u: u.what)
def test_what_does_not_fit_the_table_is_refused(upload: Bad, tmp_path: Path) -> None:
    assert_refused(upload, tmp_path)


def test_a_set_value_is_faulted_once_and_not_in_every_row(tmp_path: Path) -> None:
    upload = Bad(
        "", rows("1", "2", "3", header=HEADER), (), options={"mapping": {"name": "title"}, "sets": {"title": "../x"}}
    )
    assert refusal(upload, tmp_path).count("../x") == 1


def test_every_fault_is_told_at_once_the_first_in_full(tmp_path: Path) -> None:
    bad = "".join(f"2024-02-30,=T{n},views,-{n}\n" for n in range(1, 301))
    path = write(tmp_path, Bad("", f"{HEADER}\n{bad}", ()))
    with pytest.raises(TableError) as raised:
        sources.read(path, "engagement")
    lines = str(raised.value).splitlines()
    assert raised.value.total == 900
    assert len(lines) == 6
    assert lines[-1] == "... and 895 more."
    assert {fault.column for fault in raised.value.faults} == {"date", "title", "value"}


def test_rows_that_do_not_fit_and_cells_that_do_not_are_told_together(tmp_path: Path) -> None:
    message = refusal(Bad("", f"{HEADER}\n2024-03-01,GTA VI,views\n2024-03-02,GTA VI,views,-1\n", ()), tmp_path)
    assert "row 2: found '3 cells'" in message
    assert "row 3, column 'value': found '-1'" in message


def test_limits_are_kept(tmp_path: Path) -> None:
    wide = Bad(
        "",
        ",".join(f"c{n}" for n in range(11)) + "\n" + ",".join("1" * 11) + "\n",
        ("11 columns", "at most 10"),
        options={"limits": Limits(columns=10)},
    )
    large = Bad(
        "", rows("1") * 60, ("a file of at most 0 MB", "Split it"), options={"limits": Limits(file_megabytes=0.001)}
    )
    long = Bad(
        "",
        rows("1").replace("GTA VI", "G" * 20),
        ("at most 10 characters",),
        options={"limits": Limits(cell_characters=10)},
    )
    for upload in (wide, large, long):
        assert_refused(upload, tmp_path)


def test_a_million_columns_are_refused_and_not_read(tmp_path: Path) -> None:
    row = ",".join(f"c{n}" for n in range(1_000_000))
    assert_refused(Bad("", f"{row}\n{row}\n", ("1,000,000 columns", "at most 2,000 columns")), tmp_path)


def test_unknown_tables_and_orders_are_refused_with_those_there_are(tmp_path: Path) -> None:
    path = write(tmp_path, Bad("", rows("1"), ()))
    with pytest.raises(MissingError, match=r"no table 'views'.*audience"):
        sources.read(path, "views")
    with pytest.raises(InputError, match=r"made by marquee run"):
        sources.read(path, "forecasts")
    with pytest.raises(InputError, match=r"dmy, mdy, ymd"):
        sources.read(path, "engagement", dates="ydm")
