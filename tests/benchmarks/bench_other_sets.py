"""How the default forecaster does on sets of public trends that it was not chosen on, beside plain Prophet and theta.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_other_sets.py [--file TRENDS.parquet] [--trends N]

FILE has set, trend, date and value, a row a day, week or month; its figures are held to the bounds. It is not in the
repository, since public sets may mostly not be passed on. Without it, what is here is shown without bounds: the real
audiences by week, and pedestrians by day through lockdowns. Rolling origin, three cutoffs a horizon apart, OWA as M4
has it; of the sets the geometric mean. Plain Prophet and theta (statsforecast) go one trend at a time.
"""

import argparse
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from bench_forecasts import errors
from naive2 import naive2
from real_trends import SHARED, Array, Bounds, daily, one_thread, panel, plain_prophet

from marketing import catalog
from marketing.trends import fits, scores, smoothing
from marketing.trends.engagement import gather
from marketing.trends.fits import FORECASTERS, NONE
from marketing.trends.panels import Panel, panels

OURS, OF_PROPHET, OF_THETA = "blend", 0.57, 0.86
HORIZONS, CUTOFFS = {"D": 28, "W": 13, "M": 12}, 3
NAIVE2_SEASONS = {"D": 7, "W": 1, "M": 12}  # M4 takes weeks to have no season


def sets(file: Path | None) -> Iterator[tuple[str, Panel]]:
    """Each set by name; of a set in two frequencies, each."""
    if file is None:
        audiences = daily(SHARED)
        weekly = {name: values.resample("W").sum(min_count=7).iloc[1:-1] for name, values in audiences.items()}
        yield "audiences by week", _panel("week", {n: v for n, v in weekly.items() if v.notna().all()})
        if (SHARED / "pedestrians_covid.csv").is_file():
            rows = pd.read_csv(SHARED / "pedestrians_covid.csv")
            yield (
                "pedestrians",
                panel({"pedestrians": pd.Series(rows["y"].to_numpy(float), pd.to_datetime(rows["ds"]))}),
            )
        return
    for name, rows in pd.read_parquet(file).groupby("set"):
        for each in panels(
            gather(rows.assign(title=rows["trend"], metric="value")[["date", "title", "metric", "value"]])
        ):
            yield f"{name} {each.frequency.code}", each


def _panel(metric: str, trends: dict[str, pd.Series]) -> Panel:
    rows = [
        pd.DataFrame({"date": values.index, "title": name, "metric": metric, "value": values.to_numpy(float)})
        for name, values in trends.items()
    ]
    return panels(gather(pd.concat(rows, ignore_index=True)))[0]


def judged(trends: Panel) -> dict[str, float]:
    """OWA of the blend, plain Prophet and theta on one set."""
    code = trends.frequency.code
    horizon = HORIZONS[code]
    origins = [horizon * number for number in range(1, CUTOFFS + 1)]
    least = np.array(origins)[:, None] + max(2 * horizon, trends.frequency.minimum)
    at = np.where(fits.spans(trends) >= least, np.array(origins)[:, None], NONE)
    came, scale = fits.came(trends, at, horizon), scores.scales(trends, at)
    season = NAIVE2_SEASONS[code]
    made = {
        "naive2": naive2(smoothing.filled(trends.values, season) + 1, horizon, origins, season=season) - 1,
        OURS: catalog.load(FORECASTERS, OURS).forecast(trends, horizon, origins),
        "prophet": one_by_one(trends, origins, at, horizon, plain_prophet),
        "theta": one_by_one(trends, origins, at, horizon, _theta(season)),
    }
    came = np.where(np.all([np.isfinite(each) for each in made.values()], axis=0), came, np.nan)
    yardstick = errors(made.pop("naive2"), came, scale)
    found = {name: errors(expected, came, scale) for name, expected in made.items()}
    return {name: (mase / yardstick[0] + smape / yardstick[1]) / 2 for name, (mase, smape) in found.items()}


def one_by_one(trends: Panel, origins: list[int], at: np.ndarray, horizon: int, method) -> Array:  # type: ignore[no-untyped-def]
    """A method of one trend's values and dates at each origin, (origins, n, horizon)."""
    made = np.full((len(origins), len(trends), horizon), np.nan)
    for number, origin in enumerate(origins):
        known = trends.before(origin)
        dates, ahead = known.dates(), known.ahead(horizon)
        for row in np.flatnonzero(at[number] != NONE):
            begins = int(np.flatnonzero(~np.isnan(known.values[row]))[0])
            made[number, row] = method(known.values[row, begins:], dates[row, begins:], horizon, ahead[row])
    return made


def _theta(season: int):  # type: ignore[no-untyped-def]
    from statsforecast.models import DynamicOptimizedTheta

    def expected(values: Array, _dates: np.ndarray, horizon: int, _ahead: np.ndarray) -> Array:
        filled = pd.Series(values).interpolate().to_numpy()
        return DynamicOptimizedTheta(season_length=season).forecast(filled, horizon)["mean"]

    return expected


def main(arguments: list[str] | None = None) -> int:
    """Print a line a set and the geometric means; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--trends", type=int, default=20, help="of each set, the first so many")
    asked = parser.parse_args(arguments)
    one_thread()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    ratios = []
    for name, trends in sets(asked.file):
        found = judged(trends.take(np.arange(min(asked.trends, len(trends)))))
        ratios.append((found[OURS] / found["prophet"], found[OURS] / found["theta"]))
        told = "  ".join(f"{each} {owa:.3f}" for each, owa in found.items())
        print(f"{name:24} OWA {told}   of Prophet's {ratios[-1][0]:.3f}  of theta's {ratios[-1][1]:.3f}")
    of_prophet, of_theta = np.exp(np.log(ratios).mean(axis=0))
    bounds = Bounds()
    if asked.file is None:
        print(f"geometric mean: {of_prophet:.3f} of plain Prophet's, {of_theta:.3f} of theta's; bounds are for --file")
        return 0
    bounds.at_most("geometric mean of OWA by plain Prophet's", float(of_prophet), OF_PROPHET)
    bounds.at_most("geometric mean of OWA by theta's", float(of_theta), OF_THETA)
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
