"""Pages of a workspace whose titles are counted by day, week and month, by region, and one of which has stopped."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_workspace import NOW, empty
from streamlit.testing.v1 import AppTest

from marketing import settings
from marketing.workspace import Workspace
from pipelines import forecast

LAST = "2026-11-22"
# A title and region, its dates, its level; each has some noise.
ROWS = [
    ("daily", "ES", pd.date_range(end=LAST, periods=420), 900),
    ("daily", "GB", pd.date_range(end=LAST, periods=420), 1500),
    ("other", "ES", pd.date_range(end=LAST, periods=420), 700),
    ("weekly", "ES", pd.date_range(end=LAST, periods=120, freq="7D"), 4000),
    ("monthly", "ES", pd.date_range("2022-01-01", "2026-10-01", freq="MS"), 90000),
    ("stopped", "ES", pd.date_range(end="2026-07-01", periods=420), 800),
]

Draw = Callable[..., AppTest]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Titles of every sort, forecast."""
    workspace = empty(tmp_path_factory.mktemp("mixed") / "mixed")
    draws = np.random.default_rng(5)
    frames = []
    for title, region, dates, level in ROWS:
        value = np.round(level * np.exp(draws.normal(0, 0.06, len(dates))) * (1 + 0.4 * (dates.day_of_week == 5)))
        frames.append(pd.DataFrame({"date": dates.as_unit("us"), "title": title, "region": region, "value": value}))
    events = pd.DataFrame(
        {
            "event": ["Trailer", "Press day", "Opening", "Sequel"],
            "kind": ["trailer", "announcement", "release", "release"],
            "date": pd.to_datetime(["2026-09-03", "2026-11-28", "2019-05-01", "2027-05-01"]).as_unit("us"),
            "title": "other",
        }
    )
    workspace.upsert({"engagement": pd.concat(frames).assign(metric="views"), "events": events}, now=NOW)
    forecast.run(workspace, settings.read(workspace.folder, {}), now=NOW)
    return workspace.folder


