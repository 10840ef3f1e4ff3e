"""What smoothing many trends at once costs and how it errs, beside statsforecast taking them one by one.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_smoothing.py [--folder FOLDER] [--trends N] [--origins N]

FOLDER holds more daily audiences (wikipedia_ten_pages_daily.csv and others, as named below); without it, those that
come with the sample are used. Errors: rolling origin, 28 days ahead, mean absolute error over origins, then the
geometric mean over trends of ours over theirs; below 1 is better. Theirs as it comes, on the values themselves, and on
log1p, as ours.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import smoothing
from marketing.trends.smoothing import exponential, theta_lines

Array = NDArray[np.float64]
HORIZON, WEEK, DAYS = 28, 7, 730
ORIGINS = (0, 28, 56, 84, 112)
YARDSTICK_TRENDS = 20
SHARED = Path(__file__).parents[3] / "shared" / "data" / "trends"
SAMPLE = Path(__file__).parents[2] / "sample_data" / "real"
OURS = {"theta": theta_lines.theta, "ets": exponential.ets}
THEIRS = {"theta": "DynamicOptimizedTheta", "ets": "AutoETS"}


def main(arguments: list[str] | None = None) -> None:
    """Print memory, cost, then errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SHARED)
    parser.add_argument("--trends", type=int, default=1000)
    parser.add_argument("--origins", type=int, default=4)
    chosen = parser.parse_args(arguments)
    _print_memory(10 * chosen.trends)
    _print_cost(chosen.trends)
    sets = {
        "made, two years": made(20, DAYS, seed=1),
        "made, two months": made(60, 60 + chosen.origins * HORIZON, seed=2),
        "real": real(chosen.folder),
    }
    print(f"\nerrors, {chosen.origins} origins, {HORIZON} days ahead: ours over theirs as it comes, and on log1p")
    for name, values in sets.items():
        _print_errors(name, values, [HORIZON * (1 + step) for step in range(chosen.origins)])


def made(trends: int, days: int, *, seed: int) -> Array:
    """Counts a day: wandering levels, launches that fade, weeks of several shapes or none."""
    draws = np.random.default_rng(seed)
    steps = np.arange(days)
    level = 7 + np.cumsum(draws.choice([0.01, 0.03, 0.05], (trends, 1)) * draws.normal(0, 1, (trends, days)), axis=1)
    week = draws.normal(0, 0.25, (trends, WEEK)) * (np.arange(trends) % 6 > 0)[:, None]
    fading = 2 * np.exp(-steps / 60) * (np.arange(trends) % 5 == 0)[:, None]
    noise = draws.choice([0.05, 0.1, 0.2], (trends, 1)) * draws.normal(0, 1, (trends, days))
    return np.asarray(np.round(np.exp(level + week[:, steps % WEEK] + fading + noise)))


def real(folder: Path) -> Array:
    """Real daily audiences side by side."""
    lines: list[pd.Series] = []
    if (folder / "wikipedia_ten_pages_daily.csv").is_file():
        pages = pd.read_csv(folder / "wikipedia_ten_pages_daily.csv").groupby("Page")
        lines += [_daily(rows["date"], rows["value"]) for _, rows in pages]
        for name in ("peyton_manning", "R_outliers"):
            rows = pd.read_csv(folder / f"wikipedia_log_views_{name}.csv")
            lines.append(_daily(rows["ds"], np.exp(rows["y"])))
        for name in ("bicimad_users", "visitas_por_dia_web_cienciadedatos"):
            rows = pd.read_csv(folder / f"{name}.csv")
            lines.append(_daily(rows["date"], rows["users"], dayfirst="/" in str(rows["date"].iloc[0])))
    else:
        pages = pd.read_csv(SAMPLE / "wikipedia_ten_pages.csv").groupby("title")
        lines += [_daily(rows["date"], rows["value"]) for _, rows in pages]
    rows = pd.read_csv(SAMPLE / "gta6_pageviews.csv")
    lines.append(_daily(rows["date"], rows["pageviews"]))
    width = max(len(line) for line in lines)
    return np.array([np.pad(line.to_numpy(float), (width - len(line), 0), constant_values=np.nan) for line in lines])


