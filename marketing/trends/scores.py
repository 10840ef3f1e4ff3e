"""How forecasters did on the past: rolling origin, with nothing from after a cutoff.

Each trend is cut short up to three times, a horizon apart where its history allows, and continued as if that
were all there is. MASE and MSIS are scaled by the seasonal naive error within the part before the cutoff
(Hyndman and Koehler 2006; Makridakis et al., M4, 2020); bands at a cutoff know only errors from before it.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from marketing.trends import bands
from marketing.trends.engagement import Line, lines
from marketing.trends.events import doubt
from marketing.trends.frequencies import Frequency

CUTOFFS = 3
YARDSTICK = "seasonal_naive"
MISSES = ["trend", "cutoff", "date", "value", "expected", "miss", "width", "scale"]
SCORES = ["mase", "smape", "msis80", "coverage80", "coverage95", "skill"]
COLUMNS = ["trend", "forecaster", "horizon", *SCORES, "cutoffs", "wape"]


def cutoffs(points: int, horizon: int, frequency: Frequency) -> list[int]:
    """How many points stand before each cutoff, earliest first; none where history is too short for one.

    As with the forecast itself, what is before a cutoff is at least as long as what comes after it.
    """
    least = max(frequency.minimum, horizon, 2 * frequency.season_length(points))
    room = points - horizon - least
    if room < 0:
        return []
    step = min(horizon, max(1, room // (CUTOFFS - 1)))
    return [points - horizon - step * k for k in reversed(range(CUTOFFS)) if room >= step * k]


def cut(trends: pd.DataFrame, horizon: int, starts: dict[str, int]) -> pd.DataFrame:
    """The trends as they stood at each cutoff; `trend` says which ("...@2"), `whole` of which, `cutoff` its number.

    `starts` counts the periods before a trend's first value that is not zero: they are no history.
    """
    parts = []
    by_trend = dict(list(trends.groupby("trend", sort=False)))
    for line in lines(trends):
        rows = by_trend[line.trend]
        start = starts[line.trend]
        for number, before in enumerate(cutoffs(len(rows) - start, horizon, line.frequency)):
            name = f"{line.trend}@{number}"
            parts.append(rows.iloc[: start + before].assign(trend=name, whole=line.trend, cutoff=number))
    empty = trends.iloc[:0].assign(whole=trends["trend"].iloc[:0], cutoff=0)
    return pd.concat(parts or [empty], ignore_index=True)


def misses(trends: pd.DataFrame, cuts: pd.DataFrame, continued: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Forecasts from each cutoff beside what came, with bands that know only errors seen by then.

    `continued` is a forecaster's result for `cuts`. Returns a row for each step whose value is known: trend,
    cutoff, date, value, expected, miss (log scale), width (before the trend's own factor), the band's columns and
    scale (the seasonal naive error before the cutoff).
    """
    came = {trend: rows.set_index("date")["value"] for trend, rows in trends.groupby("trend")}
    heads = cuts.drop_duplicates("trend").set_index("trend")
    found = dict(list(continued.groupby("trend", sort=False)))
    parts: dict[str, list[pd.DataFrame]] = {}
    for line in lines(cuts):
        whole = str(heads.at[line.trend, "whole"])
        rows = found[line.trend]
        expected = rows["expected"].to_numpy(float)
        value = came[whole].reindex(rows["date"]).to_numpy(float)
        width = bands.widths(line, len(rows))
        earlier = [part[part["date"] <= line.dates[-1]] for part in parts.get(whole, [])]
        own = bands.fitted(width, pd.concat(earlier)) if earlier else width
        told = pd.DataFrame(
            {
                "trend": whole,
                "cutoff": heads.at[line.trend, "cutoff"],
                "date": rows["date"].to_numpy(),
                "value": value,
                "expected": expected,
                "miss": np.abs(np.log1p(value) - np.log1p(expected)),
                "width": width,
                **bands.around(expected, own, doubt(events, line, len(rows))),
                "scale": scale(line),
            }
        )
        parts.setdefault(whole, []).append(told[told["value"].notna()])
    made = [part for some in parts.values() for part in some]
    return pd.concat(made or [pd.DataFrame(columns=MISSES)], ignore_index=True)


def scale(line: Line) -> float:
    """The mean error of repeating the last season within the line; NaN where it never errs."""
    season = line.frequency.season_length(len(line.values))
    apart = np.abs(line.values[season:] - line.values[:-season])
    known = apart[~np.isnan(apart)]
    return float(known.mean()) if len(known) and known.any() else float("nan")


def score(told: pd.DataFrame, forecaster: str, horizon: int) -> pd.DataFrame:
    """One row a trend from a forecaster's misses; `skill` is added by `with_skill`.

    mase, msis80: means over cutoffs of errors in the scale before each. smape: percent, 0 to 200. wape: the sum
    of errors in shares of the sum of what came.
    """
    rows = []
    for trend, group in told.groupby("trend", sort=True):
        error = (group["value"] - group["expected"]).abs()
        size = group["value"] + group["expected"]
        rows.append(
            {
                "trend": trend,
                "forecaster": forecaster,
                "horizon": horizon,
                "mase": _over_cutoffs(error / group["scale"], group["cutoff"]),
                "smape": float((200 * error / size.where(size > 0)).fillna(0).mean()),
                "msis80": _over_cutoffs(interval_score(group, 80) / group["scale"], group["cutoff"]),
                "coverage80": float(group["value"].between(group["low80"], group["high80"]).mean()),
                "coverage95": float(group["value"].between(group["low95"], group["high95"]).mean()),
                "wape": float(error.sum() / group["value"].sum()) if group["value"].sum() > 0 else float("nan"),
                "cutoffs": group["cutoff"].nunique(),
            }
        )
    return pd.DataFrame(rows)


def interval_score(rows: pd.DataFrame, level: int) -> pd.Series:
    """Width of the band, plus what lies outside it as often as the level makes that count."""
    low, high, value = rows[f"low{level}"], rows[f"high{level}"], rows["value"]
    outside = (low - value).clip(lower=0) + (value - high).clip(lower=0)
    return (high - low) + 2 / (1 - level / 100) * outside


def _over_cutoffs(values: pd.Series, cutoff: pd.Series) -> float:
    return float(values.groupby(cutoff).mean().mean())


def with_skill(scored: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All scores, with skill: 1 - MASE / seasonal naive's; 0 is as good as repeating, below it worse."""
    parts = [part for part in scored if len(part)]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    whole = pd.concat(parts, ignore_index=True)
    naive = whole[whole["forecaster"] == YARDSTICK].set_index("trend")["mase"]
    against = whole["trend"].map(naive)
    skill = 1 - whole["mase"] / against.where(against > 0)
    return whole.assign(skill=skill)[COLUMNS].sort_values(["trend", "forecaster"], ignore_index=True)
