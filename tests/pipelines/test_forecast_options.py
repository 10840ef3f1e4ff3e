"""What `marquee forecast` can be asked for, and trends that kill whoever fits them."""

import datetime as dt
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import Marquee
from test_forecast import NOW, SETTINGS, engagement, make

from pipelines import batch, forecast


def table(ended: str) -> pd.DataFrame:
    from io import StringIO

    return pd.read_csv(StringIO(ended), parse_dates=["date"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    rows = engagement()
    rows[rows["title"] == "ember"].drop(columns="region").to_csv(path, index=False)
    return path


def test_the_table_has_its_columns_in_their_order(marquee: Marquee, file: Path) -> None:
    ended = marquee("forecast", "--input", file, "--horizon", "3", "--forecaster", "theta", "--out", "out.csv")
    assert (ended.code, ended.out) == (0, "")
    made = pd.read_csv("out.csv")
    bands = ["low80", "high80", "low95", "high95"]
    assert list(made.columns) == ["trend", "title", "metric", "date", "expected", *bands, "forecaster"]
    assert made["forecaster"].tolist() == ["theta"] * 3
    assert made["date"].tolist() == ["2026-11-23", "2026-11-24", "2026-11-25"]


def test_events_of_a_file_move_the_forecast(marquee: Marquee, tmp_path: Path) -> None:
    dates = pd.date_range(end="2026-11-22", periods=300, unit="us")
    past = dates[[60, 110, 160, 210, 260]]
    lift = sum(np.where((dates >= day), 2.0 * np.exp(-((dates - day).days) / 3.0), 0.0) for day in past)
    values = np.round(1000 * np.exp(np.random.default_rng(3).normal(0, 0.03, 300)) * (1 + lift))
    pd.DataFrame({"date": dates, "title": "tide", "metric": "views", "value": values}).to_csv("in.csv", index=False)
    told = pd.DataFrame(
        {"event": "Trailer", "kind": "trailer", "title": "tide", "date": [*past, pd.Timestamp("2026-11-28")]}
    )
    told.to_csv("events.csv", index=False)
    without = table(marquee("forecast", "--input", "in.csv").out).set_index("date")["expected"]
    with_events = table(marquee("forecast", "--input", "in.csv", "--events", "events.csv").out).set_index("date")[
        "expected"
    ]
    assert with_events["2026-11-28"] > 1.5 * without["2026-11-28"]
    assert with_events["2026-11-26"] == pytest.approx(without["2026-11-26"], rel=0.25)


def test_holidays_count_for_the_country_named_and_one_that_is_none_is_refused(marquee: Marquee, file: Path) -> None:
    assert marquee("forecast", "--input", file, "--territory", "GB").code == 0
    ended = marquee("forecast", "--input", file, "--territory", "Narnia")
    assert ended.code == 2
    assert "Write it as ES, GB or US" in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--forecaster", "runes", "--input", "in.csv"), "Choose one of:"),
        (("--horizon", "700", "--input", "in.csv"), "cannot support 700 of forecast. Ask for 480 or fewer"),
        (("--frequency", "Q", "--input", "in.csv"), "none of D, W and M"),
        (("--events", "nowhere.csv", "--input", "in.csv"), "nowhere.csv"),
        (("--engine", "tcp://nowhere", "--input", "in.csv"), "tcp://HOST:PORT"),
        (("--forecaster", "theta", "--territory", "ES"), "--forecaster and --territory go with --input"),
        (("--events", "events.csv"), "--events goes with --input"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    marquee: Marquee, file: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = marquee("forecast", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_trends_of_all_frequencies_are_forecast_together(marquee: Marquee) -> None:
    parts = [
        pd.DataFrame({"date": dates, "title": freq, "metric": "views", "value": 50.0 + np.arange(len(dates)) % 5})
        for freq in ("D", "7D", "ME", "MS")
        for dates in [pd.date_range("2024-01-31", "2026-11-01", freq=freq)]
    ]
    pd.concat(parts).to_csv("in.csv", index=False)
    made = table(marquee("forecast", "--input", "in.csv").out)
    assert made.groupby("title").size().to_dict() == {"7D": 8, "D": 28, "ME": 6, "MS": 6}


def fit_or_die(work: batch.Work) -> dict[str, pd.DataFrame]:
    if "ember" in work.panel.heads["title"].tolist():
        os.kill(os.getpid(), signal.SIGKILL)
    return batch.fit(work)


def test_a_trend_that_kills_every_worker_is_named_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = engagement()
    rows = rows[(rows["title"] == "ember") | (rows["region"] == "GB")]
    workspace = make(tmp_path / "small", rows)
    monkeypatch.setattr(batch, "IN_WORKER", fit_or_die)
    report = forecast.run(workspace, SETTINGS.model_copy(update={"workers": 2}), now=NOW)
    assert report.forecast == 2
    assert [failure.key for failure in report.failures] == ["ember/views"]
    assert "killed twice" in workspace.read("trends").set_index("trend").loc["ember/views", "reason"]


def test_days_set_aside_are_not_learnt_from(tmp_path: Path) -> None:
    rows = engagement()
    ember = rows[rows["title"] == "ember"].reset_index(drop=True)
    broken = ember.assign(value=ember["value"].where(~ember.index.isin([100, 101]), 0.0))
    out = pd.DataFrame(
        {"event": ["Counting broke"], "kind": ["outage"], "title": ["ember"], "date": [ember["date"][100]]}
    ).assign(end_date=ember["date"][101])
    told, _ = forecast.forecast_file(broken, forecaster="theta", told=out, workers=1, today=dt.date(2026, 11, 23))
    plain, _ = forecast.forecast_file(ember, forecaster="theta", workers=1)
    assert told["forecasts"]["expected"].to_numpy() == pytest.approx(
        plain["forecasts"]["expected"].to_numpy(), rel=0.05
    )
    assert told["trends"]["points"].tolist() == [len(ember) - 2]
