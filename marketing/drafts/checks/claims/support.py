"""Whether a fact bears out what copy asserts: the same of the same thing, in words or digits."""

import datetime as dt
import math
from dataclasses import dataclass

from marketing.drafts.checks.claims import quotes, words
from marketing.drafts.checks.claims.assertions import Assertion
from marketing.drafts.checks.claims.reading import Reading
from marketing.drafts.checks.claims.words import lookup, stem
from marketing.titles import Fact

NEAR_DAYS = 300  # a date without a year means the nearest one
WEEK = 7
UNDATED_RANKS = ("exclusive", "exclusively", "only on", "only at", "only in", "award winning", "five star", "four star")
NO_NAMES = frozenset({"the", "a", "an", "of", "and", "in", "on", "for", "at", "by", "from"})


@dataclass(frozen=True)
class Held:
    """A fact with its reading, and why it supports nothing here ("" when it does)."""

    fact: Fact
    reading: Reading
    why_not: str

    @property
    def words(self) -> frozenset[str]:
        """The stems of the words and the digits in its text."""
        return self.reading.stems


def bears(held: Held, claim: Assertion, around: Reading, today: dt.date) -> bool:
    """Whether the fact's words bear `claim` out, in which `around` is the line that makes it."""
    if claim.kind == "date":
        return any(_same_date(claim, told, today) for told in _dates(held))
    if claim.kind == "praise":
        return _same_praise(claim, held)
    if claim.kind == "award":
        return _same_award(claim, held)
    if claim.kind == "price" and claim.unit == "free":
        return "free" in held.words or "no cost" in held.fact.text.lower()
    return any(_same_number(claim, told, held, around) for told in held.reading.assertions) or _is_year_of(claim, held)


def nearest(held: Held, claim: Assertion) -> Assertion | None:
    """What the fact says instead: of the same kind and of the same thing, but with another value."""
    if claim.kind in ("praise", "award") or (claim.kind == "count" and not claim.unit):
        return None
    for told in held.reading.assertions:
        same_happening = claim.kind != "date" or bool(_happenings(claim.beside) & _happenings(told.beside))
        if told.kind == claim.kind and told.unit == claim.unit and same_happening:
            return told
    return None


def _same_number(claim: Assertion, told: Assertion, held: Held, around: Reading) -> bool:
    if claim.kind == "label" and told.kind == "count" and claim.unit == told.unit and claim.unit in _counted():
        return isinstance(claim.value, float) and isinstance(told.value, float) and claim.value <= told.value
    return (
        claim.kind == told.kind
        and _same_value(claim, told)
        and _same_unit(claim, told, held, around)
        and all(stem(word) in held.words or word in held.words for word in claim.beside)
        and (claim.kind != "price" or _periods(told) <= _periods(claim))
    )


def _counted() -> frozenset[str]:
    return frozenset(words.units().get(stem(word), stem(word)) for word in lookup("labels", "counted"))


def _periods(price: Assertion) -> frozenset[str]:
    return frozenset(stem(word) for word in price.beside) & lookup("currencies", "periods")


def _same_value(claim: Assertion, told: Assertion) -> bool:
    said, known = claim.value, told.value
    if not isinstance(said, float) or not isinstance(known, float):
        return said == known
    equal = math.isclose(said, known, rel_tol=1e-9)
    match claim.bound:
        case "over":
            return (equal and told.bound == "over") or (said < known and _rounded_down(said, known))
        case "floor":
            return told.bound not in ("under", "about") and (equal or (said < known and _rounded_down(said, known)))
        case "about":
            return equal and told.bound != "under"
        case "":
            return equal and (told.bound in ("", "over", "floor") if claim.kind != "price" else told.bound == "")
        case bound:
            return equal and told.bound == bound


def _rounded_down(said: float, known: float) -> bool:
    """Whether `said` is `known` with some of its last digits made 0."""
    if said <= 0:
        return False
    power = 10.0 ** math.floor(math.log10(known))
    while power > 1e-3:
        if math.isclose(said, math.floor(known / power) * power, rel_tol=1e-9):
            return True
        power /= 10
    return False


def _same_unit(claim: Assertion, told: Assertion, held: Held, around: Reading) -> bool:
    if claim.unit == told.unit:
        return bool(claim.unit) or bool(_content(around) & _content(held.reading))
    if not claim.unit:
        return bool(_content(around) & _content(held.reading))
    if not told.unit:
        return claim.unit in {words.units().get(word, word) for word in held.words}
    agents = words.lexicon()["units"]["agents"]
    return claim.unit == "people" and any(word in around.stems for word in agents.get(told.unit, ()))