def _daily(dates: pd.Series, values: pd.Series, *, dayfirst: bool = False) -> pd.Series:
    index = pd.to_datetime(dates, dayfirst=dayfirst, format="%d/%m/%y" if dayfirst else None)
    return pd.Series(values.to_numpy(float), index=index).groupby(level=0).last().asfreq("D")


def _print_memory(trends: int) -> None:
    values = np.tile(made(100, DAYS, seed=3), (-(-trends // 100), 1))[:trends]
    for name, method in OURS.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        on_logs(method, values, ORIGINS)
        more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{trends:,} trends of {DAYS} days, {len(ORIGINS)} origins, {name}: {more:,.0f} MiB more at the peak")


def _print_cost(trends: int) -> None:
    values = np.log1p(made(trends, DAYS, seed=4))
    at_once: dict[str, Callable[..., Array]] = {
        "seasonal naive": smoothing.seasonal_naive,
        "mean": smoothing.recent_mean,
        **OURS,
    }
    print(f"\nCPU ms a trend, {trends:,} trends of {DAYS} days: one origin, {len(ORIGINS)} origins")
    for name, method in at_once.items():
        costs = [spent(partial(method, values, HORIZON, origins, season=WEEK)) for origins in ((0,), ORIGINS)]
        theirs = f"   statsforecast, one origin: {_their_cost(name, values):.1f}" if name in THEIRS else ""
        print(f"  {name:15} {1e3 * costs[0] / trends:7.3f} {1e3 * costs[1] / trends:7.3f}{theirs}")
    residuals = np.concatenate([values - values.mean(axis=1, keepdims=True)] * len(ORIGINS))
    print(f"  {'anchor':15} {'':7} {1e3 * spent(partial(smoothing.anchor, residuals)) / trends:7.3f}")


def on_logs(method: Callable[..., Array], values: Array, origins: Sequence[int]) -> Array:
    """Forecasts of counts made on log1p."""
    return np.asarray(np.expm1(method(np.log1p(values), HORIZON, origins, season=WEEK)))


def spent(call: Callable[[], object], tries: int = 3) -> float:
    """CPU seconds, the least of a few tries."""
    costs = []
    for _ in range(tries):
        started = time.process_time()
        call()
        costs.append(time.process_time() - started)
    return min(costs)


def _their_cost(name: str, values: Array) -> float:
    few = values[:YARDSTICK_TRENDS]
    theirs(name, few[:1])  # compiled, then timed
    return 1e3 * spent(lambda: theirs(name, few), tries=1) / len(few)


def theirs(name: str, values: Array) -> Array:
    """statsforecast's forecasts, (n, horizon); its theta keeps to 1e10, so that values are put in their mean."""
    from statsforecast import models

    told = []
    for line in smoothing.filled(values, WEEK):
        known = line[~np.isnan(line)]
        forecaster = getattr(models, THEIRS[name])(season_length=WEEK)
        told.append(known.mean() * np.asarray(forecaster.forecast(known / known.mean(), HORIZON)["mean"]))
    return np.array(told)


def _print_errors(label: str, values: Array, origins: list[int]) -> None:
    width = values.shape[1]
    came = np.stack([values[:, width - origin :][:, :HORIZON] for origin in origins])
    for name, method in OURS.items():
        ours = on_logs(method, values, origins)
        plain = np.stack([theirs(name, values[:, :-origin]) for origin in origins])
        logs = np.stack([np.expm1(theirs(name, np.log1p(values[:, :-origin]))) for origin in origins])
        error, *others = (np.nanmean(np.abs(told - came), axis=(0, 2)) for told in (ours, plain, logs))
        ratios = [np.exp(np.mean(np.log(error / other))) for other in others]
        print(f"  {label:17} {len(values):3} trends  {name:6} {ratios[0]:.3f}  {ratios[1]:.3f}")


if __name__ == "__main__":
    main()
