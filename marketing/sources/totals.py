"""Rows that add up others: left out where that is certain, refused where it is not, never read as data."""

import numpy as np
import pandas as pd

from marketing import contracts, tables
from marketing.errors import Fault

_WORDS = (
    "totals?|grand totals?|sub-?totals?|sum|overall|gesamt|gesamtsumme|summe|insgesamt|totales|total general"
    "|total général|totale"
)
TOTAL = rf"(?i)^(?:{_WORDS})(?:\s*:.*|\s*\(.*\))?$"

REMEDY = "Take the row out; totals are added up from the others. If it is a name, hand its rows in by themselves."


def leave_out(contract: contracts.Table, raw: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[Fault]]:
    """`raw` (texts under our names) without rows of totals, what was left out, and rows that may be totals.

    Only what is counted adds up: a film called Total among the titles is a film.
    """
    if not any(column.kind == "count" for column in contract.columns):
        return raw, [], []
    texts = [name for name in raw.columns if raw[name].dtype == "str"]
    if not texts or raw.empty:
        return raw, [], []
    says = pd.DataFrame({name: tables.matches(raw[name], TOTAL) for name in texts}, index=raw.index)
    any_total = says.any(axis=1).to_numpy(bool)
    if not any_total.any():
        return raw, [], []
    certain = any_total & _has_no_key(contract, raw, says)
    notes = [f"Row {row + 2:,} was left out: it adds up others." for row in raw.index[certain]]
    if len(notes) > 3:
        notes = [f"{len(notes):,} rows were left out: they add up others."]
    rest = raw[~certain]
    return rest, notes, _faults(contract, rest, says[~certain])


def _has_no_key(
    contract: contracts.Table, raw: pd.DataFrame, says: pd.DataFrame
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Rows whose key is not given: each of its columns in the file is empty or says "Total", and one is not a title."""
    key = [c for c in contract.key if c in raw.columns]
    if not key:
        return np.zeros(len(raw), dtype=bool)
    nothing = pd.Series(data=False, index=raw.index)
    given = pd.DataFrame({c: raw[c].notna() & ~says.get(c, nothing) for c in key}, index=raw.index)
    if "date" in key:
        return (~given["date"]).to_numpy(bool)
    others = [c for c in raw.columns if c not in key and raw[c].dtype == "str"]
    filled = raw[others].notna().any(axis=1) if others else nothing
    return (~given.any(axis=1) & ~filled).to_numpy(bool)


def _faults(contract: contracts.Table, raw: pd.DataFrame, says: pd.DataFrame) -> list[Fault]:
    """Rows whose key says "Total" beside rows that say something else; where all say it, it is a name."""
    faults = []
    for name in contract.full_key(raw):
        column = contract.column(name)
        if name in says.columns and (column is None or column.kind == "id"):
            others = raw[name].notna() & ~says[name]
            if others.any():
                expected = f"a {name}, not a total over several"
                total = says[name].to_numpy(bool)
                faults += tables.faults_at(raw[name], total, expected, REMEDY, contracts.Column(name, "text"))
    return faults
