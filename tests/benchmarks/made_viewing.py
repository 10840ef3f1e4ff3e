"""Invented viewing like that of people who rate films: few titles that many know, tastes, and times that change.

Everyone has tastes in a few dimensions and views titles at several times, drawn without repetition (Gumbel's trick) by
how well known a title is then and how well it suits the person then. What is well known and what suits someone both
drift, so that the last title is harder to tell than one in the middle.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

Array = np.ndarray
DIMENSIONS = 8  # of taste
TIMES = 5  # stretches of viewing, each a fifth of someone's titles
LEAST = 20  # titles that everyone viewed


@dataclass(frozen=True)
class Made:
    """Viewing (person, title, date) in order of time, and of each person the group that the taste comes from."""

    viewing: pd.DataFrame
    groups: Array


def made(
    seed: int,
    *,
    people: int = 943,
    titles: int = 1_682,
    mean: float = 106.0,
    groups: int = 6,
    taste: float = 0.9,
    steep: float = 1.4,
    drift: float = 0.5,
) -> Made:
    """Viewing by `people` of `mean` titles each.

    Args:
        seed: Another one makes another world.
        people: How many.
        titles: How many there are to be seen.
        mean: Titles a person sees on average.
        groups: Persons of one group have tastes in common.
        taste: How much more suitable titles are preferred; 0 leaves popularity alone.
        steep: The spread of the logarithm of popularity.
        drift: How far tastes and popularity move from one time to the next.
    """
    random = np.random.default_rng(seed)
    known = steep * random.normal(size=titles) - 0.3 * random.exponential(size=titles)
    suits = random.normal(size=(titles, DIMENSIONS)) * np.linspace(1.4, 0.5, DIMENSIONS)
    centres = random.normal(size=(groups, DIMENSIONS))
    group = random.integers(0, groups, people)
    likes = centres[group] * 0.7 + random.normal(size=(people, DIMENSIONS)) * 0.7
    number = np.minimum(LEAST + random.lognormal(np.log(mean - LEAST) - 0.5, 1.0, people), titles * 0.45).astype(int)
    unseen = np.ones((people, titles), bool)
    rows = []
    for time in range(TIMES):
        wish = known + taste * likes @ suits.T / np.sqrt(DIMENSIONS) * 1.3 + random.gumbel(size=(people, titles))
        order = np.argsort(-np.where(unseen, wish, -np.inf), axis=1)
        many = number // TIMES + (time < number % TIMES)
        person = np.repeat(np.arange(people), many)
        place = np.arange(len(person)) - np.repeat(np.cumsum(many) - many, many)
        title = order[person, place]
        unseen[person, title] = False
        rows.append(np.column_stack([person, title, time * 10_000 + random.permutation(len(person)) % 10_000]))
        known = known + drift * 0.6 * random.normal(size=titles)
        likes = likes + drift * random.normal(size=likes.shape)
    person, title, minute = np.concatenate(rows).T
    frame = pd.DataFrame(
        {
            "person": np.array([f"p{i:06d}" for i in range(people)])[person],
            "title": np.array([f"t{i:05d}" for i in range(titles)])[title],
            "date": pd.Timestamp(2026, 1, 1) + pd.to_timedelta(minute * 9, unit="min"),
        }
    )
    return Made(frame.sort_values(["date", "person", "title"], ignore_index=True), group)
