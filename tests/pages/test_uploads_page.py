"""A file on its way in by the Data page: guessed, told, mended by choices, stored only when it is right."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from marketing.ledger import Ledger
from marketing.pages import uploads
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]
MESSY = (
    "Tag;Titel;Abrufe\r\n01.11.2026;harbour-lights;41.208,5\r\n02.11.2026;harbour-lights;39.001,0\r\n"
    "13.11.2026;harbour-lights;38.000,0\r\n"
).encode("cp1252")
WRONG = b"date,title,metric,value\n2026-11-31,a,views,1\n2026-11-02,a,views,-12\n2026-11-03,=1+1,views,3\n"


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    """Hand a file in by the dialog."""
    next(button for button in app.button if button.label == "Add a file").click().run()
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception, app.exception[0].message
    return app


def button(app: AppTest, start: str) -> object:
    """The button whose label begins so."""
    return next(each for each in app.button if each.label.startswith(start))


def choose(app: AppTest, key: str, value: str) -> None:
    """Choose in the select box of that key."""
    next(box for box in app.selectbox if box.key == key).set_value(value).run()


def test_a_right_file_is_recognised_and_stored_with_its_counts(empty: Path, draw: Draw) -> None:
    good = b"title,name,kind\nharbour-lights,Harbour Lights,series\ntidebreaker,Tidebreaker,game\n"
    app = upload(draw("data"), "titles.csv", good)
    assert app.title[0].value == "No data yet; one file is ready"
    assert next(box for box in app.selectbox if box.key == "data.table").value == "titles"
    button(app, "Store 2 rows").click().run()
    assert "2 new, 0 changed, 0 unchanged" in app.success[0].value.replace("\\", "")
    assert len(Workspace(empty).read("titles")) == 2
    assert [record.action for record in Ledger(Workspace(empty).ledger_url).audit()] == ["ingest"]


def test_a_file_in_other_words_is_stored_after_its_columns_were_said(empty: Path, draw: Draw) -> None:
    app = upload(draw("data"), "aufrufe.csv", MESSY)
    assert "one file has faults" in app.title[0].value
    assert button(app, "Store").disabled
    choose(app, "data.map.Abrufe", "value")
    next(field for field in app.text_input if field.key == "data.set.metric").set_value("views").run()
    assert app.title[0].value == "No data yet; one file is ready"
    button(app, "Store 3 rows").click().run()
    stored = Workspace(empty).read("engagement")
    assert stored["value"].tolist() == [41208.5, 39001.0, 38000.0]
    assert stored["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-11-01", "2026-11-02", "2026-11-13"]
    assert "Update the forecasts" in [each.label for each in app.button]


def test_columns_are_guessed_by_what_they_are_often_called_and_marked_as_guesses(empty: Path, draw: Draw) -> None:
    app = upload(draw("data"), "export.csv", b"Day,Show,Views\n2026-11-01,a,3\n2026-11-02,a,4\n")
    boxes = {box.key: box.value for box in app.selectbox}
    assert [boxes[f"data.map.{name}"] for name in ("Day", "Show", "Views")] == ["date", "title", "value"]
    assert app.text_input[0].value == "views"
    assert sum("a guess" in each.value for each in app.markdown) == 3
    assert app.title[0].value == "No data yet; one file is ready"


def test_faults_stand_in_a_table_with_what_to_do_and_nothing_is_stored(empty: Path, draw: Draw) -> None:
    app = upload(draw("data"), "views.csv", WRONG)
    faults = next(table.value for table in app.table if "What to do" in table.value.columns)
    assert faults["Row"].tolist() == ["2", "3", "4"]
    assert all(faults["What to do"])
    assert button(app, "Store").disabled
    assert not Workspace(empty).has("engagement")


def test_a_file_that_is_none_is_refused_in_words(empty: Path, draw: Draw) -> None:
    app = upload(draw("data"), "views.csv", b"%PDF-1.7\x00\x01\x02")
    assert "one file has faults" in app.title[0].value
    assert not Workspace(empty).has("engagement")


def test_a_forgotten_file_leaves_nothing_behind(empty: Path, draw: Draw) -> None:
    app = upload(draw("data"), "views.csv", WRONG)
    path = app.session_state[uploads.PENDING]
    button(app, "Forget this file").click().run()
    assert not path.exists()
    assert app.title[0].value == "No data yet"


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\nb.csv", "x" * 400 + ".csv"])
def test_a_files_name_is_only_a_name(name: str, empty: Path, draw: Draw) -> None:
    app = upload(draw("data"), name, WRONG)
    path = app.session_state[uploads.PENDING]
    assert path.parent.name.startswith("marquee-upload-")
    assert len(path.name) <= uploads.NAME_LETTERS


def test_the_faults_file_runs_nothing_in_a_spreadsheet(empty: Path, draw: Draw) -> None:
    look = uploads.look(_file(empty, WRONG), "engagement", {}, {}, None, uploads.Limits())
    assert "'=1+1" in uploads.as_csv(look.faults).decode("utf-8-sig")


def test_a_file_is_held_in_memory_no_longer_than_it_is_looked_at(empty: Path, draw: Draw) -> None:
    path = _file(empty, WRONG)
    assert uploads.look(path, "engagement", {}, {}, None, uploads.Limits()).faults
    path.write_bytes(WRONG.split(b"\n")[0] + b"\n2026-11-02,a,views,12\n")
    app = upload(draw("data"), "views.csv", WRONG)
    button(app, "Forget this file").click().run()
    assert not uploads.look(path, "engagement", {}, {}, None, uploads.Limits()).faults


def _file(folder: Path, content: bytes) -> Path:
    path = folder.parent / "views.csv"
    path.write_bytes(content)
    return path
