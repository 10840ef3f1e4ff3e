import numpy as np
import pandas as pd
import pytest

from marketing.trends.parts import Parts, parts

WEEK = np.array([-0.1, -0.1, 0.0, 0.0, 0.1, 0.3, 0.0])


def taken_apart(days: int, values: np.ndarray | None = None, freq: str = "D") -> Parts:
    dates = pd.date_range("2022-01-03", periods=days, freq=freq)
    return parts(pd.DataFrame({"date": dates, "value": np.full(days, 1000.0) if values is None else values}))


def made(days: int, *, year: float = 0.0, noise: float = 0.03) -> np.ndarray:
    at = np.arange(days)
    wave = year * np.sin(2 * np.pi * at / 365.25)
    draws = np.random.default_rng(3).normal(0, noise, days)
    return 1000 * (1 + WEEK[at % 7]) * np.exp(wave + draws)


def test_the_week_is_told_as_each_days_distance_from_the_level() -> None:
    found = taken_apart(120, made(120)).week
    assert found["day"].tolist() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert found["share"].to_numpy() == pytest.approx((1 + WEEK) / np.exp(np.log(1 + WEEK).mean()) - 1, abs=0.03)


def test_one_wild_day_is_not_put_down_to_its_weekday_or_the_level() -> None:
    values = made(120)
    values[60] *= 20
    calm, wild = taken_apart(120, made(120)), taken_apart(120, values)
    assert wild.week["share"].to_numpy() == pytest.approx(calm.week["share"].to_numpy(), abs=0.02)
    assert wild.level["value"].to_numpy() == pytest.approx(calm.level["value"].to_numpy(), rel=0.05)


def test_a_year_is_seen_in_four_and_not_claimed_from_two() -> None:
    four = taken_apart(4 * 365 + 2, made(4 * 365 + 2, year=0.3))
    months = four.year.groupby(four.year["date"].dt.month)["share"].mean()
    assert months.idxmax() in (3, 4)
    assert months.idxmin() in (9, 10)
    assert months.max() == pytest.approx(np.exp(0.3) - 1, abs=0.08)
    assert four.level["value"].std() / four.level["value"].mean() < 0.05
    assert taken_apart(2 * 365, made(2 * 365, year=0.3)).year.empty


def test_a_lasting_step_stays_a_step_in_the_level() -> None:
    values = made(200)
    values[100:] *= 2
    level = taken_apart(200, values).level["value"].to_numpy()
    assert level[80:90].mean() * 2 == pytest.approx(level[110:120].mean(), rel=0.05)


@pytest.mark.parametrize("days", [0, 1, 2, 6, 30])
def test_short_and_empty_trends_come_apart_as_well(days: int) -> None:
    found = taken_apart(days)
    assert len(found.level) == days
    assert found.level["value"].to_numpy() == pytest.approx(np.full(days, 1000.0))


def test_gaps_do_not_spread() -> None:
    values = made(200)
    values[50:54] = np.nan
    found = taken_apart(200, values)
    assert found.level["value"].notna().all()
    assert len(found.week) == 7


def test_weekly_trends_have_no_week() -> None:
    assert taken_apart(60, freq="7D").week.empty
