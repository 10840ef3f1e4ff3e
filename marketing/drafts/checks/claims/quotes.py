"""Quotations in a line: whose words copy says they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from marketing.drafts.checks.claims.words import lookup

FEWEST_WORDS = 3  # less is a name or a word held at arm's length
_QUOTED = regex.compile(
    r"[\"“„«](?P<words>[^\"“”„«»\n]{1,600}+)[\"”“»]|(?<![\w])[‘'](?P<single>[^‘’'\n]{3,600}+(?:['’](?=\w)[^‘’'\n]{1,600}+){0,8})['’](?!\w)"
)
_SIGNED = regex.compile(r"\s{0,3}+(?:[-–—―~]{1,2}+|,|\(|\|)\s{0,3}+(?P<by>\p{Lu}[^\n.;!?\"“”()|]{1,80}+)")
_SAID_BEFORE = regex.compile(
    r"(?P<by>\p{Lu}[^\n.;!?\"“”()|:,]{1,60}?)\s(?P<verb>\w+(?:\sto)?)(?:\s(?:it|this|them|her|him))?:?,?\s{0,3}$"
)
_SAID_AFTER = regex.compile(r",?\s{0,3}+(?P<verb>\w++(?:\sto)?+)\s(?P<by>\p{Lu}[^\n.;!?\"“”()|,]{1,60}+)")


@dataclass(frozen=True)
class Quotation:
    """Words in quotation marks, where they stand, and who is said to have said them ("" for nobody)."""

    start: int
    end: int
    said: str
    by: str

    def core(self) -> str:
        """The words, ready to be compared."""
        return plain(self.said)


def plain(text: str) -> str:
    """A text's words in lower case, a space apart: marks and line ends make no other words."""
    return " ".join(regex.findall(r"[\w'’]++", text.casefold().replace("’", "'")))


def find(text: str) -> Iterator[Quotation]:
    """Every quotation of a line."""
    for match in _QUOTED.finditer(text):
        said = match["words"] or match["single"] or ""
        by = _signed(text, match.start(), match.end())
        if len(said.split()) >= FEWEST_WORDS or by:
            yield Quotation(match.start(), match.end(), said, by)


def _signed(text: str, start: int, end: int) -> str:
    after = _SIGNED.match(text, end)
    if after:
        return after["by"].strip()
    after = _SAID_AFTER.match(text, end)
    if after and after["verb"].lower() in lookup("quotes", "said"):
        return after["by"].strip()
    before = _SAID_BEFORE.search(text[max(0, start - 100) : start])
    if before and before["verb"].lower() in lookup("quotes", "said"):
        return before["by"].strip()
    return ""
