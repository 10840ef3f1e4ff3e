"""How often what came lay within the band, by steps ahead and by kind and length of trend, out of sample.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_bands.py [--folder FOLDER] [--cutoffs N]

At each of eight cutoffs, real daily audiences (real_trends.py), the sums of their weeks, and the same audiences told by
week are forecast as a user would have had them that day, calibration, scores and choice of forecaster included;
nothing later is known. They are so once with all their history and once as if they had begun 90 days or 50 weeks
before. None of these trends told the reference that bands start from. Exits 1 when a bound is missed; what has no bound
is printed beside.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from real_trends import SHARED, Bounds, daily, one_thread, panel

from marketing.trends import fits, units
from marketing.trends.forecasts import finish
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.panels import Panel
from marketing.trends.references import KINDS

HORIZON, CUTOFFS, WEEK = {"D": 28, "W": 8}, 8, 7
WITHIN = {80: (0.775, 0.825), 95: (0.935, 0.965)}
NEAR_AND_FAR = {
    "D": {"1 to 7 days ahead": (1, 7), "8 to 14": (8, 14), "15 to 28": (15, 28)},
    "W": {"1 to 3 weeks ahead": (1, 3), "4 to 8": (4, 8)},
}
LEAST = {"D": 63, "W": 26}  # periods of history
SHORT = {"D": 90, "W": 50}  # periods of a history that began lately
NAMES, SUMS = {"D": "days", "W": "weeks"}, {"D": "week", "W": "month"}


def told(trends: Panel, origin: int, length: int | None = None) -> pd.DataFrame:
    """The forecasts of that day beside what came: trend, date, step (0 for sums), kind, value and the band.

    Where `length` is given, the trends begin so many periods before that day.
    """
    code, known = trends.frequency.code, trends.before(origin)
    known = known if length is None else replace(known, values=known.values[:, -length:])
    known = known.take(fits.spans(known) >= LEAST[code])
    made = finish([known], [fits.fit(known, None, HORIZON[code], "blend")], forecaster="blend")
    kinds = units.units(known, np.zeros((1, len(known)), np.int64)).kind[0]
    came = _long(trends)
    steps = made["forecasts"].merge(came, on=["trend", "date"])
    steps["step"] = steps.groupby("trend").cumcount() + 1
    steps["kind"] = steps["trend"].map(dict(zip(known.trends, np.array(KINDS)[kinds], strict=True)))
    sums = made["forecast_sums"].query("period == @SUMS[@code]")
    last = dict(zip(known.trends, known.last.astype("datetime64[us]"), strict=True))
    sums = sums[sums["date"] > sums["trend"].map(last)]  # none of it known
    days = int(trends.frequency.days)
    whole = [came.assign(date=came["date"], n=n, value=_ahead(came, n)) for n in np.unique(sums["days"]) // days]
    added = pd.concat([each.assign(days=each["n"] * days) for each in whole])
    if code == "W":  # a month goes by its first day, its sum by the first week in it
        added["date"] = added["date"].dt.to_period("M").dt.to_timestamp()
        added = added.groupby(["trend", "date", "days"], as_index=False).first()
    sums = sums.merge(added, on=["trend", "date", "days"]).assign(step=0, kind=SUMS[code])
    return pd.concat([steps, sums], ignore_index=True)


def _ahead(came: pd.DataFrame, many: int) -> pd.Series:
    """The sum of each value and those after it."""
    return came.groupby("trend")["value"].transform(lambda values: values[::-1].rolling(many).sum()[::-1])


def weekly(trends: Panel) -> Panel:
    """The same trends by week, from the whole weeks before the last day."""
    weeks = trends.values.shape[1] // WEEK
    values = trends.values[:, -WEEK * weeks :].reshape(len(trends), weeks, WEEK).sum(axis=2)
    return Panel(trends.heads, FREQUENCIES["W"], trends.last, values)


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


def aimed_at(what: str, figure: float, low: float, high: float) -> None:
    """Print a share and where it should be."""
    print(f"{what:58} {figure:>8.1%}  (aim {low:.1%} to {high:.1%})")


def judged(trends: Panel, cutoffs: int, bounds: Bounds) -> None:
    """Print how often what came lay within the bands, by length of history, steps ahead and kind."""
    code = trends.frequency.code
    lengths = {"all history": None, f"{SHORT[code]} {NAMES[code]} of history": SHORT[code]}
    parts = [
        told(trends, HORIZON[code] * number, length).assign(length=name)
        for name, length in lengths.items()
        for number in range(1, cutoffs + 1)
    ]
    whole = pd.concat(parts, ignore_index=True)
    single = whole[whole["step"] > 0]
    print(f"\n{len(trends)} trends by {NAMES[code][:-1]}, {cutoffs} cutoffs, {len(single):,} {NAMES[code]} of forecast")
    for level, (low, high) in WITHIN.items():
        for length, rows in single.groupby("length"):
            # Sets of trends by week, or with little history, differ by 5 points or more: 15 are too few for a bound.
            tell = bounds.between if code == "D" and length == "all history" else aimed_at
            tell(f"within the {level}% band, {length}", coverage(rows, level), low, high)
            for name, (first, last) in NEAR_AND_FAR[code].items():
                tell(f"  {name}", coverage(rows[rows["step"].between(first, last)], level), low, high)
            for kind, mine in rows.groupby("kind"):
                print(f"  {kind} trends ({mine['trend'].nunique()}): {coverage(mine, level):.1%}")
        sums = whole[whole["step"] == 0]
        for length, rows in sums.groupby("length"):
            tell = bounds.between if code == "D" and length == "all history" else aimed_at
            tell(f"  sums of a {SUMS[code]} ({len(rows):,}), {length}", coverage(rows, level), low, high)


def main(arguments: list[str] | None = None) -> int:
    """Print a line a bucket and kind; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SHARED)
    parser.add_argument("--cutoffs", type=int, default=CUTOFFS)
    asked = parser.parse_args(arguments)
    one_thread()
    trends, bounds = panel(daily(asked.folder)), Bounds()
    for each in (trends, weekly(trends)):
        judged(each, asked.cutoffs, bounds)
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
