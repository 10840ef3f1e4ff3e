"""Which forecaster people see for a trend: the one asked for, unless history is too short for it or says against it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marketing.trends.fits import CUTOFFS, FALLBACKS, YARDSTICK, Fits, spans
from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel

# Seasonal naive is shown in place of a forecaster that it beat at every one of CUTOFFS cutoffs a horizon apart, by
# WORSE in all. On 13 sets of public trends that was so for 8% of daily ones, and naive's errors at the next cutoff were
# 3% smaller there; for 1% of weekly ones, where they were 23% larger. Rules that ask for less cost accuracy.
WORSE = 0.1

REPEATED = {"D": "the last week", "W": "the last year", "M": "the last year"}
PLAIN = {"seasonal_naive": "the last value", "mean": "the mean of its latest values"}


@dataclass(frozen=True)
class Shown:
    """What people see of some trends.

    `expected` (slots, n, horizon) is in their own units, NaN where nothing can be said. For each trend, `forecaster` is
    the one behind it ("" where there is none), `how` it came to be shown ("asked", "short" where history was too
    short for the one asked, "better" where seasonal naive clearly is), and `reason` says so in a sentence.
    """

    expected: Array
    forecaster: NDArray[np.object_]
    how: NDArray[np.object_]
    reason: NDArray[np.object_]

    def agreed(self, expected: Array) -> "Shown":
        """The same with totals and parts made to agree."""
        return replace(self, expected=expected)


def shown(panel: Panel, fitted: Fits, forecaster: str, mase: Mapping[str, Array]) -> Shown:
    """What is to be seen of the trends of a panel.

    `mase` has for each forecaster the scaled error at each slot, (slots, n), NaN where it was not tried.
    """
    expected = fitted.expected[forecaster].copy()
    name = np.where(np.isfinite(expected[0]).all(axis=1), forecaster, "").astype(object)
    for step in FALLBACKS:
        lacking = ~np.isfinite(expected).all(axis=2)
        expected[lacking] = fitted.expected[step][lacking]
        name[(name == "") & np.isfinite(expected[0]).all(axis=1)] = step
    how = np.where(name == forecaster, "asked", "short").astype(object)
    apart = fitted.origins[2] - fitted.origins[1] >= fitted.horizon
    better = (name == forecaster) & apart & _clearly_worse(mase[forecaster], mase[YARDSTICK])
    expected[:, better] = fitted.expected[YARDSTICK][:, better]
    name[better], how[better] = YARDSTICK, "better"
    reason = np.full(len(name), "", object)
    for row in np.flatnonzero((how != "asked") & (name != "")):
        reason[row] = _reason(panel, int(row), forecaster, str(name[row]), str(how[row]))
    return Shown(expected, name, how, reason)


def _clearly_worse(mase: Array, naive: Array) -> NDArray[np.bool_]:
    """Whether a forecaster lost to seasonal naive at every cutoff, of which there were enough, and by enough."""
    tried = np.isfinite(mase) & np.isfinite(naive)
    lost = (tried & (naive < mase)).sum(axis=0)
    ours, theirs = (np.where(tried, each, 0.0).sum(axis=0) for each in (mase, naive))
    return np.asarray((lost == CUTOFFS) & (ours > (1 + WORSE) * theirs))


def _reason(panel: Panel, row: int, forecaster: str, name: str, how: str) -> str:
    code, points = panel.frequency.code, int(spans(panel)[row])
    seasonal = panel.frequency.season_length(points) > 1
    repeated = PLAIN[name] if name in PLAIN and not seasonal else REPEATED[code]
    if how == "better":
        return f"Repeating {repeated} was closer than {_named(forecaster)} at each of the last {CUTOFFS} checks."
    mean = "the mean of its last seasons" if name == "mean" and seasonal else repeated
    few = f"{panel.frequency.count(points)} of history"
    return f"{few} are too few for {_named(forecaster)}, so it goes on with {mean}."


def _named(forecaster: str) -> str:
    return "the blend" if forecaster == "blend" else forecaster.replace("_", " ")
