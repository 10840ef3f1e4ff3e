"""Which titles each segment likes: its rate of viewing against everyone's, shrunk where people are few.

A rate of three in four people says little; so each is drawn towards the title's overall rate, as strongly as the
segments' rates agree with one another (beta-binomial), and titles are ranked by the lower end of the interval.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln

INTERVAL = 0.9
PULLS = np.geomspace(1, 10_000, 41)  # how many people the overall rate may count for
COLUMNS = ("segment", "title", "rate", "low90", "high90", "lift", "people", "because")
VERBS = {"game": "played", "album": "heard", "music": "heard", "podcast": "heard", "live event": "attended"}

Floats = NDArray[np.float64]


def affinity(assignments: pd.DataFrame, viewing: pd.DataFrame, titles: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rates of each segment for each title that anyone in a segment viewed, best (by lower bound) first.

    Args:
        assignments: person, segment; who is in none does not count.
        viewing: person, title.
        titles: title, kind, for the verb in `because`.
    """
    members = assignments.dropna(subset="segment")
    viewed = viewing[["person", "title"]].drop_duplicates().merge(members, on="person")
    if viewed.empty:
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    counts = pd.crosstab(viewed["segment"], viewed["title"])
    sizes = members["segment"].value_counts().sort_index()
    counts = counts.reindex(sizes.index, fill_value=0)
    seen, people = np.array(counts, np.float64), np.array(sizes, np.float64)[:, None]
    overall = np.asarray(seen.sum(axis=0) / people.sum(), np.float64)
    rate, low, high = shrunk(seen, people, overall)
    frame = pd.DataFrame(
        {
            "segment": np.repeat(counts.index.to_numpy(), counts.shape[1]),
            "title": np.tile(counts.columns.to_numpy(), counts.shape[0]),
            "rate": rate.ravel().round(4),
            "low90": low.ravel().round(4),
            "high90": high.ravel().round(4),
            "lift": (rate / overall).ravel().round(3),
            "people": seen.ravel().astype(int),
            "because": "",
        }
    )
    frame["because"] = _because(frame, dict(zip(counts.columns, overall, strict=True)), titles)
    return _typed(frame).sort_values(["segment", "low90", "title"], ascending=[True, False, True], ignore_index=True)


def shrunk(seen: Floats, people: Floats, overall: Floats) -> tuple[Floats, Floats, Floats]:
    """Rates (segments, titles) and their 90% intervals, each drawn towards the title's `overall` rate."""
    middle = np.clip(overall, 1e-6, 1 - 1e-6)
    pull = PULLS[int(np.argmax([_likelihood(seen, people, middle, pull) for pull in PULLS]))]
    yes, no = seen + pull * middle, people - seen + pull * (1 - middle)
    edge = (1 - INTERVAL) / 2
    return yes / (yes + no), betaincinv(yes, no, edge), betaincinv(yes, no, 1 - edge)


def _likelihood(seen: Floats, people: Floats, overall: Floats, pull: float) -> float:
    """How well rates that vary about the overall rate as if it stood for `pull` people explain what was seen."""
    yes, no = pull * overall, pull * (1 - overall)
    return float((betaln(seen + yes, people - seen + no) - betaln(yes, no)).sum())


def _because(frame: pd.DataFrame, overall: dict[str, float], titles: pd.DataFrame | None) -> list[str]:
    kinds = {} if titles is None or "kind" not in titles else dict(zip(titles["title"], titles["kind"], strict=True))
    return [
        _reason(rate, lift, overall[title], VERBS.get(str(kinds.get(title, "")).lower(), "watched"))
        for title, rate, lift in zip(frame["title"], frame["rate"], frame["lift"], strict=True)
    ]


def _reason(rate: float, lift: float, everyone: float, verb: str) -> str:
    if lift >= 1.05:
        compared = f"{lift:.1f} times as often as everyone" if lift >= 1.15 else "a little more often than everyone"
    else:
        compared = "about as often as everyone" if lift > 0.95 else "less often than everyone"
    return f"{_percent(rate)} {verb} it, {compared} ({_percent(everyone)})."


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    types = dict.fromkeys(("rate", "low90", "high90", "lift"), "float64")
    return frame.astype({**types, "people": "int64", **dict.fromkeys(("segment", "title", "because"), "str")})