@pytest.fixture
def mixed(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, looked at."""
    monkeypatch.setenv("MARQUEE_WORKSPACE", str(made))
    monkeypatch.setenv("MARQUEE_PERSON", "Ana Ruiz")
    return made


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.title, *app.markdown]).replace("\\", "")


def opened(draw: Draw, tab: str, **asked: str) -> AppTest:
    app = draw("trends", **asked)
    app.session_state["trends.tab"] = f":gray[{tab}]"
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def test_a_monthly_title_is_told_by_months(mixed: Path, draw: Draw) -> None:
    app = draw("trends", title="monthly")
    assert app.title[0].value.endswith(" views in November")
    assert "in four months of five. It peaks in " in said(app)
    assert "Sunday 1" not in said(app)
    months = app.table[0].value["Month"].tolist()
    assert months[:3] == ["November", "December", "January 2027"]


def test_a_weekly_title_is_told_by_weeks(mixed: Path, draw: Draw) -> None:
    app = draw("trends", title="weekly")
    assert app.title[0].value.endswith(" views in the week of 29 November")
    assert "It peaks in the week of " in said(app)
    assert app.table[1].value["Month"].iloc[0] == "November, four weeks of it known"


@pytest.mark.parametrize(
    ("title", "range_", "periods"), [("daily", "3 months", 92), ("weekly", "6 months", 26), ("monthly", "2 years", 24)]
)
def test_a_chart_opens_on_enough_of_the_past(mixed: Path, draw: Draw, title: str, range_: str, periods: int) -> None:
    app = draw("trends", title=title)
    assert app.button_group(key="trends.range").value == range_
    [drawn] = [json.loads(chart.proto.spec)["data"] for chart in app.get("plotly_chart")]
    known = next(line for line in drawn if line["mode"] == "lines" and line["line"]["width"] == pytest.approx(1.6))
    assert abs(len(known["x"]) - periods) <= 1


def test_another_titles_range_gives_way_where_it_is_not_offered(mixed: Path, draw: Draw) -> None:
    app = draw("trends", title="daily", range="1 year")
    assert app.button_group(key="trends.range").value == "1 year"
    app.selectbox(key="trends.title").set_value("monthly").run()
    assert app.button_group(key="trends.range").value == "2 years"
    app.button_group(key="trends.range").set_value("All").run()
    app.selectbox(key="trends.title").set_value("weekly").run()
    assert app.button_group(key="trends.range").value == "All"


def test_the_answer_about_a_part_names_the_part(mixed: Path, draw: Draw) -> None:
    app = opened(draw, "Compare", title="daily", part="daily/views/region=ES")
    assert app.title[0].value.endswith(" views in region ES this week")
    assert app.table[0].value["Title"].str.replace("\\", "").tolist()[0] == "daily, region ES"
    assert app.get("plotly_chart")[0].proto.alt.startswith("daily, region ES: views")


def test_only_titles_counted_as_often_are_compared(mixed: Path, draw: Draw) -> None:
    assert set(opened(draw, "Compare", title="daily").multiselect[0].options) == {"other"}
    assert set(opened(draw, "Compare", title="stopped").multiselect[0].options) == {"daily", "other"}
    assert "No other title has a forecast of this measure by week." in said(opened(draw, "Compare", title="weekly"))


def test_what_was_expected_of_a_title_that_stopped_is_told_as_past(mixed: Path, draw: Draw) -> None:
    app = draw("trends", title="stopped")
    assert app.title[0].value.startswith("stopped should have drawn ")
    assert "It should have peaked on Saturday 4 July." in said(app)
    shown = app.dataframe[0].value.set_index("Title")
    assert shown.loc["stopped", "Grade"].endswith(", old data")
    assert not shown.loc["other", "Grade"].endswith(", old data")


def test_home_says_months_of_a_monthly_title_and_tells_of_none_that_stopped(mixed: Path, draw: Draw) -> None:
    app = draw("home")
    labels = [metric.label for metric in app.metric]
    assert len(labels) == 3
    assert "**stopped**" not in [element.value for element in app.markdown]
    assert "week before" not in " ".join(m.delta for m in app.metric if "November" in m.label or "October" in m.label)


def test_public_holidays_stand_among_the_events_with_what_they_do(mixed: Path, draw: Draw) -> None:
    effects = Workspace(mixed).read("event_effects")
    learnt = effects[effects["trend"] == "daily/views/region=ES"]
    assert len(learnt), "this workspace is to have holidays"
    told = opened(draw, "Events", title="daily", part="daily/views/region=ES").table[0].value
    assert len(told) == len(learnt)
    assert set(told["Kind"]) == {"Holiday"}


def test_events_without_an_effect_say_why(mixed: Path, draw: Draw) -> None:
    told = opened(draw, "Events", title="other").table[0].value.set_index("Event")["On its strongest day"]
    assert told["Press day"] == "Not in the forecast"
    assert told["Opening"] == "Before the data"
    assert told["Sequel"] == "After the forecast's end"
    assert "%" in told["Trailer"]


@pytest.mark.parametrize("title", ["daily", "weekly", "monthly", "stopped"])
def test_the_tab_of_past_forecasts_agrees_with_the_sentence_above(mixed: Path, draw: Draw, title: str) -> None:
    app = opened(draw, "How it did before", title=title)
    [told] = [element.value for element in app.markdown if "stretches of the past" in element.value]
    lately = told.partition("on average ")[2].partition(".")[0]
    above = next(element.value for element in app.markdown if "were off by" in element.value)
    assert f"on average {lately}" in above
    table = app.table[0].value
    used = table[table["Forecaster"].str.endswith(", used here")].iloc[0]
    assert f"{used['In the 80% band']} of what came" in told
    assert any(name.startswith("Better than repeating") for name in table.columns)


def test_the_browser_is_told_what_the_address_chose_in_every_run(mixed: Path, draw: Draw) -> None:
    app = draw("trends", title="daily", part="daily/views/region=GB")
    for _ in range(2):
        app.run()
        for key in ("trends.title", "trends.part"):
            assert app.selectbox(key=key).proto.set_value
        assert app.selectbox(key="trends.part").value == "daily/views/region=GB"
    app.selectbox(key="trends.title").set_value("other").run()
    assert app.title[0].value.startswith("other should draw ")
