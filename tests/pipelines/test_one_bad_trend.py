"""A trend that goes wrong after it was fitted is named, and costs no other."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_forecast import NOW, SETTINGS, make

from marketing.trends.anomalies.expectations import expectations
from marketing.trends.fits import Fits
from marketing.trends.forecasts import finish
from marketing.trends.panels import Panel
from pipelines import finished, forecast
from pipelines.isolation import spared


@given(st.sets(st.sampled_from("abcdefgh")), st.integers(0, 8))
def test_what_is_wrong_is_found_and_the_others_are_made(wrong: set[str], count: int) -> None:
    names = list("abcdefgh")[:count]

    def make(wanted: Sequence[str]) -> str:
        for name in wanted:
            if name in wrong:
                raise ValueError(name)
        return "".join(wanted)

    made, faults = spared(make, names)
    assert made == "".join(name for name in names if name not in wrong)
    assert {name: str(fault) for name, fault in faults.items()} == {name: name for name in names if name in wrong}


def test_a_fault_that_no_single_one_has_is_not_put_down_to_one() -> None:
    def make(wanted: Sequence[str]) -> None:
        if len(wanted) == 4:
            raise MemoryError

    with pytest.raises(MemoryError):
        spared(make, list("abcd"))


def test_a_trend_that_cannot_be_finished_is_named_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, without = make(tmp_path / "whole"), make(tmp_path / "without")

    def fragile(panels: Sequence[Panel], fitted: Sequence[Fits], *, forecaster: str) -> object:
        if any("ember/views" in panel.trends for panel in panels):
            raise FloatingPointError("an odd number")
        return finish(panels, fitted, forecaster=forecaster)

    monkeypatch.setattr(finished, "finish", fragile)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert report.forecast == 6
    assert [(f.key, f.reason) for f in report.failures] == [("ember/views", "FloatingPointError: an odd number")]
    trends = workspace.read("trends").set_index("trend")
    assert trends.loc["ember/views", "state"] == "failed"
    assert "an odd number" in trends.loc["ember/views", "reason"]
    assert (trends["state"] == "forecast").sum() == 6
    assert "ember/views" not in set(workspace.read("forecasts")["trend"])
    monkeypatch.undo()
    assert forecast.run(workspace, SETTINGS, now=NOW).forecast == 7  # tried again, though nothing has changed
    forecast.run(without, SETTINGS, now=NOW)
    assert workspace.tables()["forecasts"].file == without.tables()["forecasts"].file


def test_a_trend_that_cannot_be_watched_is_forecast_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fragile(panel: Panel) -> object:
        if "ember/views" in panel.trends:
            raise np.linalg.LinAlgError("singular")
        return expectations(panel)

    workspace = make(tmp_path / "small")
    monkeypatch.setattr(finished, "expectations", fragile)
    report = forecast.run(workspace, SETTINGS, now=NOW)
    assert (report.forecast, report.failures) == (7, [])
    told = set(workspace.read("movers")["trend"])
    assert "tide/views" in told
    assert "ember/views" not in told
