"""What a brief or copy may not be, before anything is made of it: endless, or with names that nobody can trust.

Facts and lines of copy may hold anything else: what is wrong in them is a problem to tell, by the checks.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marketing.errors import STEERING

NAME_LIMIT = 300  # characters of a name; what is longer is none
FACT_LIMIT = 5_000  # of a fact, and of any other text that a writer reads
LINE_LIMIT = 100_000  # of a line of copy; the longest slot there is takes 63,206
LINES_LIMIT = 1_000  # of a slot
NAMES = (("title", "title"), ("title", "name"), ("segment", "segment"), ("segment", "name"), ("brand", "name"))
PATH = re.compile(r"(^|[/\\])\.{1,2}([/\\]|$)|^[/\\]|^[A-Za-z]:[/\\]|\\")
UNSEEN = re.compile(rf"{STEERING.pattern}|[\n\t]")
SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):(?!\d)")


def brief_faults(content: Mapping[str, Any]) -> list[str]:
    """What is wrong with a BRIEF.json that its form does not tell."""
    return [*_names(content), *_texts(content), *_address(content)]


def copy_faults(slots: Any) -> list[str]:
    """Slots of more lines, or lines of more characters, than any copy has."""
    if not isinstance(slots, Mapping):
        return []
    return [fault for slot, lines in slots.items() if isinstance(lines, list) for fault in _lines(str(slot), lines)]


def _lines(slot: str, lines: list[Any]) -> Iterator[str]:
    if len(lines) > LINES_LIMIT:
        yield f"slots.{slot}: {len(lines):,} lines, at most {LINES_LIMIT:,}"
    for index, line in enumerate(lines):
        if isinstance(line, str) and len(line) > LINE_LIMIT:
            yield f"slots.{slot}.{index}: {len(line):,} characters, at most {LINE_LIMIT:,}"


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    return part if isinstance(part, Mapping) else {}


def _names(content: Mapping[str, Any]) -> Iterator[str]:
    for part, field in NAMES:
        name = _part(content, part).get(field)
        if not isinstance(name, str):
            continue
        if len(name) > NAME_LIMIT:
            yield f"{part}.{field}: {len(name):,} characters are no name; at most {NAME_LIMIT}"
        if part == "title" and UNSEEN.search(name):
            yield f"{part}.{field}: it holds characters that nobody sees, or that turn the line; take them out"
        if part == field and PATH.search(name):
            yield f"{part}.{field}: it is a path, expected an id"


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    facts = content.get("facts")
    texts = [(f"facts.{i}.text", _part({"fact": fact}, "fact").get("text")) for i, fact in enumerate(_listed(facts))]
    texts += [(f"facts.{i}.id", _part({"fact": fact}, "fact").get("id")) for i, fact in enumerate(_listed(facts))]
    texts += [(f"title.{name}", _part(content, "title").get(name)) for name in ("synopsis", "genre", "url", "kind")]
    texts += [(f"segment.{name}", _part(content, "segment").get(name)) for name in ("description", "label")]
    texts += [(name, content.get(name)) for name in ("goal", "offer")]
    for place, text in texts:
        if isinstance(text, str) and len(text) > FACT_LIMIT:
            yield f"{place}: {len(text):,} characters, at most {FACT_LIMIT:,}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _address(content: Mapping[str, Any]) -> Iterator[str]:
    url = _part(content, "title").get("url")
    scheme = SCHEME.match(url) if isinstance(url, str) else None
    if scheme and scheme[1].lower() not in ("http", "https"):
        yield "title.url: expected an address that begins with https:// or http://"
    elif isinstance(url, str) and STEERING.search(url):
        yield "title.url: it holds characters that nobody sees; take them out"
