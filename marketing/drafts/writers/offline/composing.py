"""Copy for every slot of a channel, from what a voice has to say.

A line that does not fit makes way for another; no line is ever cut off.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator

from marketing.drafts.channels import Channel, Slot
from marketing.drafts.copy import Copy
from marketing.drafts.writers.offline import clauses, roles, trimmings
from marketing.drafts.writers.offline.fitting import Fits, alike, fits, limits, unlike
from marketing.drafts.writers.offline.statements import ALIKE, Statement, share
from marketing.drafts.writers.offline.voice import Voice

PATHS = {"watch": "watch", "play": "play", "listen": "listen", "come": "live"}
GENRE_KINDS = {"film": "film", "series": "series", "game": "game", "album": "album"}
ADJECTIVES = {"animation": "animated", "documentary": "documentary", "comedy": "comedy"}
MOST = {"fact": 4, "call": 3}  # of ten headlines; moods fill the rest
EXTRAS = ((105, 0), (170, 1), (300, 2), (1_000, 4))  # statements beside the lead, by room in characters
LETTER_FACTS, PARAGRAPH = 5, 3  # statements beside the lead, and in one paragraph
SUPPORTING = ("premise", "award", "cast", "quote", "date", "offer", "number", "price")  # the order behind a lead
FEW = 3  # statements, or calls that fit; with fewer, what is second best helps out
TELLING_ALONE = ("premise", "quote", "offer")  # appeals that need no title before them
SMALL = {"a", "an", "the", "in", "on", "at", "up", "out", "from", "every", "tickets", "free", "plays", "runs", "won"}

Layout = Callable[[list[str], str], str]


class Composer:
    """Fills the slots of one channel, and remembers what was said so as not to say it twice."""

    def __init__(self, voice: Voice, channel: Channel) -> None:
        self.voice, self.channel = voice, channel
        self._said: set[str] = set()  # lines
        self._told: set[str] = set()  # facts
        self._tagged = False  # one slot carries the hashtags
        self._owed = trimmings.rating(voice.brief, voice.mode)  # until a line has room for it

    def copy(self) -> Copy:
        """The whole draft."""
        slots: dict[str, list[str]] = {}
        for slot in self.channel.slots.values():
            if lines := self._lines(slot):
                slots[slot.name] = lines
                self._tagged = self._tagged or any("#" in line for line in lines)
                self._told |= {s.fact for s in self.voice.statements for line in lines if s.told_in(line)}
        for line in (*self.voice.brief.brand.always, self._owed):
            self._add(line.strip(), slots)
        for first in list(slots)[:1]:
            slots[first] = self._opened(self.channel.slots[first], slots[first])
        return Copy(slots=slots)

    # One slot

    def _lines(self, slot: Slot) -> list[str]:
        count = roles.wanted(slot, self.channel)
        role = roles.role(slot, self.channel)
        writers = {"headline": self._headlines, "sentence": self._texts, "text": self._texts, "letter": self._letters}
        write = writers.get(role)
        if not count:
            return []
        if write is None:
            return self._particulars(role, slot)[:count]
        lines: list[str] = []
        for limit in limits(slot):
            lines.extend(itertools.islice(write(slot, self._fits(slot, limit), lines), count - len(lines)))
            if len(lines) >= max(1, slot.items[0]):
                break
        return self._with_a_short_one(slot, lines)

    def _with_a_short_one(self, slot: Slot, lines: list[str]) -> list[str]:
        """`lines` with one as short as a platform asks for ("one_headline_max"), where there is such a rule."""
        most = self.channel.rules.get(f"one_{slot.name}_max")
        if not isinstance(most, int) or not lines or any(slot.length(line) <= most for line in lines):
            return lines
        fitting = self._fits(slot, most)
        known = (self.voice.name, *map(clauses.headline, self.voice.calls), *self.voice.headlines)
        candidates = known if roles.role(slot, self.channel) == "headline" else self.voice.calls
        return [*lines[: slot.items[1] - 1], *[line for line in unlike(candidates, lines) if fitting(line)][:1]]

    def _fits(self, slot: Slot, limit: float) -> Fits:
        opens = next(iter(self.channel.slots)) == slot.name
        opens = opens and (slot.items[1] == 1 or roles.role(slot, self.channel) != "headline")
        return fits(slot, self.channel, limit, self._disclosed if opens else str)

    def _disclosed(self, text: str) -> str:
        return trimmings.disclosed(text, self.voice.brief)

    def _opened(self, slot: Slot, lines: list[str]) -> list[str]:
        """`lines` with the author's tie to the brand in the first: before a line with room, else on its own."""
        tie = trimmings.tie(self.voice.brief)
        if not tie:
            return lines
        (*_, limit) = limits(slot)
        fitting = self._fits(slot, limit)
        for line in lines:
            if slot.items[1] == 1 or fitting(self._disclosed(line)):
                return [self._disclosed(line), *(other for other in lines if other != line)]
        return [tie, *lines[: slot.items[1] - 1]]

    # Headlines

    def _headlines(self, slot: Slot, fitting: Fits, there: list[str]) -> Iterator[str]:
        if roles.wanted(slot, self.channel) == 1:
            yield from self._new(self._single(), fitting, there)
        facts = self._new(self._fact_headlines(fitting), fitting, there)
        calls = self._new((clauses.headline(c) for c in self._fresh(self.voice.calls)), fitting, there, titled=True)
        moods = self._new(self._fresh(self.voice.headlines), fitting, there)
        sources: dict[str, Iterator[str]] = {
            "fact": itertools.islice(facts, MOST["fact"]),
            "call": itertools.islice(calls, MOST["call"]),
        }
        sources["mood"] = moods
        opens = self.voice.lead not in ("mood", "number", "price")
        order = ("fact", "call", "mood", "mood") if opens else ("mood", "call", "fact", "mood")
        chosen = list(there)
        for source in itertools.cycle(order):
            line = next((line for line in unlike(sources[source], chosen)), "")
            if line:
                chosen.append(line)
                yield line
            elif source == "mood":  # the deepest well is dry
                break
        rest = [self.voice.name, *map(clauses.headline, self.voice.calls), *self.voice.headlines]
        yield from (line for line in unlike(rest, chosen) if fitting(line))

    def _fact_headlines(self, fitting: Fits) -> Iterator[str]:
        lead = self.voice.statements[:1]
        for statement in (*lead, *(s for s in self._after(None) if s not in lead and s.appeal != "price")):
            forms = (clauses.headline(form) for form in (*statement.forms, *statement.brief))
            yield from itertools.islice(filter(fitting, forms), 1)
        yield self._genre()

    def _genre(self) -> str:
        """ "Saltmarsh: crime series", what people search for; empty where genre or kind are unknown."""
        title = self.voice.brief.title
        kind = GENRE_KINDS.get(title.kind.casefold(), "")
        genre = ADJECTIVES.get(title.genre.casefold(), title.genre)
        return self._colon(genre if genre == kind else f"{genre} {kind}", ours=True) if genre and kind else ""

    def _single(self) -> Iterator[str]:
        """Lines that carry title and appeal at once, as a subject must; the lead's first."""
        moods = [self._colon(mood, ours=True) for mood in self._fresh(self.voice.headlines)]
        leading = [s for s in self.voice.statements if s.appeal == self.voice.lead]
        for statement in leading[:1]:
            yield from (clauses.headline(form) for form in statement.titled)
            yield from map(self._colon, statement.forms)
            if statement.appeal in TELLING_ALONE:
                yield from map(clauses.headline, statement.forms)
        calls = [clauses.headline(call) for call in self._fresh(self.voice.calls) if self.voice.names_title(call)]
        pairs = (
            itertools.zip_longest(moods, calls) if self.voice.lead == "mood" else itertools.zip_longest(calls, moods)
        )
        yield from filter(None, itertools.chain.from_iterable(pairs))

    def _colon(self, text: str, *, ours: bool = False) -> str:
        """The title, then `text`; empty where the title has a mark of its own. Words of `ours` begin with no name."""
        name = self.voice.name
        if not name or ":" in name or not name[-1].isalnum() or self.voice.names_title(text):
            return ""
        return f"{name}: {clauses.lowered(text) if ours or _is_small(text) else text}"

    # Sentences and longer texts

    def _texts(self, slot: Slot, fitting: Fits, there: list[str]) -> Iterator[str]:
        extras = next((n for most, n in EXTRAS if roles.room(slot, self.channel) <= most), 4)
        chosen = list(there)
        for statement, options in self._openings():
            text = self._text(slot, statement, options, fitting, extras)
            if text and not any(alike(text, other) for other in chosen):
                chosen.append(text)
                yield text

    def _openings(self) -> Iterator[tuple[Statement | None, list[str]]]:
        """What a text may begin with: by appeal, then what is left of facts, then moods."""
        moods = self._fresh(self.voice.sentences)
        begun: set[str] = set()
        for lead in sorted(self.voice.leads, key=self._is_told):
            statement = next((s for s in self.voice.statements if s.appeal == lead), None)
            if statement:
                begun.add(statement.fact)
                yield statement, _options(statement)
            elif lead == "mood":
                yield None, list(itertools.islice(moods, 3))
        yield from ((s, _options(s)) for s in self.voice.statements if s.fact not in begun)
        yield from ((None, [mood]) for mood in moods)

    def _is_told(self, appeal: str) -> bool:
        """Whether every fact that makes this appeal stands in another slot already."""
        facts = {s.fact for s in self.voice.statements if s.appeal == appeal}
        return bool(facts) and facts <= self._told

    def _text(self, slot: Slot, lead: Statement | None, options: list[str], fitting: Fits, extras: int) -> str:
        """One text: what it opens with, statements while there is room, an invitation, and the trimmings."""
        layouts = self._layouts()
        begun = ((layout, *begun) for layout in layouts for begun in self._begun(options, fitting, layout) if begun[1])
        bare = ((layouts[0], *begun) for begun in self._begun(options, fitting, layouts[0]))
        best = next(itertools.chain(begun, bare), None)
        if best is None:
            return ""
        layout, body, call = best
        for sentence in self._more(body, lead):
            wanted = extras > 0 or slot.length(layout(body, call)) < slot.min
            if wanted and fitting(layout([*body, sentence], call)):
                body.append(sentence)
                extras -= 1
        self._said.update((*body, call))
        whole = layout(body, call)
        if self._owed and fitting(f"{whole} {self._owed}"):
            whole, self._owed = f"{whole} {self._owed}", ""
        return whole

    def _begun(self, options: list[str], fitting: Fits, layout: Layout) -> Iterator[tuple[list[str], str]]:
        """Openings that fit, each with an invitation where there is room, the title named once in the two."""
        for option in options:
            named = self.voice.names_title(option)
            calls = [call for call in self._fresh(self.voice.closers) if fitting(layout([option], call))]
            other = [call for call in calls if self.voice.names_title(call) != named]
            rest = [call for call in calls if call not in other]
            turns = [other, rest] if len(other) >= FEW else [other + rest]
            yield from (([option], call) for turn in turns for call in self.voice.in_turn(turn))
        yield from (([option], "") for option in options if fitting(layout([option], "")))

    def _more(self, body: list[str], begun: Statement | None) -> Iterator[str]:
        """Sentences that may follow `body` as it grows."""
        for statement in self._after(begun):
            if not any(share(statement.forms[0], sentence) >= ALIKE for sentence in body):
                yield self._next(statement, body)
        if len(self.voice.statements) < FEW:
            moods = (mood for mood in self._fresh(self.voice.sentences) if not self.voice.names_title(mood))
            yield from unlike(moods, body)

    def _after(self, begun: Statement | None) -> list[Statement]:
        """The statements that may follow: what stands nowhere yet before what does, price and rating last.

        After a mood the premise comes first, to say what this is about.
        """
        order = {appeal: place for place, appeal in enumerate(SUPPORTING)}

        def rank(s: Statement) -> tuple[bool, bool, int]:
            opens = begun is None and s.appeal == "premise"
            return (not opens and s.fact in self._told, s.forms[0].startswith("Rated"), order.get(s.appeal, 0))

        return sorted((s for s in self.voice.statements if s is not begun), key=rank)

    def _next(self, statement: Statement, before: list[str]) -> str:
        """A statement as the sentence that follows `before`: about "It" where the title was just named."""
        named = any(map(self.voice.names_title, before))
        follows = bool(before) and (self.voice.names_title(before[-1]) or before[-1].startswith("It "))
        forms = (
            *(statement.further if follows else ()),
            *(statement.titled if not (named and follows) else ()),
            *statement.forms,
        )
        return clauses.sentence(forms[0])

    def _layouts(self) -> list[Layout]:
        """How the parts of a text may stand: a post in short paragraphs with tags, fewer of them where room is
        short; everything else in one paragraph."""
        brief = self.voice.brief
        optout = trimmings.OPT_OUT if self.channel.rules.get("opt_out") == "required" else ""
        if self.channel.kind != "post":
            return [lambda body, call: " ".join(filter(None, (*body, call, optout)))]
        link = trimmings.link(brief, self.channel)
        tags = [] if self._tagged else trimmings.hashtags(brief, self.channel, self.voice.name)
        return [
            functools.partial(_post, link=link, tags=tags[:count])
            for count in range(len(tags), min(1, len(tags)) - 1, -1)
        ]

    # Letters

    def _letters(self, slot: Slot, fitting: Fits, there: list[str]) -> Iterator[str]:
        imprint = trimmings.imprint(self.voice.brief)
        mail = self.channel.rules.get("postal_address") == "required"
        if mail and not imprint:
            return
        paragraphs = list(self._paragraphs())
        while paragraphs:
            text = (" " if self.channel.kind == "script" else "\n\n").join([*paragraphs, *([imprint] if mail else [])])
            if fitting(text) and text not in there:
                yield text
                return
            del paragraphs[-2 if len(paragraphs) > 2 else -1]

    def _paragraphs(self) -> Iterator[str]:
        """The lead; a mood; what else is known, quotes apart; the rating; the invitation with its address."""
        voice = self.voice
        moods = self._fresh(voice.sentences)
        lead = next(iter(sorted(voice.statements, key=lambda s: s.fact in self._told)), None)
        lead = None if voice.lead == "mood" else lead
        yield clauses.sentence(_options(lead)[0]) if lead else next(moods, "")
        count = FEW - len(voice.statements)
        yield from itertools.islice(moods, max(count, 1 if lead else 0))
        rest = self._unlike(self._after(lead), lead)[:LETTER_FACTS]
        plain = [s for s in rest if s.appeal != "quote"]
        for start in range(0, len(plain), PARAGRAPH):
            said: list[str] = []
            for statement in plain[start : start + PARAGRAPH]:
                said.append(self._next(statement, said))
            yield " ".join(said)
        yield from (clauses.sentence(s.forms[0]) for s in rest if s.appeal == "quote")
        if self._owed:
            yield self._owed
            self._owed = ""
        call = next((c for c in self._fresh(voice.calls) if voice.names_title(c)), next(iter(voice.calls), ""))
        yield _linked(call, trimmings.link(voice.brief, self.channel))

    def _unlike(self, said: list[Statement], lead: Statement | None) -> list[Statement]:
        """`said` without what the lead or another of them says as well."""
        kept = [lead] if lead else []
        for statement in said:
            if not any(share(statement.forms[0], other.forms[0]) >= ALIKE for other in kept):
                kept.append(statement)
        return [s for s in kept if s is not lead]

    # Everything else

    def _particulars(self, role: str, slot: Slot) -> list[str]:
        voice, brand = self.voice, self.voice.brief.brand
        words = PATHS.get(voice.mode, "") if voice.state != "over" else ""
        told = {
            "path": [p for p in (trimmings.path(voice.name, slot), trimmings.path(words, slot)) if p],
            "brand": [brand.name or voice.name],
            "title": [voice.name],
            "address": [brand.domains[0]] if brand.domains else [],
            "keywords": [", ".join(filter(None, (voice.name, voice.brief.title.genre, voice.brief.title.kind)))],
            "hashtags": [trimmings.tag(voice.name)],
            "picture": [f"Picture for {voice.name}"],
            "length": ["Read aloud within the limit"],
        }
        (*_, limit) = limits(slot)
        return [line for line in told[role] if line and self._fits(slot, limit)(line)]

    def _add(self, line: str, slots: dict[str, list[str]]) -> None:
        """Give `line` a place in the copy: a line of its own where several may stand, else behind a text."""
        if not line or any(line in told for lines in slots.values() for told in lines):
            return
        roomy = sorted(slots, key=lambda name: -roles.room(self.channel.slots[name], self.channel))
        for name in roomy:
            slot, lines = self.channel.slots[name], slots[name]
            (*_, limit) = limits(slot)
            if slot.items[1] > 1 and self._fits(slot, limit)(line):
                slots[name] = [*lines[: slot.items[1] - 1], line]
                return
            if slot.items[1] == 1 and self._fits(slot, limit)(f"{lines[0]}\n\n{line}"):
                slots[name] = [f"{lines[0]}\n\n{line}"]
                return

    # What was not yet said

    def _fresh(self, lines: Iterable[str]) -> Iterator[str]:
        """`lines`, those not yet used in this draft first."""
        lines = list(lines)
        said = [line for line in lines if clauses.headline(line) in self._said or line in self._said]
        return iter([line for line in lines if line not in said] + said)

    def _new(self, lines: Iterable[str], fitting: Fits, there: list[str], *, titled: bool = False) -> Iterator[str]:
        """The `lines` that fit and that are not there; noted as said when taken."""
        for line in unlike(filter(None, lines), there):
            if fitting(line) and line not in self._said and (not titled or self.voice.names_title(line)):
                self._said.add(line)
                yield line


def _options(statement: Statement) -> list[str]:
    """Ways to open with a statement: with the title as its subject before the bare words, longest first."""
    return [clauses.sentence(form) for form in (*statement.titled, *statement.forms)]


def _post(body: list[str], call: str, *, link: str, tags: list[str]) -> str:
    return "\n\n".join(filter(None, (" ".join(body), _linked(call, link), " ".join(tags))))


def _linked(call: str, link: str) -> str:
    if not link:
        return call
    return f"{call.removesuffix('.')}: {link}" if call else link


def _is_small(text: str) -> bool:
    first = text.split()[0]
    return first.casefold() in SMALL or not first[:1].isupper()
