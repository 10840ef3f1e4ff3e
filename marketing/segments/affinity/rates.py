"""How many of a segment do a thing, with the interval that its true rate lies in nine times in ten.

A rate of three in four people says little, so each is drawn towards the title's own mean over the segments: the more,
the fewer people it is of and the better the segments agree about titles of its kind. How well they agree, the pull, is
what the beta-binomial likelihood says, title by title, helped by the titles that are about as popular (empirical
Bayes: a title that all like alike stays near its mean, one that divides them does not). Where some segments watch more
of everything than others, the mean that one is drawn to is as much higher in odds. The likelihood is the
restricted one, and the interval allows for the mean and the pull being estimates as well (as for small areas: Rao and
Molina, Small Area Estimation, 2015, ch. 5 and 9), for else few segments would seem to agree better than they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln

INTERVAL = 0.9
PULLS = np.geomspace(0.5, 1e6, 32)  # how many people the title's mean may count for
CLASS = 40  # titles in a class of popularity, at least
CLASSES = 8  # at most
ROUNDS = 60  # of estimating how often each pull occurs in a class
EVEN = 0.5  # titles' worth of belief that every pull is as likely, so that a small class rules none out
RAREST = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """What is known of each rate (segments, titles): a beta distribution with these two parameters."""

    yes: Floats
    no: Floats

    @property
    def rate(self) -> Floats:
        """The expected rate."""
        return self.yes / (self.yes + self.no)

    def at(self, chance: float) -> Floats:
        """The rate that the true one is below with this chance."""
        return np.asarray(betaincinv(self.yes, self.no, chance), np.float64)

    @property
    def low(self) -> Floats:
        """Lower end of the 90% interval."""
        return self.at((1 - INTERVAL) / 2)

    @property
    def high(self) -> Floats:
        """Upper end of the 90% interval."""
        return self.at((1 + INTERVAL) / 2)


def shrunk(seen: Floats, people: Floats) -> Rates:
    """Rates of `seen` (segments, titles) among `people` (segments, 1), of whom there is at least one in each."""
    told = max(_tried(seen, people), key=lambda each: each.evidence)
    mean, square = np.zeros(seen.shape), np.zeros(seen.shape)
    for pull, middle, known, weight in zip(PULLS, told.middles, told.known, told.weights, strict=True):
        centre = _centre(middle, told.busy)
        given = (seen + pull * centre) / (people + pull)
        spread = given * (1 - given) / (people + pull + 1)
        spread += (pull / (people + pull)) ** 2 * centre * (1 - centre) / known
        mean += weight * given
        square += weight * (spread + given**2)
    mean = np.clip(mean, RAREST, 1 - RAREST)
    size = np.maximum(mean * (1 - mean) / np.maximum(square - mean**2, 1e-300) - 1, 1e-3)
    return Rates(mean * size, (1 - mean) * size)


@dataclass(frozen=True)
class _Told:
    """What segments are drawn to, and how well it explains what was seen (`evidence`, log likelihood).

    Each title's mean rate (pulls, titles), for a segment in which everything is done `busy` (segments, 1) times as
    often; what that is worth in people (pulls, segments, 1); and how likely each pull is (pulls, titles).
    """

    middles: Floats
    busy: Floats
    known: Floats
    weights: Floats
    evidence: float


def _tried(seen: Floats, people: Floats) -> Iterator[_Told]:
    """Segments that are alike but for the title, and, where there is more than one, ones that are busy or idle too."""
    yield _told(seen, people, np.ones_like(people), 0.0)
    views = seen.sum(axis=1, keepdims=True)
    if len(seen) > 1 and views.all():
        busy = views / people / (views.sum() / people.sum())
        yield _told(seen, people, busy, (len(seen) - 1) * np.log(seen.size) / 2)  # so much evidence chance brings (BIC)


def _told(seen: Floats, people: Floats, busy: Floats, cost: float) -> _Told:
    """What is to be known where a segment does everything `busy` (segments, 1) times as often as all do."""
    pulls = PULLS[:, None]
    worth = people.T * (pulls + 1) / (people.T + pulls)  # (pulls, segments)
    total = worth @ busy
    middles = np.clip(worth @ (seen / people) / total, RAREST, 1 - RAREST)
    centres = ((_centre(middle, busy), pull) for middle, pull in zip(middles, PULLS, strict=True))
    likely = np.stack([_likelihood(seen, people, centre, pull) for centre, pull in centres])
    likely -= np.log(worth.sum(axis=1, keepdims=True)) / 2
    best = likely.max(axis=0)
    weights = np.empty_like(likely)
    evidence = float(best.sum()) - cost
    for titles in _classes(seen.sum(axis=0) / people.sum()):
        weights[:, titles], gained = _posterior(np.exp(likely[:, titles] - best[titles]))
        evidence += gained
    return _Told(middles, busy, total[:, :, None] / busy, weights, evidence)


def _centre(middle: Floats, busy: Floats) -> Floats:
    """The rate (segments, titles) that segments this busy are drawn to."""
    odds = middle / (1 - middle) * busy
    return np.asarray(np.clip(odds / (1 + odds), RAREST, 1 - RAREST), np.float64)


def _likelihood(seen: Floats, people: Floats, centre: Floats, pull: float) -> Floats:
    """How well rates that vary about `centre` as if it stood for `pull` people explain what each title shows."""
    yes, no = pull * centre, pull * (1 - centre)
    return np.asarray((betaln(seen + yes, people - seen + no) - betaln(yes, no)).sum(axis=0), np.float64)


def _posterior(likely: Floats) -> tuple[Floats, float]:
    """Chances of pulls for each title of a class, from how often each pull occurs in it, which they tell in turn.

    And how well the titles are explained, in log likelihood.
    """
    often = np.full((len(PULLS), 1), 1 / len(PULLS))
    for _ in range(ROUNDS):
        chances = often * likely
        total = chances.sum(axis=0)
        chances /= total
        often = chances.sum(axis=1, keepdims=True) + EVEN / len(PULLS)
        often /= often.sum()
    return chances, float(np.log(total).sum())


def _classes(overall: Floats) -> Iterator[NDArray[np.intp]]:
    """Titles about as popular as one another."""
    number = int(np.clip(len(overall) // CLASS, 1, CLASSES))
    yield from np.array_split(np.argsort(overall, kind="stable"), number)
