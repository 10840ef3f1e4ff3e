"""Who is old enough for which title: the age that a rating names, and the age that someone is known to be at least.

A rating for adults is not shown to someone whose age is not known, who may be a minor; one for 12 or 16 is. What has
not been rated, or in a way that cannot be read, is shown to those not known to be under 18.
"""

import datetime as dt
import functools
import re
import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.fairness.minors import Minors, Telling

ADULT = 18  # years, as all of these
OLDEST = 120
YEAR = 365.25  # days
TELLING = ("age", "birth")  # kinds of columns that tell of everyone who is in them whether they are of age
FOR_ADULTS = 17  # years: ratings from here on (R, M, TV-MA, 18) are for adults
UNTOLD = 0.0  # no rating is told at all

Years = NDArray[np.float64]
Mask = NDArray[np.bool_]


def from_age(rating: object) -> float:
    """The age in years that a rating asks for: 13 for "PG-13", 16 for "FSK ab 16"; NaN where it cannot be read."""
    told = " ".join(str(rating).upper().split()) if isinstance(rating, str) else ""
    if not told:
        return UNTOLD
    known = _known()
    bare = re.sub(rf"^(?:(?:{'|'.join(known['boards'])})\b[\s:\-]*)+", "", told).strip() or told
    for form in (told, bare, bare.replace(" ", "-"), bare.replace(" ", "")):
        if form in known["unrated"]:
            return np.nan
        if form in known["years"]:
            return float(known["years"][form])
    number = re.fullmatch(r"(\d{1,2})\s*(?:\+|Y|YEARS?|JAHREN?|ANS|AÑOS|ANNI)?(?:\s+AND OVER)?", bare)
    return float(number.group(1)) if number and int(number.group(1)) <= 21 else np.nan


def limits(titles: pd.DataFrame, territory: str = "") -> pd.Series:
    """The age that each title asks for, by title: the territory's rating where it is told, else the strictest of all.

    `titles` has title and perhaps rating and ratings ("GB=15; US=R"). NaN: told, but in no way that can be read.
    """
    named = [column for column in ("rating", "ratings") if column in titles.columns]
    found = [_strictest(row, territory) for row in titles[named].to_dict("records")] if named else UNTOLD
    return pd.Series(found, index=titles["title"], dtype="float64")


def _strictest(row: dict[Any, Any], territory: str) -> float:
    pairs = (part.partition("=") for part in str(row.get("ratings")).split(";"))
    places = {place.strip().upper(): rating.strip() for place, sign, rating in pairs if sign}
    if territory.upper() in places:
        return from_age(places[territory.upper()])
    told = [each for each in (row.get("rating"), *places.values()) if isinstance(each, str) and each.strip()]
    asked = np.array([from_age(each) for each in told] or [UNTOLD])
    return float(np.nanmax(asked)) if np.isfinite(asked).any() else np.nan


def least_ages(audience: pd.DataFrame, told: Minors) -> pd.Series:
    """The age that each person in `audience` has at least, by person; NaN where no column tells.

    A number of years or a date of birth is taken as it is. Who may be under 18 by any other column counts as 0, and
    who is not as 18; where two columns tell, the lower counts. `told` says which columns tell, and how
    (`minors.learn`); others need not be there.
    """
    there = [telling for telling in told.tellings if telling.column in audience]
    ages = [_told(audience[telling.column], telling, told.today) for telling in there]
    ages += [pd.Series(np.where(mask, _exact(ages, mask), np.nan)) for mask in told.by_column(audience).values()]
    least = pd.DataFrame(dict(enumerate(each.to_numpy() for each in ages)), index=audience["person"]).min(axis=1)
    return least.astype("float64")


def _exact(told: list[pd.Series], mask: Mask) -> Years:
    """For who may be a minor, the age that a column tells exactly; 0 where none tells one below 18."""
    known = np.column_stack([np.full(len(mask), np.inf), *(each.to_numpy() for each in told)])
    lowest = np.nanmin(known, axis=1)
    return np.where(lowest < ADULT, lowest, 0.0)


def _told(column: pd.Series, telling: Telling, today: dt.date) -> pd.Series:
    """What one column tells of each age: years where exact, 18 where it tells at all, else NaN."""
    if telling.kind == "age" and telling.unit == "years" and pd.api.types.is_numeric_dtype(column):
        years = column.astype("float64")
    elif telling.kind == "birth" and pd.api.types.is_datetime64_any_dtype(column):
        years = np.floor((pd.Timestamp(today) - column).dt.days / YEAR)
    else:
        told = column.notna() & (telling.kind in TELLING)
        if telling.kind == "kind":  # a band of ages has numbers; the kind of a profile does not tell who is grown up
            told = column.astype("string").str.contains(r"\d", na=False).astype(bool)
        return pd.Series(np.where(told, float(ADULT), np.nan))
    return years.where((years >= 0) & (years <= OLDEST)).astype("float64")


def old_enough(ages: Years, asked: Years) -> Mask:
    """Whether people of these `ages` (NaN: not known) may be shown titles that ask for these (people, titles)."""
    age, limit = ages[:, None], asked[None, :]
    unknown = np.isnan(age)
    told = np.where(unknown, limit < FOR_ADULTS, age >= limit)
    return np.asarray(np.where(np.isnan(limit), unknown | (age >= ADULT), told), np.bool_)


@functools.cache
def _known() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("ratings.toml").read_text("utf-8")
    told = tomllib.loads(text)
    return {"years": told["years"], "unrated": frozenset(told["boards"]["unrated"]), "boards": told["boards"]["names"]}
