"""How long a text is, as each platform counts. Every way takes time in proportion to the text."""

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import regex

from marketing.drafts.channels import addresses

WORDS_PER_SECOND = 2.5  # an unhurried read, as radio scripts are timed
X_ADDRESS = MASTODON_ADDRESS = 23
# twitter-text, config/v3.json: these ranges weigh 1, all else 2, an emoji 2.
X_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
# Emoji sequences, UTS #51 (ED-16): flags, keycaps, tags, skin tones, joined ones; a character that is shown as
# text unless a selector follows (ED-7: copyright sign, digits) is none by itself.
_ONE = (
    r"(?:\p{RI}\p{RI}|[#*0-9]\uFE0F?\u20E3"
    r"|(?!\p{RI})(?:(?![#*0-9©®])\p{Emoji}(?!\uFE0E)|[©®](?=\uFE0F))(?:\p{EMod}|\uFE0F)?"
    r"(?:[\U000E0020-\U000E007E]{1,16}+\U000E007F)?)"
)
EMOJI = regex.compile(rf"{_ONE}(?:\u200D{_ONE})*+")
LINKEDIN_ESCAPED = frozenset("\\|{}@[]()<>#*_~")  # LinkedIn's Posts API, "little text"
MASTODON_REMOTE = regex.compile(
    r"(?<![\w/])(@[A-Za-z0-9_]++(?:[.-][A-Za-z0-9_]++)*+)@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++"
)
# GSM 03.38, basic table; the extension's characters take an escape and count 2.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
GSM_PART, UCS2_PART = (160, 153), (70, 67)  # alone, and each of several


@dataclass(frozen=True)
class Sms:
    """What an SMS weighs: `units` of 7 bits, or of 16 when one character is not in GSM's table."""

    encoding: str
    units: int
    parts: int


def length(text: str, way: str) -> int:
    """How long `text` is in the units of that way of counting, one of `WAYS`."""
    return WAYS[way](text)


def chars(text: str) -> int:
    """Code points after NFC."""
    return len(unicodedata.normalize("NFC", text))


def width2(text: str) -> int:
    """Code points after NFC, East Asian wide and full-width ones twice (Google Ads, TikTok)."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii():
        return len(composed)
    return len(composed) + sum(unicodedata.east_asian_width(c) in "WF" for c in composed)


def x_weighted(text: str) -> int:
    """X's weighted length: addresses 23, emoji 2, code points 1 or 2 (twitter-text, configuration 3)."""
    composed = unicodedata.normalize("NFC", text)
    total, position = 0, 0
    for start, end in addresses.x_addresses(composed):
        total += _x_weight(composed[position:start]) + X_ADDRESS
        position = end
    return total + _x_weight(composed[position:])


def _x_weight(text: str) -> int:
    if text.isascii() and "\u20e3" not in text:
        return len(text)
    bare, emoji = EMOJI.subn("", text)
    return 2 * emoji + sum(1 if any(low <= ord(c) <= high for low, high in X_LIGHT) else 2 for c in bare)


def graphemes(text: str) -> int:
    """Extended grapheme clusters: what a reader calls characters."""
    return len(regex.findall(r"\X", text))


def utf8_bytes(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16(text: str) -> int:
    """UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def linkedin(text: str) -> int:
    """Code points, and one more for each character that LinkedIn's interface wants escaped."""
    return len(text) + sum(c in LINKEDIN_ESCAPED for c in text)


def mastodon(text: str) -> int:
    """Code points; an address with a scheme counts 23, and of @user@host only @user counts."""
    total, position = 0, 0
    for start, end in addresses.web_addresses(text):
        total += _without_hosts(text[position:start]) + MASTODON_ADDRESS
        position = end
    return total + _without_hosts(text[position:])


def _without_hosts(text: str) -> int:
    return len(MASTODON_REMOTE.sub(r"\1", text))


def sms(text: str) -> int:
    """Units of an SMS: 7-bit ones, or UTF-16 ones when it needs UCS-2."""
    return weigh_sms(text).units


def weigh_sms(text: str) -> Sms:
    """The encoding, units and parts of an SMS. No part splits an escaped or a surrogate pair."""
    if all(c in GSM or c in GSM_EXTENSION for c in text):
        return _parts("GSM-7", [1 + (c in GSM_EXTENSION) for c in text], GSM_PART)
    return _parts("UCS-2", [1 + (c > "\uffff") for c in text], UCS2_PART)


def _parts(encoding: str, sizes: list[int], limits: tuple[int, int]) -> Sms:
    units = sum(sizes)
    if units <= limits[0]:
        return Sms(encoding, units, 1)
    parts, room = 1, limits[1]
    for size in sizes:
        if size > room:
            parts, room = parts + 1, limits[1]
        room -= size
    return Sms(encoding, units, parts)


def words(text: str) -> int:
    """Words as they are spoken: runs between spaces that hold a letter or a digit."""
    return sum(any(c.isalnum() for c in word) for word in text.split())


def seconds(text: str) -> int:
    """Whole seconds, rounded up: of a duration ("6", "5.5 s", "0:06"), or of reading the text aloud."""
    duration = _DURATION.fullmatch(text.strip())
    if duration is None:
        return math.ceil(words(text) / WORDS_PER_SECOND)
    minutes, secs = int(duration["minutes"] or 0), float(duration["seconds"])
    return 60 * minutes + math.ceil(secs)


_DURATION = regex.compile(
    r"(?:(?P<minutes>[0-9]{1,4}):)?(?P<seconds>[0-9]{1,6}(?:\.[0-9]{1,3})?)\s{0,3}(?:s|sec|secs|seconds?)?"
)

WAYS: dict[str, Callable[[str], int]] = {
    way.__name__: way
    for way in (chars, width2, x_weighted, graphemes, utf8_bytes, utf16, linkedin, mastodon, sms, words, seconds)
}
