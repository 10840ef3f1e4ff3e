"""What tells the rows of a table apart: integers for keys, and the columns that a key lacks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import numpy.typing as npt


def codes(frame: pd.DataFrame, key: Sequence[str]) -> "npt.NDArray[np.int64]":
    """An integer for each row, counted from 0 as they appear, the same where the key is; empty cells are alike."""
    found = np.zeros(len(frame), dtype=np.int64)
    for name in key:
        found = _finer(found, frame[name])
    return found


def _finer(coarse: "npt.NDArray[np.int64]", values: pd.Series) -> "npt.NDArray[np.int64]":
    """The codes of a key with one more column in it."""
    part = pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)
    if coarse.any():
        part = pd.factorize(coarse * (part.max() + 1) + part)[0].astype(np.int64)
    return part


def differ(texts: pd.Series) -> bool:
    """Whether no text stands twice; by sorting, which takes a fraction of the memory that a table of codes takes."""
    cells = pa.array(texts.array, from_pandas=True)
    cells = cells.take(pc.sort_indices(cells))
    return len(cells) < 2 or not pc.any(pc.equal(cells[1:], cells[:-1])).as_py()


def lacking(frame: pd.DataFrame, key: Sequence[str], candidates: Sequence[str]) -> list[str]:
    """Those of `candidates` that must join `key` so that it tells as many rows apart as all of them would.

    None where the key tells all rows apart already. Columns of few values come first: a place or a tariff rather
    than a note, which differs from row to row whatever it says.
    """
    doubled = pd.Series(codes(frame, key)).duplicated(keep=False).to_numpy()
    rows = frame[doubled]
    found = codes(rows, key)
    needed: list[str] = []
    for name in sorted(candidates, key=lambda name: rows[name].nunique(dropna=False)):
        finer = _finer(found, rows[name]) if len(rows) else found
        if _distinct(finer) > _distinct(found):
            needed.append(name)
            found = finer
    for name in needed[:-1]:  # what a later column tells as well
        others = [other for other in needed if other != name]
        if _distinct(codes(rows, [*key, *others])) == _distinct(found):
            needed = others
    return [name for name in candidates if name in needed]


def _distinct(found: "npt.NDArray[np.int64]") -> int:
    return int(found.max()) + 1 if len(found) else 0
