"""Awkward trends are fitted as Prophet would, or named with a reason; never another trend's loss."""

import numpy as np
import pytest
from prophet_cases import audiences, days

from marketing.errors import InputError
from marketing.trends.prophet import Options, Regressor, fit, to_prophet

DAYS = days(100)
T = np.arange(100.0)
AWKWARD = {
    "constant": np.full(100, 5.0),
    "negative constant": np.full(100, -3.0),
    "zero": np.zeros(100),
    "two points": np.where(T < 2, T + 1, np.nan),
    "exact line": 2 * T + 3,
    "exact line of thirds": T / 3 - 7,
    "1e12": 1e12 * (1 + 0.01 * np.sin(T**2)),
    "negative": -50 + np.sin(T**2),
    "far above its noise": 1e9 + np.sin(T**2),
    "tiny": 1e-300 * (1 + T),
    "huge": 1e300 * (1 + T),
    "one spike": np.where(T == 50, 1.0, 0.0),
    "gaps of a third": np.where(np.sin(T**3) > 0.5, np.nan, 10 + np.sin(T**2)),
    "ended long ago": np.where(T > 40, np.nan, 10 + np.sin(T**2)),
    "begins late": np.where(T < 70, np.nan, 10 + np.sin(T**2)),
}
LOST = {
    "one point": (np.where(T == 3, 1.0, np.nan), "1 known value"),
    "none": (np.full(100, np.nan), "0 known values"),
    "infinite": (np.where(T == 3, np.inf, 1.0), "infinite"),
}


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
@pytest.mark.parametrize("growth", ["linear", "flat"])
def test_awkward_trends_are_fitted_side_by_side(growth, mode):
    values = np.stack([*AWKWARD.values(), *(line for line, _ in LOST.values())])
    options = Options(growth=growth, seasonality_mode=mode)
    fitted = fit(DAYS, values, options)
    good = len(AWKWARD)
    assert sorted(fitted.failures) == list(range(good, len(values)))
    for row, (_, words) in enumerate(LOST.values(), start=good):
        assert words in fitted.failures[row]
    assert (fitted.kkt[:good] <= 1e-6).all()
    forecast = fitted.ahead(7)
    assert np.isfinite(forecast.yhat[:good]).all()
    assert np.isnan(forecast.yhat[good:]).all()
    assert (forecast.lower[95] <= forecast.lower[80])[:good].all()
    assert (forecast.upper[95] >= forecast.upper[80])[:good].all()
    assert np.isnat(fitted.last[good:]).all()
    assert fitted.last[list(AWKWARD).index("ended long ago")] == DAYS[40]


def test_a_lost_trend_costs_the_others_nothing():
    values = audiences(3, DAYS)
    alone = fit(DAYS, values).curve()
    lost = np.stack([line for line, _ in LOST.values()])
    beside = fit(DAYS, np.vstack([lost, values])).curve()
    np.testing.assert_allclose(beside[3:], alone, rtol=1e-9)


def test_constants_and_lines_go_on_as_they_were():
    fitted = fit(DAYS, np.stack([AWKWARD["constant"], AWKWARD["zero"], AWKWARD["exact line"], AWKWARD["two points"]]))
    forecast = fitted.ahead(3)
    np.testing.assert_allclose(forecast.yhat, [[5] * 3, [0] * 3, [203, 205, 207], [3, 4, 5]], rtol=1e-6, atol=1e-6)
    assert fitted.sigma == pytest.approx(1e-9)


def test_a_missing_regressor_loses_its_trend_only_where_a_value_needs_it():
    values = audiences(3, DAYS)
    regressors = np.ones((3, 100, 1)) * np.sin(T)[:, None]
    regressors[0, 5] = regressors[1, 5] = np.nan
    values[1, 5] = np.nan
    fitted = fit(DAYS, values, Options(regressors=(Regressor("price"),)), regressors)
    assert list(fitted.failures) == [0]
    assert "regressor" in fitted.failures[0]
    assert np.isfinite(fitted.k[1:]).all()


def test_changepoints_outside_a_history_lose_that_trend_alone():
    values = audiences(2, DAYS)
    values[1, :50] = np.nan
    fitted = fit(DAYS, values, Options(changepoints=[DAYS[30], DAYS[60]]))
    assert list(fitted.failures) == [1]
    assert "changepoint" in fitted.failures[1]


def test_a_lost_trend_cannot_be_handed_back():
    with pytest.raises(InputError, match="infinite"):
        to_prophet(fit(DAYS, LOST["infinite"][0][None]), 0)


def test_nothing_to_fit_is_no_fault():
    fitted = fit(DAYS, np.empty((0, 100)))
    assert len(fitted) == 0
    assert fitted.ahead(3).yhat.shape == (0, 3)


def test_dates_without_a_step_ask_for_one():
    dates = DAYS[[0, 1, 5, 12, 20, 21, 40]]
    fitted = fit(dates, audiences(1, dates))
    with pytest.raises(InputError, match="freq"):
        fitted.ahead(3)
    assert fitted.ahead(3, freq="W-SUN").dates.astype("datetime64[D]").astype(str).tolist() == [
        ["2022-04-17", "2022-04-24", "2022-05-01"]
    ]
    with pytest.raises(InputError, match="1 date or more"):
        fitted.ahead(0)
