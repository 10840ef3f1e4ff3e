"""Continue trends with a named forecaster, with bands from its errors and scores from its past.

Two halves: the dear one fits (:mod:`marketing.trends.fits`), and may be done in parts and kept; `finish` is cheap,
takes the whole workspace at once and is always done anew, since trends are calibrated against one another and totals
made to agree with their parts. Neither loads a forecaster that is not in use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import bands, fits, grades, scores
from marketing.trends.fits import FALLBACKS, FORECASTERS, Fits
from marketing.trends.forecasters import Array
from marketing.trends.outlook import Outlook, outlook
from marketing.trends.panels import Panel, panels
from marketing.trends.sentences import sentence

__all__ = ["FORECASTERS", "Outlook", "finish", "forecast_trends", "outlook", "sentence"]

Tables = dict[str, pd.DataFrame]
TITLE = ["title", "metric"]
KEYS = {
    "forecasts": ["trend", "date"],
    "scores": ["trend", "forecaster"],
    "past_forecasts": ["trend", "cutoff", "date"],
    "trends": ["trend"],
}


def forecast_trends(
    trends: pd.DataFrame, events: pd.DataFrame, *, horizon: int | Mapping[str, int], forecaster: str = "blend"
) -> Tables:
    """Continue each trend `horizon` periods from the one after its last, and score the forecaster on its past.

    Args:
        trends: A gathered table of trends that can be forecast (:mod:`marketing.trends.states`).
        events: The events table, or an empty one.
        horizon: Periods ahead, for all frequencies or by frequency.
        forecaster: One of the forecasters' folder. Its members and the yardstick are scored with it, and what is
            built of others is combined from their fits, so nothing is fitted twice.

    Raises:
        MissingError: there is no such forecaster.
    """
    found = panels(trends)
    periods = [horizon if isinstance(horizon, int) else horizon[panel.frequency.code] for panel in found]
    fitted = [fits.fit(panel, None, ahead, forecaster) for panel, ahead in zip(found, periods, strict=True)]
    return finish(found, fitted, forecaster=forecaster)


@dataclass(frozen=True)
class Shown:
    """What people see of each trend: values by slot, which forecaster is behind them and, if another was asked, why."""

    expected: Array
    forecaster: NDArray[np.object_]
    reason: NDArray[np.object_]


def finish(found: Sequence[Panel], fitted: Sequence[Fits], *, forecaster: str) -> Tables:
    """The tables forecasts, scores, past_forecasts, forecast_sums and what goes into trends.

    Args:
        found: The panels of a workspace, one a frequency.
        fitted: The fits of each; a trend without any is left out of every table.
        forecaster: The one asked for.

    Returns:
        Tables sorted by key. `trends` has trend, forecaster (in use), shown ("asked", "short" where history was too
        short for it, "better" where seasonal naive clearly is), grade, off (the typical error as a share) and reason.
    """
    parts = [_finished(*each, forecaster) for each in zip(found, fitted, strict=True)]
    return {
        name: pd.concat([part[name] for part in parts], ignore_index=True).sort_values(keys, ignore_index=True)
        for name, keys in KEYS.items()
    }


def _finished(panel: Panel, fitted: Fits, forecaster: str) -> Tables:
    origins, horizon = fitted.origins, fitted.horizon
    came = fits.came(panel, origins, horizon)
    dates, known = fits.ahead(panel, origins, horizon), fits.known(panel, origins)
    unit, scale = bands.units(panel, origins), scores.scales(panel, origins)
    steps = np.arange(1, horizon + 1)

    def told(expected: Array) -> bands.Told:
        return bands.Told(expected, came, dates, unit, known, steps, panel.frequency.code)

    scored = {}
    for name, expected in fitted.expected.items():
        band = bands.bands(told(expected), fitted.doubt)
        scored[name] = scores.score(scores.Tried(expected, came, band, scale))
    scored = scores.with_skill(scored)
    shown = _shown(fitted, forecaster, scored)
    band = bands.bands(told(shown.expected), fitted.doubt)
    off = scores.score(scores.Tried(shown.expected, came, band, scale))["wape"]
    return {
        "forecasts": _forecasts(panel, shown, band, dates[0]),
        "scores": scores.table(panel.trends, horizon, scored),
        "past_forecasts": _past(panel, shown, band, came, dates, known),
        "trends": _told(panel, shown, off, forecaster),
    }


def _shown(fitted: Fits, forecaster: str, scored: Mapping[str, Mapping[str, Array]]) -> Shown:
    """The forecaster asked for, else the first in FALLBACKS that has something to say, at each slot."""
    expected = fitted.expected[forecaster].copy()
    used = np.where(np.isfinite(expected[0]).all(axis=1), forecaster, "").astype(object)
    for name in FALLBACKS:
        lacking = ~np.isfinite(expected).all(axis=2)
        expected[lacking] = fitted.expected[name][lacking]
        used[(used == "") & np.isfinite(expected[0]).all(axis=1)] = name
    return Shown(expected, used, np.full(len(used), "", dtype=object))


def _forecasts(panel: Panel, shown: Shown, band: Mapping[str, Array], dates: NDArray[np.datetime64]) -> pd.DataFrame:
    rows = np.flatnonzero(shown.forecaster != "")
    horizon = dates.shape[1]
    number = np.repeat(rows, horizon)
    names = [str(name) for name in panel.heads.columns]
    whole = panel.heads.iloc[number].reset_index(drop=True)
    dimensions = [name for name in names if name not in ("trend", *TITLE)]
    whole = whole[["trend", *TITLE, *dimensions]]
    values = {"expected": shown.expected, **band}
    whole = whole.assign(
        date=dates[rows].ravel().astype("datetime64[us]"),
        **{column: values[column][0, rows].ravel() for column in ["expected", *bands.columns()]},
        forecaster=shown.forecaster[number],
    )
    return whole.astype(dict.fromkeys(["trend", *TITLE, *dimensions, "forecaster"], "str"))


def _past(
    panel: Panel,
    shown: Shown,
    band: Mapping[str, Array],
    came: Array,
    dates: NDArray[np.datetime64],
    known: NDArray[np.datetime64],
) -> pd.DataFrame:
    there = np.isfinite(shown.expected)
    there[0] = False
    slot, row, step = np.nonzero(there)
    values = {"value": came, "expected": shown.expected, **band}
    whole = pd.DataFrame(
        {
            "trend": np.array(panel.trends, dtype=object)[row],
            "cutoff": known[slot, row].astype("datetime64[us]"),
            "date": dates[slot, row, step].astype("datetime64[us]"),
            **{column: values[column][slot, row, step] for column in ["value", "expected", *bands.columns()]},
        }
    )
    return whole.astype({"trend": "str"})


def _told(panel: Panel, shown: Shown, off: Array, forecaster: str) -> pd.DataFrame:
    how = np.where(shown.forecaster == forecaster, "asked", np.where(shown.reason == "", "short", "better"))
    whole = pd.DataFrame(
        {
            "trend": panel.trends,
            "forecaster": shown.forecaster,
            "shown": how,
            "grade": [grades.grade(float(each)) for each in off],
            "off": off,
            "reason": shown.reason,
        }
    )
    whole = whole[shown.forecaster != ""].reset_index(drop=True)
    return whole.astype(dict.fromkeys(["trend", "forecaster", "shown", "grade", "reason"], "str"))
