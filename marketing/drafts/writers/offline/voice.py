"""What the offline writer has to say for one request: its statements, moods and invitations, in order.

The group's traits choose angles, the angles the order of appeals and the moods at hand; each variant lets
another appeal lead and takes other lines. Who the reader is stays unsaid.
"""

import functools
import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from marketing.drafts.briefs import Brief
from marketing.drafts.writers import WriteRequest
from marketing.drafts.writers.offline import clauses, phrases, statements
from marketing.drafts.writers.offline.phrases import Angle
from marketing.drafts.writers.offline.statements import Statement

ANGLES = 2  # of a group's traits; more would blur what sets it apart
ABSENT = ("no", "none", "false", "never", "0")  # values that say that a group has not what the column is about
OPEN_ANGLES = ("open", "plain", "curious", "quiet")
FOR_CHILDREN = re.compile(
    r"(?:mpa\s+)?(?:G|PG|U|TV-(?:Y7?|G|PG)|(?:ESRB\s+)?(?:E|E10\+|EVERYONE)|PEGI\s*(?:3|7)|FSK\s*(?:0|6))",
    re.IGNORECASE,
)
# A film that facts place in a cinema is not watched from a sofa.
ELSEWHERE = re.compile(r"\b(?:cinemas?|theat(?:re|er)s?|imax|on stage|tickets?)\b", re.IGNORECASE)
AT_HOME = re.compile(
    r"\b(?:sofa|blankets?|stay in|lamp|curtains|washing-up|house|cushions?|screen on|settle in|good chair|"
    r"big screen|small screen|coffee|small hours|on the mind)\b",
    re.IGNORECASE,
)
AT_NIGHT = re.compile(r"\b(?:tonight|evenings?|lamp|lights?|credits)\b", re.IGNORECASE)
TO_SEE = re.compile(r"\b(?:look|see|eyes)\b", re.IGNORECASE)
STEP_CALLS, STEP_MOODS, STEP_ANGLED = 3, 5, 2  # lines that one variant uses up before the next begins
TITLE = "{title}"

Item = TypeVar("Item")


