"""What many exact Prophets cost beside a loop over plain ones, and whether they keep to Prophet's own posterior.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_prophet.py [--trends N] [--sample N] [--fits N]

CPU seconds, those of Stan's processes included. Gates: our −log posterior is not above Stan's by more than 1e-6 of
it, and the conditions of an optimum hold to 1e-6, over real trends (of ../shared/data/trends where there, else of
sample_data/real) cut into histories of 90 to 1,100 days, and over made ones with options drawn at random. Exits 1
when a bound is missed.
"""

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from marketing.trends.prophet import Options, Regressor, Seasonality, fit, stan

HOUSE = Path(__file__).parents[2]
SHARED = HOUSE.parent / "shared" / "data" / "trends"
DAYS, HORIZON = 730, 28
TIMES_SHARED, TIMES_RAGGED = 300, 100
MEGABYTES = 1500
ABOVE = 1e-6
ONE_NUMBER = 1.001e-9  # sigma at which a curve runs through every value: the posterior has no bound there


def spent() -> float:
    """CPU seconds of this process and those it started."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def timed(function: Callable[[], object]) -> float:
    before = spent()
    function()
    return spent() - before


def made(number: int, days: int, seed: int = 0) -> np.ndarray:
    """Positive audiences with a wandering level, a week and a year (number, days)."""
    draws = np.random.default_rng(seed)
    t = np.arange(days)
    level = np.cumsum(draws.normal(0, 0.02, (number, days)), 1) + draws.normal(0, 1e-3, (number, 1)) * t
    week = draws.uniform(0, 0.4, (number, 1)) * np.sin(2 * np.pi * (t / 7 + draws.uniform(0, 1, (number, 1))))
    year = draws.uniform(0, 0.3, (number, 1)) * np.sin(2 * np.pi * (t / 365.25 + draws.uniform(0, 1, (number, 1))))
    return np.exp(5 + level + week + year + draws.normal(0, 0.1, level.shape))


def ragged(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Starts of their own in the first half, ends in the last tenth, a tenth of gaps."""
    draws = np.random.default_rng(seed)
    days = np.arange(values.shape[1])
    start = draws.integers(0, len(days) // 2, (len(values), 1))
    end = draws.integers(len(days) * 9 // 10, len(days), (len(values), 1))
    out = (days < start) | (days > end) | (draws.random(values.shape) < 0.1)
    return np.where(out, np.nan, values)


def dates(days: int) -> pd.DatetimeIndex:
    return pd.date_range("2023-03-01", periods=days, unit="us")


def ours(values: np.ndarray, options: Options | None = None) -> pd.DataFrame:
    return fit(dates(values.shape[1]), values, options).ahead(HORIZON, levels=(80, 95)).frame()


def plain(values: np.ndarray, options: Options) -> None:
    """Prophet as it comes, one trend after the other."""
    with stan.quiet():
        for line in values:
            known = ~np.isnan(line)
            prophet = stan.unfitted(options)
            prophet.fit(pd.DataFrame({"ds": dates(len(line))[known], "y": line[known]}))
            prophet.predict(prophet.make_future_dataframe(HORIZON, include_history=False))
            prophet.stan_backend.cleanup()


def cost(trends: int, sample: int) -> Iterator[bool]:
    """CPU a trend of ours and of the loop, on shared dates, on ragged ones, and with multiplied terms."""
    values = made(trends, DAYS)
    multiplied = Options(seasonality_mode="multiplicative")
    plain(values[:1], Options())  # imports and the first call are not a trend's cost
    cases = (
        ("shared dates", values, Options(), TIMES_SHARED, trends),
        ("ragged and gappy", ragged(values), Options(), TIMES_RAGGED, trends),
        ("flat, shared dates", values, Options(growth="flat"), None, trends),
        ("multiplicative, shared dates", values, multiplied, None, min(trends, 100)),
    )
    for name, lines, options, bound, number in cases:
        ours(lines[:20], options)
        mine = timed(lambda lines=lines, options=options, number=number: ours(lines[:number], options)) / number
        few = sample if bound else max(sample // 4, 1)
        theirs = timed(lambda lines=lines, options=options, few=few: plain(lines[:few], options)) / few
        told = f"{1000 * mine:.3f} CPU ms a trend ({number:,}), plain Prophet {1000 * theirs:.0f} ({few})"
        yield said(f"{name}: {told}: times less", theirs / mine, bound, at_least=True)


def memory(trends: int) -> bool:
    """Peak memory of a process that fits and continues `trends` trends."""
    script = (
        "import resource, sys; sys.path.insert(0, 'tests/benchmarks'); import bench_prophet as b; "
        f"b.ours(b.made({trends}, {DAYS}, 1)); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=HOUSE, capture_output=True, text=True, check=True)
    return said(f"peak memory for {trends:,} trends of {DAYS} days, MB", int(done.stdout) / 1024, MEGABYTES)


def said(name: str, figure: float, bound: float | None, *, at_least: bool = False) -> bool:
    """Print a figure beside its bound, if it has one; whether it keeps it."""
    kept = bound is None or (figure >= bound if at_least else figure <= bound)
    told = "" if bound is None else f"  ({'>=' if at_least else '<='} {bound:,g}: {'kept' if kept else 'MISSED'})"
    print(f"{name} {figure:,.4g}{told}", flush=True)
    return kept


def real() -> list[tuple[str, pd.DatetimeIndex, np.ndarray]]:
    """Real daily trends as (name, dates, values)."""
    if (SHARED / "wikipedia_ten_pages_daily.csv").is_file():
        pages = pd.read_csv(SHARED / "wikipedia_ten_pages_daily.csv").rename(columns={"Page": "title"})
        game = pd.read_csv(SHARED / "gta6_wikipedia_pageviews_daily.csv").rename(columns={"pageviews": "value"})
        manning = pd.read_csv(SHARED / "wikipedia_log_views_peyton_manning.csv")
        bikes = pd.read_csv(SHARED / "bicimad_users.csv").rename(columns={"users": "value"})
        others = (game.assign(title="gta6"), manning.set_axis(["date", "value"], axis=1).assign(title="manning"))
        rows = pd.concat([pages, *others, bikes.assign(title="bikes")])
    else:
        rows = pd.read_csv(HOUSE / "sample_data" / "real" / "wikipedia_ten_pages.csv")
    rows["date"] = pd.to_datetime(rows["date"])
    totals = rows.groupby(["title", "date"], as_index=False)["value"].sum()
    return [(str(t), pd.DatetimeIndex(g["date"]), g["value"].to_numpy(float)) for t, g in totals.groupby("title")]


def cut_out(number: int) -> Iterator[tuple[pd.DatetimeIndex, np.ndarray, Options]]:
    """Histories cut out of real trends, on the log scale or as they are, in every mode."""
    draws = np.random.default_rng(7)
    trends = real()
    for i in range(number):
        _, at, values = trends[i % len(trends)]
        length = int(draws.choice([90, 180, 365, 800, 1100]))
        begin = int(draws.integers(0, max(len(at) - length, 1)))
        line = values[begin : begin + length]
        yield at[begin : begin + length], np.log1p(line) if draws.random() < 0.6 else line, drawn(draws, at, i)


def invented(number: int) -> Iterator[tuple[pd.DatetimeIndex, np.ndarray, Options]]:
    """Made trends, some signed, sparse, stepped or far above their noise; those that multiply are positive."""
    draws = np.random.default_rng(11)
    for i in range(number):
        length = int(draws.choice([60, 120, 250, 500, 800]))
        at = pd.date_range("2021-01-01", periods=length, unit="us", freq=draws.choice(["D", "D", "W"]))
        options = drawn(draws, at, i)
        line = made(1, length, i)[0]
        shape = draws.integers(0, 6) if options.seasonality_mode == "additive" else 0
        noise = draws.normal(size=length)
        others = (line, np.log(line), noise.cumsum(), 1e4 + noise, (noise > 1) * line, 5.0 * (np.arange(length) > 50))
        line = others[shape] + 0.1 * noise * (shape == 5)
        yield at, np.where(draws.random(length) < draws.choice([0, 0, 0.2]), np.nan, line), options


def drawn(draws: np.random.Generator, at: pd.DatetimeIndex, i: int) -> Options:
    """Options at random; every third multiplies."""
    mode = "multiplicative" if i % 3 == 2 else "additive"
    event = pd.DataFrame(
        {"holiday": "day", "ds": at[draws.integers(0, len(at), 4)], "lower_window": -1, "upper_window": 1}
    )
    return Options(
        growth="flat" if i % 5 == 4 else "linear",
        n_changepoints=int(draws.choice([25, 25, 25, 0, 8])),
        changepoint_range=float(draws.choice([0.8, 0.8, 0.95])),
        changepoint_prior_scale=float(draws.choice([0.05, 0.05, 0.005, 0.5])),
        seasonality_prior_scale=float(draws.choice([10, 10, 1])),
        seasonality_mode=mode,
        scaling="minmax" if mode == "additive" and i % 4 == 1 else "absmax",
        holidays=event if i % 4 == 0 else None,
        seasonalities=(Seasonality("month", 30.5, 3, mode="additive"),) if i % 7 == 0 else (),
        regressors=(Regressor("price"),) if i % 6 == 0 else (),
    )


def gates(fits: int) -> Iterator[bool]:
    """Hold every fit against Stan's, and count those that break a gate."""
    above = kkt = unbound = lower = number = 0
    furthest, worst = -np.inf, 0.0
    for at, line, options in (*cut_out(fits // 2), *invented(fits - fits // 2)):
        extra = np.sin(np.arange(len(at)) ** 1.5)[:, None] if options.regressors else None
        fitted = fit(at, line[None], options, extra)
        table = fitted.history(0)
        with stan.quiet():
            prophet = stan.unfitted(options)
            prophet.fit(table, seed=1)
            theirs = -float(prophet.stan_fit.optimized_params_dict["lp__"])
            prophet.stan_backend.cleanup()
        number += 1
        worst = max(worst, float(fitted.kkt[0]))
        kkt += int(not fitted.kkt[0] <= ABOVE)
        if prophet.params["sigma_obs"].item() < ONE_NUMBER:
            unbound += 1
            continue
        distance = (fitted.objective[0] - theirs) / max(abs(theirs), 1)
        above, lower = above + int(not distance <= ABOVE), lower + int(distance < -ABOVE)
        furthest = max(furthest, float(distance))
    print(f"gates over {number} fits: ours is lower in {lower}, farthest above Stan's {furthest:.1e} of it")
    print(f"worst KKT residual {worst:.1e}; left out, as Stan ran off where the posterior has no bound: {unbound}")
    yield said("objectives above Stan's by more than 1e-6 of it", above, 0)
    yield said("KKT residuals above 1e-6", kkt, 0)


def oracle() -> Iterator[bool]:
    """Agreement with prophet-batch on additive linear trends, where it is installed."""
    try:
        from prophet_batch import fit_many
    except ImportError:
        print("agreement with prophet-batch: not held, for it is not installed here")
        return
    values = ragged(made(40, 400, 3))
    at = dates(400)
    long = pd.DataFrame(
        {"unique_id": np.repeat(np.arange(40).astype(str), 400), "ds": np.tile(at, 40), "y": values.ravel()}
    )
    with stan.quiet():
        theirs = fit_many(long.dropna(), n_jobs=1)
    fitted = fit(at, values)
    far = [np.abs(theirs[str(i)].params["sigma_obs"].item() / fitted.sigma[i] - 1) for i in range(40)]
    yield said("agreement with prophet-batch: largest difference of sigma, relative", max(far), 1e-6)


def main(arguments: list[str] | None = None) -> None:
    """Print each figure with its bound; exit 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trends", type=int, default=1000)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--fits", type=int, default=520)
    asked = parser.parse_args(arguments)
    kept = [*cost(asked.trends, asked.sample), memory(10 * asked.trends), *oracle(), *gates(asked.fits)]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
