"""Smoothing of many trends at once errs no more than the library that takes them one by one."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from naive2 import naive2
from numpy.typing import NDArray

from marketing.trends.smoothing import anchor, seasonal_naive
from marketing.trends.smoothing.exponential import ets
from marketing.trends.smoothing.theta_lines import theta

Array = NDArray[np.float64]
HORIZON = 14
REAL = Path(__file__).parents[2] / "sample_data" / "real"


def audiences(trends: int, periods: int, season: int, seed: int) -> Array:
    """Logs of audiences of several kinds: wandering, growing, decaying after a launch, with a season or none."""
    draws = np.random.default_rng(seed)
    steps = np.arange(periods)
    made = []
    for number in range(trends):
        level = 8 + np.cumsum(draws.normal(0, (0.01, 0.03, 0.06)[number % 3], periods))
        season_ = draws.normal(0, 0.25, season)[steps % season] * (number % 4 > 0)
        drift = (0, 0.003, 0, -0.002)[number % 4] * steps + (number % 5 == 0) * 2 * np.exp(-steps / 40)
        made.append(level + season_ + drift + draws.normal(0, (0.05, 0.15)[number % 2], periods))
    return np.array(made)


def ratio(ours: Array, theirs: Array, came: Array) -> float:
    """The geometric mean over trends of our mean absolute error over theirs."""
    errors = (np.abs(told - came).mean(axis=1) for told in (ours, theirs))
    return float(np.exp(np.mean(np.log(np.divide(*errors)))))


def each(forecast: Callable[[Array], dict[str, Array]], values: Array) -> Array:
    return np.stack([forecast(line)["mean"] for line in values])


def real(periods: int) -> Array:
    """The last `periods` daily values of the audiences that come with the sample."""
    pages = pd.read_csv(REAL / "wikipedia_ten_pages.csv").groupby("title")["value"]
    game = pd.read_csv(REAL / "gta6_pageviews.csv")["pageviews"]
    return np.array([line.to_numpy(float)[-periods:] for line in [*(line for _, line in pages), game]])


# On one and the same scale the two may differ by chance; as many forecasts as here tell 2% from nothing.
KINDS = [(60, 7), (96, 12), (90, 1)]
CHANCE = 1.02


def pooled(ours: Callable[..., Array], theirs: Callable[[int, Array], dict[str, Array]], trends: int) -> float:
    ratios = []
    for periods, season in KINDS:
        values = audiences(trends, periods, season, seed=periods)
        known, came = values[:, :-HORIZON], values[:, -HORIZON:]
        told = each(partial(theirs, season), known)
        ratios.append(ratio(ours(known, HORIZON, season=season)[0], told, came))
    return float(np.exp(np.mean(np.log(ratios))))


def test_theta_errs_no_more_than_the_dynamic_optimised_theta_of_statsforecast() -> None:
    from statsforecast.models import DynamicOptimizedTheta

    assert pooled(theta, lambda season, line: DynamicOptimizedTheta(season).forecast(line, HORIZON), 80) <= CHANCE


def test_exponential_smoothing_errs_no_more_than_the_automatic_one_of_statsforecast() -> None:
    from statsforecast.models import AutoETS

    def automatic(season: int, line: Array) -> dict[str, Array]:
        return AutoETS(season_length=season).forecast(line, HORIZON)

    assert pooled(ets, automatic, 20) <= CHANCE


def test_on_real_audiences_theta_errs_no_more_either() -> None:
    from statsforecast.models import DynamicOptimizedTheta

    values = np.log1p(real(240))
    ratios = []
    for origin in (28, 56, 84, 112):
        known, came = values[:, :-origin], values[:, values.shape[1] - origin :][:, :28]
        theirs = each(lambda line: DynamicOptimizedTheta(7).forecast(line, 28), known)
        ratios.append(ratio(theta(known, 28, season=7)[0], theirs, came))
    assert np.mean(np.log(ratios)) <= 0


def test_theta_agrees_with_statsforecast_where_nothing_is_to_choose() -> None:
    from statsforecast.models import DynamicOptimizedTheta

    draws = np.random.default_rng(8)
    values = (
        20
        + 0.02 * np.arange(300)
        + draws.normal(0, 0.2, (20, 300))
        + np.cumsum(draws.normal(0, 0.1, (20, 300)), axis=1)
    )
    theirs = each(lambda line: DynamicOptimizedTheta(1).forecast(line, 10), values)
    assert np.abs(theta(values, 10)[0] - theirs).mean() < 0.1


def test_seasonal_naive_is_statsforecasts() -> None:
    from statsforecast.models import SeasonalNaive

    values = audiences(20, 60, 7, seed=4)
    theirs = each(lambda line: SeasonalNaive(7).forecast(line, HORIZON), values)
    np.testing.assert_allclose(seasonal_naive(values, HORIZON, season=7)[0], theirs)


def test_naive2_is_m4s() -> None:
    from statsmodels.tsa.seasonal import seasonal_decompose
    from statsmodels.tsa.stattools import acf

    def m4(line: Array) -> dict[str, Array]:
        likeness = acf(line, nlags=7, fft=False)[1:]
        limit = 1.645 * np.sqrt((1 + 2 * (likeness[:-1] ** 2).sum()) / len(line))
        week = np.ones(len(line))
        if abs(likeness[-1]) > limit:
            week = seasonal_decompose(line, model="multiplicative", period=7).seasonal
        return {"mean": line[-1] / week[-1] * np.resize(week[-7:], HORIZON)}

    values = np.exp(audiences(40, 70, 7, seed=5))
    np.testing.assert_allclose(naive2(values, HORIZON, season=7)[0], each(m4, values), rtol=1e-9)


def test_an_anchor_is_the_end_of_simple_exponential_smoothing() -> None:
    from statsforecast.models import SimpleExponentialSmoothingOptimized

    draws = np.random.default_rng(9)
    residuals = np.cumsum(draws.normal(0, 0.05, (30, 300)), axis=1) + draws.normal(0, 0.2, (30, 300))
    theirs = each(lambda line: SimpleExponentialSmoothingOptimized().forecast(line, 1), residuals)[:, 0]
    assert np.abs(anchor(residuals) - theirs).mean() < 0.03
