"""Which segment is which: ids that stay when the data is refreshed.

A group of this run is the segment of the last one that it shares most people with (the pairing that shares most in
sum: Kuhn 1955), if they share enough; else it is new, and its id is made of who is in it.
"""

import hashlib
from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments import stability

KEPT = 1 / 3  # overlap (Jaccard) from which a group is the one of the last run: half of each is in the other
DIGITS = 6  # hexadecimal, of an id

Labels = NDArray[np.intp]


def ids(
    persons: NDArray[np.object_],
    labels: Labels,
    k: int,
    previous: pd.DataFrame | None = None,
    used: Collection[str] = (),
) -> tuple[str, ...]:
    """An id for each of `k` groups.

    Args:
        persons, labels: Some people (a sample will do) in a fixed order, and the group of each.
        previous: person, segment: where they were in the last run.
        used: Ids that are gone; none of them comes back for other people.
    """
    kept = matched(persons, labels, k, previous)
    taken = {*kept.values(), *used}
    told: list[str] = []
    for group in range(k):
        told.append(kept.get(group) or _new(persons[labels == group], taken))
        taken.add(told[-1])
    return tuple(told)


def matched(persons: NDArray[np.object_], labels: Labels, k: int, previous: pd.DataFrame | None) -> dict[int, str]:
    """The segment of the last run that each group is, for those that are one."""
    if previous is None:
        return {}
    now = pd.DataFrame({"person": persons, "group": labels})
    both = now.merge(previous[["person", "segment"]].dropna(subset="segment"), on="person")
    if both.empty:
        return {}
    codes, old = pd.factorize(both["segment"], sort=True)
    overlaps = stability.overlap(both["group"].to_numpy(), codes, k, len(old))
    pairs = stability.match(overlaps)
    return {group: str(old[other]) for group, other in pairs.items() if overlaps[group, other] >= KEPT}


def _new(persons: NDArray[np.object_], taken: Collection[str]) -> str:
    digest = hashlib.sha256("\n".join(map(str, persons)).encode()).hexdigest()
    return next(told for length in range(DIGITS, len(digest)) if (told := f"s{digest[:length]}") not in taken)
