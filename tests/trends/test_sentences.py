"""The words of forecasts: what they say, and that each number stands in its cell."""

import datetime as dt
import json
import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_trends import event, trend, week
from whole_forecast import forecast_trends

from marketing.trends.cells import Said
from marketing.trends.grades import Record, grade, in_words
from marketing.trends.outlook import Outlook, outlook, total_band
from marketing.trends.sentences import beyond, sentence
from marketing.trends.wording import amount, span

MONDAY = dt.date(2026, 11, 23)
ID = "harbour-lights/views"
RECORD = Record(0.09, dt.date(2026, 8, 2), "blend", 0.12)


def rows(expected: list[float], *, spread: float = 0.1, start: dt.date = MONDAY, freq: str = "D") -> pd.DataFrame:
    values = np.array(expected, float)
    dates = pd.date_range(start, periods=len(values), freq=freq, unit="us")
    band = {"low80": values * (1 - spread), "high80": values * (1 + spread)}
    return pd.DataFrame({"trend": ID, "date": dates, "expected": values, **band})


def week_sums(expected: float, low: float, high: float) -> pd.DataFrame:
    told = {"trend": ID, "period": "week", "date": pd.Timestamp(MONDAY), "days": 7}
    return pd.DataFrame([told | {"expected": expected, "low80": low, "high80": high}])


def effect(event: str, kind: str, date: str, added: float, *, sure: bool = True, basis: str = "own") -> pd.DataFrame:
    sign = math.copysign(1, added)
    low, high = sorted([0.1 * sign if sure else -0.1 * sign, 0.5 * sign])
    told = {"trend": ID, "event": event, "kind": kind, "date": pd.Timestamp(date), "effect": 0.3 * sign}
    return pd.DataFrame([told | {"low80": low, "high80": high, "added": added, "basis": basis}])


def say(told: Outlook, **changes: object) -> Said:
    known = {
        "trend": ID, "name": "Harbour Lights", "metric": "views", "dimensions": {}, "frequency": "D", "today": MONDAY,
        "points": 540, "record": RECORD, "forecaster": "blend",
    }  # fmt: skip
    return sentence(told, **(known | changes))


HISTORY = trend(week(540), start="2025-06-01")
WEEK = [36_000, 36_000, 36_000, 36_000, 37_000, 47_000, 37_000]


@pytest.fixture
def told() -> Outlook:
    return outlook(rows(WEEK), HISTORY, week_sums(265_100, 230_200, 300_400))


def test_the_sentence_says_what_when_how_sure_why_and_how_it_did_before(told: Outlook) -> None:
    trailer = effect("Second trailer", "trailer", "2026-11-20", 40_400).assign(window_added=39_600)
    assert say(told, effects=trailer).text == (
        "Harbour Lights should draw 265,000 views this week (230,000 to 300,000), most on Saturday 28 November. The "
        "trailer of the 20th adds about 40,000 this week. Forecasts for this title were off by 9% on average in the "
        "last four months."
    )


def test_an_event_is_told_where_it_matters_and_is_sure(told: Outlook) -> None:
    small, unsure = (
        effect("A", "trailer", "2026-11-20", 7_000),
        effect("B", "trailer", "2026-11-21", 40_000, sure=False),
    )
    later = effect("C", "release", "2026-12-04", 90_000)
    for each in (small, unsure, later):
        assert "about" not in say(told, effects=each).text
    both = pd.concat(
        [small, effect("Finale", "event", "2026-11-24", -20_000), effect("D", "release", "2026-10-28", 80_000)]
    )
    words = say(told, effects=both).text
    assert (
        "The release of 28 October adds about 80,000 in all. Finale on the 24th should take about 20,000 away" in words
    )


@pytest.mark.parametrize(
    ("frequency", "today", "span"),
    [
        ("D", MONDAY, "this week"),
        ("D", MONDAY + dt.timedelta(days=60), "in that week"),
        ("W", MONDAY, "in that week"),
        ("M", MONDAY, "in that month"),
    ],
)
def test_what_events_add_is_said_to_be_of_the_span_that_is_told_and_said_once(
    told: Outlook, frequency: str, today: dt.date, span: str
) -> None:
    two = [effect("A", "trailer", "2026-11-20", 90_000), effect("B", "release", "2026-10-18", 70_000)]
    effects = pd.concat(two).assign(window_added=[40_000.0, -30_000.0])
    words = say(told, effects=effects, frequency=frequency, today=today).text
    assert f"adds about 40,000 {span}. " in words
    assert "takes about 30,000 away. " in words


