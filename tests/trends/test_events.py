import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_trends import NO_EVENTS, event
from numpy.typing import NDArray

from marketing.trends.engagement import gather
from marketing.trends.events import Learned, felt, learn, moves, set_aside, untold_ahead
from marketing.trends.events.kinds import kind, kind_of
from marketing.trends.panels import Panel, panels

FIRST = "2025-06-02"


def audience(days: int = 300, *, level: float = 1000, seed: int = 1, noise: float = 0.05) -> NDArray[np.float64]:
    """A week's rhythm, a little noise and nothing else, from Monday 2 June 2025."""
    week = np.array([0.8, 0.8, 0.9, 0.9, 1.1, 1.4, 1.1])[np.arange(days) % 7]
    return np.asarray(level * week * np.exp(np.random.default_rng(seed).normal(0, noise, days)))


def lifted(values: NDArray[np.float64], day: int, effect: float, fading: float = 4) -> NDArray[np.float64]:
    """`values` with an event on a day: times exp(effect) there, fading by e every so many days."""
    age = np.arange(len(values)) - day
    return np.asarray(values * np.exp(np.where(age >= 0, effect * np.exp(-np.maximum(age, 0) / fading), 0)))


def panel_of(**titles: NDArray[np.float64]) -> Panel:
    """A panel of some titles' views, all from the same first day."""
    rows = [
        pd.DataFrame({"date": pd.date_range(FIRST, periods=len(values)), "value": values, "title": title})
        for title, values in titles.items()
    ]
    return panels(gather(pd.concat(rows).dropna().assign(metric="views")))[0]


def on(day: int) -> str:
    return str((pd.Timestamp(FIRST) + pd.Timedelta(days=day)).date())


def effects(learned: Learned, trend: str) -> list[float]:
    return [float(e) for e in learned.estimates.loc[learned.estimates["trend"] == trend, "effect"]]


def step_ahead(panel: Panel, told: pd.DataFrame, *, row: int = 0, origin: int = 0) -> float:
    """The strongest movement within 28 days ahead of one row."""
    moved = moves(panel, learn([panel], told), 28, [origin])
    return float(moved.ahead[0, list(moved.rows).index(row)].max())


def test_an_effect_is_found_again_beside_week_and_noise_with_its_fading() -> None:
    panel = panel_of(lights=lifted(lifted(audience(), 100, 1.2), 200, 0.5, fading=8))
    told = pd.concat([event("trailer", on(100), title="lights"), event("trailer", on(200), title="lights")])
    found = learn([panel], told).estimates
    np.testing.assert_allclose(found["effect"], [1.2, 0.5], atol=0.15)
    assert found["decay"].iloc[0] < found["decay"].iloc[1]
    assert (np.abs(found["effect"] - [1.2, 0.5]) < 3 * found["error"]).all()


def test_two_events_of_one_week_are_told_apart() -> None:
    panel = panel_of(lights=lifted(lifted(audience(), 150, 1.5, fading=2), 155, 1.0))
    told = pd.concat([event("delay", on(150), title="lights"), event("trailer", on(155), title="lights")])
    np.testing.assert_allclose(effects(learn([panel], told), "lights/views"), [1.5, 1.0], atol=0.3)


def test_one_past_trailer_informs_the_next_of_another_title() -> None:
    quiet = audience(seed=2)
    ahead = event("trailer", on(310), title="tide")
    past = event("trailer", on(150), title="lights")
    told = pd.concat([past, ahead])
    never = step_ahead(panel_of(lights=audience(), tide=quiet), ahead, row=1)
    strong = step_ahead(panel_of(lights=lifted(audience(), 150, 1.5), tide=quiet), told, row=1)
    weak = step_ahead(panel_of(lights=audience(), tide=quiet), told, row=1)
    assert weak < never < strong
    assert never == pytest.approx(kind("trailer").effect)


def test_a_titles_own_past_says_more_of_its_next_than_another_titles() -> None:
    told = pd.concat(
        [event("trailer", on(150), title="lights")] + [event("trailer", on(310), title=t) for t in ("lights", "tide")]
    )
    panel = panel_of(lights=lifted(audience(), 150, 1.5), tide=audience(seed=2))
    assert step_ahead(panel, told, row=0) > step_ahead(panel, told, row=1)


def test_an_unknown_kind_starts_from_a_prior_of_its_own_and_is_told() -> None:
    panel = panel_of(lights=audience())
    ahead = event("parade", on(305), title="lights")
    learned = learn([panel], ahead)
    moved = moves(panel, learned, 28)
    assert moved.ahead.max() == pytest.approx(kind("parade").effect)
    assert moved.spread.max() > moved.ahead.max()
    told = untold_ahead(panel, learned, 28)
    assert told[["trend", "kind"]].to_numpy().tolist() == [["lights/views", "parade"]]
    both = pd.concat([event("parade", on(100), title="lights"), ahead])
    assert untold_ahead(panel, learn([panel], both), 28).empty


