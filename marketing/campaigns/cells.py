"""Cells of files that a spreadsheet opens: what would run there, and how it is kept from running."""

import functools
import math
import re
from typing import Any

import pandas as pd

# OWASP, CSV injection; the full-width signs run in East Asian editions.
STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where a spreadsheet in another language parts cells, a new one may begin in the middle of ours.
PARTS = re.compile(r"((?:^|[;\t\r\n])\s*)(?=[=+\-@＝＋－＠])")
BREAKS = re.compile(r"\r\n?")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
CELL_LIMIT = 32_767  # characters, Excel's own


def runs(text: str) -> bool:
    """Whether a spreadsheet could take `text` for a formula."""
    return text.lstrip().startswith(STARTS) or text.startswith(STARTS)


@functools.lru_cache(10_000)  # ids and names come again in thousands of rows
def neutral(text: str) -> str:
    """`text` with an apostrophe before whatever would run, and without control characters."""
    kept = plain(text)
    if kept.startswith("\t"):
        kept = f"'{kept}"
    return PARTS.sub(r"\1'", kept)[:CELL_LIMIT]


def plain(text: str) -> str:
    """`text` without control characters but line breaks and tabs, and without half characters."""
    return CONTROLS.sub("", BREAKS.sub("\n", text))


def typed(value: Any) -> Any:
    """A table's value as Python has it: str, int, float, datetime or None for what is unknown."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if hasattr(value, "item"):  # numpy's scalars
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