def test_an_effect_that_nothing_in_the_data_bears_out_is_called_a_guess(told: Outlook) -> None:
    words = say(told, effects=effect("Premiere", "premiere", "2026-11-27", 30_000, basis="prior")).text
    assert "The premiere on the 27th should add about 30,000 in all, a guess: nothing like it is in the data." in words


def test_what_is_no_better_than_naive_says_so_and_nothing_shown_is_called_worse(told: Outlook) -> None:
    no_better = Record(0.2, dt.date(2026, 11, 1), "blend", -0.08)
    assert say(told, record=no_better).text.endswith(
        "off by 20% on average in the last three weeks, about as good as repeating last week."
    )
    for skill in (-0.4, 0.0, 0.3, math.nan):  # lost now and then by much, the rest by little; naive's own; gained
        assert "repeating" not in say(told, record=replace(no_better, skill=skill)).text
    assert "On its past, repeating last week did better than forecasting, so that is shown." in say(
        told, shown="better", forecaster="seasonal_naive"
    ).text  # fmt: skip


def test_a_short_history_says_what_the_forecast_comes_from(told: Outlook) -> None:
    assert "Its history is short, so this comes from repeating last week." in say(told, shown="short").text
    assert "so this comes from averaging its past." in say(told, shown="short", forecaster="mean", points=8).text


def test_what_is_not_known_is_not_claimed(told: Outlook) -> None:
    lacking = "There is too little history to check forecasts against."
    assert say(told, record=None).text.endswith(lacking)
    assert say(told, record=Record(math.nan, MONDAY)).text.endswith(lacking)


def test_a_rough_forecast_is_called_rough_and_an_old_one_speaks_of_its_own_months(told: Outlook) -> None:
    rough = say(told, record=Record(0.6, dt.date(2026, 8, 2)), today=dt.date(2027, 2, 1)).text
    assert rough.endswith("were off by 60% on average in its last four months: take this as a rough guide.")


def test_a_flat_forecast_has_its_range_too_or_none_where_it_has_repeated_itself_exactly() -> None:
    assert (
        "7,000 views this week (6,660 to 7,360), about as many each day."
        in say(outlook(rows([1000] * 28), HISTORY)).text
    )
    narrow = say(outlook(rows([1000] * 28, spread=0.0005), HISTORY)).text
    assert re.search(r"this week \(6,99\d to 7,00\d\), about as many each day\.", narrow)
    assert "7,000 views this week, about as many" in say(outlook(rows([1000] * 28, spread=0), HISTORY)).text


def test_a_part_names_its_region_another_week_its_day_and_a_first_release_its_lack(told: Outlook) -> None:
    words = say(
        told,
        dimensions={"region": "ES"},
        metric="page_views",
        today=dt.date(2027, 2, 1),
        ahead=[("release", dt.date(2026, 12, 4))],
    ).text
    assert "265,000 page views in region ES in the week from Monday 23 November 2026" in words
    assert "What a release on 4 December 2026 will bring is a guess: no earlier one tells." in words
    assert "Forecasts for it were off" in words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"), (0.314, "0.31"), (7.26, "7.3"), (43.4, "43"), (999.6, "1,000"), (265_432, "265,000"),
        (999_700, "1 million"), (1_268_000, "1.27 million"), (7.03e12, "7.03 trillion"), (2.5e16, "25,000 trillion"),
    ],
)  # fmt: skip
def test_amounts_are_said_as_people_say_them(value: float, words: str) -> None:
    assert amount(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (39_600, "40,000"),
        (99_500_000, "100 million"),
        (9.7, "10"),
        (0.96, "1"),
        (0.034, "0.03"),
        (996_000, "1 million"),
    ],
)
def test_amounts_of_two_digits_are_said_without_powers_of_ten(value: float, words: str) -> None:
    assert amount(value, 2) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "one day"),
        (14, "14 days"),
        (28, "four weeks"),
        (112, "four months"),
        (224, "seven months"),
        (800, "two years"),
    ],
)
def test_spans_of_time_are_told_in_their_unit(days: int, words: str) -> None:
    assert span(days) == words


