"""The record of a run as a short text (Markdown), for who reads no tables."""

from collections.abc import Mapping, Sequence
from typing import Any


def text(document: Mapping[str, Any]) -> str:
    """A document of `record.document` as Markdown."""
    parts = (_run, _used, _kept_out, _let_in, _people, _groups, _proxies)
    return "\n\n".join(section for part in parts if (section := part(document))) + "\n"


def _run(document: Mapping[str, Any]) -> str:
    run = document["run"]
    return (
        "# How these segments were made, and what was kept out\n\n"
        f"Made {run['when']} by {run['segmenter']} (seed {run['seed']}) from a table of {int(run['people']):,} people "
        f"whose digest is `{run['table']}`. The same table and seed give the same segments."
    )


def _used(document: Mapping[str, Any]) -> str:
    rows = [(one["column"], one["block"], one["weight"]) for one in document["used"]]
    return _section("Used", ("column", "block", "weight"), rows)


def _kept_out(document: Mapping[str, Any]) -> str:
    fields = ("name", "category", "recognised", "source", "reason")
    rows = [[one[field] for field in fields] for one in document["kept_out"]]
    return _section("Kept out", ("column", "tells", "recognised by", "law", "reason"), rows)


def _let_in(document: Mapping[str, Any]) -> str:
    rows = [(one["name"], one["category"], one["reason"]) for one in document["let_in"]]
    if not rows:
        return "## Let in\n\nNothing: no setting lets in sex, age or postcode."
    return _section("Let in by the settings", ("column", "tells", "reason"), rows)


def _people(document: Mapping[str, Any]) -> str:
    rows = [(one["name"], one["people"], one["source"], one["reason"]) for one in document["people"]]
    return _section("People kept out", ("who", "people", "law", "how"), rows)


def _groups(document: Mapping[str, Any]) -> str:
    rules = " ".join(one["reason"] for one in document["rules"])
    rows = [(one["name"], one["people"], one["reason"]) for one in document["segments"]]
    return _section("Sizes", ("segment", "people", "standing"), rows, f"{rules}\n\n") or f"## Sizes\n\n{rules}"


def _proxies(document: Mapping[str, Any]) -> str:
    found = [one for one in document["proxies"]["found"] if one["segment"] == ""]
    if not found:
        return "## What the segments tell of what was kept out\n\nNothing that was kept out stood in the table."
    told = "\n".join(f"* {'**Warning.** ' if one['warns'] else ''}{_cell(one['sentence'])}" for one in found)
    measure = "The measure is Cramér's V, freed of bias, with its 95% interval."
    return f"## What the segments tell of what was kept out\n\n{document['proxies']['about']} {measure}\n\n{told}"


def _section(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], before: str = "") -> str:
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return f"## {title}\n\n{before}" + "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: Any) -> str:
    """A value in a table's cell: nothing that a column's name may hold ends the cell or becomes markup."""
    if value is None:
        return ""
    shown = f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(shown.replace("|", "\\|").replace("<", "&lt;").split())
