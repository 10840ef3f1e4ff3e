"""What every forecaster keeps to, whichever are in the folder."""

import logging

import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event, trend, week

from marketing import catalog
from marketing.trends.forecasters import filled
from marketing.trends.forecasts import FORECASTERS

FOLDER = catalog.names(FORECASTERS)
DEFAULT = catalog.load(FORECASTERS, "blend").MEMBERS  # what people get without choosing; others promise no season


def forecast(name: str, trends: pd.DataFrame, horizon: int = 28, events: pd.DataFrame = NO_EVENTS) -> pd.DataFrame:
    return catalog.load(FORECASTERS, name).forecast(trends, horizon, events)


def gappy(days: int) -> np.ndarray:
    values = week(days)
    values[np.random.default_rng(2).random(days) < 0.3] = np.nan
    values[0] = values[-1] = 900.0
    return values


AWKWARD = {
    "constant": np.full(120, 500.0),
    "an exact line": np.arange(1.0, 121.0),
    "two weeks": week(14),
    "gaps of 30%": gappy(120),
    "a million millions": week(120, level=1e12),
    "fractions": week(120) / 1e6,
    "falling to nothing": np.arange(119.0, -1.0, -1.0),
    "zeros before a release": np.concatenate([np.zeros(80), week(40)]),
    "seldom": np.where(np.arange(120) % 9 == 0, 3.0, 0.0),
    "one day a millionfold": np.where(np.arange(120) == 100, 1e9, week(120)),
}


@pytest.mark.parametrize("name", FOLDER)
def test_a_row_a_day_for_each_trend_from_the_day_after_its_last(name: str) -> None:
    trends = pd.concat([trend(week(60)), trend(week(50, seed=2), title="tide")], ignore_index=True)
    told = forecast(name, trends, 10)
    assert {"trend", "date", "expected"} <= set(told.columns)
    for one, rows in told.groupby("trend"):
        last = trends.loc[trends["trend"] == one, "date"].max()
        assert rows["date"].tolist() == pd.date_range(last + pd.Timedelta(days=1), periods=10).tolist()


@pytest.mark.parametrize("name", FOLDER)
@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_trends_have_finite_forecasts_of_a_sensible_size(name: str, kind: str) -> None:
    values = AWKWARD[kind]
    expected = forecast(name, trend(values))["expected"]
    assert len(expected) == 28
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    assert expected.max() <= 4 * np.nanmax(values)


@pytest.mark.parametrize("name", FOLDER)
@pytest.mark.parametrize(("freq", "count"), [("7D", 60), ("7D", 170), ("MS", 20), ("ME", 50)])
def test_weeks_and_months_are_continued_too(name: str, freq: str, count: int) -> None:
    values = 1000 + 100 * np.sin(np.arange(count))
    told = forecast(name, trend(values, start="2020-01-01", freq=freq), 6)
    assert told["expected"].between(500, 1500).all()


@pytest.mark.parametrize("name", FOLDER)
def test_the_same_input_gives_the_same_forecast_and_is_left_as_it_was(name: str) -> None:
    trends, before = trend(week(60)), trend(week(60))
    pd.testing.assert_frame_equal(forecast(name, trends), forecast(name, trends), check_exact=True)
    pd.testing.assert_frame_equal(trends, before)


@pytest.mark.parametrize("name", ["blend", *DEFAULT])
def test_a_weekly_cycle_is_carried_on(name: str) -> None:
    told = forecast(name, trend(week(120)))
    by_day = told.groupby(told["date"].dt.day_name())["expected"].mean()
    assert by_day["Saturday"] > 1.3 * by_day["Monday"]


@pytest.mark.parametrize("name", FOLDER)
def test_an_event_of_a_kind_not_met_before_changes_nothing(name: str) -> None:
    trends = trend(week(60))
    ahead = event("release", "2025-08-05")
    pd.testing.assert_frame_equal(forecast(name, trends, events=ahead), forecast(name, trends))


@pytest.mark.parametrize("name", ["prophet", "theta", "blend"])
def test_a_planned_trailer_lifts_the_forecast_as_past_ones_lifted_the_audience(name: str) -> None:
    values = week(200)
    days = pd.date_range("2025-06-02", periods=200)
    past = [event("trailer", day) for day in ("2025-07-12", "2025-09-20", "2025-11-01")]
    for one in past:
        since = (days - one["date"].iloc[0]).days.to_numpy()
        values = values * np.where(since >= 0, 1 + np.exp(-np.maximum(since, 0) / 4), 1)
    with_one = forecast(name, trend(values), events=pd.concat([*past, event("trailer", "2025-12-27")]))
    without = forecast(name, trend(values), events=pd.concat(past))
    lift = (with_one["expected"] / without["expected"]).set_axis(with_one["date"])
    assert lift["2025-12-26"] == pytest.approx(1)
    assert 1.3 < lift["2025-12-27"] < 2.5


def test_a_step_in_level_is_followed_and_not_averaged_away() -> None:
    values = np.concatenate([week(150), week(28, level=3000)])
    assert forecast("prophet", trend(values))["expected"].head(7).mean() > 2000


def test_prophet_is_silent_even_where_logging_is_set_up(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        forecast("prophet", trend(week(60)))
    assert not [r for r in caplog.records if r.name.startswith(("prophet", "cmdstanpy")) and r.levelno >= logging.INFO]
    assert capfd.readouterr() == ("", "")


def test_the_blend_is_the_members_median_day_by_day() -> None:
    trends = trend(week(60))
    blend = catalog.load(FORECASTERS, "blend")
    members = [forecast(name, trends)["expected"].to_numpy() for name in blend.MEMBERS]
    np.testing.assert_array_equal(forecast("blend", trends)["expected"], np.median(members, axis=0))


def test_a_gap_is_filled_from_the_same_weekday() -> None:
    values = np.tile([1.0, 2, 3, 4, 5, 6, 100], 4)
    values[13] = np.nan
    assert filled(values, 7)[13] == 100
