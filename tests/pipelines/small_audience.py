"""A small company: people in two groups, and what they watched."""

import numpy as np
import pandas as pd

PEOPLE = 600


def company(seed: int = 0) -> dict[str, pd.DataFrame]:
    """Gamers at night and viewers in the evening, and what they watched."""
    random = np.random.default_rng(seed)
    night = random.random(PEOPLE) < 0.5
    person = [f"p{i:04d}" for i in range(PEOPLE)]

    def mostly(yes: str, no: str) -> np.ndarray:
        return np.where(random.random(PEOPLE) < np.where(night, 0.9, 0.1), yes, no)

    audience = pd.DataFrame(
        {
            "person": person,
            "age": random.integers(16, 70, PEOPLE).astype(float),
            "device": mostly("console", "tv"),
            "favourite_time": mostly("late night", "evening"),
            "religion": random.choice(["none", "catholic"], PEOPLE),
        }
    )
    viewing = pd.DataFrame({"person": person, "title": mostly("quest", "sea"), "date": pd.Timestamp(2026, 11, 1)})
    titles = pd.DataFrame({"title": ["quest", "sea"], "name": ["Quest", "Sea"], "kind": ["game", "series"]})
    return {"audience": audience, "viewing": viewing.assign(minutes=30.0), "titles": titles}