def test_an_event_ahead_widens_the_band_on_its_days_alone() -> None:
    panel = panel_of(lights=audience())
    spread = moves(panel, learn([panel], event("trailer", on(305), title="lights")), 28).spread[0, 0]
    assert not spread[:5].any()
    assert spread[5] == spread.max() > 0.3


def test_nothing_after_a_cutoff_touches_what_is_known_there() -> None:
    told = pd.concat(
        [event("trailer", on(day), title=title) for title in ("lights", "tide") for day in (60, 140, 195, 230)]
    )
    before = [lifted(lifted(audience(200, seed=s), 140, 1.0), 195, 0.8) for s in (1, 2)]
    futures = []
    for after in (1.0, 9.0):
        values = [np.concatenate([known, audience(100, seed=7) * after]) for known in before]
        panel = panel_of(lights=values[0], tide=values[1])
        futures.append(moves(panel, learn([panel], told), 28, [100, 105]))
    for name in ("past", "ahead", "spread"):
        first, second = (getattr(moved, name) for moved in futures)
        np.testing.assert_array_equal(first, second)
    assert futures[0].ahead.any()


def test_an_event_that_nobody_could_know_of_changes_nothing_before_it() -> None:
    panel = panel_of(lights=lifted(lifted(audience(), 150, 1.0), 210, 1.5), tide=audience(seed=2))
    told = pd.concat([event("trailer", on(150), title="lights"), event("trailer", on(195), title="tide")])
    later = [event("delay", on(210), title="lights"), event("trailer", on(250), title="lights"), event("gala", on(290))]
    first, second = (moves(panel, learn([panel], rows), 28, [100]) for rows in (told, pd.concat([told, *later])))
    for name in ("past", "ahead", "spread"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_an_event_not_announced_by_a_cutoff_does_not_touch_it() -> None:
    panel = panel_of(lights=audience())
    told = event("trailer", on(290), title="lights")
    secret = told.assign(announced=pd.to_datetime([on(285)]))
    early, late = 20, 12
    assert moves(panel, learn([panel], told), 28, [early]).ahead.any()
    assert not moves(panel, learn([panel], secret), 28, [early]).ahead.any()
    assert moves(panel, learn([panel], secret), 28, [late]).ahead.any()


def test_nobody_plans_an_announcement_or_a_delay() -> None:
    panel = panel_of(lights=lifted(audience(), 150, 1.0))
    told = pd.concat([event("delay", on(150), title="lights"), event("delay", on(305), title="lights")])
    assert not moves(panel, learn([panel], told), 28).ahead.any()


def test_an_event_under_way_goes_on_into_the_forecast_and_fades() -> None:
    panel = panel_of(lights=lifted(audience(), 297, 1.5, fading=6))
    ahead = moves(panel, learn([panel], event("trailer", on(297), title="lights")), 28).ahead[0, 0]
    assert ahead[0] > 0.5
    assert (np.diff(ahead) <= 0).all()
    assert ahead[-1] < 0.1


def test_zeros_before_a_release_are_no_history() -> None:
    zeros = np.zeros(60)
    values = np.concatenate([zeros, lifted(audience(200), 0, 1.2, fading=10)])
    told = event("release", on(60), title="lights")
    with_zeros = learn([panel_of(lights=values)], told).estimates.iloc[0]
    assert with_zeros["effect"] == pytest.approx(1.2, abs=0.3)  # from how it faded, not from a rise out of nothing
    start = panel_of(lights=np.where(np.arange(260) < 60, np.nan, values))
    assert with_zeros["effect"] == pytest.approx(learn([start], told).estimates.iloc[0]["effect"])


def test_a_lasting_step_is_no_event() -> None:
    values = audience()
    values[150:] *= 4
    assert (
        abs(effects(learn([panel_of(lights=values)], event("trailer", on(150), title="lights")), "lights/views")[0])
        < 0.5
    )


def test_weeks_of_lockdown_are_not_swallowed_by_an_event_before_them() -> None:
    shut = lifted(audience(), 150, 0.8)
    shut[165:215] *= 0.1
    told = event("trailer", on(150), title="lights")
    found = learn([panel_of(lights=shut)], told).estimates.iloc[0]
    assert found["effect"] == pytest.approx(0.8, abs=0.3)
    moved = moves(panel_of(lights=shut), learn([panel_of(lights=shut)], told), 28)
    assert abs(moved.past[0, 0, 190:]).max() < 0.05


def test_a_surprise_next_door_is_not_the_trailers_doing() -> None:
    values = lifted(audience(), 150, 0.6)
    values[160] *= 6
    assert effects(learn([panel_of(lights=values)], event("trailer", on(150), title="lights")), "lights/views") == [
        pytest.approx(0.6, abs=0.2)
    ]


def test_events_of_other_titles_and_regions_do_not_concern_a_trend() -> None:
    values = audience()
    rows = pd.DataFrame({"date": pd.date_range(FIRST, periods=300), "title": "lights", "metric": "views"})
    parts = pd.concat([rows.assign(value=values, region="north"), rows.assign(value=values, region="south")])
    panel = panels(gather(parts))[0]
    north = event("campaign", on(150), title="lights", region="north")
    assert learn([panel], north).estimates["trend"].tolist() == ["lights/views", "lights/views/region=north"]
    assert learn([panel], event("campaign", on(150), title="tide")).estimates.empty
    assert len(learn([panel], event("campaign", on(150))).estimates) == 3


def test_a_trend_without_events_costs_and_moves_nothing() -> None:
    panel = panel_of(lights=audience(), tide=audience(seed=2))
    moved = moves(panel, learn([panel], event("trailer", on(150), title="tide")), 28, (0, 28))
    assert moved.rows.tolist() == [1]
    same = np.ones((2, 2, 28))
    np.testing.assert_array_equal(moved.under(same)[:, 0], same[:, 0])
    none = moves(panel, learn([panel], NO_EVENTS), 28, (0, 28))
    assert len(none.rows) == 0
    np.testing.assert_array_equal(none.without(panel).values, panel.values)


def test_histories_come_once_for_all_origins_but_where_an_event_was_under_way() -> None:
    panel = panel_of(
        lights=lifted(audience(), 150, 1.0), tide=lifted(audience(seed=2), 270, 1.0), wharf=audience(seed=3)
    )
    told = pd.concat([event("trailer", on(150), title="lights"), event("trailer", on(270), title="tide")])
    moved = moves(panel, learn([panel], told), 28, (0, 28))
    calls = [(rows.tolist(), numbers) for rows, numbers, _ in moved.histories(panel)]
    assert calls == [([0, 2], [0, 1]), ([1], [0]), ([1], [1])]
    for _, _, history in moved.histories(panel):
        assert history.values.shape[1] == panel.values.shape[1]


def test_taking_an_event_off_leaves_the_history_as_if_it_had_not_been() -> None:
    quiet = audience()
    panel = panel_of(lights=lifted(quiet, 150, 1.5))
    bare = moves(panel, learn([panel], event("trailer", on(150), title="lights")), 28).without(panel)
    assert np.abs(np.log(bare.values[0] / quiet)).max() < 0.35 < 1.5


def test_an_outage_set_aside_leaves_the_rest_as_if_it_had_not_been() -> None:
    values = audience()
    broken = values.copy()
    broken[200:203] = 5
    told = pd.concat([event("downtime", on(200), end=on(202)), event("trailer", on(190), title="lights")])
    bad, good = (set_aside(panel_of(lights=each), told) for each in (broken, values))
    np.testing.assert_array_equal(bad.values, good.values)
    assert np.flatnonzero(np.isnan(bad.values[0])).tolist() == [200, 201, 202]
    learned = learn([bad], told)
    assert learned.estimates["pool"].tolist() == ["trailer"]
    assert set_aside(bad, NO_EVENTS) is bad


def test_a_week_goes_with_one_bad_day_and_a_month_with_three() -> None:
    weeks = pd.DataFrame({"date": pd.date_range("2025-01-06", periods=40, freq="7D"), "value": 5.0})
    months = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=24, freq="MS"), "value": 5.0})
    weekly, monthly = (panels(gather(rows.assign(title="t", metric="m")))[0] for rows in (weeks, months))
    one, three = event("outage", "2025-06-10"), event("set aside", "2025-06-10", end="2025-06-12")
    assert weekly.dates()[np.isnan(set_aside(weekly, one).values)].astype(str).tolist() == ["2025-06-09"]
    assert not np.isnan(set_aside(monthly, one).values).any()
    assert monthly.dates()[np.isnan(set_aside(monthly, three).values)].astype(str).tolist() == ["2025-06-01"]


