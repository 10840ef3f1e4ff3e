"""The tables' contracts: what a table may hold, and what is said when it does not."""

import time

import numpy as np
import pandas as pd
import pytest

from marketing import tables
from marketing.errors import MissingError, TableError

TITLES = [
    *("GTA VI", "Spider-Man: No Way Home", "Amélie", "What's Up, Doc?", "M*A*S*H", "(500) Days of Summer", "[REC]"),
    *(
        "#Alive",
        "Face/Off",
        "V/H/S",
        "AC/DC",
        "tick, tick... BOOM!",
        "दंगल",
        "千と千尋の神隠し",
        "E.T.",
        "'71",
        "1917",
        "007",
    ),
    *(
        "Death_of_Freddie_Gray_en.wikipedia.org_mobile-web_all-agents",
        "None",
        "NA",
        "÷",
        "Romeo + Juliet",
        "…And Justice",
    ),
]
NO_IDS = [
    *(
        "/etc/passwd",
        "../x",
        "..",
        "a/../b",
        "C:\\x",
        "C:/x",
        "x/",
        "~/x",
        "http://x.y",
        "a/b.csv",
        "a//b",
        "./x",
        "%2e%2e%2fx",
    ),
    *(
        "=1",
        "+1",
        "-x",
        "@x",
        " x",
        "x ",
        "a\tb",
        "a\nb",
        "a\u202eb",
        "a\u200bb",
        "a\x00",
        "<b>",
        "!!!",
        "--",
        "x" * 201,
    ),
]


def engagement(size: int = 3, **columns: object) -> pd.DataFrame:
    days = pd.Timestamp(2024, 3, 1) + pd.to_timedelta(np.arange(size), "D")
    frame = pd.DataFrame({"date": days.astype("datetime64[us]"), "title": "GTA VI", "metric": "views", "value": 1.0})
    return frame.astype({"title": "str", "metric": "str"}).assign(**columns)


def found(frame: pd.DataFrame, table: str = "engagement") -> list[str]:
    return [str(fault) for fault in tables.check(tables.table(table), frame)]


@pytest.mark.parametrize("title", TITLES)
def test_names_that_titles_have_are_ids(title: str) -> None:
    assert tables.is_id(title)


@pytest.mark.parametrize("text", ["", *NO_IDS])
def test_what_may_do_harm_is_no_id(text: str) -> None:
    assert not tables.is_id(text)


def test_a_column_of_ids_is_judged_as_each_of_them_is() -> None:
    people = pd.DataFrame({"person": [*TITLES, *NO_IDS]}, dtype="str")
    faults = tables.check(tables.table("audience"), people)
    assert [fault.row for fault in faults] == [len(TITLES) + 2 + at for at in range(len(NO_IDS))]


def test_a_sound_table_has_no_faults() -> None:
    assert found(engagement()) == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"value": [1.0, -1.0, 1.0]}, "row 3, column 'value': found '-1', expected 0 or more"),
        ({"value": [1.0, np.inf, 1.0]}, "row 3, column 'value': found 'inf', expected a finite number"),
        ({"value": [1.0, np.nan, 1.0]}, "row 3, column 'value': expected a value"),
        ({"date": pd.to_datetime(["2024-03-01", "0001-01-01", "2024-03-02"])}, "found '0001-01-01'"),
        ({"date": pd.to_datetime(["2024-03-01", None, "2024-03-02"])}, "row 3, column 'date': expected a value"),
        ({"note": ["a", "=1", "b"]}, "row 3, column 'note': found '=1'"),
        ({"date": pd.to_datetime(["2024-03-01", "2024-03-01", "2024-03-02"])}, "but row 2 has it already"),
    ],
)
def test_a_fault_is_told_by_row_and_column(columns: dict[str, object], words: str) -> None:
    faults = found(engagement(**columns))
    assert len(faults) == 1
    assert words in faults[0]


def test_missing_columns_and_wrong_cells_are_told_together() -> None:
    faults = found(engagement(value=[-1.0, 1, 1]).drop(columns="title"))
    assert len(faults) == 2
    assert "a column 'title'" in faults[0]


def test_an_empty_table_is_a_fault() -> None:
    assert "at least one row" in found(engagement().head(0))[0]


