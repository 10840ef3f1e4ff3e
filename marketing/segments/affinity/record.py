"""What a run keeps of what viewing tells: the weights between titles, each title's share, and how well both do.

Tables `taste` and `popularity` are what recommendations are made of, without the viewing they were learnt from;
`affinity_checks` says, beside popularity as the yardstick, what each person's own list and the segments are worth.
"""

import pandas as pd

from marketing.errors import MissingError
from marketing.segments.affinity import ease
from marketing.segments.affinity.counting import Seen, gather
from marketing.segments.affinity.ease import Taste
from marketing.segments.affinity.worth import Worth, worth
from marketing.segments.affinity.yardsticks import Check
from marketing.workspace import Workspace

TABLES = ("taste", "popularity", "affinity_checks")
NOTHING_SEEN = pd.DataFrame({"person": pd.Series(dtype="str"), "title": pd.Series(dtype="str")})
FLATTERED = "What people viewed helped to put them there, so this is the most that segments can tell."
UNTRIED = "Too few people have seen two titles or more to try each person's own list against what is popular."


def tables(seen: Seen, assignments: pd.DataFrame, *, seed: int, by_viewing: bool = False) -> dict[str, pd.DataFrame]:
    """Tables `taste`, `popularity` and `affinity_checks` of all that was seen.

    Args:
        seen: Who has seen what; with dates, so that each one's last title can be held back.
        assignments: person, segment.
        seed: Halves people, to ask one half what was learnt from the other.
        by_viewing: Whether what people viewed has put them into their segments too, which the check then tells.
    """
    taste = ease.fit(seen)
    return {
        "taste": taste.table(),
        "popularity": pd.DataFrame({"title": taste.titles, "share": taste.popular}),
        "affinity_checks": _checks(taste.check, worth(assignments, seen, seed=seed), by_viewing=by_viewing),
    }


def nothing() -> dict[str, pd.DataFrame]:
    """The same tables where there is no viewing: of no titles, and no checks."""
    assignments = pd.DataFrame({"person": pd.Series(dtype="str"), "segment": pd.Series(dtype="str")})
    found = tables(gather(NOTHING_SEEN), assignments, seed=0)
    return {**found, "affinity_checks": found["affinity_checks"].head(0)}


def restored(workspace: Workspace) -> Taste:
    """The taste that the last run of segments kept; without its check.

    Raises:
        MissingError: there was no such run, or nobody had seen anything.
    """
    table, popularity = workspace.read("taste"), workspace.read("popularity")
    if popularity.empty:
        raise MissingError(
            "Nothing is known here of who has seen what. Import it and learn from it: "
            "marquee ingest viewing FILE, then marquee run segment"
        )
    return ease.restore(table, popularity.set_index("title")["share"])


def _checks(persons: Check | None, segments: Worth, *, by_viewing: bool) -> pd.DataFrame:
    """A row for each thing that was tried; its numbers are empty where there were too few people to try it on."""
    own: tuple[object, ...] = ("persons", "NDCG@10", None, None, 0, UNTRIED)
    if persons:
        own = ("persons", "NDCG@10", persons.ndcg, persons.popularity, persons.people, persons.sentence)
    told: tuple[object, ...] = ("segments", "share", None, None, 0, segments.sentence)
    if segments.people:
        sentence = f"{segments.sentence} {FLATTERED}" if by_viewing else segments.sentence
        told = ("segments", "share", segments.own, segments.popular, segments.people, sentence)
    names = ["check", "measure", "value", "yardstick", "people", "sentence"]
    kinds = dict.fromkeys(("check", "measure", "sentence"), "str") | dict.fromkeys(("value", "yardstick"), "float64")
    return pd.DataFrame([own, told], columns=names).astype(kinds)
