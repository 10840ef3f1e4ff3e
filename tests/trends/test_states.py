import numpy as np
import pandas as pd
import pytest
from made_trends import engagement, week

from marketing.trends.engagement import gather
from marketing.trends.states import states

HORIZON = {"D": 28, "W": 8, "M": 6}


def state(values: np.ndarray, *others: pd.DataFrame, **told: str) -> tuple[str, str]:
    rows = states(gather(pd.concat([engagement(values, **told), *others], ignore_index=True)), HORIZON)
    row = rows[rows["title"] == "harbour-lights"].iloc[0]
    return row["state"], row["reason"]


def test_a_forecast_goes_on_for_four_times_the_history_at_most() -> None:
    rows = gather(engagement(week(8)))
    row = states(rows, {"D": 33}).iloc[0]
    assert row["state"] == "short"
    assert row["reason"] == "8 days of history cannot support 33 of forecast. Ask for 32 or fewer, or add history."
    assert states(rows, {"D": 32}).iloc[0]["state"] == "forecast"


@pytest.mark.parametrize(("odd", "what"), [(-5.0, "below zero"), (np.inf, "no finite number")])
def test_numbers_that_no_audience_has_are_refused_and_named(odd: float, what: str) -> None:
    values = week(60)
    values[30] = odd
    found, said = state(values)
    assert found == "failed"
    assert said == f"Its value of 2 July 2025 is {what}. Correct it, or leave it out."


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.array([5.0]), "1 day of history. A forecast needs 7 or more."),
        (np.array([5.0, 6.0]), "2 days of history"),
        (week(6), "6 days of history. A forecast needs 7 or more."),
        (np.zeros(100), "All 100 days of it are zero."),
        (np.concatenate([np.zeros(100), week(5)]), "5 days of history"),
        (np.where(np.arange(90) % 3 == 0, 5.0, np.nan), "Only 30 of its 88 days have a value."),
    ],
)
def test_too_little_history_is_told_as_such(values: np.ndarray, reason: str) -> None:
    found, said = state(values)
    assert found == "short"
    assert said.startswith(reason)


def test_a_trend_that_has_been_zero_for_two_months_has_ended() -> None:
    assert state(np.concatenate([week(100), np.zeros(60)])) == (
        "ended",
        "It has been zero since 10 September 2025. It counts as ended.",
    )
    assert state(np.concatenate([week(100), np.zeros(10)]))[0] == "forecast"


def test_a_part_that_stops_while_its_title_goes_on_has_ended() -> None:
    whole = engagement(week(200)).assign(platform="tv")
    part = engagement(week(100)).assign(platform="wii")
    rows = states(gather(pd.concat([whole, part], ignore_index=True)), HORIZON).set_index("trend")
    assert rows.loc["harbour-lights/views/platform=wii", "state"] == "ended"
    assert (
        "no values since 9 September 2025, while its title has"
        in rows.loc["harbour-lights/views/platform=wii", "reason"]
    )
    assert rows.loc["harbour-lights/views/platform=tv", "state"] == "forecast"


def test_a_title_whose_data_stop_early_is_stale_and_named_so() -> None:
    found, said = state(week(100), engagement(week(200), title="tide"))
    assert found == "stale"
    assert said.startswith("Its data stop on 9 September 2025, 100 days before the newest.")


def test_heads_tell_span_and_points() -> None:
    values = week(40)
    values[5] = np.nan
    row = states(gather(engagement(values)), HORIZON).iloc[0]
    assert (row["first"], row["last"], row["points"]) == (pd.Timestamp("2025-06-02"), pd.Timestamp("2025-07-11"), 39)
    assert (row["state"], row["reason"], row["frequency"]) == ("forecast", "", "D")
