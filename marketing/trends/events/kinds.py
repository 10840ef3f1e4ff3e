"""Kinds of event, as data: how one runs its course and what is expected of one before any has been seen.

They stand in `kinds.toml`; whoever knows better numbers changes them there.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

FILE = Path(__file__).with_name("kinds.toml")
UNSAID = "event"  # the kind of an event that tells none


@dataclass(frozen=True)
class Kind:
    """One kind of event.

    `effect` and `spread` are on the log scale: what an event is expected to do on its strongest day, and the standard
    deviation from one to the next. `fading` is in days: past the peak the effect falls by a factor e in each; 0 where
    it is over with the event. One with `lead` is awaited, and after a `lasting` one the level may well be another.
    What is not `planned` explains the past and never a future day. With `by_name`, events of different names tell
    nothing of each other. Days under a kind to `set_aside` are no history. A later one of the same title
    counts as of kind `again`, where that is told.
    """

    name: str
    fading: float
    effect: float
    spread: float
    lead: bool = False
    lasting: bool = False
    planned: bool = True
    by_name: bool = False
    set_aside: bool = False
    again: str = ""
    titles: Mapping[str, float] = field(default_factory=dict)


def kind_of(text: object) -> str:
    """The kind an event counts as: "Launch" is a release; "event" where none is said; else the words themselves."""
    told = "" if pd.isna(text) else " ".join(str(text).split()).casefold()  # type: ignore[call-overload]
    return _words().get(told, told) or UNSAID


def kind(name: str) -> Kind:
    """A kind by its name, with the default priors under that name where it is not known."""
    known, other = _kinds()
    return known[name] if name in known else Kind(name, **other)


def names() -> list[str]:
    """The kinds that stand in the file, in its order, but those that an event becomes by coming again."""
    known, _ = _kinds()
    again = {each.again for each in known.values()}
    return [name for name in known if name not in again]


@functools.cache
def _kinds() -> tuple[dict[str, Kind], dict[str, Any]]:
    told = tomllib.loads(FILE.read_text("utf-8"))
    facts = {name: {key: value for key, value in row.items() if key != "words"} for name, row in told["kind"].items()}
    return {name: Kind(name, **row) for name, row in facts.items()}, told["other"]


@functools.cache
def _words() -> dict[str, str]:
    told = tomllib.loads(FILE.read_text("utf-8"))["kind"]
    return {word: name for name, row in told.items() for word in row.get("words", ())}
