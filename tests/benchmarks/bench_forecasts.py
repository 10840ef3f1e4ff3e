"""How forecasters do on real daily audiences, beside plain Prophet, Naive2 and seasonal naive.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_forecasts.py [--folder FOLDER] [--cutoffs N]

Rolling origin, 28 days ahead, eight cutoffs a horizon apart, events left out: the audiences of real_trends.py. OWA is
M4's: the mean of sMAPE and MASE, each relative to Naive2's; below 1 is better than repeating the last value with the
week put on. Exits 1 when a bound is missed.
"""

import argparse
import logging
import sys
import warnings
from pathlib import Path

import numpy as np
from naive2 import naive2
from real_trends import LEAST, SHARED, Array, Bounds, daily, one_thread, panel, plain_prophet, spent

from marketing import catalog
from marketing.trends import fits, scores, smoothing
from marketing.trends.fits import FORECASTERS, NONE
from marketing.trends.panels import Panel

HORIZON, CUTOFFS, WEEK = 28, 8, 7
OURS, OWA, OF_PROPHET = "blend", 0.93, 0.62


def plain(trends: Panel, origins: list[int], wanted: np.ndarray) -> Array:
    """Plain Prophet's forecasts at each origin, (origins, n, horizon), of the trends wanted there, (origins, n)."""
    made = np.full((len(origins), len(trends), HORIZON), np.nan)
    for number, origin in enumerate(origins):
        known = trends.before(origin)
        dates = known.dates()
        for row in np.flatnonzero(wanted[number]):
            begins = int(np.flatnonzero(~np.isnan(known.values[row]))[0])
            made[number, row] = plain_prophet(known.values[row, begins:], dates[row, begins:], HORIZON)
    return made


def errors(expected: Array, came: Array, scale: Array) -> tuple[float, float]:
    """MASE and sMAPE (percent) over all forecasts."""
    known = np.isfinite(came) & np.isfinite(expected)
    apart = np.abs(expected - came)
    size = np.abs(expected) + np.abs(came)
    size = np.where(size > 0, size, np.inf)
    return float((apart / scale[:, :, None])[known].mean()), float((200 * apart / size)[known].mean())


def main(arguments: list[str] | None = None) -> int:
    """Print a line a forecaster; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SHARED)
    parser.add_argument("--cutoffs", type=int, default=CUTOFFS)
    asked = parser.parse_args(arguments)
    one_thread()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    trends = panel(daily(asked.folder))
    origins = [HORIZON * number for number in range(1, asked.cutoffs + 1)]
    at = np.where(fits.spans(trends) - np.array(origins)[:, None] >= LEAST, np.array(origins)[:, None], NONE)
    came, scale = fits.came(trends, at, HORIZON), scores.scales(trends, at)
    count = int((at != NONE).sum())
    print(f"{len(trends)} trends, {count} forecasts of {HORIZON} days; CPU in this run, all trends together")
    made: dict[str, Array] = {
        "naive2": naive2(smoothing.filled(trends.values, WEEK) + 1, HORIZON, origins, season=WEEK) - 1
    }
    cost: dict[str, float] = {}
    for name in catalog.names(FORECASTERS):
        option = catalog.load(FORECASTERS, name)
        cost[name] = spent(
            lambda name=name, option=option: made.update({name: option.forecast(trends, HORIZON, origins)})
        )
    cost["plain prophet"] = spent(lambda: made.update({"plain prophet": plain(trends, origins, at != NONE)}))
    came = np.where(np.all([np.isfinite(each) for each in made.values()], axis=0), came, np.nan)
    yardstick = errors(made["naive2"], came, scale)
    owa = {}
    for name, expected in made.items():
        mase, smape = errors(expected, came, scale)
        owa[name] = (mase / yardstick[0] + smape / yardstick[1]) / 2
        each = f"{1000 * cost[name] / count:8.1f} CPU ms a forecast" if name in cost else ""
        print(f"{name:15} OWA {owa[name]:.3f}  MASE {mase:.3f}  sMAPE {smape:.1f}{each}")
    bounds = Bounds()
    bounds.at_most(f"OWA of the {OURS}", owa[OURS], OWA)
    bounds.at_most(f"OWA of the {OURS} by plain Prophet's", owa[OURS] / owa["plain prophet"], OF_PROPHET)
    members = catalog.load(FORECASTERS, OURS).MEMBERS
    bounds.at_most(f"OWA of the {OURS} by the best member's", owa[OURS] / min(owa[name] for name in members), 1.0)
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
