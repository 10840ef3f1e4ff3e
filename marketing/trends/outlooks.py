"""What many forecasts amount to, each as :func:`marketing.trends.outlook.outlook` tells it, in one pass."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends import peaks
from marketing.trends.outlook import STEADY, Outlook, outlook
from marketing.trends.panels import Panel

Array = NDArray[np.float64]


def outlooks(panel: Panel, forecasts: pd.DataFrame, sums: pd.DataFrame) -> list[Outlook]:
    """The outlook of each trend of a panel.

    Args:
        panel: Trends with their history.
        forecasts: Rows of `forecasts`, of these trends among others, sorted by trend and date; each has equally many.
        sums: Rows of `forecast_sums`. A daily trend whose first week is there has its total and range from it; where
            a forecast is too short for a week, its days tell.
    """
    mine = forecasts[forecasts["trend"].isin(panel.trends)]
    order = pd.Index(mine["trend"].unique()).get_indexer(pd.Index(panel.trends))
    horizon = len(mine) // max(len(panel), 1)
    dates = mine["date"].to_numpy().reshape(-1, horizon)[order]
    told = {name: mine[name].to_numpy(float).reshape(-1, horizon)[order] for name in ("expected", "low80", "high80")}
    weeks = _weeks(panel, dates, sums, told) if panel.frequency.window > 1 else None
    made = list(_together(panel, dates, told, weeks))
    for row in np.flatnonzero(np.isnan(weeks).any(axis=1)) if weeks is not None else ():
        made[row] = _apart(panel, int(row), mine, sums)
    return made


def _weeks(panel: Panel, dates: NDArray[np.datetime64], sums: pd.DataFrame, told: dict[str, Array]) -> Array:
    """The first week's total and its 80% range, (n, 3); NaN where that week is not in the sums."""
    days = min(panel.frequency.window, dates.shape[1])
    first = pd.Series(dates[:, 0], index=panel.trends)
    weeks = sums[(sums["period"] == "week") & (sums["days"] == days) & (sums["date"] == sums["trend"].map(first))]
    return np.asarray(weeks.set_index("trend")[[*told]].reindex(panel.trends), dtype=float)


def _together(
    panel: Panel, dates: NDArray[np.datetime64], told: dict[str, Array], weeks: Array | None
) -> Iterator[Outlook]:
    rows, window = np.arange(len(panel)), min(panel.frequency.window, dates.shape[1])
    spanned = told["expected"][:, :window] if panel.frequency.window > 1 else told["expected"]
    peak = spanned.argmax(axis=1)
    at_peak = {name: values[rows, peak] for name, values in told.items()}
    total, low, high = weeks.T if weeks is not None else (told[name][:, 0] for name in ("expected", "low80", "high80"))
    before = _before(panel, window)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(before > 0, total / before - 1, np.nan)
    if panel.frequency.window > 1:
        even = peaks.even(told["expected"], panel.values)
    else:
        even = spanned.min(axis=1) >= (1 - peaks.EVEN) * at_peak["expected"]
    direction = np.where(change > STEADY, "up", np.where(change < -STEADY, "down", "steady"))
    columns: dict[str, Any] = {
        "direction": direction,
        "first": _days(dates[:, 0]),
        "last": _days(dates[:, -1]),
        "peak_date": _days(dates[rows, peak]),
        **at_peak,
        "window_first": _days(dates[:, 0]),
        "window_last": _days(dates[:, window - 1]),
        "total": total,
        "total_low80": low,
        "total_high80": high,
        "before": before,
        "change": change,
        "even": even,
    }
    lists = [each if isinstance(each, list) else np.asarray(each).tolist() for each in columns.values()]
    for values in zip(*lists, strict=True):
        yield Outlook(**dict(zip(columns, values, strict=True)), summed=weeks is not None)


def _before(panel: Panel, window: int) -> Array:
    """What as many periods before the forecast brought, from the mean of those known; NaN where none is."""
    recent = panel.values[:, -window:]
    known = ~np.isnan(recent)
    with np.errstate(invalid="ignore"):
        mean = np.where(known, recent, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    return np.asarray(mean * window)


def _days(dates: NDArray[np.datetime64]) -> list[Any]:
    return list(dates.astype("datetime64[D]").tolist())


def _apart(panel: Panel, row: int, forecasts: pd.DataFrame, sums: pd.DataFrame) -> Outlook:
    one = panel.take(np.array([row]))
    history = pd.DataFrame({"date": one.dates()[0].astype("datetime64[us]"), "value": one.values[0]})
    trend = panel.trends[row]
    return outlook(forecasts[forecasts["trend"] == trend], history, sums[sums["trend"] == trend])
