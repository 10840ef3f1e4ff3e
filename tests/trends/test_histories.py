"""Histories made ready: on a log scale of their own, odd days held, new levels not, the year taken off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_trends import panel, walk, week

from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.smoothing.histories import HOLDS, TIMES_HIGHEST, along, histories, hold, median, offsets
from marketing.trends.smoothing.steadiness import steady_level
from marketing.trends.smoothing.years import year


def test_a_line_is_its_trend_as_it_stood_at_an_origin() -> None:
    values = walk(200, 1)
    changed = values.copy()
    changed[-30:] *= 3
    one, other = (histories(panel(each, walk(90, 2)), 14, (0, 30)) for each in (values, changed))
    assert one.values.shape == (4, 200)
    np.testing.assert_array_equal(one.values[2], other.values[2])
    alone = histories(panel(values[:-30]), 14)
    np.testing.assert_allclose(one.values[2, 30:], alone.values[0])
    assert np.isnan(one.values[2, :30]).all()


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 1000), level=st.sampled_from([0.01, 1.0, 50.0, 1e9]))
def test_going_to_the_scale_and_back_changes_nothing(seed: int, level: float) -> None:
    history = histories(panel(level * walk(120, seed), level * walk(60, seed + 1)), 7, (0, 14))
    told = level * 1000 * np.random.default_rng(seed).random((2, 2, 7))
    np.testing.assert_allclose(history.back(history.on_scale(told)), told, rtol=1e-9, atol=1e-9 * level)


def test_a_continuation_is_never_below_zero_nor_far_beyond_all_that_has_been() -> None:
    history = histories(panel(week(100)), 3)
    made = history.back(np.array([[-50.0, 5.0, 500.0]]))[0, 0]
    assert made[0] == 0
    assert made[2] == pytest.approx(TIMES_HIGHEST * week(100).max())


def test_too_few_points_are_not_continued() -> None:
    assert np.isnan(histories(panel(week(20)), 7).back(np.zeros((1, 7)))).all()


def test_the_offset_is_a_fifth_of_the_middle_and_a_whole_one_at_least_for_counts() -> None:
    counts, rates = np.array([0.0, 2, 3, 4]), np.array([0.0, 0.2, 0.3, 0.4])
    assert offsets(np.stack([counts, rates, 100 * counts])) == pytest.approx([1.0, 0.06, 60.0])
    assert offsets(np.zeros((1, 4))) == pytest.approx([1.0])


def test_a_gap_is_filled_along_a_line_and_one_at_the_end_with_the_last_value() -> None:
    values = np.array([[np.nan, 2.0, np.nan, np.nan, 8.0, np.nan]])
    np.testing.assert_allclose(along(values), [[np.nan, 2, 4, 6, 8, 8]])


def test_the_median_of_arrays_is_numpys() -> None:
    draws = np.random.default_rng(1).normal(size=(8, 40))
    for count in range(1, 9):
        np.testing.assert_allclose(median(list(draws[:count])), np.median(draws[:count], axis=0))


# odd days


def test_a_spike_is_held_and_its_neighbours_are_left_alone() -> None:
    logs = np.log(week(200))[None]
    spiked = logs.copy()
    spiked[0, 120] += 3
    spiked[0, 197] -= 3
    held = hold(spiked, 7, 4.0, HOLDS["D"])
    assert abs(held[0, 120] - logs[0, 120]) < 0.5
    assert abs(held[0, 197] - logs[0, 197]) < 0.5
    usual = np.setdiff1d(np.arange(200), [120, 197])
    assert np.abs(held - spiked)[0, usual].max() < 0.1


@pytest.mark.parametrize(
    ("level", "days", "held"), [(3000, 5, True), (3000, 19, False), (100, 5, True), (100, 14, False)]
)
def test_a_new_level_is_not_held_once_it_has_lasted_and_a_lower_one_is_seen_sooner(
    level: float,
    days: int,
    held: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    logs = np.log(np.concatenate([week(150), week(days, level=level)]))[None]
    moved = np.abs(hold(logs, 7, 4.0, HOLDS["D"]) - logs)[0, -days:]
    assert (moved.mean() > 0.5) == held


def test_lines_too_short_to_tell_odd_days_stay_as_they_are() -> None:
    logs = np.log(week(40))[None]
    logs[0, 20] += 3
    np.testing.assert_allclose(hold(logs, 7, 4.0, HOLDS["D"]), logs)


# the year


def seasonal(days: int, swing: float, seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 0.05, days)
    return swing * np.sin(2 * np.pi * np.arange(days) / 365.25) + noise


def test_a_year_that_comes_back_is_told_ahead() -> None:
    whole = seasonal(1190, 0.8)
    past, ahead = year(whole[None, :1100], FREQUENCIES["D"], 90)
    true = whole - seasonal(1190, 0.0)
    rise = true[-1] - true[1100]
    assert abs(rise) > 0.6
    assert ahead[0, -1] - ahead[0, 0] == pytest.approx(rise, abs=0.3)
    assert np.var(whole[:1100] - past[0]) < 0.3 * np.var(whole[:1100])


def test_noise_has_no_year() -> None:
    past, ahead = year(seasonal(1000, 0.0)[None], FREQUENCIES["D"], 28)
    assert np.abs(ahead).max() < 0.05
    assert np.abs(past).max() < 0.05


def test_little_more_than_a_year_is_needed_and_months_are_left_alone() -> None:
    for values, code in ((seasonal(400, 0.8), "D"), (seasonal(60, 0.8), "W"), (seasonal(200, 0.8), "M")):
        past, ahead = year(values[None], FREQUENCIES[code], 8)
        assert not past.any()
        assert not ahead.any()


# a steady level


def test_noise_gets_a_long_memory_and_a_new_level_a_short_one() -> None:
    draws = np.random.default_rng(3)
    noise = 10 + draws.normal(0, 1, 400)
    step = np.concatenate([np.full(300, 10.0), np.full(100, 20.0)]) + draws.normal(0, 0.1, 400)
    found = steady_level(np.column_stack([noise, step]), 28)
    assert found[0] == pytest.approx(10, abs=0.5)
    assert found[1] == pytest.approx(20, abs=0.5)


def test_the_level_stays_where_it_is_in_a_gap() -> None:
    line = np.concatenate([np.full(60, 5.0), np.full(20, np.nan)])
    assert steady_level(line[:, None], 7) == pytest.approx([5.0])
