"""Lumen's invented audience: people in groups that truly differ, and what they watched."""

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.floating | np.integer]
Values = npt.NDArray[np.object_ | np.str_]

AGES = (13, 88)  # some are under 18, so that there is someone to keep out
WINDOW = 240  # days of viewing that are kept
UNMOVED = 0.4  # how much a group likes what it has no feeling for
REFERRALS = {"friend": 0.3, "search": 0.25, "advert": 0.2, "partner": 0.25}
UNKNOWN_REFERRAL = 0.3  # share of people who never said


def audience(
    groups: list[dict[str, Any]], people: int, today: dt.date, draws: np.random.Generator
) -> tuple[pd.DataFrame, Numbers]:
    """`people` invented people, and the index of each one's group, which the table itself does not tell."""
    which = draws.choice(len(groups), size=people, p=[g["share"] for g in groups])
    mean, spread = (np.array([g["age"][i] for g in groups], dtype=float)[which] for i in (0, 1))
    sessions = np.array([g["sessions_a_week"] for g in groups])[which]
    length = np.array([g["minutes_a_session"] for g in groups])[which]
    opened = np.array([g["emails_opened"] for g in groups])[which]
    referral = draws.choice(list(REFERRALS), size=people, p=list(REFERRALS.values())).astype(object)
    referral[draws.random(people) < UNKNOWN_REFERRAL] = None
    frame = pd.DataFrame(
        {
            "person": [f"p{n:05d}" for n in range(1, people + 1)],
            "age": np.clip(np.round(mean + spread * draws.standard_normal(people)), *AGES).astype(int),
            "gender": draws.choice(["f", "m", "x"], size=people, p=[0.49, 0.49, 0.02]),
            "religion": draws.choice(["none", "christian", "muslim", "other"], size=people, p=[0.5, 0.36, 0.08, 0.06]),
            "region": draws.choice(["ES", "GB", "US"], size=people, p=[0.42, 0.34, 0.24]),
            "device": _choose(groups, which, "device", draws),
            "favourite_time": _choose(groups, which, "favourite_time", draws),
            "household": _choose(groups, which, "household", draws),
            "plan": _choose(groups, which, "plan", draws),
            "subtitles": _yes(groups, which, "subtitles", draws),
            "downloads": _yes(groups, which, "downloads", draws),
            "sessions_a_week": np.round(sessions * draws.lognormal(-0.1, 0.45, people), 1),
            "minutes_a_session": np.maximum(2, np.round(length * draws.lognormal(-0.04, 0.3, people))).astype(int),
            "emails_opened": np.round(draws.beta(8 * opened, 8 * (1 - opened)), 2),
            "referral": referral,
            "joined": pd.Timestamp(today) - pd.to_timedelta(draws.integers(20, 1_500, people), unit="D"),
        }
    )
    return frame, which


def _choose(groups: list[dict[str, Any]], which: Numbers, name: str, draws: np.random.Generator) -> Values:
    """One value of an attribute for each person, by the shares of the person's group."""
    values = list(groups[0][name])
    cumulated = np.cumsum([[g[name][v] for v in values] for g in groups], axis=1)[which]
    picked = (draws.random(len(which))[:, None] > cumulated).sum(axis=1)
    return np.asarray(np.array(values, dtype=object)[np.minimum(picked, len(values) - 1)])


def _yes(groups: list[dict[str, Any]], which: Numbers, name: str, draws: np.random.Generator) -> Values:
    share = np.array([g[name] for g in groups])[which]
    return np.where(draws.random(len(which)) < share, "yes", "no")


def viewing(
    people: pd.DataFrame,
    which: Numbers,
    groups: list[dict[str, Any]],
    titles: list[dict[str, Any]],
    today: dt.date,
    draws: np.random.Generator,
) -> pd.DataFrame:
    """Who watched, played or heard what on which day of the last `WINDOW` days, and for how many minutes."""
    out = [t for t in titles if t["release_date"] <= today and "end" not in t]
    popularity = np.array([t["weight"] for t in out]) ** 0.5
    taste = np.array([[g["likes"].get(t["title"], UNMOVED) for t in out] for g in groups]) * popularity
    cumulated = np.cumsum(taste / taste.sum(axis=1, keepdims=True), axis=1)
    times = draws.poisson(np.clip(people["sessions_a_week"].to_numpy() * 2.2, 0.5, 30))
    person = np.repeat(np.arange(len(people)), times)
    title = (draws.random(len(person))[:, None] > cumulated[which[person]]).sum(axis=1).clip(max=len(out) - 1)
    oldest = np.array([max(0, WINDOW - (today - t["release_date"]).days) for t in out])[title]
    day = np.maximum(draws.integers(0, WINDOW, len(person)), oldest)
    minutes = people["minutes_a_session"].to_numpy()[person] * draws.lognormal(-0.1, 0.4, len(person))
    first = pd.Timestamp(today) - pd.Timedelta(days=WINDOW - 1)
    frame = pd.DataFrame(
        {
            "person": people["person"].to_numpy()[person],
            "title": np.array([t["title"] for t in out])[title],
            "date": first + pd.to_timedelta(day, unit="D"),
            "minutes": np.maximum(1, np.round(minutes)).astype(int),
        }
    )
    return frame.groupby(["person", "title", "date"])["minutes"].sum().reset_index()
