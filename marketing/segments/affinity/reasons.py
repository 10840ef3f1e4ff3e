"""Why a title is shown, in words."""

from collections.abc import Mapping, Sequence

import pandas as pd

VERBS = {"game": "played", "album": "heard", "music": "heard", "podcast": "heard", "live event": "attended"}


def verbs(titles: pd.DataFrame | None) -> dict[str, str]:
    """What people do with each title, by title: watched, played, heard, attended."""
    if titles is None or "kind" not in titles:
        return {}
    kinds = titles["kind"].astype("str").str.lower()
    return {title: VERBS.get(kind, "watched") for title, kind in zip(titles["title"], kinds, strict=True)}


def names(titles: pd.DataFrame | None) -> dict[str, str]:
    """What each title is called, by title."""
    if titles is None or "name" not in titles:
        return {}
    told = titles.dropna(subset="name")
    return dict(zip(told["title"], told["name"].astype(str), strict=True))


def of_rate(rate: float, everyone: float, verb: str) -> str:
    """Why a segment is shown a title: its rate against everyone's."""
    lift = rate / everyone
    if lift >= 1.05:
        compared = f"{lift:.1f} times as often as everyone" if lift >= 1.15 else "a little more often than everyone"
    else:
        compared = "about as often as everyone" if lift > 0.95 else "less often than everyone"
    return f"{percent(rate)} {verb} it, {compared} ({percent(everyone)})."


def of_alike(number: int, words: str, verb: str, low: float, high: float) -> str:
    """Why a segment is shown a title that nobody has seen yet."""
    like = f"titles like it ({words})" if words else "titles of all sorts"
    return f"Nobody {verb} it yet. By {number:,} {like}, between {percent(low)} and {percent(high)} will."


def of_seen(seen: Sequence[object], called: Mapping[str, str], verb: Mapping[str, str]) -> str:
    """Why a person is shown a title: what they have seen that speaks most for it."""
    told = [(verb.get(str(each), "watched"), called.get(str(each), str(each))) for each in seen]
    parts = [f"{does} {name}" for does, name in told]
    if len(told) == 2 and told[0][0] == told[1][0]:
        parts[1] = told[1][1]
    return f"Because they {' and '.join(parts)}."


def of_popularity(share: float, verb: str) -> str:
    """Why a person of whom nothing speaks for it is shown a title."""
    return f"Because it is popular: {percent(share)} of people {verb} it."


def percent(share: float) -> str:
    """A share as it is said: 34%, 3.4%, 0.03%."""
    if share >= 0.1:
        return f"{share:.0%}"
    return f"{share:.1%}" if share >= 0.001 or share <= 0 else f"{share:.2%}" if share >= 1e-4 else "under 0.01%"
