"""The job writes all its tables at once, only when stale; and a file is segmented without a workspace."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from marketing.errors import InputError, MissingError, TableError
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import segment

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SETTINGS = Settings(today=NOW.date(), k=2)
PEOPLE = 600


def company(seed: int = 0) -> dict[str, pd.DataFrame]:
    """Gamers at night and viewers in the evening, and what they watched."""
    random = np.random.default_rng(seed)
    night = random.random(PEOPLE) < 0.5
    person = [f"p{i:04d}" for i in range(PEOPLE)]

    def mostly(yes: str, no: str) -> np.ndarray:
        return np.where(random.random(PEOPLE) < np.where(night, 0.9, 0.1), yes, no)

    audience = pd.DataFrame(
        {
            "person": person,
            "age": random.integers(16, 70, PEOPLE).astype(float),
            "device": mostly("console", "tv"),
            "favourite_time": mostly("late night", "evening"),
            "religion": random.choice(["none", "catholic"], PEOPLE),
        }
    )
    viewing = pd.DataFrame({"person": person, "title": mostly("quest", "sea"), "date": pd.Timestamp(2026, 11, 1)})
    titles = pd.DataFrame({"title": ["quest", "sea"], "name": ["Quest", "Sea"], "kind": ["game", "series"]})
    return {"audience": audience, "viewing": viewing.assign(minutes=30.0), "titles": titles}


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace.create(tmp_path / "lumen")
    workspace.upsert(company(), now=NOW)
    return workspace


def test_one_run_writes_every_table_of_segments(workspace):
    steps = []
    report = segment.run(workspace, SETTINGS, now=NOW, progress=lambda *step: steps.append(step))
    assert (report.segments, report.failures, report.fresh) == (2, [], False)
    segments, assignments = workspace.read("segments"), workspace.read("assignments")
    assert set(assignments["segment"].dropna()) == set(segments["segment"])
    assert len(assignments) == PEOPLE
    assert segments["why"].str.len().min() > 20
    assert set(workspace.read("affinity")["segment"]) == set(segments["segment"])
    assert {"religion", "may be under 18"} <= set(workspace.read("set_aside")["name"])
    assert steps[-1][0] == steps[-1][1]
    assert all(0 <= done <= total for done, total, _ in steps)


def test_each_segment_is_shown_the_title_it_likes(workspace):
    segment.run(workspace, SETTINGS, now=NOW)
    names = workspace.read("segments").set_index("segment")["name"]
    best = workspace.read("affinity").groupby("segment").first()
    for id_, row in best.iterrows():
        assert row["lift"] > 1.5
        assert ("quest" if "night" in names[id_] or "game" in names[id_].lower() else "sea") == row["title"]


def test_a_second_run_does_nothing_until_something_changes(workspace):
    segment.run(workspace, SETTINGS, now=NOW)
    before = workspace.tables()
    assert segment.run(workspace, SETTINGS, now=NOW + dt.timedelta(hours=1)).fresh
    assert workspace.tables() == before
    workspace.upsert({"viewing": company(1)["viewing"]}, now=NOW)
    assert not segment.run(workspace, SETTINGS, now=NOW).fresh
    assert not segment.run(workspace, Settings(today=NOW.date(), k=3), now=NOW).fresh


def test_runs_in_two_workspaces_end_with_the_same_bytes(workspace, tmp_path):
    other = Workspace.create(tmp_path / "other")
    other.upsert(company(), now=NOW)
    for one in (workspace, other):
        segment.run(one, SETTINGS, now=NOW)
    for name in segment.OUTPUTS:
        assert workspace.tables()[name].file == other.tables()[name].file


def test_segments_keep_their_ids_when_people_are_added(workspace):
    segment.run(workspace, SETTINGS, now=NOW)
    before = set(workspace.read("segments")["segment"])
    more = company(2)["audience"].head(80)
    workspace.upsert({"audience": more.assign(person="n" + more["person"])}, now=NOW)
    segment.run(workspace, SETTINGS, now=NOW)
    assert set(workspace.read("segments")["segment"]) == before


def test_without_viewing_there_are_segments_and_an_empty_affinity(tmp_path):
    workspace = Workspace.create(tmp_path / "bank")
    workspace.upsert({"audience": company()["audience"]}, now=NOW)
    assert segment.run(workspace, SETTINGS, now=NOW).segments == 2
    assert workspace.read("affinity").empty


def test_without_an_audience_the_user_is_told_what_to_do(tmp_path):
    with pytest.raises(MissingError, match="marquee ingest audience"):
        segment.run(Workspace.create(tmp_path / "empty"), SETTINGS, now=NOW)


def test_a_file_becomes_assignments_and_segments(tmp_path):
    frame = company()["audience"]
    segment.segment_file(frame, tmp_path / "out", k=2, today=NOW.date())
    assignments = pd.read_csv(tmp_path / "out" / "assignments.csv")
    document = json.loads((tmp_path / "out" / "segments.json").read_text("utf-8"))
    assert list(assignments.columns) == ["person", "segment"]
    young = frame["age"] < 18
    assert assignments["segment"].isna().sum() == young.sum()
    assert {s["segment"] for s in document["segments"]} == set(assignments["segment"].dropna())
    assert isinstance(document["stable"], bool)
    assert document["set_aside"]["people"][0]["people"] == young.sum()
    assert [c["name"] for c in document["set_aside"]["columns"]] == ["age", "religion"]
    traits = document["segments"][0]["traits"]
    assert {"trait", "column", "value", "share", "low", "high", "everyone", "lift"} == set(traits[0])


def test_the_same_file_gives_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        segment.segment_file(company()["audience"], tmp_path / folder, today=NOW.date())
    for name in ("assignments.csv", "segments.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_one_person_twice_is_refused_and_nothing_is_written(tmp_path):
    frame = company()["audience"]
    with pytest.raises(TableError, match="p0000"):
        segment.segment_file(pd.concat([frame, frame.head(1)], ignore_index=True), tmp_path / "out", today=NOW.date())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("k", [0, 13])
def test_a_number_of_segments_that_cannot_be_is_refused(tmp_path, k):
    with pytest.raises(InputError, match="1 to 12"):
        segment.segment_file(company()["audience"], tmp_path / "out", k=k, today=NOW.date())
