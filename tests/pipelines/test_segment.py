"""The job writes all its tables at once, and only when something is stale."""

import datetime as dt

import pytest
from small_audience import PEOPLE, company

from marketing.errors import MissingError
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import segment

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SETTINGS = Settings(today=NOW.date(), k=2)


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
