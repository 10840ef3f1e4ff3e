"""The exact Prophet reads dates, values and options as Prophet itself does."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prophet_cases import audiences, days, history, holidays

from marketing.errors import InputError
from marketing.trends.prophet import Options, Regressor, Seasonality, fit, stan
from marketing.trends.prophet.design import columns
from marketing.trends.prophet.panel import panel
from marketing.trends.prophet.sheets import sheet


def same_as_prophets(options, dates, values, regressors=None):
    """Whether our design of one trend is the one that Prophet's own preprocess makes."""
    with stan.quiet():
        theirs = stan.unfitted(options).preprocess(history(options, dates, values, regressors))
    design = columns(options)
    ready = panel(dates, values[None], options, design, regressors)
    assert not ready.failures
    known = ready.known[0]
    ours = sheet(ready, np.array([0]), design, options, design.features(ready.at), shared=False)
    names = [design.names[i] for i in ours.columns]
    sloped = options.growth == "linear"
    width = len(names)
    held = ours.designs[0][ours.known[0]]
    waves = theirs.X if names else theirs.X.iloc[:, :0]  # not Prophet's stand-in for no columns
    assert list(waves.columns) == names
    np.testing.assert_allclose(held[:, 1 + sloped : 1 + sloped + width], waves, atol=1e-10)
    np.testing.assert_allclose(ready.values[0][known], theirs.y, rtol=1e-12, atol=1e-12)
    if names:
        np.testing.assert_allclose(design.scales[ours.columns], theirs.sigmas)
        np.testing.assert_array_equal(ours.multiplied[1 + sloped : 1 + sloped + width], theirs.s_m.to_numpy(bool))
    if sloped:
        t, change = theirs.t.to_numpy(), np.asarray(theirs.t_change)
        np.testing.assert_allclose(held[:, 0], t, atol=1e-12)
        hinges = np.maximum(t[:, None] - change, 0)
        np.testing.assert_allclose(held[:, 1 + sloped + width :], hinges, atol=1e-12)


CASES = {
    "as it comes": Options(),
    "flat": Options(growth="flat"),
    "no changepoints": Options(n_changepoints=0),
    "changepoints to the end": Options(n_changepoints=40, changepoint_range=1.0),
    "changepoints given": Options(changepoints=["2022-03-14", "2022-03-06", "2022-03-18"]),
    "no seasons": Options(yearly_seasonality=False, weekly_seasonality=False),
    "orders": Options(yearly_seasonality=4, weekly_seasonality=True, daily_seasonality=2),
    "multiplicative": Options(seasonality_mode="multiplicative", holidays=holidays(), holidays_mode="additive"),
    "minmax": Options(scaling="minmax", changepoint_prior_scale=0.5, seasonality_prior_scale=1.0),
    "holidays": Options(holidays=holidays(), holidays_prior_scale=3.0),
    "own seasons": Options(
        seasonalities=(Seasonality("month", 30.5, 5), Seasonality("weekly", 7, 2, 0.5, "multiplicative"))
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("length", [20, 800])
def test_the_design_is_prophets(case, length):
    dates = days(length)
    values = audiences(1, dates)[0]
    values[[3, 7]] = np.nan
    same_as_prophets(CASES[case], dates, values)


def test_regressors_are_standardised_by_a_trends_own_rows():
    dates = days(120)
    values = audiences(1, dates)[0]
    values[:40] = np.nan
    draws = np.random.default_rng(3)
    binary, whole, constant = draws.random(120) < 0.2, draws.normal(5, 2, 120), np.full(120, 7.0)
    regressors = np.column_stack([binary, whole, constant, binary, np.where(np.arange(120) < 40, 9.0, binary)])
    options = Options(
        regressors=(
            Regressor("binary"),
            Regressor("whole", prior_scale=0.3),
            Regressor("constant", standardize=True),
            Regressor("standardised", standardize=True, mode="multiplicative"),
            Regressor("binary in its own rows"),
        )
    )
    same_as_prophets(options, dates, values, regressors)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 1200), min_size=3, max_size=60, unique=True),
    st.sampled_from(["h", "D", "W", "MS", "9D"]),
    st.integers(0, 60),
    st.floats(0, 1),
)
def test_any_dates_make_prophets_design(places, freq, n_changepoints, changepoint_range):
    dates = days(1201, freq=freq)[np.sort(places)]
    values = np.random.default_rng(len(places)).normal(size=len(dates))
    options = Options(n_changepoints=n_changepoints, changepoint_range=changepoint_range, seasonality_prior_scale=2)
    same_as_prophets(options, dates, values)


def test_the_29th_of_february_and_daylight_saving_are_days_like_others():
    same_as_prophets(Options(yearly_seasonality=True), days(20, "2024-02-20"), np.arange(20.0) ** 2)
    same_as_prophets(Options(), days(72, "2024-03-30", "h"), np.sin(np.arange(72.0)))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"growth": "cubic"}, "linear, flat, logistic"),
        ({"changepoint_prior_scale": 0}, "above 0"),
        ({"changepoint_range": 1.5}, "between 0 and 1"),
        ({"holidays": pd.DataFrame({"ds": ["2024-01-01"]})}, "holiday or ds"),
        ({"holidays": holidays().drop(columns="upper_window")}, "lower_window"),
        ({"regressors": (Regressor("trend"),)}, "keeps for itself"),
        ({"regressors": (Regressor("price"), Regressor("price"))}, "used twice"),
    ],
)
def test_options_that_prophet_would_refuse_are_refused_with_what_to_do(told, words):
    with pytest.raises(InputError, match=words):
        Options(**told)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (days(3).append(days(1)), "more than once"),
        (days(4)[::-1], "out of order"),
        (days(4).tz_localize("UTC"), "time zone"),
        (pd.DatetimeIndex([*days(3), pd.NaT]), "missing"),
    ],
)
def test_dates_that_cannot_be_used_are_refused_with_what_to_do(dates, words):
    with pytest.raises(InputError, match=words):
        fit(dates, np.ones((2, 4)))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="one row a trend"):
        fit(days(4), np.ones((2, 5)))
    with pytest.raises(InputError, match="price"):
        fit(days(4), np.ones((2, 4)), Options(regressors=(Regressor("price"),)))
    with pytest.raises(InputError, match="shape"):
        fit(days(4), np.ones((2, 4)), Options(regressors=(Regressor("price"),)), np.ones((3, 1)))
