"""Make Lumen, an invented media company, from a seed: the tables a client would bring, as CSV files.

The same seed gives the same bytes. What is told (titles, facts, events, groups) stands in `lumen/company.toml`;
what is counted (engagement, people, viewing, results) is drawn here.
"""

import datetime as dt
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sample_data.people import Numbers, audience, viewing

HERE = Path(__file__).parent
SEED = 20261123
FIRST, LAST = dt.date(2025, 5, 25), dt.date(2026, 11, 22)  # a year and a half of days
PEOPLE = 5_000

REGIONS = {"ES": 0.42, "GB": 0.34, "US": 0.24}
PLATFORMS: dict[str, dict[str, float]] = {
    "film": {"app": 0.3, "tv": 0.55, "web": 0.15},
    "series": {"app": 0.32, "tv": 0.56, "web": 0.12},
    "game": {"console": 0.62, "pc": 0.38},
    "album": {"app": 0.85, "web": 0.15},
    "podcast": {"app": 0.9, "web": 0.1},
    "live event": {"web": 1.0},
}
MINUTES = {"film": 61.0, "series": 44.0, "game": 78.0, "album": 19.0, "podcast": 21.0}  # a view, on average
BEFORE_RELEASE, AFTER_RELEASE = 0.3, 0.7  # a title's ordinary level, as a share of its weight
DAY_NOISE, DAY_MEMORY = 0.05, 0.6  # spread of a title's daily wander on the log scale, and how much lasts a day
CELL_NOISE = 0.05  # spread of one region and platform around its share


def write(folder: Path, seed: int = SEED) -> list[Path]:
    """Write Lumen's tables and settings into `folder`, and return the files, settings first."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "settings.toml"
    shutil.copyfile(HERE / "lumen" / "settings.toml", settings)
    files = [settings]
    for name, frame in tables(seed).items():
        files.append(folder / f"{name}.csv")
        frame.to_csv(files[-1], index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return files


def tables(seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Lumen's tables by name, in an order in which they can be ingested."""
    company = tomllib.loads((HERE / "lumen" / "company.toml").read_text("utf-8"))
    titles = company["title"]
    # A stream of random numbers for each table, so that a change to one leaves the others as they are.
    draws = {name: np.random.default_rng([seed, i]) for i, name in enumerate(("engagement", "people", "results"))}
    people, groups = audience(company["group"], PEOPLE, LAST, draws["people"])
    return {
        "titles": _titles(titles),
        "facts": _facts(titles),
        "events": _events(titles, company["shared_event"]),
        "engagement": _engagement(titles, company["shared_event"], draws["engagement"]),
        "audience": people,
        "viewing": viewing(people, groups, company["group"], titles, LAST, draws["people"]),
        "results": _results(company["past_copy"], company["group"], draws["results"]),
    }