def test_empty_cells_of_a_key_are_alike() -> None:
    frame = engagement(date=pd.to_datetime(["2024-03-01"] * 3), region=pd.Series(["ES", None, None], dtype="str"))
    assert "each date, title, metric, region once, but row 3 has it already" in found(frame)[0]


def test_dimensions_are_text_and_tell_rows_apart() -> None:
    frame = engagement(date=pd.to_datetime(["2024-03-01"] * 3), region=["ES", "FR", "DE"])
    assert found(frame) == []
    assert len(found(frame.assign(region=[1.0, 2.0, 3.0]).rename(columns={"region": "likes"}))) == 2


def test_a_note_is_no_dimension_and_what_alone_tells_rows_apart_is() -> None:
    engaged = tables.table("engagement")
    noted = engagement(note=["first", "corrected", None], reviewed=["x", "y", "z"])
    assert engaged.dimension_columns(noted) == []
    one_day = noted.assign(date=noted["date"].iloc[0], booth=["a", "a", "b"], till=["1", "2", "1"])
    assert engaged.dimension_columns(one_day) == ["booth", "till"]
    assert engaged.dimension_columns(one_day.assign(city=["x", "y", "z"])) == ["city"]
    assert found(one_day) == []
    assert "each date, title, metric, booth once" in found(one_day.drop(columns=["note", "reviewed", "till"]))[0]


def dated(table: str, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    days = [c.name for c in tables.table(table).columns if c.kind == "date" and c.name in frame]
    return frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[us]") for day in days})


def test_a_span_that_ends_before_it_begins_is_refused_by_row() -> None:
    facts = dated(
        "facts",
        fact=["f1", "f2", "f3"],
        title="a",
        text="x",
        valid_from=["2024-03-01", "2024-03-02", None],
        valid_to=["2024-03-01", "2024-03-01", "2024-03-01"],
    )
    (fault,) = found(facts, "facts")
    assert "row 3, column 'valid_to': found '2024-03-01', expected a day not before valid_from" in fault
    events = dated(
        "events", event=["Run", "Premiere"], date=["2024-03-05", "2024-03-05"], end_date=["2024-03-04", None]
    )
    (fault,) = found(events, "events")
    assert "row 2, column 'end_date'" in fault


def test_two_titles_may_have_an_event_of_one_name_on_one_day_but_none_has_it_twice() -> None:
    trailers = dated("events", event=["Trailer"] * 3, date=["2024-03-01"] * 3, title=["a", "b", None])
    assert found(trailers, "events") == []
    assert "once, but row 2 has it already" in found(trailers.assign(title="a"), "events")[0]
    assert "once, but row 2 has it already" in found(trailers.drop(columns="title"), "events")[0]


def test_results_are_of_a_draft_or_an_ad() -> None:
    results = dated("results", date=["2024-03-01"] * 3, draft=["d1", None, None], ad=[None, "a1", None])
    (fault,) = found(results, "results")
    assert "row 4" in fault
    assert "expected a value in draft or ad" in fault
    (fault,) = found(results.drop(columns=["draft", "ad"]).head(1), "results")
    assert "a column draft or ad" in fault
    assert "--map ad=THEIRS" in fault


def test_a_million_faults_are_counted_in_a_moment_and_not_built() -> None:
    frame = engagement(1_000).loc[np.repeat(np.arange(1_000), 1_000)].reset_index(drop=True).assign(value=-1.0)
    start = time.process_time()
    faults = tables.check(tables.table("engagement"), frame)
    assert time.process_time() - start < 10
    assert len(faults) <= 2 * tables.TOLD
    assert TableError(faults).total == 1_000_000
    assert str(TableError(faults)).endswith("... and 999,995 more.")


def test_unknown_tables_are_refused_with_those_there_are() -> None:
    with pytest.raises(MissingError, match="engagement"):
        tables.table("veiws")


def test_cells_are_told_as_people_write_them() -> None:
    mixed = [5.0, 5.5, pd.Timestamp(2024, 3, 1), pd.Timestamp(2024, 3, 1, 5), None, "x"]
    assert [tables.told(value) for value in mixed] == ["5", "5.5", "2024-03-01", "2024-03-01 05:00:00", "", "x"]
    assert tables.as_text(pd.Series([1.0, np.nan, 2.5])).tolist()[0] == "1"
