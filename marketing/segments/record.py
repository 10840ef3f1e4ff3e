"""What a segmentation leaves behind: its tables, and the division as text that new people are placed by."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from marketing.errors import InputError
from marketing.segments.division import Division
from marketing.segments.fairness import record
from marketing.segments.segmentation import Segmentation
from marketing.segments.words.parts import Counts, Parts

DIVISION, NAMES, PARTS, COUNTS, GONE = "division", "names", "parts", "counts", "gone"


@dataclass(frozen=True)
class Kept:
    """A division as it was stored, and the people it was found in, counted by parts of columns."""

    division: Division
    names: tuple[str, ...]
    parts: Parts
    counts: Counts


def tables(found: Segmentation, *, when: dt.datetime, table: str) -> dict[str, pd.DataFrame]:
    """Tables `segments`, `set_aside`, `choices`, `division`, `fairness` and `proxies`.

    `when` and `table` (a digest of the audience) go on record.
    """
    ids = [segment for segment in found.division.ids if segment in set(found.segments["segment"])]
    facts = _facts(found, when, table)
    return {
        "segments": found.segments.assign(stable=found.stable, why=found.why),
        "set_aside": found.set_aside,
        "choices": choices(found),
        "division": _division(found),
        **record.tables(facts, found.proxies, ids),
    }


def choices(found: Segmentation) -> pd.DataFrame:
    """The numbers of segments that were tried, and which was taken."""
    rows = [
        (one.k, one.bic, one.icl, one.agreement, one.by_chance, int(one.k == found.choice.looked_for))
        for one in found.choice.tried
    ]
    frame = pd.DataFrame(rows, columns=["k", "bic", "icl", "agreement", "by_chance", "chosen"])
    numbers = dict.fromkeys(("bic", "icl", "agreement", "by_chance"), "float64")
    return frame.astype({"k": "int64", "chosen": "int64"} | numbers)


def restored(stored: pd.DataFrame) -> Kept:
    """What the table `division` holds.

    Raises:
        InputError: it was written by another version.
    """
    told = {str(part): json.loads(text) for part, text in zip(stored["part"], stored["text"], strict=True)}
    try:
        parts, counts = Parts.from_record(told[PARTS]), Counts.from_record(told[COUNTS])
        return Kept(Division.from_record(told[DIVISION]), tuple(told[NAMES]), parts, counts)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The stored segments cannot be read. Find them anew: marquee run segment") from error


def gone(stored: pd.DataFrame) -> tuple[str, ...]:
    """The ids of segments that were there once, as the table `division` holds them."""
    told = stored.loc[stored["part"] == GONE, "text"]
    return tuple(json.loads(told.iloc[0])) if len(told) else ()


def _division(found: Segmentation) -> pd.DataFrame:
    names = dict(zip(found.segments["segment"], found.segments["name"], strict=True))
    told = {
        DIVISION: found.division.to_record(),
        NAMES: [names.get(segment, segment) for segment in found.division.ids],
        PARTS: found.parts.to_record(),
        COUNTS: found.census.counts.to_record(),
        GONE: list(found.gone),
    }
    texts = [json.dumps(value, ensure_ascii=False, allow_nan=False) for value in told.values()]
    return pd.DataFrame({"part": list(told), "text": texts}).astype("str")


def _facts(found: Segmentation, when: dt.datetime, table: str) -> record.Facts:
    scheme, categories = found.division.scheme, found.kept_out
    used = [column.name for column in scheme.columns]
    return record.Facts(
        when=when,
        table=table,
        people=found.people.rows,
        seed=found.how.seed,
        segmenter=found.how.segmenter,
        used=[record.Used(column.name, column.block, column.weight) for column in scheme.columns],
        kept_out=[record.KeptOut(one.name, one.reason, categories.get(one.name)) for one in scheme.set_aside],
        allowed={name: reason for name, reason in found.how.allowed.items() if name in used},
        let_in=found.let_in,
        minors=found.people.rows - int(found.census.sizes.sum()),
        minors_by=scheme.minors.columns,
        sizes=dict(zip(found.division.ids, found.census.sizes.tolist(), strict=True)),
    )


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of a table for JSON: nothing is NaN."""
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}
