"""Forecasts as people get them: bands, scores, grades and reasons; and awkward trends, which cost no other its own."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, engagement, event, panel, trend, walk, week
from whole_forecast import forecast_trends

from marketing.errors import MissingError
from marketing.trends import fits, scores
from marketing.trends.engagement import gather
from marketing.trends.fits import YARDSTICK, Fits
from marketing.trends.forecasts import finish
from marketing.trends.outlook import outlook
from marketing.trends.panels import panels
from marketing.trends.states import FORECAST, states

MONDAY = dt.date(2026, 11, 23)
EDGES = ["low95", "low80", "expected", "high80", "high95"]


def two(days: int = 200) -> pd.DataFrame:
    return pd.concat([trend(walk(days, 1)), trend(walk(days - 30, 2), title="tide")], ignore_index=True)


# tables


def test_forecasts_carry_the_heads_of_their_trends_and_the_forecasters_name() -> None:
    one = trend(week(60)).assign(region="ES")
    made = forecast_trends(one, event("holiday", "2025-07-01"), horizon=7, forecaster="theta")["forecasts"]
    assert list(made.columns) == [
        "trend", "title", "metric", "region", "date", "expected", "low80", "high80", "low95", "high95", "forecaster",
    ]  # fmt: skip
    head = made[["title", "region", "forecaster"]].drop_duplicates()
    assert head.to_numpy().tolist() == [["harbour-lights", "ES", "theta"]]
    assert made["date"].tolist() == pd.date_range("2025-08-01", periods=7).tolist()


def test_bands_hold_one_another_widen_and_stay_above_zero() -> None:
    made = forecast_trends(two(), NO_EVENTS, horizon=28)["forecasts"]
    edges = made[EDGES].to_numpy()
    assert (np.diff(edges, axis=1) >= 0).all()
    assert (edges >= 0).all()
    for _, rows in made.groupby("trend"):
        width = np.log(rows["high80"] / rows["low80"])
        assert width.tail(7).mean() > width.head(7).mean()


def test_past_forecasts_lie_beside_what_came_and_knew_nothing_of_it() -> None:
    values = walk(200, 1)
    changed = values.copy()
    changed[172:] *= 3
    told = [forecast_trends(trend(each), NO_EVENTS, horizon=28)["past_forecasts"] for each in (values, changed)]
    first = told[0]
    assert sorted(first["cutoff"].unique()) == pd.date_range("2025-08-28", periods=4, freq="28D").tolist()
    assert (first.groupby("cutoff").size() == 28).all()
    assert (first["date"] > first["cutoff"]).all()
    came = trend(values).set_index("date")["value"]
    np.testing.assert_array_equal(first["value"], came[first["date"]])
    np.testing.assert_array_equal(told[0][["date", *EDGES]], told[1][["date", *EDGES]])


def test_scores_tell_how_every_forecaster_did_and_skill_is_against_seasonal_naive() -> None:
    made = forecast_trends(trend(walk(250, 3)), NO_EVENTS, horizon=14)["scores"].set_index("forecaster")
    assert {"blend", "ets", "steady", "flat_prophet", YARDSTICK, "mean"} <= set(made.index)
    assert made.loc[YARDSTICK, "skill"] == 0
    np.testing.assert_allclose(made["skill"], 1 - made["mase"] / made.loc[YARDSTICK, "mase"])
    assert (made["cutoffs"] == 4).all()
    assert (made["horizon"] == 14).all()
    assert set(scores.COLUMNS) == {"forecaster", *made.columns}


def test_scores_of_what_people_see_are_those_of_the_past_forecasts_beside_them() -> None:
    """Also where totals and parts were made to agree, or history was too short for the forecaster at some cutoffs."""
    parts = [engagement(walk(200, seed)).assign(region=region) for seed, region in ((1, "ES"), (2, "GB"))]
    short = engagement(week(32), title="new", start="2025-11-17")
    made = forecast_trends(
        gather(pd.concat([*parts, short, engagement(walk(150, 3), title="tide")])), NO_EVENTS, horizon=14
    )
    told = made["scores"].merge(made["trends"], on=["trend", "forecaster"]).set_index("trend")
    past = made["past_forecasts"].dropna(subset="value")
    inside = (past["low80"] <= past["value"]) & (past["value"] <= past["high80"])
    coverage = inside.groupby(past["trend"]).mean()
    assert set(told.index) == set(coverage.index) == set(made["trends"]["trend"])
    np.testing.assert_allclose(told["coverage80"], coverage[told.index])
    np.testing.assert_allclose(told["wape"], told["off"])


@pytest.mark.parametrize("table", ["forecasts", "past_forecasts", "forecast_sums"])
def test_numbers_are_told_to_nine_digits(table: str) -> None:
    rows = forecast_trends(two(), NO_EVENTS, horizon=28)[table][EDGES]
    assert rows.map(lambda number: len(f"{number:.15g}".replace(".", "").strip("0"))).max(axis=None) <= 9


def test_a_grade_goes_with_how_far_a_forecast_was_off() -> None:
    trends = pd.concat(
        [
            trend(week(200)),
            trend(walk(200, 2, drift=0.3, noise=0.6), title="wild"),
            trend(week(30), title="new"),
        ],
        ignore_index=True,
    )
    told = forecast_trends(trends, NO_EVENTS, horizon=28)["trends"].set_index("trend")
    assert told["grade"].to_dict() == {
        "harbour-lights/views": "close", "new/views": "unknown", "wild/views": "rough",
    }  # fmt: skip
    assert told.loc["harbour-lights/views", "off"] < 0.1
    assert np.isnan(told.loc["new/views", "off"])


def test_weeks_of_a_daily_forecast_have_bands_of_their_own() -> None:
    made = forecast_trends(trend(walk(250, 3)), NO_EVENTS, horizon=28)
    weeks = made["forecast_sums"].query("period == 'week'")
    assert weeks["expected"].sum() == pytest.approx(made["forecasts"]["expected"].sum())
    days = made["forecasts"].head(7)
    assert weeks["high80"].iloc[0] < days["high80"].sum()
    assert weeks["high80"].iloc[0] > weeks["expected"].iloc[0]


def test_a_planned_trailer_lifts_the_forecast_as_past_ones_lifted_the_audience() -> None:
    values = week(200)
    days = pd.date_range("2025-06-02", periods=200)
    past = [event("trailer", day) for day in ("2025-07-12", "2025-09-20", "2025-11-01")]
    for one in past:
        since = (days - one["date"].iloc[0]).days.to_numpy()
        values = values * np.where(since >= 0, 1 + np.exp(-np.maximum(since, 0) / 4), 1)
    ahead = pd.concat([*past, event("trailer", "2025-12-27")], ignore_index=True)
    told = [
        forecast_trends(trend(values), events, horizon=28)["forecasts"].set_index("date")
        for events in (ahead, pd.concat(past, ignore_index=True))
    ]
    lift = told[0]["expected"] / told[1]["expected"]
    assert lift["2025-12-20"] == pytest.approx(1, abs=0.02)
    assert 1.3 < lift["2025-12-27"] < 2.5
    wider = (told[0]["high95"] / told[0]["expected"]) / (told[1]["high95"] / told[1]["expected"])
    assert wider["2025-12-27"] > 1


# which forecaster


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (10, "10 days of history are too few for the blend, so it goes on with the mean of its latest values."),
        (30, "30 days of history are too few for the blend, so it goes on with the mean of its last seasons."),
        (60, ""),
    ],
)
def test_short_histories_fall_back_in_steps_and_say_so(days: int, said: str) -> None:
    made = forecast_trends(trend(week(days)), NO_EVENTS, horizon=14)
    told = made["trends"].iloc[0]
    assert told["reason"] == said
    assert told["shown"] == ("short" if said else "asked")
    assert told["forecaster"] == made["forecasts"]["forecaster"].iloc[0] == ("mean" if said else "blend")


def fitted(better: str) -> tuple[fits.Panel, Fits]:
    """Fits in which one forecaster foretells exactly what comes and the other twice that."""
    trends = panel(walk(250, 1), walk(250, 2))
    made = fits.fit(trends, None, 28, "theta")
    came = fits.came(trends, made.origins, 28)
    came[0] = 1000.0
    for name in made.expected:
        made.expected[name] = came if name == better else 2 * came
    return trends, made


def beside(*ratios: float) -> dict[str, pd.DataFrame]:
    """What is made of a forecaster whose errors at past cutoffs are so many times seasonal naive's."""
    trends, made = fitted("nothing")
    came = fits.came(trends, made.origins, 28)
    for slot, ratio in enumerate(ratios, start=1):
        made.expected[YARDSTICK][slot] = came[slot] + 50
        made.expected["theta"][slot] = came[slot] + 50 * ratio
    return finish([trends], [made], forecaster="theta")


