"""What every forecaster keeps to, whichever are in the folder."""

import numpy as np
import pytest
from made_trends import panel, week
from numpy.typing import NDArray

from marketing import catalog
from marketing.trends.fits import FORECASTERS
from marketing.trends.forecasters import each_line
from marketing.trends.panels import Panel
from marketing.trends.smoothing.histories import histories

FOLDER = catalog.names(FORECASTERS)
WEEKLY = [
    "blend",
    "prophet",
    "flat_prophet",
    "theta",
    "ets",
    "steady",
]  # these promise to carry a season on from its level


def forecast(name: str, trends: Panel, horizon: int = 28, origins: tuple[int, ...] = (0,)) -> NDArray[np.float64]:
    return catalog.load(FORECASTERS, name).forecast(trends, horizon, origins)


def gappy(days: int) -> NDArray[np.float64]:
    values = week(days)
    values[np.random.default_rng(2).random(days) < 0.3] = np.nan
    values[0] = values[-1] = 900.0
    return values


AWKWARD = {
    "constant": np.full(120, 500.0),
    "an exact line": np.arange(1.0, 121.0),
    "six weeks": week(42),
    "gaps of 30%": gappy(120),
    "a gap at the end": np.where(np.arange(120) > 115, np.nan, week(120)),
    "a million millions": week(120, level=1e12),
    "fractions": week(120) / 1e6,
    "falling to nothing": np.arange(119.0, -1.0, -1.0),
    "zeros before a release": np.concatenate([np.zeros(80), week(40)]),
    "seldom": np.where(np.arange(120) % 9 == 0, 3.0, 0.0),
    "one day a millionfold": np.where(np.arange(120) == 100, 1e9, week(120)),
    "shut for three weeks": np.where(abs(np.arange(120) - 80) < 11, 0.0, week(120)),
}


@pytest.mark.parametrize("name", FOLDER)
@pytest.mark.parametrize("kind", AWKWARD)
def test_awkward_trends_have_finite_forecasts_of_a_sensible_size(name: str, kind: str) -> None:
    values = AWKWARD[kind]
    expected = forecast(name, panel(values))
    assert expected.shape == (1, 1, 28)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    assert expected.max() <= 4 * np.nanmax(values)


SELDOM = np.random.default_rng(1).poisson(0.2, 300).astype(float)
"""Most days bring nothing: a forecaster that repeats one of them may well tell nothing."""


@pytest.mark.parametrize("name", FOLDER)
@pytest.mark.parametrize("horizon", [365, 730])
def test_years_ahead_are_of_the_size_of_what_has_been(name: str, horizon: int) -> None:
    rising = week(800) * 1.002 ** np.arange(800)
    lines = [rising, rising[::-1], gappy(400), week(200), SELDOM]
    expected = forecast(name, panel(*lines), horizon)[0]
    assert expected.shape == (5, horizon)
    assert (expected >= 0).all()
    for line, ahead in zip(lines, expected, strict=True):
        recent = line[-28:][np.isfinite(line[-28:])].mean()
        least = 0.0 if line is SELDOM else 0.1 * recent
        assert least <= ahead[-28:].mean() < max(4 * recent, SELDOM.max())


@pytest.mark.parametrize("horizon", [28, 365])
def test_what_comes_seldom_is_not_told_to_stop(horizon: int) -> None:
    expected = forecast("blend", panel(SELDOM), horizon)[0, 0]
    assert 0.5 * SELDOM[-28:].mean() < expected.mean() < 2 * SELDOM.mean()


@pytest.mark.parametrize("name", FOLDER)
@pytest.mark.parametrize(("frequency", "count"), [("W", 60), ("W", 170), ("M", 20), ("M", 50)])
def test_weeks_and_months_are_continued_too(name: str, frequency: str, count: int) -> None:
    told = forecast(name, panel(1000 + 100 * np.sin(np.arange(count)), frequency=frequency), 6)
    assert ((told > 500) & (told < 1500)).all()


