import numpy as np
import pandas as pd
import pytest
from made_trends import NO_EVENTS, event
from test_events import audience, lifted, on, panel_of

from marketing.contracts import TABLES
from marketing.tables import check
from marketing.trends.events import learn
from marketing.trends.events.courses import half_life, of_periods, shares
from marketing.trends.events.event_effects import event_effects


def test_an_effect_is_told_in_a_marketers_numbers() -> None:
    quiet = audience()
    values = lifted(quiet, 150, 1.0, fading=4)
    panel = panel_of(lights=values)
    told = event_effects(panel, learn([panel], event("trailer", on(150), title="lights")), 28).iloc[0]
    assert told["effect"] == pytest.approx(np.e - 1, rel=0.3)
    assert told["low80"] < told["effect"] < told["high80"]
    assert told["added"] == pytest.approx((values - quiet).sum(), rel=0.3)
    assert told["peak_date"] == pd.Timestamp(on(150))
    assert told["fading"] == pytest.approx(half_life(np.array(1.0), np.array(4.0)), abs=1)
    assert (told["basis"], told["ahead"], told["lead"]) == ("own", 0, 0)


def test_an_event_ahead_adds_what_the_forecast_has_of_it() -> None:
    panel = panel_of(lights=lifted(audience(), 150, 1.0))
    events = pd.concat([event("trailer", on(150), title="lights"), event("trailer", on(305), title="lights")])
    learned = learn([panel], events)
    dates = panel.ahead(28)[0].astype("datetime64[us]")
    forecasts = pd.DataFrame({"trend": "lights/views", "date": dates, "expected": 1000.0})
    without, told = (event_effects(panel, learned, 28, given).iloc[1] for given in (None, forecasts))
    assert np.isnan(without["added"])
    assert 0 < told["added"] < 28_000
    assert told["ahead"] == 1
    assert told["basis"] == "own"


def test_the_rows_are_as_the_contract_says() -> None:
    panel = panel_of(lights=lifted(audience(), 150, 1.0), tide=audience(seed=2))
    events = pd.concat([event(kind, on(day)) for kind, day in (("trailer", 150), ("release", 200), ("gala", 310))])
    told = event_effects(panel, learn([panel], events, territory="GB"), 28)
    assert check(TABLES["event_effects"], told) == []
    assert list(told.columns) == [column.name for column in TABLES["event_effects"].columns]
    assert told["trend"].nunique() == 2
    empty = event_effects(panel, learn([panel], NO_EVENTS), 28)
    assert empty.empty
    assert list(empty.columns) == list(told.columns)


def test_a_course_is_full_on_its_days_fades_and_may_be_awaited() -> None:
    days = np.arange(-6.0, 20.0)
    zero, four = np.array(0.0), np.array(4.0)
    plain = shares(days, zero, zero, zero, four)
    assert not plain[:6].any()
    assert plain[6] == 1
    assert plain[10] == pytest.approx(1 / np.e)
    flight = shares(days, np.array(5.0), zero, zero, zero)
    assert days[flight > 0].tolist() == [0, 1, 2, 3, 4, 5]
    awaited = shares(days, zero, np.array(2.0), np.array(1.0), four)
    assert (np.diff(awaited[:8]) > 0).all()
    assert days[awaited.argmax()] == 1


def test_of_a_days_worth_a_week_shows_a_seventh() -> None:
    zero = np.array(0.0)
    week = of_periods(np.arange(-1.0, 2.0), "W", np.array(3), zero, zero, zero, zero)
    np.testing.assert_allclose(week, [0, 1 / 7, 0])


def test_half_of_a_large_effect_is_gone_sooner() -> None:
    small, large = half_life(np.array([0.01, 3.0]), np.array([10.0, 10.0]))
    assert small == pytest.approx(10 * np.log(2), rel=0.01)
    assert large < small / 2
