"""Headlines: short lines that stand alone, facts and invitations and moods in turn."""

import itertools
from collections.abc import Iterator

from marketing.drafts.channels import Slot
from marketing.drafts.writers.offline import clauses, roles
from marketing.drafts.writers.offline.fitting import Fits, unlike
from marketing.drafts.writers.offline.sheet import WEAK, Sheet

GENRE_KINDS = {"film": "film", "series": "series", "game": "game", "album": "album"}
ADJECTIVES = {"animation": "animated", "documentary": "documentary", "comedy": "comedy"}
MOST = {"fact": 4, "call": 3}  # of ten headlines; moods fill the rest
TELLING_ALONE = ("premise", "quote", "offer")  # appeals that need no title before them
SMALL = {"a", "an", "the", "in", "on", "at", "up", "out", "from", "every", "tickets", "free", "plays", "runs", "won"}


def headlines(sheet: Sheet, slot: Slot, fitting: Fits, there: list[str]) -> Iterator[str]:
    """Headlines for `slot` beside those that are `there`, the best first, as many as there are."""
    if roles.wanted(slot, sheet.channel) == 1:
        yield from sheet.new(_single(sheet), fitting, there)
    facts = sheet.new(_fact_lines(sheet, fitting), fitting, there)
    calls = sheet.new((clauses.headline(c) for c in sheet.fresh(sheet.voice.calls)), fitting, there, titled=True)
    moods = sheet.new(sheet.fresh(sheet.voice.headlines), fitting, there)
    sources: dict[str, Iterator[str]] = {
        "fact": itertools.islice(facts, MOST["fact"]),
        "call": itertools.islice(calls, MOST["call"]),
    }
    sources["mood"] = moods
    leading = (s for s in sheet.voice.statements[:1] if sheet.voice.lead not in ("mood", *WEAK))
    opens = any(fitting(clauses.headline(form)) for s in leading for form in (*s.forms, *s.brief))
    order = ("fact", "call", "mood", "mood") if opens else ("mood", "call", "fact", "mood")
    chosen = list(there)
    for source in itertools.cycle(order):
        line = next((line for line in unlike(sources[source], chosen)), "")
        if line:
            chosen.append(line)
            yield line
        elif source == "mood":  # the deepest well is dry
            break
    rest = [sheet.voice.name, *map(clauses.headline, sheet.voice.calls), *sheet.voice.headlines]
    yield from (line for line in unlike(rest, chosen) if fitting(line))


def _fact_lines(sheet: Sheet, fitting: Fits) -> Iterator[str]:
    lead = sheet.voice.statements[:1]
    said: list[str] = []
    for statement in (*lead, *(s for s in sheet.after(None) if s not in lead and s.appeal != "price")):
        forms = (clauses.headline(form) for form in (*statement.forms, *statement.brief))
        line = next(filter(fitting, forms), "")
        if line and not sheet.repeated(statement, said):
            said.append(statement.forms[0])
            yield line
    yield _genre(sheet)


def _genre(sheet: Sheet) -> str:
    """ "Saltmarsh: crime series", what people search for; empty where genre or kind are unknown."""
    title = sheet.voice.brief.title
    kind = GENRE_KINDS.get(title.kind.casefold(), "")
    genre = ADJECTIVES.get(title.genre.casefold(), title.genre)
    return _colon(sheet, genre if genre == kind else f"{genre} {kind}", ours=True) if genre and kind else ""


def _single(sheet: Sheet) -> Iterator[str]:
    """Lines that carry title and appeal at once, as a subject must; the lead's first."""
    moods = [_colon(sheet, mood, ours=True) for mood in sheet.fresh(sheet.voice.headlines)]
    leading = [s for s in sheet.voice.statements if s.appeal == sheet.voice.lead]
    for statement in leading[:1]:
        yield from (clauses.headline(form) for form in statement.titled)
        yield from (_colon(sheet, form) for form in statement.forms)
        if statement.appeal in TELLING_ALONE:
            yield from map(clauses.headline, statement.forms)
    calls = [clauses.headline(call) for call in sheet.fresh(sheet.voice.calls) if sheet.voice.names_title(call)]
    pairs = itertools.zip_longest(moods, calls) if sheet.voice.lead == "mood" else itertools.zip_longest(calls, moods)
    yield from filter(None, itertools.chain.from_iterable(pairs))


def _colon(sheet: Sheet, text: str, *, ours: bool = False) -> str:
    """The title, then `text`; empty where the title has a mark of its own. Words of `ours` begin with no name."""
    name = sheet.voice.name
    if not name or ":" in name or not name[-1].isalnum() or sheet.voice.names_title(text):
        return ""
    return f"{name}: {clauses.lowered(text) if ours or _is_small(text) else text}"


def _is_small(text: str) -> bool:
    first = text.split()[0]
    return first.casefold() in SMALL or not first[:1].isupper()