def test_a_campaign_is_at_work_on_all_its_days() -> None:
    values = audience()
    values[150:171] *= np.exp(0.5)
    panel = panel_of(lights=values)
    learned = learn([panel], event("flight", on(150), end=on(170), title="lights"))
    past = moves(panel, learned, 28).past[0, 0]
    np.testing.assert_allclose(past[151:171], 0.5, atol=0.15)
    assert abs(past[:140]).max() == 0


def test_a_weekly_trend_learns_from_weeks() -> None:
    rng = np.random.default_rng(3)
    values = 5000 * np.exp(rng.normal(0, 0.04, 80))
    values[50:53] *= np.exp([0.9, 0.45, 0.2])
    rows = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=80, freq="7D"), "value": values})
    panel = panels(gather(rows.assign(title="lights", metric="views")))[0]
    day = str(rows["date"].iloc[50].date())
    told = pd.concat([event("update", day, title="lights"), event("update", "2025-07-21", title="lights")])
    learned = learn([panel], told)
    moved = moves(panel, learned, 8)
    assert moved.past[0, 0, 50] == pytest.approx(0.9, abs=0.35)
    assert moved.ahead[0, 0].max() > 0.3


def test_a_trend_that_falls_below_zero_has_no_multiples() -> None:
    values = np.random.default_rng(1).normal(0, 5, 200)
    panel = panel_of(lights=values)
    learned = learn([panel], event("trailer", on(150), title="lights"))
    assert np.isfinite(moves(panel, learned, 28).past).all()
    assert not np.isfinite(learned.estimates["error"]).any()


