import datetime as dt

import numpy as np
import pandas as pd
import pytest
from made_trends import engagement, week

from marketing.errors import InputError
from marketing.trends.engagement import gather, gathered, lines, part, trend_id
from marketing.trends.panels import panels
from marketing.trends.resampling import coarsened


def split(title: str = "harbour-lights", days: int = 3) -> pd.DataFrame:
    keys = pd.MultiIndex.from_product(
        [pd.date_range("2026-01-01", periods=days), [title], ["views"], ["ES", "GB"], ["app", "tv"]],
        names=["date", "title", "metric", "region", "platform"],
    )
    rows = keys.to_frame(index=False)
    rows["value"] = np.arange(1.0, len(rows) + 1)
    return rows


def total(gathered: pd.DataFrame, trend: str = "harbour-lights/views") -> list[float]:
    return gathered.loc[gathered["trend"] == trend, "value"].tolist()


def test_a_title_with_two_dimensions_has_a_total_and_a_trend_per_value_of_each() -> None:
    gathered = gather(split())
    head = "harbour-lights/views"
    parts = [f"{head}/platform=app", f"{head}/platform=tv", f"{head}/region=ES", f"{head}/region=GB"]
    assert sorted(gathered["trend"].unique()) == [head, *parts]
    assert total(gathered) == [10.0, 26.0, 42.0]
    assert total(gathered, f"{head}/region=ES") == [3.0, 11.0, 19.0]


def test_a_title_without_a_split_has_its_total_alone_beside_one_that_has() -> None:
    plain = engagement(np.array([5.0, 6.0]), title="tide")
    gathered = gather(pd.concat([split(), plain], ignore_index=True))
    assert gathered.loc[gathered["title"] == "tide", "trend"].unique().tolist() == ["tide/views"]


def test_a_region_that_is_all_there_is_makes_no_second_trend() -> None:
    rows = split()
    one = gather(
        rows[rows["region"] == "ES"]
        .drop(columns="platform")
        .groupby(["date", "title", "metric", "region"], as_index=False)
        .sum()
    )
    assert one["trend"].unique().tolist() == ["harbour-lights/views"]


@pytest.mark.parametrize("by", [["region"], ["platform"], []])
def test_totals_beside_their_parts_are_not_counted_twice(by: list[str]) -> None:
    rows = split()
    rolled = rows.groupby(["date", "title", "metric", *by], as_index=False)["value"].sum()
    gathered = gather(pd.concat([rows, rolled], ignore_index=True))
    assert total(gathered) == [10.0, 26.0, 42.0]
    assert total(gathered, "harbour-lights/views/region=ES") == [3.0, 11.0, 19.0]


def test_two_exports_by_one_dimension_each_give_one_total() -> None:
    rows = split()
    exports = [
        rows.groupby(["date", "title", "metric", by], as_index=False)["value"].sum() for by in ("region", "platform")
    ]
    gathered = gather(pd.concat(exports, ignore_index=True))
    assert total(gathered) == [10.0, 26.0, 42.0]
    assert total(gathered, "harbour-lights/views/platform=tv") == total(
        gather(rows), "harbour-lights/views/platform=tv"
    )


def test_rows_without_a_region_are_added_where_they_are_the_rest_and_not_the_whole() -> None:
    rows = split().groupby(["date", "title", "metric", "region"], as_index=False)["value"].sum()
    rest = rows[rows["region"] == "ES"].assign(region=None, value=0.5)
    assert total(gather(pd.concat([rows, rest], ignore_index=True))) == [10.5, 26.5, 42.5]


def test_days_without_a_row_are_gaps_and_not_zeros() -> None:
    values = week(40)
    values[[3, 4, 20]] = np.nan
    gathered = gather(engagement(values))
    assert len(gathered) == 40
    assert np.flatnonzero(gathered["value"].isna()).tolist() == [3, 4, 20]


def test_ids_quote_what_divides_them() -> None:
    assert trend_id("tide", "views", {}) == "tide/views"
    assert trend_id("tide", "views", {"region": "ES"}) == "tide/views/region=ES"
    assert trend_id("tide", "views", {"placement": "a/b=c%"}) == "tide/views/placement=a%2Fb%3Dc%25"
    assert trend_id("V/H/S", "views", {}) == "V%2FH%2FS/views"


@pytest.mark.parametrize("value", ["ES", "a/b=c%", "%2F", "50% off"])
def test_the_part_that_an_id_tells_is_read_back_as_it_was(value: str) -> None:
    assert part(trend_id("E=mc/2", "views=all", {"price / kind": value})) == ("price / kind", value)
    assert part(trend_id("E=mc/2", "views=all", {})) == ("", "")


