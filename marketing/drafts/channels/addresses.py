"""The addresses in a post as X and Mastodon find them, for counting each as 23.

X: twitter-text's rules. An address ends in a known top-level domain, with or without a scheme; without one, its
host is plain ASCII and does not follow a letter, a digit or one of @ $ # - _ . /
Mastodon: an address has a scheme.
"""

from collections.abc import Iterator

import regex

from marketing.drafts import links

_X_HOST = regex.compile(r"[^\s\p{P}\p{S}\p{C}]++(?:[-_.][^\s\p{P}\p{S}\p{C}]++)++")
_SCHEME = regex.compile(r"(?:^|[^A-Za-z0-9@＠$#＃])(https?://)$", regex.IGNORECASE)
_LATIN = r"\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_IN_PATH = rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN}]"
_PARENS = rf"\((?:[a-z0-9!*';:=+,.$/%#\[\]\-_~@|&{_LATIN}]|\([^()\s]{{0,200}}\))*+\)"
_PATH = regex.compile(rf"/(?:{_IN_PATH}|{_PARENS})*+", regex.IGNORECASE)
_QUERY = regex.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*+", regex.IGNORECASE)
_PORT = regex.compile(r":[0-9]++")
_PATH_END = regex.compile(rf"[+\-a-z\u0400-\u04ff0-9=_#/{_LATIN})]", regex.IGNORECASE)
_QUERY_END = regex.compile(r"[a-z0-9\-_&=#/]", regex.IGNORECASE)
_ASCII_HOST = regex.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*+)(?:\.[A-Za-z0-9][A-Za-z0-9_-]*+)++")
_WEB = regex.compile(r"(?<![\w])https?://[^\s<>\"]++", regex.IGNORECASE)


def x_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each address that X counts as 23, in order."""
    if "." not in text:
        return
    reached = 0
    for match in _X_HOST.finditer(text):
        start, end = match.span()
        if start < reached:
            continue
        scheme = _SCHEME.search(text[max(0, start - 9) : start])
        found = _with_scheme(text, start, end, scheme[1]) if scheme else _bare(text, start, end)
        if found:
            yield found
            reached = found[1]


def _with_scheme(text: str, start: int, end: int, scheme: str) -> tuple[int, int] | None:
    host_end = _known_end(text[start:end])
    return (start - len(scheme), _tail(text, start + host_end)) if host_end else None


def _bare(text: str, start: int, end: int) -> tuple[int, int] | None:
    before = text[start - 1 : start]
    if before and before in "@＠$#＃-_./":
        return None
    for match in _ASCII_HOST.finditer(text, start, end):
        if match.start() > start and (text[match.start() - 1] in "-_." or _is_ascii_word(text[match.start() - 1])):
            continue
        host_end = _known_end(match[0])
        if host_end:
            return match.start(), _tail(text, match.start() + host_end)
    return None


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _known_end(host: str) -> int:
    """How much of a dotted run is a host: up to its last label that is a known ending; 0 for none."""
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        ending = labels[count - 1].lower()
        before = labels[count - 2]
        if ending in links.top_level_domains() and before and not before.endswith(("-", "_")) and "_" not in before:
            return len(".".join(labels[:count]))
    return 0


def _tail(text: str, position: int) -> int:
    """Where the address ends whose host ends at `position`: port, path and query belong to it."""
    port = _PORT.match(text, position)
    position = port.end() if port else position
    path = _PATH.match(text, position)
    if path:
        position = _back_to(text, position + 1, path.end(), _PATH_END)
    query = _QUERY.match(text, position)
    if query:
        end = _back_to(text, position, query.end(), _QUERY_END)
        position = end if end > position + 1 else position
    return position


def _back_to(text: str, start: int, end: int, allowed: regex.Pattern[str]) -> int:
    while end > start and not allowed.match(text[end - 1]):
        end -= 1
    return end


def web_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each address with a scheme, without the punctuation of the sentence after it."""
    for match in _WEB.finditer(text):
        yield match.start(), match.start() + len(match[0].rstrip(".,;:!?'\")]}…"))
