"""The exact Prophet reaches an optimum of Prophet's own posterior, never above Stan's."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prophet_cases import audiences, by_stan, days, history, holidays

from marketing.trends.prophet import Options, Regressor, Seasonality, fit, stan
from marketing.trends.prophet.posterior import negative_log_posterior

ABOVE = 1e-6  # relative: how far our objective may lie above Stan's
KKT = 1e-6


def never_above_stan(options, dates, values, regressors=None):
    """Fit a panel both ways; every trend's conditions hold and its objective is not above Stan's."""
    fitted = fit(dates, values, options, regressors)
    assert not fitted.failures
    assert fitted.kkt.max() <= KKT
    for row, line in enumerate(values):
        own = regressors[row] if regressors is not None and regressors.ndim == 3 else regressors
        _, theirs = by_stan(options, history(options, dates, line, own))
        assert fitted.objective[row] <= theirs + ABOVE * abs(theirs)
    return fitted


def gappy(values, seed=5):
    """Starts, ends and gaps of their own."""
    draws = np.random.default_rng(seed)
    values = values.copy()
    values[draws.random(values.shape) < 0.15] = np.nan
    for row, line in enumerate(values):
        line[: row * 37] = np.nan
        line[len(line) - row * 11 :] = np.nan
    return values


@pytest.mark.parametrize("growth", ["linear", "flat"])
def test_trends_on_shared_dates(growth):
    dates = days(750)
    values = np.vstack([audiences(2, dates), audiences(14, dates, seed=9)])
    fitted = fit(dates, values, Options(growth=growth))
    assert fitted.kkt.max() <= KKT
    never_above_stan(Options(growth=growth), dates, values[:2])
    alone = fit(dates, values[:1], Options(growth=growth))
    np.testing.assert_allclose(alone.curve(), fitted.curve()[:1], rtol=1e-7)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(growth="flat", yearly_seasonality=False),
        Options(seasonality_mode="multiplicative"),
        Options(holidays=holidays(), seasonality_mode="multiplicative", holidays_mode="additive"),
        Options(scaling="minmax", n_changepoints=8, changepoint_range=0.95, changepoint_prior_scale=0.5),
        Options(n_changepoints=0, seasonalities=(Seasonality("month", 30.5, 3, mode="multiplicative"),)),
    ],
)
def test_trends_with_starts_ends_and_gaps_of_their_own(options):
    dates = days(420)
    never_above_stan(options, dates, gappy(audiences(3, dates)))


def test_regressors_of_each_trend():
    dates = days(200)
    values = gappy(audiences(3, dates))
    draws = np.random.default_rng(8)
    regressors = np.stack([draws.normal(3, 2, (3, 200)), draws.random((3, 200)) < 0.1], axis=2)
    options = Options(regressors=(Regressor("price"), Regressor("flight", prior_scale=0.2)))
    values[:, :] += 30 * regressors[:, :, 1]
    fitted = never_above_stan(options, dates, values, regressors)
    effect = fitted.beta[:, fitted.columns.names.index("flight")] * fitted.y_scale
    assert (effect > 15).all()


@pytest.mark.parametrize(("freq", "length"), [("W-SUN", 160), ("MS", 60), ("h", 300)])
def test_weeks_months_and_hours(freq, length):
    dates = days(length, freq=freq)
    never_above_stan(Options(), dates, audiences(2, dates, seed=2))


def test_signed_values_and_levels_far_above_their_noise():
    dates = days(150)
    draws = np.random.default_rng(4)
    never_above_stan(Options(), dates, np.vstack([draws.normal(size=150).cumsum(), 1e6 + draws.normal(size=150)]))


def test_the_objective_is_stans_own():
    dates = days(120)
    values = audiences(1, dates)[0]
    prophet, told = by_stan(Options(), history(Options(), dates, values))
    found, table = prophet.params, prophet.history
    with stan.quiet():
        features = prophet.make_all_seasonality_features(table)[0].to_numpy()
    trend = prophet.piecewise_linear(
        table["t"].to_numpy(), found["delta"][0], found["k"].item(), found["m"].item(), prophet.changepoints_t
    )
    rss = ((table["y_scaled"] - trend - features @ found["beta"][0]) ** 2).sum()
    ridge = np.concatenate([found["k"].ravel(), found["m"].ravel(), found["beta"].ravel()])[None]
    penalty = np.array([1 / 25, 1 / 25, *[1 / 100] * features.shape[1]])
    ours = negative_log_posterior(
        np.array([rss]), np.array([120.0]), found["sigma_obs"].ravel(), ridge, penalty, found["delta"], 0.05
    )
    assert ours.item() == pytest.approx(told, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_trend_ends_at_an_optimum(data):
    """Whatever the values: the conditions of an optimum hold, and no small step from it leads lower."""
    length = data.draw(st.integers(30, 200))
    draws = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    dates = days(length)
    values = data.draw(st.sampled_from([0.0, 1.0, 100.0])) + np.stack(
        [
            draws.normal(size=length),
            draws.normal(size=length).cumsum(),
            draws.poisson(0.3, length) + 1e-3 * np.arange(length),
            np.where(np.arange(length) > length // 2, 5.0, 1.0) + draws.normal(0, 0.1, length),
        ]
    )
    values[:, draws.random(length) < data.draw(st.floats(0, 0.3))] = np.nan
    options = Options(
        growth=data.draw(st.sampled_from(["linear", "flat"])),
        n_changepoints=data.draw(st.integers(0, 15)),
        changepoint_prior_scale=data.draw(st.sampled_from([0.001, 0.05, 1.0])),
        scaling=data.draw(st.sampled_from(["absmax", "minmax"])),
        yearly_seasonality=data.draw(st.sampled_from([False, 2])),
    )
    fitted = fit(dates, values, options)
    assert fitted.kkt.max() <= KKT
    here = posterior(fitted, values)
    np.testing.assert_allclose(here, fitted.objective, rtol=1e-7, atol=1e-7)
    for size in (1e-2, 1e-4):
        names = ("k", "m", "delta", "beta", "sigma")
        steps = {name: fitted.sigma.reshape(-1, *[1] * (getattr(fitted, name).ndim - 1)) * size for name in names}
        steps["beta"] = steps["beta"] * (fitted.beta != 0)  # seasons that are off for a trend are no part of it
        moved = {
            name: getattr(fitted, name) + steps[name] * draws.normal(size=getattr(fitted, name).shape) for name in names
        }
        assert (posterior(replace(fitted, **moved), values) >= here - 1e-7 * np.abs(here)).all()


def posterior(fitted, values):
    """−log posterior from the curve and the parameters alone, as prophet.stan writes it."""
    residuals = (values - fitted.curve()) / fitted.y_scale[:, None]
    known, options = ~np.isnan(values), fitted.options
    noise = (np.nan_to_num(residuals) ** 2).sum(1) / (2 * fitted.sigma**2) + known.sum(1) * np.log(fitted.sigma)
    priors = fitted.k**2 / 50 + fitted.m**2 / 50 + 2 * fitted.sigma**2
    priors += np.abs(fitted.delta).sum(1) / options.changepoint_prior_scale
    return noise + priors + (fitted.beta**2 / (2 * fitted.columns.scales**2)).sum(1)


def test_the_rows_order_and_company_do_not_matter():
    dates = days(300)
    values = np.vstack([audiences(20, dates), gappy(audiences(5, dates, seed=3))])
    order = np.random.default_rng(0).permutation(len(values))
    fitted, shuffled = fit(dates, values), fit(dates, values[order])
    np.testing.assert_allclose(shuffled.curve(), fitted.curve()[order], rtol=1e-6)
    np.testing.assert_allclose(shuffled.sigma, fitted.sigma[order], rtol=1e-6)


def test_the_two_rules_of_ours_go_by_each_trends_own_history():
    dates = days(1200)
    values = audiences(2, dates)
    values[1, :400] = np.nan
    fitted = fit(dates, values, Options(yearly_from_days=1095, points_a_changepoint=60))
    yearly = [name.startswith("yearly") for name in fitted.columns.names]
    assert (fitted.beta[0, yearly] != 0).all()
    assert (fitted.beta[1, yearly] == 0).all()
    bends = (fitted.panel.changes < pd.Timestamp("2100-01-01").value).sum(1)
    assert bends.tolist() == [20, 13]
