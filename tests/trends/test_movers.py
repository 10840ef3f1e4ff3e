"""Yesterday against what was expected, ranked."""

import datetime as dt

import numpy as np
import pandas as pd
from made_trends import event, week
from watched import NONE, TODAY, panel, shocked

from marketing.trends.anomalies import watch
from marketing.trends.anomalies.expectations import expectations
from marketing.trends.movers import movers
from marketing.trends.panels import Panel
from marketing.trends.wording import amount


def moved(*panels: Panel, events: pd.DataFrame = NONE, names: dict[str, str] | None = None) -> pd.DataFrame:
    found = [expectations(each) for each in panels]
    told = watch(found, events, names or {}, TODAY)
    return movers(found, told, events, names or {}, TODAY).set_index("trend")


def test_each_trend_is_told_by_its_latest_day_and_the_reason_near_it() -> None:
    trailer = event("trailer", "2026-11-24", title="t0").assign(event="Second trailer")
    table = moved(panel([shocked({"2026-11-24": 1.6}), week(300)]), events=trailer, names={"t0": "Harbour Lights"})
    row = table.loc["t0"]
    assert row["sentence"] == (
        f"Harbour Lights drew {amount(row['value'])} views on Tuesday, {row['change']:.0%} more than expected, the day "
        "of the second trailer."
    )
    assert table.loc["t1", "sentence"].endswith("which is usual for it.")
    assert (table.loc["t1", "event"], table.loc["t1", "rank"]) == ("", 2)


def test_surprise_and_size_rank_and_totals_come_before_parts_and_a_title_once() -> None:
    calm, wild = shocked({"2026-11-24": 1.25}), shocked({"2026-11-24": 3.0})
    small = shocked({"2026-11-24": 3.0}, level=20)
    both = panel([calm, wild, small, wild], region=[None, None, None, "ES"])
    both.heads["title"] = ["a", "b", "c", "b"]
    both.heads["trend"] = ["a/views", "b/views", "c/views", "b/views/region=ES"]
    assert moved(both)["rank"].to_dict() == {"b/views": 1, "a/views": 2, "c/views": 3, "b/views/region=ES": 4}


def test_a_huge_title_that_hardly_moved_is_told_after_a_small_ones_spike_and_large_before_small_spikes() -> None:
    huge = week(300, level=1e12)
    lines = [huge, shocked({"2026-11-24": 1.6}, level=50), shocked({"2026-11-24": 1.6}, level=5000)]
    table = moved(panel(lines))
    assert table["z"].abs()["t0"] < 2
    assert table["rank"].to_dict() == {"t2": 1, "t1": 2, "t0": 3}


def test_a_title_with_two_measures_is_told_by_the_more_telling_first() -> None:
    both = panel([shocked({"2026-11-24": 3.0}), shocked({"2026-11-24": 0.5}), week(300, seed=5)])
    both.heads["title"], both.heads["metric"] = ["a", "a", "b"], ["views", "minutes", "views"]
    ranks = moved(both)["rank"]
    assert (ranks["t0"], ranks["t2"], ranks["t1"]) == (1, 2, 3)


def test_stale_trends_and_those_too_young_are_not_told() -> None:
    fresh, young = panel([week(300)]), panel([week(20)])
    old = panel([shocked({"2026-11-24": 5})], last=dt.date(2026, 11, 1))
    for number, each in enumerate((fresh, young, old)):
        each.heads["trend"] = f"t{number}"
    assert moved(fresh, young, old).index.tolist() == ["t0"]


def test_a_day_without_any_says_what_was_expected_and_a_title_that_has_ended_is_not_told() -> None:
    out, over = week(300, seed=2), week(300, seed=3)
    out[-1], over[-60:] = 0, 0
    table = moved(panel([out, over]))
    assert table.index.tolist() == ["t0"]
    expected = amount(table.loc["t0", "expected"])
    assert table.loc["t0", "sentence"] == f"t0 drew 0 views on Tuesday, where {expected} were expected."


def test_a_day_of_a_shock_that_began_earlier_has_its_event() -> None:
    release = event("release", "2026-11-19", title="t0")
    values = shocked({f"2026-11-{day}": 4 for day in range(19, 25)})
    row = moved(panel([values]), events=release).loc["t0"]
    assert row["event"] == "release 2026-11-19"
    assert row["sentence"].endswith("expected, after “release 2026-11-19”.")


def test_ranks_are_whole_and_differ_and_the_order_of_trends_does_not_matter() -> None:
    values = [week(200, seed=n) * (1 + n) for n in range(6)]
    table = moved(panel(values))
    assert sorted(table["rank"]) == [1, 2, 3, 4, 5, 6]
    turned = panel(values[::-1])
    turned.heads["trend"] = turned.heads["title"] = [f"t{n}" for n in reversed(range(6))]
    pd.testing.assert_frame_equal(moved(turned), table)


def test_without_trends_the_table_has_its_columns() -> None:
    table = movers([], watch([], NONE, {}, TODAY), NONE, {}, TODAY)
    assert table.empty
    assert list(table.columns) == [
        "trend", "title", "metric", "date", "value", "expected", "change", "z", "rank", "event", "sentence", "cells",
    ]  # fmt: skip
    assert table["rank"].dtype == np.int64
