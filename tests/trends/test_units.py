"""A trend's unit grows with the steps ahead as the trend itself wanders, and is wider where little is known of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_trends import panel, walk, week

from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.references import CALM, LIVELY, SELDOM, USUAL
from marketing.trends.units import RECENT, Units, units

NOW = np.zeros((1, 1), int)


def weekly(*values):
    return replace(panel(*values), frequency=FREQUENCIES["W"])


def scatter(size, seed=1, spread=0.2):
    """Values about one level."""
    return 1e5 * np.exp(np.random.default_rng(seed).normal(0, spread, size))


def wander(size, seed=1, spread=0.2):
    """A level that moves at random."""
    return 1e5 * np.exp(np.random.default_rng(seed).normal(0, spread, size).cumsum())


def test_the_unit_of_a_trend_that_wanders_grows_with_the_steps_and_of_one_that_scatters_it_does_not() -> None:
    found = units(weekly(wander(150), scatter(150)), np.zeros((1, 2), int))
    near, far = found.at(np.array([1, 13]))[0].T
    assert far[0] > 2 * near[0]
    assert far[1] < 1.3 * near[1]


def test_the_unit_of_a_trend_that_scatters_is_its_distance_from_its_mean_level_not_from_its_last_value() -> None:
    values = scatter(400, spread=0.3)
    found = units(weekly(values), NOW).at(np.array([1]))[0, 0, 0]
    from_the_last = np.abs(np.diff(np.log(values)))[-RECENT["W"] :].mean()
    assert found < 0.9 * from_the_last


@pytest.mark.parametrize("name", ["", "W month"])
@pytest.mark.parametrize("shape", [wander, scatter])
def test_a_short_history_has_a_wider_unit_than_a_long_one_that_moved_as_much(shape, name) -> None:
    many = range(200)
    steps = np.array([4, 13])
    long, short = (
        units(weekly(*(shape(size, seed) for seed in many)), np.zeros((1, len(many)), int), name).at(steps)[0]
        for size in (150, 24)
    )
    assert (short.mean(axis=0) > 1.02 * long.mean(axis=0)).all()


def test_a_weekday_alone_makes_no_unit() -> None:
    values = np.tile([100.0, 200, 300, 400, 500, 600, 700], 30)
    assert units(panel(values), NOW).at(np.arange(1, 29)).max() < 0.01


@settings(deadline=None, max_examples=40)
@given(
    size=st.integers(1, 120),
    seed=st.integers(0, 1000),
    gaps=st.floats(0, 0.9),
    code=st.sampled_from(["D", "W", "M"]),
    summed=st.booleans(),
)
def test_any_history_has_a_unit_that_never_shrinks_with_the_steps(size, seed, gaps, code, summed) -> None:
    draws = np.random.default_rng(seed)
    values = np.round(draws.gamma(0.7, 50, size))
    values[:-1][draws.random(size - 1) < gaps] = np.nan
    name = {"D": "D week", "W": "W month"}.get(code, "") if summed else ""
    found = units(replace(panel(values), frequency=FREQUENCIES[code]), NOW, name).at(np.arange(1, 60))
    assert np.isfinite(found).all()
    assert (found > 0).all()
    assert (np.diff(found) >= -1e-12).all()


def test_what_came_after_a_cutoff_does_not_touch_its_unit() -> None:
    values = walk(300, 3)
    later = values.copy()
    later[-20:] *= 9
    at = np.array([[0], [20], [60]])
    before, after = (units(panel(each), at) for each in (values, later))
    np.testing.assert_array_equal(before.size[1:], after.size[1:])
    assert (before.size[0] < after.size[0]).all()


def test_a_unit_is_the_same_whatever_stands_beside_the_trend() -> None:
    trends = panel(walk(300, 1), walk(300, 2), week(300))
    at = np.array([[0, 0, 0], [28, 28, 56], [56, -1, 112]])
    whole = units(trends, at)
    for row in range(3):
        np.testing.assert_allclose(units(trends.take([row]), at[:, [row]]).size[:, 0], whole.size[:, row], rtol=1e-9)


def test_between_lags_a_unit_lies_along_a_line_of_logarithms_and_beyond_them_it_stays() -> None:
    found = Units(np.array([[[1.0, 4.0]]]), np.array([[USUAL]]), np.array([[1.0]]), lags=(4, 16))
    np.testing.assert_allclose(found.at(np.array([1, 4, 8, 16, 100]))[0, 0], [1, 1, 2, 4, 4])
    apart = found.at(np.array([[4, 8]]))
    np.testing.assert_allclose(apart[0, 0], [1, 2])


def test_kinds_tell_calm_and_lively_trends_and_those_that_are_seldom_active() -> None:
    steady = 1e5 * np.exp(np.random.default_rng(1).normal(0, 0.01, 200))
    shut = np.where(np.arange(200) % 7 == 6, 0.0, walk(200, 3))
    trends = panel(steady, walk(200, 1, drift=0.0, noise=0.05), walk(200, 2, noise=0.4), shut)
    assert units(trends, np.zeros((1, 4), int)).kind[0].tolist() == [CALM, USUAL, LIVELY, SELDOM]
