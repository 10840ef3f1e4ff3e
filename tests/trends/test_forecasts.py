import datetime as dt

import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event, trend, week

from marketing import catalog
from marketing.errors import MissingError
from marketing.trends import bands, scores
from marketing.trends.engagement import lines
from marketing.trends.forecasts import FORECASTERS, forecast_trends, outlook
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.outlook import total_band

MONDAY = dt.date(2026, 11, 23)


def walk(days: int, seed: int, *, drift: float = 0.05, noise: float = 0.1) -> np.ndarray:
    """A weekly cycle on a wandering level: the kind of audience that a local level describes."""
    rng = np.random.default_rng(seed)
    return week(days, seed=seed) * np.exp(np.cumsum(rng.normal(0, drift, days)) + rng.normal(0, noise, days))


# scores


@pytest.mark.parametrize(
    ("points", "before"),
    [(540, [456, 484, 512]), (84, [28, 42, 56]), (60, [28, 30, 32]), (57, [28, 29]), (56, [28]), (55, [])],
)
def test_cutoffs_lie_a_horizon_apart_where_history_allows(points: int, before: list[int]) -> None:
    assert scores.cutoffs(points, 28, FREQUENCIES["D"]) == before


def test_nothing_from_after_a_cutoff_reaches_its_forecast_or_its_band() -> None:
    values = week(200)
    changed = values.copy()
    changed[172:] *= 5  # after the last cutoff
    changed[150:172] *= 2  # after the one before it
    told = []
    for one in (trend(values), trend(changed)):
        cuts = scores.cut(one, 28, {"harbour-lights/views": 0})
        continued = catalog.load(FORECASTERS, "theta").forecast(cuts, 28, NO_EVENTS)
        told.append(scores.misses(one, cuts, continued, NO_EVENTS))
    known = ["expected", *bands.columns()]
    first, second = (t[t["cutoff"] == 0].reset_index(drop=True) for t in told)
    assert first["date"].max() == one["date"].iloc[143]
    pd.testing.assert_frame_equal(first[known], second[known])


def test_scores_are_what_their_formulas_say() -> None:
    values = np.tile([10.0, 12, 14, 16, 18, 20, 22], 20)
    values[70:] += 7  # seasonal naive errs by 7 in the week of the step, by 0 in all others
    made = forecast_trends(trend(values), NO_EVENTS, horizon=7, forecaster="seasonal_naive").scores.iloc[0]
    assert (made["mase"], made["smape"], made["wape"]) == (0, 0, 0)
    assert np.isnan(made["skill"])  # nothing can be better or worse, in shares, than no error at all
    told = pd.DataFrame(
        {
            "trend": "t", "cutoff": [0, 0, 1, 1],
            "value": [10.0, 20.0, 30.0, 40.0], "expected": [12.0, 20.0, 24.0, 40.0],
            "low80": 10.0, "high80": 30.0, "low95": 5.0, "high95": 35.0, "scale": [2.0, 2.0, 3.0, 3.0],
        }
    )  # fmt: skip
    row = scores.score(told, "mine", 2).iloc[0]
    assert row["mase"] == pytest.approx((2 / 2 / 2 + 6 / 3 / 2) / 2)
    assert row["smape"] == pytest.approx(200 * (2 / 22 + 6 / 54) / 4)
    assert row["wape"] == pytest.approx(8 / 100)
    assert (row["coverage80"], row["coverage95"], row["cutoffs"]) == (0.75, 0.75, 2)
    assert row["msis80"] == pytest.approx((20 / 2 + (20 + 20 + 10 * 10) / 2 / 3) / 2)


def test_skill_is_against_seasonal_naive() -> None:
    made = forecast_trends(trend(walk(250, 3)), NO_EVENTS, horizon=14, forecaster="blend").scores.set_index(
        "forecaster"
    )
    assert set(made.index) == {"blend", "prophet", "theta", "seasonal_naive"}
    assert made.loc["seasonal_naive", "skill"] == 0
    expected = 1 - made["mase"] / made.loc["seasonal_naive", "mase"]
    np.testing.assert_allclose(made["skill"], expected)
    assert (made["cutoffs"] == 3).all()


def test_each_member_is_fitted_once_for_blend_and_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    from marketing.trends.forecasters import prophet

    fitted, fit = [], prophet._fit
    monkeypatch.setattr(prophet, "_fit", lambda *told: fitted.append(1) or fit(*told))
    forecast_trends(trend(week(150)), NO_EVENTS, horizon=28, forecaster="blend")
    assert len(fitted) == 1 + scores.CUTOFFS


# bands


def test_bands_hold_one_another_grow_and_stay_above_zero() -> None:
    made = forecast_trends(trend(walk(200, 1, noise=0.8)), NO_EVENTS, horizon=28, forecaster="theta").forecasts
    edges = made[["low95", "low80", "expected", "high80", "high95"]].to_numpy()
    assert (np.diff(edges, axis=1) >= 0).all()
    assert (edges >= 0).all()
    width = np.log1p(made["high80"]) - np.log1p(made["expected"])
    assert (np.diff(width) > 0).all()


