"""A table written by the chunk is nobody's until it is committed, together with others, and then as any other."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
CHUNKS = [
    pd.DataFrame({"person": ["a", "b"], "segment": pd.Series([None, None], dtype="str")}),
    pd.DataFrame({"person": ["c"], "segment": pd.Categorical(["s1"])}),
]
SEGMENTS = pd.DataFrame({"segment": ["s1"], "name": ["late viewers"], "size": [1], "share": [0.5]})


@pytest.fixture
def workspace(tmp_path):
    return Workspace.create(tmp_path / "workspace")


def test_chunks_become_one_table_that_is_current_together_with_others(workspace):
    staged = workspace.stage("assignments", CHUNKS)
    assert not workspace.has("assignments")
    workspace.write({"assignments": staged, "segments": SEGMENTS}, now=NOW, stamp="run 1")
    read = workspace.read("assignments")
    pd.testing.assert_frame_equal(
        read, pd.DataFrame({"person": ["a", "b", "c"], "segment": pd.Series([None, None, "s1"], dtype="str")})
    )
    stored = workspace.tables()["assignments"]
    assert (stored.rows, stored.columns, stored.stamp) == (3, ["person", "segment"], "run 1")


def test_the_same_chunks_again_are_the_same_file(workspace):
    workspace.write({"assignments": workspace.stage("assignments", CHUNKS)}, now=NOW)
    before = workspace.tables()["assignments"].file
    workspace.write({"assignments": workspace.stage("assignments", iter(CHUNKS))}, now=NOW)
    assert workspace.tables()["assignments"].file == before
    assert [path.name for path in workspace.tables_folder.iterdir()] == [before]


def test_what_is_stopped_half_way_leaves_nothing(workspace):
    workspace.write({"assignments": workspace.stage("assignments", CHUNKS[:1])}, now=NOW)
    before = sorted(path.name for path in workspace.tables_folder.iterdir())

    def stopped():
        yield CHUNKS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.stage("assignments", stopped())
    assert sorted(path.name for path in workspace.tables_folder.iterdir()) == before
    assert len(workspace.read("assignments")) == 2


def test_what_a_kill_leaves_is_swept_when_its_writer_must_be_gone(workspace):
    left = workspace.stage("assignments", CHUNKS).path  # as if killed before the commit
    workspace.write({"segments": SEGMENTS}, now=dt.datetime.now(dt.UTC))
    assert left.exists()
    workspace.write({"segments": SEGMENTS}, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=2))
    assert not left.exists()


def test_a_column_without_values_is_typed_by_the_contract(workspace):
    empty = pd.DataFrame({"person": ["a"], "title": ["t"], "minutes": [None], "date": [pd.NaT]})
    full = pd.DataFrame({"person": ["b"], "title": ["t"], "minutes": [3], "date": [pd.NaT]})
    workspace.write({"viewing": workspace.stage("viewing", [empty, full])}, now=NOW)
    assert workspace.read("viewing")["minutes"].tolist()[1] == 3


def test_many_chunks_are_all_there_in_their_order(workspace):
    chunks = (pd.DataFrame({"person": [f"p{i:03d}"], "segment": [str(i % 3)]}) for i in range(200))
    workspace.write({"assignments": workspace.stage("assignments", chunks)}, now=NOW)
    read = workspace.read("assignments")
    assert read["person"].tolist() == [f"p{i:03d}" for i in range(200)]
    assert np.array_equal(read["segment"].astype(int), np.arange(200) % 3)
