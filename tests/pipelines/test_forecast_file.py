"""From a table of engagement to its forecasts, without a workspace."""

from pathlib import Path

import pandas as pd
import pytest
from test_forecast import engagement

from marketing import sources
from marketing.errors import InputError
from marketing.trends import frequencies
from pipelines import batch, forecast

REAL = Path(__file__).parents[2] / "sample_data" / "real"


def test_a_table_is_forecast_without_a_workspace() -> None:
    tables, report = forecast.forecast_file(engagement(), horizon=10, forecaster="theta", workers=1)
    assert report.forecast == 7
    assert (tables["forecasts"].groupby("trend").size() == 10).all()
    assert "this week" in tables["trends"].set_index("trend").loc["tide/views", "sentence"]


def test_days_can_be_forecast_by_week() -> None:
    tables, _ = forecast.forecast_file(engagement(), frequency="W", forecaster="theta", workers=1)
    rows = tables["forecasts"][tables["forecasts"]["trend"] == "tide/views"]
    assert len(rows) == 8
    assert set(rows["date"].diff().dropna()) == {pd.Timedelta(days=7)}
    assert rows["expected"].between(4_000, 9_000).all()


def test_the_furthest_horizon_is_forecast_without_a_warning() -> None:
    tables, _ = forecast.forecast_file(engagement(), horizon=400, forecaster="seasonal_naive", workers=1)
    assert (tables["forecasts"].groupby("trend").size() == 400).all()


def test_a_table_without_one_trend_to_forecast_is_refused_with_the_reasons() -> None:
    with pytest.raises(InputError, match=r"newborn/views: 2 days of history\. A forecast needs 7 or more"):
        forecast.forecast_file(engagement().tail(2))
    with pytest.raises(InputError, match="Ask for 1 to 730"):
        forecast.forecast_file(engagement(), horizon=0)


def test_one_blas_thread_or_two_workers_make_the_same_forecast() -> None:
    rows = engagement()
    rows = rows[rows["title"] == "tide"]
    alone, _ = forecast.forecast_file(rows, workers=1)
    together, _ = forecast.forecast_file(rows, workers=2)
    pd.testing.assert_frame_equal(alone["forecasts"], together["forecasts"], check_exact=True)


@pytest.mark.parametrize("frequency", ["D", "W"])
def test_what_a_real_trend_is_forecast_to_do_does_not_depend_on_those_fitted_beside_it(
    monkeypatch: pytest.MonkeyPatch, frequency: frequencies.Code
) -> None:
    pages = sources.read(REAL / "wikipedia_ten_pages.csv", "engagement").frame
    game = pd.read_csv(REAL / "gta6_pageviews.csv", parse_dates=["date"]).rename(columns={"pageviews": "value"})
    events = pd.read_csv(REAL / "gta6_events.csv", parse_dates=["date"]).rename(columns={"category": "kind"})
    rows = pd.concat([pages, game.assign(title="gta-vi", metric="pageviews")], ignore_index=True)
    told = events[["event", "kind", "date"]].assign(title="gta-vi")
    together, _ = forecast.forecast_file(rows, frequency=frequency, told=told, workers=1)
    monkeypatch.setattr(batch, "FIRST", 1)
    monkeypatch.setattr(batch, "PIECE", 3)
    apart, _ = forecast.forecast_file(rows.sample(frac=1, random_state=1), frequency=frequency, told=told, workers=1)
    assert set(together) == set(forecast.OUTPUTS)
    for name, frame in together.items():
        pd.testing.assert_frame_equal(apart[name], frame, check_exact=True)
