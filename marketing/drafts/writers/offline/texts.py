"""Sentences and longer texts: an opening, statements while there is room, an invitation."""

import functools
import itertools
from collections.abc import Callable, Iterator

from marketing.drafts.channels import Slot
from marketing.drafts.writers.offline import clauses, roles, trimmings
from marketing.drafts.writers.offline.fitting import Fits, alike, unlike
from marketing.drafts.writers.offline.sheet import FEW, Sheet
from marketing.drafts.writers.offline.statements import Statement

EXTRAS = ((105, 0), (170, 1), (300, 2), (1_000, 4))  # statements beside the lead, by room in characters

Layout = Callable[[list[str], str], str]


def texts(sheet: Sheet, slot: Slot, fitting: Fits, there: list[str]) -> Iterator[str]:
    """Texts for `slot` that say something else than those that are `there`, the lead's first."""
    extras = next((n for most, n in EXTRAS if roles.room(slot, sheet.channel) <= most), 4)
    chosen = list(there)
    for statement, options in _openings(sheet):
        text = _text(sheet, slot, statement, options, fitting, extras)
        if text and not any(alike(text, other) for other in chosen):
            chosen.append(text)
            yield text


def _openings(sheet: Sheet) -> Iterator[tuple[Statement | None, list[str]]]:
    """What a text may begin with: by appeal, then what is left of facts, then moods."""
    moods = sheet.fresh(sheet.voice.sentences)
    begun: set[str] = set()
    for lead in sorted(sheet.voice.leads, key=lambda appeal: _is_told(sheet, appeal)):
        statements = sorted((s for s in sheet.voice.statements if s.appeal == lead), key=lambda s: s.fact in sheet.told)
        statement = next(iter(statements), None)
        if statement:
            begun.add(statement.fact)
            yield statement, options_of(statement)
        elif lead == "mood":
            yield None, list(itertools.islice(moods, 3))
    yield from ((s, options_of(s)) for s in sheet.voice.statements if s.fact not in begun)
    yield from ((None, [mood]) for mood in moods)


def _is_told(sheet: Sheet, appeal: str) -> bool:
    """Whether every fact that makes this appeal stands in another slot already."""
    facts = {s.fact for s in sheet.voice.statements if s.appeal == appeal}
    return bool(facts) and facts <= sheet.told


def _text(sheet: Sheet, slot: Slot, lead: Statement | None, options: list[str], fitting: Fits, extras: int) -> str:
    """One text: what it opens with, statements while there is room, an invitation, and the trimmings."""
    layouts = _layouts(sheet)
    begun = ((layout, *begun) for layout in layouts for begun in _begun(sheet, options, fitting, layout) if begun[1])
    bare = ((layouts[0], *begun) for begun in _begun(sheet, options, fitting, layouts[0]))
    best = next(itertools.chain(begun, bare), None)
    if best is None:
        return ""
    layout, body, call = best
    for sentence in _more(sheet, body, lead, again=slot.items[1] == 1):
        wanted = extras > 0 or slot.length(layout(body, call)) < slot.min
        if wanted and fitting(layout([*body, sentence], call)):
            body.append(sentence)
            extras -= 1
    sheet.said.update((*body, call))
    sheet.told |= {s.fact for s in sheet.voice.statements if any(map(s.told_in, body)) or sheet.repeated(s, body)}
    whole = layout(body, call)
    if sheet.owed and fitting(f"{whole} {sheet.owed}"):
        whole, sheet.owed = f"{whole} {sheet.owed}", ""
    return whole


def _begun(sheet: Sheet, options: list[str], fitting: Fits, layout: Layout) -> Iterator[tuple[list[str], str]]:
    """Openings that fit, each with an invitation where there is room, the title named once in the two."""
    for option in options:
        named = sheet.voice.names_title(option)
        calls = [call for call in sheet.fresh(sheet.voice.closers) if fitting(layout([option], call))]
        other = [call for call in calls if sheet.voice.names_title(call) != named]
        rest = [call for call in calls if call not in other]
        turns = [other, rest] if len(other) >= FEW else [other + rest]
        yield from (([option], call) for turn in turns for call in sheet.voice.in_turn(turn))
    yield from (([option], "") for option in options if fitting(layout([option], "")))


def _more(sheet: Sheet, body: list[str], begun: Statement | None, *, again: bool) -> Iterator[str]:
    """Sentences that may follow `body` as it grows; `again`: also what stands in another line already."""
    for statement in sheet.after(begun):
        if (again or statement.fact not in sheet.told) and not sheet.repeated(statement, body):
            yield following(sheet, statement, body)
    if len(sheet.voice.statements) < FEW:
        moods = (mood for mood in sheet.fresh(sheet.voice.sentences) if not sheet.voice.names_title(mood))
        yield from unlike(moods, body)


def following(sheet: Sheet, statement: Statement, before: list[str]) -> str:
    """A statement as the sentence that follows `before`: about "It" where the title was just named."""
    named = any(map(sheet.voice.names_title, before))
    follows = bool(before) and (sheet.voice.names_title(before[-1]) or before[-1].startswith("It "))
    forms = (
        *(statement.further if follows else ()),
        *(statement.titled if not (named and follows) else ()),
        *statement.forms,
    )
    return clauses.sentence(forms[0])


def _layouts(sheet: Sheet) -> list[Layout]:
    """How the parts of a text may stand: a post in short paragraphs with tags, fewer of them where room is
    short; everything else in one paragraph."""
    brief = sheet.voice.brief
    optout = trimmings.OPT_OUT if sheet.channel.rules.get("opt_out") == "required" else ""
    if sheet.channel.kind != "post":
        return [lambda body, call: " ".join(filter(None, (*body, call, optout)))]
    link = trimmings.link(brief, sheet.channel)
    tags = [] if sheet.tagged else trimmings.hashtags(brief, sheet.channel, sheet.voice.name)
    return [
        functools.partial(_post, link=link, tags=tags[:count]) for count in range(len(tags), min(1, len(tags)) - 1, -1)
    ]


def options_of(statement: Statement) -> list[str]:
    """Ways to open with a statement: with the title as its subject before the bare words, longest first."""
    return [clauses.sentence(form) for form in (*statement.titled, *statement.forms)]


def _post(body: list[str], call: str, *, link: str, tags: list[str]) -> str:
    return "\n\n".join(filter(None, (" ".join(body), trimmings.linked(call, link), " ".join(tags))))
