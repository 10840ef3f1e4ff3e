"""What every way of smoothing many trends keeps to, whatever the values."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_trends import panel, week
from numpy.typing import NDArray

from marketing.trends.forecasters import steady
from marketing.trends.forecasters import theta as theta_forecaster
from marketing.trends.smoothing import anchor, as_of, begun, filled, recent_mean, seasonal_naive, since_begun
from marketing.trends.smoothing.exponential import ets
from marketing.trends.smoothing.seasons import freed
from marketing.trends.smoothing.theta_lines import theta

Array = NDArray[np.float64]
METHODS: dict[str, Callable[..., Array]] = {
    "seasonal naive": seasonal_naive,
    "mean": recent_mean,
    "theta": theta,
    "ets": ets,
}
ORIGINS = (0, 3, 10)


def gappy(draws: np.random.Generator, trends: int, periods: int) -> Array:
    """Trends with a week that are above zero, of different lengths, some with gaps."""
    values = np.stack([week(periods, level=float(10 ** draws.uniform(0, 6)), seed=k) + 1 for k in range(trends)])
    values *= np.exp(np.cumsum(draws.normal(0, 0.05, values.shape), axis=1))
    values[draws.random(values.shape) < draws.choice([0.0, 0.3], (trends, 1))] = np.nan
    for row, start in enumerate(draws.integers(0, periods, trends)):
        values[row, : start if row else 0] = np.nan
    return values


@st.composite
def matrices(draw: st.DrawFn, most: int = 6) -> Array:
    """Trends side by side, the first as long as the matrix."""
    seed = draw(st.integers(0, 10_000))
    return gappy(np.random.default_rng(seed), draw(st.integers(1, most)), draw(st.integers(12, 120)))


@pytest.mark.parametrize("name", METHODS)
@given(values=matrices(), later=st.sampled_from([0.0, np.nan, 1e12, 7.0]))
@settings(max_examples=25, deadline=None)
def test_nothing_after_an_origin_touches_its_forecast(name: str, values: Array, later: float) -> None:
    told = METHODS[name](values, 9, ORIGINS, season=7)
    for number, origin in enumerate(ORIGINS[1:], start=1):
        changed = values.copy()
        changed[:, -origin:] = later
        np.testing.assert_array_equal(METHODS[name](changed, 9, ORIGINS, season=7)[number], told[number])


@pytest.mark.parametrize("name", METHODS)
@given(values=matrices())
@settings(max_examples=25, deadline=None)
def test_an_origin_is_the_present_of_shorter_histories(name: str, values: Array) -> None:
    told = METHODS[name](values, 9, ORIGINS, season=7)
    for number, origin in enumerate(ORIGINS):
        cut = values[:, : values.shape[1] - origin]
        np.testing.assert_array_equal(METHODS[name](cut, 9, season=7)[0], told[number])


@pytest.mark.parametrize("name", METHODS)
@given(values=matrices(), seed=st.integers(0, 100), empty=st.integers(0, 300))
@settings(max_examples=25, deadline=None)
def test_no_digit_depends_on_the_trends_beside_or_the_columns_before(
    name: str, values: Array, seed: int, empty: int
) -> None:
    told = METHODS[name](values, 9, ORIGINS, season=7)
    padded = np.pad(values, ((0, 0), (empty, 0)), constant_values=np.nan)
    order = np.random.default_rng(seed).permutation(len(values))
    np.testing.assert_array_equal(METHODS[name](padded[order], 9, ORIGINS, season=7), told[:, order])
    np.testing.assert_array_equal(METHODS[name](padded[:1], 9, ORIGINS, season=7), told[:, :1])


@pytest.mark.parametrize("name", METHODS)
@given(values=matrices(), power=st.integers(-20, 40))
@settings(max_examples=25, deadline=None)
def test_another_unit_gives_the_same_forecast_in_that_unit(name: str, values: Array, power: int) -> None:
    unit = 2.0**power  # so that no digit is lost on the way
    told = METHODS[name](values, 9, ORIGINS, season=7)
    np.testing.assert_array_equal(METHODS[name](values * unit, 9, ORIGINS, season=7), told * unit)


@pytest.mark.parametrize("name", METHODS)
@given(values=arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 60)), elements=st.floats(0, 1e12)))
@settings(max_examples=40, deadline=None)
def test_counts_of_any_kind_have_a_forecast_that_is_none_below_zero(name: str, values: Array) -> None:
    told = since_begun(values, 28, (0,), partial(METHODS[name], season=7))
    assert np.isfinite(told).all()
    assert (told >= 0).all()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("level", [1.0, 500.0, 1e12])
@pytest.mark.parametrize("periods", [1, 2, 3, 14, 15, 400])
def test_a_constant_stays_what_it_is(name: str, level: float, periods: int) -> None:
    told = METHODS[name](np.full((1, periods), level), 28, season=7)
    np.testing.assert_allclose(told, level, rtol=1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_a_trend_without_a_value_by_an_origin_has_no_forecast(name: str) -> None:
    values = np.stack([np.full(30, np.nan), np.r_[np.full(25, np.nan), week(5)], week(30)])
    missing = np.isnan(METHODS[name](values, 4, (0, 10), season=7))
    assert missing.all(axis=2).tolist() == missing.any(axis=2).tolist() == [[True, False, False], [True, True, False]]


@pytest.mark.parametrize("name", METHODS)
def test_an_origin_before_all_history_has_no_forecast(name: str) -> None:
    assert np.isnan(METHODS[name](week(20)[None], 4, (20, 500), season=7)).all()


@pytest.mark.parametrize("name", METHODS)
def test_no_trends_have_no_forecasts(name: str) -> None:
    assert METHODS[name](np.empty((0, 30)), 4, (0, 7), season=7).shape == (2, 0, 4)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("season", [7, 12, 52])
def test_a_season_is_carried_on_in_step_whatever_the_origin(name: str, season: int) -> None:
    shape = 1000 * np.exp(np.sin(np.arange(season) * 2 * np.pi / season))
    noise = np.exp(np.random.default_rng(1).normal(0, 0.02, (5, 4 * season + 5)))
    values = shape[np.arange(4 * season + 5) % season] * noise
    told = METHODS[name](values, season, (0, 3), season=season, seasons=3)
    for number, origin in enumerate((0, 3)):
        came = shape[(values.shape[1] - origin + np.arange(season)) % season]
        assert np.abs(told[number] / came - 1).max() < 0.15


def test_a_week_that_changed_is_forecast_as_it_is_now() -> None:
    draws = np.random.default_rng(3)
    weeks = np.stack([np.tile(draws.permutation(np.linspace(-0.6, 0.6, 7)), n) for n in (70, 70)])
    days = np.r_[weeks[0], weeks[1][: 12 * 7]]
    values = (
        8 + days + np.cumsum(draws.normal(0, 0.03, (20, len(days))), axis=1) + draws.normal(0, 0.05, (20, len(days)))
    )
    for method in (theta, ets):
        told = method(values, 7, season=7)[0]
        told -= told.mean(axis=1, keepdims=True)
        assert np.abs(told - weeks[1][:7]).mean() < 0.15 * np.abs(weeks[0][:7] - weeks[1][:7]).mean()


def test_weeks_without_a_pattern_are_given_hardly_any() -> None:
    level = 8 + np.cumsum(np.random.default_rng(5).normal(0, 0.1, (200, 300)), axis=1)
    assert np.abs(freed(level, (0,), 7, 2).ahead).mean() < 0.005


def test_one_rush_makes_no_busy_weekday() -> None:
    values = 8 + np.random.default_rng(6).normal(0, 0.05, (40, 140))
    rush = values.copy()
    rush[:, 75:78] += 3.0
    moved = np.abs(freed(rush, (0,), 7, 2).ahead - freed(values, (0,), 7, 2).ahead)
    assert moved.mean() < 0.02  # a mean of 20 weeks would move by 0.06


def test_growth_goes_on_and_slows_down() -> None:
    values = 5 + 0.01 * np.arange(200) + np.random.default_rng(2).normal(0, 0.01, (30, 200))
    told = ets(values, 28, season=7)[0]
    steps = np.diff(told, axis=1).mean(axis=0)
    assert (steps > 0).all()
    assert steps[-1] < steps[0] < 0.012
    far = theta(values, 28, season=7)[0].mean(axis=0)
    assert far[-1] == pytest.approx(5 + 0.01 * 227, abs=0.1)


@pytest.mark.parametrize("points", [2, 3, 4, 5, 6, 8])
def test_theta_makes_no_slope_of_a_few_points_of_noise(points: int) -> None:
    values = 5 + np.random.default_rng(points).normal(0, 0.3, (400, points))
    told = theta(values, 13)[0]
    assert np.abs(told - 5).max() < np.log(3) + np.abs(values - 5).max()
    assert np.abs(told - 5).mean() < 1.3 * np.abs(values[:, -1] - 5).mean()  # what repeating the last value misses


def test_where_one_memory_serves_both_theta_and_steady_say_the_same() -> None:
    walks = np.cumsum(np.random.default_rng(4).normal(0, 0.1, (40, 300)), axis=1) + 8
    one, other = (option.forecast(panel(*np.exp(walks)), 28)[0] for option in (theta_forecaster, steady))
    same = np.isclose(one, other, rtol=1e-12).all(axis=1)
    assert 0.1 < same.mean() < 0.9
    assert (np.ptp(one, axis=1)[same] < 0.1 * one[same, 0]).all()  # a level and a hint of a week


@given(values=matrices(), season=st.sampled_from([1, 7]))
@settings(max_examples=40, deadline=None)
def test_gaps_are_filled_from_before_and_nothing_else_is_touched(values: Array, season: int) -> None:
    whole = filled(values, season)
    known = ~np.isnan(values)
    np.testing.assert_array_equal(whole[known], values[known])
    begins = known.argmax(axis=1)
    for row, start in enumerate(begins):
        if known[row].any():
            assert not np.isnan(whole[row, start:]).any()
            assert np.isnan(whole[row, :start]).all()
    for column in (5, 11):
        np.testing.assert_array_equal(filled(values[:, :column], season), whole[:, :column])


def test_a_gap_is_filled_from_the_same_weekday() -> None:
    values = np.tile([1.0, 2, 3, 4, 5, 6, 100], 4)[None]
    values[0, 13] = np.nan
    assert filled(values, 7)[0, 13] == 100


def test_zeros_before_a_release_are_no_history_and_zeros_after_are() -> None:
    values = np.array([[np.nan, 0, 0, 5, 0, 3], [0, 0, 0, 0, 0, 0], [np.nan] * 6, [2, 0, 1, 0, 0, np.nan]])
    np.testing.assert_array_equal(
        begun(values), [[np.nan, np.nan, np.nan, 5, 0, 3], [0] * 6, [np.nan] * 6, [2, 0, 1, 0, 0, np.nan]]
    )


def test_before_the_first_audience_none_is_expected() -> None:
    values = np.r_[np.zeros(30), week(20)][None]
    told = since_begun(values, 5, (0, 25, 49), partial(theta, season=7))
    assert (told[0] > 500).all()
    assert (told[1:] == 0).all()


def test_as_it_stood_ends_in_the_last_column() -> None:
    np.testing.assert_array_equal(as_of(np.array([[1.0, 2, 3, 4]]), 3), [[np.nan, np.nan, np.nan, 1]])
    assert np.isnan(as_of(np.ones((2, 3)), 5)).all()


@given(residuals=matrices())
@settings(max_examples=30, deadline=None)
def test_an_anchor_lies_among_the_residuals_and_nothing(residuals: Array) -> None:
    known = residuals[~np.isnan(residuals).all(axis=1)]
    centred = known - np.nanmean(known, axis=1, keepdims=True)
    ends = anchor(centred)
    around = np.c_[np.zeros(len(known)), centred]
    assert (ends <= np.nanmax(around, axis=1) + 1e-9).all()
    assert (ends >= np.nanmin(around, axis=1) - 1e-9).all()


def test_an_anchor_follows_a_step_and_not_noise() -> None:
    noise = np.random.default_rng(4).normal(0, 1, (50, 400))
    step = noise * 0.1 + np.where(np.arange(400) >= 390, 5.0, 0.0)
    assert np.abs(anchor(noise)).mean() < 0.3
    assert (anchor(step) > 4.5).all()
    assert np.isnan(anchor(np.full((1, 4), np.nan))).all()
