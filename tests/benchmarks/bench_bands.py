"""How often what came lay within the band, by steps ahead and by kind of trend, out of sample.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_bands.py [--folder FOLDER] [--cutoffs N]

At each of eight cutoffs, real daily audiences (real_trends.py) and their weeks are forecast as a user would have had
them that day, calibration, scores and choice of forecaster included; nothing later is known. None of these trends told
the reference that bands start from. Exits 1 when a bound is missed.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from real_trends import SHARED, Bounds, daily, one_thread, panel

from marketing.trends import bands, fits, units
from marketing.trends.forecasts import finish
from marketing.trends.panels import Panel
from marketing.trends.references import KINDS

HORIZON, CUTOFFS, WEEK = 28, 8, 7
WITHIN = {80: (0.775, 0.825), 95: (0.935, 0.965)}
NEAR_AND_FAR = {"1 to 7 days ahead": (1, 7), "8 to 14": (8, 14), "15 to 28": (15, 28)}
LEAST = 63  # days of history


def told(trends: Panel, origin: int) -> pd.DataFrame:
    """The forecasts of that day beside what came: trend, date, step, kind, value and the band."""
    known = trends.before(origin)
    known = known.take(fits.spans(known) >= LEAST)
    made = finish([known], [fits.fit(known, None, HORIZON, "blend")], forecaster="blend")
    kinds = units.units(known, np.zeros((1, len(known)), np.int64)).kind[0]
    came = _long(trends)
    days = made["forecasts"].merge(came, on=["trend", "date"])
    days["step"] = days.groupby("trend").cumcount() + 1
    days["kind"] = days["trend"].map(dict(zip(known.trends, np.array(KINDS)[kinds], strict=True)))
    weeks = made["forecast_sums"].query("period == 'week'")
    sums = came.assign(value=came.groupby("trend")["value"].transform(lambda v: v[::-1].rolling(WEEK).sum()[::-1]))
    return pd.concat([days, weeks.merge(sums, on=["trend", "date"]).assign(step=0, kind="week")], ignore_index=True)


def _long(trends: Panel) -> pd.DataFrame:
    dates = trends.dates().astype("datetime64[us]")
    rows = [
        pd.DataFrame({"trend": trend, "date": dates[row], "value": trends.values[row]})
        for row, trend in enumerate(trends.trends)
    ]
    return pd.concat(rows, ignore_index=True).astype({"trend": "str"})


def coverage(rows: pd.DataFrame, level: int) -> float:
    """The share of known values within the band."""
    known = rows[rows["value"].notna()]
    return float(known["value"].between(known[f"low{level}"], known[f"high{level}"]).mean())


def main(arguments: list[str] | None = None) -> int:
    """Print a line a bucket and kind; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SHARED)
    parser.add_argument("--cutoffs", type=int, default=CUTOFFS)
    asked = parser.parse_args(arguments)
    one_thread()
    trends = panel(daily(asked.folder))
    parts = [told(trends, HORIZON * number) for number in range(1, asked.cutoffs + 1)]
    whole = pd.concat(parts, ignore_index=True)
    days = whole[whole["step"] > 0]
    print(f"{len(trends)} trends, {asked.cutoffs} cutoffs, {len(days):,} days of forecast")
    bounds = Bounds()
    for level, (low, high) in WITHIN.items():
        bounds.between(f"within the {level}% band, all days", coverage(days, level), low, high)
        for name, (first, last) in NEAR_AND_FAR.items():
            bounds.between(f"  {name}", coverage(days[days["step"].between(first, last)], level), low, high)
        for kind, rows in days.groupby("kind"):
            print(f"  {kind} trends ({rows['trend'].nunique()}): {coverage(rows, level):.1%}")
        print(f"  sums of a week: {coverage(whole[whole['kind'] == 'week'], level):.1%}")
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
