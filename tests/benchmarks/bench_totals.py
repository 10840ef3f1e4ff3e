"""What making totals and parts agree does to their errors, and how often weeks and months fall within their bands.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_totals.py [--forecaster NAME] [--seed N]

Titles whose parts are known: the invented company of the sample (regions and platforms), portfolios of two to six of
the ten real Wikipedia pages in sample_data, and those pages' views dealt out at random to parts whose shares wander
(few views, many, and wandering fast). Each title ends on a day of its own, so that no one week decides. Rolling origin:
the cutoffs that a forecast is scored by, 56 days or eight weeks ahead. Errors after are told in those before. Of sums,
and of single days and weeks as the yardstick, what is told is the share that fell within the band made at their cutoff,
which knows nothing later. Exits 1 when one of all sets together is out of bounds.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from real_trends import Bounds

from marketing.trends import fits
from marketing.trends.bands import Told, bands
from marketing.trends.engagement import gather
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.panels import Panel, panels
from marketing.trends.reconciliation import reconcile
from marketing.trends.sums import added_up
from marketing.trends.units import units
from sample_data.generate import tables

REAL = Path(__file__).parents[2] / "sample_data" / "real" / "wikipedia_ten_pages.csv"
HORIZON = {"D": 56, "W": 8}
NAMES = {
    "D": "days",
    "D week": "weeks of days",
    "D month": "months of days",
    "W": "weeks",
    "W month": "months of weeks",
}
WITHIN = {80: (0.775, 0.825), 95: (0.935, 0.965)}
APART, FARTHEST = 37, 180  # days: each title ends so much earlier than the one before, up to this, then from 0 again
YEAR = 364  # days that a trend must have
# Views a day of a dealt-out title, its parts, and how far the log of a share wanders in a day.
DEALT = {
    "few views": (4, 6, 0.01),
    "some views": (60, 5, 0.02),
    "many views": (3000, 5, 0.01),
    "wandering": (3000, 4, 0.05),
}
Array = NDArray[np.float64]


def pages() -> pd.DataFrame:
    """The real pages' views: date, page and value."""
    return pd.read_csv(REAL, parse_dates=["date"]).rename(columns={"title": "page"})[["date", "page", "value"]]


def portfolios(draws: np.random.Generator, count: int = 60) -> pd.DataFrame:
    """Titles that are two to six pages together."""
    views, made = pages(), []
    names = views["page"].unique()
    for number in range(count):
        chosen = draws.choice(names, draws.integers(2, 7), replace=False)
        rows = views[views["page"].isin(chosen)]
        made.append(rows.assign(title=f"portfolio {number}", metric="views", region=rows["page"]))
    return pd.concat(made)[["date", "title", "metric", "value", "region"]]


def dealt(draws: np.random.Generator, level: float, parts: int, wander: float) -> pd.DataFrame:
    """Each page thrice at another level, its views dealt out to parts."""
    made = []
    for page, rows in pages().groupby("page"):
        views = rows["value"].to_numpy(float)
        for copy in range(3):
            shares = draws.normal(0, 1, parts) + np.cumsum(draws.normal(0, wander, (len(views), parts)), axis=0)
            shares = np.exp(shares) / np.exp(shares).sum(axis=1, keepdims=True)
            cells = draws.multinomial(draws.poisson(views / views.mean() * level), shares)
            told = {"title": f"{page} {copy}", "metric": "views", "date": rows["date"].to_numpy()}
            made += [
                pd.DataFrame({**told, "value": cells[:, n].astype(float), "region": f"r{n}"}) for n in range(parts)
            ]
    return pd.concat(made)


def sets(seed: int) -> dict[str, Panel]:
    """The trends of each set with a year of history that have not ended, as a panel."""
    draws = np.random.default_rng(seed)
    rows = {"invented company": tables()["engagement"], "portfolios": portfolios(draws)}
    rows |= {name: dealt(draws, *how) for name, how in DEALT.items()}
    found = {}
    for name, table in rows.items():
        panel = next(each for each in panels(gather(table)) if each.frequency.code == "D")
        panel = staggered(panel)
        long = (~np.isnan(panel.values)).sum(axis=1) >= YEAR
        found[name] = panel.take(long & (np.nansum(panel.values[:, -28:], axis=1) > 0))
    return found


def staggered(panel: Panel) -> Panel:
    """The panel as if each title had been forecast on another day."""
    values, last = panel.values.copy(), panel.last.copy()
    for row, title in enumerate(pd.factorize(panel.heads["title"])[0]):
        days = APART * int(title) % FARTHEST
        values[row] = np.r_[np.full(days, np.nan), panel.values[row, : len(values[row]) - days]]
        last[row] -= np.timedelta64(days, "D")
    return replace(panel, last=last, values=values)


def weekly(panel: Panel) -> Panel:
    """The same trends by week, from the whole weeks before the last day."""
    weeks = panel.values.shape[1] // 7
    values = panel.values[:, -7 * weeks :].reshape(len(panel), weeks, 7).sum(axis=2)
    return Panel(panel.heads, FREQUENCIES["W"], panel.last, values)


def tried(panel: Panel, forecaster: str) -> tuple[fits.Fits, Array, Array, float]:
    """The fits, the forecasts before and after totals agree, and the CPU seconds that takes."""
    fitted = fits.fit(panel, None, HORIZON[panel.frequency.code], forecaster)
    before = fitted.expected[forecaster]
    began = time.process_time()
    after = reconcile(panel, before, fitted.origins)
    return fitted, before, after, time.process_time() - began


