"""Titles and their facts: a film, a show, a game, an album, a podcast, a live event, and what may be said of it.

Copy may claim what a fact says, and nothing else. Some facts stand in the title's own row (its release date, its
synopsis); `Title.known` tells them in the form of all others.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FACT_KINDS = ("premise", "cast", "award", "quote", "number", "date", "price", "offer")
EVERYWHERE = {"", "world", "worldwide", "ww", "global", "all"}
EARLIEST, LATEST = dt.date(1850, 1, 1), dt.date(2199, 12, 31)  # as the tables have it
SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")


def without_nulls(value: Any) -> Any:
    """A JSON object without its nulls: absent is unknown, and so is null."""
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, Mapping) else value


def _day(value: Any) -> Any:
    """A date from its ISO form; nothing else is guessed at."""
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or value == "" or isinstance(value, dt.date):
        return value or None
    message = f"expected a date such as 2026-11-19, found {str(value)[:30]!r}"
    try:
        found = dt.datetime.fromisoformat(value.strip()).date()
    except (AttributeError, ValueError):
        raise ValueError(message) from None
    if not EARLIEST <= found <= LATEST:
        raise ValueError(message)
    return found


Day = Annotated[dt.date | None, BeforeValidator(_day)]


class Fact(BaseModel):
    """Something that may be said of a title, with where it comes from and when and where it holds.

    `valid_from` and `valid_to` are both included; before `embargo` nothing of it may be told.
    """

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    id: str = ""
    title: str = ""
    text: str
    kind: str = ""
    source: str = ""
    valid_from: Day = None
    valid_to: Day = None
    territory: str = ""
    embargo: Day = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        value = without_nulls(value)
        if isinstance(value, dict) and not value.get("id") and isinstance(value.get("text"), str):
            digest = hashlib.sha256(value["text"].encode("utf-8", "replace")).hexdigest()
            value = value | {"id": f"fact-{digest[:8]}"}  # from its words, so that order does not matter
        return value

    @model_validator(mode="after")
    def _holds_some_day(self) -> "Fact":
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_from {self.valid_from} is after valid_to {self.valid_to}; correct one of them")
        return self

    def why_not(self, today: dt.date, territory: str = "") -> str:
        """Why this fact supports nothing on that day in that territory, in words; empty when it does.

        An absent field does not restrict, and neither does an unknown territory.
        """
        if self.embargo and self.embargo > today:
            return f"is under embargo until {spoken(self.embargo)}"
        if self.valid_from and self.valid_from > today:
            return f"holds only from {spoken(self.valid_from)}"
        if self.valid_to and self.valid_to < today:
            return f"is out of date since {spoken(self.valid_to)}"
        if territory and not _covers(self.territory, territory):
            return f"holds for {self.territory}, not for {territory}"
        return ""


def _covers(held: str, asked: str) -> bool:
    places = {place.casefold() for place in re.split(r"[\s,;|/]+", held.strip()) if place}
    if not places - EVERYWHERE:
        return True
    asked = asked.casefold()
    return asked in places or asked.partition("-")[0] in places


def is_slug(name: str) -> bool:
    """Whether a name is an id, such as "harbour-lights", and no way to write a title."""
    return SLUG.fullmatch(name) is not None


def spoken(day: dt.date) -> str:
    """A date as we write it: 19 November 2026."""
    return f"{day.day} {day:%B %Y}"


class Title(BaseModel):
    """A title as a brief carries it. `title` is its id; a name that is absent is the id's."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True)

    title: str = ""
    name: str = ""
    kind: str = ""
    genre: str = ""
    synopsis: str = ""
    rating: str = ""
    ratings: dict[str, str] = Field(default_factory=dict)
    release_date: Day = None
    url: str = ""
    spoilers: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return without_nulls(value)

    @model_validator(mode="after")
    def _has_a_name(self) -> "Title":
        if not (self.name or self.title).strip():
            raise ValueError('a title needs its "name" or its id, "title"')
        return self

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Title":
        """The title in a row of the titles table; columns that a title has not stay behind.

        `spoilers` holds several in one cell, "He did it | She knew", and so does `ratings`: "GB=15; US=R".
        """
        known = {name: value for name, value in row.items() if name in cls.model_fields}
        if "spoilers" in known:
            known["spoilers"] = [part.strip() for part in str(known["spoilers"]).split("|") if part.strip()]
        if "ratings" in known:
            pairs = (part.partition("=") for part in str(known["ratings"]).split(";"))
            known["ratings"] = {place.strip(): rating.strip() for place, sign, rating in pairs if sign}
        return cls.model_validate(known)

    @property
    def called(self) -> str:
        """The name that copy uses."""
        return self.name.strip() or self.title.strip()

    def known(self) -> list[Fact]:
        """The facts that stand in the title's own row."""
        facts = []
        if self.synopsis.strip():
            facts.append(
                Fact(id="title.synopsis", title=self.title, text=self.synopsis, kind="premise", source="title")
            )
        if self.genre.strip():
            facts.append(Fact(id="title.genre", title=self.title, text=self.genre, kind="premise", source="title"))
        if self.release_date:
            text = f"{self.called} is released on {spoken(self.release_date)}."
            facts.append(Fact(id="title.release_date", title=self.title, text=text, kind="date", source="title"))
        return facts
