"""Briefs: segment, title, channel-free facts, forecast and brand: all that a writer needs, nothing about single people.

A brief comes from a workspace (:mod:`marketing.drafts.briefing`) or as a BRIEF.json. Only the title is required;
what is absent is unknown, never assumed. Unknown fields are kept and named in a warning.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from marketing.drafts import documents, door
from marketing.errors import printable
from marketing.settings import Brand
from marketing.titles import Day, Fact, Title, without_nulls

REMEDY = 'Correct it; only a title is required: {"title": {"name": "..."}}.'
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4}")  # BCP 47, as far as briefs need it
TERRITORY = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z0-9]{1,3})?")  # ISO 3166-1, or 3166-2


def _language(value: Any) -> Any:
    if isinstance(value, str) and value and not LANGUAGE.fullmatch(value):
        raise ValueError(f"expected a language tag such as en or pt-BR, found {value[:20]!r}")
    return value.replace("_", "-") if isinstance(value, str) else value


def _territory(value: Any) -> Any:
    if isinstance(value, str) and value and not TERRITORY.fullmatch(value):
        raise ValueError(f"expected a country's two letters such as GB, found {value[:20]!r}")
    return value.upper() if isinstance(value, str) else value


class _Part(BaseModel):
    """A part of a brief: unknown fields are kept, null is absent, a number may stand for a text."""

    model_config = ConfigDict(frozen=True, extra="allow", coerce_numbers_to_str=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return without_nulls(value)


class Segment(_Part):
    """A group in the audience, in aggregate."""

    segment: str = ""
    name: str = ""
    description: str = ""
    label: str = ""
    traits: list[Any] = Field(default_factory=list)
    size: int | None = Field(None, ge=0)
    share: float | None = Field(None, ge=0, le=1)
    stability: float | None = None
    age: Any = None
    gender: Any = None


class Peak(_Part):
    """The highest day that a forecast expects."""

    date: Day = None
    expected: float | None = None
    low80: float | None = None
    high80: float | None = None


class Outlook(_Part):
    """What a writer may lean on and never claim: where a trend is going."""

    trend: str = ""
    metric: str = ""
    direction: str = ""
    start: Day = Field(None, alias="from")
    end: Day = Field(None, alias="to")
    peak: Peak | None = None


class Brief(_Part):
    """All that a writer needs. `today` is the day on which facts must hold."""

    title: Title
    segment: Segment | None = None
    facts: list[Fact] = Field(default_factory=list)
    forecast: Outlook | None = None
    brand: Annotated[Brand, BeforeValidator(without_nulls)] = Brand()
    goal: str = ""
    offer: str = ""
    language: Annotated[str, BeforeValidator(_language)] = ""
    territory: Annotated[str, BeforeValidator(_territory)] = ""
    relationship: Literal["", "paid", "gifted", "employee"] = ""
    past_copy: list[str] = Field(default_factory=list)
    today: Day

    @model_validator(mode="after")
    def _facts_have_names_of_their_own(self) -> Self:
        seen: set[str] = set()
        for fact in self.facts:
            if fact.id in seen:
                raise ValueError(f"the id {printable(fact.id, 40)!r} names two facts; give each its own")
            seen.add(fact.id)
        return self

    @property
    def day(self) -> dt.date:
        """Today, as a date."""
        if self.today is None:
            raise ValueError("a brief without a day was not read by briefs.read")
        return self.today

    def all_facts(self) -> list[Fact]:
        """Every fact, those of the title's own row included, by id."""
        return sorted([*self.facts, *self.title.known()], key=lambda fact: fact.id)

    def live_facts(self) -> list[Fact]:
        """The facts that hold today, in this brief's territory, under no embargo: those that copy may use."""
        return [fact for fact in self.all_facts() if not self.why_not(fact)]

    def why_not(self, fact: Fact) -> str:
        """Why `fact` supports nothing here, in words; empty when it does."""
        if fact.title and self.title.title and fact.title not in (self.title.title, self.title.name):
            return "is about another title"
        return fact.why_not(self.day, self.territory)

    def content(self) -> dict[str, Any]:
        """The brief as the JSON object that BRIEF.json holds; what is unknown is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def digest(self) -> str:
        """SHA-256 of the canonical form: keys and facts in order, so that how it was written does not matter."""
        content = self.content()
        content["facts"] = sorted(content.get("facts", []), key=lambda fact: str(fact.get("id", "")))
        told = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()

    def essence(self) -> str:
        """A digest of all that shapes words: briefs of one essence are written alike, and need not be again.

        The day counts only for what holds on it, a forecast for where it goes, a segment for what tells it apart:
        their numbers change with every import, and the same words would be written again each morning.
        """
        content = self.content()
        content.pop("today", None)
        if self.forecast:
            content["forecast"] = self.forecast.direction
        if self.segment:
            told_apart = [each.get("trait") if isinstance(each, dict) else each for each in self.segment.traits]
            content["segment"] = [self.segment.segment, self.segment.name, self.segment.label, told_apart]
        content["facts"] = sorted(content.get("facts", []), key=lambda fact: str(fact.get("id", "")))
        release = self.title.release_date
        state = None if release is None else (release > self.day) - (release < self.day)
        live = [fact.id for fact in self.live_facts()]
        told = json.dumps([content, state, live], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()


def read(data: bytes, *, today: dt.date) -> tuple[Brief, list[str]]:
    """The brief in the bytes of a BRIEF.json, and warnings about fields we do not know.

    `today` is the day where the brief names none.

    Raises:
        InputError: it is no JSON object or no brief; every fault is told.
    """
    return parse(documents.read_object(data, "brief"), today=today)


def parse(content: dict[str, Any], *, today: dt.date) -> tuple[Brief, list[str]]:
    """The brief in a JSON object, and warnings about fields we do not know.

    Raises:
        InputError: it is no brief; every fault is told.
    """
    content = content if content.get("today") else content | {"today": today}
    brief = documents.validate(Brief, content, "brief", REMEDY, door.brief_faults(content))
    unknown = sorted(set(_unknown(brief, "")))
    if not unknown:
        return brief, []
    named = ", ".join(printable(name) for name in unknown[:10]) + (" ..." if len(unknown) > 10 else "")
    return brief, [f"The brief has fields that nothing reads: {named}. They are kept."]


def _unknown(part: BaseModel, place: str) -> Iterator[str]:
    yield from (place + name for name in part.model_extra or {})
    for name in type(part).model_fields:
        value = getattr(part, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                yield from _unknown(each, f"{place}{name}.")
