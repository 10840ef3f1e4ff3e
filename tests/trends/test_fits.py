"""Fits: forecasts from now and from past cutoffs, whatever the parts that they are made in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_trends import panel, walk, week

from marketing.errors import MissingError
from marketing.trends import fits
from marketing.trends.events.moves import Moves
from marketing.trends.fits import CUTOFFS, NONE, Fits


def some(horizon: int = 14, forecaster: str = "blend") -> tuple[fits.Panel, Fits]:
    trends = panel(walk(200, 1), walk(90, 2), walk(20, 3), np.where(np.arange(150) % 7 == 3, np.nan, walk(150, 4)))
    return trends, fits.fit(trends, None, horizon, forecaster)


def same(one: Fits, other: Fits) -> None:
    assert one.trends == other.trends
    np.testing.assert_array_equal(one.origins, other.origins)
    assert one.expected.keys() == other.expected.keys()
    for name, expected in one.expected.items():
        np.testing.assert_array_equal(expected, other.expected[name])
    np.testing.assert_array_equal(one.doubt, other.doubt)


# cutoffs


@pytest.mark.parametrize(
    ("points", "origins"),
    [
        (540, [0, 28, 56, 84, 112]),
        (140, [0, 28, 56, 84, 112 - 28 * 0]),
        (139, [0, 28, 42, 56, 70]),
        (80, [0, 28, 35, 42, 49]),
        (59, [0, 28, 29, 30, 31]),
        (57, [0, 28, 29, NONE, NONE]),
        (55, [0, NONE, NONE, NONE, NONE]),
    ],
)
def test_cutoffs_lie_a_horizon_apart_where_history_allows(points: int, origins: list[int]) -> None:
    assert fits.slots(panel(week(points)), 28)[:, 0].tolist() == origins


@settings(deadline=None)
@given(points=st.integers(1, 600), horizon=st.integers(1, 90))
def test_what_is_before_a_cutoff_is_as_long_as_what_comes_after_it(points: int, horizon: int) -> None:
    origins = fits.slots(panel(week(points)), horizon)[:, 0]
    tried = origins[origins > 0]
    assert origins[0] == 0
    assert ((tried >= horizon) & (points - tried >= horizon)).all()
    assert len(set(tried)) == len(tried)
    if points >= (CUTOFFS + 1) * horizon + 14:
        assert (np.diff(tried) == horizon).all()


def test_zeros_before_a_release_are_no_history() -> None:
    late = panel(np.concatenate([np.zeros(400), week(60)]))
    assert fits.slots(late, 28).tolist() == fits.slots(panel(week(60)), 28).tolist()


def test_what_came_and_when_lies_beside_each_forecast() -> None:
    trends = panel(week(100), week(40, seed=2))
    origins = np.array([[0, 0], [10, NONE]])
    came = fits.came(trends, origins, 14)
    assert np.isnan(came[0]).all()
    np.testing.assert_array_equal(came[1, 0], [*week(100)[-10:], *[np.nan] * 4])
    assert np.isnan(came[1, 1]).all()
    assert fits.known(trends, origins)[:, 0].tolist() == [np.datetime64("2026-11-22"), np.datetime64("2026-11-12")]
    assert fits.ahead(trends, origins, 14)[1, 0, 0] == np.datetime64("2026-11-13")
    assert np.isnat(fits.ahead(trends, origins, 14)[1, 1]).all()


# fitting


def test_each_forecaster_has_a_forecast_at_each_cutoff_that_it_has_history_for() -> None:
    trends, made = some()
    assert {"blend", "flat_prophet", "steady", "seasonal_naive", "mean"} <= made.expected.keys()
    for expected in made.expected.values():
        there = np.isfinite(expected).all(axis=2)
        assert not (there & (made.origins == NONE)).any()
    assert (np.isfinite(made.expected["seasonal_naive"]).all(axis=2) == (made.origins != NONE)).all()
    assert made.horizon == 14
    assert made.trends == tuple(trends.trends)


def test_a_forecaster_that_is_built_of_none_is_fitted_with_the_yardstick_alone() -> None:
    assert set(some(forecaster="theta")[1].expected) == {"theta", "seasonal_naive", "mean"}


def test_an_unknown_forecaster_is_refused_with_those_there_are() -> None:
    with pytest.raises(MissingError, match="Choose one of: blend, ets, flat_prophet"):
        some(forecaster="crystal_ball")


def test_it_does_not_matter_in_which_parts_or_order_trends_are_fitted() -> None:
    trends = panel(*(walk(90 + 20 * (seed % 5), seed) for seed in range(18)))
    whole = fits.fit(trends, None, 14, "blend")
    order = np.random.default_rng(4).permutation(18)
    parts = [fits.fit(trends.take(order[some]), None, 14, "blend") for some in (slice(0, 1), slice(1, 7), slice(7, 18))]
    same(whole, fits.read(fits.table(parts), trends, 14))


def test_what_a_forecast_exceeds_all_that_has_been_by_is_bounded() -> None:
    rocket = np.concatenate([np.full(60, 10.0), 10 * 2.0 ** np.arange(10)])
    made = fits.fit(panel(rocket), None, 28, "blend")
    for expected in made.expected.values():
        assert np.nanmax(expected[0]) <= fits.TIMES_HIGHEST * rocket.max()


# events


def lifted(trends: fits.Panel, origins: tuple[int, ...], day: int) -> Moves:
    """A day on which the first trend was three times itself, which is known from that day on, and another ahead."""
    width = trends.values.shape[1]
    past = np.zeros((len(origins), 1, width))
    for number, origin in enumerate(origins):
        past[number, 0, day] = np.log(3) if day < width - origin else 0.0
    ahead = np.zeros((len(origins), 1, 7))
    ahead[:, 0, 3] = np.log(2)
    return Moves(np.array([0]), origins, past, ahead, np.full(ahead.shape, 0.1) * (ahead > 0))


def test_what_events_did_is_taken_off_before_and_what_they_will_do_put_under_after() -> None:
    calm = walk(120, 1)
    values = calm.copy()
    values[-2] *= 3
    with_event, without = panel(values, walk(100, 2)), panel(calm, walk(100, 2))
    moves = lifted(with_event, tuple(fits.origins(with_event, 7)), 118)
    told, plain = fits.fit(with_event, moves, 7, "blend"), fits.fit(without, None, 7, "blend")
    for name in told.expected:
        lift = told.expected[name][0, 0] / plain.expected[name][0, 0]
        np.testing.assert_allclose(lift, [1, 1, 1, 2, 1, 1, 1], rtol=1e-6)
        np.testing.assert_array_equal(told.expected[name][:, 1], plain.expected[name][:, 1])
    assert told.doubt[0].tolist() == [[0, 0, 0, 0.1, 0, 0, 0], [0] * 7]


def test_a_past_event_that_was_not_known_at_a_cutoff_is_left_in_the_history_there() -> None:
    values = walk(120, 1)
    trends = panel(values)
    origins = tuple(fits.origins(trends, 7))
    moves = lifted(trends, origins, 90)
    moves.past[1:] = 0.0  # learnt only lately, though it was long ago
    moves.ahead[:] = 0.0
    told, plain = fits.fit(trends, moves, 7, "blend"), fits.fit(trends, None, 7, "blend")
    np.testing.assert_allclose(told.expected["steady"][1:], plain.expected["steady"][1:], rtol=1e-8)
    assert not np.allclose(told.expected["steady"][0], plain.expected["steady"][0], rtol=1e-4)


# tables


def test_a_table_of_fits_gives_them_back_to_the_last_bit() -> None:
    trends, made = some()
    table = fits.table([made])
    assert table.columns.tolist() == ["trend", "forecaster", "origin", *[f"step_{k}" for k in range(1, 15)]]
    same(made, fits.read(table, trends, 14))
    shuffled = table.sample(frac=1, random_state=1)
    same(made, fits.read(shuffled, trends, 14))


def test_frequencies_with_other_horizons_share_a_table() -> None:
    days, weeks = panel(week(100)), panel(week(60), frequency="W")
    made = [fits.fit(days, None, 14, "theta"), fits.fit(weeks.take(np.array([0])), None, 8, "theta")]
    weeks.heads["trend"] = made[1].trends[0]
    table = fits.table([made[0]])
    assert len(fits.table(made)) == len(table) + len(fits.table([made[1]]))


def test_what_was_never_fitted_reads_as_unknown() -> None:
    trends, made = some()
    table = fits.table([made])
    rest = fits.read(table[table["trend"] != "title-1/views"], trends, 14)
    for name, expected in rest.expected.items():
        assert np.isnan(expected[:, 1]).all()
        np.testing.assert_array_equal(expected[:, [0, 2, 3]], made.expected[name][:, [0, 2, 3]])
    nothing = fits.read(pd.DataFrame(columns=table.columns), trends, 14)
    assert nothing.expected == {}
