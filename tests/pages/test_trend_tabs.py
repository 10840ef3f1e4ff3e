"""What stands under a trend's chart, tab by tab."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import filelock
import pandas as pd
import pytest
from small_workspace import NOW
from streamlit.testing.v1 import AppTest

from marketing.ledger import Ledger
from marketing.workspace import Workspace

Draw = Callable[..., AppTest]


def opened(draw: Draw, tab: str, **asked: str) -> AppTest:
    app = draw("trends", **asked)
    app.session_state["trends.tab"] = f":gray[{tab}]"
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.error]).replace("\\", "")


def charts(app: AppTest) -> list[str]:
    return [element.proto.alt for element in app.get("plotly_chart")]


def pressed(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, app.exception[0].message


def test_only_the_open_tab_is_worked_out(full: Path, draw: Draw) -> None:
    assert len(charts(draw("trends"))) == 1
    assert len(charts(opened(draw, "How it did before"))) == 2


def test_weeks_and_months_have_bands_of_their_own(full: Path, draw: Draw) -> None:
    weeks, months = (table.value for table in draw("trends").table[:2])
    assert weeks["80% between"].str.match(r"[\d,]+ and [\d,]+").all()
    assert months["Month"].tolist() == ["November, 22 days of it known"]


def test_past_forecasts_are_graded_in_words_and_drawn_over_what_came(full: Path, draw: Draw) -> None:
    app = opened(draw, "How it did before")
    assert "Fair: off by 12% on average in the last four months." in said(app)
    assert "four stretches of the past" in said(app)
    assert "Harbour Lights: past forecasts with their 80% bands, and what came" in charts(app)
    assert "Blend, used here" in app.table[0].value["Forecaster"].tolist()


def test_a_title_never_tried_on_the_past_says_so(full: Path, draw: Draw) -> None:
    assert "Not tried on the past" in said(opened(draw, "How it did before", title="tidebreaker"))


def test_a_trend_comes_apart_into_level_week_and_year(full: Path, draw: Draw) -> None:
    app = opened(draw, "Parts")
    assert "Harbour Lights: the level of views, and what events add to it" in charts(app)
    assert "Harbour Lights: each weekday against the level" in charts(app)
    assert "A year's course shows from three years on" in said(app)


def test_each_event_says_what_it_did_and_those_ahead_where_that_is_known_from(full: Path, draw: Draw) -> None:
    told = opened(draw, "Events").table[0].value.set_index("Event")
    assert told.loc["Trailer", "On its strongest day"] == "+38% (+25% to +52%)"
    assert told.loc["Season 2", "On its strongest day"].startswith("3.4 times (3 to 3.9)")
    finale = next(name for name in told.index if "Finale" in name)
    assert told.loc[finale, "On its strongest day"].endswith(", as others of its kind")
    assert told.loc["Trailer", "Views added in all"] == "41,000"


def test_a_ring_and_the_table_of_events_say_the_same_of_an_event(full: Path, draw: Draw) -> None:
    workspace = Workspace(full)
    effects, anomalies = workspace.read("event_effects"), workspace.read("anomalies")
    again = effects[effects["event"] == "Season 2"].assign(date=pd.Timestamp("2026-12-12"), effect=0.9, ahead=1)
    anomalies = anomalies.assign(event=["Season 2", "Trailer"])  # a rise, and a fall that no trailer makes
    workspace.write({"event_effects": pd.concat([effects, again]), "anomalies": anomalies}, now=NOW)
    app = opened(draw, "Events", title="harbour-lights")
    told = app.table[0].value.set_index("Event").loc[["Season 2"], "On its strongest day"]
    rings = [trace for trace in json.loads(app.get("plotly_chart")[0].proto.spec)["data"] if trace["mode"] == "markers"]
    assert rings[0]["customdata"] == ["3.4 times by Season 2", "−34% against expected"]
    assert any(each.startswith("3.4 times") for each in told)


def test_an_annotated_day_becomes_an_event_and_the_title_is_forecast_anew(
    full: Path, draw: Draw, ledger: Ledger
) -> None:
    (full / "runs").mkdir()
    with filelock.FileLock(full / "runs" / "worker.lock"):
        app = opened(draw, "Events")
        app.date_input(key="annotate.date").set_value(dt.date(2026, 11, 9))
        app.selectbox(key="annotate.kind").set_value("outage")
        app.text_input(key="annotate.name").set_value("  Counting   stopped ")
        app.session_state["annotate.open"] = True
        pressed(app, "Save and forecast anew")
        assert app.session_state["annotate.open"] is False
        [run] = ledger.runs()
        ledger.end_run(run.run, "stopped", [], dt.datetime.now(dt.UTC))
    events = Workspace(full).read("events").set_index("event")
    assert events.loc["Counting stopped", "date"] == pd.Timestamp(2026, 11, 9)
    assert events.loc["Counting stopped", "title"] == "harbour-lights"
    assert run.jobs == ["forecast"]
    assert any(record.action == "annotate" for record in ledger.audit())


def test_a_name_that_cannot_stand_in_the_table_is_told_and_nothing_is_stored(full: Path, draw: Draw) -> None:
    app = opened(draw, "Events")
    app.text_input(key="annotate.name").set_value("=HYPERLINK(1)")
    pressed(app, "Save and forecast anew")
    assert "formula" in said(app)
    assert len(Workspace(full).read("events")) == 4


def test_a_day_that_ends_before_it_begins_is_told_in_the_words_of_the_form(full: Path, draw: Draw) -> None:
    app = opened(draw, "Events")
    app.date_input(key="annotate.date").set_value(dt.date(2026, 11, 9))
    app.date_input(key="annotate.end").set_value(dt.date(2026, 11, 1))
    pressed(app, "Save and forecast anew")
    assert "The last day, 1 November, is before the first, 9 November." in said(app)
    assert len(Workspace(full).read("events")) == 4


def test_a_viewer_may_look_and_not_annotate_or_keep(full: Path, draw: Draw) -> None:
    settings = full / "settings.toml"
    settings.write_text(settings.read_text("utf-8") + '[people]\n"Tom Okafor" = "owner"\n', "utf-8")
    app = opened(draw, "What if")
    assert next(button for button in app.button if button.label == "Save the scenario").disabled
    [popover] = opened(draw, "Events").get("popover")
    assert popover.proto.popover.disabled


@pytest.mark.parametrize("way", ["add", "move", "drop", "price"])
def test_every_kind_of_scenario_says_what_it_would_do(way: str, full: Path, draw: Draw) -> None:
    app = opened(draw, "What if")
    app.selectbox(key="what_if.way").set_value(way).run()
    assert not app.exception
    assert not app.error
    assert "Harbour Lights: the forecast, and what is expected in the scenario (dashed)" in charts(app)
    assert "views" in said(app)


def test_any_kind_of_event_can_be_added_the_usual_ones_first_and_none_that_is_set_aside(full: Path, draw: Draw) -> None:
    offered = opened(draw, "What if").selectbox(key="what_if.kind").options
    assert offered[0] == "Campaign"
    assert {"Trailer", "Award", "Finale"} <= set(offered)
    assert not {"Outage", "Set aside", "Holiday"} & set(offered)


def test_a_kept_scenario_stands_there_again_and_the_forecast_is_as_it_was(
    full: Path, draw: Draw, ledger: Ledger
) -> None:
    before = Workspace(full).tables()["forecasts"].file
    app = opened(draw, "What if")
    app.text_input(key="what_if.name").set_value("One more flight").run()
    pressed(app, "Save the scenario")
    [kept] = ledger.scenarios("harbour-lights")
    assert kept.name == "One more flight"
    assert "One more flight." in said(app)
    assert Workspace(full).tables()["forecasts"].file == before
    pressed(app, "Delete")
    assert ledger.scenarios("harbour-lights") == []


def test_up_to_four_titles_stand_beside_one_another(full: Path, draw: Draw) -> None:
    app = opened(draw, "Compare")
    assert "views: Harbour Lights and Tidebreaker" in charts(app)
    assert app.multiselect[0].proto.max_selections == 3
    app.multiselect[0].set_value(["tidebreaker/views", "nasty/views"]).run()
    assert len(app.table[0].value) == 3


def test_all_trends_begin_with_what_is_surprising(full: Path, draw: Draw) -> None:
    shown = draw("trends").dataframe[0].value
    assert shown["Title"].iloc[0] == "Tidebreaker"
    assert shown["Against forecast"].iloc[0] == pytest.approx(31)
    assert set(shown["Grade"]) == {"Fair"}