def test_a_trend_that_erred_more_at_its_cutoffs_has_a_wider_band() -> None:
    calm = pd.DataFrame({"cutoff": [0, 0, 1, 1], "miss": 0.05, "width": 0.1})
    assert bands.factor(calm) < 1 < bands.factor(calm.assign(miss=0.5))
    assert bands.factor(calm.iloc[:0]) == 1


def test_a_trend_that_repeats_itself_exactly_has_the_band_of_the_forecasters_own_errors() -> None:
    weekly = np.tile([800.0, 800, 900, 900, 1100, 1400, 1100], 20)
    made = forecast_trends(trend(weekly), NO_EVENTS, horizon=28, forecaster="prophet")
    score = made.scores.set_index("forecaster").loc["prophet"]
    assert score["wape"] > 0
    came = np.tile(weekly[:7], 4)
    inside = (made.forecasts["low80"] <= came) & (came <= made.forecasts["high80"])
    assert inside.mean() >= 0.7
    assert (made.forecasts["high80"] < 1.2 * made.forecasts["expected"]).all()


def test_eighty_of_a_hundred_wandering_audiences_stay_within_their_band() -> None:
    inside, inside95, weeks = [], [], []
    for seed in range(30):
        values = walk(240, seed)
        made = forecast_trends(trend(values[:212]), NO_EVENTS, horizon=28, forecaster="theta").forecasts
        came = values[212:]
        inside.append(((made["low80"] <= came) & (came <= made["high80"])).mean())
        inside95.append(((made["low95"] <= came) & (came <= made["high95"])).mean())
        low, high = total_band(made["expected"].head(7), made["high80"].head(7))
        weeks.append(low <= came[:7].sum() <= high)
    assert 0.7 < np.mean(inside) < 0.95
    assert 0.9 < np.mean(inside95) <= 1
    assert 0.65 < np.mean(weeks) < 0.97


def test_the_band_of_a_week_is_wider_than_independent_days_and_narrower_than_the_sum_of_bands() -> None:
    line = next(lines(trend(walk(200, 5))))
    expected = np.full(7, 1000.0)
    band = bands.around(expected, bands.widths(line, 7), np.zeros(7))
    low, high = total_band(pd.Series(expected), pd.Series(band["high80"]))
    assert low < 7000 < high
    assert 7000 + np.sqrt(((band["high80"] - 1000) ** 2).sum()) < high < band["high80"].sum()


# outlook


def rows(expected: list[float], spread: float = 0.1) -> pd.DataFrame:
    values = np.array(expected)
    dates = pd.date_range(MONDAY, periods=len(values))
    return pd.DataFrame(
        {"date": dates, "expected": values, "low80": values * (1 - spread), "high80": values * (1 + spread)}
    )


def test_an_outlook_tells_direction_peak_and_the_week() -> None:
    history = trend(week(540), start="2025-06-01")
    told = outlook(rows([900, 900, 900, 900, 1000, 2000, 1000, *[800] * 21]), history)
    assert (told.first, told.last) == (MONDAY, MONDAY + dt.timedelta(days=27))
    assert (told.window_first, told.window_last) == (MONDAY, MONDAY + dt.timedelta(days=6))
    assert (told.peak_date, told.expected, told.high80) == (MONDAY + dt.timedelta(days=5), 2000, 2200)
    assert told.total == 7600
    assert told.total_low80 < 7600 < told.total_high80
    assert told.before == pytest.approx(history["value"].tail(7).sum())
    assert told.change == pytest.approx(7600 / told.before - 1)
    assert outlook(rows([1500] * 28), history).direction == "up"
    assert outlook(rows([500] * 28), history).direction == "down"
    assert outlook(rows([1000] * 28), history).direction == "steady"


# forecast_trends


def test_forecasts_carry_the_heads_of_their_trends_and_the_forecasters_name() -> None:
    one = trend(week(60)).assign(region="ES")
    made = forecast_trends(one, event("holiday", "2025-07-01"), horizon=7, forecaster="theta").forecasts
    assert list(made.columns) == [
        "trend", "title", "metric", "region", "date", "expected", "low80", "high80", "low95", "high95", "forecaster",
    ]  # fmt: skip
    assert made[["title", "region", "forecaster"]].drop_duplicates().iloc[0].tolist() == [
        "harbour-lights",
        "ES",
        "theta",
    ]


def test_an_unknown_forecaster_is_refused_with_those_there_are() -> None:
    with pytest.raises(MissingError, match="Choose one of: blend, prophet, seasonal_naive, theta"):
        forecast_trends(trend(week(60)), NO_EVENTS, horizon=7, forecaster="crystal_ball")