def test_titles_and_measures_with_slashes_are_trends_of_their_own() -> None:
    one = engagement(np.array([5.0, 6.0]), title="a/b")
    other = engagement(np.array([50.0, 60.0]), title="a").assign(metric="b/views")
    gathered = gather(pd.concat([one, other], ignore_index=True))
    assert gathered["trend"].nunique() == 2
    assert total(gathered, trend_id("a/b", "views", {})) == [5.0, 6.0]
    assert total(gathered, trend_id("a", "b/views", {})) == [50.0, 60.0]


def test_weeks_told_on_mixed_weekdays_make_one_line_without_loss() -> None:
    dates = pd.date_range("2024-01-03", periods=60, freq="7D")
    moved = dates + pd.to_timedelta(np.tile([0, -1, 1, 0, 2], 12), unit="D")
    rows = pd.DataFrame({"date": moved, "title": "tide", "metric": "views", "value": np.arange(60.0)})
    gathered = gather(rows)
    assert gathered["frequency"].unique().tolist() == ["W"]
    assert gathered["value"].tolist() == np.arange(60.0).tolist()
    assert set(gathered["date"].dt.day_name()) == {"Wednesday"}


@pytest.mark.parametrize(("freq", "next_date"), [("MS", "2026-01-01"), ("ME", "2026-01-31")])
def test_months_keep_the_end_that_they_go_by(freq: str, next_date: str) -> None:
    rows = gather(engagement(np.arange(1.0, 25.0), start="2024-01-01", freq=freq))
    assert rows["frequency"].unique().tolist() == ["M"]
    assert rows["value"].tolist() == np.arange(1.0, 25.0).tolist()
    assert panels(rows)[0].ahead(1)[0, 0] == np.datetime64(next_date)


def test_a_leap_day_is_a_day_like_any_other() -> None:
    (line,) = lines(gather(engagement(week(60), start="2024-01-01")))
    assert pd.Timestamp("2024-02-29") in line.dates
    ahead = panels(gather(engagement(week(59), start="2024-01-01")))[0].ahead(2)  # to 28 February
    assert ahead.tolist() == [[dt.date(2024, 2, 29), dt.date(2024, 3, 1)]]


def test_days_add_up_to_whole_weeks_and_months_only() -> None:
    rows = gathered(engagement(np.ones(100), start="2026-01-01"))  # a Thursday, to 10 April
    weeks, months = coarsened(rows, "W").table(), coarsened(rows, "M").table()
    assert weeks["value"].tolist() == [7.0] * 13
    assert weeks["date"].iloc[0] == pd.Timestamp("2026-01-05")
    assert months["value"].tolist() == [31.0, 28.0, 31.0]


def test_a_week_that_lacks_a_day_is_drawn_up_and_one_that_lacks_most_is_a_gap() -> None:
    values = np.ones(28)
    values[8] = values[15:20] = np.nan
    assert coarsened(gathered(engagement(values)), "W").table()["value"].tolist()[:2] == [7.0, 7.0]
    assert np.isnan(coarsened(gathered(engagement(values)), "W").table()["value"].iloc[2])


def test_months_cannot_be_told_by_day() -> None:
    with pytest.raises(InputError, match="about one value a month, which cannot be forecast by day"):
        coarsened(gathered(engagement(np.ones(24), freq="MS")), "D")


def test_gathering_leaves_the_table_as_it_was() -> None:
    rows = split()
    before = rows.copy()
    gather(rows)
    pd.testing.assert_frame_equal(rows, before)


def test_a_season_counted_in_numbers_divides_and_a_note_on_every_row_does_not() -> None:
    rows = engagement(week(1200)).assign(note=[f"row {n}" for n in range(1200)])
    rows["season"] = np.where(np.arange(1200) < 600, 1.0, 2.0)
    found = gather(rows)["trend"].unique().tolist()
    assert found == ["harbour-lights/views", "harbour-lights/views/season=1", "harbour-lights/views/season=2"]


def test_a_note_divides_no_trend_and_a_hall_that_tells_rows_apart_does() -> None:
    rows = engagement(np.array([5.0, 6.0, 7.0])).assign(note=["raw", "raw", "checked"])
    assert gather(rows)["trend"].unique().tolist() == ["harbour-lights/views"]
    halls = pd.concat([rows.assign(hall="a"), rows.assign(hall="b")], ignore_index=True)
    gathered = gather(halls)
    assert gathered["trend"].unique().tolist() == [
        "harbour-lights/views",
        "harbour-lights/views/hall=a",
        "harbour-lights/views/hall=b",
    ]
    assert total(gathered) == [10.0, 12.0, 14.0]
