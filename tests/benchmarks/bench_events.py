"""Whether effects of events that are known are found again, what events are worth to a forecast, and what they cost.

    OMP_NUM_THREADS=1 python tests/benchmarks/bench_events.py [--folder FOLDER] [--trends N]

FOLDER holds real daily trends as they are published (those named in CALENDARS, gta6_wikipedia_pageviews_daily.csv);
without it the sample's own game page is used. Known effects: the invented company's (`sample_data`), and titles made
here with a wandering level, weeks, noise that remembers yesterday, and surprises. Forecasts are those of some
forecasters on the history without events, with events put under, beside the same on the history as it is.
"""

import argparse
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing import catalog
from marketing.trends import events
from marketing.trends.engagement import gather
from marketing.trends.forecasters import seasonal_naive
from marketing.trends.panels import Panel, panels
from sample_data import generate

Array = NDArray[np.float64]
HORIZON = 28
REAL = Path(__file__).parents[2] / "sample_data" / "real"
BAND = 1.2816
NONE = pd.DataFrame({"event": [], "kind": [], "date": pd.Series([], dtype="datetime64[us]"), "title": []})
CALENDARS = (
    ("bicimad_users.csv", "ES-MD", "date", "users", None),
    ("visitas_por_dia_web_cienciadedatos.csv", "ES", "date", "users", "%d/%m/%y"),
    ("pedestrians_covid.csv", "AU-VIC", "ds", "y", None),
    ("wikipedia_log_views_peyton_manning.csv", "US", "ds", "y", None),
    ("wikipedia_log_views_R_outliers.csv", "US", "ds", "y", None),
)
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


def recovered(
    name: str, engagement: pd.DataFrame, told: pd.DataFrame, sorts: dict[str, str]
) -> tuple[list[Panel], events.Learned]:
    """Print how near the estimates are to the truth and how often their intervals hold it."""
    whole = [events.set_aside(panel, told) for panel in panels(gather(engagement))]
    learned = events.learn(whole, told.drop(columns="true"), kinds_of_titles=sorts, horizon=HORIZON)
    found = learned.estimates[np.isfinite(learned.estimates["error"])].reset_index(drop=True)
    place = learned.happenings.reset_index(names="happening")[["happening", "event", "title", "start", "kind"]]
    truth = told.rename(columns={"date": "start"})[["event", "title", "start", "true"]]
    found = found.merge(place.merge(truth, on=["event", "title", "start"]), on=["happening", "title"])
    found = found.dropna(subset="true")
    totals = found[found["trend"].str.endswith("/views")]
    shown = {f"{name}, totals": totals} | ({f"{name}, all trends": found} if len(found) > len(totals) else {})
    for label, rows in shown.items():
        miss = (rows["effect"] - rows["true"]).to_numpy()
        inside = np.abs(miss) <= BAND * rows["error"]
        print(
            f"{label:<28} {len(rows):6,} effects, own estimate: bias {miss.mean():+.3f}, median miss"
            f" {np.median(np.abs(miss)):.3f}, 80% interval holds {inside.mean():.0%}, median error"
            f" {rows['error'].median():.3f} (spread of the truth {rows['true'].std():.3f})"
        )
    by_kind = totals.assign(miss=totals["effect"] - totals["true"]).groupby("pool")
    for pool, rows in by_kind:
        print(
            f"    {pool:<24} {len(rows):5,}: bias {rows['miss'].mean():+.3f}, median miss"
            f" {rows['miss'].abs().median():.3f}, median error {rows['error'].median():.3f}, fading"
            f" {rows['decay'].median():.1f} days"
        )
    return whole, learned


def forecasts(name: str, whole: list[Panel], learned: events.Learned, origins: list[int], *forecasters: str) -> None:
    """Print the error of some forecasters with events and without, where events are felt."""
    for label in forecasters:
        forecast = catalog.load("marketing.trends.forecasters", label).forecast
        errors: dict[str, list[Array]] = {"without": [], "with": []}
        for panel in whole:
            moved = events.moves(panel, learned, HORIZON, origins)
            plain = forecast(panel, HORIZON, origins)
            bare = np.full_like(plain, np.nan)
            for rows, numbers, history in moved.histories(panel):
                bare[np.ix_(numbers, rows)] = forecast(history, HORIZON, [origins[n] for n in numbers])
            came = np.stack([_after(panel, origin) for origin in origins])
            near = _near(panel, learned, origins)
            for kind, made in (("without", plain), ("with", moved.under(bare))):
                off = np.abs(np.log((made + 1) / (came + 1)))
                errors[kind].append(off[near & ~np.isnan(off)])
        off = {kind: np.concatenate(parts) for kind, parts in errors.items()}
        share = off["with"].mean() / off["without"].mean()
        print(
            f"{name:<20} {label}: mean absolute log error where events are felt: history as it is"
            f" {off['without'].mean():.3f}, with events {off['with'].mean():.3f} ({share:.2f} of it;"
            f" {len(off['with']):,} trend-days, {len(origins)} origins)"
        )


def _after(panel: Panel, origin: int) -> Array:
    """What came in the HORIZON periods after an origin, NaN where nobody knows."""
    width = panel.values.shape[1]
    whole = np.concatenate([panel.values, np.full((len(panel), HORIZON), np.nan)], axis=1)
    return whole[:, width - origin : width - origin + HORIZON]


def _near(panel: Panel, learned: events.Learned, origins: list[int]) -> NDArray[np.bool_]:
    """Origins and trends with an event of the table from four weeks before the origin to the horizon's end."""
    from marketing.trends.events.happenings import pairs

    both = pairs(panel, learned.happenings)
    near = np.zeros((len(origins), len(panel), HORIZON), dtype=bool)
    for number, origin in enumerate(origins):
        step = both["step"].to_numpy() + origin
        near[number, both["row"].to_numpy()[(step > -28) & (step <= HORIZON)]] = True
    return near


