"""Continue trends with a named forecaster, with bands from its errors and scores from its past.

Two halves: the dear one fits (:mod:`marketing.trends.fits`), and may be done in parts and kept; `finish` is cheap,
takes the whole workspace at once and is always done anew, since trends are calibrated against one another and totals
made to agree with their parts. Neither loads a forecaster that is not in use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import bands, fits, grades, scores, units
from marketing.trends.fits import FALLBACKS, Fits
from marketing.trends.forecasters import Array
from marketing.trends.panels import Panel
from marketing.trends.reconciliation import reconcile
from marketing.trends.shown import Shown, shown
from marketing.trends.sums import forecast_sums

Tables = dict[str, pd.DataFrame]
TITLE = ["title", "metric"]
KEYS = {
    "forecasts": ["trend", "date"],
    "scores": ["trend", "forecaster"],
    "past_forecasts": ["trend", "cutoff", "date"],
    "forecast_sums": ["trend", "period", "date"],
    "trends": ["trend"],
}


def finish(found: Sequence[Panel], fitted: Sequence[Fits], *, forecaster: str) -> Tables:
    """The tables forecasts, scores, past_forecasts, forecast_sums and what goes into trends.

    Args:
        found: The panels of a workspace, one a frequency.
        fitted: The fits of each; a trend without any is left out of every table.
        forecaster: The one asked for.

    Returns:
        Tables sorted by key. `trends` has trend, forecaster (in use), shown ("asked", "short" where history was too
        short for it, "better" where seasonal naive was), grade, off (the typical error as a share) and reason.
    """
    parts = [
        _tables(Finished(panel, each.with_all((forecaster, *FALLBACKS)), forecaster))
        for panel, each in zip(found, fitted, strict=True)
    ]
    return {
        name: pd.concat([part[name] for part in parts], ignore_index=True).sort_values(keys, ignore_index=True)
        for name, keys in KEYS.items()
    }


@dataclass
class Finished:
    """One panel's fits and what follows from them, each worked out once. Arrays lie by slot, as in `Fits`."""

    panel: Panel
    fitted: Fits
    forecaster: str

    @cached_property
    def came(self) -> Array:
        """What came, (slots, n, horizon), NaN where not known."""
        return fits.came(self.panel, self.fitted.origins, self.fitted.horizon)

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """What day each step is, (slots, n, horizon)."""
        return fits.ahead(self.panel, self.fitted.origins, self.fitted.horizon)

    @cached_property
    def known(self) -> NDArray[np.datetime64]:
        """The last day known at each slot, (slots, n)."""
        return fits.known(self.panel, self.fitted.origins)

    @cached_property
    def unit(self) -> units.Units:
        """The trends' units, that bands are told in."""
        return units.units(self.panel, self.fitted.origins)

    @cached_property
    def scale(self) -> Array:
        """The errors of repeating, that scores are told in."""
        return scores.scales(self.panel, self.fitted.origins)

    @cached_property
    def scored(self) -> dict[str, dict[str, Array]]:
        """Every forecaster's scores."""
        told = {name: scores.score(self.tried(each)) for name, each in self.fitted.expected.items()}
        return scores.with_skill(told, self.errors)

    @cached_property
    def errors(self) -> dict[str, Array]:
        """Every forecaster's scaled error at each slot, (slots, n)."""
        return {name: scores.mase(each, self.came, self.scale) for name, each in self.fitted.expected.items()}

    @cached_property
    def shown(self) -> Shown:
        """What people see: the forecaster asked for or what stands in for it, totals and parts in agreement."""
        chosen = shown(self.panel, self.fitted, self.forecaster, self.errors)
        return chosen.agreed(fits.rounded(reconcile(self.panel, chosen.expected, self.fitted.origins)))

    @cached_property
    def band(self) -> dict[str, Array]:
        """The band around that."""
        return {name: fits.rounded(edge) for name, edge in self.tried(self.shown.expected).bands.items()}

    @cached_property
    def seen(self) -> dict[str, Array]:
        """The scores of that."""
        return scores.score(scores.Tried(self.shown.expected, self.came, self.band, self.scale))

    @cached_property
    def scored_as_seen(self) -> dict[str, dict[str, Array]]:
        """Every forecaster's scores; of the one in use for a trend those of what people see, all but its skill."""
        return {
            name: each
            | {what: np.where(self.shown.forecaster == name, self.seen[what], each[what]) for what in self.seen}
            for name, each in self.scored.items()
        }

    @cached_property
    def off(self) -> Array:
        """How far that was off at past cutoffs, in shares of what came; NaN where never tried."""
        return self.seen["wape"]

    def tried(self, expected: Array) -> scores.Tried:
        """Forecasts with a band, beside what came."""
        steps = np.arange(1, self.fitted.horizon + 1)
        code = self.panel.frequency.code
        told = bands.Told(expected, self.came, self.dates, self.unit, self.known, steps, code)
        return scores.Tried(expected, self.came, bands.bands(told, self.fitted.doubt), self.scale)


def _tables(made: Finished) -> Tables:
    return {
        "forecasts": _forecasts(made),
        "scores": scores.table(made.panel.trends, made.fitted.horizon, made.scored_as_seen),
        "past_forecasts": _past(made),
        "forecast_sums": _sums(made),
        "trends": _told(made),
    }


def _forecasts(made: Finished) -> pd.DataFrame:
    rows = np.flatnonzero(made.shown.forecaster != "")
    number = np.repeat(rows, made.fitted.horizon)
    heads = made.panel.heads
    texts = ["trend", *TITLE, *(str(name) for name in heads.columns if name not in ("trend", *TITLE))]
    values = {"expected": made.shown.expected, **made.band}
    whole = heads[texts].iloc[number].reset_index(drop=True)
    whole["date"] = made.dates[0, rows].ravel().astype("datetime64[us]")
    for column in ["expected", *bands.columns()]:
        whole[column] = values[column][0, rows].ravel()
    whole["forecaster"] = made.shown.forecaster[number]
    return whole.astype(dict.fromkeys([*texts, "forecaster"], "str"))


def _past(made: Finished) -> pd.DataFrame:
    there = np.isfinite(made.shown.expected)
    there[0] = False
    slot, row, step = np.nonzero(there)
    values = {"value": made.came, "expected": made.shown.expected, **made.band}
    whole = pd.DataFrame(
        {
            "trend": pd.array(made.panel.trends, dtype="str").take(row),
            "cutoff": made.known[slot, row].astype("datetime64[us]"),
            "date": made.dates[slot, row, step].astype("datetime64[us]"),
        }
    )
    for column in ["value", "expected", *bands.columns()]:
        whole[column] = values[column][slot, row, step]
    return whole


def _sums(made: Finished) -> pd.DataFrame:
    whole = forecast_sums(made.panel, made.shown.expected, made.fitted.origins, made.fitted.doubt)
    numbers = ["expected", *bands.columns()]
    return whole.assign(**dict(zip(numbers, fits.rounded(whole[numbers].to_numpy(float)).T, strict=True)))


def _told(made: Finished) -> pd.DataFrame:
    whole = pd.DataFrame(
        {
            "trend": made.panel.trends,
            "forecaster": made.shown.forecaster,
            "shown": made.shown.how,
            "grade": [grades.grade(float(each)) for each in made.off],
            "off": made.off,
            "reason": made.shown.reason,
        }
    )
    whole = whole[whole["forecaster"] != ""].reset_index(drop=True)
    return whole.astype(dict.fromkeys(["trend", "forecaster", "shown", "grade", "reason"], "str"))
