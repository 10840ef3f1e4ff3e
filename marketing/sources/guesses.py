"""What the columns of a file may be, from the words that people use for them: shown to the user, never acted on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from marketing import contracts, tables
from marketing.errors import TableError
from marketing.settings import Limits
from marketing.sources import columns, numbers, reading
from marketing.sources.columns import ColumnGuess
from marketing.sources.headers import fold
from marketing.sources.sheets import Sheet

FIRST = 1_000  # rows that are looked at
MEASURES = (
    *("views", "pageviews", "plays", "streams", "listens", "viewers", "listeners", "players", "users"),
    *("minutes", "hours", "sessions", "visits", "downloads"),
)
# What columns are often called, in bare letters and in order of how surely each word means it.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "date": (
        *("day", "dateday", "ds", "timestamp", "datum", "fecha", "jour", "tag", "data", "week", "month", "time"),
        "release",
    ),
    "title": (
        *("page", "article", "show", "showtitle", "game", "film", "movie", "programme", "content", "name"),
        *("titel", "título", "titulo", "titre"),
    ),
    "metric": ("measure", "kpi", "metrik", "kind", "type"),
    "value": (
        *MEASURES,
        *("y", "n", "count", "total", "amount", "wert", "valor", "valeur", "aufrufe", "vistas", "vues"),
    ),
    "person": (
        *("id", "user", "userid", "personid", "customer", "customerid", "client", "clientid", "subscriber"),
        *("emailhash", "email"),
    ),
    "minutes": ("duration", "watchminutes", "minuteswatched", "watchedminutes", "watchtime", "timespent"),
    "event": ("name", "what", "description", "holiday", "ereignis", "evento"),
    "kind": ("type", "category", "art", "tipo"),
    "end_date": ("end", "until", "to"),
    "region": ("mkt", "market", "territory", "country", "land", "país", "pais", "pays"),
    "platform": ("plataforma", "device", "service"),
    "fact": ("id", "factid"),
    "text": ("claim", "statement", "quote", "sentence"),
    "name": ("titlename", "displayname", "longtitle", "label"),
    "release_date": ("released", "release", "premiere"),
    "ad": ("adid", "adname"),
    "copy_text": ("headline", "copy", "adtext"),
    "spend": ("cost", "amountspent", "kosten", "coste"),
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


def likely(path: Path, limits: Limits) -> str:
    """The table whose required columns the file's header has the largest part of; engagement in doubt."""
    handed_in = [contract for contract in contracts.TABLES.values() if not contract.made]
    engagement = tables.table("engagement")
    try:
        sheet = reading.open_sheet(path, engagement, {}, limits, FIRST)
    except TableError:
        return engagement.name
    there = {fold(theirs) for theirs in sheet.names}
    parts = {}
    for contract in handed_in:
        required = contract.required()
        part = sum(name in there for name in required) / len(required)
        known = sum(column.name in there for column in contract.columns)
        parts[contract.name] = (part, known, contract is engagement)
    return engagement.name if sheet.platform else max(parts, key=lambda name: parts[name])


def guess(path: Path, table: str, *, limits: Limits | None = None) -> Guess:
    """What each column of the file may be, with an example of it, and which columns of ours none was found for.

    Only the file's first rows are read.

    Raises:
        TableError: the file is no table; what is wrong with its cells is for `read` to tell.
    """
    contract = reading.ingestible(table)
    sheet = reading.open_sheet(path, contract, {}, limits or Limits(), FIRST)
    assigned = columns.assign(contract, sheet, {}, {})
    found = {name: at for name, at in assigned.positions.items() if assigned.how[name] in ("name", "source")}
    free = {at: sheet.names[at] for at in range(len(sheet.names)) if at not in found.values()}
    mapping = {} if sheet.platform else _by_synonym(contract, sheet, found, free)
    missing = [name for name in contract.required() if name not in found and name not in mapping]
    sets = {}
    if "metric" in missing and _bare(mapping.get("value", "")) in MEASURES:
        sets["metric"] = _bare(mapping["value"])
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
    contract: contracts.Table, sheet: Sheet, found: Mapping[str, int], free: Mapping[int, str]
) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for name in columns.known_names(contract):
        if name not in found:
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
    bare = {_bare(column): column for column in theirs}
    return next((bare[word] for word in SYNONYMS.get(name, ()) if word in bare), "")


def _bare(name: str) -> str:
    """A name's letters and digits alone: "User ID" and "user_id" are one."""
    return "".join(c for c in fold(name) if c.isalnum())


def _is_numeric(values: pd.Series) -> bool:
    if values.dtype != "str":
        return pd.api.types.is_numeric_dtype(values)
    filled = values[numbers.filled_cells(values)]
    return not filled.empty and bool(tables.matches(filled, numbers.PLAIN).all())
