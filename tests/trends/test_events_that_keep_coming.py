"""Events that come again and again: bands have what they do already."""

import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event, panel, week
from numpy.typing import NDArray

from marketing.trends import fits
from marketing.trends.events import Moves, learn, moves
from marketing.trends.forecasts import finish
from marketing.trends.panels import Panel

DAYS, HORIZON = 400, 28
FIRST = pd.Timestamp("2026-11-22") - pd.Timedelta(days=DAYS - 1)


def beats(every: int, *, first: int = 0, until: int = DAYS + HORIZON, title: str = "title-0") -> pd.DataFrame:
    """An event of one kind every so many days."""
    days = [str((FIRST + pd.Timedelta(days=day)).date()) for day in range(first, until, every)]
    return pd.concat([event("beat", day, title=title) for day in days], ignore_index=True)


def lifted(every: int, seed: int) -> NDArray[np.float64]:
    """A week with an effect of its own each time."""
    draws, log = np.random.default_rng(seed), np.zeros(DAYS)
    for day in range(0, DAYS, every):
        age = np.arange(DAYS) - day
        log += np.where(age >= 0, draws.normal(0.3, 0.15) * np.exp(-np.maximum(age, 0) / 3), 0)
    return np.round(week(DAYS, seed=seed) * np.exp(log))


def moved(trends: Panel, told: pd.DataFrame) -> Moves:
    return moves(trends, learn([trends], told, horizon=HORIZON), HORIZON, fits.origins(trends, HORIZON))


def widths(trends: Panel, told: pd.DataFrame) -> float:
    """The mean width of the 80% bands ahead, on the log scale."""
    fitted = fits.fit(trends, moved(trends, told), HORIZON, "theta")
    rows = finish([trends], [fitted], forecaster="theta")["forecasts"]
    return float(np.log(rows["high80"] / rows["low80"]).mean())


def test_what_comes_every_day_is_part_of_the_trend_and_neither_moves_nor_widens_its_forecast() -> None:
    trends = panel(week(DAYS), week(DAYS, seed=2))
    daily = moved(trends, beats(1))
    assert not len(daily.rows)
    assert widths(trends, beats(1)) == widths(trends, NO_EVENTS)


def test_few_events_count_whatever_share_of_a_short_history_they_are() -> None:
    trends = panel(week(30))
    assert len(moved(trends, beats(2, first=DAYS - 20)).rows) == 1


@pytest.mark.parametrize("every", [3, 5, 9])
def test_the_more_often_events_come_the_less_their_doubt_adds_to_what_errors_show(every: int) -> None:
    """One event ahead, after many like it or after few."""
    trends = panel(lifted(every, seed=3))
    ahead = beats(1, first=DAYS + 5, until=DAYS + 6)
    often = moved(trends, pd.concat([beats(every, until=DAYS), ahead], ignore_index=True))
    seldom = moved(trends, pd.concat([beats(every, first=DAYS - 6 * every, until=DAYS), ahead], ignore_index=True))
    assert 0 < often.spread[0, 0].max() < seldom.spread[0, 0].max()


def test_four_in_five_days_of_titles_with_an_event_every_four_days_stay_within_the_band() -> None:
    trends = panel(*(lifted(4, seed) for seed in range(24)))
    told = pd.concat([beats(4, title=title) for title in trends.heads["title"]], ignore_index=True)
    fitted = fits.fit(trends, moved(trends, told), HORIZON, "theta")
    past = finish([trends], [fitted], forecaster="theta")["past_forecasts"]
    inside = (past["low80"] <= past["value"]) & (past["value"] <= past["high80"])
    assert 0.74 < inside.mean() < 0.88


def test_events_of_a_trend_that_are_all_alike_leave_less_doubt_than_those_that_are_not() -> None:
    day = np.arange(DAYS)
    draws = np.random.default_rng(1)
    lines = []
    for spread in (0.0, 0.6):
        effect = np.where(day % 40 == 0, 0.6 + spread * draws.choice([-1, 1], DAYS), 0.0)
        lines.append(week(DAYS) * np.exp(sum(np.roll(effect, k) * np.exp(-k / 3) for k in range(12))))
    spreads = [moved(panel(line), beats(40)).spread[0, 0].max() for line in lines]
    assert spreads[0] < spreads[1]
