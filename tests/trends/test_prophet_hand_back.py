"""A trend of ours becomes a fitted prophet.Prophet; what is not solved exactly is fitted by Stan by itself."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from prophet.serialize import model_from_json, model_to_json
from prophet_cases import audiences, days, holidays

from marketing.errors import InputError
from marketing.trends.prophet import Options, Regressor, Seasonality, components, fit, stan, to_prophet

DATES = days(430)
RICH = Options(
    holidays=holidays(),
    seasonality_mode="multiplicative",
    holidays_mode="additive",
    seasonalities=(Seasonality("month", 30.5, 3),),
    regressors=(Regressor("price"), Regressor("flight", mode="additive")),
)


def regressors(count):
    draws = np.random.default_rng(6)
    return np.column_stack([draws.normal(3, 2, count), draws.random(count) < 0.1]).astype(float)


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(growth="flat"),
        Options(n_changepoints=0),
        Options(scaling="minmax", yearly_from_days=300),
        RICH,
    ],
)
def test_a_prophet_handed_back_says_what_we_say(options):
    history, dates = DATES[:400], DATES[400:]
    values = audiences(2, history)
    values[1, :90] = values[1, 200:230] = np.nan
    given = regressors(430) if options.regressors else None
    fitted = fit(history, values, options, None if given is None else given[:400])
    forecast = fitted.predict(dates, regressors=None if given is None else given[400:])
    curve = fitted.curve()
    for row in range(2):
        frame = pd.DataFrame({"ds": dates})
        if given is not None:
            frame[["price", "flight"]] = given[400:]
        with stan.quiet():
            prophet = to_prophet(fitted, row, uncertainty_samples=0)
            told, past = prophet.predict(frame), prophet.predict()
        np.testing.assert_allclose(told["yhat"], forecast.yhat[row], rtol=1e-9)
        np.testing.assert_allclose(told["trend"], forecast.trend[row], rtol=1e-9)
        np.testing.assert_allclose(told["additive_terms"], forecast.additive[row], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(told["multiplicative_terms"], forecast.multiplicative[row], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(past["yhat"], curve[row, ~np.isnan(values[row])], rtol=1e-9)


def test_a_prophet_handed_back_plots_and_goes_through_json():
    mpl.use("agg")
    import matplotlib.pyplot as plt

    fitted = fit(DATES, audiences(1, DATES), RICH, regressors(430))
    with stan.quiet():
        prophet = to_prophet(fitted, 0, interval_width=0.9)
        told = prophet.predict()
        names = [axis.get_ylabel() for axis in prophet.plot_components(told).axes]
        prophet.plot(told)
        plt.close("all")
        again = model_from_json(model_to_json(prophet))
        np.testing.assert_allclose(again.predict()["yhat"], told["yhat"])
    assert {"trend", "holidays", "month", "weekly"} <= set(names)


@pytest.mark.parametrize("scaling", ["absmax", "minmax"])
def test_the_parts_are_prophets_and_make_up_the_whole(scaling):
    options = Options(holidays=holidays(), yearly_seasonality=3, scaling=scaling, regressors=RICH.regressors)
    fitted = fit(DATES[:400], audiences(2, DATES[:400]), options, regressors(430)[:400])
    parts = components(fitted, DATES, regressors(430))
    forecast = fitted.predict(DATES, regressors=regressors(430))
    np.testing.assert_allclose(sum(parts.values()), forecast.additive, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(forecast.trend + forecast.additive, forecast.yhat)
    frame = pd.DataFrame({"ds": DATES}).assign(price=regressors(430)[:, 0], flight=regressors(430)[:, 1])
    with stan.quiet():
        told = to_prophet(fitted, 1, uncertainty_samples=0).predict(frame)
    for name, part in parts.items():
        np.testing.assert_allclose(part[1], told[name], rtol=1e-9, atol=1e-9)


def test_the_long_table_has_prophets_columns():
    table = fit(DATES, audiences(2, DATES)).ahead(3).frame(["harbour", "lights"])
    assert table["name"].tolist() == ["harbour"] * 3 + ["lights"] * 3
    assert {"ds", "trend", "yhat", "yhat_lower_80", "yhat_upper_95"} <= set(table)
    assert table["ds"].dtype == "datetime64[us]"
    with pytest.raises(InputError, match="one name a trend"):
        fit(DATES, audiences(2, DATES)).ahead(3).frame(["harbour"])


def test_logistic_growth_is_fitted_by_stan():
    dates = days(120)
    values = audiences(2, dates)
    values[1] = np.nan
    caps = np.full(120, 2 * np.nanmax(values))
    fitted = fit(dates, values, Options(growth="logistic"), extra={"cap": caps})
    assert list(fitted.by_stan) == [0]
    assert list(fitted.failures) == [1]
    forecast = fitted.ahead(30, extra={"cap": caps[:30]})
    with stan.quiet():
        told = to_prophet(fitted, 0).predict(pd.DataFrame({"ds": forecast.dates[0], "cap": caps[:30]}))
    np.testing.assert_allclose(forecast.yhat[0], told["yhat"])
    assert (forecast.lower[95][0] < forecast.lower[80][0]).all()
    assert np.isnan(forecast.yhat[1]).all()
    assert fitted.curve().shape == values.shape


def test_conditional_seasonality_is_fitted_by_stan():
    dates = days(90)
    on = np.arange(100) % 14 < 7
    values = 50 + 10 * on[:90] * np.sin(np.arange(90) * 2 * np.pi / 7) + np.random.default_rng(0).normal(size=(1, 90))
    options = Options(weekly_seasonality=False, seasonalities=(Seasonality("shown", 7, 2, condition_name="showing"),))
    fitted = fit(dates, values, options, extra={"showing": on[:90]})
    ahead = fitted.predict(days(100)[90:], extra={"showing": on[90:]})
    assert np.abs(ahead.additive[0][~on[90:]]).max() == 0
    assert np.abs(ahead.additive[0]).max() > 3
    parts = components(fitted, days(100)[90:], extra={"showing": on[90:]})
    np.testing.assert_allclose(parts["shown"][0], ahead.additive[0], atol=1e-9)


def test_draws_by_stan_are_the_same_for_the_same_seed():
    dates = days(40)
    values = audiences(1, dates)
    options = Options(mcmc_samples=20)
    first, second = (fit(dates, values, options, seed=3).ahead(4) for _ in range(2))
    np.testing.assert_array_equal(first.upper[80], second.upper[80])


def test_a_cap_that_is_missing_is_asked_for():
    with pytest.raises(InputError, match="cap is missing"):
        fit(DATES, audiences(1, DATES), Options(growth="logistic"))
    with pytest.raises(InputError, match="not asked for"):
        fit(DATES, audiences(1, DATES), extra={"cap": np.ones(430)})
