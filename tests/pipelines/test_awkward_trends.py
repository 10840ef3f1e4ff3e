"""Trends that no forecaster likes, in one file through the real command: each is forecast or refused in words."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

HOUSE = Path(__file__).parents[2]
DAYS = pd.date_range(end="2026-11-22", periods=400)
DRAWS = np.random.default_rng(11)
WEEK = 1 + 0.3 * np.sin(np.arange(400) * 2 * np.pi / 7)
ORDINARY = np.round(900 * WEEK * np.exp(0.1 * DRAWS.standard_normal(400)))
WEEKS = pd.date_range(end="2026-11-18", periods=120, freq="7D")


def rows(title: str, dates: pd.DatetimeIndex, values: Any) -> pd.DataFrame:
    return pd.DataFrame({"date": dates, "title": title, "metric": "views", "value": values})


def with_gaps() -> pd.DataFrame:
    return rows("gaps", DAYS, ORDINARY)[DRAWS.random(400) > 0.3]


AWKWARD: dict[str, tuple[pd.DataFrame, str]] = {
    "ordinary": (rows("ordinary", DAYS, ORDINARY), ""),
    "constant": (rows("constant", DAYS, 500.0), ""),
    "zero": (rows("zero", DAYS, 0.0), "All 400 days of it are zero"),
    "one point": (rows("one point", DAYS[-1:], 7.0), "1 day of history. A forecast needs 7 or more."),
    "two points": (rows("two points", DAYS[-2:], [7.0, 9.0]), "2 days of history. A forecast needs 7 or more."),
    "a week": (rows("a week", DAYS[-7:], ORDINARY[-7:]), ""),
    "line": (rows("line", DAYS, 100.0 + 3 * np.arange(400)), ""),
    "gaps": (with_gaps(), ""),
    "huge": (rows("huge", DAYS, ORDINARY * 1e9), ""),
    "tiny": (rows("tiny", DAYS, DRAWS.poisson(0.2, 400).astype(float)), ""),
    "one spike": (rows("one spike", DAYS, np.where(np.arange(400) == 200, 1e6, 1.0)), ""),
    "long over": (rows("long over", DAYS[:35], ORDINARY[:35]), "Its data stop on"),
    "faded": (rows("faded", DAYS, np.where(np.arange(400) < 200, ORDINARY, 0.0)), "It has been zero since"),
    "mixed weekdays": (rows("mixed weekdays", WEEKS + pd.to_timedelta(DRAWS.integers(-2, 3, 120), "D"), 7e3), ""),
    "months": (rows("months", pd.date_range(end="2026-10-31", periods=50, freq="ME"), 3e4 + np.arange(50) % 12), ""),
    "leap days": (rows("leap days", pd.date_range("2024-01-15", "2024-03-10"), ORDINARY[:56]), "Its data stop on"),
    "quarters": (rows("quarters", pd.date_range("2020-01-01", "2026-10-01", freq="QS"), 9e4), "Two in five are needed"),
    "summer time": (rows("summer time", pd.date_range("2026-03-20", periods=60), ORDINARY[:60]), "Its data stop"),
}  # fmt: skip


def forecast(file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines", "forecast", "--input", str(file), "--json", *more]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The tables that the command makes of all of them at once."""
    file = tmp_path_factory.mktemp("awkward") / "all.csv"
    pd.concat([frame for frame, _ in AWKWARD.values()]).to_csv(file, index=False)
    done = forecast(file)
    assert done.returncode == 0, done.stderr
    return {name: pd.DataFrame(frame) for name, frame in json.loads(done.stdout).items()}


