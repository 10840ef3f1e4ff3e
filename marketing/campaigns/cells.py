"""Cells of files that a spreadsheet opens: what would run there, and how it is kept from running."""

import math
import re
import unicodedata
from typing import Any

import pandas as pd

# OWASP, CSV injection; the full-width signs run in East Asian editions.
STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Where a spreadsheet in another language parts cells, a new one may begin in the middle of ours.
PARTS = re.compile(r"((?:^|[;\t\r\n])\s*)(?=[=+\-@＝＋－＠])")
CELL_LIMIT = 32_767  # characters, Excel's own


def runs(text: str) -> bool:
    """Whether a spreadsheet could take `text` for a formula."""
    return text.lstrip().startswith(STARTS) or text.startswith(STARTS)


def neutral(text: str) -> str:
    """`text` with an apostrophe before whatever would run, and without control characters."""
    kept = plain(text)
    if kept.startswith("\t"):
        kept = f"'{kept}"
    return PARTS.sub(r"\1'", kept)[:CELL_LIMIT]


def plain(text: str) -> str:
    """`text` without control characters but line breaks and tabs, and without half characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


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
