import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event
from numpy.typing import NDArray

from marketing.trends.engagement import gather
from marketing.trends.events import learn, moves
from marketing.trends.events.holidays import countries, public
from marketing.trends.panels import Panel, panels

DAYS = pd.date_range("2023-01-02", periods=1_085)  # to 21 December 2025, four days before Christmas


def audience(christmas: float, seed: int = 1) -> NDArray[np.float64]:
    week = np.array([0.8, 0.8, 0.9, 0.9, 1.1, 1.4, 1.1])[np.arange(len(DAYS)) % 7]
    values = 1000 * week * np.exp(np.random.default_rng(seed).normal(0, 0.05, len(DAYS)))
    return np.where((DAYS.month == 12) & (DAYS.day == 25), values * np.exp(christmas), values)


def panel_of(**told: NDArray[np.float64]) -> Panel:
    """Titles' views; a name such as `lights_GB` is the title's part in a region."""
    parts = []
    for name, values in told.items():
        title, _, region = name.partition("_")
        rows = pd.DataFrame({"date": DAYS, "value": values, "title": title, "metric": "views"})
        parts.append(rows.assign(region=region or None))
    return panels(gather(pd.concat(parts)))[0]


def christmas_ahead(panel: Panel, territory: str, row: int = 0) -> float:
    moved = moves(panel, learn([panel], NO_EVENTS, territory=territory), 28)
    return float(moved.ahead[0, list(moved.rows).index(row), 3]) if row in moved.rows else 0.0


def test_a_christmas_is_as_the_last_ones_were() -> None:
    strong, none = (
        christmas_ahead(panel_of(lights=audience(0.8)), "GB"),
        christmas_ahead(panel_of(lights=audience(0)), "GB"),
    )
    assert strong == pytest.approx(0.8, abs=0.25)
    assert abs(none) < 0.1


def test_other_titles_christmases_tell_of_a_new_titles_first() -> None:
    young = np.where(DAYS >= "2025-09-01", audience(0), np.nan)
    alone = christmas_ahead(panel_of(young=young), "GB")
    told = panel_of(lights=audience(0.8), tide=audience(0.8, seed=2), young=young)
    assert alone == 0
    assert christmas_ahead(told, "GB", row=2) > 0.3


def test_a_holiday_never_seen_moves_nothing_and_widens_nothing() -> None:
    young = np.where(DAYS >= "2025-09-01", audience(0), np.nan)
    panel = panel_of(young=young)
    moved = moves(panel, learn([panel], NO_EVENTS, territory="GB"), 28)
    assert not moved.spread.any()


def test_an_unknown_territory_has_no_holidays() -> None:
    assert countries(["north", "EMEA", "XX", "1A", ""], "Atlantis") == {}
    assert countries(["ES", "north", "ES-MD", "ES-ZZ"], "GB") == {"ES": "ES", "ES-MD": "ES-MD", "GB": "GB", "": "GB"}
    assert learn([panel_of(lights=audience(0))], NO_EVENTS, territory="nowhere").happenings.empty


def test_a_region_keeps_its_own_countrys_holidays() -> None:
    panel = panel_of(lights_ES=audience(0), lights_US=audience(0, seed=2))
    learned = learn([panel], NO_EVENTS)
    names = learned.happenings["event"].to_numpy()[learned.estimates["happening"]]
    by_trend = {trend: set(names[(learned.estimates["trend"] == trend).to_numpy()]) for trend in panel.trends}
    assert "Epiphany" in by_trend["lights/views/region=ES"]
    assert "Thanksgiving Day" not in by_trend["lights/views/region=ES"]
    assert "Thanksgiving Day" in by_trend["lights/views/region=US"]
    assert not by_trend["lights/views"]


def test_the_tables_own_christmas_week_stands_before_the_calendars_day() -> None:
    panel = panel_of(lights=audience(0.8))
    week = event("holiday", "2024-12-24", end="2025-01-01")
    told = learn([panel], week, territory="GB").happenings
    days = told.loc[told["country"] == "GB", "start"].dt.strftime("%Y-%m-%d").tolist()
    assert "2024-12-25" not in days
    assert "2023-12-25" in days


def test_holidays_reach_back_some_years_and_ahead_to_the_horizon() -> None:
    told = public({"": "GB"}, np.datetime64("1995-01-01"), np.datetime64("2025-12-28"))
    assert told["start"].min() > pd.Timestamp("2021-12-01")
    assert told["start"].max() == pd.Timestamp("2025-12-26")


def test_weekly_trends_take_no_single_days() -> None:
    rows = pd.DataFrame({"date": DAYS[::7], "value": 5.0, "title": "lights", "metric": "views"})
    weekly = panels(gather(rows))[0]
    assert learn([weekly], NO_EVENTS, territory="GB").happenings.empty
    both = learn([weekly, panel_of(tide=audience(0.8))], NO_EVENTS, territory="GB")
    assert set(both.estimates["trend"]) == {"tide/views"}
    assert not moves(weekly, both, 8).ahead.any()
