"""Scenarios: what if, beside the forecast, with a difference that is as sure as the effects are known."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.errors import InputError, MissingError, RightsError
from marketing.ledger import Ledger
from marketing.people import Person
from marketing.trends.events.courses import half_life
from marketing.trends.scenarios import Add, Drop, Move, Price, Scenario, forget, outcomes, save
from marketing.trends.scenarios.consequences import movement

TODAY = dt.date(2026, 11, 23)
AHEAD = 28
TRAILER = dt.date(2026, 11, 30)
AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


def forecasts(level=1000.0, *, parts=None, frequency="D", periods=AHEAD):
    """Rows of the forecasts table of one title and, if shares are given, of its regions."""
    dates = pd.date_range("2026-11-23", periods=periods, freq=frequency, unit="us")
    expected = level * (1 + 0.2 * np.sin(np.arange(periods)))
    rows = []
    for region, share in {None: 1.0, **(parts or {})}.items():
        trend = "harbour-lights/views" + (f"/region={region}" if region else "")
        edges = {"low80": 0.8, "high80": 1.2, "low95": 0.6, "high95": 1.5}
        told = {"trend": trend, "title": "harbour-lights", "metric": "views", "region": region}
        bands = {name: share * expected * times for name, times in edges.items()}
        rows.append(pd.DataFrame({**told, "date": dates, "expected": share * expected, **bands}))
    return pd.concat(rows, ignore_index=True)


def effect(event, date, size=0.5, spread=0.1, *, trend="harbour-lights/views", kind="trailer", fading=3.0, length=0):
    """A row of event_effects: `size` and `spread` on the log scale, `fading` in days to a factor e."""
    date = pd.Timestamp(date)
    edges = np.expm1([size, size - 1.2816 * spread, size + 1.2816 * spread])
    told = dict(zip(["effect", "low80", "high80"], edges, strict=True))
    half = float(half_life(np.array(size), np.array(fading)))
    end = date + pd.Timedelta(days=length)
    row = {"trend": trend, "event": event, "kind": kind, "date": date, **told, "added": 0.0, "peak_date": date}
    return pd.DataFrame([{**row, "lead": 0.0, "fading": half, "basis": "kind", "ahead": 1, "end_date": end}])


def asked(*changes, **told):
    return Scenario(title="harbour-lights", metric="views", name="what if", changes=changes, **told)


def outcome(scenario, table=None, effects=None):
    table = forecasts() if table is None else table
    effects = effect("Trailer 2", TRAILER) if effects is None else effects
    return outcomes(scenario, table, effects, "Harbour Lights", TODAY)[0]


def test_a_scenario_without_changes_is_the_forecast():
    table = forecasts(parts={"ES": 0.6, "GB": 0.4})
    found = outcomes(asked(), table, effect("Trailer 2", TRAILER), "Harbour Lights", TODAY)
    assert [each.trend for each in found] == list(table["trend"].unique())
    for each in found:
        mine = table[table["trend"] == each.trend].reset_index(drop=True)
        for column in ("expected", "low80", "high80", "low95", "high95"):
            np.testing.assert_array_equal(each.rows[column], mine[column])
        assert (each.difference, each.low80, each.high80) == (0, 0, 0)
        assert "as in the forecast" in each.sentence


def test_moving_an_event_by_no_day_changes_nothing():
    table = forecasts()
    found = outcome(asked(Move(event="Trailer 2", date=TRAILER, to=TRAILER)), table)
    for column in ("expected", "low80", "high80", "low95", "high95"):
        np.testing.assert_array_equal(found.rows[column], table[column])
    assert (found.difference, found.low80, found.high80) == (0, 0, 0)


def test_an_event_left_out_takes_along_what_it_should_bring():
    found = outcome(asked(Drop(event="Trailer 2", date=TRAILER)))
    ratio = (found.rows["expected"] / found.rows["before"]).to_numpy()
    np.testing.assert_allclose(ratio[:7], 1)
    np.testing.assert_allclose(ratio[7:10], np.exp(-0.5 * np.exp(-np.arange(3) / 3)), rtol=1e-6)
    assert found.low80 < found.difference < found.high80 < 0
    assert "Trailer 2 of 30 November left out" in found.sentence
    assert "fewer than in the forecast" in found.sentence


def test_a_moved_event_does_on_the_new_day_what_it_did_on_the_old():
    flat = forecasts().assign(expected=1000.0)
    found = outcome(asked(Move(event="Trailer 2", date=TRAILER, to=dt.date(2026, 12, 5))), flat)
    ratio = found.rows.set_index("date")["expected"] / 1000
    assert ratio["2026-11-30"] == pytest.approx(np.exp(-0.5))
    assert ratio["2026-12-05"] == pytest.approx(np.exp(0.5 * (1 - np.exp(-5 / 3))))


def test_a_flight_keeps_its_length_when_it_moves():
    flat = forecasts().assign(expected=1000.0)
    flight = effect("Winter flight", TRAILER, kind="campaign", fading=0.5, length=3)
    found = outcome(asked(Move(event="Winter flight", date=TRAILER, to=dt.date(2026, 12, 10))), flat, flight)
    raised = found.rows.loc[found.rows["expected"] > 1400, "date"]
    assert list(raised.dt.day) == [10, 11, 12, 13]


def test_an_added_event_is_as_past_ones_were_and_strength_multiplies_what_it_adds():
    past = [effect("Trailer 1", f"2026-0{month}-10", size=0.6, spread=0.02) for month in range(1, 10)]
    flat = forecasts().assign(expected=1000.0)
    once, twice = (
        outcome(asked(Add(kind="teaser", date=TRAILER, strength=strength)), flat, pd.concat(past))
        for strength in (1.0, 2.0)
    )
    added = once.rows["expected"].max() - 1000
    assert added == pytest.approx(1000 * np.expm1(0.6), rel=0.05)
    assert twice.rows["expected"].max() - 1000 == pytest.approx(2 * added)
    assert 0 < once.low80 < once.difference < once.high80
    assert "a trailer on 30 November" in once.sentence
    assert "at 2 times the usual strength" in twice.sentence


def test_an_event_of_no_strength_adds_nothing():
    found = outcome(asked(Add(kind="trailer", date=TRAILER, strength=0)))
    assert found.difference == pytest.approx(0)


def test_the_fewer_past_events_there_are_the_wider_the_range():
    def width(count):
        past = [
            effect(f"Flight {n}", f"2026-0{n}-10", size=0.2, kind="campaign", fading=2) for n in range(1, count + 1)
        ]
        effects = pd.concat(past) if past else effect("x", TRAILER).iloc[:0]
        found = outcome(asked(Add(kind="campaign", date=TRAILER)), None, effects)
        return found.high80 - found.low80

    assert width(0) > width(2) > width(9)


def test_an_event_of_a_kind_that_nobody_knows_has_a_range_on_both_sides():
    found = outcome(asked(Add(kind="séance", date=TRAILER)), None, pd.DataFrame())
    assert found.low80 < 0 < found.difference < found.high80
    assert "fewer to" in found.sentence


def test_a_price_is_a_factor_that_is_as_sure_as_who_entered_it():
    table = forecasts()
    found = outcome(asked(Price(views=-0.05, first=dt.date(2026, 12, 1), last=dt.date(2026, 12, 7))), table)
    week = found.rows["date"].between("2026-12-01", "2026-12-07")
    np.testing.assert_allclose(found.rows.loc[week, "expected"], 0.95 * table.loc[week, "expected"])
    np.testing.assert_array_equal(found.rows.loc[~week, "expected"], table.loc[~week, "expected"])
    assert found.low80 == found.difference == found.high80
    assert "cases of five" not in found.sentence


def test_changes_add_up_on_the_log_scale():
    drop, price = Drop(event="Trailer 2", date=TRAILER), Price(views=0.1, first=dt.date(2026, 11, 23))
    both = outcome(asked(drop, price))
    np.testing.assert_allclose(both.rows["expected"], 1.1 * outcome(asked(drop)).rows["expected"])


def test_the_range_holds_four_outcomes_of_five_when_effects_fall_as_they_are_told():
    """Truths are drawn: the event turns out at another strength, and the difference it makes is looked up."""
    scenario = asked(Move(event="Trailer 2", date=TRAILER, to=dt.date(2026, 12, 10)), Add(kind="séance", date=TRAILER))
    table, effects = forecasts(), effect("Trailer 2", TRAILER, size=0.8, spread=0.4)
    found = outcome(scenario, table, effects)
    draws, inside = np.random.default_rng(1), []
    days = np.arange(AHEAD)
    course = [np.where(days >= start, np.exp(-np.maximum(days - start, 0) / 3), 0) for start in (7, 17)]
    course = [np.where(each < 0.02, 0, each) for each in course]
    alone = outcome(asked(Add(kind="séance", date=TRAILER)), table, effects)
    top = np.log(alone.rows["expected"] / alone.rows["before"]).max()
    for _ in range(2000):
        trailer, seance = draws.normal(0.8, 0.4), draws.normal(top, 0.4 * np.sqrt(1.25))
        calm = table["expected"] * np.exp(-0.8 * course[0])
        truth = calm * (np.exp(trailer * course[1] + seance * course[0]) - np.exp(trailer * course[0]))
        inside.append(found.low80 <= truth.sum() <= found.high80)
    assert 0.77 < np.mean(inside) < 0.83


@settings(max_examples=25, deadline=None)
@given(
    shares=st.lists(st.floats(0.01, 1), min_size=2, max_size=4),
    sizes=st.lists(st.floats(-1, 1.5), min_size=5, max_size=5),
    day=st.integers(0, AHEAD - 1),
    covered=st.sampled_from([1.0, 0.8]),
)
def test_parts_keep_their_share_of_the_total_whatever_events_did_to_each(shares, sizes, day, covered):
    shares = np.array(shares) / sum(shares) * covered
    table = forecasts(parts={f"r{n}": share for n, share in enumerate(shares)})
    trends = list(table["trend"].unique())
    effects = pd.concat([effect("Trailer 2", TRAILER, size, trend=t) for t, size in zip(trends, sizes, strict=False)])
    to = dt.date(2026, 11, 23) + dt.timedelta(days=day)
    found = outcomes(asked(Move(event="Trailer 2", date=TRAILER, to=to)), table, effects, "Harbour Lights", TODAY)
    total, parts = found[0].rows["expected"], np.sum([each.rows["expected"] for each in found[1:]], axis=0)
    np.testing.assert_allclose(parts, covered * total, rtol=1e-9)
    assert sum(each.difference for each in found[1:]) == pytest.approx(covered * found[0].difference, abs=1e-6)
    for each in found:
        edges = each.rows[["low95", "low80", "expected", "high80", "high95"]].to_numpy()
        assert (np.diff(edges, axis=1) >= 0).all()
        assert (edges >= 0).all()
        assert each.low80 <= each.difference <= each.high80


def test_weeks_and_months_move_too():
    for frequency, kinds in (("7D", 8), ("MS", 6)):
        table = forecasts(frequency=frequency, periods=kinds)
        first = table["date"].iloc[2].date()
        found = outcome(asked(Add(kind="release", date=first)), table)
        assert found.rows["expected"].iloc[2] > table["expected"].iloc[2]
        np.testing.assert_array_equal(found.rows["expected"].iloc[:2], table["expected"].iloc[:2])


@pytest.mark.parametrize("day", ["2026-12-05", "2026-12-07", "2026-12-09"])
def test_of_an_event_that_a_week_shows_in_part_the_week_gives_up_what_it_showed(day):
    table = forecasts(frequency="7D", periods=8)  # weeks around Mondays
    shown = effect("Trailer 2", day, size=0.3)
    gone = outcome(asked(Drop(event="Trailer 2", date=dt.date.fromisoformat(day))), table, shown)
    ratio = gone.rows["expected"] / gone.rows["before"]
    assert ratio.min() == pytest.approx(np.exp(-0.3))
    there = outcome(
        asked(Move(event="Trailer 2", date=dt.date.fromisoformat(day), to=dt.date(2026, 12, 19))), table, shown
    )
    assert there.rows["expected"].iloc[4] > table["expected"].iloc[4]


def test_an_awaited_event_is_felt_before_its_day_where_it_was():
    flat = forecasts().assign(expected=1000.0)
    awaited = effect("Release", TRAILER, kind="release", fading=1.0).assign(lead=4.0)
    found = outcome(asked(Move(event="Release", date=TRAILER, to=dt.date(2026, 12, 15))), flat, awaited)
    ratio = found.rows.set_index("date")["expected"] / 1000
    assert ratio["2026-12-14"] > 1.05
    assert ratio["2026-12-11"] == pytest.approx(np.exp(0.05), rel=1e-3)  # a tenth of it, four days before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Move(event="Trailer 9", date=TRAILER, to=TRAILER), "no Trailer 9 on 30 November 2026"),
        (Drop(event="Trailer 2", date=dt.date(2026, 11, 29)), "no Trailer 2 on 29 November 2026"),
        (Move(event="Trailer 2", date=TRAILER, to=dt.date(2027, 1, 1)), "goes from 23 November 2026 to 20 December"),
        (Add(kind="trailer", date=dt.date(2026, 11, 22)), "22 November 2026 is not in the forecast"),
        (Price(views=0.1, first=dt.date(2025, 1, 1)), "1 January 2025 is not in the forecast"),
    ],
)
def test_what_is_not_ahead_is_refused_in_words(change, words):
    with pytest.raises(InputError, match=words):
        outcome(asked(change))


def test_a_title_without_forecast_is_told_so():
    with pytest.raises(MissingError, match="no forecast of minutes"):
        outcomes(asked().model_copy(update={"metric": "minutes"}), forecasts(), pd.DataFrame(), "The Vault", TODAY)


changes = st.one_of(
    st.builds(Move, event=st.text(min_size=1, max_size=300), date=st.dates(), to=st.dates()),
    st.builds(Drop, event=st.text(min_size=1, max_size=300), date=st.dates()),
    st.builds(Add, kind=st.text(min_size=1, max_size=300), date=st.dates(), strength=st.floats(0, 20)),
    st.builds(Price, views=st.floats(-0.99, 10), first=st.dates()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(changes, max_size=5))
def test_a_scenario_survives_being_kept_as_json(made):
    scenario = asked(*made)
    assert Scenario.read(scenario.content()) == scenario
    assert all(change.did(TODAY) and change.did() for change in made)


def test_what_is_no_scenario_is_refused_with_every_fault():
    content = {"title": "", "metric": "views", "changes": [{"change": "price", "views": -1.5, "first": "soon"}]}
    with pytest.raises(InputError) as refusal:
        Scenario.read(content)
    for place in ("title", "name", "changes.0.price.views", "changes.0.price.first"):
        assert place in str(refusal.value)


@pytest.mark.parametrize("frequency", ["D", "7D", "MS"])
def test_what_events_moved_a_trend_by_is_what_leaving_them_out_would_take(frequency):
    table = forecasts(frequency=frequency)
    both = pd.concat([effect("Trailer 2", "2026-12-02"), effect("Finale", "2026-12-07", -0.3)], ignore_index=True)
    dates = table["date"].to_numpy().astype("datetime64[D]")
    moved = movement(both, dates, {"7D": "W", "MS": "M"}.get(frequency, "D"))
    gone = [Drop(event=name, date=day.date()) for name, day in zip(both["event"], both["date"], strict=True)]
    without = outcome(asked(*gone), table, both).rows
    np.testing.assert_allclose(without["before"] / without["expected"], np.exp(moved), rtol=1e-9)
    assert (moved > 0).any()


def test_events_without_a_known_effect_move_nothing():
    unknown = effect("Trailer 2", TRAILER).assign(effect=np.nan)
    dates = forecasts()["date"].to_numpy().astype("datetime64[D]")
    np.testing.assert_array_equal(movement(unknown, dates, "D"), np.zeros(AHEAD))
    assert len(movement(effect("Trailer 2", TRAILER), dates[:0], "D")) == 0


def test_saving_a_scenario_leaves_the_forecast_alone_and_takes_an_editor(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    scenario = asked(Drop(event="Trailer 2", date=TRAILER))
    editor, viewer = Person("Ana Ruiz", "editor"), Person("Eve", "viewer")
    with pytest.raises(RightsError, match="save scenarios"):
        save(ledger, scenario, viewer, at=AT, key="s1")
    record = save(ledger, scenario, editor, at=AT, key="s1")
    save(ledger, scenario, editor, at=AT, key="s1")  # asked twice
    assert ledger.scenarios("harbour-lights") == [record]
    assert Scenario.read(ledger.scenario("s1").content) == scenario
    with pytest.raises(RightsError):
        forget(ledger, "s1", viewer, at=AT)
    assert forget(ledger, "s1", editor, at=AT)
    assert ledger.scenarios() == []
    ledger.close()


def test_an_effect_that_nothing_in_the_data_tells_of_is_called_a_guess():
    flight = asked(Add(kind="campaign", date=dt.date(2026, 12, 1)))
    guess = "No campaign is in the data, so this is a guess."
    assert outcome(flight).sentence.endswith(guess)
    elsewhere = effect("Flight", "2026-10-01", kind="campaign", trend="tidebreaker/views")
    assert guess not in outcome(flight, effects=elsewhere).sentence
    of_a_part = effect("Flight", "2026-10-01", kind="campaign", trend="tidebreaker/views/region=ES")
    assert outcome(flight, effects=of_a_part).sentence.endswith(guess)
    assert "guess" not in outcome(asked(Drop(event="Trailer 2", date=TRAILER))).sentence


def test_what_others_events_of_other_kinds_did_changes_nothing():
    flight = asked(Add(kind="campaign", date=dt.date(2026, 12, 1)))
    known = effect("Flight", "2026-10-01", kind="campaign", trend="tidebreaker/views")
    other = effect("Clip", "2026-10-01", 2.0, trend="tidebreaker/views")
    whole = outcome(flight, effects=pd.concat([known, other], ignore_index=True))
    assert whole.difference == outcome(flight, effects=known).difference


def test_faults_of_a_scenario_are_told_without_the_checker_s_own_words():
    wrong = {"change": "add", "kind": "campaign", "date": "2026-12-11", "end_date": "2026-12-10"}
    with pytest.raises(InputError, match=r"changes\.0\.add: expected an end_date not before date"):
        Scenario.read({"title": "a", "metric": "views", "name": "x", "changes": [wrong]})
