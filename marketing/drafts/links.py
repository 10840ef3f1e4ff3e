"""The addresses in a text, with or without a scheme."""

import bisect
import functools
from dataclasses import dataclass
from importlib import resources

import regex

# A run of dotted labels, taken whole (possessive), so that hostile runs of dots cost one pass.
_HOST = regex.compile(r"(?<![\w.-])[\w-]++(?:\.[\w-]++)++(?![\w-])")
_BEFORE = regex.compile(r"(?:(?P<scheme>\bhttps?|\bftp)://)?(?:(?P<user>[^\s/@<>\"'()]{1,100})@)?$", regex.IGNORECASE)
_AFTER = regex.compile(r"(?::\d{1,5}+(?!\d))?+(?:[/?#][^\s<>\"“”«»]*+)?+")
_BARE_SCHEME = regex.compile(
    r"\b(?P<scheme>https?|ftp|file|javascript|vbscript|data|mailto|tel|sms):\S++", regex.IGNORECASE
)
_CLOSERS = ".,;:!?…'\")]}*_’"  # at the end of an address they belong to the sentence
LOOK_BACK = 140  # characters before a host in which its scheme and user part stand
RESERVED = frozenset({"example", "test", "invalid", "localhost"})  # RFC 2606, met in samples


@dataclass(frozen=True)
class Link:
    """An address: where it stands, and its parts. `scheme` and `user` are empty where the text has none."""

    start: int
    end: int
    text: str
    host: str
    scheme: str = ""
    user: str = ""


@functools.cache
def top_level_domains() -> frozenset[str]:
    """The endings that make a dotted word an address."""
    text = resources.files("marketing.drafts").joinpath("top_level_domains.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def find(text: str) -> list[Link]:
    """Every address in `text`, in order, none within another."""
    found: list[Link] = []
    others: list[Link] = []
    for match in _HOST.finditer(text):
        if not found or match.start() >= found[-1].end:
            link = _around(text, match.start(), match.end())
            if link is not None and (not found or link.start >= found[-1].end):
                found.append(link)
    for match in _BARE_SCHEME.finditer(text):
        start, end = match.span()
        if not _overlaps(found, start, end):
            end = start + len(match[0].rstrip(_CLOSERS))
            others.append(Link(start, end, text[start:end], "", match["scheme"].lower()))
    return sorted([*found, *others], key=lambda link: link.start)


def _overlaps(found: list[Link], start: int, end: int) -> bool:
    """Whether one of `found`, which are in order of place, stands on a character from `start` to `end`."""
    place = bisect.bisect_left(found, end, key=lambda link: link.start)
    return place > 0 and found[place - 1].end > start


def _around(text: str, start: int, end: int) -> Link | None:
    joined = text[start - 1 : start] in ("@", "/")
    before = _BEFORE.search(text[max(0, start - LOOK_BACK) : start]) if joined else None
    scheme = ((before["scheme"] if before else "") or "").lower()
    user = (before["user"] if before else "") or ""
    host = text[start:end]
    if not scheme and not _is_host(host):
        return None
    opening = start - len(before[0]) if before else start
    after = _AFTER.match(text, end)
    closing = end + len(after[0].rstrip(_CLOSERS) if after else "")
    return Link(opening, closing, text[opening:closing], host.lower(), scheme, user)


def _is_host(host: str) -> bool:
    """Whether a dotted word with no scheme is an address: example.com, 10.0.0.1, not "e.g" or "Night.Then"."""
    labels = host.split(".")
    if is_ip(host):
        return True
    ending = labels[-1]
    if ending != ending.lower() and host != host.upper():
        return False  # "over.In" is a missing space
    return (ending.lower() in top_level_domains() or ending.lower() in RESERVED) and not labels[-2].isdigit()


def is_ip(host: str) -> bool:
    """Whether `host` is four numbers of a byte each."""
    labels = host.split(".")
    return len(labels) == 4 and all(p.isascii() and p.isdigit() and len(p) < 4 and int(p) < 256 for p in labels)


def within(host: str, domains: tuple[str, ...]) -> bool:
    """Whether `host` is one of `domains` or below one."""
    host = host.rstrip(".").casefold()
    for domain in domains:
        own = domain.strip().casefold().removeprefix("https://").removeprefix("http://").partition("/")[0]
        own = own.removeprefix("www.").rstrip(".")
        if own and (host == own or host.endswith("." + own)):
            return True
    return False
