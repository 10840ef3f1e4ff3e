"""Totals and parts agree, and nothing else is touched."""

import numpy as np
import pytest
from families import family, panel
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing.trends.divisions import Divisions, nearest
from marketing.trends.reconciliation import reconcile

DAYS, HORIZON = 60, 5
TODAY = 0


def drawn(seed, *, regions=3, platforms=2, scale=100.0):
    """A title split by region and by platform; its history adds up."""
    draws = np.random.default_rng(seed)
    cells = draws.poisson(scale * draws.gamma(1, 1, (regions, platforms, 1)), (regions, platforms, DAYS)).astype(float)
    return family(
        {
            "region": {f"r{i}": cells[i].sum(axis=0) for i in range(regions)},
            "platform": {f"p{j}": cells[:, j].sum(axis=0) for j in range(platforms)},
        }
    )


def now(trends):
    return np.zeros((1, len(trends)), dtype=np.int64)


def gaps(trends, expected, dimension):
    """What the parts of each title lack, as a share of its total."""
    heads, found = trends.heads, []
    for title in heads["title"].unique():
        mine = (heads["title"] == title).to_numpy()
        parts = mine & heads[dimension].notna().to_numpy()
        total = mine & heads[["region", "platform"]].isna().all(axis=1).to_numpy()
        if parts.any():
            whole = expected[..., total, :].sum(axis=-2)
            found.append((whole - expected[..., parts, :].sum(axis=-2)) / np.maximum(whole, 1e-9))
    return np.array(found)


forecasts = st.integers(0, 2**31).map(
    lambda seed: np.random.default_rng(seed).gamma(0.4, 200, (1, 12, HORIZON)).round(1)
)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31), expected=forecasts)
def test_every_dimension_adds_up_to_the_total_and_nothing_falls_below_zero(seed, expected):
    trends = panel({"harbour-lights": drawn(seed), "the-vault": drawn(seed + 1)})
    agreed = reconcile(trends, expected, now(trends))
    assert (agreed >= 0).all()
    for dimension in ("region", "platform"):
        assert np.abs(gaps(trends, agreed, dimension)).max() < 1e-9


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), expected=forecasts)
def test_what_agrees_already_is_left_as_it_is(seed, expected):
    trends = panel({"harbour-lights": drawn(seed), "the-vault": drawn(seed + 1)})
    once = reconcile(trends, expected, now(trends))
    np.testing.assert_allclose(reconcile(trends, once, now(trends)), once, rtol=1e-9, atol=1e-9)
    last_week = trends.values[None, :, -7 : -7 + HORIZON]
    np.testing.assert_allclose(reconcile(trends, last_week, now(trends)), last_week, rtol=1e-12)


@settings(max_examples=20, deadline=None)
@given(expected=forecasts, order=st.permutations(range(12)))
def test_no_title_depends_on_another_or_on_the_order_of_trends(expected, order):
    titles = {"harbour-lights": drawn(1), "the-vault": drawn(2)}
    trends = panel(titles)
    agreed = reconcile(trends, expected, now(trends))
    alone = panel({"the-vault": titles["the-vault"]})
    np.testing.assert_array_equal(reconcile(alone, expected[:, 6:], now(alone)), agreed[:, 6:])
    shuffled = trends.take(np.array(order))
    np.testing.assert_array_equal(reconcile(shuffled, expected[:, order], now(trends)), agreed[:, order])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_no_other_numbers_that_agree_lie_nearer_to_the_forecasts(seed):
    """The weighted distance grows whichever way one goes: from the result to any other numbers that agree."""
    draws = np.random.default_rng(seed)
    divisions = Divisions(np.array([0, 0]), np.array([0, 0]), np.arange(6), np.array([0, 4]))
    own, parts = draws.gamma(0.5, 100, (1, 1)).repeat(2, 0), draws.gamma(0.3, 60, (6, 1))
    doubt, spread = draws.gamma(1, 100, (1, 1)).repeat(2, 0), draws.gamma(1, 100, (6, 1))
    total, moved = nearest(own, doubt, parts, spread, divisions)
    if min(parts[:4].sum(), parts[4:].sum()) < own[0, 0] / 2:
        return  # parts too thin to be weighed have no say in the total

    def distance(total, moved):
        return ((total - own[0]) ** 2 / doubt[0]).sum() + ((moved - parts) ** 2 / spread).sum()

    for _ in range(30):
        whole = total[0] * draws.uniform(0.5, 1.5)
        shares = np.concatenate([draws.dirichlet(np.ones(4)), draws.dirichlet(np.ones(2))])[:, None]
        step = draws.choice([1e-4, 1e-2, 0.5])
        other = (1 - step) * total[0] + step * whole, (1 - step) * moved + step * shares * whole
        assert distance(*other) >= distance(total[0], moved) * (1 - 1e-12)


