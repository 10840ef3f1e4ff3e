"""Whether segments tell what people like any better than popularity does: asked of people who were held back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.affinity import within
from marketing.segments.affinity.counting import Viewing, gather
from marketing.segments.affinity.rates import shrunk
from marketing.segments.affinity.reasons import percent

TOP = 10
PART = 5  # where there are few titles, the first of them: one in five
BEYOND = 2.0  # standard errors
WORTHWHILE = 1.05  # times popularity's share: below, the difference helps nobody
LEAST = 20  # people to learn from, and as many to ask


@dataclass(frozen=True)
class Worth:
    """The share of a segment's first titles that its people saw, and of the most popular titles.

    `error` is the standard error of the difference; `people` were asked about `titles` titles each.
    """

    own: float
    popular: float
    error: float
    people: int
    titles: int

    @property
    def better(self) -> bool:
        """Whether segments tell more than popularity: beyond chance, and enough to matter."""
        return self.own - self.popular > BEYOND * self.error and self.own > WORTHWHILE * self.popular

    @property
    def sentence(self) -> str:
        """What a page can say of it."""
        if not self.people:
            return "Too few people have seen anything to tell whether segments like different titles."
        which = "title" if self.titles == 1 else f"{self.titles} titles"
        figures = f"of a segment's own first {which} its people saw {percent(self.own)}, of the most popular {which} "
        asked = f"{figures}{percent(self.popular)} ({self.people:,} people held back)"
        if self.better:
            return f"These segments tell more than popularity: {asked}."
        return f"These segments tell no more about what people like than popularity does: {asked}."


def worth(assignments: pd.DataFrame, viewing: Viewing, *, seed: int = 0) -> Worth:
    """Learn rates from one half of people and ask the other, both ways round.

    Args:
        assignments: person, segment; who is in none is left out, as is who has seen nothing.
        viewing: person, title: a DataFrame, an Ibis table, or what was gathered of either.
        seed: Halves people another way.
    """
    seen = gather(viewing)
    members = assignments.dropna(subset="segment").drop_duplicates("person").set_index("person")["segment"]
    labels = pd.Categorical(members.reindex(seen.persons)).codes
    person = np.flatnonzero(labels >= 0)
    if len(person) < 2 * LEAST:
        return Worth(0.0, 0.0, 0.0, 0, 0)
    top = int(np.clip(len(seen.titles) // PART, 1, TOP))
    half = np.random.default_rng(seed).permutation(len(person)) % 2 == 0
    own, popular = np.zeros(len(seen.persons)), np.zeros(len(seen.persons))
    for learnt, asked in ((person[half], person[~half]), (person[~half], person[half])):
        found = within(labels[learnt], learnt, int(labels.max()) + 1, seen)
        people = np.maximum(np.bincount(labels[learnt], minlength=len(found)), 1.0)[:, None]
        listed = _first(shrunk(found, people).low, top)[labels[asked]]
        everyone = np.broadcast_to(_first(found.sum(axis=0)[None], top), listed.shape)
        for share, first in ((own, listed), (popular, everyone)):
            share[asked] = np.asarray(seen.matrix[np.repeat(asked, top), first.ravel()]).reshape(-1, top).mean(axis=1)
    own, popular = own[person], popular[person]
    error = float((own - popular).std(ddof=1) / np.sqrt(len(person)))
    return Worth(float(own.mean()), float(popular.mean()), error, len(person), top)


def _first(score: NDArray[np.float64], top: int) -> NDArray[np.intp]:
    return np.argsort(-score, axis=1, kind="stable")[:, :top]
