"""How many of a segment do a thing, with the interval that its true rate lies in nine times in ten.

A rate of three in four people says little, so each is drawn towards the title's own mean over the segments: the more,
the fewer people it is of and the better the segments agree about titles of its kind. How well they agree, the pull, is
what the beta-binomial likelihood says, title by title, helped by the titles that are about as popular (empirical
Bayes: a title that all like alike stays near its mean, one that divides them does not). The likelihood is the
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
    weights = _weights(seen, people)
    mean, square = np.zeros(seen.shape), np.zeros(seen.shape)
    for pull, centre, known, weight in zip(PULLS, *_centres(seen, people), weights, strict=True):
        given = (seen + pull * centre) / (people + pull)
        spread = given * (1 - given) / (people + pull + 1)
        spread += (pull / (people + pull)) ** 2 * centre * (1 - centre) / known
        mean += weight * given
        square += weight * (spread + given**2)
    mean = np.clip(mean, RAREST, 1 - RAREST)
    size = np.maximum(mean * (1 - mean) / np.maximum(square - mean**2, 1e-300) - 1, 1e-3)
    return Rates(mean * size, (1 - mean) * size)


def _centres(seen: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Each title's mean rate (pulls, titles) if segments agree by that pull, and what that is worth in people."""
    pulls = PULLS[:, None]
    worth = people.T * (pulls + 1) / (people.T + pulls)  # (pulls, segments)
    known = worth.sum(axis=1)
    return np.clip(worth @ (seen / people) / known[:, None], RAREST, 1 - RAREST), known


def _weights(seen: Floats, people: Floats) -> Floats:
    """How likely each pull is for each title (pulls, titles)."""
    centres, known = _centres(seen, people)
    likely = np.stack([_likelihood(seen, people, c, pull) for c, pull in zip(centres, PULLS, strict=True)])
    likely -= np.log(known)[:, None] / 2
    likely = np.exp(likely - likely.max(axis=0))
    weights: Floats = np.empty_like(likely)
    for titles in _classes(seen.sum(axis=0) / people.sum()):
        weights[:, titles] = _posterior(likely[:, titles])
    return weights


def _likelihood(seen: Floats, people: Floats, centre: Floats, pull: float) -> Floats:
    """How well rates that vary about `centre` as if it stood for `pull` people explain what each title shows."""
    yes, no = pull * centre, pull * (1 - centre)
    return np.asarray((betaln(seen + yes, people - seen + no) - betaln(yes, no)).sum(axis=0), np.float64)


def _posterior(likely: Floats) -> Floats:
    """Chances of pulls for each title of a class, from how often each pull occurs in it, which they tell in turn."""
    often = np.full((len(PULLS), 1), 1 / len(PULLS))
    chances = likely
    for _ in range(ROUNDS):
        chances = often * likely
        chances /= chances.sum(axis=0)
        often = chances.sum(axis=1, keepdims=True) + EVEN / len(PULLS)
        often /= often.sum()
    return chances


def _classes(overall: Floats) -> Iterator[NDArray[np.intp]]:
    """Titles about as popular as one another."""
    number = int(np.clip(len(overall) // CLASS, 1, CLASSES))
    yield from np.array_split(np.argsort(overall, kind="stable"), number)