def test_a_title_without_parts_keeps_every_bit():
    alone = family({}, total=np.linspace(5, 50, DAYS))
    trends = panel({"harbour-lights": alone, "the-vault": drawn(3)})
    expected = np.random.default_rng(4).gamma(1, 100, (1, len(trends), HORIZON)) / 3
    agreed = reconcile(trends, expected, now(trends))
    np.testing.assert_array_equal(agreed[0, 0], expected[0, 0])
    assert not np.array_equal(agreed[0, 1:], expected[0, 1:])


def test_parts_without_total_and_parts_that_overlap_stay_as_they_are():
    people = np.full(DAYS, 100.0)
    overlap = family({"platform": {"app": people * 0.8, "web": people * 0.7}}, total=people)  # many use both
    orphans = {"region": {"ES": people, "GB": people}}
    trends = panel({"harbour-lights": overlap, "the-vault": orphans})
    expected = np.random.default_rng(4).gamma(1, 100, (1, len(trends), HORIZON))
    np.testing.assert_array_equal(reconcile(trends, expected, now(trends)), expected)


def test_parts_that_are_not_all_leave_their_total_its_rest():
    total = np.full(DAYS, 100.0)
    trends = panel({"harbour-lights": family({"region": {"ES": total * 0.5, "GB": total * 0.3}}, total=total)})
    expected = np.array([[[100.0], [55.0], [30.0]]])
    whole, spain, britain = reconcile(trends, expected, now(trends))[0, :, 0]
    assert 100 < whole < 105
    assert 50 < spain < 55
    assert 0.15 * whole < whole - spain - britain < 0.25 * whole


def test_a_part_that_ended_or_has_no_forecast_belongs_to_the_rest():
    total = np.full(DAYS, 90.0)
    third = total / 3
    one = family({"region": {"ES": third, "GB": third, "US": third}}, total=total)
    expected = np.array([[[90.0], [30.0], [40.0], [np.nan]]])
    unforecast = panel({"harbour-lights": one})
    agreed = reconcile(unforecast, expected, now(unforecast))[0, :, 0]
    assert np.isnan(agreed[3])
    assert agreed[1] + agreed[2] < agreed[0]
    ended = panel({"harbour-lights": one}, last=["2026-11-22"] * 3 + ["2026-09-22"])
    expected[0, 3] = 7.0
    again = reconcile(ended, expected, now(ended))[0, :, 0]
    assert again[3] == 7.0
    np.testing.assert_array_equal(again[:3], agreed[:3])
    zero = np.where(np.arange(DAYS) < 20, 30.0, 0.0)  # over for long, and so no longer in the total
    over = panel({"harbour-lights": family({"region": {"ES": third, "GB": third, "US": zero}})})
    expected[0, 3] = np.nan
    gone = reconcile(over, expected, now(over))[0, :, 0]
    assert gone[1] + gone[2] == pytest.approx(gone[0], rel=1e-12)


def test_at_a_cutoff_only_what_was_known_then_counts():
    trends = panel({"harbour-lights": drawn(5)})
    expected = np.random.default_rng(6).gamma(1, 100, (3, len(trends), HORIZON))
    expected[2] = np.nan
    origins = np.array([[0], [20], [-1]]) * np.ones((1, len(trends)), dtype=np.int64)
    agreed = reconcile(trends, expected, origins)
    assert np.isnan(agreed[2]).all()
    later = trends.values.copy()
    later[1:3, -20:] *= 9  # afterwards two regions took off
    changed = type(trends)(trends.heads, trends.frequency, trends.last, later)
    np.testing.assert_array_equal(reconcile(changed, expected, origins)[1], agreed[1])
    assert not np.array_equal(reconcile(changed, expected, origins)[0], agreed[0])


def test_parts_too_sparse_to_forecast_share_out_their_total():
    cells = np.random.default_rng(8).poisson(0.2, (10, DAYS)).astype(float)
    trends = panel({"harbour-lights": family({"region": {f"r{i}": cells[i] for i in range(10)}})})
    expected = np.zeros((1, 11, HORIZON))
    expected[0, 0] = 2.0  # the median of each part is none, the total's is not
    agreed = reconcile(trends, expected, now(trends))
    np.testing.assert_allclose(agreed[0, 0], 2.0, rtol=1e-9)
    np.testing.assert_allclose(agreed[0, 1:].sum(axis=0), 2.0, rtol=1e-9)