class Voice:
    """The lines for one request. Lists are in order of preference and hold only what may be said."""

    def __init__(self, request: WriteRequest, name: str) -> None:
        self.brief, self.variant, self.name = request.brief, request.variant, name
        self.mode = phrases.mode(self.brief.title.kind)
        self.state = state(self.brief, self.mode)
        self._named = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        self._barred = _barred(request)
        self._random = random.Random(_seed(request))  # noqa: S311 - it orders phrases, it guards nothing
        self._angles = angles(self.brief)
        elsewhere = any(ELSEWHERE.search(fact.text) for fact in self.brief.live_facts())
        morning = self._angles[0].name == "morning"
        self._amiss = [*([AT_HOME] if elsewhere else []), *([AT_NIGHT] if morning else [])]
        said = [s for s in (self._allowed(s) for s in statements.statements(self.brief, name)) if s.forms]
        if self.state == "over":
            said = [s for s in said if s.appeal not in ("offer", "price", "date")]
        self.leads = self._leads(said)
        self.statements = self._ordered(said)
        self.closers = self._calls(0)  # for `in_turn`
        self.calls = self._calls(STEP_CALLS)
        self.headlines = self._moods("headlines")
        self.sentences = self._moods("sentences")

    @property
    def lead(self) -> str:
        """The appeal that leads in this variant."""
        return self.leads[0]

    def in_turn(self, lines: list[str]) -> list[str]:
        """`lines`, begun elsewhere for each variant: where the same appeal leads again, exactly one further on."""
        rounds, place = divmod(self.variant - 1, len(self.leads))
        start = (rounds + 2 * place) % len(lines) if lines else 0
        return lines[start:] + lines[:start]

    def says(self, text: str) -> bool:
        """Whether `text` holds none of the words that the brand never uses or that were objected to."""
        return not any(pattern.search(text) for pattern in self._barred)

    def names_title(self, text: str) -> bool:
        """Whether the title is named in `text`."""
        return bool(self._named.search(text))

    def _allowed(self, said: Statement) -> Statement:
        kept = (tuple(filter(self.says, texts)) for texts in (said.forms, said.titled, said.further, said.brief))
        return Statement(said.fact, said.appeal, *kept)

    def _leads(self, said: Sequence[Statement]) -> list[str]:
        """The appeals that this brief can make, the one of this variant at their head."""
        there = {s.appeal for s in said} | {"mood"}
        wanted = [lead for angle in self._angles for lead in angle.leads]
        first = ["offer"] if self.brief.offer else []
        order = [lead for lead in dict.fromkeys([*first, *wanted, *phrases.usual()]) if lead in there]
        order = [lead for lead in order if lead != "price" or lead in wanted]  # a price alone invites nobody
        return _turned(order, self.variant - 1)

    def _ordered(self, said: Sequence[Statement]) -> list[Statement]:
        """By appeal; of several facts of one kind another begins whenever the appeals have gone round."""
        rounds = (self.variant - 1) // len(self.leads)
        ranked: list[Statement] = []
        for lead in self.leads:
            ranked += _turned([s for s in said if s.appeal == lead], rounds)
        return sorted(ranked, key=lambda s: s.forms[0].startswith("Rated"))  # a rating invites nobody

    def _calls(self, step: int) -> list[str]:
        book = phrases.load(phrases.ANY if self.state == "over" else self.mode)
        return self._rendered(self._dealt(list(book.calls[self.state]), step))

    def _moods(self, length: str) -> list[str]:
        angled: list[str] = []
        plain: list[str] = []
        if self.state == "over":  # other moods invite to what is no more
            return self._rendered(
                self._dealt(list(getattr(phrases.load(phrases.ANY).angled["over"], length)), STEP_CALLS)
            )
        unseen = self.mode == "listen"
        for name in dict.fromkeys((self.mode, phrases.ANY)):
            book = phrases.load(name)
            near = [angle.name for angle in self._angles]
            for angle in OPEN_ANGLES if near[0] in OPEN_ANGLES else near:
                angled += getattr(book.angled.get(angle, phrases.Moods()), length)
            own = [
                line
                for line in getattr(book.moods, length)
                if not (unseen and name == phrases.ANY and TO_SEE.search(line))
            ]
            plain += self._dealt(own, STEP_MOODS)
        angled = list(dict.fromkeys(angled))
        if self._angles[0].name in OPEN_ANGLES:
            self._random.shuffle(angled)  # no trait says which; each group begins with another
        count = max(1, min(STEP_ANGLED + 1, len(angled) // 2))
        begin = (self.variant - 1) * count
        return self._rendered([*angled[begin : begin + count], *plain])

    def _dealt(self, lines: list[str], step: int) -> list[str]:
        self._random.shuffle(lines)
        return _turned(lines, (self.variant - 1) * step)

    def _rendered(self, lines: Iterable[str]) -> list[str]:
        found = dict.fromkeys(filter(None, (render(line, self.name) for line in lines)))
        return [line for line in found if self.says(line) and not any(p.search(line) for p in self._amiss)]


def render(template: str, name: str) -> str:
    """`template` with the title's name in it; empty where the two do not go together."""
    if TITLE not in template:
        return template
    if not name:
        return ""
    ends_itself = not (name[-1].isalnum() or name[-1] in ")”\"'’")
    before, _, after = template.partition(TITLE)
    if ends_itself and after[:1] in (".", ",", ":", "?"):
        if after != ".":
            return ""
        after = ""
    if ":" in name and ":" in template:
        return ""
    return before + name + after


def state(brief: Brief, mode: str) -> str:
    """out, coming, over or unknown: where the title stands today, by its release date and its facts."""
    release, today = brief.title.release_date, brief.day
    if statements.ended(brief):
        return "over"
    if release is None:
        return "unknown"
    if release > today:
        return "coming"
    return "over" if mode == "come" and release < today else "out"


def angles(brief: Brief) -> tuple[Angle, ...]:
    """The angles that the group's traits suggest; where none does, one chosen by the group's own id."""
    by_name = {angle.name: angle for angle in phrases.angles()}
    segment = brief.segment
    found: dict[str, Angle] = {}
    for trait in filter(_sets_apart, segment.traits if segment else ()):
        for angle in phrases.angles():
            if _matches(angle, _words(trait)):
                fitting = by_name[angle.otherwise] if angle.otherwise and not _for_children(brief) else angle
                found.setdefault(fitting.name, fitting)
    digest = hashlib.sha256((segment.segment or segment.name if segment else "").encode("utf-8", "replace")).digest()
    chosen = list(found.values())[:ANGLES]
    return tuple(chosen or [by_name[OPEN_ANGLES[digest[0] % len(OPEN_ANGLES)]]])


def _sets_apart(trait: object) -> bool:
    """Whether the group has this, and more of it than everyone, as far as is told."""
    if not isinstance(trait, dict):
        return True
    lift, value = trait.get("lift"), str(trait.get("value", "")).strip().casefold()
    return value not in ABSENT and (not isinstance(lift, int | float) or lift >= 1)


def _words(trait: object) -> str:
    if isinstance(trait, dict):
        told = (trait.get(key, "") for key in ("trait", "column", "value"))
        return " ".join(str(value) for value in told).casefold().replace("_", " ")
    return str(trait).casefold()


def _matches(angle: Angle, words: str) -> bool:
    return any(_pattern(match).search(words) for match in angle.match)


@functools.cache
def _pattern(match: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(match)}(?:e|s|es|ers?|ies|y|ing)?\b")


def _for_children(brief: Brief) -> bool:
    told = {brief.title.rating, *brief.title.ratings.values()} - {""}
    return bool(told) and all(FOR_CHILDREN.fullmatch(rating.strip()) for rating in told)


def _barred(request: WriteRequest) -> list[re.Pattern[str]]:
    """Patterns of what must not be said: the brand's never-words, past copy, and what the checks objected to."""
    barred = [
        re.compile(rf"(?<!\w){re.escape(w.strip())}", re.IGNORECASE) for w in request.brief.brand.never if w.strip()
    ]
    past = (line.strip().rstrip(".") for line in request.brief.past_copy)
    barred += [re.compile(rf"^{re.escape(line)}\.?$", re.IGNORECASE) for line in past if line]
    if request.previous is None:
        return barred
    for problem in request.problems:
        line = request.previous.line(problem.slot, problem.index)
        if problem.blocks:
            said = clauses.sentences(line[slice(*problem.span)])
            barred += [re.compile(re.escape(words.rstrip(".")), re.IGNORECASE) for words in said]
    return barred


def _turned(items: list[Item], by: int) -> list[Item]:
    """`items` begun later; a step more for each time round, so that no two turns of a short list are alike."""
    by = (by + by // len(items)) % len(items) if items else 0
    return items[by:] + items[:by]


def _seed(request: WriteRequest) -> str:
    """The same order for all variants of a brief, so that each can take up where the one before left off."""
    return f"{request.brief.essence()}/{request.seed}"
