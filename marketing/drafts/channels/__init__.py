"""Channels: where copy is published. A channel is data with a source, one TOML file each.

A workspace adds channels of its own, or overrides one of ours, by a folder of such files. The form::

    name = "Google search ad"
    kind = "ad"                      # ad, post, crm, store, script, pr
    confidence = "official"          # how far to trust the numbers: CONFIDENCES below
    checked = 2026-11-23             # the day on which the sources were read
    source = ["https://..."]
    note = "what a number cannot say"

    [rules]                          # read by the checks that know them
    unique_items = true

    [slots.headline]
    items = [3, 15]                  # at least and at most so many lines
    max = 30                         # refused above; 0 means that nothing is published
    soft = 27                        # cut off or advised against above
    safe = 20                        # fits everywhere
    min = 2                          # advised at least
    count = "width2"                 # a way of counting.py
    needs = ["description"]          # slots that must be filled when this one is
    confidence = "derived"           # where it differs from the channel's
    rules = { soft_ucs2 = 70 }       # what only this slot has
"""

import datetime as dt
import functools
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, field_validator, model_validator

from marketing import catalog
from marketing.drafts import documents
from marketing.drafts.channels import counting
from marketing.errors import InputError

Kind = Literal["ad", "post", "crm", "store", "script", "pr"]
# official: the platform's own page; mirror: a copy of one; vendor: a tool that calls the interface; secondary: a
# guide; practice: custom; derived: arithmetic on another row.
Confidence = Literal["official", "mirror", "vendor", "secondary", "practice", "derived"]
UNSURE = ("practice", "derived")  # limits that warn and do not block
OWN = "channels"  # the folder of a workspace in which it has channels of its own
ANY = 1_000  # lines; "as many as you like", where a file gives no number

Rule = bool | int | float | str | list[str]


class Slot(BaseModel):
    """A kind of text in a channel and what the platform allows there. Limits are in units of `count`; 0 is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    items: tuple[NonNegativeInt, NonNegativeInt] = (0, ANY)
    max: NonNegativeInt = 0
    soft: NonNegativeInt = 0
    min: NonNegativeInt = 0
    safe: NonNegativeInt = 0
    count: str = "chars"
    needs: tuple[str, ...] = ()
    confidence: Confidence
    rules: dict[str, Rule] = Field(default_factory=dict)
    note: str = ""

    @field_validator("count")
    @classmethod
    def _is_a_way_of_counting(cls, value: str) -> str:
        if value not in counting.WAYS:
            raise ValueError(f"expected one of {', '.join(sorted(counting.WAYS))}, found {value!r}")
        return value

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        if self.items[0] > self.items[1]:
            raise ValueError(f"items: at least {self.items[0]} is more than at most {self.items[1]}")
        if self.max and self.soft > self.max:
            raise ValueError(f"soft {self.soft} is over max {self.max}")
        if self.max and self.min > self.max:
            raise ValueError(f"min {self.min} is over max {self.max}")
        return self

    @property
    def required(self) -> bool:
        """Whether copy without this slot is unfinished."""
        return self.items[0] > 0

    def length(self, text: str) -> int:
        """How long `text` is here."""
        return counting.length(text, self.count)


class Channel(BaseModel):
    """A place to publish."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    kind: Kind
    slots: dict[str, Slot] = Field(min_length=1)
    rules: dict[str, Rule] = Field(default_factory=dict)
    source: tuple[str, ...] = Field(min_length=1)
    checked: dt.date
    confidence: Confidence
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _slots_know_their_names(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("slots"), dict):
            return value
        inherited = {"confidence": value["confidence"]} if "confidence" in value else {}
        slots = {n: inherited | s | {"name": n} if isinstance(s, dict) else s for n, s in value["slots"].items()}
        return value | {"slots": slots}

    @model_validator(mode="after")
    def _needs_are_slots(self) -> Self:
        for slot in self.slots.values():
            for needed in slot.needs:
                if needed not in self.slots:
                    raise ValueError(f"slots.{slot.name}.needs: there is no slot {needed!r}")
        return self

    @property
    def cited(self) -> str:
        """The first source, short enough to stand in a message."""
        return self.source[0].split()[0].removeprefix("https://")


def names(extra_folder: Path | None = None) -> list[str]:
    """The channels there are, sorted; with those of `extra_folder` (a workspace's own)."""
    return sorted({*catalog.names(__name__, ".toml"), *_own(extra_folder)})


def load(channel: str, extra_folder: Path | None = None) -> Channel:
    """One channel; a file in `extra_folder` goes before ours of the same name.

    Raises:
        MissingError: there is no such channel; the message lists those there are.
        InputError: its file holds what no channel can be; the message says file and field.
    """
    own = _own(extra_folder)
    if channel in own:
        return _read(channel, own[channel].read_bytes(), own[channel].name)
    catalog.require(channel, names(extra_folder), "channels")
    return _ours(channel)


@functools.cache
def _ours(channel: str) -> Channel:
    file = f"{channel}.toml"
    return _read(channel, resources.files(__name__).joinpath(file).read_bytes(), file)


def _own(folder: Path | None) -> dict[str, Path]:
    if folder is None or not folder.is_dir():
        return {}
    return {path.stem: path for path in sorted(folder.glob("*.toml")) if not path.name.startswith("_")}


def _read(channel: str, data: bytes, file: str) -> Channel:
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"The channel file {file} is no TOML: {error}. Correct it.") from error
    return documents.validate(Channel, content | {"id": channel}, f"channel file {file}", "")
