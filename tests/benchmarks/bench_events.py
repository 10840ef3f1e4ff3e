"""Whether effects of events that are known are found again, what events are worth to a forecast, and what they cost.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_events.py [--folder FOLDER] [--trends N]

FOLDER holds gta6_wikipedia_pageviews_daily.csv and gta6_events.csv (real data; also in sample_data/real). Known
effects: the invented company's (`sample_data`), and titles made here with a wandering level, weeks, noise that
remembers yesterday, surprises and steps. Forecasts are seasonal naive on the history without events, with events put
under, beside the same on the history as it is.
"""

import argparse
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import events
from marketing.trends.engagement import gather
from marketing.trends.forecasters import seasonal_naive
from marketing.trends.panels import Panel, panels
from marketing.trends.pooling import expected, held
from sample_data import generate

Array = NDArray[np.float64]
HORIZON = 28
REAL = Path(__file__).parents[2] / "sample_data" / "real"
BAND = 1.2816
# kind: mean effect, spread between events, fading in days
KINDS = {"release": (1.0, 0.4, 10.0), "trailer": (0.6, 0.25, 4.0), "award": (0.3, 0.1, 4.0), "gala": (0.5, 0.2, 3.0)}


def made(titles: int, each: int, days: int = 540, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Engagement of made titles, and `each` events of every one of them, with the true effect and fading."""
    draws = np.random.default_rng(seed)
    dates = pd.date_range("2025-06-02", periods=days, unit="us")
    rows, told = [], []
    for title in range(titles):
        week = 0.25 * np.sin(2 * np.pi * (np.arange(days) + draws.integers(7)) / 7)
        wander = np.cumsum(draws.normal(0, 0.01, days))
        noise, last = draws.normal(0, 0.06, days), 0.0
        for day in range(days):
            last = noise[day] = 0.5 * last + noise[day]
        log = draws.uniform(4, 10) + week + wander + noise
        for day in draws.integers(0, days, 3):  # surprises that no table tells
            log[day] += draws.normal(0, 0.5)
        for day in np.sort(draws.integers(35, days - 2, each)):
            kind = str(draws.choice(list(KINDS)))
            mean, spread, fading = KINDS[kind]
            effect, fades = draws.normal(mean, spread), fading * np.exp(draws.normal(0, 0.3))
            age = np.arange(days) - day
            log += np.where(age >= 0, effect * np.exp(-np.maximum(age, 0) / fades), 0.0)
            name = f"{kind} {day}"
            told.append({"event": name, "kind": kind, "date": dates[day], "title": f"title {title}", "true": effect})
        values = draws.poisson(np.exp(log))
        rows.append(pd.DataFrame({"date": dates, "title": f"title {title}", "metric": "views", "value": values}))
    return pd.concat(rows, ignore_index=True), pd.DataFrame(told)


def lumen() -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """The invented company's engagement, its events with the true effects, and each title's kind."""
    tables = generate.tables()
    company = tomllib.loads((generate.HERE / "lumen" / "company.toml").read_text("utf-8"))
    true = {(t["title"], e["event"], e["date"]): e["effect"] for t in company["title"] for e in t["events"]}
    told = tables["events"].copy()
    told["date"], told["end_date"] = pd.to_datetime(told["date"]), pd.to_datetime(told["end_date"])
    keys = zip(told["title"], told["event"], told["date"].dt.date, strict=True)
    told["true"] = [true.get(key, np.nan) for key in keys]
    return tables["engagement"], told, {t["title"]: t["kind"] for t in company["title"]}


def recovered(name: str, engagement: pd.DataFrame, told: pd.DataFrame, sorts: dict[str, str]) -> events.Learned:
    """Print how near the estimates are to the truth and how often their intervals hold it."""
    whole = [events.set_aside(panel, told) for panel in panels(gather(engagement))]
    learned = events.learn(whole, told.drop(columns="true"), kinds_of_titles=sorts, horizon=HORIZON)
    found = learned.estimates[np.isfinite(learned.estimates["error"])].reset_index(drop=True)
    place = learned.happenings.reset_index(names="happening")[["happening", "event", "title", "start", "kind"]]
    truth = told.rename(columns={"date": "start"})[["event", "title", "start", "true"]]
    found = found.merge(place.merge(truth, on=["event", "title", "start"]), on=["happening", "title"])
    found = found.dropna(subset="true")
    totals = found[found["trend"].str.endswith("/views")]
    for label, rows in ((f"{name}, totals", totals), (f"{name}, all trends", found)):
        miss = (rows["effect"] - rows["true"]).to_numpy()
        inside = np.abs(miss) <= BAND * rows["error"]
        print(
            f"{label:<28} {len(rows):6,} effects, own estimate: bias {miss.mean():+.3f}, median miss"
            f" {np.median(np.abs(miss)):.3f}, 80% interval holds {inside.mean():.0%}, median error"
            f" {rows['error'].median():.3f} (spread of the truth {rows['true'].std():.3f})"
        )
    print(totals.assign(miss=totals.effect - totals.true).groupby("pool").agg(
        n=("miss", "size"), bias=("miss", "mean"), miss=("miss", lambda m: m.abs().median()), error=("error", "median"),
        decay=("decay", "median"), peak=("peak", "mean"), at=("at", "mean")).round(3).to_string())
    return learned


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--trends", type=int, default=3_000)
    chosen = parser.parse_args()
    recovered("invented company", *lumen())
    recovered("made titles", *made(300, 5), {})
