"""Weeks and months of a forecast: which they are, what they come to, and bands that follow how sums have erred."""

import datetime as dt

import numpy as np
import pytest
from families import family, panel
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.trends.bands import columns
from marketing.trends.sums import forecast_sums

YEAR = 400
ORIGINS = np.array([0, 56, 112, 168, 224])


def views(seed=1, size=YEAR, level=1000.0):
    return level * np.exp(np.random.default_rng(seed).normal(0, 0.1, size))


def lone(values, **told):
    """One title without parts."""
    return panel({"harbour-lights": family({}, total=values)}, **told)


def told(trends, horizon, *, seed=2, origins=ORIGINS):
    """Forecasts at every slot that lie around what comes, and their origins."""
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.1, (len(origins), len(trends), horizon)))
    return 1000.0 * noise, np.repeat(origins[:, None], len(trends), axis=1)


def test_a_week_is_seven_days_from_the_first_one_ahead():
    trends = lone(views())  # to Sunday 22 November 2026
    expected, origins = told(trends, 28)
    rows = forecast_sums(trends, expected, origins)
    weeks = rows[rows["period"] == "week"]
    assert list(weeks["date"].dt.strftime("%d %b")) == ["23 Nov", "30 Nov", "07 Dec", "14 Dec"]
    assert set(weeks["days"]) == {7}
    np.testing.assert_allclose(weeks["expected"], expected[0, 0].reshape(4, 7).sum(axis=1))


def test_the_running_month_is_completed_by_history_and_later_ones_lie_ahead_as_a_whole():
    values = views()
    trends = lone(values)
    expected, origins = told(trends, 56)  # to 17 January
    months = forecast_sums(trends, expected, origins).query("period == 'month'")
    assert [(f"{date:%d %b}", days) for date, days in zip(months["date"], months["days"], strict=True)] == [
        ("01 Nov", 30),
        ("01 Dec", 31),
    ]
    november, december = months["expected"]
    assert november == pytest.approx(values[-22:].sum() + expected[0, 0, :8].sum())
    assert december == pytest.approx(expected[0, 0, 8:39].sum())
    assert months["low95"].iloc[0] > values[-22:].sum()  # what has come is certain


def test_a_month_with_an_unknown_day_behind_it_is_not_told():
    values = views()
    values[-5] = np.nan
    trends = lone(values)
    expected, origins = told(trends, 56)
    months = forecast_sums(trends, expected, origins).query("period == 'month'")
    assert list(months["date"].dt.strftime("%d %b")) == ["01 Dec"]


def test_weeks_are_added_up_to_months_of_four_or_five():
    trends = lone(views(size=120), frequency="W", last="2026-11-21")
    expected, origins = told(trends, 8, origins=np.array([0, 8, 16]))  # 28 November to 16 January
    rows = forecast_sums(trends, expected, origins)
    assert list(rows["period"].unique()) == ["month"]
    assert list(rows["days"]) == [28, 28]  # 7, 14, 21 and 28 November; 5, 12, 19 and 26 December
    assert rows["expected"].iloc[1] == pytest.approx(expected[0, 0, 1:5].sum())


def test_months_are_not_added_up_and_an_empty_table_has_its_columns():
    trends = lone(views(size=60), frequency="M", last="2026-10-31")
    rows = forecast_sums(trends, *told(trends, 6, origins=np.array([0, 6])))
    assert list(rows) == ["trend", "period", "date", "days", "expected", *columns()]
    assert rows.empty
    assert rows["date"].dtype == "datetime64[us]"


def test_trends_that_end_on_different_days_each_have_their_own_weeks_and_months():
    both = {"harbour-lights": family({}, total=views(1)), "the-vault": family({}, total=views(2))}
    trends = panel(both, last=["2026-11-22", "2026-11-10"])
    expected, origins = told(trends, 28)
    rows = forecast_sums(trends, expected, origins)
    found = rows.groupby("trend").agg(first=("date", "min"), month=("period", lambda p: (p == "month").sum()))
    assert list(found["first"].dt.strftime("%d %b")) == ["01 Nov", "01 Nov"]
    assert list(rows.loc[rows["period"] == "week"].groupby("trend")["date"].min().dt.day) == [23, 11]
    assert list(found["month"]) == [1, 1]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    horizon=st.integers(1, 80),
    last=st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)).map(str),
    frequency=st.sampled_from(["D", "W"]),
)
def test_bands_hold_what_is_expected_and_never_cross(seed, horizon, last, frequency):
    draws = np.random.default_rng(seed)
    values = draws.poisson(draws.gamma(0.5, 50, (3, 1)), (3, YEAR)).astype(float)
    trends = panel({f"t{i}": family({}, total=values[i]) for i in range(3)}, frequency=frequency, last=last)
    expected = draws.gamma(0.5, 60, (3, 3, horizon))
    expected[2, 1], expected[0, 2] = np.nan, np.nan
    origins = np.array([[0] * 3, [horizon] * 3, [2 * horizon, -1, 2 * horizon]])
    rows = forecast_sums(trends, expected, origins, np.full(expected.shape, 0.2))
    inside = rows[["low95", "low80", "expected", "high80", "high95"]].to_numpy()
    assert (np.diff(inside, axis=1) >= 0).all()
    assert (inside >= 0).all()
    assert np.isfinite(inside).all()
    assert not rows["trend"].str.startswith("t2").any()  # it has no forecast
    assert not rows.duplicated(["trend", "period", "date"]).any()


def test_the_band_of_a_week_follows_how_weeks_have_erred_and_not_its_days():
    """Two hundred trends whose days are shuffled within each week: days are hard to tell and weeks are certain."""
    draws = np.random.default_rng(5)
    week = np.array([200.0, 400, 700, 1000, 1600, 2600, 3500])
    shuffled = np.concatenate([draws.permuted(np.tile(week, (200, 1)), axis=1) for _ in range(60)], axis=1)
    trends = panel({f"t{i}": family({}, total=shuffled[i]) for i in range(200)})
    expected = np.full((5, 200, 28), week.mean())
    rows = forecast_sums(trends, expected, np.repeat(np.arange(5)[:, None] * 28, 200, axis=1))
    weeks = rows[rows["period"] == "week"]
    spread = np.log(weeks["high80"] / weeks["low80"])
    assert spread.max() < np.log(3500 / 200) / 4  # days lie that far apart
    assert ((weeks["low95"] <= week.sum()) & (week.sum() <= weeks["high95"])).all()


def test_what_an_event_may_do_widens_the_weeks_it_falls_in():
    trends = lone(views())
    expected, origins = told(trends, 28)
    doubt = np.zeros(expected.shape)
    doubt[0, :, 7:14] = 0.5
    calm = forecast_sums(trends, expected, origins).query("period == 'week'")
    moved = forecast_sums(trends, expected, origins, doubt).query("period == 'week'")
    wider = (moved["high80"] > calm["high80"]) & (moved["low80"] < calm["low80"])
    assert list(wider) == [False, True, False, False]
    np.testing.assert_array_equal(moved.loc[~wider], calm.loc[~wider])
