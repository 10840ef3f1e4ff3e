"""How forecasters do on real daily audiences and what they cost, beside plain Prophet and seasonal naive.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_forecasts.py [--folder FOLDER] [--trends N]

FOLDER holds wikipedia_ten_pages_daily.csv and gta6_wikipedia_pageviews_daily.csv; without it, made trends are
used. Rolling origin, three cutoffs, 28 days ahead, events left out. OWA is M4's: the mean of sMAPE and MASE, each
relative to Naive2's; below 1 is better than repeating the last value with the week put on.
"""

import argparse
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from marketing import catalog
from marketing.trends import scores
from marketing.trends.engagement import gather, lines
from marketing.trends.forecasters import each_line, filled
from marketing.trends.forecasters.prophet import quiet
from marketing.trends.forecasts import FORECASTERS, forecast_trends

HORIZON = 28
SHARED = Path(__file__).parents[3] / "shared" / "data" / "trends"
NO_EVENTS = pd.DataFrame({"event": [], "date": pd.Series([], dtype="datetime64[us]")})


def audiences(folder: Path) -> pd.DataFrame:
    """Engagement rows of the real audiences in `folder`, or of made ones where there is none."""
    pages = folder / "wikipedia_ten_pages_daily.csv"
    if not pages.is_file():
        return pd.concat([_made(seed) for seed in range(6)], ignore_index=True)
    ten = pd.read_csv(pages).rename(columns={"Page": "title"})
    game = pd.read_csv(folder / "gta6_wikipedia_pageviews_daily.csv").rename(columns={"pageviews": "value"})
    rows = pd.concat([ten, game.assign(title="gta6")], ignore_index=True)
    rows["date"] = pd.to_datetime(rows["date"])
    return rows.assign(metric="views")


def _made(seed: int, days: int = 540) -> pd.DataFrame:
    draws = np.random.default_rng(seed)
    level = np.exp(7 + np.cumsum(draws.normal(0, 0.04, days)) + draws.normal(0, 0.1, days))
    values = np.round(level * (1 + 0.3 * np.sin(np.arange(days) * 2 * np.pi / 7)))
    dates = pd.date_range("2025-06-01", periods=days, unit="us")
    return pd.DataFrame({"date": dates, "title": f"made {seed}", "metric": "views", "value": values})


def plain_prophet(trends: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Prophet as it comes, its intervals drawn as well, as whoever installs it would use it."""
    from prophet import Prophet

    def expected(line):  # type: ignore[no-untyped-def]
        told = Prophet().fit(pd.DataFrame({"ds": line.dates, "y": line.values}))
        return told.predict(told.make_future_dataframe(horizon, include_history=False))["yhat"].to_numpy()

    with quiet():
        return each_line(trends, horizon, expected)


def naive2(trends: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The last value, with the week put on where there is one (M4's yardstick)."""
    from statsmodels.tsa.seasonal import seasonal_decompose
    from statsmodels.tsa.stattools import acf

    def expected(line):  # type: ignore[no-untyped-def]
        values = filled(line.values, 7) + 1.0
        r = acf(values, nlags=7, fft=False)[1:]
        limit = 1.645 * np.sqrt((1 + 2 * (r[:-1] ** 2).sum()) / len(values))
        week = seasonal_decompose(values, model="multiplicative", period=7).seasonal if abs(r[-1]) > limit else 1.0
        calm = values / week
        ahead = np.resize(week[-7:], horizon) if np.ndim(week) else 1.0
        return calm[-1] * ahead - 1.0 + np.zeros(horizon)

    return each_line(trends, horizon, expected)


def spent() -> float:
    """CPU seconds of this process and those it started."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main(arguments: list[str] | None = None) -> None:
    """Print a line a forecaster, and what a trend costs all in."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SHARED)
    parser.add_argument("--trends", type=int, default=11)
    asked = parser.parse_args(arguments)
    trends = gather(audiences(asked.folder))
    kept = trends["trend"].unique()[: asked.trends]
    trends = trends[trends["trend"].isin(kept)].reset_index(drop=True)
    cuts = scores.cut(trends, HORIZON, dict.fromkeys(kept, 0))
    count = cuts["trend"].nunique()
    print(f"{len(kept)} trends, {count} forecasts of {HORIZON} days")
    _report(trends, cuts, count)
    _cost(trends, kept)


def _report(trends: pd.DataFrame, cuts: pd.DataFrame, count: int) -> None:
    made: dict[str, Callable[[pd.DataFrame, int], pd.DataFrame]] = {"naive2": naive2, "plain prophet": plain_prophet}
    ours = catalog.names(FORECASTERS)
    for name in ours:
        made[name] = partial(catalog.load(FORECASTERS, name).forecast, events=NO_EVENTS)
    next(iter(made.values()))(cuts[cuts["trend"] == cuts["trend"].iloc[0]], HORIZON)  # imports are not a trend's cost
    yardstick = pd.Series(dtype=float)
    for name, continued in made.items():
        before = spent()
        told = scores.misses(trends, cuts, continued(cuts, HORIZON), NO_EVENTS)
        cpu = (spent() - before) / count
        row = scores.score(told, name, HORIZON)[["mase", "smape", "coverage80", "coverage95"]].mean()
        yardstick = row if name == "naive2" else yardstick
        covered = f"80% band holds {row['coverage80']:.0%}, 95% {row['coverage95']:.0%}  " if name in ours else ""
        owa = (row["mase"] / yardstick["mase"] + row["smape"] / yardstick["smape"]) / 2
        errors = f"OWA {owa:.3f}  MASE {row['mase']:.3f}  sMAPE {row['smape']:.1f}"
        print(f"{name:15} {errors}  {covered}{cpu:.3f} CPU s a forecast")


def _cost(trends: pd.DataFrame, kept: list[str]) -> None:
    days = [len(line.values) for line in lines(trends)]
    before, began = spent(), time.perf_counter()
    for trend in kept:
        forecast_trends(trends[trends["trend"] == trend], NO_EVENTS, horizon=HORIZON, forecaster="blend")
    cpu, wall = (spent() - before) / len(kept), (time.perf_counter() - began) / len(kept)
    what = f"fit, {scores.CUTOFFS} cutoffs, bands, scores; {int(np.median(days))} days"
    print(f"blend all in ({what}): {cpu:.2f} CPU s a trend, {wall:.2f} s by the clock")


if __name__ == "__main__":
    main()
