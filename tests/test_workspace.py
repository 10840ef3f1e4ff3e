"""A workspace's tables are written all at once; readers see the old or the new; rows are merged by key."""

import datetime as dt
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketing import tables
from marketing.errors import ConflictError, InputError, MissingError
from marketing.merging import Counts, merge
from marketing.workspace import Stored, Workspace, write_atomically

NOW = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)


def people(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    return frame.astype({name: "str" for name in frame if frame[name].dtype == "object"})


def views(days: list[int], values: list[float], **more: object) -> pd.DataFrame:
    dates = pd.to_datetime([f"2024-03-{day:02d}" for day in days]).astype("datetime64[us]")
    frame = pd.DataFrame({"date": dates, "title": "GTA VI", "metric": "views", "value": values}).assign(**more)
    return frame.astype({name: "str" for name in frame if name not in ("date", "value")})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "lumen")


def merged(table: str, old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, Counts]:
    return merge(tables.table(table), old, new)


def test_what_is_written_is_read_back(workspace: Workspace) -> None:
    frame = people(person=["b", "a"], age=[1.0, np.nan])
    workspace.write({"audience": frame}, now=NOW)
    pd.testing.assert_frame_equal(workspace.read("audience"), frame)
    pd.testing.assert_frame_equal(workspace.read("audience", ["age"], [("person", "==", "b")]), frame[["age"]].head(1))
    assert workspace.tables()["audience"].rows == 2


def test_new_changed_and_unchanged_rows_are_counted(workspace: Workspace) -> None:
    assert workspace.upsert({"engagement": views([1, 2, 3], [1, 2, 3])}, now=NOW)["engagement"] == Counts(3, 0, 0)
    assert workspace.upsert({"engagement": views([2, 3, 4], [2, 30, 4])}, now=NOW)["engagement"] == Counts(1, 1, 1)
    assert workspace.read("engagement")["value"].tolist() == [1, 2, 30, 4]


def test_the_same_rows_again_leave_the_same_file(workspace: Workspace) -> None:
    workspace.upsert({"engagement": views([1, 2], [1, 2])}, now=NOW)
    before = workspace.manifest_path.read_bytes()
    assert workspace.upsert({"engagement": views([2, 1], [2, 1])}, now=NOW)["engagement"] == Counts(0, 0, 2)
    assert workspace.manifest_path.read_bytes() == before


def test_a_column_that_new_rows_lack_keeps_its_cells() -> None:
    old = people(person=["a", "b"], age=[1.0, 2.0], job=["cook", "clerk"])
    frame, counts = merged("audience", old, people(person=["b", "c"], job=["chief", "cook"]))
    assert counts == Counts(1, 1, 0)
    assert frame["age"].tolist()[:2] == [1, 2]
    assert np.isnan(frame["age"].iloc[2])
    assert frame["job"].tolist() == ["cook", "chief", "cook"]


def test_a_new_column_is_added_and_empty_where_unknown() -> None:
    frame, counts = merged("audience", people(person=["a", "b"]), people(person=["b"], age=[2.0]))
    assert counts == Counts(0, 1, 0)
    assert frame["age"].isna().tolist() == [True, False]


def test_dimensions_tell_rows_apart_also_where_they_are_empty() -> None:
    whole = views([1, 2], [10, 20])
    split = views([1, 1], [6, 4], region=["ES", "FR"])
    frame, counts = merged("engagement", whole, split)
    assert counts == Counts(2, 0, 0)
    again, counts = merged("engagement", frame, views([1], [11]))
    assert counts == Counts(0, 1, 0)
    assert again.loc[again["region"].isna(), "value"].tolist() == [11, 20]


def test_a_corrected_note_replaces_the_day_and_does_not_double_it() -> None:
    frame, counts = merged(
        "engagement", views([1, 2], [10, 20], note=["raw", "raw"]), views([2], [21], note=["checked"])
    )
    assert counts == Counts(0, 1, 0)
    assert frame["value"].tolist() == [10, 21]
    assert frame["note"].tolist() == ["raw", "checked"]


