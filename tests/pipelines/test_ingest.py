"""Files go into a workspace all or none, whatever is killed when, and the rows are counted."""

import contextlib
import datetime as dt
import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from marketing.errors import MissingError, RightsError, TableError
from marketing.ledger import Ledger
from marketing.merging import Counts
from marketing.people import Person
from marketing.settings import Limits
from marketing.workspace import Workspace
from pipelines.ingest import ingest

NOW = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)
HEADER = "date,title,metric,value\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "lumen")


def file(folder: Path, name: str, *values: object, first: int = 1) -> Path:
    path = folder / name
    rows = "".join(f"2024-03-{day:02d},GTA VI,views,{value}\n" for day, value in enumerate(values, first))
    path.write_text(HEADER + rows)
    return path


def counted(counts: Counts) -> tuple[int, int, int]:
    return counts.new, counts.changed, counts.unchanged


def test_rows_are_added_replaced_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    assert counted(ingest(workspace, "engagement", [file(tmp_path, "a.csv", 1, 2)], now=NOW)) == (2, 0, 0)
    assert counted(ingest(workspace, "engagement", [file(tmp_path, "b.csv", 2, 30, 4, first=2)], now=NOW)) == (2, 0, 1)
    assert counted(ingest(workspace, "engagement", [file(tmp_path, "c.csv", 5)], now=NOW)) == (0, 1, 0)
    assert workspace.read("engagement")["value"].tolist() == [5, 2, 30, 4]


def test_the_same_table_in_other_forms_is_unchanged(workspace: Workspace, tmp_path: Path) -> None:
    source = file(tmp_path, "a.csv", 1, 2500.5)
    ingest(workspace, "engagement", [source], now=NOW)
    frame = pd.read_csv(source, parse_dates=["date"])
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    (tmp_path / "a.tsv").write_bytes("title\tdate\tvalue\tmetric\r\nGTA VI\t1.3.2024\t1\tviews\r\n".encode("utf-16"))
    (tmp_path / "b.csv").write_text("date;title;metric;value\n2024-03-02;GTA VI;views;2.500,50\n")
    for name, rows in {"a.parquet": 2, "a.xlsx": 2, "a.tsv": 1, "b.csv": 1}.items():
        counts = ingest(workspace, "engagement", [tmp_path / name], dates="dmy", now=NOW)
        assert counted(counts) == (0, 0, rows), name


def test_where_two_files_hold_a_key_the_later_counts(workspace: Workspace, tmp_path: Path) -> None:
    files = [file(tmp_path, "a.csv", 1, 2), file(tmp_path, "b.csv", 20, 3, first=2)]
    assert counted(ingest(workspace, "engagement", files, now=NOW)) == (3, 0, 0)
    assert workspace.read("engagement")["value"].tolist() == [1, 20, 3]


def test_one_bad_file_keeps_all_out_and_the_faults_of_all_are_told(workspace: Workspace, tmp_path: Path) -> None:
    ingest(workspace, "engagement", [file(tmp_path, "old.csv", 7)], now=NOW)
    before = workspace.manifest_path.read_bytes()
    files = [
        file(tmp_path, "good.csv", 1, 2),
        file(tmp_path, "bad.csv", -1),
        file(tmp_path, "worse.csv", "x"),
        tmp_path / "gone.csv",
    ]
    with pytest.raises(TableError) as raised:
        ingest(workspace, "engagement", files, now=NOW)
    assert [fault.file for fault in raised.value.faults] == ["bad.csv", "worse.csv", "gone.csv"]
    assert workspace.manifest_path.read_bytes() == before
    assert workspace.read("engagement")["value"].tolist() == [7]


