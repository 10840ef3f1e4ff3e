"""Measure the errors that bands start from, and print the file that keeps them (marketing/trends/references.toml).

    python tests/benchmarks/measure_references.py TRENDS.parquet [--without SET ...] [--half NAME] [--by-week SET ...]
        > references.toml

TRENDS.parquet has a row for each date of each trend: set (trends of one source), key (a trend's id), half, date and
value. Every trend is continued by the default forecaster from several days of its past, once with all its history and
once as if it had begun lately, and the errors are told in its own unit as its earlier errors widen or narrow that: just
as a band is drawn. Daily sets named after --by-week are measured by week as well.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from marketing.trends import bands, fits, references, units
from marketing.trends.frequencies import FREQUENCIES, found
from marketing.trends.panels import Panel

FORECASTER = "blend"
LONGEST = {"D": 1500, "W": 420, "M": 300}  # periods of history: more is seldom had
FEWEST = {"D": 56, "W": 26, "M": 18}  # periods known at an origin
# How far ahead, and the horizon that a forecast has by default: past cutoffs lie so far apart.
FARTHEST, HORIZON = {"D": 84, "W": 26, "M": 12}, {"D": 28, "W": 8, "M": 6}
CUTS = {"D": (0, 2, 4), "W": (0, 3), "M": (0, 3)}  # last periods left off, so that steps fall on other weekdays
SHORT = {"D": 200, "W": 70, "M": 48}  # periods of a trend that began lately
KIN = 3.0  # sets of a kind from which its quantiles count as much as those of all kinds
JUDGED = 4  # latest cutoffs whose errors are counted; those before tell the trends' own widths
LEAST = 200  # errors of a set and kind from which it counts in full
LEAST_AWAY = 0.05  # units that a quantile lies from what is expected at least
ENOUGH = 100  # errors that tell a quantile; with fewer, those of all kinds together do
STEPS = {
    "D": (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 84),
    "D week": (7, 14, 28, 56, 84),
    "D month": (7, 14, 28, 56, 84),
    "W": (1, 2, 3, 4, 6, 8, 13, 26),
    "W month": (1, 2, 4, 8, 13, 26),
    "M": (1, 2, 3, 4, 6, 9, 12),
}
LENGTH = {"D": 1, "D week": 7, "D month": 30, "W": 1, "W month": 4, "M": 1}  # steps added up, as far as there are


@dataclass(frozen=True)
class Measured:
    """Errors in units, and the kinds and the weights of their trends, (slots x n, steps)."""

    errors: np.ndarray
    kinds: np.ndarray
    weights: np.ndarray


def panels(table: pd.DataFrame) -> Iterator[Panel]:
    """The trends of a long table, by frequency."""
    rows: dict[str, list[tuple[str, str, np.ndarray, np.datetime64]]] = {code: [] for code in FREQUENCIES}
    for (name, key), group in table.groupby(["set", "key"], sort=True):
        code = found(pd.DatetimeIndex(group["date"]))
        values = group["value"].to_numpy(float)[-LONGEST[code] :]
        if np.nanmin(values) >= 0:
            rows[code].append((str(name), str(key), values, group["date"].to_numpy()[-1].astype("datetime64[D]")))
    for code, trends in rows.items():
        if not trends:
            continue
        values = np.full((len(trends), max(len(each) for *_, each, _ in trends)), np.nan)
        for row, (*_, each, _) in enumerate(trends):
            values[row, values.shape[1] - len(each) :] = each
        heads = pd.DataFrame({"trend": [each[1] for each in trends], "set": [each[0] for each in trends]}, dtype="str")
        yield Panel(heads, FREQUENCIES[code], np.array([each[-1] for each in trends]), values)


def by_week(panel: Panel) -> Panel:
    """Daily trends by week, from the whole weeks before the last day."""
    weeks = panel.values.shape[1] // 7
    values = panel.values[:, -7 * weeks :].reshape(len(panel), weeks, 7).sum(axis=2)
    return Panel(panel.heads, FREQUENCIES["W"], panel.last, values)


def variants(panel: Panel) -> list[Panel]:
    """The trends as they were on some days, with all their history and with little of it."""
    code = panel.frequency.code
    long = [panel.before(cut) for cut in CUTS[code]]
    return [*long, *(replace(each, values=each.values[:, -SHORT[code] :]) for each in long)]


def forecasts(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Origins (slots, n), and what the forecaster expected from each, (slots, n, steps)."""
    code = panel.frequency.code
    farthest, wanted = FARTHEST[code], HORIZON[code] * np.arange(1, JUDGED + fits.CUTOFFS + 1)[:, None]
    at = np.where(fits.spans(panel) - wanted >= FEWEST[code], wanted, fits.NONE)
    expected = np.full((*at.shape, farthest), np.nan)
    for rows, shared in fits.by_origins(at, np.arange(len(panel))):
        if shared:
            made = fits.at_origins(panel.take(rows), farthest, shared, fits.names(FORECASTER, panel.frequency))
            expected[: len(shared), rows] = made[FORECASTER]
    return at, expected


