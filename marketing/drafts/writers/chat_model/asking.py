"""What a chat model is asked: the prompts as they lie in files, and a brief as data that cannot give orders."""

import functools
import hashlib
import json
from importlib import resources
from typing import Any

from marketing.drafts.briefs import Brief
from marketing.drafts.channels import Channel
from marketing.drafts.copy import Copy, Problem
from marketing.drafts.writers import WriteRequest

PACKAGE, FOLDER = "marketing.drafts", "prompts"
PROMPTS = ("write", "brief", "mend", "repair")
ALWAYS = ("an open invitation", "the mood of the moment", "curiosity")  # appeals that need no fact
APPEALS = {
    "premise": "what it is about",
    "cast": "the people in it and behind it",
    "award": "what it won or was nominated for",
    "quote": "what was written about it",
    "number": "a telling number",
    "date": "the date",
    "offer": "the offer",
}
UNITS = {
    "chars": "characters",
    "width2": "characters, East Asian wide ones counting twice",
    "x_weighted": "characters as X weighs them (an address counts 23)",
    "utf8_bytes": "bytes of UTF-8",
    "words": "words",
    "seconds": "seconds read aloud",
}


@functools.cache
def prompt(name: str) -> str:
    """The words of one prompt file."""
    return resources.files(PACKAGE).joinpath(FOLDER, f"{name}.txt").read_text("utf-8").strip()


@functools.cache
def digest() -> str:
    """SHA-256 over every prompt: other prompts make other drafts."""
    return hashlib.sha256("\x00".join(f"{name}\x00{prompt(name)}" for name in PROMPTS).encode()).hexdigest()


def values(request: WriteRequest) -> dict[str, str]:
    """What fills the prompts for one request."""
    filled = {
        "brief": data(told(request.brief)),
        "channel": data(described(request.channel)),
        "variant": str(request.variant),
        "appeal": appeal(request.brief, request.variant),
    }
    if request.previous is not None:
        filled["lines"] = data(request.previous.slots)
        filled["problems"] = data(_problems(request.previous, request.problems))
    return filled


def appeal(brief: Brief, variant: int) -> str:
    """The appeal that this variant leads with: another for each, as far as facts and invitations go."""
    kinds = [kind for kind in APPEALS if any(fact.kind == kind for fact in brief.live_facts())]
    choices = [*(APPEALS[kind] for kind in kinds), *ALWAYS]
    return choices[(variant - 1) % len(choices)]


def told(brief: Brief) -> dict[str, Any]:
    """What a chat model may know: live facts, the title, and the group in aggregate, without its name or ages."""
    title = brief.title
    known: dict[str, Any] = {
        "title": {
            "name": title.called,
            **{key: getattr(title, key) for key in ("kind", "genre", "rating", "ratings", "url", "spoilers")},
        },
        "facts": [
            {"id": fact.id, "kind": fact.kind, "text": fact.text, "source": fact.source} for fact in brief.live_facts()
        ],
        "release": _release(brief),
        "segment": {"traits": [_trait(trait) for trait in brief.segment.traits]} if brief.segment else {},
        "brand": brief.brand.model_dump(mode="json", exclude_defaults=True),
        "outlook": brief.forecast.direction if brief.forecast else "",
        "past_copy": brief.past_copy,
    }
    known |= {key: getattr(brief, key) for key in ("goal", "offer", "language", "territory", "relationship")}
    known["today"] = str(brief.day)
    return {key: value for key, value in known.items() if value}


def described(channel: Channel) -> dict[str, Any]:
    """A channel's slots and rules, in words that need no knowledge of our files."""
    slots = {}
    for slot in channel.slots.values():
        least, most = slot.items
        limits = {
            "lines_at_least": least,
            "lines_at_most": most if most < 100 else None,
            "length_at_most": slot.max,
            "length_advised": slot.soft,
            "counted_in": UNITS.get(slot.count, slot.count),
            "note": slot.note,
        }
        slots[slot.name] = {key: value for key, value in limits.items() if value}
    return {"name": channel.name, "slots": slots, "rules": channel.rules, "note": channel.note}


def data(content: Any) -> str:
    """`content` as JSON in which no text can end the element that encloses it."""
    written = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    safe = written.replace("<", "\\u003c").replace(">", "\\u003e")
    return safe.encode("utf-8", "backslashreplace").decode()


def _release(brief: Brief) -> str:
    day = brief.title.release_date
    if day is None:
        return "unknown: say neither that it is out nor that it is to come"
    return "to come" if day > brief.day else "out"


def _trait(trait: Any) -> Any:
    return {key: trait[key] for key in ("trait", "lift") if key in trait} if isinstance(trait, dict) else str(trait)


def _problems(copy: Copy, problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return [
        {
            "slot": problem.slot,
            "line": copy.line(problem.slot, problem.index),
            "problem": problem.message,
            "instead": problem.suggestion,
        }
        for problem in problems
    ]
