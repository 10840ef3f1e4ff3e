"""Scores are what their formulas say, and know nothing from after a cutoff."""

import numpy as np
import pytest
from made_trends import panel, week

from marketing.trends import scores
from marketing.trends.fits import NONE
from marketing.trends.scores import Tried


def tried() -> Tried:
    """Two cutoffs of one trend, two steps each."""
    came = np.array([[[np.nan, np.nan]], [[10.0, 20.0]], [[30.0, 40.0]]])
    expected = np.array([[[5.0, 5.0]], [[12.0, 20.0]], [[24.0, 40.0]]])
    edges = {"low80": 10.0, "high80": 30.0, "low95": 5.0, "high95": 35.0}
    bands = {name: np.full(came.shape, edge) for name, edge in edges.items()}
    return Tried(expected, came, bands, np.array([[1.0], [2.0], [3.0]]))


def test_scores_are_what_their_formulas_say() -> None:
    made = {name: float(value[0]) for name, value in scores.score(tried()).items()}
    assert made["mase"] == pytest.approx((2 / 2 / 2 + 6 / 3 / 2) / 2)
    assert made["smape"] == pytest.approx(200 * (2 / 22 + 6 / 54) / 4)
    assert made["wape"] == pytest.approx(8 / 100)
    assert (made["coverage80"], made["coverage95"], made["cutoffs"]) == (0.75, 0.75, 2)
    assert made["msis80"] == pytest.approx((20 / 2 + (20 + 20 + 10 * 10) / 2 / 3) / 2)


def test_a_trend_that_was_never_tried_has_no_scores_and_no_row() -> None:
    nothing = Tried(tried().expected, np.full((3, 1, 2), np.nan), tried().bands, tried().scale)
    made = scores.score(nothing)
    assert np.isnan([made[name][0] for name in ("mase", "smape", "msis80", "coverage80", "wape")]).all()
    assert scores.table(
        ["t"], 2, scores.with_skill({"seasonal_naive": made}, {"seasonal_naive": np.full((3, 1), np.nan)})
    ).empty


def test_skill_is_against_seasonal_naive() -> None:
    nothing = np.full(3, np.nan)
    errors = {
        "mine": np.array([nothing, [0.8, 1.0, 2.0], [0.8, 1.0, np.nan]]),
        "seasonal_naive": np.array([nothing, [1.0, 0.0, 4.0], [1.0, 0.0, 1.0]]),
    }
    made = scores.with_skill({"mine": {}, "seasonal_naive": {}}, errors)
    np.testing.assert_allclose(made["mine"]["skill"], [0.2, np.nan, 0.5])  # the last: where both were tried
    np.testing.assert_allclose(made["seasonal_naive"]["skill"], [0.0, np.nan, 0.0])


def test_the_scale_is_the_mean_error_of_repeating_the_last_week_until_the_cutoff() -> None:
    values = np.tile([10.0, 12, 14, 16, 18, 20, 22], 10)
    values[35:] += 7
    trends = panel(values, np.full(70, 3.0))
    found = scores.scales(trends, np.array([[0, 0], [28, 28], [NONE, NONE]]))
    assert found[0, 0] == pytest.approx(7 * 7 / 63)
    assert found[1, 0] == pytest.approx(7 * 7 / 35)
    assert np.isnan(found[2]).all()
    assert np.isnan(found[:, 1]).all()  # it never errs


def test_the_scale_knows_nothing_from_after_a_cutoff_or_from_before_a_release() -> None:
    values = week(100)
    late = np.concatenate([np.zeros(50), values])
    late[-20:] *= 9
    one, other = (scores.scales(panel(each), np.array([[20]])) for each in (values, late))
    np.testing.assert_allclose(one, other)