@pytest.mark.parametrize(
    ("ratios", "instead"),
    [
        ((1.2, 1.2, 1.2, 1.2), True),
        ((1.3, 1.3, 1.3, 0.9), True),
        ((1.08, 1.08, 1.08, 1.08), False),
        ((2.0, 2.0, 0.9, 0.9), False),  # as often closer as not
        ((1.1, 1.1, 1.1, 0.5), False),
        ((0.5, 0.5, 0.5, 0.5), False),
    ],
)
def test_what_is_worse_than_naive_at_most_cutoffs_and_by_a_tenth_is_not_shown(
    ratios: tuple[float, ...], *, instead: bool
) -> None:
    tables = beside(*ratios)
    assert (tables["trends"]["shown"] == ("better" if instead else "asked")).all()
    assert (tables["trends"]["forecaster"] == (YARDSTICK if instead else "theta")).all()
    skill = tables["scores"].query("forecaster == 'theta'")["skill"]
    np.testing.assert_allclose(skill, 1 - np.mean(ratios), atol=0.02)


def test_where_most_days_bring_nothing_a_forecast_of_nothing_is_not_thought_better() -> None:
    lines = np.random.default_rng(1).poisson(0.2, (30, 400)).astype(float)
    trends = panel(*lines)
    made = finish([trends], [fits.fit(trends, None, 28, "blend")], forecaster="blend")
    assert (made["trends"]["shown"] == "asked").all()
    weeks = made["forecast_sums"].query("period == 'week'").groupby("trend")["expected"].mean()
    assert weeks.mean() == pytest.approx(7 * lines.mean(), rel=0.1)


