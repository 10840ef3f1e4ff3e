"""The table `event_effects`: what each event did to each trend, or should do, in a marketer's numbers."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.events import Learned, felt
from marketing.trends.events.courses import DAYS_IN, half_life, placed
from marketing.trends.events.moves import EARLY, courses
from marketing.trends.panels import Panel

Array = NDArray[np.float64]
BAND = 1.2816  # standard deviations to either side that hold four in five
LEAST_LEAD = 0.1  # of its strongest day's effect, from which an event counts as felt before its day
LONGEST = 400  # periods of an event's course that are added up
BLOCK = 2_000  # events reckoned at once
COLUMNS = (
    *("trend", "event", "kind", "date", "end_date", "effect", "low80", "high80", "added"),
    *("window_added", "peak_date", "lead", "fading", "basis", "ahead"),
)


def event_effects(panel: Panel, learned: Learned, horizon: int, forecasts: pd.DataFrame | None = None) -> pd.DataFrame:
    """A row for each event that a trend has felt or should feel within `horizon` periods, by trend, date and name.

    effect, low80 and high80 are its strongest day's multiplier less 1 (0.38: 38% more) with its 80% interval; added
    is what it added over its course, in the trend's unit, given all else (NaN ahead without `forecasts`), and
    window_added what of that falls into the span that forecasts are told by (the first week of a daily trend);
    peak_date its strongest day; lead the days before it in which it is felt; fading the days until half of what it
    added is gone; basis "own", "kind" or "prior", after what the effect comes from; ahead 1 for those to come.

    Public holidays of the calendar are told where their interval leaves no doubt that they count.

    Args:
        panel: Trends, days set aside being NaN.
        learned: What `marketing.trends.events.learn` found.
        horizon: Periods ahead.
        forecasts: Rows of trend, date and expected, events put under.
    """
    entries = felt(panel, learned, horizon).reset_index(drop=True)
    entries = entries[(entries["step"] <= horizon) & np.isfinite(entries["sd"].to_numpy(float))]
    clear = np.abs(entries["effect"]) > BAND * entries["sd"]
    entries = entries[~entries["public"] | clear].reset_index(drop=True)
    if entries.empty:
        return _typed(pd.DataFrame({name: [] for name in COLUMNS}))
    told = learned.happenings.iloc[entries["happening"]].reset_index(drop=True)
    effect, decay = entries["effect"].to_numpy(float), entries["decay"].to_numpy(float)
    values = np.concatenate([panel.values, _expected(panel, horizon, forecasts)], axis=1)
    blocks = [_course(panel, entries.iloc[at : at + BLOCK], values) for at in range(0, len(entries), BLOCK)]
    share, step, added, window_added = (np.concatenate(part) for part in zip(*blocks, strict=True))
    seen_ahead = (entries["ahead"] == 1) & (forecasts is None)
    made = pd.DataFrame(
        {
            "trend": np.array(panel.trends)[entries["row"]],
            "event": told["event"],
            "kind": told["kind"],
            "date": told["start"],
            "end_date": told["stop"],
            "effect": np.expm1(share * effect),
            "low80": np.expm1(share * effect - BAND * share * entries["sd"]),
            "high80": np.expm1(share * effect + BAND * share * entries["sd"]),
            "added": np.where(seen_ahead, np.nan, added),
            "window_added": window_added if forecasts is not None else np.nan,
            "peak_date": _dates(panel, entries["row"].to_numpy(np.intp), step),
            "lead": _lead(entries),
            "fading": np.where(decay > 0, half_life(effect, decay), 0.0),
            "basis": entries["basis"].astype("str"),
            "ahead": entries["ahead"].astype("int64"),
        }
    )
    made = made.sort_values(["trend", "date", "event"], kind="stable", ignore_index=True)
    return _typed(made.drop_duplicates(["trend", "event", "date"], ignore_index=True)[list(COLUMNS)])


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    texts, dates = dict.fromkeys(("trend", "event", "kind", "basis"), "str"), ("date", "end_date", "peak_date")
    told = ("effect", "low80", "high80", "added", "window_added", "lead", "fading", "ahead")
    numbers = dict.fromkeys(told, "float64")
    return rows.astype({**texts, **dict.fromkeys(dates, "datetime64[us]"), **numbers})


def _course(panel: Panel, entries: pd.DataFrame, values: Array) -> tuple[Array, NDArray[np.int64], Array, Array]:
    """Each event's share on its strongest period (of a day's worth a week shows a part), that period, its sum and that
    of the forecast's first window."""
    code = panel.frequency.code
    width = panel.values.shape[1]
    reach = (entries["length"].to_numpy() + 4 * entries["decay"].to_numpy() + 5) / DAYS_IN[code] + 2
    steps = np.arange(-EARLY, int(min(reach.max(), LONGEST)) + 1)
    share, _ = courses(entries, steps.astype(float), code)
    column = entries["step"].to_numpy()[:, None] + steps + width - 1
    inside = (column >= 0) & (column < values.shape[1])
    there = values[entries["row"].to_numpy()[:, None], np.where(inside, column, 0)]
    part = -np.expm1(-share * entries["effect"].to_numpy(float)[:, None])
    brought = np.where(inside & ~np.isnan(there), there * part, 0.0)
    window = (column >= width) & (column < width + panel.frequency.window)
    best = share.argmax(axis=1)
    return (
        share[np.arange(len(share)), best],
        entries["step"].to_numpy() + steps[best],
        brought.sum(axis=1),
        (brought * window).sum(axis=1),
    )


def _expected(panel: Panel, horizon: int, forecasts: pd.DataFrame | None) -> Array:
    """The forecasts of the panel's trends, (n, horizon), NaN where there are none."""
    made = np.full((len(panel), horizon), np.nan)
    if forecasts is None or not len(panel):
        return made
    rows = pd.Index(panel.trends).get_indexer(pd.Index(forecasts["trend"]))
    here = rows >= 0
    days = forecasts["date"].to_numpy()[here].astype("datetime64[D]")
    step, _ = placed(days, panel.last[rows[here]], panel.frequency.code)
    inside = (step >= 1) & (step <= horizon)
    made[rows[here][inside], step[inside] - 1] = forecasts["expected"].to_numpy(float)[here][inside]
    return made


def _lead(entries: pd.DataFrame) -> Array:
    at, peak = entries["at"].to_numpy(float), entries["peak"].to_numpy(float)
    return np.asarray(np.floor(np.maximum(at * np.log(1 / (LEAST_LEAD * (peak + 1))), 0.0)))


def _dates(panel: Panel, rows: NDArray[np.intp], steps: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """The date of each row's period that many after its last, as the tables have dates."""
    both = np.concatenate([panel.dates(), panel.ahead(max(int(steps.max()), 1))], axis=1)
    column = np.maximum(steps + panel.values.shape[1] - 1, 0)
    return np.asarray(both[rows, column].astype("datetime64[us]"))