@pytest.mark.parametrize("title", AWKWARD)
def test_each_is_forecast_or_refused_in_words_beside_all_others(title: str, told: dict[str, pd.DataFrame]) -> None:
    trend = told["trends"].set_index("trend").loc[f"{title}/views"]
    ahead = told["forecasts"][told["forecasts"]["trend"] == f"{title}/views"]
    assert AWKWARD[title][1] in trend["reason"]
    if trend["state"] in ("forecast", "stale"):
        numbers = ahead[["low95", "low80", "expected", "high80", "high95"]].to_numpy(float)
        assert len(ahead) >= 6
        assert np.isfinite(numbers).all()
        assert (numbers >= 0).all()
        assert (np.diff(numbers, axis=1) >= 0).all()
        assert numbers.max() <= 10 * AWKWARD[title][0]["value"].max()
        assert "should draw" in trend["sentence"]
    else:
        assert trend["state"] in ("short", "ended")
        assert len(trend["reason"]) > 20
        assert ahead.empty


def test_dates_go_on_in_the_trends_own_steps(told: dict[str, pd.DataFrame]) -> None:
    dates = {trend: rows["date"].tolist() for trend, rows in told["forecasts"].groupby("trend")}
    assert dates["months/views"][:5] == ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]
    assert dates["ordinary/views"][0] == "2026-11-23"
    weeks = pd.to_datetime(pd.Series(dates["mixed weekdays/views"])).diff().dropna()
    assert set(weeks) == {pd.Timedelta(days=7)}
    assert dates["summer time/views"][0] == "2026-05-19"


def test_what_neither_grows_nor_shakes_goes_on_as_it_is(told: dict[str, pd.DataFrame]) -> None:
    expected = told["forecasts"].groupby("trend")["expected"]
    assert expected.get_group("constant/views").tolist() == pytest.approx([500.0] * 28, rel=1e-3)
    assert expected.get_group("line/views").iloc[-1] == pytest.approx(1381, rel=0.15)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda f: f.assign(value=f["value"].where(f.index != 5, -3.0)), "-3"),
        (lambda f: f.assign(value=f["value"].where(f.index != 5, np.inf)), "expected a number"),
        (lambda f: f.assign(value=f["value"].astype(object).where(f.index != 5, "-inf")), "number"),
        (lambda f: pd.concat([f, f.iloc[[5]]]), "once"),
        (lambda f: f.assign(date=f["date"].astype(str).where(f.index != 5, "31.02.2026")), "date"),
        (lambda f: f.assign(date=f["date"].astype(str).where(f.index != 5, "2026-03-29 02:30")), "time of day"),
    ],
)
def test_what_no_audience_has_is_refused_at_the_door_with_its_row(
    wrong: Callable[[pd.DataFrame], pd.DataFrame], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.csv"
    wrong(AWKWARD["ordinary"][0]).to_csv(file, index=False)
    done = forecast(file)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "row 7" in done.stderr or "row 402" in done.stderr


def test_midnights_of_local_time_are_days_across_the_change_of_the_clock(tmp_path: Path) -> None:
    frame = AWKWARD["ordinary"][0].assign(date=DAYS.tz_localize("Europe/Madrid").map(lambda day: day.isoformat()))
    assert frame["date"].str.endswith(("+01:00", "+02:00")).all()
    frame.to_csv(tmp_path / "stamps.csv", index=False)
    done = forecast(tmp_path / "stamps.csv")
    assert done.returncode == 0, done.stderr
    dates = [row["date"] for row in json.loads(done.stdout)["forecasts"]]
    assert dates[0] == "2026-11-23"
    assert len(dates) == 28


def test_a_bad_neighbour_changes_nothing_for_an_ordinary_trend_but_its_shared_band(
    tmp_path: Path, told: dict[str, pd.DataFrame]
) -> None:
    file = tmp_path / "alone.csv"
    AWKWARD["ordinary"][0].to_csv(file, index=False)
    alone = pd.DataFrame(json.loads(forecast(file).stdout)["forecasts"])
    beside = told["forecasts"][told["forecasts"]["trend"] == "ordinary/views"]
    assert alone["expected"].tolist() == beside["expected"].tolist()