def test_the_reason_counts_the_checks_that_naive_won() -> None:
    assert set(beside(1.3, 1.3, 1.3, 0.9)["trends"]["reason"]) == {
        "Repeating the last week was closer than theta at 3 of the last 4 checks, by 17% in all."
    }


def test_checks_that_overlap_must_tell_more() -> None:
    trends = panel(walk(85, 1), walk(85, 2))
    made = fits.fit(trends, None, 28, "theta")
    came = fits.came(trends, made.origins, 28)
    for row, ratio in enumerate((1.3, 1.8)):
        made.expected[YARDSTICK][1:, row] = 1.5 * came[1:, row]
        made.expected["theta"][1:, row] = (1 + 0.5 * ratio) * came[1:, row]
    assert finish([trends], [made], forecaster="theta")["trends"]["shown"].tolist() == ["asked", "better"]


def test_what_stands_in_for_a_short_history_gives_way_to_naive_as_well() -> None:
    trends = panel(week(60))
    made = fits.fit(trends, None, 14, "blend")
    for name in made.expected:
        made.expected[name][:] = np.nan
    came = np.nan_to_num(fits.came(trends, made.origins, 14), nan=1000.0)
    made.expected[YARDSTICK][:], made.expected["mean"][:] = 1.1 * came, 1.5 * came
    told = finish([trends], [made], forecaster="blend")["trends"].iloc[0]
    assert (told["forecaster"], told["shown"]) == (YARDSTICK, "better")
    assert told["reason"].startswith("Repeating the last week was closer than mean at each of the last 4 checks")


