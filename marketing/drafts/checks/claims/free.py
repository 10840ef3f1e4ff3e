"""What may stand in copy without a fact: names, ratings, idioms, the brand's own lines, addresses, list marks."""

import functools
import re
from collections.abc import Iterable

import regex

from marketing.drafts import links
from marketing.drafts.briefs import Brief
from marketing.drafts.checks.claims import words
from marketing.drafts.checks.claims.words import lookup, phrases

_LIST_MARK = regex.compile(r"(?m)^[ \t]{0,8}+[0-9]{1,2}+[.)](?=\s)")
_HANDLE = regex.compile(r"(?<![\w])(?:@[\w.]++|#(?=[\w]*\p{L})(?![0-9]++(?:st|\p{Lu}))\w++)")
_RATING = regex.compile(r"^[\s:]{0,3}+[0-9]{1,2}+\+?+(?![\w%]|[.,/][0-9]|\s?(?:stars?|out|of|points?|/)\b)")


@functools.lru_cache(maxsize=8192)
def spans(text: str, own: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where nothing is asserted; `own` are the brief's own words."""
    free = [match.span() for match in _names(own).finditer(text)]
    free += [(link.start, link.end) for link in links.find(text)]
    free += [match.span() for pattern in (_LIST_MARK, _HANDLE) for match in pattern.finditer(text)]
    line = words.joined(words.tokens(text))
    for path in (("free", "idioms"), ("free", "ratings")):
        free += [(line[first].start, line[last - 1].end) for first, last in phrases(*path).find(line)]
    for token in line:
        if token.low in lookup("free", "rating_marks"):
            number = _RATING.match(text[token.end : token.end + 8])
            free += [(token.start, token.end + number.end())] if number else []
    return tuple(free)


def own_words(brief: Brief) -> tuple[str, ...]:
    """Names, ratings and lines that the brief gives: numbers in them assert nothing."""
    title, brand = brief.title, brief.brand
    own = [
        title.name,
        title.title,
        title.rating,
        *title.ratings.values(),
        brand.name,
        brand.postal_address,
        *brand.always,
    ]
    return tuple(sorted({text.strip() for text in own if len(text.strip()) > 1}))


@functools.lru_cache(maxsize=256)
def _names(listed: tuple[str, ...]) -> "re.Pattern[str]":
    return whole(listed)


def whole(listed: Iterable[str]) -> "re.Pattern[str]":
    """A pattern for these texts as they stand, in any case, the longest first; a space may be any white space."""
    spelled = [
        r"\s{1,4}+".join(re.escape(word) for word in text.split())
        for text in sorted(set(listed), key=lambda text: (-len(text), text))
    ]
    if not spelled:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<![\w])(?:{'|'.join(spelled)})(?![\w])", re.IGNORECASE)