def errors(panel: Panel, fitted: fits.Fits, expected: Array, slots: slice) -> Array:
    """MASE of each trend over some of its cutoffs."""
    came = fits.came(panel, fitted.origins, fitted.horizon)
    season = 7 if panel.frequency.code == "D" else 1
    scale = np.nanmean(np.abs(panel.values[:, season:] - panel.values[:, :-season]), axis=1)
    missed = np.nanmean(np.abs(came - expected)[slots], axis=(0, 2))
    return np.asarray(missed / np.maximum(scale, 1e-9))


def compared(panel: Panel, fitted: fits.Fits, before: Array, after: Array) -> list[float]:
    """Errors after in those before: of totals and parts at the latest cutoff, which knows three others, and at all."""
    part = panel.heads[[c for c in panel.heads if c not in ("trend", "title", "metric")]].notna().any(axis=1).to_numpy()
    found = []
    for slots in (slice(1, 2), slice(1, None)):
        old, new = errors(panel, fitted, before, slots), errors(panel, fitted, after, slots)
        found += [float(np.nanmean(new[rows]) / np.nanmean(old[rows])) for rows in (~part, part)]
    return found


def gap(panel: Panel, expected: Array) -> float:
    """The farthest that parts are from their total today, as a share of it, over titles whose parts are all there."""
    heads = panel.heads
    dimensions = [name for name in heads if name not in ("trend", "title", "metric")]
    farthest = 0.0
    for _, rows in heads.groupby(["title", "metric"]):
        total = rows.index[rows[dimensions].isna().all(axis=1)]
        for name in dimensions:
            parts = rows.index[rows[name].notna()]
            whole = np.nansum(panel.values[total, -28:]), np.nansum(panel.values[parts, -28:])
            if len(total) and len(parts) and abs(whole[0] - whole[1]) < 1e-9 * whole[0]:
                sums = expected[0, total].sum(axis=0), expected[0, parts].sum(axis=0)
                farthest = max(farthest, float(np.nanmax(np.abs(sums[0] - sums[1]) / np.maximum(sums[0], 1e-9))))
    return farthest


def inside(panel: Panel, fitted: fits.Fits, expected: Array) -> dict[str, dict[int, Array]]:
    """For days, weeks and months, by level: which sums at past cutoffs fell within, NaN where not known."""
    origins, horizon, code = fitted.origins, fitted.horizon, panel.frequency.code
    known = fits.came(panel, origins, horizon), fits.ahead(panel, origins, horizon), units(panel, origins)
    single = Told(expected, *known, fits.known(panel, origins), np.arange(1, horizon + 1), code)
    found = {}
    for told in (single, *(sums.told for sums in added_up(panel, expected, origins))):
        band, came = bands(told), told.came
        found[NAMES[told.reference]] = {
            level: np.where(
                np.isfinite(came) & np.isfinite(band[f"low{level}"]),
                (came >= band[f"low{level}"]) & (came <= band[f"high{level}"]),
                np.nan,
            )[1:]
            for level in (80, 95)
        }
    return found


def flat(hits: Array) -> Array:
    """A row a slot."""
    return hits.reshape(len(hits), -1)


def share(hits: Mapping[int, Array], slots: slice) -> str:
    """The shares within the 80% and 95% band, and of how many."""
    told = [hits[level][slots] for level in (80, 95)]
    return f"{np.nanmean(told[0]):5.1%} {np.nanmean(told[1]):5.1%} of {int(np.isfinite(told[0]).sum()):7,}"


def main(arguments: list[str] | None = None) -> int:
    """Print errors before and after, and coverage; return how many bounds were missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forecaster", default="blend")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    ratios, all_hits = [], {}
    print(f"{'MASE after, in that before:':>27} latest cutoff of four       all cutoffs   farthest       CPU ms")
    print(f"{'trends':>26}    totals    parts   totals    parts   apart            a trend")
    for name, daily in sets(asked.seed).items():
        for panel in (daily, weekly(daily)):
            fitted, before, after, cpu = tried(panel, asked.forecaster)
            for kind, hits in inside(panel, fitted, after).items():
                all_hits.setdefault(kind, {})[name] = hits
            ratio = compared(panel, fitted, before, after)
            ratios.append(ratio)
            told = "".join(f"{each:9.4f}" for each in ratio)
            far = f"{gap(panel, before):6.0%} -> {gap(panel, after):.0e}"
            print(
                f"{name:16} {panel.frequency.code} {len(panel):7,} {told:>36}  {far:16}   {1000 * cpu / len(panel):.2f}"
            )
    mean = np.exp(np.log(ratios).mean(axis=0))
    print(f"{'geometric mean':26} {''.join(f'{each:9.4f}' for each in mean):>36}  (1 is as before)")
    print(f"\n{'within the bands for 80% and 95%':36} latest cutoff of four           all cutoffs")
    bounds, farther = Bounds(), []
    for kind in NAMES.values():
        by_set = all_hits[kind]
        whole = {level: np.concatenate([flat(hits[level]) for hits in by_set.values()], axis=1) for level in WITHIN}
        for name, hits in {**by_set, "all": whole}.items():
            print(f"{kind:16} {name:17} {share(hits, slice(0, 1)):>24}  {share(hits, slice(None)):>24}")
        farther += [(kind, level, float(np.nanmean(whole[level][0]))) for level in WITHIN]
    print("\nlatest cutoff of four, which knows the errors of three others")
    for kind, level, figure in farther:
        bounds.between(f"{kind} within the {level}% band", figure, *WITHIN[level])
    return bounds.missed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
