"""Days that were not as expected: what is flagged, what is not, and how it is told."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from made_trends import event, week
from numpy.typing import NDArray
from watched import NONE, TODAY, YESTERDAY, day, panel, shocked, told

from marketing.trends.anomalies import watch
from marketing.trends.anomalies.expectations import PACES, expectations
from marketing.trends.anomalies.tails import RATE
from marketing.trends.wording import amount

REAL = Path(__file__).parents[2] / "sample_data" / "real"


# what is expected

numbers = st.one_of(st.floats(0, 1e6), st.integers(0, 30).map(float), st.just(np.nan))


@settings(max_examples=40, deadline=None)
@given(values=hnp.arrays(float, (3, 80), elements=numbers), cut=st.integers(1, 79))
def test_nothing_after_a_day_touches_what_was_expected_of_it(values: NDArray[np.float64], cut: int) -> None:
    whole = panel(list(values))
    now, then = expectations(whole), expectations(whole.before(cut))
    for name in ("expected", "z", "first", "of_shock"):
        np.testing.assert_array_equal(getattr(now, name)[:, :-cut], getattr(then, name))


def test_a_trend_is_watched_alone_as_among_others() -> None:
    many = panel([week(90 + 40 * n, seed=n) for n in range(8)])
    among, alone = expectations(many), expectations(many.take(np.array([5])))
    for name in ("expected", "z", "first"):
        np.testing.assert_array_equal(getattr(among, name)[5, -290:], getattr(alone, name)[0])


def test_what_is_expected_knows_the_level_and_the_day_of_the_week() -> None:
    values = week(300)
    found = expectations(panel([values]))
    off = np.log(values[100:] / found.expected[0, 100:])
    assert np.abs(off).mean() < 1.2 * 0.05 * np.sqrt(2 / np.pi) * 1.2  # noise of 5% and little more


@pytest.mark.parametrize("factor", [30, 3, 0.2, 0])
def test_a_shock_spoils_nothing_that_is_expected_after_it(factor: float) -> None:
    quiet, shaken = (expectations(panel([shocked(days)])) for days in ({}, {"2026-09-15": factor}))
    after = np.arange(300 - day("2026-09-15"), 300)
    moved = np.abs(np.log(shaken.expected[0, after] / quiet.expected[0, after]))
    assert moved.max() < 0.05
    assert shaken.first[0].sum() == 1


def test_a_shift_becomes_the_level_within_days() -> None:
    values = shocked({})
    values[-60:] *= 3
    found = expectations(panel([values]))
    assert (np.abs(np.log(values[-50:] / found.expected[0, -50:])) < 0.4).all()
    assert np.flatnonzero(found.first[0]).tolist() == [240]


def test_the_spread_follows_a_volatility_that_changes_slowly() -> None:
    rng = np.random.default_rng(3)
    calm, wild = rng.normal(0, 0.05, 200), rng.normal(0, 0.25, 200)
    found = expectations(panel([np.exp(7 + np.r_[calm, wild])]))
    assert np.nanstd(found.z[0, 100:200]) == pytest.approx(1, abs=0.35)
    assert np.nanstd(found.z[0, 300:]) == pytest.approx(1, abs=0.35)


# false alarms


def quiet(kind: str, trends: int = 100, days: int = 500) -> NDArray[np.float64]:
    rng = np.random.default_rng(7)
    level = 6 + np.cumsum(rng.normal(0, 0.02, (trends, days)), axis=1)
    level += rng.normal(0, 0.2, (trends, 7))[:, np.arange(days) % 7]
    if kind == "low counts":
        return rng.poisson(np.exp(rng.uniform(-1.5, 2, (trends, 1)) + level - level[:, :1])).astype(float)
    noise = {
        "normal": rng.normal(0, 0.1, (trends, days)),
        "heavy tails": 0.08 * rng.standard_t(3, (trends, days)),
        "changing": rng.normal(size=(trends, days))
        * 0.1
        * np.exp(np.cumsum(rng.normal(0, 0.03, (trends, days)), axis=1)),
    }
    return np.round(np.exp(level + noise[kind]))


@pytest.mark.parametrize("kind", ["normal", "heavy tails", "changing", "low counts"])
@pytest.mark.parametrize("days", [120, 500])
def test_false_alarms_on_quiet_days_keep_to_the_rate(kind: str, days: int) -> None:
    found = expectations(panel(list(quiet(kind, days=days))))
    watched = (~np.isnan(found.z)).sum() - len(found.panel) * (PACES["D"].alarm - PACES["D"].start)
    assert found.first.sum() <= RATE * watched


@pytest.mark.parametrize(("code", "least"), [("D", 42), ("W", 26), ("M", 18)])
def test_there_is_no_alarm_before_enough_history(code: str, least: int) -> None:
    for points in (least - 1, least, least + 30):
        values = np.full(points + 1, 1000.0) + np.arange(points + 1) % 7
        values[-1] = 50_000
        assert expectations(panel([values], code=code)).first[0, -1] == (points >= least)


def test_low_counts_are_allowed_for() -> None:
    values = np.random.default_rng(2).poisson(0.4, 400).astype(float)
    values[-1] = 2
    assert not expectations(panel([values])).first[0, -1]
    values[-1] = 15
    assert expectations(panel([values])).first[0, -1]


def test_a_sunday_is_measured_by_sundays() -> None:
    values = np.tile([1000.0, 1000, 1000, 1000, 1000, 1000, 300], 40)
    values *= np.exp(np.random.default_rng(4).normal(0, 0.05, 280))
    assert not expectations(panel([values])).first.any()
    values[-1] = 1000  # a Sunday as busy as other days
    assert np.flatnonzero(expectations(panel([values])).first[0]).tolist() == [279]


def test_a_trend_that_spikes_every_few_days_is_a_noisy_one() -> None:
    values = shocked({}, days=700)
    values[60::9] *= 2
    late = expectations(panel([values])).first[0, 400:]
    assert late.sum() <= 3


@pytest.mark.parametrize(
    "values",
    [
        [5.0], [1.0, 2.0], [0.0] * 100, [7.0] * 400, list(range(1, 200)), [1e12] * 100, [np.nan] * 60 + [3.0],
        [*[10.0] * 60, *[np.nan] * 100, *[10.0] * 60], [*[0.0] * 200, *[1.0, 0.0] * 50], [0.5, 0.25] * 60,
    ],
)  # fmt: skip
def test_awkward_trends_raise_neither_alarm_nor_error(values: list[float]) -> None:
    assert told(np.array(values)).empty


# kinds


def test_a_day_out_is_a_spike_or_a_dip_and_told_once() -> None:
    both = told(shocked({"2026-09-15": 2.5, "2026-10-20": 0.3}))
    assert both["kind"].tolist() == ["spike", "dip"]
    assert both["date"].dt.date.tolist() == [dt.date(2026, 9, 15), dt.date(2026, 10, 20)]
    row = both.iloc[0]
    assert row["change"] == pytest.approx(row["value"] / row["expected"] - 1)


def test_a_shift_is_a_spike_until_enough_days_have_followed_and_then_a_rise() -> None:
    values = shocked({})
    values[-60:] = np.round(values[-60:] * 2)
    whole = panel([values])
    for after, kind in ((1, "spike"), (6, "spike"), (12, "rise"), (60, "rise")):
        seen = watch([expectations(whole.before(60 - after))], NONE, {}, TODAY)
        assert seen[["kind", "date"]].iloc[0].tolist() == [kind, pd.Timestamp(YESTERDAY) - pd.Timedelta(days=59)]
        assert len(seen) == 1
    values[-60:] = np.round(values[-60:] / 6)
    assert told(values)["kind"].tolist() == ["fall"]


def test_a_rush_that_fades_over_weeks_is_one_anomaly() -> None:
    values = shocked({})
    values[-80:] = np.round(values[-80:] * (1 + 6 * 0.5 ** (np.arange(80) / 5)))
    assert len(told(values)) == 1


def test_a_second_shock_while_the_first_fades_is_told_on_its_own() -> None:
    values = shocked({})
    values[-60:] = np.round(values[-60:] * (1 + 6 * 0.5 ** (np.arange(60) / 2)))
    values[-55:] = np.round(values[-55:] * (1 + 8 * 0.5 ** (np.arange(55) / 3)))
    first = pd.Timestamp(YESTERDAY) - pd.Timedelta(days=59)
    assert told(values)["date"].tolist() == [first, first + pd.Timedelta(days=5)]


def test_news_of_the_evening_is_told_by_the_day_after() -> None:
    row = told(shocked({"2026-10-20": 1.8, "2026-10-21": 9, "2026-10-22": 5})).iloc[0]
    assert row["date"] == pd.Timestamp("2026-10-21")


def test_dated_events_of_a_real_game_are_found() -> None:
    views = pd.read_csv(REAL / "gta6_pageviews.csv", parse_dates=["date"]).set_index("date")["pageviews"].asfreq("D")
    dated = pd.read_csv(REAL / "gta6_events.csv", parse_dates=["date"])
    found = told(views.to_numpy(float), dated, last=views.index[-1].date())
    past = dated[dated["date"] <= views.index[-1]]
    near = [(found["date"] - date).dt.days.isin([0, 1]).any() for date in past["date"]]
    assert sum(near) >= 5
    assert set(past["event"]) >= set(found["event"]) - {""}


# in words


def test_an_anomaly_is_told_in_words_with_its_event() -> None:
    values = shocked({"2026-11-24": 1.5})
    trailer = event("trailer", "2026-11-24").assign(event="Second trailer")
    row = told(values, trailer).iloc[0]
    assert row["event"] == "Second trailer"
    assert re.fullmatch(
        rf"Harbour Lights drew {amount(row['value'])} views on Tuesday, {row['change']:.0%} more than expected, the "
        "day of the second trailer.",
        row["sentence"],
    )


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2026-11-23", "the day after “Tour announced”"),
        ("2026-11-21", "three days after “Tour announced”"),
        ("2026-11-20", "than expected."),
        ("2026-11-25", "than expected."),
    ],
)
def test_events_of_up_to_three_days_before_may_be_the_reason(on: str, words: str) -> None:
    announced = event("announcement", on).assign(event="Tour announced")
    assert words in told(shocked({"2026-11-24": 1.6}), announced)["sentence"].iloc[0]


def test_the_nearest_event_comes_first_a_titles_own_before_everyones_and_others_never() -> None:
    dated = pd.concat(
        [
            event("holiday", "2026-11-24"),
            event("trailer", "2026-11-24", title="t0"),
            event("release", "2026-11-23", title="t0"),
            event("release", "2026-11-24", title="t1"),
        ]
    )
    assert told(shocked({"2026-11-24": 2}), dated)["event"].tolist() == ["trailer 2026-11-24"]
    assert told(shocked({"2026-11-24": 2}), dated.iloc[[0, 2, 3]])["event"].tolist() == ["holiday 2026-11-24"]
    assert told(shocked({"2026-11-24": 2}), dated.iloc[3:])["event"].tolist() == [""]


def test_an_event_under_way_and_a_region_are_allowed_for() -> None:
    offer = event("offer", "2026-11-10", end="2026-11-30", region="ES").assign(event="Free month")
    both = panel([shocked({"2026-11-24": 2})] * 2, region=["ES", "FR"])
    seen = watch([expectations(both)], offer, {}, TODAY)
    assert seen["event"].tolist() == ["Free month", ""]
    assert "views in region ES on Tuesday" in seen["sentence"].iloc[0]
    assert seen["sentence"].iloc[0].endswith("during “Free month”.")


def test_weeks_and_months_have_words_of_their_own() -> None:
    values = 1000 + 10.0 * (np.arange(60) % 3)
    values[-1] *= 3
    release = event("release", "2026-11-21").assign(event="Release")
    weekly = told(values, release, code="W", last=dt.date(2026, 11, 23))["sentence"].iloc[0]
    assert "views in the week of 23 November, " in weekly
    assert weekly.endswith(" times what was expected, the week of the release.")
    monthly = told(values, release, code="M", last=dt.date(2026, 11, 1))["sentence"].iloc[0]
    assert "views in November, " in monthly
    assert monthly.endswith("the month of the release.")


def test_a_rise_says_since_when() -> None:
    values = shocked({})
    values[-30:] = np.round(values[-30:] * 2)
    assert told(values)["sentence"].iloc[0].startswith(
        "Harbour Lights has drawn more since Monday 26 October: "
    )  # fmt: skip


def test_without_anomalies_the_table_has_its_columns() -> None:
    both = [watch([], NONE, {}, TODAY), watch([expectations(panel([week(90)], region=["ES"]))], NONE, {}, TODAY)]
    for table, region in zip(both, ([], ["region"]), strict=True):
        assert list(table.columns) == [
            "trend", "title", "metric", *region, "date", "value", "expected", "change", "z", "kind", "event",
            "sentence", "cells",
        ]  # fmt: skip
        assert table.empty
        assert table["date"].dtype == "datetime64[us]"
