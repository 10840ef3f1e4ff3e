"""Briefs built from a workspace: what its tables know, in aggregate, and in words what they do not."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from marketing.drafts import briefing
from marketing.drafts.briefs import Brief
from marketing.errors import InputError, MissingError
from marketing.settings import Brand, Settings
from marketing.workspace import Workspace

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
SETTINGS = Settings(name="Lumen", territory="GB", brand=Brand(name="Lumen", never=("cheap",)))


def frames() -> dict[str, pd.DataFrame]:
    days, ahead = pd.date_range("2026-08-01", "2026-11-22"), pd.date_range("2026-11-23", periods=28)
    views = [100.0 + n for n in range(len(days))]
    engagement = pd.DataFrame(
        {
            "date": [*days, *days],
            "title": ["harbour"] * (2 * len(days)),
            "metric": ["views"] * len(days) + ["likes"] * len(days),
            "value": [*views, *[value / 10 for value in views]],
        }
    )
    forecasts = pd.DataFrame(
        {
            "trend": ["harbour/views"] * 28 + ["harbour/likes"] * 28,
            "title": "harbour",
            "metric": ["views"] * 28 + ["likes"] * 28,
            "date": [*ahead, *ahead],
            "expected": [300.0 + n for n in range(28)] + [30.0] * 28,
            "low80": 250.0,
            "high80": 400.0,
            "forecaster": "blend",
        }
    )
    return {
        "titles": pd.DataFrame(
            {
                "title": ["harbour", "tide"],
                "name": ["Harbour Lights", None],
                "kind": ["series", None],
                "release_date": [pd.Timestamp("2026-12-04"), pd.NaT],
                "studio": ["North", None],
                "spoilers": ["He did it | She knew", None],
                "ratings": ["GB=15; US=R", None],
            }
        ),
        "facts": pd.DataFrame(
            {
                "fact": ["f1", "f2", "f3"],
                "title": ["harbour", "harbour", "tide"],
                "text": ["8 episodes", "Over since", "Runs 90 minutes"],
                "kind": ["number", None, None],
                "valid_to": [pd.NaT, pd.Timestamp("2026-01-01"), pd.NaT],
            }
        ),
        "engagement": engagement,
        "forecasts": forecasts,
        "segments": pd.DataFrame(
            {
                "segment": ["s1", "s2"],
                "name": ["Late players", "Few"],
                "size": [900.0, 99.0],
                "share": [0.9, 0.1],
                "description": ["They play late.", ""],
                "traits": [json.dumps([{"trait": "Plays on a console", "share": 0.71}]), "not json"],
                "stability": [0.9, None],
            }
        ),
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.create(tmp_path / "lumen")
    workspace.write(frames(), now=NOW)
    return workspace


def built(workspace: Workspace, title: str = "harbour", segment: str | None = "s1", **more: Any) -> Brief:
    return briefing.build(workspace, title, segment, SETTINGS, today=NOW.date(), **more)


def test_a_brief_holds_what_the_tables_know(workspace: Workspace) -> None:
    brief = built(workspace, goal="Fill the finale")
    assert brief.title.called == "Harbour Lights"
    assert brief.title.release_date == dt.date(2026, 12, 4)
    assert brief.title.spoilers == ("He did it", "She knew")
    assert brief.title.ratings == {"GB": "15", "US": "R"}
    assert [fact.id for fact in brief.facts] == ["f1", "f2"]
    assert brief.brand.never == ("cheap",)
    assert (brief.goal, brief.territory, brief.day) == ("Fill the finale", "GB", NOW.date())
    assert brief.segment is not None
    assert brief.segment.traits == [{"trait": "Plays on a console", "share": 0.71}]


def test_facts_that_no_longer_hold_stay_in_it_with_the_reason(workspace: Workspace) -> None:
    brief = built(workspace)
    assert {fact.id: brief.why_not(fact) for fact in brief.facts} == {
        "f1": "",
        "f2": "is out of date since 1 January 2026",
    }


def test_the_outlook_is_that_of_the_largest_trend(workspace: Workspace) -> None:
    forecast = built(workspace).forecast
    assert forecast is not None
    assert (forecast.trend, forecast.metric, forecast.direction) == ("harbour/views", "views", "up")
    assert forecast.start == dt.date(2026, 11, 23)
    assert forecast.end == dt.date(2026, 12, 20)
    assert forecast.peak is not None
    assert forecast.peak.expected is not None
    assert forecast.peak.date is not None


def test_a_brief_names_no_peak_where_no_day_stands_out(workspace: Workspace) -> None:
    table = workspace.read("engagement").assign(value=100.0)
    workspace.write({"engagement": table, "forecasts": workspace.read("forecasts").assign(expected=100.0)}, now=NOW)
    forecast = built(workspace).forecast
    assert forecast is not None
    assert (forecast.direction, forecast.peak) == ("steady", None)


def test_a_title_without_forecast_or_segment_is_still_briefed(workspace: Workspace) -> None:
    brief = built(workspace, "tide", None)
    assert brief.title.called == "tide"
    assert brief.forecast is None
    assert brief.segment is None


def test_a_title_that_only_has_engagement_is_called_by_its_id(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    engagement = frames()["engagement"].assign(title="Grand_Theft_Auto_VI")
    workspace.write({"engagement": engagement}, now=NOW)
    assert built(workspace, "Grand_Theft_Auto_VI", None).title.called == "Grand Theft Auto VI"


def test_facts_are_chosen_by_id(workspace: Workspace) -> None:
    assert [fact.id for fact in built(workspace, facts=["f1"]).facts] == ["f1"]
    assert built(workspace, facts=[]).facts == []
    with pytest.raises(MissingError, match="f9"):
        built(workspace, facts=["f9"])


def test_what_is_not_there_is_answered_with_what_is(workspace: Workspace) -> None:
    with pytest.raises(MissingError, match="harbour, tide"):
        built(workspace, "nowhere")
    with pytest.raises(MissingError, match="s1"):
        built(workspace, "harbour", "s9")


def test_a_group_of_under_a_hundred_people_is_not_briefed(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="99 people"):
        built(workspace, "harbour", "s2")


def test_the_same_tables_give_the_same_brief_and_nothing_of_a_person(workspace: Workspace) -> None:
    audience = pd.DataFrame({"person": ["p-secret"], "age": [33.0]})
    viewing = pd.DataFrame({"person": ["p-secret"], "title": ["harbour"], "date": [pd.Timestamp("2026-11-01")]})
    before = built(workspace)
    workspace.write({"audience": audience, "viewing": viewing}, now=NOW)
    assert built(workspace).digest() == before.digest()
    assert "p-secret" not in json.dumps(built(workspace).content())
