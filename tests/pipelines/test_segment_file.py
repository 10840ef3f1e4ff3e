"""A file is segmented without a workspace."""

import datetime as dt
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_audience import company

from marketing.errors import InputError, TableError
from marketing.segments.segmentation import How
from pipelines.segment_file import lines, segment_file

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def test_a_file_becomes_assignments_and_segments(tmp_path):
    frame = company()["audience"]
    segment_file(frame, tmp_path / "out", How(NOW.date(), k=2), now=NOW)
    assignments = pd.read_csv(tmp_path / "out" / "assignments.csv")
    document = json.loads((tmp_path / "out" / "segments.json").read_text("utf-8"))
    assert list(assignments.columns) == ["person", "segment"]
    young = frame["age"] < 18
    assert assignments["segment"].isna().sum() == young.sum()
    assert {s["segment"] for s in document["segments"]} == set(assignments["segment"].dropna())
    assert isinstance(document["stable"], bool)
    assert "people" not in document["set_aside"]["people"][0]  # fewer than 50
    assert [c["name"] for c in document["set_aside"]["columns"]] == ["age", "religion"]
    traits = document["segments"][0]["traits"]
    assert {"trait", "column", "value", "share", "low", "high", "others", "everyone", "lift"} == set(traits[0])


def test_the_same_file_gives_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        segment_file(company()["audience"], tmp_path / folder, How(NOW.date()), now=NOW)
    for name in ("assignments.csv", "segments.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_one_person_twice_is_refused_and_nothing_is_written(tmp_path):
    frame = company()["audience"]
    with pytest.raises(TableError, match="p0000"):
        segment_file(pd.concat([frame, frame.head(1)], ignore_index=True), tmp_path / "out", How(NOW.date()), now=NOW)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("k", [0, 13])
def test_a_number_of_segments_that_cannot_be_is_refused(tmp_path, k):
    with pytest.raises(InputError, match="1 to 12"):
        segment_file(company()["audience"], tmp_path / "out", How(NOW.date(), k=k), now=NOW)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), max_size=12), st.data())
def test_people_are_written_as_any_reader_of_csv_expects(ids, data):
    choice = st.sampled_from(["s1", "s2", None])
    chunk = pd.DataFrame({"person": ids, "segment": [data.draw(choice) for _ in ids]}, dtype="str")
    assert lines(chunk).decode() == chunk.to_csv(index=False, header=False, lineterminator="\n")
