"""Scenarios by the command line: worked out, kept, listed and deleted; the forecast stays as it is."""

import json
from pathlib import Path

import pandas as pd
import pytest
import small_company
from command import Marquee

from marketing.workspace import Workspace

LATER = {
    "title": "saltmarsh",
    "metric": "views",
    "name": "Flight a week later",
    "changes": [{"change": "move", "event": "Winter flight", "date": "2026-11-27", "to": "2026-12-04"}],
}


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marquee: Marquee) -> Workspace:
    """The small company, forecast with a campaign ahead."""
    workspace = small_company.make(tmp_path / "small")
    monkeypatch.setenv("MARQUEE_WORKSPACE", str(workspace.folder))
    events = {"event": ["Winter flight"], "kind": ["campaign"], "date": ["2026-11-27"], "title": ["saltmarsh"]}
    frame = pd.DataFrame(events).assign(date=lambda told: pd.to_datetime(told["date"]))
    workspace.upsert({"events": frame}, now=small_company.NOW)
    assert marquee("run", "forecast").code == 0
    Path("later.json").write_text(json.dumps(LATER))
    return workspace


def test_a_scenario_is_told_in_words_and_as_json_and_leaves_the_forecast_alone(
    marquee: Marquee, company: Workspace
) -> None:
    before = company.read("forecasts")
    told = marquee("scenario", "--input", "later.json")
    assert told.code == 0
    assert told.out.startswith("With Winter flight moved to 4 December, saltmarsh should draw ")
    outcome = marquee("scenario", "--input", "later.json", "--json").json["outcomes"][0]
    mine = before[before["trend"] == "saltmarsh/views"]
    assert outcome["before"] == pytest.approx(mine["expected"].sum())
    assert len(outcome["rows"]) == len(mine)
    assert outcome["low80"] <= outcome["difference"] <= outcome["high80"]
    pd.testing.assert_frame_equal(company.read("forecasts"), before)


def test_a_scenario_that_is_kept_is_listed_until_it_is_deleted(marquee: Marquee, company: Workspace) -> None:
    assert "No scenarios" in marquee("scenario").err
    kept = marquee("scenario", "--input", "later.json", "--save", "--json").json
    (record,) = marquee("scenario", "--json").json
    assert (record["scenario"], record["name"], record["by"]) == (kept["scenario"], LATER["name"], "Ada")
    assert LATER["name"] in marquee("scenario").out
    assert marquee("scenario", "--delete", record["scenario"]).code == 0
    assert marquee("scenario", "--json").out in ("", "[]\n")
    again = marquee("scenario", "--delete", record["scenario"])
    assert (again.code, "no scenario" in again.err) == (2, True)
    assert marquee("audit", "--verify").code == 0


def test_what_cannot_be_worked_out_is_refused_in_words(marquee: Marquee, company: Workspace) -> None:
    for change, words in (
        ({"title": "nowhere"}, "no forecast of views"),
        ({"changes": [{"change": "wish"}]}, "changes.0"),
        ({"name": ""}, "name"),
    ):
        Path("wrong.json").write_text(json.dumps(LATER | change))
        refused = marquee("scenario", "--input", "wrong.json")
        assert (refused.code, refused.out) == (2, "")
        assert words in refused.err


def test_a_viewer_may_ask_and_may_not_keep(marquee: Marquee, company: Workspace) -> None:
    with (company.folder / "settings.toml").open("a") as settings:
        settings.write('\n[people]\nMei = "owner"\n')
    assert marquee("scenario", "--input", "later.json").code == 0
    refused = marquee("scenario", "--input", "later.json", "--save")
    assert (refused.code, refused.out) == (2, "")
    assert "may not save scenarios" in refused.err


def test_without_forecasts_one_is_told_to_make_them(marquee: Marquee, tmp_path: Path) -> None:
    workspace = small_company.make(tmp_path / "small")
    Path("later.json").write_text(json.dumps(LATER))
    refused = marquee("scenario", "--input", "later.json", "--workspace", workspace.folder)
    assert (refused.code, "marquee run forecast" in refused.err) == (2, True)
