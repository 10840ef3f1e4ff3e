"""What the columns of a file may be, from the words that people use for them: shown to the user, never acted on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from marketing import tables
from marketing.settings import Limits
from marketing.sources import columns, numbers, reading
from marketing.sources.columns import ColumnGuess
from marketing.sources.headers import fold
from marketing.sources.sheets import Sheet

# In order of how surely each word means it.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "date": ("day", "date_day", "ds", "timestamp", "datum", "fecha", "jour", "tag", "week", "month", "time"),
    "title": ("page", "article", "show", "show_title", "game", "film", "movie", "name", "titel", "título", "titre"),
    "metric": ("measure", "kind", "type"),
    "value": (
        *("views", "pageviews", "page_views", "y", "count", "users", "viewers", "plays", "streams", "listeners"),
        *("players", "visits", "sessions", "hours", "total", "wert", "valor", "valeur"),
    ),
    "person": (
        "id",
        "user",
        "user_id",
        "person_id",
        "customer",
        "customer_id",
        "client_id",
        "subscriber",
        "email_hash",
    ),
    "minutes": ("duration", "watch_minutes", "minutes_watched", "time_spent"),
    "event": ("name", "what", "description", "holiday", "ereignis", "evento"),
    "kind": ("type", "category", "art", "tipo"),
    "end_date": ("end", "until", "to"),
    "region": ("country", "territory", "market", "land", "país", "pays"),
    "platform": ("device", "service", "plataforma"),
    "fact": ("id", "fact_id"),
    "text": ("claim", "statement", "quote"),
    "name": ("title_name", "label"),
    "release_date": ("released", "release", "premiere"),
    "ad": ("ad_id", "ad_name"),
    "copy_text": ("headline", "copy", "ad_text"),
    "spend": ("cost", "amount_spent", "kosten", "coste"),
}


@dataclass(frozen=True)
class Guess:
    """What a file seems to hold. `mapping` and `sets` are proposals for :func:`marketing.sources.read`."""

    columns: list[ColumnGuess]
    mapping: dict[str, str] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    source: str = ""
    notes: list[str] = field(default_factory=list)


def guess(path: Path, table: str, *, limits: Limits | None = None) -> Guess:
    """What each column of the file may be, with an example of it, and which columns of ours none was found for.

    Raises:
        TableError: the file is no table; what is wrong with its cells is for `read` to tell.
    """
    contract = reading.ingestible(table)
    sheet = reading.open_sheet(path, contract, {}, limits or Limits())
    assigned = columns.assign(contract, sheet, {}, {})
    found = {name: at for name, at in assigned.positions.items() if assigned.how[name] in ("name", "source")}
    free = {at: sheet.names[at] for at in range(len(sheet.names)) if at not in found.values()}
    mapping = {} if sheet.platform else _by_synonym(contract, sheet, found, free)
    missing = [name for name in contract.required() if name not in found and name not in mapping]
    sets = {}
    if "metric" in missing and "value" in mapping and fold(mapping["value"]) not in ("y", "count", "total"):
        sets["metric"] = fold(mapping["value"]).replace(" ", "_")
        missing.remove("metric")
    ours = {theirs: name for name, theirs in mapping.items()}
    told = [_told(sheet, at, found, ours) for at in range(len(sheet.names))]
    return Guess(told, mapping, sets, missing, sheet.platform, sheet.notes)


def _told(sheet: Sheet, at: int, found: Mapping[str, int], ours: Mapping[str, str]) -> ColumnGuess:
    theirs = sheet.names[at]
    filled = sheet.cells[at].dropna()
    example = "" if filled.empty else tables.told(filled.iloc[0])
    name = next((name for name, place in found.items() if place == at), "")
    if name:
        return ColumnGuess(theirs, name, example, "source" if sheet.platform else "name")
    return ColumnGuess(theirs, ours.get(theirs, theirs), example, "synonym" if theirs in ours else "kept")


def _by_synonym(
    contract: tables.Table, sheet: Sheet, found: Mapping[str, int], free: Mapping[int, str]
) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for name in columns.known_names(contract):
        if name not in found and (name in contract.required() or contract.column(name) is not None):
            taken = set(mapping.values())
            theirs = _synonym(name, [n for n in free.values() if n not in taken])
            if theirs:
                mapping[name] = theirs
    if "value" in contract.required() and "value" not in found and "value" not in mapping:
        rest = [at for at, name in free.items() if name not in mapping.values() and _is_numeric(sheet.cells[at])]
        if len(rest) == 1:
            mapping["value"] = free[rest[0]]
    return mapping


def _synonym(name: str, theirs: list[str]) -> str:
    folded = {fold(column).replace(" ", "_"): column for column in theirs}
    return next((folded[word] for word in SYNONYMS.get(name, ()) if word in folded), "")


def _is_numeric(values: pd.Series) -> bool:
    if values.dtype != "str":
        return pd.api.types.is_numeric_dtype(values)
    filled = values[numbers.filled_cells(values)]
    return not filled.empty and bool(tables.matches(filled, numbers.PLAIN).all())
