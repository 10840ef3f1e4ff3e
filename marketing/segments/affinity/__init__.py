"""What to show whom: the titles that each segment likes, and (in `recommendations`) those for each person.

A segment's rate for a title is drawn towards the title's mean where people are few (`rates`), and titles are ranked by
the lower end of its interval, so that what three people liked does not come first. `worth` says whether segments tell
more than popularity does. Nothing here makes a table of all people by all titles (`counting`).
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from marketing.segments.affinity import reasons
from marketing.segments.affinity.cold import expected
from marketing.segments.affinity.counting import Seen, Viewing, gather
from marketing.segments.affinity.rates import Floats, shrunk

COLUMNS = ("segment", "title", "rate", "low90", "high90", "lift", "people", "because")


def affinity(
    assignments: pd.DataFrame,
    viewing: Viewing,
    titles: pd.DataFrame | None = None,
    *,
    today: dt.date | None = None,
) -> pd.DataFrame:
    """Rates of each segment for each title, best (by lower bound) first; `people` is how many of it saw the title.

    `low90` and `high90` hold the rate that the segment has, nine times in ten; the share of a further few people
    varies about it by chance besides. Titles of `titles` that nobody saw are told by titles alike; there `people` is 0.

    Args:
        assignments: person, segment; who is in none does not count.
        viewing: person, title: a DataFrame or an Ibis table.
        titles: title, name, kind, genre, release_date: for the words, for titles not seen yet, and for what is out.
        today: Leaves out what is released later. None: also what is still to come is told, to plan for it.
    """
    segments, people, seen, known = counts(assignments, gather(viewing))
    if not len(known):
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    told = shrunk(seen, people)
    overall = seen.sum(axis=0) / people.sum()
    verbs = reasons.verbs(titles)
    frame = _rows(segments, known, told.rate, told.low, told.high, told.rate / overall, seen)
    shown = [verbs.get(title, "watched") for title in known] * len(segments)
    everyone = np.tile(overall, len(segments))
    frame["because"] = [
        reasons.of_rate(rate, all_, verb) for rate, all_, verb in zip(told.rate.ravel(), everyone, shown, strict=True)
    ]
    frames = [frame, *_unseen(segments, people, known, told.rate, titles, verbs)]
    table = _typed(pd.concat(frames, ignore_index=True))
    return _out(table, titles, today).sort_values(
        ["segment", "low90", "title"], ascending=[True, False, True], ignore_index=True
    )


def counts(assignments: pd.DataFrame, seen: Seen) -> tuple[pd.Index, Floats, Floats, pd.Index]:
    """Segments, the people in each (segments, 1), how many of them saw each title, and the titles that anyone saw."""
    members = assignments.dropna(subset="segment").drop_duplicates("person")
    labels = pd.Categorical(members["segment"])
    segments = pd.Index(labels.categories)
    people = np.bincount(labels.codes, minlength=len(segments)).astype(np.float64)[:, None]
    place = seen.persons.get_indexer(pd.Index(members["person"])) if len(seen.persons) else np.full(len(members), -1)
    found = within(labels.codes[place >= 0], place[place >= 0], len(segments), seen)
    any_ = found.sum(axis=0) > 0
    return segments, people, found[:, any_], seen.titles[any_]


def within(segment: NDArray[np.int8], person: NDArray[np.intp], segments: int, seen: Seen) -> Floats:
    """How many of each segment saw each title (segments, titles), of the `person`s (rows of `seen`) in a `segment`."""
    ones = np.ones(len(person), np.float64)
    shape = (segments, len(seen.persons))
    return np.asarray((sparse.csr_array((ones, (segment, person)), shape=shape) @ seen.matrix).toarray(), np.float64)


def _unseen(
    segments: pd.Index,
    people: Floats,
    known: pd.Index,
    rate: Floats,
    titles: pd.DataFrame | None,
    verbs: dict[str, str],
) -> list[pd.DataFrame]:
    frames = []
    for like in expected(known, rate, people, titles) if titles is not None else []:
        rates, low, high = (np.repeat(part[:, None], len(like.titles), 1) for part in (like.rate, like.low, like.high))
        lift, nobody = rates / like.everyone, np.zeros(rates.shape)
        frame = _rows(segments, pd.Index(like.titles), rates, low, high, lift, nobody)
        frame["because"] = [
            reasons.of_alike(like.number, like.words, verbs.get(title, "watched"), low, high)
            for title, low, high in zip(frame["title"], low.ravel(), high.ravel(), strict=True)
        ]
        frames.append(frame)
    return frames


def _rows(
    segments: pd.Index, titles: pd.Index, rate: Floats, low: Floats, high: Floats, lift: Floats, people: Floats
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": np.repeat(segments.to_numpy(), len(titles)),
            "title": np.tile(titles.to_numpy(), len(segments)),
            "rate": rate.ravel().round(6),
            "low90": low.ravel().round(6),
            "high90": high.ravel().round(6),
            "lift": lift.ravel().round(3),
            "people": people.ravel().astype(int),
        }
    )


def _out(table: pd.DataFrame, titles: pd.DataFrame | None, today: dt.date | None) -> pd.DataFrame:
    """The rows of what is out on `today`, as far as that is asked and told."""
    if today is None or titles is None or "release_date" not in titles:
        return table
    later = titles.loc[pd.to_datetime(titles["release_date"]) > pd.Timestamp(today), "title"]
    return table[~table["title"].isin(later)]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    types = dict.fromkeys(("rate", "low90", "high90", "lift"), "float64")
    return frame.astype({**types, "people": "int64", **dict.fromkeys(("segment", "title", "because"), "str")})
