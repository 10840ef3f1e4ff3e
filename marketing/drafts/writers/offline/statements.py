"""Facts made ready to be said: each in its shorter forms, and with the title as its subject where grammar allows."""

import re
from dataclasses import dataclass

from marketing.drafts.briefs import Brief
from marketing.drafts.writers.offline import clauses, dates
from marketing.titles import FACT_KINDS, Fact

# How a statement without a subject takes the title for one: "Won ..." as it is, "Directed by ..." with a verb.
FINITE = re.compile(
    r"(?:won|runs|plays|opens|premieres|airs|arrives|launches|returns|stars|features|follows|tells|has|lasts|"
    r"begins|starts|comes|includes)\b(?=\s)",
    re.IGNORECASE,
)
WITH_IS = re.compile(
    r"(?:directed by|hosted by|presented by|narrated by|based on|set in|set on|rated|free to|out on|"
    r"in cinemas|available)\b",
    re.IGNORECASE,
)
WITH_WAS = re.compile(
    r"(?:nominated for|filmed|shot|written by|reported by|animated|recorded|produced by|made by|made in|created by|"
    r"composed by|adapted from|developed by)\b",
    re.IGNORECASE,
)
STARRING = re.compile(r"starring\b", re.IGNORECASE)
IN_A_ROLE = re.compile(r"(?P<who>[^,.;]+?) plays? (?P<role>[^,.;]+)$")
NAME = r"[A-Z][\w'’-]+"
SUBJECTS = re.compile(r"(?:plays|stars|leads|voices|hosts|presents|directs|reports|writes|narrates)\b", re.IGNORECASE)
UNSAFE = re.compile(r"[<>{}\[\]|\\`*_]|https?:|www\.|^[=+@-]|[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
MACHINE = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|previous|above|prompt|rule)", re.IGNORECASE
)
QUOTED = re.compile(r"[“\"«](.+?)[”\"»]")
CUTTABLE = ("premise", "cast")  # kinds whose meaning survives the loss of a clause; the others are told whole
ENDED = re.compile(r"\b(?:closed|cancelled|canceled|shut down|ended|discontinued|withdrawn)\b", re.IGNORECASE)
LONGEST = 320  # characters; a fact longer than a post is told only by its first sentences
ALIKE = 0.6  # share of words in common from which two facts say the same
CONTAINED = 0.75  # share of the fewer words from which the longer of two sentences says all of the shorter again


@dataclass(frozen=True)
class Statement:
    """What one fact lets copy say, longest first, without full stops.

    `forms` are the fact's own words, `titled` those that name the title, `brief` short ones for headlines, and
    `further` has "It" for a subject, to stand behind a sentence about the title.
    """

    fact: str
    appeal: str
    forms: tuple[str, ...]
    titled: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()

    def told_in(self, line: str) -> bool:
        """Whether `line` says it."""
        return any(clauses.lowered(form)[1:] in line for form in self.forms)


def statements(brief: Brief, name: str) -> list[Statement]:
    """What the brief's live facts let copy say, in the brief's order, nothing twice.

    A fact whose dates have passed, a quote without a source, and text that is markup or an order to a machine
    give nothing.
    """
    said = [_statement(fact, brief, name) for fact in _tellable(brief)]
    kept: list[Statement] = []
    for statement in said:
        if statement.forms and not any(_alike(statement.forms[0], other.forms[0]) for other in kept):
            kept.append(statement)
    return kept


def ended(brief: Brief) -> bool:
    """Whether a live fact says that the title is no more."""
    return any(ENDED.search(f.text) and dates.passed(f.text, brief.day) for f in brief.live_facts())


def _tellable(brief: Brief) -> list[Fact]:
    ours = {brief.title.title, brief.title.name, ""}
    live = {fact.id for fact in brief.live_facts()}
    facts = [f for f in brief.facts if f.id in live and (f.title in ours or not brief.title.title)]
    own = {fact.id: fact for fact in brief.title.known() if fact.id in live}
    if synopsis := own.get("title.synopsis"):
        facts.append(synopsis)
    coming = brief.title.release_date is not None and brief.title.release_date > brief.day
    if coming and not any(f.kind == "date" for f in facts):
        facts.append(own["title.release_date"])
    return facts


