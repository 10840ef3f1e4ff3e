"""Trends of few units, or of units that come seldom, are forecast at their mean; all others are left alone."""

import numpy as np
import pytest
from made_trends import panel, walk, week
from numpy.typing import NDArray

from marketing.trends.forecasters import blend
from marketing.trends.smoothing.histories import TIMES_HIGHEST, histories
from marketing.trends.smoothing.lifts import LARGEST

DAYS, LINES = 400, 40


def few(mean: float, count: int = DAYS) -> NDArray[np.float64]:
    return np.random.default_rng(3).poisson(mean, (LINES, count)).astype(float)


def seldom(share: float, size: float) -> NDArray[np.float64]:
    draws = np.random.default_rng(4)
    return (draws.random((LINES, DAYS)) < share) * size * np.exp(0.5 * draws.normal(size=(LINES, DAYS)))


@pytest.mark.parametrize(
    ("lines", "frequency", "horizon"),
    [
        (few(0.2), "D", 28),  # 1.4 a week
        (few(2.5), "D", 28),
        (few(0.2, 90), "D", 28),
        (few(1.0, 90), "W", 13),
        (few(2.0, 60), "M", 12),
        (seldom(0.3, 30.5), "D", 28),  # money
    ],
)
def test_sums_of_few_or_seldom_units_come_to_what_they_have_been(
    lines: NDArray[np.float64], frequency: str, horizon: int
) -> None:
    expected = blend.forecast(panel(*lines, frequency=frequency), horizon)[0]
    assert expected.mean() == pytest.approx(lines.mean(), rel=0.12)


def test_trends_of_many_units_are_left_as_they_are_to_the_last_bit() -> None:
    closed = np.where(np.arange(300) % 7 == 6, 0.0, 5000.0) * walk(300, 2) / 100
    trends = panel(week(300), closed, np.full(300, 4000.0), walk(300, 1) * 1e6)
    np.testing.assert_array_equal(histories(trends, 28).lift[[0, 2, 3]], 1.0)
    assert histories(trends, 28).lift[1] == pytest.approx(1.0, abs=0.03)  # closed on Mondays: no day is seldom


def test_few_units_that_do_not_scatter_are_not_lifted() -> None:
    trends = panel(np.full(200, 2.0), np.tile([0.0, 0, 1, 1, 2, 3, 0], 40), np.zeros(200))
    np.testing.assert_allclose(histories(trends, 28).lift, 1.0, atol=1e-9)


def test_one_rush_does_not_lift_all_that_follows() -> None:
    calm = few(1.0)[:8]
    rush = calm.copy()
    rush[:, 300] = 5000
    one, other = (histories(panel(*lines), 28).lift for lines in (calm, rush))
    np.testing.assert_allclose(other, one, rtol=0.05)


def test_a_lift_knows_nothing_from_after_an_origin_nor_of_trends_beside_it() -> None:
    lines = few(0.5)[:3]
    changed = lines.copy()
    changed[:, -60:] *= 10
    one, other = (histories(panel(*each), 28, (60,)).lift for each in (lines, changed))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(histories(panel(lines[1]), 28, (60,)).lift, one[1], rtol=1e-12)


def test_a_lifted_forecast_is_still_within_what_has_been() -> None:
    lines = seldom(0.04, 300.0)
    history = histories(panel(*lines), 5)
    assert (history.lift > 2).any()
    assert (history.lift <= LARGEST).all()
    told = history.back(np.full((LINES, 5), 500.0))[0]
    np.testing.assert_allclose(told, np.tile(TIMES_HIGHEST * lines.max(axis=1)[:, None], 5))
    some = np.abs(np.random.default_rng(1).normal(size=(1, LINES, 5)))
    np.testing.assert_allclose(history.back(history.on_scale(some)), some)