def test_what_told_rows_apart_once_goes_on_to_do_so() -> None:
    halls, _ = merged("engagement", views([1], [5]), views([1, 1], [10, 20], hall=["a", "b"]))
    assert len(halls) == 3
    again, counts = merged("engagement", halls, views([1], [21], hall=["b"]))
    assert counts == Counts(0, 1, 0)
    assert sorted(again["value"]) == [5, 10, 21]


def test_another_titles_event_of_the_same_name_and_day_replaces_nothing() -> None:
    day = pd.to_datetime(["2024-03-01"]).astype("datetime64[us]")
    old = people(event=["Trailer"], date=day, title=["a"])
    frame, counts = merged("events", old, people(event=["Trailer"], date=day, title=["b"]))
    assert (counts, len(frame)) == (Counts(1, 0, 0), 2)


def test_numbers_that_meet_text_become_text_without_decimals() -> None:
    frame, counts = merged(
        "audience", people(person=["a", "b"], zip=[8001.0, 7.5]), people(person=["b", "c"], zip=["7.5", "08002"])
    )
    assert frame["zip"].dtype == "str"
    assert frame["zip"].tolist() == ["8001", "7.5", "08002"]
    assert counts == Counts(1, 0, 1)


def test_an_empty_column_takes_the_kind_of_the_filled_one() -> None:
    nothing = pd.Series([None, None], dtype="str")
    frame, _ = merged("audience", people(person=["a", "b"], age=nothing), people(person=["c"], age=[3.0]))
    assert frame["age"].dtype == float
    frame, _ = merged("audience", people(person=["c"], age=[3.0]), people(person=["a", "b"], age=nothing))
    assert frame["age"].dtype == float


def test_a_merge_leaves_its_inputs_alone() -> None:
    old, new = people(person=["a"], zip=[1.0]), people(person=["a"], zip=["x"])
    copies = old.copy(), new.copy()
    merged("audience", old, new)
    pd.testing.assert_frame_equal(old, copies[0])
    pd.testing.assert_frame_equal(new, copies[1])


