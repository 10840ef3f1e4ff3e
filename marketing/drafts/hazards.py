"""What must not be hidden in a text: markup, formulas, placeholders, instructions to a machine, unseen characters."""

import functools
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Literal

import regex

Kind = Literal["markup", "formula", "placeholder", "instruction", "chatter", "hidden"]

_MARKUP = regex.compile(
    r"</?[A-Za-z][^<>]{0,300}+>?+|<!--|<!\[CDATA|<!DOCTYPE|<\?|&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|lt|gt|amp|quot|nbsp|apos);"
    r"|!?\[[^\[\]\n]{0,300}+\]\([^()\s]{0,500}+[^()\n]{0,100}+\)|```",
    regex.IGNORECASE,
)
_SCRIPT = regex.compile(
    r"\b(?:javascript|vbscript)\s{0,3}+:|\bdata:[a-z]++/[a-z0-9.+-]++[;,]|\bon(?:click|error|load|mouseover)\s{0,3}+=",
    regex.IGNORECASE,
)
# A cell that begins so is run by spreadsheets (OWASP, CSV injection); "+1 for the crew" and "@lumen" are none.
_FORMULA = regex.compile(
    r"\A[\s'\"]{0,8}+(?:=(?=[^\s=])"
    r"|[+\-@]\s{0,3}+(?:[A-Z][A-Z0-9.]*+\s{0,3}+\(|cmd\b|[0-9]++\s{0,3}+[-+*/^]\s{0,3}+(?:[0-9]|[A-Z]++\()))[^\n]*+"
    r"|\bDDE\s{0,3}+\(|cmd\s{0,3}+\|\s{0,3}+'",
    regex.IGNORECASE,
)
_PLACEHOLDER = regex.compile(
    r"\{\{[^{}\n]{0,100}+\}\}|\{[\w .:%-]{0,60}+\}|\$\{[^{}\n]{0,100}+\}|\[\[[^\[\]\n]{0,100}+\]\]"
    r"|%%[\w ]{1,40}+%%|%[A-Z_]{3,40}+%|(?<![0-9])%[sd](?!\w)|\*\|[A-Z_:]{1,40}+\|\*|<<[^<>\n]{1,60}+>>"
    r"|_{3,60}+|\bX{2}[/.]X{2}\b|[£$€]X{1,4}\b|\b(?:TODO|TBC|TBD|FIXME)\b"
)
_BRACKETED = regex.compile(r"\[(?P<inside>[^\[\]\n]{1,60}+)\]")
_JOINERS = "\u200c\u200d"
_EMOJI_BEFORE = regex.compile(r"[\p{Emoji}\uFE0F\u20E3\p{EMod}]")
_JOINING_SCRIPTS = regex.compile(
    r"[\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}"
    r"\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Mongolian}\p{Tibetan}\p{Myanmar}]"
)
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\u2800\ufff9\ufffa\ufffb")
_TAGS = range(0xE0020, 0xE0080)
_UNSEEN_RUN = regex.compile(
    r"[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


@dataclass(frozen=True)
class Hazard:
    """Something dangerous or left over, where it stands, and the text without it where that is plain."""

    kind: Kind
    start: int
    end: int
    instead: str = ""


def find(text: str) -> list[Hazard]:
    """Every hazard of a text, in order of place."""
    return list(_find(text))


@functools.lru_cache(maxsize=4096)
def _find(text: str) -> tuple[Hazard, ...]:
    found = [*_markup(text), *_formulas(text), *_placeholders(text), *_phrases(text), *_hidden(text)]
    return tuple(sorted(found, key=lambda hazard: (hazard.start, hazard.end, hazard.kind)))


def _markup(text: str) -> Iterator[Hazard]:
    for pattern in (_MARKUP, _SCRIPT):
        for match in pattern.finditer(text):
            if not (match[0].startswith("<") and len(match[0]) == 2 and match[0][1:].isdigit()):
                yield Hazard("markup", *match.span())


def _formulas(text: str) -> Iterator[Hazard]:
    for match in _FORMULA.finditer(text):
        yield Hazard("formula", *match.span())


def _placeholders(text: str) -> Iterator[Hazard]:
    for match in _PLACEHOLDER.finditer(text):
        yield Hazard("placeholder", *match.span())
    for match in _BRACKETED.finditer(text):
        inside = match["inside"].strip()
        if _begins_as_placeholder(inside) or (inside.isupper() and (" " in inside or "_" in inside)):
            yield Hazard("placeholder", *match.span())


def _begins_as_placeholder(inside: str) -> bool:
    first = inside.lower().split()[0] if inside.split() else ""
    return inside.lower() in _listed()["bracketed"] or first in ("insert", "your", "add")


@functools.cache
def _listed() -> dict[str, list[str]]:
    text = resources.files("marketing.drafts").joinpath("hazards.toml").read_text("utf-8")
    return tomllib.loads(text)


@functools.cache
def _pattern(kind: str) -> "regex.Pattern[str]":
    listed = sorted(_listed()[kind], key=lambda phrase: (-len(phrase), phrase))
    spelled = [r"\s{1,3}+".join(regex.escape(word).replace("'", "['’]") for word in each.split()) for each in listed]
    begin = {"labels": r"^\s{0,4}+", "instructions": ""}.get(kind, r"(?<!\w)")
    return regex.compile(rf"(?m){begin}(?:{'|'.join(spelled)})", regex.IGNORECASE)


def _phrases(text: str) -> Iterator[Hazard]:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("instructions", "instruction"),
        ("chatter", "chatter"),
        ("placeholders", "placeholder"),
        ("labels", "chatter"),
    )
    for listed, kind in kinds:
        for match in _pattern(listed).finditer(text):
            yield Hazard(kind, *match.span())


