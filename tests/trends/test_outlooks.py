"""What many forecasts amount to is what each of them does."""

import numpy as np
import pandas as pd
import pytest

from marketing.trends.engagement import gathered
from marketing.trends.outlook import outlook
from marketing.trends.outlooks import outlooks
from marketing.trends.panels import Panel, panels


def panel(freq: str, periods: int = 40) -> Panel:
    draws = np.random.default_rng(3)
    dates = pd.date_range("2025-01-06", periods=periods, freq=freq, unit="us")
    parts = []
    for title, start in (("tide", 0), ("ember", 5), ("brief", periods - 4), ("a/b", 2)):
        value = draws.gamma(3, 50, periods - start)
        parts.append(pd.DataFrame({"date": dates[start:], "title": title, "metric": "views", "value": value}))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.drop(index=frame.index[(frame["title"] == "tide") & (frame["date"] == dates[-3])])
    return panels(gathered(frame))[0]


def forecasts(trends: Panel, horizon: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    draws = np.random.default_rng(4)
    expected = draws.gamma(3, 50, (len(trends), horizon))
    expected[0] = 100.0  # an even one
    rows = pd.DataFrame(
        {
            "trend": np.repeat(trends.trends, horizon),
            "date": trends.ahead(horizon).astype("datetime64[us]").ravel(),
            "expected": expected.ravel(),
        }
    )
    rows = rows.assign(low80=rows["expected"] * 0.8, high80=rows["expected"] * 1.3)
    sums = rows.groupby("trend").head(7).groupby("trend", as_index=False).agg({"date": "first", "expected": "sum"})
    sums = sums.assign(period="week", days=7, low80=sums["expected"] * 0.9, high80=sums["expected"] * 1.1)
    return rows, sums


@pytest.mark.parametrize(("freq", "horizon"), [("D", 14), ("D", 7), ("7D", 8), ("MS", 6)])
def test_all_at_once_they_are_what_each_is(freq: str, horizon: int) -> None:
    trends = panel(freq)
    rows, sums = forecasts(trends, horizon)
    for number, (trend, told) in enumerate(zip(trends.trends, outlooks(trends, rows, sums), strict=True)):
        one = trends.take(np.array([number]))
        history = pd.DataFrame({"date": one.dates()[0].astype("datetime64[us]"), "value": one.values[0]})
        alone = outlook(rows[rows["trend"] == trend], history, sums[sums["trend"] == trend])
        assert repr(told) == repr(alone)


def test_a_forecast_of_less_than_a_week_is_told_by_its_days() -> None:
    trends = panel("D")
    rows, sums = forecasts(trends, 3)
    (told, *_) = outlooks(trends, rows, sums.iloc[:0])
    assert not told.summed
    assert told.total == pytest.approx(rows["expected"].head(3).sum())
