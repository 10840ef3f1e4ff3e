"""Invented audiences whose groups are known."""

import datetime as dt

import numpy as np
import pandas as pd

TODAY = dt.date(2026, 11, 23)

# What three groups choose, and how long they watch: far enough apart to be found, not so far that it is a game.
GROUPS = {
    "device": {"console": (0.8, 0.05, 0.1), "tv": (0.1, 0.85, 0.1), "phone": (0.1, 0.1, 0.8)},
    "favourite_time": {"late night": (0.75, 0.1, 0.1), "evening": (0.15, 0.8, 0.1), "morning": (0.1, 0.1, 0.8)},
    "plan": {"free": (0.2, 0.1, 0.8), "premium": (0.2, 0.8, 0.1), "standard": (0.6, 0.1, 0.1)},
    "genre": {"action": (0.7, 0.1, 0.1), "drama": (0.2, 0.8, 0.2), "comedy": (0.1, 0.1, 0.7)},
}
MINUTES = (120.0, 80.0, 20.0)


def audience(seed: int, people: int = 1_500) -> tuple[pd.DataFrame, np.ndarray]:
    """People in three groups, and the group of each."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, people, p=[0.4, 0.35, 0.25])
    frame = pd.DataFrame({"person": [f"p{i:05d}" for i in range(people)]})
    for column, values in GROUPS.items():
        upper = np.cumsum(np.array(list(values.values())), axis=0).T[truth]
        frame[column] = np.array(list(values))[(random.random((people, 1)) < upper / upper[:, -1:]).argmax(axis=1)]
    frame["minutes_a_session"] = np.round(np.array(MINUTES)[truth] * random.lognormal(0, 0.3, people))
    frame["age"] = random.integers(18, 80, people)
    frame.loc[random.random(people) < 0.1, "genre"] = None
    return frame, truth


def shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The same columns, each in an order of its own, so that no groups are left."""
    random = np.random.default_rng(seed)
    return pd.DataFrame({c: frame[c] if c == "person" else random.permutation(frame[c]) for c in frame})