def _hidden(text: str) -> Iterator[Hazard]:
    """Runs between spaces that hold unseen characters, with the run as it reads without them."""
    reached = 0
    for match in _UNSEEN_RUN.finditer(text):
        if match.start() < reached or not _is_hidden(text, match.start()):
            continue
        start, end = _run_around(text, match.start())
        kept = "".join(c for at, c in enumerate(text[start:end], start) if not _is_hidden(text, at))
        yield Hazard("hidden", start, end, kept)
        reached = end


def _run_around(text: str, place: int, reach: int = 60) -> tuple[int, int]:
    start, end = place, place + 1
    while start > max(0, place - reach) and not text[start - 1].isspace():
        start -= 1
    while end < min(len(text), place + reach) and not text[end].isspace():
        end += 1
    return start, end


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    if character in "\n\r\t":
        return character == "\t" and place == 0
    before = text[place - 1] if place else ""
    if character in _JOINERS:
        after = text[place + 1 : place + 2]
        return not (_joins_script(before, after) or (character == "\u200d" and _joins_emoji(before, after)))
    if "\ufe00" <= character <= "\ufe0f":
        return not (character in "\ufe0e\ufe0f" and bool(_EMOJI_BEFORE.match(before))) and not _is_ideograph(before)
    if ord(character) in _TAGS:
        return not _in_flag(text, place)
    return (
        character in _UNSEEN
        or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _joins_script(before: str, after: str) -> bool:
    return bool(
        before and after and _JOINING_SCRIPTS.match(before) and (_JOINING_SCRIPTS.match(after) or not after.strip())
    )


def _joins_emoji(before: str, after: str) -> bool:
    return bool(
        before and after and _EMOJI_BEFORE.match(before) and _EMOJI_BEFORE.match(after) and not before.isdigit()
    )


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\u3000" <= character <= "\u303f"


def _in_flag(text: str, place: int) -> bool:
    """Whether a tag character belongs to a flag such as Scotland's: a black flag and at most six tags before it."""
    start = place
    while start and place - start < 8 and ord(text[start - 1]) in _TAGS:
        start -= 1
    return bool(start) and text[start - 1] == "\U0001f3f4"