def test_a_forecaster_that_lost_to_naive_at_every_cutoff_gives_way_to_it_and_says_so() -> None:
    trends, made = fitted(YARDSTICK)
    tables = finish([trends], [made], forecaster="theta")
    assert (tables["trends"]["forecaster"] == YARDSTICK).all()
    assert (tables["trends"]["shown"] == "better").all()
    assert set(tables["trends"]["reason"]) == {
        "Repeating the last week was closer than theta at each of the last 4 checks, by 100% in all."
    }
    assert (tables["forecasts"]["expected"] == 1000).all()


def test_a_trend_that_was_never_fitted_is_left_out_of_every_table() -> None:
    trends = panel(walk(250, 1), walk(250, 2))
    table = fits.table([fits.fit(trends.take(np.array([0])), None, 28, "theta")])
    for rows in finish([trends], [fits.read(table, trends, 28)], forecaster="theta").values():
        assert set(rows["trend"]) <= {"title-0/views"}


def test_without_any_fits_there_are_tables_of_no_rows() -> None:
    trends = panel(walk(250, 1))
    nothing = fits.read(fits.table([]), trends, 28)
    for name, rows in finish([trends], [nothing], forecaster="blend").items():
        assert rows.empty
        assert "trend" in rows.columns, name


def test_an_unknown_forecaster_is_refused_with_those_there_are() -> None:
    with pytest.raises(MissingError, match="Choose one of: blend, ets"):
        forecast_trends(trend(week(60)), NO_EVENTS, horizon=7, forecaster="crystal_ball")


# awkward trends


def odd_ones() -> dict[str, pd.DataFrame]:
    gaps = week(120)
    gaps[np.random.default_rng(2).random(120) < 0.3] = np.nan
    leap = pd.date_range("2023-01-01", periods=500)
    twice = engagement(week(80))
    return {
        "constant": engagement(np.full(120, 500.0)),
        "zero": engagement(np.zeros(120)),
        "one point": engagement(np.array([5.0])),
        "two points": engagement(np.array([5.0, 6.0])),
        "exact line": engagement(np.arange(1.0, 121.0)),
        "gaps": engagement(gaps),
        "huge": engagement(week(120, level=1e12)),
        "negative": engagement(-week(120)),
        "ended": engagement(week(120), start="2023-06-02"),
        "duplicated": pd.concat([twice, twice.tail(3)]),
        "infinite": engagement(np.where(np.arange(120) == 60, np.inf, week(120))),
        "mixed weekdays": engagement(week(80), freq="7D").assign(
            date=lambda rows: rows["date"] + pd.to_timedelta(np.arange(80) % 2, unit="D")
        ),
        "months": engagement(week(40), start="2022-06-30", freq="ME"),
        "leap day": pd.DataFrame({"date": leap, "title": "", "metric": "views", "value": week(500)}),
    }


def test_awkward_trends_are_each_forecast_or_refused_in_words_and_cost_no_other() -> None:
    parts = [rows.assign(title=name) for name, rows in odd_ones().items()]
    whole = gather(pd.concat([*parts, engagement(week(200), title="plain")], ignore_index=True))
    heads = states(whole, {"D": 28, "W": 8, "M": 6}).set_index("title")
    ready = heads.index[heads["state"].isin(FORECAST)]
    refused = heads.drop(index=ready)
    assert set(refused.index) == {"zero", "one point", "two points", "negative", "infinite"}
    assert refused["reason"].str.endswith(".").all()
    kept = whole[whole["title"].isin(ready)].reset_index(drop=True)
    made = forecast_trends(kept, NO_EVENTS, horizon={"D": 28, "W": 8, "M": 6})["forecasts"]
    assert set(made["title"]) == set(ready)
    assert np.isfinite(made[EDGES]).all(axis=None)
    alone = fits.fit(panels(gather(engagement(week(200), title="plain")))[0], None, 28, "blend")
    np.testing.assert_array_equal(made.loc[made["title"] == "plain", "expected"], alone.expected["blend"][0, 0])


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