def told(panel: Panel, at: np.ndarray, expected: np.ndarray, name: str) -> bands.Told:
    """Forecasts and what came, of single steps or added up."""
    horizon, length = expected.shape[2], LENGTH[name]
    came, dates = fits.came(panel, at, horizon), fits.ahead(panel, at, horizon)
    steps = np.arange(1, horizon + 1)
    if length > 1:
        steps = np.array(STEPS[name])
        expected, came = (np.stack([_sum(each, step, length) for step in steps], axis=2) for each in (expected, came))
        dates = dates[:, :, steps - 1]
    return bands.Told(expected, came, dates, units.units(panel, at, name), fits.known(panel, at), steps, name)


def _sum(values: np.ndarray, step: int, length: int) -> np.ndarray:
    return values[:, :, max(step - length, 0) : step].sum(axis=2)


def measured(this: bands.Told, half: np.ndarray, sets: np.ndarray) -> Measured:
    """Errors in units at the latest cutoffs, as the trends' own earlier ones widen or narrow them."""
    errors = (bands.on_scale(this, this.came) - bands.on_scale(this, this.expected)) / this.unit.at(this.steps)
    kinds = np.broadcast_to(this.unit.kind[:, :, None], errors.shape)
    near = this.steps <= HORIZON[this.reference[0]]
    own = np.stack([_factors(this, np.where(near, errors / half, np.nan), slot) for slot in range(JUDGED)])
    errors, kinds = errors[:JUDGED] / own[:, :, None], kinds[:JUDGED]
    return Measured(*(each.reshape(-1, errors.shape[2]) for each in (errors, kinds, _weights(errors, kinds, sets))))