def _titles(titles: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["title", "name", "kind", "genre", "synopsis", "rating", "release_date", "url"]
    return pd.DataFrame([{c: t[c] for c in columns} for t in titles])


def _facts(titles: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [
        {"fact": f"{t['title']}-{n}", "title": t["title"], **fact}
        for t in titles
        for n, fact in enumerate(t["facts"], start=1)
    ]
    return pd.DataFrame(rows)[["fact", "title", "text", "kind", "source", "valid_from", "valid_to", "territory"]]


def _events(titles: list[dict[str, Any]], shared: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [{**event, "title": t["title"]} for t in titles for event in t["events"]] + shared
    frame = pd.DataFrame(rows)[["event", "kind", "date", "end_date", "title"]]
    return frame.sort_values(["date", "event"], kind="stable", ignore_index=True)


def _engagement(titles: list[dict[str, Any]], shared: list[dict[str, Any]], draws: np.random.Generator) -> pd.DataFrame:
    parts = []
    for title in titles:
        days = pd.date_range(title["start"], LAST, unit="us")
        level = np.exp(_log_level(title, shared, days, draws))
        views = _views(title, days, level, draws)
        parts.append(views)
        if title["kind"] in MINUTES:
            parts.append(_minutes(title, views, draws))
    columns = ["date", "title", "metric", "value", "region", "platform"]
    return pd.concat(parts)[columns].sort_values(columns[:3] + columns[4:], kind="stable", ignore_index=True)


def _log_level(
    title: dict[str, Any], shared: list[dict[str, Any]], days: pd.DatetimeIndex, draws: np.random.Generator
) -> Numbers:
    """The log of a title's views a day: level, week, year, events and a wander that remembers yesterday."""
    released = np.asarray(days >= pd.Timestamp(title["release_date"]))
    level = np.log(title["weight"]) + np.log(np.where(released, AFTER_RELEASE, BEFORE_RELEASE))
    level = level + _week(title, days) + 0.07 * np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 10) / 365.25)
    for event in title["events"]:
        age = (days - pd.Timestamp(event["date"])).days.to_numpy()
        length = (event.get("end_date", event["date"]) - event["date"]).days
        level += event["effect"] * np.where(age >= 0, np.exp(-np.maximum(age - length, 0) / event["decay"]), 0.0)
    for event in shared:
        there = np.asarray((days >= pd.Timestamp(event["date"])) & (days <= pd.Timestamp(event["end_date"])))
        level += event["effect"][title["kind"]] * there
    for surprise in title.get("surprises", []):
        level += surprise["effect"] * np.asarray(days == pd.Timestamp(surprise["date"]))
    wander, last = np.empty(len(days)), 0.0
    for i, shock in enumerate(draws.standard_normal(len(days)) * DAY_NOISE):
        last = DAY_MEMORY * last + shock
        wander[i] = last
    return np.asarray(level + wander)


def _week(title: dict[str, Any], days: pd.DatetimeIndex) -> Numbers:
    weekend = np.log(title["weekend"])
    by_day = np.array([-0.05, -0.08, -0.06, 0.0, 0.35 * weekend, weekend, 0.8 * weekend])
    if "episode_day" in title:
        by_day[title["episode_day"]] += 0.22
    return np.asarray(by_day[days.day_of_week.to_numpy()])


def _views(title: dict[str, Any], days: pd.DatetimeIndex, level: Numbers, draws: np.random.Generator) -> pd.DataFrame:
    parts = []
    for region, region_share in REGIONS.items():
        for platform, platform_share in PLATFORMS[title["kind"]].items():
            tilt = 0.25 * draws.standard_normal()  # each title is at home somewhere
            noise = CELL_NOISE * draws.standard_normal(len(days))
            mean = level * region_share * platform_share * np.exp(tilt + noise)
            values = draws.poisson(mean)
            parts.append(pd.DataFrame({"date": days, "value": values, "region": region, "platform": platform}))
    frame = pd.concat(parts).assign(title=title["title"], metric="views")
    if "end" in title:
        frame.loc[frame["date"] > pd.Timestamp(title["end"]), "value"] = 0
    if "gap" in title:
        first, last = (pd.Timestamp(day) for day in title["gap"])
        frame = frame[(frame["date"] < first) | (frame["date"] > last)]
    return frame


def _minutes(title: dict[str, Any], views: pd.DataFrame, draws: np.random.Generator) -> pd.DataFrame:
    """Minutes of the whole title a day, from its release on: platforms report them without a split."""
    released = views[views["date"] >= pd.Timestamp(title["release_date"])]
    daily = released.groupby("date")["value"].sum()
    each = MINUTES[title["kind"]] * np.exp(0.03 * draws.standard_normal(len(daily)))
    minutes = (daily * each).round().astype("int64")
    return minutes.reset_index().assign(title=title["title"], metric="minutes", region=None, platform=None)


def _results(past_copy: list[dict[str, Any]], groups: list[dict[str, Any]], draws: np.random.Generator) -> pd.DataFrame:
    """A fortnight of every past ad in every group, with the column names of dbt_ad_reporting."""
    rows = []
    for copy in past_copy:
        for n, (text, rate) in enumerate(zip(copy["texts"], copy["clicks"], strict=True), start=1):
            for group in groups:
                likes = group["likes"].get(copy["title"], 0.6)
                for day in pd.date_range("2026-09-07", periods=14, unit="us"):
                    shown = int(draws.poisson(2_600 * group["share"] / 0.16))
                    clicks = int(draws.binomial(shown, min(0.2, rate / 1_000 * likes**0.4)))
                    rows.append(
                        {
                            "date": day,
                            "ad": f"{copy['title']}-{n}-{group['name'].replace(' ', '-')}",
                            "title": copy["title"],
                            "platform": "google_ads",
                            "campaign_name": f"{copy['title']} autumn 2026",
                            "segment": group["name"],
                            "copy_text": text,
                            "exposure": "randomised",
                            "impressions": shown,
                            "clicks": clicks,
                            "spend": round(clicks * 0.31, 2),
                            "conversions": int(draws.binomial(clicks, 0.06)),
                        }
                    )
    return pd.DataFrame(rows).sort_values(["date", "ad"], kind="stable", ignore_index=True)


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "lumen")):
        sys.stdout.write(f"{path}\n")
