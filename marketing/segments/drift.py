"""How far an audience has moved from the one that its segments were found in, and whether to find them anew.

The measure is the population stability index: over the parts of a column (or over the segments), the sum of
(new - old share) x log(new / old share). What counts as much is the usual rule of credit scoring (Siddiqi 2006,
"Credit Risk Scorecards"): under 0.1 steady, over 0.25 another audience. Few people move the index by chance alone:
it then is (1/n + 1/m) of a chi-squared variable of parts - 1 degrees of freedom (Yurdakul and Naranjo 2020,
"Statistical properties of the population stability index"), and below its 99.9% point nothing is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

SOME, MUCH = 0.1, 0.25
SURE = 0.999
PSEUDO = 0.5  # people added to each part, so that an empty one is no infinity (Jeffreys' prior)
SEGMENTS = "segments"  # the subject whose parts are the segments themselves
NOTABLE = ("moved", "another audience")  # states that are worth a line
COLUMNS = ("subject", "psi", "state", "told")
MISSING = "not known"

Counts = NDArray[np.float64]
State = Literal["steady", "moved", "another audience", "too few to tell"]


@dataclass(frozen=True)
class Parted:
    """People counted by the parts of a column, `counts[i]` of them in the one called `parts[i]`."""

    parts: Sequence[str]
    counts: Counts


def drift(before: Mapping[str, Parted], after: Mapping[str, Parted]) -> pd.DataFrame:
    """How far each subject of `before` (a column's name, or SEGMENTS) has moved, the farthest first.

    Args:
        before: Those that the segments were found in.
        after: Those of now, by the same parts in the same order; a subject that is not there is lost.

    Returns:
        subject, psi (NaN where it is lost), state, and told: a sentence with the part that moved most.
    """
    rows = [_row(name, old, after.get(name)) for name, old in before.items()]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    order = frame["psi"].fillna(np.inf).sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def psi(before: Counts, after: Counts) -> float:
    """The population stability index of two counts over the same parts, >= 0."""
    old, new = (_shares(counts) for counts in (before, after))
    return float(((new - old) * np.log(new / old)).sum())


def by_chance(before: Counts, after: Counts) -> float:
    """The index that two draws of one audience pass once in a thousand times."""
    there = int(((before + after) > 0).sum())
    if there < 2 or not before.sum() or not after.sum():
        return np.inf
    return float(chi2.ppf(SURE, there - 1) * (1 / before.sum() + 1 / after.sum()))


def advice(found: pd.DataFrame) -> str:
    """What to do about it, in a sentence."""
    moved = found[found["state"].isin(NOTABLE)]
    far = found[found["state"] == "another audience"]
    if len(far):
        return f"Find the segments anew: {_listed(far['subject'])} no longer as it was when they were found."
    if len(moved):
        return f"The segments still serve; {_listed(moved['subject'])} on the move. Look again with the next data."
    return "The audience is as it was when the segments were found. Nothing needs doing."


def _row(name: str, old: Parted, new: Parted | None) -> tuple[str, float, State, str]:
    if new is None:
        return name, np.nan, "another audience", f"{_called(name)} is not in this table."
    index, chance = psi(old.counts, new.counts), by_chance(old.counts, new.counts)
    if not np.isfinite(chance) or chance > MUCH:
        return name, index, "too few to tell", f"{_called(name)}: too few people to tell."
    state: State = "steady" if index < max(SOME, chance) else "moved" if index < MUCH else "another audience"
    if state == "steady":
        return name, index, state, f"{_called(name)} is as it was."
    was, now = _shares(old.counts), _shares(new.counts)
    part = int(np.abs((now - was) * np.log(now / was)).argmax())
    return (
        name,
        index,
        state,
        f"{_called(name)}: {old.parts[part]} went from {_percent(was[part])} to {_percent(now[part])}.",
    )


def _shares(counts: Counts) -> Counts:
    there = counts + PSEUDO
    shares: Counts = there / there.sum()
    return shares


def _called(name: str) -> str:
    return "The mix of segments" if name == SEGMENTS else name[:1].upper() + name[1:].replace("_", " ")


def _listed(names: "pd.Series[str]") -> str:
    told = ["the mix of segments" if name == SEGMENTS else name.replace("_", " ") for name in names]
    shown = told if len(told) <= 3 else [*told[:2], f"{len(told) - 2} more"]
    return f"{shown[0]} is" if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]} are"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"
