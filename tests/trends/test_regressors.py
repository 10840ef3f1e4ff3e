import datetime as dt

import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event, trend, week

from marketing.trends.engagement import lines
from marketing.trends.regressors import doubt, effects, kind_of, regressors, unknown_ahead


def line_of(values, **told):
    return next(lines(trend(values, **told)))


def test_a_release_fades_and_an_outage_is_over_when_it_is() -> None:
    line = line_of(week(60))
    told = regressors(
        pd.concat([event("release", "2025-06-20"), event("outage", "2025-07-05", end="2025-07-06")]), line, 7
    )
    assert told.loc["2025-06-19", "release 0"] == 0
    assert told.loc["2025-06-20", "release 0"] == 1
    assert 0.4 < told.loc["2025-06-27", "release 0"] < 0.6
    assert told["outage 1"][told["outage 1"] > 0].index.strftime("%d").tolist() == ["05", "06"]


def test_a_kind_not_met_before_the_last_day_is_no_regressor_and_is_told() -> None:
    line = line_of(week(60))
    ahead = event("release", "2025-08-05")
    assert regressors(ahead, line, 28).empty
    assert unknown_ahead(ahead, line, 28) == [("release", dt.date(2025, 8, 5))]
    assert (doubt(ahead, line, 28) == 0).all()


def test_an_event_ahead_is_expected_to_do_less_than_past_ones_of_its_kind_the_fewer_there_were() -> None:
    line = line_of(week(60))  # ends 31 July
    ahead = event("trailer", "2025-08-05")
    for past in (["2025-07-01"], ["2025-06-10", "2025-07-01"], ["2025-06-10", "2025-06-20", "2025-07-01"]):
        told = regressors(pd.concat([*(event("trailer", day) for day in past), ahead]), line, 28)
        assert told.loc["2025-08-05"].sum() == pytest.approx(len(past) / (len(past) + 1))
    christmas = pd.concat([event("holiday", "2025-07-01"), event("holiday", "2025-08-05")])
    assert regressors(christmas, line, 28).loc["2025-08-05"].sum() == 1
    assert unknown_ahead(pd.concat([event("trailer", "2025-07-01"), ahead]), line, 28) == []


def test_an_event_ahead_widens_the_band_on_its_days() -> None:
    line = line_of(week(60))
    told = doubt(pd.concat([event("trailer", "2025-07-01"), event("trailer", "2025-08-05")]), line, 28)
    assert told[:4].max() == 0
    assert told[4] == told.max() > 0.3
    assert (np.diff(told[4:]) <= 0).all()


def test_no_outage_is_known_before_it_comes_and_no_event_before_it_is_announced() -> None:
    line = line_of(week(60))
    outages = pd.concat([event("outage", "2025-07-01"), event("outage", "2025-08-05")])
    assert (regressors(outages, line, 28).loc["2025-08-01":] == 0).all().all()
    trailers = pd.concat([event("trailer", "2025-07-01"), event("trailer", "2025-08-05")])
    secret = trailers.assign(announced=pd.to_datetime(["2025-06-01", "2025-08-02"]))
    assert (regressors(secret, line, 28).loc["2025-08-05":].sum(axis=1) < 0.1).all()


def test_events_of_other_titles_and_regions_do_not_concern_a_trend() -> None:
    line = line_of(week(60))
    assert regressors(event("release", "2025-07-01", title="tide"), line, 7).empty
    assert not regressors(event("holiday", "2025-07-01"), line, 7).empty
    assert not regressors(event("release", "2025-07-01", title="harbour-lights"), line, 7).empty
    assert regressors(NO_EVENTS, line, 7).empty


def test_a_day_is_too_little_to_be_felt_in_a_week_and_a_week_is_not() -> None:
    weekly = line_of(np.arange(1.0, 41.0), freq="7D")
    told = regressors(event("holiday", "2025-08-05"), weekly, 4)
    assert told.empty
    festival = regressors(event("holiday", "2025-08-01", end="2025-08-12"), weekly, 4)  # weeks go by Monday
    assert festival.max().item() == 1


def test_words_for_a_kind_meet() -> None:
    assert [kind_of(k) for k in ("Launch", "premiere ", "release", None, "gala")] == [
        "release",
        "release",
        "release",
        "event",
        "gala",
    ]


def test_an_effect_is_found_beside_weekday_and_level() -> None:
    values = week(200, seed=3) * np.linspace(1, 3, 200)
    line = line_of(values)
    told = regressors(pd.concat([event("release", "2025-07-12"), event("trailer", "2025-11-01")]), line, 28)
    logs = np.log1p(values) + told.to_numpy()[:200] @ np.log([5, 2])
    np.testing.assert_allclose(effects(logs, told, 7), np.log([5, 2]), atol=0.2)


def test_an_effect_stays_sensible_where_a_count_shot_up_a_millionfold() -> None:
    values = week(100)
    values[50] = 1e12
    line = line_of(values)
    told = regressors(event("trailer", "2025-07-22"), line, 28)
    assert abs(effects(np.log1p(values), told, 7)).max() <= 3
