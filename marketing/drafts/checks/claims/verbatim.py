"""Where copy repeats a fact's own words."""

from collections.abc import Iterator

from marketing.drafts.briefs import Brief
from marketing.drafts.checks.claims import free, words
from marketing.drafts.checks.claims.words import Token

FEWEST_WORDS = 5  # in a row; less may be chance
FEWEST_IN_ALL = 4  # of a fact that is repeated whole


def find(text: str, brief: Brief) -> Iterator[tuple[int, int, str]]:
    """Start, end and fact of each passage that repeats a live fact: five words in a row, or the whole of it.

    A name is one word, however many it has: who says it has said nothing of it yet.
    """
    names = tuple(sorted({name.strip() for name in (brief.title.name, brief.brand.name) if name.strip()}))
    line = _spoken(text, names)
    taken: set[int] = set()
    runs = [(run, fact.id) for fact in brief.live_facts() if (run := _longest_run(line, _said(fact.text, names)))]
    for (first, last), fact in sorted(runs, key=lambda found: (found[0][0] - found[0][1], is_own(found[1]), found)):
        if taken.isdisjoint(range(first, last)):
            taken.update(range(first, last))
            yield line[first].start, line[last - 1].end, fact


def is_own(fact: str) -> bool:
    """Whether a fact only stands in the title's own row: one of the facts table goes before it."""
    return fact.startswith("title.")


def _said(text: str, names: tuple[str, ...]) -> list[str]:
    return [token.low for token in _spoken(text, names)]


def _spoken(text: str, names: tuple[str, ...]) -> list[Token]:
    """The words and numbers of a text, a name of several as one."""
    named = [match.span() for match in free.whole(names).finditer(text)]
    spoken: list[Token] = []
    for token in words.tokens(text):
        if token.kind not in ("word", "number"):
            continue
        span = next((span for span in named if span[0] <= token.start < span[1]), None)
        if span is None:
            spoken.append(token)
        elif not spoken or spoken[-1].start != span[0]:
            said = text[span[0] : span[1]]
            spoken.append(Token("word", said, *span, " ".join(said.casefold().split())))
    return spoken


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
