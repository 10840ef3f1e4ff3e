"""A day is named as the peak only where a week, or something ahead, makes it one."""

import numpy as np
import pandas as pd
import pytest
from made_trends import engagement, panel, walk, week
from numpy.typing import NDArray
from whole_forecast import forecast_trends

from marketing.trends.engagement import gather
from marketing.trends.forecasters import blend
from marketing.trends.outlook import outlook
from marketing.trends.peaks import even, weekly

Array = NDArray[np.float64]
BUSY_SATURDAY = np.array([0.8, 0.8, 0.9, 0.9, 1.1, 1.4, 1.1])


def noise(kind: str, trends: int, days: int) -> Array:
    draws = np.random.default_rng(7)
    return {
        "few": draws.poisson(0.2, (trends, days)).astype(float),
        "many": draws.normal(1000, 100, (trends, days)),
        "wandering": np.cumsum(draws.normal(size=(trends, days)), axis=1),
    }[kind]


@pytest.mark.parametrize("kind", ["few", "many", "wandering"])
@pytest.mark.parametrize("days", [15, 28, 190])
def test_noise_makes_a_week_of_one_trend_in_a_hundred_or_few_more(kind: str, days: int) -> None:
    assert weekly(noise(kind, 1500, days)).mean() < (0.06 if kind == "wandering" else 0.02)


@pytest.mark.parametrize("days", [28, 60, 200])
def test_a_busy_weekend_is_seen_through_noise_rises_rushes_and_gaps(days: int) -> None:
    shape = np.tile(BUSY_SATURDAY, days // 7 + 1)[:days]
    values = shape * np.exp(np.random.default_rng(3).normal(0, 0.1, (100, days))) * 1.02 ** np.arange(days)
    values[:, 10] *= 50
    assert weekly(values).mean() > 0.9
    values[:, -12] = np.nan
    assert weekly(values).mean() > (0.5 if days < 40 else 0.9)  # three weeks of four are left


def test_neither_zeros_nor_too_little_history_have_a_week() -> None:
    assert not weekly(np.zeros((3, 100))).any()
    assert not weekly(np.full((3, 100), np.nan)).any()
    assert not weekly(np.tile(BUSY_SATURDAY, (3, 1))).any()
    assert weekly(np.tile(BUSY_SATURDAY, (3, 3))).all()


def test_of_few_units_without_a_week_no_day_is_named_though_the_forecast_has_one() -> None:
    values = noise("few", 60, 400)
    expected = blend.forecast(panel(*values), 28)[0]
    spread = 1 - expected[:, :7].min(axis=1) / expected[:, :7].max(axis=1)
    assert spread.max() > 0.02
    assert even(expected, values).mean() > 0.95


def test_what_moves_the_forecast_is_named_without_a_week() -> None:
    calm, flat = np.full((1, 28), 100.0), noise("many", 1, 200)
    assert even(calm, flat).all()
    shapes = {
        "an event": calm.copy(),
        "a fall": 100 * 0.9 ** np.arange(28.0)[None],
        "a week of one": calm[:, :7].copy(),
    }
    shapes["an event"][:, 3] *= 1.3
    shapes["a week of one"][:, 3] *= 1.8
    for shape in shapes.values():
        assert not even(shape, flat).any()
    assert even(np.tile(BUSY_SATURDAY, (1, 4)), flat).all()  # every week the same: chance has made it
    assert not even(np.tile(BUSY_SATURDAY, (1, 4)), week(200)[None]).any()


def test_outlooks_name_no_day_by_chance() -> None:
    named = 0
    parts = [
        engagement(values, title=f"t{number}") for number, values in enumerate(noise("few", 20, 300)) if values.any()
    ]
    trends = gather(pd.concat([*parts, engagement(week(300), title="busy"), engagement(walk(300, 1), title="walk")]))
    nothing = pd.DataFrame({"event": [], "kind": [], "date": pd.Series([], dtype="datetime64[us]"), "title": []})
    made = forecast_trends(trends, nothing, horizon=28)
    for trend, rows in made["forecasts"].groupby("trend"):
        told = outlook(rows, trends[trends["trend"] == trend][["date", "value"]])
        named += not told.even and str(trend).startswith("t")
        assert trend != "busy/views" or not told.even
    assert named <= 2
