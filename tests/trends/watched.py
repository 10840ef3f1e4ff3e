"""Panels to watch, made from a seed."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from made_trends import week
from numpy.typing import NDArray

from marketing.trends.anomalies import watch
from marketing.trends.anomalies.expectations import expectations
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.panels import Panel

TODAY = dt.date(2026, 11, 25)  # a Wednesday
YESTERDAY = dt.date(2026, 11, 24)
NONE = pd.DataFrame({"event": pd.Series(dtype="str"), "date": pd.Series(dtype="datetime64[us]")})


def panel(
    values: Sequence[NDArray[np.float64]], *, code: str = "D", last: dt.date = YESTERDAY, **dimensions: list[str | None]
) -> Panel:
    """Trends "t0", "t1", ... of titles of the same names, all with the same last date."""
    width = max(len(each) for each in values)
    rows = np.vstack(
        [np.pad(np.asarray(each, float), (width - len(each), 0), constant_values=np.nan) for each in values]
    )
    names = [f"t{number}" for number in range(len(values))]
    heads = pd.DataFrame({"trend": names, "title": names, "metric": "views", **dimensions})
    return Panel(heads, FREQUENCIES[code], np.full(len(values), last, dtype="datetime64[D]"), rows)


def day(text: str) -> int:
    """How many days `text` lies before yesterday."""
    return (YESTERDAY - dt.date.fromisoformat(text)).days


def shocked(factors: dict[str, float], *, days: int = 300, seed: int = 2, level: float = 1000) -> NDArray[np.float64]:
    """A title's quiet days with some of them multiplied."""
    values = week(days, seed=seed, level=level)
    for date, factor in factors.items():
        values[-1 - day(date)] = round(values[-1 - day(date)] * factor)
    return values


def told(values: NDArray[np.float64], events: pd.DataFrame = NONE, *, code: str = "D", last: dt.date = YESTERDAY):
    """The anomalies of one trend, called Harbour Lights."""
    return watch([expectations(panel([values], code=code, last=last))], events, {"t0": "Harbour Lights"}, TODAY)