def test_weeks_and_months_have_words_of_their_own() -> None:
    weekly = outlook(rows([100, 150, 120], freq="7D"), trend(week(60), start="2025-09-29", freq="7D"))
    assert say(weekly, frequency="W", points=60).text.startswith(
        "Harbour Lights should draw 100 views in the week of 23 November (90 to 110). The highest until that of "
        "7 December should be the week of 30 November, with 150."
    )
    first = dt.date(2026, 12, 1)
    monthly = outlook(rows([100, 90, 150], start=first, freq="MS"), trend(week(24), start="2024-12-01", freq="MS"))
    assert say(monthly, frequency="M", points=24).text.startswith(
        "Harbour Lights should draw 100 views in December (90 to 110). The highest until February 2027 should be "
        "February 2027, with 150."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (0.08, "close: off by 8% on average in the last four months"),
        (0.2, "fair: off by 20% on average in the last four months"),
        (0.6, "rough: off by 60% on average in the last four months"),
        (math.nan, "unknown: too little history to try it on"),
    ],
)
def test_a_grade_says_how_far_to_trust_a_forecast(off: float, words: str) -> None:
    assert in_words(off, RECORD.cutoff, dt.date(2026, 11, 22), MONDAY) == words
    assert words.startswith(grade(off))


def test_what_follows_the_expectation_is_found_again(told: Outlook) -> None:
    after = "Forecasts for this title were off by 9% on average in the last four months."
    trailer = effect("Second trailer", "trailer", "2026-11-20", 40_000)
    assert beyond(say(told, effects=trailer).text) == after
    ahead = [("award", dt.date(2026, 11, 26))]
    assert beyond(say(told, ahead=ahead).text).startswith("What an award on 26 November will bring is a guess")
    assert beyond(say(told, record=None).text) == "There is too little history to check forecasts against."
    assert beyond(say(told, shown="short").text).startswith("Its history is short")


@pytest.mark.parametrize("name", ["St. Elmo. A tale", "Harbour Lights"])
@pytest.mark.parametrize("even", [False, True])
def test_cells_tell_where_events_begin_in_a_sentence(told: Outlook, name: str, *, even: bool) -> None:
    trailer = effect("Second trailer", "trailer", "2026-11-20", 40_400).assign(window_added=39_600)
    whole = say(replace(told, even=even), name=name, effects=trailer)
    assert beyond(whole.text, json.dumps(whole.cells, default=str)) == (
        "The trailer of the 20th adds about 40,000 this week. Forecasts for this title were off by 9% on average in "
        "the last four months."
    )


def test_a_part_is_in_a_region_and_on_a_platform(told: Outlook) -> None:
    assert "265,000 views in region ES this week" in say(told, dimensions={"region": "ES"}).text
    assert "265,000 views on platform app this week" in say(told, dimensions={"platform": "app"}).text


# every number has its cell

UNITS = {"million": 1e6, "billion": 1e9, "trillion": 1e12}


def read(tables: dict[str, pd.DataFrame], cell: dict[str, Any]) -> Any:
    """What stands in the tables where a cell points."""
    rows_ = tables[cell["table"]]
    for column, value in cell["key"].items():
        values = rows_[column].astype(str) if rows_[column].dtype.kind == "M" else rows_[column]
        rows_ = rows_[values.isin(value if isinstance(value, list) else [value])]
    by = cell.get("by", "")
    if by == "total_band":
        return total_band(rows_["expected"], rows_["high80"])[0 if cell["column"] == "low80" else 1]
    if by:
        return rows_[cell["column"]].agg(by)
    assert len(rows_) == 1
    return rows_[cell["column"]].iloc[0]


def agrees(shown: str, value: Any, since: pd.Timestamp, digits: int) -> bool:
    """Whether the words of a cell say its value, to the digits that they have."""
    if isinstance(value, pd.Timestamp):
        return (
            shown == span((since - value).days) or str(value.day) in re.findall(r"\d+", shown) or f"{value:%B}" in shown
        )
    if shown.endswith("%"):
        return abs(float(shown[:-1].replace(",", "")) / 100 - abs(float(value))) <= 0.005 + 1e-9
    number, _, unit = shown.partition(" ")
    size = abs(float(value))
    digits = max(digits, len(number.replace(",", "").replace(".", "").strip("0"))) - (size < 10)
    return abs(float(number.replace(",", "")) * UNITS.get(unit, 1) - size) <= max(
        0.51 * 10 ** (1 - digits) * size, 0.5 if size >= 10 else 1e-4
    )


days = st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=7, max_size=28)