def _content(reading: Reading) -> frozenset[str]:
    return reading.stems - {stem(word) for word in lookup("skipped", "stops") | lookup("skipped", "words")}


def _is_year_of(claim: Assertion, held: Held) -> bool:
    """Whether a bare year stands in the fact, alone or in a date."""
    is_year = claim.kind == "count" and not claim.unit and isinstance(claim.value, float) and 1850 <= claim.value < 2200
    if not is_year:
        return False
    told = [assertion.value for assertion in held.reading.assertions if assertion.kind in ("date", "count")]
    return claim.value in {value[0] if isinstance(value, tuple) else value for value in told}


def _dates(held: Held) -> list[Assertion]:
    told = [assertion for assertion in held.reading.assertions if assertion.kind == "date"]
    if held.fact.kind in ("offer", "price"):  # an offer's last day is the day on which it ends
        for day, word in ((held.fact.valid_to, "until"), (held.fact.valid_from, "from")):
            if day is not None:
                told.append(Assertion("date", 0, 0, (day.year, day.month, day.day), beside=frozenset({word})))
    return told


def _same_date(claim: Assertion, told: Assertion, today: dt.date) -> bool:
    said, known = claim.value, told.value
    if not isinstance(said, tuple) or not isinstance(known, tuple) or not _same_happening(claim, told):
        return False
    if any(part and part != whole for part, whole in zip(said, known, strict=True)):
        return False
    day = dt.date(*known) if all(known) else None
    if claim.unit == "every":
        return claim.weekday == told.weekday and day is None
    if day is None:
        return claim.weekday is None or claim.weekday == told.weekday
    if claim.weekday is not None and claim.weekday != day.weekday():
        return False
    reach = WEEK if not any(said) else NEAR_DAYS
    return bool(said[0]) or abs((day - today).days) <= reach


def _same_happening(claim: Assertion, told: Assertion) -> bool:
    said, known = _happenings(claim.beside), _happenings(told.beside)
    if ("end" in said) != ("end" in known):
        return False
    return not said or not known or bool(said & known)


def _happenings(near: frozenset[str]) -> frozenset[str]:
    kinds = words.lexicon()["happenings"]
    return frozenset(kind for kind in kinds if near & lookup("happenings", kind))


def _same_praise(claim: Assertion, held: Held) -> bool:
    value = str(claim.value)
    if value.replace("-", " ") == "award winning":
        return _is_award(held) and bool(held.words & {stem(word) for word in lookup("awards", "won")})
    if value in ("five star", "four star"):
        stars = 5.0 if value == "five star" else 4.0
        return any(told.kind == "score" and told.value == stars for told in held.reading.assertions)
    if not _phrase_in(value, held) or _is_award(held):  # an award's name ranks nothing
        return False
    if not all(_phrase_in(scope, held) for scope in claim.beside):
        return False
    if claim.unit and claim.unit not in {words.units().get(word, word) for word in held.words}:
        return False
    return value.startswith(UNDATED_RANKS) or is_dated(held.fact)


def _phrase_in(phrase: str, held: Held) -> bool:
    told = f" {quotes.plain(held.reading.text.replace('-', ' '))} "
    return f" {quotes.plain(phrase)} " in told


def is_dated(fact: Fact) -> bool:
    """Whether a fact says as of when it holds; a rank without a day is none."""
    if fact.valid_from or fact.valid_to:
        return True
    told = words.tokens(f"{fact.text} {fact.source}")
    return any(t.kind == "number" and len(t.text) == 4 and t.text[:2] in ("18", "19", "20", "21") for t in told)


def _is_award(held: Held) -> bool:
    return held.fact.kind == "award" or any(told.kind == "award" for told in held.reading.assertions)


def _same_award(claim: Assertion, held: Held) -> bool:
    if not _is_award(held):
        return False
    known = held.words | {token.text for token in words.tokens(held.fact.text) if token.kind == "number"}
    if not claim.beside <= known:
        return False
    won = bool(held.words & {stem(word) for word in lookup("awards", "won")})
    nominated = bool(held.words & {stem(word) for word in lookup("awards", "nominated")})
    if claim.value == "nominated":
        return nominated
    return (won and not nominated) if claim.value == "won" else True


def said_by(quotation: quotes.Quotation, fact: Fact) -> bool:
    """Whether the fact names the one who is said to have said it."""
    known = frozenset(quotes.plain(f"{fact.text} {fact.source}").split())
    named = frozenset(quotes.plain(quotation.by).split()) - NO_NAMES
    return bool(named) and named <= known


def quotes_it(quotation: quotes.Quotation, fact: Fact) -> bool:
    """Whether the fact has these very words."""
    core = quotation.core()
    return bool(core) and f" {core} " in f" {quotes.plain(fact.text)} "
