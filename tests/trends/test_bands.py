"""Bands keep their word on trends that they were not calibrated on, and know only what was known."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from marketing.trends import bands, references
from marketing.trends.bands import Told
from marketing.trends.references import CALM, KINDS, LIVELY
from marketing.trends.units import Units

DAY = np.timedelta64(1, "D")
LAST = np.datetime64("2026-11-22")
SLOTS, HORIZON = 5, 14


def told(trends: int, seed: int = 1, *, width: float = 0.2, skew: float = 0.0, known: bool = False) -> Told:
    """Forecasts of 100 whose errors on the log scale grow with the root of the step; unit and kind as they should be.

    What comes after today is NaN unless `known`.
    """
    draws = np.random.default_rng(seed)
    shape = (SLOTS, trends, HORIZON)
    errors = draws.normal(0, width, shape) * np.sqrt(1 + 0.2 * np.arange(HORIZON))
    errors += skew * draws.exponential(width, shape)
    expected = np.full(shape, 100.0)
    came = np.expm1(np.log1p(expected) + errors)
    if not known:
        came[0] = np.nan
    lasts = np.repeat((LAST - np.arange(SLOTS) * HORIZON * DAY)[:, None], trends, axis=1)
    dates = lasts[:, :, None] + np.arange(1, HORIZON + 1) * DAY
    unit = Units(np.full((SLOTS, trends, 1), width), np.full((SLOTS, trends), LIVELY), np.ones((SLOTS, trends)))
    return Told(expected, came, dates, unit, lasts, np.arange(1, HORIZON + 1), "D")


def inside(this: Told, level: int, *, slot: int = 0, steps: slice = slice(None)) -> float:
    made = bands.bands(this)
    low, high = (made[f"{side}{level}"][slot, :, steps] for side in ("low", "high"))
    came = this.came[slot, :, steps]
    return float(((low <= came) & (came <= high)).mean())


@pytest.mark.parametrize("skew", [0.0, 2.0])
@pytest.mark.parametrize("steps", [slice(0, 1), slice(0, 3), slice(7, 14)])
def test_four_in_five_days_of_many_trends_stay_within_the_band_near_and_far(skew: float, steps: slice) -> None:
    this = told(3000, skew=skew, known=True)
    assert inside(this, 80, steps=steps) == pytest.approx(0.83, abs=0.03)  # wider, as four cutoffs tell little
    assert inside(this, 95, steps=steps) == pytest.approx(0.97, abs=0.02)


def test_what_is_to_come_is_not_asked_for_the_band() -> None:
    known, unknown = bands.bands(told(50, known=True)), bands.bands(told(50))
    for name in bands.columns():
        np.testing.assert_array_equal(known[name], unknown[name])


@pytest.mark.parametrize("slot", range(1, SLOTS))
def test_a_band_at_a_cutoff_knows_only_errors_from_before_it(slot: int) -> None:
    this = told(50)
    came = this.came.copy()
    came[: slot + 1] *= 7  # all that came after the cutoff
    changed = bands.bands(replace(this, came=came))
    for name, edge in bands.bands(this).items():
        np.testing.assert_array_equal(edge[slot], changed[name][slot])
        assert not np.array_equal(edge[0], changed[name][0])


def test_a_cutoff_in_the_middle_of_an_earlier_ones_forecast_knows_the_days_until_then() -> None:
    this = told(50)
    close = np.repeat((LAST - np.arange(SLOTS) * 7 * DAY)[:, None], 50, axis=1)
    this = replace(this, known=close, dates=close[:, :, None] + np.arange(1, HORIZON + 1) * DAY)
    came = this.came.copy()
    came[2, :, 7:] *= 7  # known only after the first cutoff
    changed = bands.bands(replace(this, came=came))["high80"]
    before = bands.bands(this)["high80"]
    np.testing.assert_array_equal(before[1], changed[1])
    came[2, :, :7] *= 7
    assert not np.array_equal(before[1], bands.bands(replace(this, came=came))["high80"][1])


def test_errors_that_lean_to_one_side_make_a_band_that_does() -> None:
    made = bands.bands(told(300, skew=2.0))
    above = np.log1p(made["high80"][0]) - np.log1p(100)
    below = np.log1p(100) - np.log1p(made["low80"][0])
    assert (above.mean(axis=0) > 1.5 * below.mean(axis=0)).all()


def test_a_trend_that_erred_more_at_its_cutoffs_has_a_wider_band_than_its_kin() -> None:
    this = told(40)
    came = this.came.copy()
    came[:, 0] = np.expm1(np.log1p(100) + 3 * (np.log1p(came[:, 0]) - np.log1p(100)))
    made = bands.bands(replace(this, came=came))
    width = (made["high80"] - made["low80"])[0].mean(axis=1)
    assert width[0] > 1.4 * np.median(width[1:])


def test_a_trend_without_a_past_has_the_band_of_its_kind() -> None:
    lone = told(1)
    came = np.full(lone.came.shape, np.nan)
    made = bands.bands(replace(lone, came=came))
    common = references.reference("D", lone.unit.kind, lone.steps)
    np.testing.assert_allclose(made["high80"][0, 0], np.expm1(np.log1p(100) + 0.2 * common[2, 0, 0]))
    np.testing.assert_allclose(made["low80"][0, 0], np.expm1(np.log1p(100) + 0.2 * common[1, 0, 0]))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), level=st.sampled_from([0.0, 0.3, 5.0, 1e12]), doubt=st.floats(0, 3))
def test_edges_hold_one_another_and_what_is_expected_and_never_fall_below_zero(
    seed: int, level: float, doubt: float
) -> None:
    draws = np.random.default_rng(seed)
    this = told(6, seed)
    expected = np.round(draws.gamma(0.5, level + 1e-9, this.expected.shape), 3)
    came = np.where(draws.random(expected.shape) < 0.3, np.nan, draws.permuted(expected, axis=2))
    made = bands.bands(replace(this, expected=expected, came=came), np.full(expected.shape, doubt))
    rows = [made["low95"], made["low80"], expected, made["high80"], made["high95"]]
    assert all(np.isfinite(row).all() for row in rows)
    assert all((a <= b).all() for a, b in pairwise(rows))
    assert (rows[0] >= 0).all()


def test_what_an_event_may_do_widens_the_band_on_its_days() -> None:
    doubt = np.zeros((SLOTS, 5, HORIZON))
    doubt[0, 2, 4] = 1.0
    plain, wider = bands.bands(told(5)), bands.bands(told(5), doubt)
    grown = wider["high80"] > plain["high80"]
    assert grown[0, 2, 4]
    assert grown.sum() == 1
    assert wider["low95"][0, 2, 4] < plain["low95"][0, 2, 4]


def test_what_events_may_have_done_to_past_forecasts_does_not_count_twice() -> None:
    past = np.zeros((SLOTS, 40, HORIZON))
    past[1:] = 0.5
    plain, freed = bands.bands(told(40)), bands.bands(told(40), past)
    assert (freed["high80"][0] < plain["high80"][0]).all()


def test_cutoffs_that_forecast_the_same_days_tell_less_of_a_trend_than_as_many_apart() -> None:
    this = told(40)
    came = this.came.copy()
    came[:, 0] = np.expm1(np.log1p(100) + 4 * (np.log1p(came[:, 0]) - np.log1p(100)))
    this = replace(this, came=came)
    known = LAST - (LAST - this.known) // 4
    overlapping = replace(this, known=known, dates=np.minimum(known[:, :, None] + this.steps * DAY, LAST))
    widths = []
    for each in (this, overlapping):
        made = bands.bands(each)
        width = (made["high80"] - made["low80"])[0].mean(axis=1)
        widths.append(width[0] / np.median(width[1:]))
    assert widths[0] > 1.1 * widths[1] > 1.1


# the reference


@pytest.mark.parametrize("name", ["D", "D week", "D month", "W", "W month", "M"])
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_the_reference_is_in_order_and_widens_with_the_steps(name: str, kind: int) -> None:
    steps = np.array([1, 2, 4, 7, 14, 28, 84, 365, 730])
    low95, low80, high80, high95 = references.reference(name, np.array([[kind]]), steps)[:, 0, 0]
    assert (low95 < low80).all()
    assert (low80 < high80).all()
    assert (high80 < high95).all()
    width: NDArray[np.float64] = high80 - low80
    assert (width[-3:] > width[-4:-1]).all()


@pytest.mark.parametrize("name", ["D", "W", "M"])
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_the_reference_leaps_nowhere_from_one_step_to_the_next(name: str, kind: int) -> None:
    edges = np.abs(references.reference(name, np.array([[kind]]), np.arange(1, 200))[:, 0, 0])
    change = edges[:, 1:] / edges[:, :-1]
    assert change.max() < 1.25
    assert change.min() > 0.75


def test_a_batch_of_few_cutoffs_has_wider_bands_than_its_errors_tell() -> None:
    this = told(3000)
    few = replace(this, came=np.where(np.arange(SLOTS)[:, None, None] == 1, this.came, np.nan))
    widths = [(made["high95"] - made["low95"])[0].mean() for made in map(bands.bands, (this, few))]
    assert widths[1] > 1.05 * widths[0]


def test_steps_of_each_trends_own_may_be_asked_for() -> None:
    kinds = np.array([[CALM, LIVELY]])
    steps = np.array([[7, 14], [14, 28]])
    found = references.reference("D week", kinds, steps)
    assert found.shape == (4, 1, 2, 2)
    alone = references.reference("D week", kinds[:, 1:], steps[1])
    np.testing.assert_array_equal(found[:, :, [1]], alone)
