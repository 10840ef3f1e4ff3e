"""Data are there, a forecast was made, and no trend could be forecast: the pages say why."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import small_workspace
from streamlit.testing.v1 import AppTest

from marketing.pages import words
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]
WHY = "5 days of data; a forecast needs 14."


def text(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.title, *app.markdown]).replace("\\", "").replace(words.JOINER, "")


@pytest.fixture(params=["forecasts without a row", "no table of forecasts"])
def short(request: pytest.FixtureRequest, empty: Path) -> Path:
    """A workspace whose trends are all too short, with two measures of one title and one of another."""
    workspace = Workspace(empty)
    titles = {"title": ["paper-moons", "nasty"], "name": ["Paper Moons", small_workspace.NASTY]}
    days = pd.date_range(end=small_workspace.LAST, periods=5)
    pairs = [("paper-moons", "views"), ("paper-moons", "minutes"), ("nasty", "views")]
    seen = [(day, title, metric, 40.0) for title, metric in pairs for day in days]
    trends = [(f"{t}/{m}", t, m, "short", WHY, "", "D", days[0], days[-1], 5.0) for t, m in pairs]
    names = ["trend", "title", "metric", "state", "reason", "sentence", "frequency", "first", "last", "points"]
    tables = {
        "titles": pd.DataFrame(titles),
        "engagement": pd.DataFrame(seen, columns=["date", "title", "metric", "value"]),
        "trends": pd.DataFrame(trends, columns=names),
    }
    if request.param == "forecasts without a row":
        full = Workspace.create(empty.parent / "other")
        small_workspace.full(full.folder)
        tables["forecasts"] = full.read("forecasts").iloc[:0]
        tables["scores"] = full.read("scores").iloc[:0]
    workspace.write(tables, now=small_workspace.NOW)
    return empty


def test_home_says_why_no_title_is_forecast(short: Path, draw: Draw) -> None:
    app = draw("home")
    assert app.title[0].value == "No title can be forecast yet"
    assert f"**Paper Moons:** {WHY}" in text(app)
    assert "Three trends have too little data to forecast." in text(app)
    assert "Forecast all titles" not in [button.label for button in app.button]


def test_trends_says_why_a_title_is_not_forecast_and_draws_what_is_known(short: Path, draw: Draw) -> None:
    app = draw("trends", title="paper-moons")
    assert app.title[0].value == "Paper Moons has too little data for a forecast"
    assert WHY in text(app)
    assert WHY in app.table[0].value.to_csv().replace("\\", "")


@pytest.mark.parametrize("page", ["segments", "drafts", "review", "data"])
def test_the_other_pages_are_drawn_all_the_same(page: str, short: Path, draw: Draw) -> None:
    assert draw(page).title[0].value
