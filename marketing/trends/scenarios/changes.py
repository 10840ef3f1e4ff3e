"""A scenario: what is to be thought otherwise than the forecast has it. It is only the question, as plain JSON."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from marketing.errors import SHOWN_FAULTS, InputError, printable
from marketing.trends.events.kinds import kind_of
from marketing.trends.wording import article, day

Text = Annotated[str, Field(min_length=1, max_length=300)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Move(_Part):
    """An event ahead takes place on another day, as long as planned and as strong."""

    change: Literal["move"] = "move"
    event: Text
    date: dt.date
    to: dt.date

    def did(self, today: dt.date | None = None) -> str:
        """The change in a few words: "Trailer 2 moved to 5 December"."""
        return f"{printable(self.event)} moved to {day(self.to, today or self.to)}"


class Drop(_Part):
    """An event ahead does not take place."""

    change: Literal["drop"] = "drop"
    event: Text
    date: dt.date

    def did(self, today: dt.date | None = None) -> str:
        """The change in a few words: "Trailer 2 of 28 November left out"."""
        return f"{printable(self.event)} of {day(self.date, today or self.date)} left out"


class Add(_Part):
    """An event of a kind more; with `strength` 2 it brings twice what such events bring on average."""

    change: Literal["add"] = "add"
    kind: Text
    date: dt.date
    end_date: dt.date | None = None
    strength: float = Field(1.0, ge=0, le=20)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_date is not None and self.end_date < self.date:
            raise ValueError("expected an end_date not before date")
        return self

    def did(self, today: dt.date | None = None) -> str:
        """The change in a few words: "a campaign from 1 December to 14 December at 1.5 times the usual strength"."""
        first = day(self.date, today or self.date)
        lasts = self.end_date is not None and self.end_date > self.date
        when = f"from {first} to {day(self.end_date, today or self.date)}" if lasts and self.end_date else f"on {first}"
        strength = "" if self.strength == 1 else f" at {self.strength:g} times the usual strength"
        return f"{article(printable(kind_of(self.kind)))} {when}{strength}"


class Price(_Part):
    """A price change by what it does to the numbers, as someone judges it: `views` −0.05 is 5% fewer a day."""

    change: Literal["price"] = "price"
    views: float = Field(gt=-1, le=10)
    first: dt.date
    last: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError("expected a last day not before first")
        return self

    def did(self, today: dt.date | None = None) -> str:
        """The change in a few words: "a price that brings 5% fewer from 1 December"."""
        since = f"from {day(self.first, today or self.first)}"
        until = f" to {day(self.last, today or self.first)}" if self.last else ""
        size = f"{round(abs(self.views) * 100, 1):g}% {'more' if self.views > 0 else 'fewer'}"
        return f"a price that brings {size} {since}{until}"


Change = Annotated[Move | Drop | Add | Price, Field(discriminator="change")]


class Scenario(_Part):
    """Changes to what is ahead of one metric of one title, under a name. The forecast itself stays as it is."""

    title: Text
    metric: Text
    name: Text
    changes: tuple[Change, ...] = Field((), max_length=20)

    def content(self) -> dict[str, Any]:
        """The scenario as plain JSON values."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "Scenario":
        """The scenario that `content` of one holds.

        Raises:
            InputError: with every fault: its place, what was expected.
        """
        try:
            return cls.model_validate(dict(content))
        except ValidationError as error:
            told = [
                f"{'.'.join(map(str, e['loc'])) or 'scenario'}: {printable(e['msg'].removeprefix('Value error, '))}."
                for e in error.errors()
            ]
            more = [f"... and {len(told) - SHOWN_FAULTS:,} more."] if len(told) > SHOWN_FAULTS else []
            lines = ["The scenario cannot be used.", *told[:SHOWN_FAULTS], *more, "Correct it, or make it anew."]
            raise InputError("\n".join(lines)) from None
