"""Pages of a workspace in which no trend can be forecast: each says why, and none falls over."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from small_workspace import NOW
from streamlit.testing.v1 import AppTest

from marketing import settings
from marketing.workspace import Workspace
from pipelines import forecast


@pytest.fixture
def hopeless(empty: Path) -> Path:
    """Two titles: one that is three days old, and one whose worker failed."""
    workspace = Workspace(empty)
    rows = pd.DataFrame(
        {
            "date": pd.date_range(end="2026-11-22", periods=3, unit="us"),
            "title": "newborn",
            "metric": "views",
            "value": [3.0, 5.0, 4.0],
        }
    )
    workspace.upsert({"engagement": pd.concat([rows, rows.assign(title="saltmarsh")])}, now=NOW)
    forecast.run(workspace, settings.read(empty, {}), now=NOW)
    trends = workspace.read("trends")
    failed = trends["title"] == "saltmarsh"
    trends = trends.assign(
        state=trends["state"].mask(failed, "failed"), reason=trends["reason"].mask(failed, "Its memory ran out.")
    )
    workspace.write({"trends": trends}, now=NOW)
    return empty


@pytest.mark.parametrize("page", ["home", "trends", "segments", "drafts", "review", "data"])
def test_every_page_bears_forecasts_without_a_row(hopeless: Path, draw: Callable[..., AppTest], page: str) -> None:
    assert len(Workspace(hopeless).read("forecasts")) == 0
    assert draw(page).title


def test_the_trends_page_says_why_there_is_no_forecast(hopeless: Path, draw: Callable[..., AppTest]) -> None:
    app = draw("trends", title="newborn")
    assert any("A forecast needs 7 or more" in element.value for element in app.markdown)
    told = "\n".join(table.value.to_csv() for table in app.table)
    assert "A forecast needs 7 or more" in told
    assert "Its memory ran out" in told
