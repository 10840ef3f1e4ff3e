"""Bands of the exact Prophet are the quantiles that Prophet's own draws tend to."""

import numpy as np
import pytest
from prophet_cases import audiences, days

from marketing.trends.prophet import Options, fit, stan, to_prophet
from marketing.trends.prophet.bands import half_widths


def drawn(p, steps, noise, levels, draws=400_000):
    """Quantiles of Prophet's own random trend `steps` on, noise added, in standard deviations of the whole."""
    chance = np.random.default_rng(1)
    place = np.arange(steps) + 0.5
    moved = (place * (chance.random((draws, steps)) < p) * chance.laplace(size=(draws, steps))).sum(1)
    moved /= np.sqrt(2 * p * (place**2).sum())
    return np.quantile(
        np.abs(np.sqrt(1 - noise**2) * moved + noise * chance.normal(size=draws)), np.array(levels) / 100
    )


@pytest.mark.parametrize(
    ("p", "steps", "noise"),
    [
        (0.034, 28, 0.5),
        (0.034, 28, 0.9),
        (0.034, 7, 0.7),
        (0.2, 12, 0.3),
        (0.83, 6, 0.6),
        (0.1, 90, 0.2),
        (1.0, 1, 0.5),
    ],
)
def test_the_width_is_that_of_many_draws(p, steps, noise):
    size, dt = 0.01, p / 25
    moved = np.sqrt(2 * p * (steps**3 / 3 - steps / 12)) * size * dt
    sigma = moved * noise / np.sqrt(1 - noise**2)
    t = 1 + dt * np.arange(1, steps + 1)[None]
    widths = half_widths(
        t, np.array([25]), np.array([2]), np.array([size]), np.array([sigma]), np.ones_like(t), (80, 95)
    )
    ours = np.array([widths[80][0, -1], widths[95][0, -1]]) / np.hypot(moved, sigma)
    if steps > 1:  # with one date alone Prophet takes the step of the history
        np.testing.assert_allclose(ours, drawn(p, steps, noise, (80, 95)), rtol=0.012)


def test_the_band_of_a_forecast_is_prophets_own():
    dates = days(400)
    values = audiences(2, dates)
    fitted = fit(dates, values, Options(changepoint_prior_scale=0.5, seasonality_mode="multiplicative"))
    forecast = fitted.ahead(60)
    for row in range(2):
        with stan.quiet():
            prophet = to_prophet(fitted, row, uncertainty_samples=20_000)
            np.random.seed(1)  # noqa: NPY002 - Prophet's own source of draws
            told = prophet.predictive_samples(prophet.make_future_dataframe(60, include_history=False))["yhat"]
        for level in (80, 95):
            low, high = np.percentile(told, [50 - level / 2, 50 + level / 2], axis=1)
            ours = forecast.upper[level][row] - forecast.lower[level][row]
            assert np.mean(ours / (high - low)) == pytest.approx(1, abs=0.01)
            np.testing.assert_allclose(ours, high - low, rtol=0.05)


def test_bands_hold_only_noise_in_the_past_and_grow_after_it():
    dates = days(300)
    fitted = fit(dates, audiences(1, dates))
    past, ahead = fitted.predict(dates), fitted.ahead(200)
    width = past.upper[80] - past.lower[80]
    np.testing.assert_allclose(width, 2 * 1.2815515655 * fitted.sigma[0] * fitted.y_scale[0])
    assert (np.diff(ahead.upper[80] - ahead.lower[80]) > -1e-9).all()
    assert np.allclose(ahead.upper[80] + ahead.lower[80], 2 * ahead.yhat)


def test_a_gap_after_the_end_counts_as_time_gone_by():
    dates = days(300)
    fitted = fit(dates, audiences(1, dates))
    near, later = fitted.ahead(60), fitted.predict(days(330)[-10:])
    np.testing.assert_allclose(later.upper[80], near.upper[80][:, 20:30])


def test_a_flat_trend_has_the_same_band_at_any_distance():
    dates = days(300)
    ahead = fit(dates, audiences(1, dates), Options(growth="flat")).ahead(50)
    assert np.ptp(ahead.upper[95] - ahead.lower[95]) == pytest.approx(0, abs=1e-9)


def test_levels_are_those_asked_for():
    dates = days(60)
    forecast = fit(dates, audiences(1, dates)).ahead(3, levels=(50, 90))
    assert list(forecast.lower) == [50, 90]
    assert not fit(dates, audiences(1, dates)).ahead(3, levels=()).lower