def test_tables_are_written_together_or_not_at_all(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.write({"titles": pd.DataFrame({"title": ["old"]}), "audience": people(person=["old"])}, now=NOW)

    def fail(_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Workspace, "_write_manifest", lambda *_: fail(None))
    with pytest.raises(OSError, match="No space"):
        workspace.write({"titles": pd.DataFrame({"title": ["new"]}), "audience": people(person=["new"])}, now=NOW)
    assert workspace.read("titles")["title"].tolist() == workspace.read("audience")["person"].tolist() == ["old"]


def test_a_reader_meets_whole_tables_while_they_are_replaced(workspace: Workspace) -> None:
    size, seen, wrong = 2_000, set(), []
    workspace.write({"engagement": views([1] * size, [0.0] * size, metric=[f"m{n}" for n in range(size)])}, now=NOW)
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            values = workspace.read("engagement")["value"]
            seen.add(values.iloc[0])
            if values.nunique() != 1 or len(values) != size:
                wrong.append(values)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for value in range(1, 20):
        frame = views([1] * size, [float(value)] * size, metric=[f"m{n}" for n in range(size)])
        workspace.upsert({"engagement": frame}, now=NOW)
    done.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert len(seen) > 1


def test_replaced_files_are_swept_after_their_readers_have_gone(workspace: Workspace) -> None:
    for day in (1, 2):
        workspace.upsert({"engagement": views([day], [1])}, now=NOW)
    assert len(list(workspace.tables_folder.iterdir())) == 2
    just_replaced = workspace.tables()["engagement"].file
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    workspace.upsert({"engagement": views([3], [1])}, now=later)
    left = {path.name for path in workspace.tables_folder.iterdir()}
    assert left == {just_replaced, workspace.tables()["engagement"].file}


class SlowReader(Workspace):
    """A reader that stands still between what the manifest says and the file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.looked, self.go_on = threading.Event(), threading.Event()

    def tables(self) -> dict[str, Stored]:
        found = super().tables()
        self.looked.set()
        self.go_on.wait(10)
        return found


def read_slowly(workspace: Workspace, meanwhile: Callable[[Path], None]) -> list[float]:
    """What a reader finds that has looked up its file before `meanwhile`, and opens it after."""
    slow, found = SlowReader(workspace.folder), []
    reader = threading.Thread(target=lambda: found.append(slow.read("engagement")["value"].tolist()))
    reader.start()
    slow.looked.wait(10)
    meanwhile(workspace.tables_folder / workspace.tables()["engagement"].file)
    slow.go_on.set()
    reader.join()
    return found[0] if found else []


def test_a_file_of_last_week_stays_for_those_who_read_it_when_it_is_replaced(workspace: Workspace) -> None:
    workspace.upsert({"engagement": views([1], [1])}, now=NOW)

    def replace(file: Path) -> None:
        week_ago = file.stat().st_mtime - 7 * 24 * 3600
        os.utime(file, (week_ago, week_ago))
        workspace.upsert({"engagement": views([1], [2])}, now=dt.datetime.now(dt.UTC))

    assert read_slowly(workspace, replace) == [1]


def test_a_reader_too_slow_for_its_file_reads_the_one_that_replaced_it(workspace: Workspace) -> None:
    workspace.upsert({"engagement": views([1], [1])}, now=NOW)

    def replace_and_sweep(file: Path) -> None:
        workspace.upsert({"engagement": views([1], [2])}, now=NOW)
        file.unlink()

    assert read_slowly(workspace, replace_and_sweep) == [2]


def test_a_folder_with_a_ledger_in_use_and_own_channels_becomes_a_workspace(tmp_path: Path) -> None:
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "settings.toml"):
        (tmp_path / name).touch()
    (tmp_path / "channels").mkdir()
    assert Workspace.create(tmp_path).tables() == {}


def test_what_a_killed_writer_left_does_not_stop_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "lumen"
    folder.mkdir()
    (folder / ".tmp-abc").write_text("half")
    Workspace.create(folder).upsert(
        {"engagement": views([1], [1])}, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    )
    assert not (folder / ".tmp-abc").exists()


def test_a_workspace_is_not_made_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("x")
    with pytest.raises(InputError, match="holds other files"):
        Workspace.create(tmp_path)
    with pytest.raises(InputError, match="cannot be a workspace"):
        Workspace.create(tmp_path / "thesis.doc" / "inside")


def test_what_is_not_there_is_said_with_the_next_step(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="marquee ingest engagement FILE"):
        workspace.read("engagement")
    with pytest.raises(MissingError, match="marquee run"):
        workspace.read("forecasts")
    with pytest.raises(MissingError, match="no workspace"):
        Workspace.open(tmp_path / "nowhere")


def test_a_damaged_manifest_is_said_in_words(workspace: Workspace) -> None:
    for content in ("", "{", "[]", json.dumps({"tables": {"titles": {"file": 1}}})):
        workspace.manifest_path.write_text(content)
        with pytest.raises(InputError, match="cannot be read"):
            workspace.tables()


def test_a_second_writer_waits_and_then_says_so(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketing.workspace.LOCK_SECONDS", 0.1)
    with workspace.locked(), pytest.raises(ConflictError, match="Another command"):
        Workspace(workspace.folder).write({"titles": pd.DataFrame({"title": ["a"]})}, now=NOW)


def test_a_digest_changes_with_the_content_and_not_with_the_clock(workspace: Workspace) -> None:
    empty = workspace.digest("engagement")
    workspace.upsert({"engagement": views([1], [1])}, now=NOW)
    first = workspace.digest("engagement")
    workspace.write({"engagement": views([1], [1])}, now=NOW + dt.timedelta(days=1))
    assert workspace.digest("engagement") == first != empty
    workspace.upsert({"engagement": views([1], [2])}, now=NOW)
    assert workspace.digest("engagement") != first


# Ibis 12 calls what DuckDB and pandas have renamed; it works until they take the old names away.
@pytest.mark.filterwarnings("ignore:.*infer_string:pandas.errors.Pandas4Warning")
def test_expressions_see_the_tables_and_nothing_else_on_the_disk(workspace: Workspace) -> None:
    workspace.write({"engagement": views([1, 2], [1, 2])}, now=NOW)
    connection = workspace.connect()
    assert connection.table("engagement").value.sum().execute() == 3
    with pytest.raises(Exception, match="Permission"):
        connection.raw_sql("SELECT * FROM read_csv('/etc/passwd')")
    with pytest.raises(Exception, match="locked"):
        connection.raw_sql("SET enable_external_access = true")


def test_a_million_rows_are_merged_in_seconds() -> None:
    size = 1_000_000
    frame = pd.DataFrame({"person": pd.Series([f"p{n}" for n in range(size)], dtype="str"), "age": 1.0})
    newer = frame.iloc[::2].assign(age=lambda f: np.arange(len(f)) % 2 + 1.0)
    merged_frame, counts = merged("audience", frame, newer)
    assert counts == Counts(0, size // 4, size // 4)
    assert len(merged_frame) == size


def test_a_file_is_for_whoever_the_umask_lets_in(tmp_path):
    write_atomically(tmp_path / "export.csv", b"a")
    (tmp_path / "beside.csv").write_bytes(b"a")
    assert (tmp_path / "export.csv").stat().st_mode == (tmp_path / "beside.csv").stat().st_mode


@pytest.mark.parametrize("harm", ["overwritten", "deleted", "cut short"])
def test_a_damaged_table_is_named_with_what_to_do(workspace: Workspace, harm: str) -> None:
    workspace.write({"titles": pd.DataFrame({"title": ["a", "b"]})}, now=NOW)
    path = workspace.tables_folder / workspace.tables()["titles"].file
    if harm == "deleted":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] if harm == "cut short" else b"PAR1" + bytes(len(content)))
    with pytest.raises(InputError, match=rf"{path.name} (cannot be read|is gone)\. Restore it from a backup"):
        workspace.read("titles")
    with pytest.raises(InputError, match=path.name):
        workspace.connect()


@pytest.mark.parametrize("file", ["../../../etc/passwd", "/etc/passwd", "..", "", 7, None])
def test_a_manifest_that_leads_out_of_its_folder_is_not_followed(workspace: Workspace, file: object) -> None:
    entry = {"file": file, "rows": 1, "columns": ["title"], "stored_at": "2026-11-23"}
    workspace.manifest_path.write_text(json.dumps({"version": 1, "tables": {"titles": entry}}))
    with pytest.raises(InputError, match=r"manifest\.json cannot be read\. Restore"):
        workspace.read("titles")


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", tmp_path / "link", tmp_path / "pipe"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert (link.is_symlink(), target.read_text(), target.stat().st_mode & 0o777) == (True, "new", 0o640)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"told")
    assert (os.read(reader, 10), pipe.is_fifo()) == (b"told", True)
    os.close(reader)


def test_a_column_without_values_may_meet_a_table_that_lacks_it(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    first = pd.DataFrame({"event": ["Trailer"], "date": pd.to_datetime(["2026-09-04"])})
    workspace.upsert({"events": first}, now=NOW)
    second = first.assign(event="Outage", end_date=pd.to_datetime([None]), region=pd.Series([None], dtype="str"))
    workspace.upsert({"events": second}, now=NOW)
    workspace.upsert({"events": first.assign(event="Finale")}, now=NOW)
    stored = workspace.read("events")
    assert stored["event"].tolist() == ["Finale", "Outage", "Trailer"]
    assert stored["end_date"].dtype.kind == "M"
    assert stored["end_date"].isna().all()