def _weights(errors: np.ndarray, kinds: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """What makes all sets count alike within each kind: else that with most trends would tell the quantiles."""
    weights = np.zeros(kinds.shape)
    for number in range(len(references.KINDS)):
        for name in np.unique(sets):
            mine = np.isfinite(errors) & (kinds == number) & (sets == name)[None, :, None]
            weights[mine] = 1 / max(mine.sum(), LEAST)
    return weights


def _factors(this: bands.Told, errors: np.ndarray, slot: int) -> np.ndarray:
    """How much wider each trend's band would be at a slot, by as many earlier cutoffs as a forecast has."""
    some = slice(slot, slot + 1 + fits.CUTOFFS)
    near = replace(this, dates=this.dates[some], known=this.known[some])
    return bands.factors(near, errors[some], np.full(near.known.shape, bands.TYPICAL))[0]


def quantiles(name: str, steps: np.ndarray, found: Measured) -> dict[str, np.ndarray]:
    """For each kind, the quantiles at each of STEPS, (steps, quantiles): of the errors nearest to it, smoothed.

    The fewer sets have trends of a kind, the more do those of all kinds count.
    """
    knots = np.array(STEPS[name])
    nearest = np.abs(np.log(steps[:, None] / knots)).argmin(axis=1)
    made = {}
    for number, kind in enumerate(references.KINDS):
        rows = []
        for knot in range(len(knots)):
            here = nearest == knot
            errors, kinds, weights = (each[:, here] for each in (found.errors, found.kinds, found.weights))
            known = np.isfinite(errors)
            mine = known & (kinds == number)
            whole, own = (_weighted(errors[some], weights[some]) for some in (known, mine if mine.any() else known))
            sets = weights[mine].sum() / here.mean() / (2 * len(CUTS[name[0]])) if mine.sum() >= ENOUGH else 0.0
            rows.append((sets * own + KIN * whole) / (sets + KIN))
        made[kind] = smooth(knots, np.array(rows))
    return made


def smooth(knots: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Quantiles, (steps, quantiles), along a parabola: their logarithm by that of the step.

    Of tails few trends tell, not the same ones at every step: from one step to the next the raw ones leap by half.
    """
    signs = np.sign(references.QUANTILES - np.float64(0.5))
    away, steps = np.log(np.maximum(signs * quantiles, LEAST_AWAY)), np.log(knots)
    bent = np.polynomial.polynomial.polyfit(steps, away, 2)
    return signs * np.exp(np.polynomial.polynomial.polyval(steps, bent)).T


def _weighted(errors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.quantile(errors, references.QUANTILES, weights=weights, method="inverted_cdf")


def reference(parts: list[bands.Told], name: str, sets: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Quantiles of errors by kind: first of plain ones, then as own widths change what is usual."""
    halves = [np.ones(part.expected.shape) for part in parts]
    for _ in range(3):
        found = [measured(*each) for each in zip(parts, halves, sets, strict=True)]
        whole = Measured(
            *(np.concatenate([getattr(each, what) for each in found]) for what in ("errors", "kinds", "weights"))
        )
        made = quantiles(name, parts[0].steps, whole)
        middle = np.stack([(each[:, 2] - each[:, 1]) / 2 for each in made.values()])
        curves = np.stack([np.interp(np.log(parts[0].steps), np.log(STEPS[name]), each) for each in middle])
        halves = [curves[part.unit.kind] for part in parts]
    return made


def main() -> None:
    """Print the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trends", type=Path)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--half", default="")
    parser.add_argument("--by-week", nargs="*", default=[])
    asked = parser.parse_args()
    table = pd.read_parquet(asked.trends)
    table = table[~table["set"].isin(asked.without)]
    table = table[table["half"] == asked.half] if asked.half else table
    counts = table.groupby("set")["key"].nunique()
    print(
        "# Errors of the default forecaster, log scale, in units of each trend: quantiles by steps ahead. Measured by"
    )
    print("# tests/benchmarks/measure_references.py on public trends of these sets:")
    print("# " + ", ".join(f"{name} {count}" for name, count in counts.items()) + ".")
    found = {panel.frequency.code: [panel] for panel in panels(table)}
    found["W"] += [by_week(panel.take(panel.heads["set"].isin(asked.by_week).to_numpy())) for panel in found["D"]]
    for code, parts in found.items():
        tried = [(each, *forecasts(each), part.heads["set"].to_numpy()) for part in parts for each in variants(part)]
        for name in STEPS:
            if name.partition(" ")[0] == code:
                print(f'\n["{name}"]\nsteps = {list(STEPS[name])}')
                errors = [told(*each, name) for *each, _ in tried]
                for kind, rows in reference(errors, name, [sets for *_, sets in tried]).items():
                    print(f'\n["{name}".{kind}]')
                    for edge, values in zip(references.EDGES, rows.T, strict=True):
                        print(f"{edge} = {[round(float(value), 3) for value in values]}")


if __name__ == "__main__":
    main()
