"""Copy, Claim, Problem: the words by slot, what they claim, what is wrong with them."""

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

from marketing.drafts import documents, door
from marketing.titles import without_nulls

Severity = Literal["block", "warn"]


class Claim(BaseModel):
    """A statement in copy and the id of the fact that bears it out."""

    model_config = ConfigDict(frozen=True)

    slot: str
    index: NonNegativeInt = 0
    text: str
    fact: str


class Copy(BaseModel):
    """The words of one draft: lines by slot, and the claims in them."""

    model_config = ConfigDict(frozen=True)

    slots: dict[str, list[str]]
    claims: list[Claim] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return without_nulls(value)

    def lines(self) -> list[tuple[str, int, str]]:
        """Every line with its slot and its place in it."""
        return [(slot, index, text) for slot, lines in self.slots.items() for index, text in enumerate(lines)]

    def line(self, slot: str, index: int) -> str:
        """The line at that place; empty where there is none."""
        lines = self.slots.get(slot, [])
        return lines[index] if 0 <= index < len(lines) else ""

    def digest(self) -> str:
        """SHA-256 of the words: slots by name, lines in order. Claims do not change the words."""
        told = json.dumps(self.slots, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()


class Problem(BaseModel):
    """What is wrong with a line, by which rule, and what would mend it.

    `span` counts code points of the line at `slot` and `index`, end excluded; where a line is missing it is
    (0, 0). `suggestion` is the wording that would mend the marked words, or empty.
    """

    model_config = ConfigDict(frozen=True)

    check: str
    severity: Severity
    slot: str
    index: int = 0
    span: tuple[int, int] = (0, 0)
    message: str
    suggestion: str = ""

    @property
    def blocks(self) -> bool:
        """Whether copy with this problem may not leave."""
        return self.severity == "block"


def read(data: bytes) -> Copy:
    """The copy in the bytes of a COPY.json, or of a draft's JSON, whose copy it takes.

    Raises:
        InputError: it is no JSON object or no copy; every fault is told.
    """
    content = documents.read_object(data, "copy")
    return parse(content)


def parse(content: dict[str, Any], what: str = "copy") -> Copy:
    """The copy in a JSON object.

    Raises:
        InputError: it is no copy; every fault is told.
    """
    if "slots" not in content and isinstance(content.get("copy"), dict):
        content = content["copy"]
    faults = door.copy_faults(content.get("slots"))
    return documents.validate(Copy, content, what, 'Copy looks so: {"slots": {"headline": ["..."]}}.', faults)