@settings(max_examples=150, deadline=None)
@given(
    expected=days,
    spread=st.floats(0, 0.9),
    summed=st.booleans(),
    off=st.floats(0, 3),
    skill=st.floats(-2, 1),
    cutoff=st.integers(5, 900),
    added=st.lists(st.tuples(st.integers(-20, 20), st.floats(-1e8, 1e8)), max_size=4),
    window=st.booleans(),
    late=st.integers(0, 500),
    freq=st.sampled_from(["D", "7D", "MS"]),
)
def test_every_number_of_a_sentence_is_read_back_from_its_cell(
    *, expected: list[float], spread: float, summed: bool, off: float, skill: float, cutoff: int,
    added: list[tuple[int, float]], window: bool, late: int, freq: str,
) -> None:  # fmt: skip
    start = dt.date(2026, 12, 1) if freq == "MS" else MONDAY
    ahead = rows(expected, spread=spread, start=start, freq=freq)
    history = trend(week(60), start={"D": "2026-09-24", "7D": "2025-09-29", "MS": "2021-12-01"}[freq], freq=freq)
    total = float(ahead["expected"].head(7).sum())
    sums = week_sums(total, total * (1 - spread), total * (1 + spread))
    tried = pd.Timestamp(start) - pd.Timedelta(days=cutoff)
    effects = [
        effect(f"Event {'abcd'[n]}", "trailer", str(start + dt.timedelta(days=day)), value)
        for n, (day, value) in enumerate(added)
    ]
    effect_rows = pd.concat(effects, ignore_index=True) if effects else None
    if effect_rows is not None and window:
        effect_rows["window_added"] = effect_rows["added"] / 3
    told = sentence(
        outlook(ahead, history, sums if summed else None),
        trend=ID, name="Harbour Lights", metric="views", dimensions={"season": "2"},
        frequency={"D": "D", "7D": "W", "MS": "M"}[freq], today=start + dt.timedelta(days=late), points=60,
        record=Record(off, tried.date(), "blend", skill), forecaster="blend", effects=effect_rows,
    )  # fmt: skip
    tables = {
        "forecasts": ahead,
        "forecast_sums": sums,
        "event_effects": effect_rows,
        "trends": pd.DataFrame({"trend": [ID], "off": [off], "season": ["2"]}),
        "scores": pd.DataFrame({"trend": [ID], "forecaster": ["blend"], "skill": [skill]}),
        "past_forecasts": pd.DataFrame({"trend": ID, "cutoff": [tried, tried + pd.Timedelta(days=1)]}),
    }
    assert_read_back(told, tables, pd.Timestamp(start))


def test_what_is_said_of_a_made_forecast_is_read_back_from_the_tables_that_made_it() -> None:
    values = week(400)
    for age in (320, 200, 90, 3):
        values[400 - age :] *= 1 + 1.2 * 0.5 ** (np.arange(age) / 3)
    history = trend(np.round(values), start="2025-10-19")
    past = [(history["date"].max() - pd.Timedelta(days=age - 1)).strftime("%Y-%m-%d") for age in (320, 200, 90, 3)]
    events = pd.concat([event("trailer", date) for date in (*past, "2026-11-26")], ignore_index=True)
    made = forecast_trends(history, events, horizon=28, forecaster="seasonal_naive")
    assert made["forecasts"]["date"].iloc[0] == pd.Timestamp(MONDAY)
    score, trends = made["scores"].set_index("forecaster").loc["seasonal_naive"], made["trends"].iloc[0]
    told = say(
        outlook(made["forecasts"], history, made["forecast_sums"]),
        record=Record(trends["off"], made["past_forecasts"]["cutoff"].min().date(), "seasonal_naive", score["skill"]),
        effects=made["event_effects"],
        forecaster="seasonal_naive",
    )
    assert "The trailer on the 26th should add about " in told.text
    assert {cell["table"] for cell in told.cells} >= {"forecast_sums", "forecasts", "event_effects", "trends"}
    assert_read_back(told, made, pd.Timestamp(MONDAY))


def assert_read_back(told: Said, tables: dict[str, pd.DataFrame], since: pd.Timestamp) -> None:
    cells = json.loads(json.dumps(told.cells, allow_nan=False))
    for cell in cells:
        there = read(tables, cell)
        kept = str(there.date()) if isinstance(there, pd.Timestamp) else there
        assert cell["value"] == (pytest.approx(kept, rel=1e-9) if isinstance(kept, float) else kept)
        digits = 2 if cell["table"] == "event_effects" else 3
        assert agrees(told.text[cell["start"] : cell["end"]], there, since, digits), (told.text, cell)
    covered = [(cell["start"], cell["end"]) for cell in cells]
    for found in re.finditer(r"\d+", told.text):
        assert any(first <= found.start() and found.end() <= last for first, last in covered), told.text
