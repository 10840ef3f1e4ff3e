import numpy as np
import pandas as pd
import pytest
from made_trends import engagement, week

from marketing.trends.engagement import gather
from marketing.trends.panels import Panel, panels


def panel(*parts: pd.DataFrame) -> Panel:
    found = panels(gather(pd.concat(parts, ignore_index=True)))
    assert len(found) == 1
    return found[0]


def test_every_trend_ends_in_the_last_column_with_its_own_dates() -> None:
    found = panel(engagement(week(100)), engagement(week(30), title="tide", start="2025-01-01"))
    assert found.trends == ["harbour-lights/views", "tide/views"]
    np.testing.assert_array_equal(found.values[:, -1], [week(100)[-1], week(30)[-1]])
    assert np.isnan(found.values[1, :70]).all()
    assert found.dates()[1, -1] == np.datetime64("2025-01-30")
    np.testing.assert_array_equal(found.ahead(2)[1], np.array(["2025-01-31", "2025-02-01"], "datetime64[D]"))


def test_gaps_stay_gaps() -> None:
    values = week(40)
    values[20] = np.nan
    assert np.flatnonzero(np.isnan(panel(engagement(values)).values[0])).tolist() == [20]


@pytest.mark.parametrize(
    ("freq", "start", "ahead"),
    [("ME", "2024-01-31", "2024-03-31"), ("MS", "2024-01-01", "2024-03-01"), ("7D", "2024-02-23", "2024-03-08")],
)
def test_months_keep_their_first_or_last_day_and_weeks_their_weekday(freq: str, start: str, ahead: str) -> None:
    dates = pd.date_range(end=pd.date_range(start, periods=2, freq=freq)[-1], periods=12, freq=freq)
    values = week(12)
    found = panel(engagement(values, start=str(dates[0].date()), freq=freq))
    assert found.ahead(1)[0, 0] == np.datetime64(ahead)
    np.testing.assert_array_equal(found.dates()[0], dates.to_numpy().astype("datetime64[D]"))


def test_the_past_knows_nothing_of_what_came_after() -> None:
    found = panel(engagement(week(100)))
    earlier = found.before(10)
    assert earlier.last[0] == found.dates()[0, -11]
    np.testing.assert_array_equal(earlier.values, found.values[:, :-10])


def test_taking_some_trends_leaves_no_empty_columns() -> None:
    found = panel(engagement(week(100)), engagement(week(30), title="tide", start="2025-08-11"))
    assert found.take(np.array([False, True])).values.shape == (1, 30)
