"""The offline writer's own words: invitations and moods from the TOML files in `phrases/`, read once."""

import functools
import hashlib
import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

FOLDER = "phrases"
# What a title's kind, in anybody's words, asks of people; kinds not listed get the lines for any title.
MODES = {
    "watch": ("film", "movie", "series", "show", "tv", "television", "documentary", "miniseries", "anime", "season"),
    "play": ("game", "videogame", "dlc", "expansion"),
    "listen": ("album", "podcast", "music", "single", "song", "track", "ep", "audiobook", "radio", "mixtape"),
    "come": ("live", "event", "concert", "festival", "tour", "theatre", "theater", "gig", "exhibition", "musical"),
}
ANY = "any"


@dataclass(frozen=True)
class Moods:
    """Lines about the moment: headlines without a full stop, sentences with theirs."""

    headlines: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Phrases:
    """The lines of one mode: calls by state of release, moods for anyone, moods by angle."""

    calls: dict[str, tuple[str, ...]]
    moods: Moods
    angled: dict[str, Moods] = field(default_factory=dict)


@dataclass(frozen=True)
class Angle:
    """What a group's traits suggest: words by which it is found, appeals that lead, moods of the same name."""

    name: str
    match: tuple[str, ...]
    leads: tuple[str, ...]
    otherwise: str = ""


def mode(kind: str) -> str:
    """watch, play, listen, come or any: what a title of this kind asks for."""
    words = kind.casefold().replace("-", " ").split()
    # "live album" is listened to and "video game series" played: the last word that tells decides.
    for word in reversed(words):
        for name, kinds in MODES.items():
            if word in kinds or word.removesuffix("s") in kinds:
                return name
    return ANY


@functools.cache
def load(name: str) -> Phrases:
    """The lines of one mode."""
    content = _content(name)
    moods = content["moods"]
    return Phrases(
        calls={state: tuple(lines) for state, lines in content["calls"].items()},
        moods=_moods(moods),
        angled={angle: _moods(lines) for angle, lines in moods.items() if isinstance(lines, dict)},
    )


@functools.cache
def angles() -> tuple[Angle, ...]:
    """Every angle, in the file's order."""
    return tuple(
        Angle(name, tuple(a.get("match", ())), tuple(a["leads"]), a.get("otherwise", ""))
        for name, a in _content("angles").items()
        if isinstance(a, dict)
    )


def usual() -> tuple[str, ...]:
    """The order of appeals where nothing else is said."""
    return tuple(_content("angles")["usual"])


@functools.cache
def digest() -> str:
    """SHA-256 over every phrase file: other phrases make other drafts."""
    files = sorted(resources.files(__package__).joinpath(FOLDER).iterdir(), key=lambda file: file.name)
    return hashlib.sha256(b"".join(f.name.encode() + f.read_bytes() for f in files)).hexdigest()


@functools.cache
def _content(name: str) -> dict[str, Any]:
    file = resources.files(__package__).joinpath(FOLDER, f"{name}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _moods(table: dict[str, Any]) -> Moods:
    return Moods(tuple(table.get("headlines", ())), tuple(table.get("sentences", ())))
