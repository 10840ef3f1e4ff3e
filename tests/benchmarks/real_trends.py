"""The real daily audiences that forecasts are measured on, and what benchmarks of forecasts share."""

import resource
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.panels import Panel

Array = NDArray[np.float64]

HOUSE = Path(__file__).parents[2]
SHARED = HOUSE.parent / "shared" / "data" / "trends"
SAMPLE = HOUSE / "sample_data" / "real"
LEAST = 63  # days of history at the first cutoff


def daily(folder: Path = SHARED) -> dict[str, pd.Series]:
    """Each audience's values by date: of `folder` where it is there, else those that come with the sample."""
    found: dict[str, pd.Series] = {}
    shared = folder.is_dir()
    pages = pd.read_csv(folder / "wikipedia_ten_pages_daily.csv" if shared else SAMPLE / "wikipedia_ten_pages.csv")
    named = {name.casefold(): name for name in pages.columns}
    title, value = named.get("page", named.get("title")), named["value"]
    for name, rows in pages.groupby(title):
        found[str(name)] = _by_date(rows[named["date"]], rows[value])
    game = pd.read_csv(folder / "gta6_wikipedia_pageviews_daily.csv" if shared else SAMPLE / "gta6_pageviews.csv")
    found["GTA VI"] = _by_date(game["date"], game.iloc[:, -1])
    return found | (dict(_others(folder)) if shared else {})


def _others(folder: Path) -> Iterator[tuple[str, pd.Series]]:
    for name, file in (("Peyton Manning", "peyton_manning"), ("R", "R_outliers")):
        rows = pd.read_csv(folder / f"wikipedia_log_views_{file}.csv")
        yield name, _by_date(rows["ds"], np.exp(rows["y"]))
    bikes = pd.read_csv(folder / "bicimad_users.csv")
    yield "bicimad", _by_date(bikes["date"], bikes["users"])
    visits = pd.read_csv(folder / "visitas_por_dia_web_cienciadedatos.csv")
    yield "visitas", _by_date(pd.to_datetime(visits.iloc[:, 0], format="%d/%m/%y"), visits.iloc[:, 1])


def _by_date(dates: pd.Series, values: pd.Series) -> pd.Series:
    whole = pd.Series(np.asarray(values, float), index=pd.DatetimeIndex(pd.to_datetime(dates)))
    return whole[~whole.index.duplicated()].sort_index().asfreq("D")


def panel(trends: Mapping[str, pd.Series]) -> Panel:
    """Trends side by side, each ending on its own last day."""
    values = np.full((len(trends), max(map(len, trends.values()))), np.nan)
    for row, each in enumerate(trends.values()):
        values[row, values.shape[1] - len(each) :] = each
    heads = pd.DataFrame({"trend": list(trends), "title": list(trends), "metric": "views"}).astype("str")
    last = np.array([each.index[-1] for each in trends.values()], dtype="datetime64[D]")
    return Panel(heads, FREQUENCIES["D"], last, values)


def made(trends: int, days: int = 730, seed: int = 0) -> Panel:
    """Invented daily audiences: a wandering level, a week, noise."""
    draws = np.random.default_rng(seed)
    level = 7 + np.cumsum(draws.normal(0, 0.04, (trends, days)), axis=1) + draws.normal(0, 0.1, (trends, days))
    values = np.round(np.exp(level) * (1 + 0.3 * np.sin(np.arange(days) * 2 * np.pi / 7)))
    titles = [f"made-{number:05}" for number in range(trends)]
    heads = pd.DataFrame({"trend": [f"{t}/views" for t in titles], "title": titles, "metric": "views"}).astype("str")
    return Panel(heads, FREQUENCIES["D"], np.full(trends, np.datetime64("2026-11-22")), values)


def plain_prophet(
    values: Array, dates: NDArray[np.datetime64], horizon: int, dates_ahead: NDArray[np.datetime64] | None = None
) -> Array:
    """Prophet as it comes, its intervals drawn as well, as whoever installs it would use it; gaps are left out.

    `dates_ahead` are the next days where they are not given.
    """
    from prophet import Prophet

    known = np.flatnonzero(~np.isnan(values))
    told = Prophet().fit(pd.DataFrame({"ds": pd.DatetimeIndex(dates[known]), "y": values[known]}))
    if dates_ahead is None:
        dates_ahead = dates[-1] + np.arange(1, horizon + 1).astype("timedelta64[D]")
    ahead = pd.DataFrame({"ds": pd.DatetimeIndex(dates_ahead)})
    return told.predict(ahead)["yhat"].to_numpy()


def one_thread() -> None:
    """Keep linear algebra to one thread, as the job does in each worker: more of them fight for the cores."""
    threadpool_limits(1)


def spent(do: Callable[[], object]) -> float:
    """CPU seconds of a call, in this process and those it starts."""
    before = _cpu()
    do()
    return _cpu() - before


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


class Bounds:
    """Figures with their bounds; `missed` counts those beyond."""

    def __init__(self) -> None:
        self.missed = 0

    def at_most(self, what: str, figure: float, bound: float, form: str = ".3f") -> None:
        """Print a figure and whether it keeps below its bound."""
        self._told(what, f"{figure:{form}}", f"at most {bound:{form}}", kept=figure <= bound)

    def at_least(self, what: str, figure: float, bound: float, form: str = ".3f") -> None:
        """Print a figure and whether it keeps above its bound."""
        self._told(what, f"{figure:{form}}", f"at least {bound:{form}}", kept=figure >= bound)

    def between(self, what: str, figure: float, low: float, high: float) -> None:
        """Print a share and whether it keeps within its bounds."""
        self._told(what, f"{figure:.1%}", f"{low:.1%} to {high:.1%}", kept=low <= figure <= high)

    def _told(self, what: str, figure: str, bound: str, *, kept: bool) -> None:
        self.missed += not kept
        print(f"{what:58} {figure:>8}  ({bound}{'' if kept else ': MISSED'})")
