"""Titles for the people of a workspace's audience, by the chunk: what the last run of segments learnt, asked anew.

Who may be a minor is left out: nobody is advertised to by profile who might be one (Digital Services Act Art. 28(2)).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from marketing.errors import MissingError, printable
from marketing.segments.affinity import ages, record
from marketing.segments.affinity.counting import Seen, gather
from marketing.segments.affinity.ease import Taste
from marketing.segments.affinity.recommendations import recommend
from marketing.segments.audience import People
from marketing.segments.fairness import minors
from marketing.settings import Settings
from marketing.workspace import Workspace
from pipelines import engine

CHUNK = 20_000  # people
LEARNT_ON = 20_000  # people, by whom is learnt which columns tell an age
SHOWN = 5  # unknown people who are named


@dataclass(frozen=True)
class Counts:
    """People asked for, those of them who may be minors, whose age is not known, and for whom no title was left."""

    people: int = 0
    minors: int = 0
    ageless: int = 0
    without: int = 0


@dataclass
class Recommender:
    """What is recommended to whom; `counts` tell of the chunks that were drawn."""

    taste: Taste
    seen: Seen
    titles: pd.DataFrame | None
    people: People
    told: minors.Minors
    territory: str
    stale: bool  # viewing has changed since the taste was learnt
    counts: Counts = Counts()

    def chunks(self, top: int, progress: engine.Progress) -> Iterator[pd.DataFrame]:
        """person, title, rank, score, because: the `top` titles for each, some people at a time, one chunk at least.

        What someone has seen, what is not out and what is above someone's age is left out.
        """
        wanted = ["person", *(name for name in self.told.columns if name != "person")]
        for chunk in self.people.chunks(CHUNK, wanted):
            age = ages.least_ages(chunk, self.told)
            grown = age[~(age < ages.ADULT)]
            found = recommend(
                self.taste,
                self.seen,
                self.titles,
                today=self.told.today,
                persons=grown.index,
                age=grown,
                top=top,
                territory=self.territory,
            )
            counts = self.counts
            self.counts = Counts(
                counts.people + len(age),
                counts.minors + len(age) - len(grown),
                counts.ageless + int(grown.isna().sum()),
                counts.without + len(grown) - found["person"].nunique(),
            )
            progress(self.counts.people, self.people.rows, "people")
            yield found


def recommender(workspace: Workspace, settings: Settings, persons: Sequence[str], *, today: dt.date) -> Recommender:
    """What is needed to recommend to `persons`, or to the whole audience if none is named.

    Raises:
        MissingError: no taste has been learnt, there is no audience, or someone named is not in it.
    """
    taste = record.restored(workspace)
    people = People.stored(workspace)
    told = minors.learn(people.sample(LEARNT_ON, settings.seed), today)
    stored = workspace.tables()
    made = Recommender(
        taste,
        _seen(workspace, persons),
        workspace.read("titles") if "titles" in stored else None,
        people,
        told,
        settings.territory,
        stale=dt.datetime.fromisoformat(stored["viewing"].stored_at)
        > dt.datetime.fromisoformat(stored["taste"].stored_at),
    )
    return replace(made, people=_named(workspace, persons, told)) if persons else made


def _seen(workspace: Workspace, persons: Sequence[str]) -> Seen:
    """What these persons have seen; what anyone has, read by the batch, if none is named."""
    if persons:
        return gather(workspace.read("viewing", ["person", "title"], [("person", "in", list(persons))]))
    return gather(workspace.connect().table("viewing"))


def _named(workspace: Workspace, persons: Sequence[str], told: minors.Minors) -> People:
    """The people of these ids.

    Raises:
        MissingError: some are not in the audience.
    """
    wanted = list(dict.fromkeys(["person", *told.columns]))
    found = workspace.read("audience", wanted, [("person", "in", list(persons))])
    unknown = np.setdiff1d(np.array(persons, dtype=object), found["person"].to_numpy(object)).tolist()
    if unknown:
        more = f" and {len(unknown) - SHOWN:,} more" if len(unknown) > SHOWN else ""
        named = ", ".join(printable(person) for person in unknown[:SHOWN])
        raise MissingError(f"The audience has nobody of this id: {named}{more}. Ids stand in its column person.")
    return People.of(found.reset_index(drop=True))
