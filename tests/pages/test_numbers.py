"""The tables behind the pages: shared by all who look, and the same for each."""

from pathlib import Path

import pandas as pd
import pytest
from small_workspace import NOW

from marketing.pages import numbers
from marketing.workspace import Workspace


@pytest.fixture
def workspace(full: Path) -> Workspace:
    """The full workspace."""
    return Workspace(full)


def test_what_a_page_writes_into_its_table_reaches_no_other_page(workspace: Workspace) -> None:
    mine = numbers.table(workspace, "trends")
    mine["state"] = "failed"
    mine.loc[0, "title"] = "another"
    one = numbers.rows(workspace, "forecasts", "tidebreaker/views")
    one.loc[:, "expected"] = 0.0
    every = numbers.outlooks(workspace)
    every["total"] = 0.0
    assert set(numbers.table(workspace, "trends")["state"]) == {"forecast", "ended", "short"}
    assert "another" not in set(numbers.table(workspace, "trends")["title"])
    assert numbers.forecast(workspace, "tidebreaker/views")["expected"].min() > 0
    assert numbers.outlooks(workspace)["total"].min() > 0


@pytest.mark.parametrize("name", ["forecasts", "scores", "past_forecasts", "event_effects", "anomalies"])
def test_rows_of_a_trend_are_those_of_the_table(workspace: Workspace, name: str) -> None:
    whole = workspace.read(name)
    for trend in [*whole["trend"].unique(), "nobody/views"]:
        expected = whole[whole["trend"] == trend].reset_index(drop=True)
        pd.testing.assert_frame_equal(numbers.rows(workspace, name, trend), expected)


def test_rows_go_by_another_column_too(workspace: Workspace) -> None:
    found = numbers.rows(workspace, "forecasts", "harbour-lights", column="title")
    assert set(found["trend"]) == {"harbour-lights/views", "harbour-lights/minutes"}


def test_a_new_table_is_seen_at_once_by_all_that_is_told_of_it(workspace: Workspace) -> None:
    assert numbers.main_metric(workspace) == "views"
    assert numbers.names(workspace)["tidebreaker"] == "Tidebreaker"
    titles = workspace.read("titles")
    workspace.write(
        {
            "titles": titles.assign(name=titles["name"] + " II"),
            "trends": workspace.read("trends").assign(metric="minutes"),
            "engagement": workspace.read("engagement").assign(date=pd.Timestamp(2026, 11, 1)),
        },
        now=NOW,
    )
    assert numbers.main_metric(workspace) == "minutes"
    assert numbers.names(workspace)["tidebreaker"] == "Tidebreaker II"
    assert str(numbers.newest(workspace, "engagement")) == "2026-11-01"


def test_a_table_that_is_gone_has_no_rows(workspace: Workspace) -> None:
    workspace.write({}, now=NOW, drop=["past_forecasts", "outlooks", "movers"])
    assert numbers.rows(workspace, "past_forecasts", "tidebreaker/views").empty
    assert numbers.outlook(workspace, "tidebreaker/views") is None
    assert numbers.outlooks(workspace).empty