def test_what_a_worker_needs_gives_the_same_moves() -> None:
    panel = panel_of(lights=lifted(audience(), 150, 1.0), tide=lifted(audience(seed=2), 270, 1.0))
    told = pd.concat([event("trailer", on(day), title=t) for t, day in (("lights", 150), ("tide", 270), ("tide", 310))])
    learned = learn([panel], told)
    part = panel.take(np.array([1]))
    whole, alone = moves(panel, learned, 28, (0, 28)), moves(part, learned.of(part.trends), 28, (0, 28))
    for name in ("past", "ahead", "spread"):
        np.testing.assert_array_equal(getattr(whole, name)[:, 1:], getattr(alone, name))
    assert len(learned.of(part.trends).estimates) == 1


def test_the_order_of_events_changes_nothing() -> None:
    panel = panel_of(lights=lifted(audience(), 150, 1.0), tide=audience(seed=2))
    told = pd.concat([event("trailer", on(d), title=t) for t in ("lights", "tide") for d in (60, 150, 160, 310)])
    first, second = (moves(panel, learn([panel], rows), 28, (0, 140)) for rows in (told, told.iloc[::-1]))
    for name in ("past", "ahead", "spread"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


AWKWARD = st.one_of(
    st.floats(0, 1e12),
    st.just(0.0),
    st.just(float("nan")),
    st.integers(0, 3).map(float),
    st.floats(-5, 5),
)


@given(
    values=st.lists(AWKWARD, min_size=1, max_size=90),
    days=st.lists(
        st.tuples(st.integers(-10, 110), st.integers(0, 400), st.sampled_from(["release", "gala", "holiday"]))
    ),
    code=st.sampled_from(["D", "7D", "MS"]),
    origin=st.integers(0, 40),
)
@settings(max_examples=25, deadline=None)
def test_whatever_a_trend_is_like_its_movements_are_numbers_within_reason(
    values: list[float], days: list[tuple[int, int, str]], code: str, origin: int
) -> None:
    dates = pd.date_range("2024-01-01", periods=len(values), freq=code)
    rows = pd.DataFrame({"date": dates, "value": values, "title": "t", "metric": "m"}).dropna()
    assume(len(rows))
    panel = panels(gather(rows))[0]
    starts = [dates[0] + (dates[-1] - dates[0] + pd.Timedelta(days=10)) * (day / 100) for day, _, _ in days]
    told = NO_EVENTS
    if days:
        ends = [
            start.normalize() + pd.Timedelta(days=length) for start, (_, length, _) in zip(starts, days, strict=True)
        ]
        kinds = [kind for _, _, kind in days]
        told = pd.DataFrame({"event": kinds, "kind": kinds, "date": starts, "end_date": ends})
    origins = (0, min(origin, panel.values.shape[1] - 1))
    moved = moves(panel, learn([panel], told, territory="GB"), 12, origins)
    for part in (moved.past, moved.ahead, moved.spread):
        assert np.isfinite(part).all()
    assert (np.abs(moved.ahead) <= 5).all()
    assert (np.isnan(moved.without(panel).values) == np.isnan(panel.values)).all()


def test_words_for_a_kind_meet() -> None:
    words = ("Launch", "premiere ", "release", None, "gala", "  Ad  Flight")
    assert [kind_of(word) for word in words] == ["release", "release", "release", "event", "gala", "campaign"]


def test_each_effect_says_what_it_was_told_by() -> None:
    panel = panel_of(lights=lifted(audience(), 150, 1.0), tide=audience(seed=2))
    told = pd.concat([event("trailer", on(d), title=t) for t, d in (("lights", 150), ("lights", 310), ("tide", 310))])
    entries = felt(panel, learn([panel], pd.concat([told, event("parade", on(311), title="tide")])), 28)
    assert entries.sort_values(["row", "step"])["basis"].tolist() == ["own", "own", "kind", "prior"]
