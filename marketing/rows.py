"""Tables as rows: a dictionary for each, without the cells that hold nothing."""

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows in their order, unknown cells left out, dates as they are written: 2026-11-23."""
    rows: list[dict[str, Any]] = []
    for row in frame.to_dict("records"):
        filled = {str(name): value for name, value in row.items() if not pd.isna(value)}
        rows.append({n: v.date().isoformat() if isinstance(v, pd.Timestamp) else v for n, v in filled.items()})
    return rows
