"""Which forecaster people see for a trend: the one asked for, unless history is too short for it or says against it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marketing.trends.fits import CUTOFFS, FALLBACKS, YARDSTICK, Fits, spans
from marketing.trends.forecasters import Array
from marketing.trends.grades import ALIKE
from marketing.trends.panels import Panel
from marketing.trends.scores import Against

# Seasonal naive is shown in place of a forecaster that it beat at most cutoffs, and by ALIKE in all: whoever reads that
# a forecast is worse than repeating asks why it is there. It costs accuracy, since four cutoffs tell little of the
# next: 0.9% of OWA over 13 sets of public trends (page views none, flights 9%), with 14% of daily and 6% of weekly
# trends switched. 5% in place of 10% cost 1.0%, none 1.4%; sums of errors alone, without a majority, 1.6% and 2.9%.
# Cutoffs of short histories lie closer than a horizon, so that one stretch counts up to four times, and ALIKE cost 3 to
# 8% there; half as much again as naive's error, 0.5 to 4%.
OVERLAPPING = 0.5
NOTHING = 0.5  # share of periods at zero from which the least error is that of expecting nothing, and tells of no worth

REPEATED = {"D": "the last week", "W": "the last year", "M": "the last year"}
MEAN = "the mean of its latest values"


@dataclass(frozen=True)
class Shown:
    """What people see of some trends.

    `expected` (slots, n, horizon) is in their own units, NaN where nothing can be said. For each trend, `forecaster` is
    the one behind it ("" where there is none), `how` it came to be shown ("asked", "short" where history was too
    short for the one asked, "better" where seasonal naive was), and `reason` says so in a sentence.
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
    against = _against(name, mase)
    apart = fitted.origins[2] - fitted.origins[1] >= fitted.horizon
    better = _worse(against, np.where(apart, ALIKE, OVERLAPPING)) & ~_mostly_zero(panel, fitted.horizon)
    reason = np.full(len(name), "", object)
    for row in np.flatnonzero(better):
        reason[row] = _better(panel, int(row), str(name[row]), against)
    expected[:, better] = fitted.expected[YARDSTICK][:, better]
    name[better], how[better] = YARDSTICK, "better"
    for row in np.flatnonzero((how == "short") & (name != "")):
        reason[row] = _short(panel, int(row), forecaster, str(name[row]))
    return Shown(expected, name, how, reason)


def _against(name: NDArray[np.object_], mase: Mapping[str, Array]) -> Against:
    """How the forecaster of each trend did beside seasonal naive."""
    ours = np.full(mase[YARDSTICK].shape, np.nan)
    for each in set(name) - {""}:
        ours[:, name == each] = mase[each][:, name == each]
    return Against.naive(ours, mase[YARDSTICK])


def _worse(against: Against, margin: Array) -> NDArray[np.bool_]:
    """Whether a forecaster lost to seasonal naive at most cutoffs, and by the margin in all."""
    return np.asarray((2 * against.lost > against.tried) & (against.ours > (1 + margin) * against.theirs))


def _mostly_zero(panel: Panel, horizon: int) -> NDArray[np.bool_]:
    """Whether most of what came lately was nothing: there, seldom is a last week that had anything to repeat."""
    recent = panel.values[:, -CUTOFFS * horizon :]
    return np.asarray((recent == 0).sum(axis=1) >= NOTHING * np.isfinite(recent).sum(axis=1))


def _better(panel: Panel, row: int, name: str, against: Against) -> str:
    lost, tried = int(against.lost[row]), int(against.tried[row])
    checks = f"each of the last {tried} checks" if lost == tried else f"{lost} of the last {tried} checks"
    saved = 1 - against.theirs[row] / against.ours[row]
    return f"Repeating {_repeated(panel, row)} was closer than {_named(name)} at {checks}, by {saved:.0%} in all."


def _short(panel: Panel, row: int, forecaster: str, name: str) -> str:
    points = int(spans(panel)[row])
    seasonal = panel.frequency.season_length(points) > 1
    goes_on = _repeated(panel, row) if name != "mean" else "the mean of its last seasons" if seasonal else MEAN
    few = f"{panel.frequency.count(points)} of history"
    return f"{few} are too few for {_named(forecaster)}, so it goes on with {goes_on}."


def _repeated(panel: Panel, row: int) -> str:
    """What seasonal naive repeats."""
    seasonal = panel.frequency.season_length(int(spans(panel)[row])) > 1
    return REPEATED[panel.frequency.code] if seasonal else "the last value"


def _named(forecaster: str) -> str:
    return "the blend" if forecaster == "blend" else forecaster.replace("_", " ")