@pytest.mark.parametrize("name", FOLDER)
def test_too_little_history_has_no_forecast_or_a_sensible_one(name: str) -> None:
    told = forecast(name, panel(*(week(days) for days in range(1, 15))))[0]
    there = np.isfinite(told)
    assert (there.all(axis=1) | ~there.any(axis=1)).all()
    assert (told[there] >= 0).all()
    assert (told[there] <= 4 * week(14).max()).all()


@pytest.mark.parametrize("name", FOLDER)
def test_nothing_after_an_origin_touches_its_forecast(name: str) -> None:
    one, other = week(200), week(200, seed=2)
    changed = one.copy()
    changed[-28:] *= 7
    changed[-30:-28] = np.nan
    first = forecast(name, panel(one, other), 14, (0, 30, 60))
    second = forecast(name, panel(changed, other), 14, (0, 30, 60))
    np.testing.assert_allclose(first[1:], second[1:], rtol=1e-9)
    assert not np.allclose(first[0, 0], second[0, 0], rtol=0.01)


@pytest.mark.parametrize("name", FOLDER)
def test_a_forecast_from_an_origin_is_that_of_a_history_that_ended_there(name: str) -> None:
    trends = panel(week(200), gappy(150))
    np.testing.assert_allclose(forecast(name, trends, 14, (21,)), forecast(name, trends.before(21), 14), rtol=1e-9)


@pytest.mark.parametrize("name", FOLDER)
def test_no_trend_touches_anothers_forecast(name: str) -> None:
    lines = [week(200), gappy(150), np.full(90, 5.0), *(week(120, seed=seed) for seed in range(20))]
    together = forecast(name, panel(*lines), 14, (0, 28))
    for row in (0, 1, 2, 10):
        np.testing.assert_allclose(together[:, [row]], forecast(name, panel(lines[row]), 14, (0, 28)), rtol=1e-7)


@pytest.mark.parametrize("name", FOLDER)
def test_the_same_input_gives_the_same_forecast_and_is_left_as_it_was(name: str) -> None:
    trends = panel(week(60))
    before = trends.values.copy()
    np.testing.assert_array_equal(forecast(name, trends), forecast(name, trends))
    np.testing.assert_array_equal(trends.values, before)


@pytest.mark.parametrize("name", WEEKLY)
def test_a_weekly_cycle_is_carried_on(name: str) -> None:
    told = forecast(name, panel(week(120)))[0, 0]  # 120 days from a Monday on: the next is a Tuesday
    phases = np.array([told[phase::7].mean() for phase in range(7)])
    saturday, monday = phases[4], phases[6]
    assert saturday > 1.3 * monday


@pytest.mark.parametrize("name", ["blend", "prophet", "flat_prophet"])
def test_a_step_in_level_is_followed_and_not_averaged_away(name: str) -> None:
    values = np.concatenate([week(150), week(28, level=3000)])
    assert forecast(name, panel(values))[0, 0, :7].mean() > 2000


@pytest.mark.parametrize("name", [name for name in FOLDER if hasattr(catalog.load(FORECASTERS, name), "combine")])
@pytest.mark.parametrize("frequency", ["D", "M"])
def test_what_is_built_of_others_is_the_same_from_their_forecasts(name: str, frequency: str) -> None:
    trends, option = panel(week(200), gappy(150), frequency=frequency), catalog.load(FORECASTERS, name)
    members = {member: forecast(member, trends, 14, (0, 28)) for member in option.MEMBERS}
    made = option.combine(members, histories(trends, 14, (0, 28)))
    np.testing.assert_allclose(made, forecast(name, trends, 14, (0, 28)), rtol=1e-12)


def test_a_method_that_takes_one_line_at_a_time_is_a_forecaster_too() -> None:
    late = np.concatenate([np.zeros(30), np.arange(1.0, 31.0)])
    trends = panel(late, np.full(10, np.nan))
    seen = []

    def last(values: NDArray[np.float64], dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
        seen.append((values[0], dates[-1]))
        return np.full(3, values[-1] - 25)

    made = each_line(trends, 3, (0, 10), last)
    assert made[:, 0, 0].tolist() == [5.0, 0.0]  # never below zero
    assert np.isnan(made[:, 1]).all()
    assert seen == [(1.0, np.datetime64("2026-11-22")), (1.0, np.datetime64("2026-11-12"))]
