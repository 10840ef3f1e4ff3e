"""As people will see it: which lines of a draft a channel shows, in which order, and where it cuts them off.

Plain data for a page: words, order and cut-off, no markup and nothing of a platform's type.
"""

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import regex

from marketing.drafts.channels import Channel, Slot
from marketing.settings import Brand

Role = Literal["label", "name", "address", "title", "text", "hidden"]


@dataclass(frozen=True)
class Piece:
    """A line in its place; `rest` is what people see only when they ask for more."""

    role: Role
    text: str
    rest: str = ""


@dataclass(frozen=True)
class Preview:
    """One view of a draft. `unseen` lines are handed to the platform and not in this view."""

    shown: tuple[Piece, ...]
    unseen: tuple[Piece, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Place:
    """Where a slot's lines stand: the first `most`, joined by `joint` where that is given, cut after `cut`."""

    slot: str
    role: Role
    most: int = 1
    joint: str | None = None
    cut: int = 0  # in the slot's units; 0 is the slot's soft limit


@dataclass(frozen=True)
class Layout:
    """What stands above the words, and the words' places in reading order."""

    above: tuple[Role, ...]
    places: tuple[Place, ...]
    label: str = ""
    note: str = ""


LAYOUTS: dict[str, Layout] = {
    "google_rsa": Layout(
        ("label", "name", "address"),
        (Place("headline", "title", 3, " – "), Place("description", "text", 2, " ")),
        "Sponsored",
        "Google puts together up to three headlines and two descriptions; this is one of the ways.",
    ),
    "meta_feed_ad": Layout(
        ("name", "label"),
        (Place("primary_text", "text"), Place("headline", "title"), Place("description", "text")),
        "Sponsored",
        "Meta chooses among the lines of each slot; this shows the first of each.",
    ),
    "instagram_post": Layout(
        ("name",),
        (Place("caption", "text"), Place("alt_text", "hidden")),
        note="The description of the picture is read out, not shown.",
    ),
    "x_post": Layout(
        ("name",),
        (Place("text", "text"), Place("text_premium", "text", cut=280), Place("alt_text", "hidden")),
    ),
    "email": Layout(
        ("name",),
        (Place("subject", "title"), Place("preheader", "text"), Place("body", "text", joint="\n\n")),
        note="Mail programs on phones cut the subject and the line after it where it is marked.",
    ),
}


def preview(slots: Mapping[str, Sequence[str]], channel: Channel, brand: Brand, url: str = "") -> Preview:
    """The words of `slots` as `channel` shows them; `url` is where they lead to.

    A channel without a layout of its own shows every slot in the order of its file.
    """
    layout = LAYOUTS.get(channel.id) or _plain(channel)
    words = {slot: [line for line in lines if line.strip()] for slot, lines in slots.items()}
    fixed = {"label": layout.label, "name": brand.name, "address": _address(url, words.get("path", []))}
    shown = [Piece(role, fixed[role]) for role in layout.above if fixed[role]]
    unseen = []
    for place in layout.places:
        lines, slot = words.get(place.slot, []), channel.slots.get(place.slot)
        first = lines[: place.most]
        if place.joint is not None and len(first) > 1:
            first = [place.joint.join(first)]
        shown += [Piece(place.role, *_cut(line, slot, place.cut)) for line in first]
        unseen += [Piece(place.role, line) for line in lines[place.most :]]
    return Preview(tuple(shown), tuple(unseen), layout.note)


def _plain(channel: Channel) -> Layout:
    return Layout(("name",), tuple(Place(slot.name, "text", slot.items[1]) for slot in channel.slots.values()))


def _address(url: str, path: Sequence[str]) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.") if "://" in url else ""
    return " › ".join([host, *path]) if host else ""


def _cut(text: str, slot: Slot | None, cut: int) -> tuple[str, str]:
    """`text` up to the limit, at the end of a word where there is one, and the rest."""
    limit = cut or (slot.soft if slot else 0)
    if slot is None or not limit or slot.length(text) <= limit:
        return text, ""
    for ends in (regex.finditer(r"\S(?=\s)", text), regex.finditer(r"\X", text)):  # words, then whole characters
        places = [match.end() for match in ends]
        fitting = bisect.bisect_right(places, limit, key=lambda end: slot.length(text[:end]))
        if fitting:
            end = places[fitting - 1]
            return text[:end], text[end:].lstrip()
    return "", text
