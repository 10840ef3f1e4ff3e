"""Bands around forecasts, from how forecasts of that trend have erred.

A trend's own unit is how much it differs from its last season on the log scale. Errors of the blend in that
unit grow with the step as a local level's do; start and growth were measured on 16 public daily audience trends
(128 forecasts of 28 days) and their weekly and monthly sums. A trend's own errors at the cutoffs before then
widen or narrow the band, the more the more cutoffs there are. Symmetric on the log scale, so never below zero
and never crossing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import Line

LEVELS = {
    80: 1.05,
    95: 2.2,
}  # half-widths in the unit; errors of audiences have heavier tails than the normal's 1.28, 1.96
RECENT = 180  # periods that a trend's unit is taken from: what it was like before then says less
PATIENCE = 3  # cutoffs after which a trend's own errors count as much as all trends'
WIDEST = 15.0  # on the log scale: a factor of three million is as good as unknown
UNFIT = 10.0  # times the common width; a trend that errs by more has a unit that says nothing, as where it is zero
NARROWEST = 0.1  # of the common width, however well the few cutoffs went


@dataclass(frozen=True)
class Growth:
    """The 80% half-width at the first step, in units, and the growth of its square a step, in shares of it."""

    start: float
    growth: float
    season: int


GROWTHS = {"D": Growth(1.0, 0.17, 7), "W": Growth(1.3, 0.75, 1), "M": Growth(1.7, 0.25, 1)}


def columns() -> list[str]:
    """The band's columns, outermost last."""
    return [f"{side}{level}" for level in LEVELS for side in ("low", "high")]


def widths(line: Line, horizon: int) -> NDArray[np.float64]:
    """The log-scale half-width that all trends have, in this trend's unit, at each step ahead."""
    growth = GROWTHS[line.frequency.code]
    logs = np.log1p(line.values)
    season = growth.season if len(logs) > growth.season else 1
    steps_apart = np.abs(logs[season:] - logs[:-season])[-RECENT:]
    known = steps_apart[~np.isnan(steps_apart)]
    unit = float(known.mean()) if len(known) else float(np.nanstd(logs))
    return np.asarray(unit * growth.start * np.sqrt(1 + growth.growth * np.arange(horizon)))


def factor(errors: pd.DataFrame) -> float:
    """How much wider this trend's band should be than the common one.

    `errors` has a row for each step of each earlier cutoff: cutoff, `miss` (absolute, log scale) and `width`
    (the common one). The trend's own factor puts four in five of them inside; it counts as its cutoffs do.
    """
    told = errors[(errors["width"] > 0) & errors["miss"].notna()]
    cutoffs = told["cutoff"].nunique()
    if not cutoffs:
        return 1.0
    own = float(np.quantile(told["miss"].to_numpy() / told["width"].to_numpy(), 0.8)) / LEVELS[80]
    return float(np.exp(cutoffs / (cutoffs + PATIENCE) * np.log(max(own, NARROWEST))))


def fitted(width: NDArray[np.float64], errors: pd.DataFrame) -> NDArray[np.float64]:
    """The common width as this trend's own errors (as `factor` takes them) widen or narrow it.

    A trend that repeats itself exactly has a unit of zero; a forecaster may err all the same. Then its errors alone
    tell the width.
    """
    missed = errors["miss"].dropna()
    if missed.empty:
        return width
    own = float(np.quantile(missed, 0.8)) / LEVELS[80]
    if own > UNFIT * errors["width"].mean():
        return np.full(len(width), own)
    return width * factor(errors)


def around(
    expected: NDArray[np.float64], width: NDArray[np.float64], doubt: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """The band's columns around `expected`.

    `width` is the log-scale half-width in LEVELS' unit, `doubt` the spread of what events ahead may do.
    """
    logs = np.log1p(expected)
    whole = np.hypot(width, doubt)
    band = {}
    for level, times in LEVELS.items():
        half = np.minimum(times * whole, WIDEST)
        band[f"low{level}"] = np.minimum(np.maximum(np.expm1(logs - half), 0), expected)
        band[f"high{level}"] = np.maximum(np.expm1(logs + half), expected)
    return band
