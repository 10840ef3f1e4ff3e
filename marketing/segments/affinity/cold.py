"""Titles that nobody in a segment has seen yet: the rate they will have, by the rates of titles that are alike.

Alike are titles of the same kind and genre; where these are few, those of the same kind; where these are few, all. The
interval is one for a single further title of them, their rates being normal in log odds, and so a wide one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

from marketing.segments.affinity.rates import INTERVAL, Floats

LEAST = 5  # titles that are alike, to say something of another
NARROW = 1e-6  # log odds of a rate are those of one between this and 1 less it


@dataclass(frozen=True)
class Alike:
    """What is expected of some `titles` that are not seen yet, in each segment, by so many others that are `words`."""

    titles: tuple[str, ...]
    number: int
    words: str
    rate: Floats  # (segments,)
    low: Floats
    high: Floats
    everyone: float


def expected(known: pd.Index, rate: Floats, people: Floats, titles: pd.DataFrame) -> list[Alike]:
    """What to expect of the titles that are not `known`.

    Args:
        known: Titles that were seen, in the order of `rate`'s columns.
        rate: Their rates (segments, titles).
        people: In each segment (segments, 1).
        titles: title, kind, genre; one that is known to have come out and was seen by nobody is told like the others.
    """
    table = titles.drop_duplicates("title").set_index("title")
    told = table.reindex(columns=["kind", "genre"])
    told = told.where(told.notna(), "").astype("str").apply(lambda column: column.str.strip().str.lower())
    seen, new = told.reindex(known).fillna(""), told[~told.index.isin(known)]
    groups = new.groupby(["kind", "genre"], sort=True).groups
    found = []
    for (kind, genre), members in groups.items():
        for words, like in _ladder(seen, kind, genre):
            if like.sum() >= LEAST:
                found.append(_told(tuple(sorted(members)), words, rate[:, like], people))
                break
    return found


def _ladder(seen: pd.DataFrame, kind: str, genre: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Ever wider ways to be alike: in words, and which of the titles seen are."""
    of_kind, of_genre = (seen["kind"] == kind).to_numpy(bool), (seen["genre"] == genre).to_numpy(bool)
    if kind and genre:
        yield f"{kind}, {genre}", of_kind & of_genre
    elif genre:
        yield genre, of_genre
    if kind:
        yield kind, of_kind
    yield "", np.ones(len(seen), bool)


def _told(titles: tuple[str, ...], words: str, rate: Floats, people: Floats) -> Alike:
    number = rate.shape[1]
    odds = logit(np.clip(rate, NARROW, 1 - NARROW))
    middle, spread = odds.mean(axis=1), odds.std(axis=1, ddof=1) * np.sqrt(1 + 1 / number)
    away = stdtrit(number - 1, (1 + INTERVAL) / 2) * spread
    low, high = expit(middle - away), expit(middle + away)
    mean = rate.mean(axis=1)
    everyone = float((mean[:, None] * people).sum() / people.sum())
    return Alike(titles, number, words, np.clip(mean, low, high), low, high, everyone)
