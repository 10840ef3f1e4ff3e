"""Dated numbers laid out one a period, and rows of an export added up, whatever their order and number."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.trends.engagement import gather, gathered
from marketing.trends.engagement.periods import Gathered
from marketing.trends.panels import panels

DAYS = pd.date_range("2024-02-20", periods=40, unit="us")

row = st.tuples(
    st.integers(0, 39), st.sampled_from(["tide", "ember"]), st.sampled_from(["ES", "GB", None]), st.integers(0, 10**6)
)
tables = st.lists(row, min_size=1, max_size=60, unique_by=lambda r: r[:3])


def engagement(rows: list[tuple[int, str, str | None, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "title", "region", "value"]).astype({"region": "str"})
    return frame.assign(date=DAYS[frame["day"]], metric="views", value=frame["value"].astype(float))


@settings(deadline=None, max_examples=60)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_trend(rows: list[tuple[int, str, str | None, int]], draws: object) -> None:
    mixed = list(rows)
    draws.shuffle(mixed)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(gather(engagement(rows)), gather(engagement(mixed)), check_exact=True)


@settings(deadline=None, max_examples=60)
@given(tables)
def test_parts_hold_what_their_rows_hold_and_every_period_has_a_row(
    rows: list[tuple[int, str, str | None, int]],
) -> None:
    told, trends = engagement(rows), gather(engagement(rows))
    parts = trends[trends["region"].notna()]
    for (title, region), group in parts.groupby(["title", "region"]):
        mine = told[(told["title"] == title) & (told["region"] == region)]
        assert group["value"].sum() == mine["value"].sum()
    for _, group in trends.groupby("trend"):
        gaps = group["date"].diff().dropna()
        assert group["frequency"].nunique() == 1
        assert (gaps > pd.Timedelta(0)).all()
        assert group["frequency"].iloc[0] == "M" or gaps.nunique() <= 1


@settings(deadline=None, max_examples=40)
@given(tables)
def test_a_long_table_and_trends_laid_out_tell_the_same(rows: list[tuple[int, str, str | None, int]]) -> None:
    compact = gathered(engagement(rows))
    again = Gathered.read(compact.table())
    assert again.heads.equals(compact.heads)
    assert np.array_equal(again.values, compact.values, equal_nan=True)
    assert (again.dates == compact.dates).all()
    told = compact.table().set_index(["trend", "date"])["value"]
    for panel in panels(compact):
        for name, dates, values in zip(panel.trends, panel.dates(), panel.values, strict=True):
            mine = told[name].reindex(pd.DatetimeIndex(dates).as_unit("us"))
            assert np.array_equal(mine.to_numpy(), values, equal_nan=True)


def test_ten_thousand_rows_a_title_keep_the_day_they_are_of_across_leap_days_and_ends_of_months() -> None:
    dates = pd.date_range("1999-12-31", "2027-03-01", unit="us")
    frame = pd.DataFrame(
        {"date": dates, "title": "tide", "metric": "views", "value": np.arange(len(dates), dtype=float)}
    )
    trends = gather(frame.drop(index=[60, 61]))
    assert (trends["date"] == dates).all()
    assert trends["value"].isna().to_numpy().nonzero()[0].tolist() == [60, 61]
