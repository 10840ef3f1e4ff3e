"""Titles with their parts as panels, for tests of totals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.engagement import trend_id
from marketing.trends.frequencies import FREQUENCIES
from marketing.trends.panels import Panel

LAST = "2026-11-22"

Family = Mapping[str, Mapping[str, NDArray[np.float64]]]  # dimension -> part -> its values; "" -> "" -> the total's


def family(parts: Family, *, total: NDArray[np.float64] | None = None) -> Family:
    """A title with parts, and the sum of the first dimension's as its total where none is given."""
    if total is None:
        total = np.sum(list(next(iter(parts.values())).values()), axis=0)
    return {"": {"": total}, **parts}


def panel(families: Mapping[str, Family], *, frequency: str = "D", last: str | Sequence[str] = LAST) -> Panel:
    """The panel of some titles, in the order given."""
    names = sorted({name for one in families.values() for name in one if name})
    rows, values = [], []
    for title, one in families.items():
        for name, parts in one.items():
            for part, numbers in parts.items():
                where = {name: part} if name else {}
                head = {"trend": trend_id(title, "views", where), "title": title, "metric": "views"}
                rows.append({**head, **{n: where.get(n) for n in names}})
                values.append(np.asarray(numbers, dtype=float))
    heads = pd.DataFrame(rows).astype("str") if rows else pd.DataFrame()
    lasts = [last] * len(rows) if isinstance(last, str) else list(last)
    return Panel(heads, FREQUENCIES[frequency], np.array(lasts, dtype="datetime64[D]"), np.array(values))
