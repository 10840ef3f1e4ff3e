"""Rows put into a table by key: new ones added, those that are there replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from marketing import contracts, keys, tables

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True)
class Counts:
    """What an upsert did, in rows. Unchanged rows stood there already, cell by cell."""

    new: int
    changed: int
    unchanged: int


def merge(contract: contracts.Table, old: pd.DataFrame | None, new: pd.DataFrame) -> tuple[pd.DataFrame, Counts]:
    """`old` with the rows of `new` put in by key, sorted by key; columns of either side are kept.

    Where `new` lacks a column that `old` has, a replaced row keeps its old cell. A column of numbers that meets
    text becomes text. Empty cells of a key are alike. A column that only the meeting of the two would double rows
    without is no part of the key: there, the new row replaces the old.
    """
    if old is None or old.empty:
        return _sorted(contract.full_key(new), new), Counts(len(new), 0, 0)
    columns = [*old.columns, *(c for c in new.columns if c not in old.columns)]
    before, after = _alike(old.reindex(columns=columns), new.reindex(columns=columns))
    both = pd.concat([before, after], ignore_index=True)
    key = [c for c in contract.full_key(before, after) if c in columns]
    codes = keys.codes(both, key)
    found = pd.Index(codes[: len(before)]).get_indexer(pd.Index(codes[len(before) :]))  # of each new row; -1: none
    known = found >= 0
    replaced = before.iloc[found[known]].reset_index(drop=True)
    replacing = after[known].reset_index(drop=True)
    for column in columns:
        if column not in new.columns:
            after.loc[known, column] = replaced[column].array
            replacing[column] = replaced[column]
    unchanged = int(_same(replaced, replacing).sum())
    kept = np.ones(len(before), dtype=bool)
    kept[found[known]] = False
    rows = pd.concat([before[kept], after], ignore_index=True)
    return _sorted(key, rows), Counts(int((~known).sum()), int(known.sum()) - unchanged, unchanged)


def _alike(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both with the same type in each column: that of the side that has values, else text.

    A column that one side lacks comes as empty numbers; beside a column without values of another type it is of that.
    """
    old, new = old.copy(), new.copy()
    for column in old.columns:
        left, right = old[column], new[column]
        if left.dtype == right.dtype:
            continue
        if right.isna().all() and not (left.isna().all() and left.dtype == "float64"):
            new[column] = left.iloc[:0].reindex(right.index)
        elif left.isna().all():
            old[column] = right.iloc[:0].reindex(left.index)
        elif not (pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right)):
            old[column], new[column] = tables.as_text(left), tables.as_text(right)
    return old, new


def _same(left: pd.DataFrame, right: pd.DataFrame) -> "npt.NDArray[np.bool_]":
    """Which rows hold the same cells; two empty cells are the same."""
    same = np.ones(len(left), dtype=bool)
    for column in left.columns:
        a, b = left[column], right[column]
        same &= ((a == b) | (a.isna() & b.isna())).to_numpy(bool)
    return same


def _sorted(key: Sequence[str], frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` in the order of its key, empty cells last; sorted by codes, since text compares slowly."""
    key = [c for c in key if c in frame.columns]
    if len(key) == 1:  # ids, and many of them: Arrow sorts texts in place of coding them
        return frame.take(pc.sort_indices(pa.array(frame[key[0]].array, from_pandas=True))).reset_index(drop=True)
    ranks = [pd.factorize(frame[c], sort=True, use_na_sentinel=True)[0] for c in reversed(key)]
    order = np.lexsort([np.where(r < 0, len(frame), r) for r in ranks])
    return frame.iloc[order].reset_index(drop=True)
