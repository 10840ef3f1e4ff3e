"""Where copy repeats a fact's own words."""

from collections.abc import Iterator

from marketing.drafts.briefs import Brief
from marketing.drafts.checks.claims import words
from marketing.drafts.checks.claims.words import Token

FEWEST_WORDS = 5  # in a row; less may be chance
FEWEST_IN_ALL = 4  # of a fact that is repeated whole


def find(text: str, brief: Brief) -> Iterator[tuple[int, int, str]]:
    """Start, end and fact of each passage that repeats a live fact: five words in a row, or the whole of it."""
    line = _spoken(text)
    for fact in brief.live_facts():
        told = [token.low for token in _spoken(fact.text)]
        run = _longest_run(line, told)
        if run is not None:
            yield line[run[0]].start, line[run[1] - 1].end, fact.id


def _spoken(text: str) -> list[Token]:
    return [token for token in words.tokens(text) if token.kind in ("word", "number")]


def _longest_run(line: list[Token], told: list[str]) -> tuple[int, int] | None:
    length = min(FEWEST_WORDS, len(told))
    if length < FEWEST_IN_ALL or len(line) < length:
        return None
    known = {tuple(told[at : at + length]) for at in range(len(told) - length + 1)}
    starts = [at for at in range(len(line) - length + 1) if tuple(t.low for t in line[at : at + length]) in known]
    if not starts:
        return None
    last = starts[0]
    for start in starts[1:]:
        if start != last + 1:
            break
        last = start
    return starts[0], last + length