def test_options_reach_every_file(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "views.csv"
    path.write_text("day,n\n01/03/2024,1\n02/03/2024,2\n")
    options = {"mapping": {"date": "day", "value": "n"}, "sets": {"title": "GTA VI", "metric": "views"}}
    assert counted(ingest(workspace, "engagement", [path], **options, dates="dmy", now=NOW)) == (2, 0, 0)
    with pytest.raises(TableError, match="at most 0 MB"):
        ingest(workspace, "engagement", [path], **options, limits=Limits(file_megabytes=0.00001), now=NOW)


def test_what_was_done_to_a_file_is_said(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "views.csv"
    path.write_text("Views of March\n\n" + HEADER + "13/03/2024,GTA VI,views,1\nTotal,,,1\n")
    notes = ingest(workspace, "engagement", [path], now=NOW).notes
    assert any("views.csv" in note and "2 rows above the header" in note for note in notes)
    one_above = tmp_path / "one_above.csv"
    one_above.write_text("Views of March\n" + HEADER + "13/03/2024,GTA VI,views,1\n")
    assert any(
        "1 row above the header was left" in note
        for note in ingest(workspace, "engagement", [one_above], now=NOW).notes
    )
    assert any("day/month/year" in note for note in notes)
    assert any("Row 5 was left out" in note for note in notes)


def test_no_file_and_no_such_table_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="at least one file"):
        ingest(workspace, "engagement", [], now=NOW)
    with pytest.raises(MissingError, match="no table 'veiws'"):
        ingest(workspace, "veiws", [file(tmp_path, "a.csv", 1)], now=NOW)


def test_who_put_in_which_file_is_recorded_before_the_rows_are_there(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = file(tmp_path, "a.csv", 1, 2)
    ada = Person("Ada", "editor")
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        monkeypatch.setattr(Workspace, "_commit", lambda *_: pytest.fail("killed here"))
        with pytest.raises(pytest.fail.Exception):
            ingest(workspace, "engagement", [source], now=NOW, ledger=ledger, person=ada)
        (record,) = ledger.audit()
    assert (record.by, record.action, record.subject) == ("Ada", "ingest", "engagement")
    assert record.detail == {
        "files": [{"file": "a.csv", "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}],
        "rows": {"new": 2, "changed": 0, "unchanged": 0},
    }


def test_an_ingest_that_the_disk_refuses_is_recorded_as_failed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Workspace, "_commit", full)
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        with pytest.raises(OSError, match="No space"):
            ingest(
                workspace,
                "engagement",
                [file(tmp_path, "a.csv", 1)],
                now=NOW,
                ledger=ledger,
                person=Person("Ada", "editor"),
            )
        assert [record.action for record in ledger.audit()] == ["ingest", "ingest failed"]


def test_who_may_only_look_puts_nothing_in(workspace: Workspace, tmp_path: Path) -> None:
    with contextlib.closing(Ledger(workspace.ledger_url)) as ledger:
        with pytest.raises(RightsError, match="may not put data in"):
            ingest(
                workspace,
                "engagement",
                [file(tmp_path, "a.csv", 1)],
                now=NOW,
                ledger=ledger,
                person=Person("Vi", "viewer"),
            )
        assert ledger.audit() == []
    assert not workspace.has("engagement")


WRITER = """
import datetime as dt, sys
from pathlib import Path
from marketing.workspace import Workspace
from pipelines.ingest import ingest
folder, files = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
print("ready", flush=True)
ingest(Workspace.open(folder), "engagement", files, now=dt.datetime.now(dt.UTC))
"""


def test_an_ingest_killed_at_any_moment_leaves_the_old_table_or_the_new(workspace: Workspace, tmp_path: Path) -> None:
    titles, days = 40, 28
    old = [file(tmp_path, f"old{n}.csv", *[1] * days) for n in range(1)]
    ingest(workspace, "engagement", old, now=NOW)
    for n in range(2):
        rows = (f"2024-03-{d:02d},T{n} {t},views,2\n" for t in range(titles * 8) for d in range(1, days + 1))
        (tmp_path / f"new{n}.csv").write_text(HEADER + "".join(rows))
    before = workspace.read("engagement")
    new = [str(tmp_path / f"new{n}.csv") for n in range(2)]
    draw, outcomes = random.Random(7), []
    for _ in range(8):
        workspace.write({"engagement": before}, now=NOW)
        command = [sys.executable, "-c", WRITER, str(workspace.folder), *new]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.uniform(0, 1.2))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        rows = len(workspace.read("engagement"))
        outcomes.append(rows)
        assert rows in (days, days + 2 * titles * 8 * days)
        assert json.loads(workspace.manifest_path.read_text())["tables"]["engagement"]["rows"] == rows
    counts = ingest(workspace, "engagement", [Path(name) for name in new], now=NOW)
    assert counts.new + counts.unchanged == 2 * titles * 8 * days
    assert days in outcomes