def _statement(fact: Fact, brief: Brief, name: str) -> Statement:
    appeal = fact.kind if fact.kind in FACT_KINDS else _guessed(fact)
    text = dates.natural(" ".join(fact.text.split())).strip()
    unusable = not text or UNSAFE.search(text) or MACHINE.search(text)
    if unusable or (appeal in ("date", "offer") and dates.passed(text, brief.day)):
        return Statement(fact.id, appeal, ())
    forms = [form.removesuffix(".") if _ends_plainly(form) else form for form in _forms(text, appeal, fact, brief)]
    forms = [form for form in forms if len(form) <= LONGEST and not _spoils(form, brief)]
    says_it = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    named = [form if says_it.search(form) else _titled(form, name) for form in forms]
    return Statement(
        fact.id,
        appeal,
        tuple(forms),
        titled=tuple(filter(None, named)),
        further=tuple(filter(None, (_titled(form, "It") for form in forms))),
        brief=tuple(short for form in forms for short in _brief(form, appeal)),
    )


def _brief(form: str, appeal: str) -> list[str]:
    """ "Tomas Hedley plays the widower Amos" as "Tomas Hedley as the widower Amos" and "Tomas Hedley as Amos"."""
    cast = IN_A_ROLE.match(form) if appeal == "cast" else None
    if not cast or re.search(r" and ", cast["who"]):
        return []
    last = re.search(rf"{NAME}(?: {NAME})*$", cast["role"])
    roles = dict.fromkeys((cast["role"], last[0] if last else cast["role"]))
    return [f"{cast['who']} as {role}" for role in roles]


def _forms(text: str, appeal: str, fact: Fact, brief: Brief) -> list[str]:
    if appeal == "quote":
        return _quotation(text, fact.source)
    if fact.id == "title.release_date" and brief.title.release_date:
        return [text, *dates.shortened(f"Out on {_spoken(brief)}", brief.day)]
    if appeal == "date":
        return sorted(dates.shortened(text, brief.day), key=len, reverse=True)
    if appeal not in CUTTABLE:
        return [text]
    forms = clauses.shortened(text)
    return forms + _without_apposition(text) if appeal == "cast" else forms


def _spoken(brief: Brief) -> str:
    return dates.natural(str(brief.title.release_date))


def _without_apposition(text: str) -> list[str]:
    """ "Mara Quill plays Ines, the keeper's daughter" without its daughter."""
    head, comma, tail = text.rpartition(", ")
    whole = comma and re.match(r"(?:the|an?|her|his|their)\b", tail) and SUBJECTS.search(head) and "," not in head
    return [head] if whole else []


def _quotation(text: str, source: str) -> list[str]:
    said = QUOTED.search(text)
    author = re.split(r",\s*(?=\d|[A-Z][a-z]+ \d)", source.strip())[0].strip(" .")
    if said and re.search(r"\w", text.replace(said[0], "")):
        return [text]
    if not author or UNSAFE.search(author):
        return []
    return [f"{said[0] if said else f'“{text}”'}, {author}"]


def _titled(form: str, subject: str) -> str:
    """`form` with `subject` before it, where its grammar lets one stand; empty where not."""
    if not subject[-1:].isalnum():
        return ""  # "What Now? won ..." reads as a slip
    rest = clauses.lowered(form)
    if STARRING.match(form):
        return f"{subject} stars{form[len('starring') :]}"
    for pattern, verb in ((FINITE, ""), (WITH_IS, "is "), (WITH_WAS, "was ")):
        if pattern.match(form):
            return f"{subject} {verb}{rest}"
    return ""


def _guessed(fact: Fact) -> str:
    text = fact.text
    if QUOTED.search(text) and fact.source:
        return "quote"
    if re.search(r"\b(?:won|wins|winner|nominated|award|prize)\b", text, re.IGNORECASE):
        return "award"
    return "number" if re.search(r"\d", text) else "premise"


def _ends_plainly(form: str) -> bool:
    return (
        form.endswith(".")
        and not form.endswith("..")
        and not re.search(r"\b[A-Z]\.$|\b(?:Jr|Sr|etc|p\.m|a\.m)\.$", form)
    )


def _spoils(form: str, brief: Brief) -> bool:
    return any(share(spoiler, form) >= ALIKE for spoiler in brief.title.spoilers)


def _alike(one: str, other: str) -> bool:
    return min(share(one, other), share(other, one)) >= ALIKE


def repeats(one: str, other: str, name: str) -> bool:
    """Whether one of two sentences says what the other does, much or all of it, the title's `name` aside."""
    first, second = _telling(one) - _telling(name), _telling(other) - _telling(name)
    shared, fewer = len(first & second), min(len(first), len(second))
    return shared > 1 and (shared >= CONTAINED * fewer or shared >= ALIKE * len(first))


def share(part: str, whole: str) -> float:
    """How many of the telling words of `part` stand in `whole`."""
    words = _telling(part)
    return len(words & _telling(whole)) / len(words) if words else 0.0


def _telling(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"\w+", text.casefold()) if len(word) > 3}  # a stem, near enough
