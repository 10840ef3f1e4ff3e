"""The record of a run for whoever must answer for it: what was used, kept out and let in, and what the segments tell.

As two tables that are stored with the run (`fairness`, `proxies`), as a document for JSON, and as a text. The tables
are the one truth; document and text are read off them. No value of any person stands in them, and no count of a group
under SHOWN people.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from marketing import tables as contracts
from marketing.segments.fairness.association import Strength
from marketing.segments.fairness.proxies import WARNING, Proxy
from marketing.segments.fairness.recognition import Category
from marketing.segments.fairness.sizes import DESCRIBED, SHOWN

VERSION = 1
MINORS = "may be under 18"
DSA_SPECIAL = "Digital Services Act Art. 26(3)"  # no advertising by profiling on special categories
DSA_MINORS = "Digital Services Act Art. 28(2)"  # nor by profiling minors
RULES = (
    ("described", DESCRIBED, f"A group under {DESCRIBED} people is not described, named or exported."),
    ("shown", SHOWN, f"A group under {SHOWN} people is not shown at all, nor any count of so few."),
)
CHECK = (
    "What was kept out was read for this check alone, in sums over many people, and only because it stood in the "
    "table already. No value of any person was stored, and no segment was made, named or described by it."
)


@dataclass(frozen=True)
class Used:
    """A column that segments were found by."""

    column: str
    block: str
    weight: float = 1.0


@dataclass(frozen=True)
class KeptOut:
    """A column that was not used, and why; `category` where the law or our default keeps it out."""

    column: str
    reason: str
    category: Category | None = None


@dataclass(frozen=True)
class Facts:
    """What happened in a run.

    `allowed`: column -> the reason that the settings give. `minors`: how many people may be under 18, and
    `minors_by`: the columns that tell it. `sizes`: segment id -> people. `table` and `seed` make the run repeatable.
    """

    when: dt.datetime
    table: str
    people: int
    seed: int
    segmenter: str
    used: Sequence[Used]
    kept_out: Sequence[KeptOut]
    allowed: Mapping[str, str]
    let_in: Mapping[str, Category]
    minors: int
    minors_by: Sequence[str]
    sizes: Mapping[str, int]


def tables(facts: Facts, found: Sequence[Proxy], segments: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Tables `fairness` and `proxies`. `segments`: the id of each segment, in the order of their labels."""
    rows = [*_run(facts), *_used(facts), *_kept_out(facts), *_let_in(facts), *_people(facts), *_groups(facts)]
    return {
        "fairness": _frame("fairness", rows),
        "proxies": _frame("proxies", [row for proxy in found for row in _proxy(proxy, segments)]),
    }


def document(stored: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The record as a plain dictionary, from tables `fairness` and `proxies`; what is unknown is None."""
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for row in _plain(stored["fairness"]):
        by_subject.setdefault(row.pop("subject"), []).append(row)

    def listed(subject: str, *fields: str) -> list[dict[str, Any]]:
        return [{field: row[field] for field in fields} for row in by_subject.get(subject, [])]

    return {
        "version": VERSION,
        "run": {row["name"]: row["reason"] for row in by_subject.get("run", [])},
        "used": [
            {"column": row["name"], "block": row["category"], "weight": row["weight"]}
            for row in by_subject.get("used", [])
        ],
        "kept_out": listed("kept out", "name", "category", "recognised", "source", "reason"),
        "let_in": listed("let in", "name", "category", "source", "reason"),
        "people": listed("people", "name", "source", "reason", "people"),
        "rules": listed("rule", "name", "people", "reason"),
        "segments": listed("segment", "name", "people", "reason"),
        "proxies": {"about": CHECK, "warning_over": WARNING, "found": _plain(stored["proxies"])},
    }


def _run(facts: Facts) -> list[dict[str, Any]]:
    told = {
        "when": facts.when.isoformat(timespec="seconds"),
        "table": facts.table,
        "people": f"{facts.people}",
        "seed": f"{facts.seed}",
        "segmenter": facts.segmenter,
    }
    return [{"subject": "run", "name": name, "reason": value} for name, value in told.items()]


def _used(facts: Facts) -> list[dict[str, Any]]:
    reason = "Segments were found by it."
    return [
        {"subject": "used", "name": one.column, "category": one.block, "weight": one.weight, "reason": reason}
        for one in facts.used
    ]


def _kept_out(facts: Facts) -> list[dict[str, Any]]:
    return [{"subject": "kept out", "name": one.column, "reason": one.reason, **_law(one)} for one in facts.kept_out]


def _law(one: KeptOut) -> dict[str, str]:
    if one.category is None:
        return {}
    source = one.category.source if one.category.setting else f"{one.category.source}; {DSA_SPECIAL}"
    return {"category": one.category.id, "recognised": one.category.by, "source": source}


def _let_in(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "subject": "let in",
            "name": column,
            "category": category.id,
            "recognised": category.by,
            "source": category.source,
            "reason": facts.allowed[column],
        }
        for column, category in facts.let_in.items()
    ]


def _people(facts: Facts) -> list[dict[str, Any]]:
    if not facts.minors:
        return []
    by = ", ".join(facts.minors_by)
    if facts.minors < SHOWN:
        reason = f"Told by {by}: fewer than {SHOWN}. Nobody of them is in a segment."
        return [{"subject": "people", "name": MINORS, "source": DSA_MINORS, "reason": reason}]
    reason = f"Told by {by}. Nobody of them is in a segment."
    return [{"subject": "people", "name": MINORS, "source": DSA_MINORS, "reason": reason, "people": facts.minors}]


def _groups(facts: Facts) -> list[dict[str, Any]]:
    rules = [{"subject": "rule", "name": name, "people": least, "reason": told} for name, least, told in RULES]
    return rules + [
        {"subject": "segment", "name": segment, "reason": _standing(size), "people": size if size >= SHOWN else None}
        for segment, size in facts.sizes.items()
    ]


def _standing(size: int) -> str:
    if size < SHOWN:
        return f"Not shown: fewer than {SHOWN} people."
    return "Shown and described." if size >= DESCRIBED else f"Shown, not described: fewer than {DESCRIBED} people."


def _proxy(proxy: Proxy, segments: Sequence[str]) -> list[dict[str, Any]]:
    whole = _strength(proxy, "", proxy.whole) | {
        "carriers": ", ".join(carrier.column for carrier in proxy.carriers),
        "v_without": np.nan if proxy.without is None else round(proxy.without.v, 3),
        "sentence": proxy.told,
        "warns": int(proxy.warns),
    }
    shown = zip(segments, proxy.segments, strict=True)
    return [whole, *(_strength(proxy, segment, one) for segment, one in shown if one.people >= SHOWN)]


def _strength(proxy: Proxy, segment: str, one: Strength) -> dict[str, Any]:
    return {
        "kept_out": proxy.column,
        "segment": segment,
        "category": proxy.category.id,
        "v": round(one.v, 3),
        "low95": round(one.low95, 3),
        "high95": round(one.high95, 3),
        "people": one.people if one.people >= SHOWN else None,
        "warns": int(one.v > WARNING),
    }


def _frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as the contract's columns, in its order and types."""
    columns = contracts.table(name).columns
    types = {"count": "Int64", "number": "float64"}
    frame = pd.DataFrame(list(rows), columns=[column.name for column in columns])
    return frame.astype({column.name: types.get(column.kind, "str") for column in columns})


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    def value(cell: Any) -> Any:
        return None if pd.isna(cell) else cell.item() if isinstance(cell, np.generic) else cell

    return [{str(name): value(cell) for name, cell in row.items()} for row in frame.to_dict("records")]
