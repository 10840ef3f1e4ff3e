"""What a forecast costs all in, beside one plain Prophet fit and predict, and how cost and memory grow with trends.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_forecast_cost.py [--trends N] [--sample N]

All in: every member from now and from four cutoffs, the blend, bands calibrated, scores, weeks and months, tables. Made
daily trends of 730 days. Exits 1 when a bound is missed.
"""

import argparse
import logging
import resource
import subprocess
import sys
import warnings

import numpy as np
from real_trends import Bounds, made, one_thread, plain_prophet, spent

from marketing.trends import fits
from marketing.trends.forecasts import finish
from marketing.trends.panels import Panel

HORIZON = 28
SHARE_OF_PROPHET, EXPONENT, GIGABYTES = 1 / 30, 1.05, 1.5


def all_in(trends: Panel) -> None:
    """Forecast them as the job does, in one process."""
    finish([trends], [fits.fit(trends, None, HORIZON, "blend")], forecaster="blend")


def peak(trends: int) -> float:
    """The most memory, in GB, that a process has which does nothing else."""
    code = f"import bench_forecast_cost as b; b.all_in(b.made({trends})); print(b.most())"
    folder = __file__.rpartition("/")[0]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = [{folder!r}, {folder + '/../..'!r}]; {code}"]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def most() -> float:
    """This process's peak memory in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(arguments: list[str] | None = None) -> int:
    """Print cost, growth and memory; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trends", type=int, default=1000)
    parser.add_argument("--sample", type=int, default=10)
    asked = parser.parse_args(arguments)
    one_thread()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    bounds = Bounds()
    few, many = made(asked.trends), made(10 * asked.trends, seed=1)
    dates = few.dates()[0]
    all_in(few.take(np.arange(20)))  # imports and first calls are not a trend's cost
    plain_prophet(few.values[0], dates, HORIZON)
    theirs = spent(lambda: [plain_prophet(few.values[row], dates, HORIZON) for row in range(asked.sample)])
    ours, tenfold = spent(lambda: all_in(few)), spent(lambda: all_in(many))
    each = 1000 * ours / len(few)
    print(f"plain Prophet, fit and predict: {1000 * theirs / asked.sample:.0f} CPU ms a trend")
    print(f"all in: {each:.2f} CPU ms a trend of {len(few):,}, {1000 * tenfold / len(many):.2f} of {len(many):,}")
    bounds.at_most(
        "a trend all in, by plain Prophet", (ours / len(few)) / (theirs / asked.sample), SHARE_OF_PROPHET, ".4f"
    )
    bounds.at_most("exponent of cost from a thousand to ten thousand", float(np.log10(tenfold / ours)), EXPONENT)
    bounds.at_most(f"peak memory of {10 * asked.trends:,} trends, GB", peak(10 * asked.trends), GIGABYTES, ".2f")
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