def ahead(name: str, whole: list[Panel], learned: events.Learned, told: pd.DataFrame) -> None:
    """Print how often the 80% interval of an event ahead holds its true effect, by what it is told from."""
    rows = []
    for panel in whole:
        entries = events.felt(panel, learned, HORIZON, range(28, panel.values.shape[1] - 60, 28))
        soon = entries[(entries["ahead"] == 1) & (entries["step"] + entries["cut"] <= HORIZON)]
        rows.append(soon.assign(title=panel.heads["title"].to_numpy()[soon["row"]]))
    found = pd.concat(rows, ignore_index=True)
    place = learned.happenings.reset_index(names="happening")[["happening", "event", "title", "start"]]
    truth = told.rename(columns={"date": "start"})[["event", "title", "start", "true"]]
    found = found.merge(place.merge(truth, on=["event", "title", "start"]), on=["happening", "title"])
    for basis, group in found.groupby("basis"):
        miss = group["true"] - group["effect"]
        inside = (miss.abs() <= BAND * group["sd"]).mean()
        print(
            f"{name:<20} {len(group):6,} effects ahead told from {basis}: bias {-miss.mean():+.3f}, mean miss"
            f" {miss.abs().mean():.3f} (of no effect at all {group['true'].abs().mean():.3f}), 80% interval holds"
            f" {inside:.0%}"
        )


def real(folder: Path) -> None:
    """The dated events of a game's Wikipedia page: forecasts at every origin of the last years."""
    pages = next(p for p in (folder / "gta6_wikipedia_pageviews_daily.csv", REAL / "gta6_pageviews.csv") if p.is_file())
    views = pd.read_csv(pages, parse_dates=["date"]).rename(columns={"pageviews": "value"})
    told = pd.read_csv(REAL / "gta6_events.csv", parse_dates=["date"]).rename(columns={"category": "kind"})
    whole = panels(gather(views.assign(title="gta-vi", metric="views")))
    learned = events.learn(whole, told.assign(title="gta-vi"), kinds_of_titles={"gta-vi": "game"})
    forecasts("a game's page", whole, learned, list(range(HORIZON, 1000, 6)), "seasonal_naive", "theta", "blend")


def calendar(folder: Path) -> None:
    """Public holidays on real daily trends: the error on those days and on all others, with them and without."""
    for name, territory, date, value, form in CALENDARS:
        if not (folder / name).is_file():
            continue
        rows = pd.read_csv(folder / name)
        known = pd.DataFrame({"date": pd.to_datetime(rows[date], format=form), "value": rows[value].astype(float)})
        if "log" in name:
            known["value"] = np.exp(known["value"])
        panel = panels(gather(known.dropna().assign(title=name, metric="visits")))[0]
        learned = events.learn([panel], NONE, territory=territory, horizon=HORIZON)
        origins = list(range(HORIZON, min(panel.values.shape[1] - 100, 1000), 3))
        moved = events.moves(panel, learned, HORIZON, origins)
        plain = seasonal_naive.forecast(panel, HORIZON, origins)
        bare = np.full_like(plain, np.nan)
        for which, numbers, history in moved.histories(panel):
            bare[np.ix_(numbers, which)] = seasonal_naive.forecast(history, HORIZON, [origins[n] for n in numbers])
        came = np.stack([_after(panel, origin) for origin in origins])
        dates = np.stack([panel.before(origin).ahead(HORIZON) for origin in origins])
        feast = np.isin(dates, learned.happenings["start"].to_numpy().astype("datetime64[D]"))
        off = [np.abs(np.log((made + 1) / (came + 1))) for made in (plain, moved.under(bare))]
        told = [[each[where & ~np.isnan(each)].mean() for each in off] for where in (feast, ~feast)]
        print(
            f"{name[:34]:<34} ({territory}) seasonal naive, mean absolute log error: on holidays {told[0][0]:.3f}, with"
            f" them known {told[0][1]:.3f}; on other days {told[1][0]:.3f}, {told[1][1]:.3f}"
        )


def cost(trends: int) -> None:
    """Print the CPU seconds that learning and moves take."""
    engagement, told = made(trends, 5, seed=1)
    whole = panels(gather(engagement))
    for territory in ("", "GB"):
        start = time.process_time()
        learned = events.learn(whole, told.drop(columns="true"), territory=territory)
        middle = time.process_time()
        for panel in whole:
            for first in range(0, len(panel), 256):
                rows = np.arange(first, min(first + 256, len(panel)))
                part = panel.take(rows)
                events.moves(part, learned.of(part.trends), HORIZON, (0, 28, 56, 84, 112))
        end = time.process_time()
        print(
            f"cost: {len(whole[0]):,} trends of {whole[0].values.shape[1]} days, {len(learned.estimates):,} past events"
            f" of trends{', with public holidays' if territory else ''}: learn {middle - start:.2f} CPU s,"
            f" moves at 5 origins {end - middle:.2f} CPU s"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=REAL)
    parser.add_argument("--trends", type=int, default=3_000)
    chosen = parser.parse_args()
    whole, learned = recovered("invented company", *(company := lumen()))
    ahead("invented company", whole, learned, company[1])
    forecasts("invented company", whole, learned, list(range(28, 400, 7)), "seasonal_naive", "theta")
    titles = made(300, 5)
    whole, learned = recovered("made titles", *titles, {})
    ahead("made titles", whole, learned, titles[1])
    forecasts("made titles", whole, learned, list(range(28, 280, 14)), "seasonal_naive", "theta")
    real(chosen.folder)
    calendar(chosen.folder)
    cost(chosen.trends)
