"""Groups in words: a name of two to four words, and a sentence, from what sets each apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from marketing.segments.fairness import is_unspoken
from marketing.segments.fairness.sizes import DESCRIBED
from marketing.segments.words import wording
from marketing.segments.words.phrases import inside, listed
from marketing.segments.words.traits import Trait
from marketing.segments.words.wording import Forms

WORDS = (2, 4)  # in a name
NAMED_AFTER = 6  # the weightiest traits that a name may be made of
MANY = 0.4  # the share of the group that should have a trait it is named after; lesser ones come last
ALONE = 6  # a name of one trait comes after names of two of about this rank
AMOUNT = 2  # a noun for how much ("heavy viewers") says less than one for what ("console players")
LESSER = 20  # a name after what few of the group share comes after all others
TOLD = 3  # traits in the sentence
COLOURS = ("Amber", "Cobalt", "Coral", "Jade", "Indigo", "Ochre", "Teal", "Violet", "Copper", "Olive", "Lilac")
ARTICLE = re.compile(r" an? (?=\S+$)")
WHOLE = "The whole audience"


@dataclass(frozen=True)
class Speech:
    """A trait that a group may be named after, with the forms that say it."""

    trait: Trait
    forms: Forms


def name_all(
    traits: Sequence[Sequence[Trait]],
    sizes: Sequence[int],
    before: Sequence[str | None] = (),
    sure: Sequence[Sequence[Trait]] = (),
) -> list[str]:
    """A name for each group, no two alike.

    What a group was called `before` it is still called, while all that the name says is among what is `sure` of it
    (`traits.sure`). The others choose, the largest first; those of which nothing can be said are told apart by colours.

    Args:
        traits: What each group may be named after, weightiest first.
        sizes: People in each.
        before: What each was called in the last run; None where it is new. Without any, all are new.
    """
    k = len(traits)
    held = sure or traits
    names = [
        name if name and _is_still_true(name, traits[group], held[group]) else ""
        for group, name in enumerate(before or [None] * k)
    ]
    taken = {name.lower() for name in names if name}
    for group in sorted(range(k), key=lambda g: (-sizes[g], g)):
        if not names[group]:
            names[group] = next(n for n in (*names_from(traits[group]), *_colours()) if n.lower() not in taken)
            taken.add(names[group].lower())
    return names


def _is_still_true(name: str, traits: Sequence[Trait], sure: Sequence[Trait]) -> bool:
    """Whether a name can be made of what is sure; one of a colour, whether there is still nothing to say."""
    if name in _colours():
        return next(names_from(traits), None) is None
    said = [speech for trait in sure if (speech := _speech(trait)) and speech.forms.stand_in(name)]
    return any(name.lower() == other.lower() for _, other in _ranked(said))


def _colours() -> list[str]:
    pairs = [f"{one} and {other.lower()} group" for one, other in combinations(COLOURS, 2)]
    return [*(f"{colour} group" for colour in COLOURS), *pairs]


def names_from(traits: Sequence[Trait]) -> Iterator[str]:
    """Names that these traits (weightiest first) can make, best first: of weighty traits, and said in a plain way."""
    said = [speech for trait in traits if (speech := _speech(trait))]
    spoken = sorted(said, key=lambda speech: speech.trait.share < MANY)[:NAMED_AFTER]
    for _, name in sorted(_ranked(spoken), key=lambda entry: entry[0]):
        yield name


def _ranked(spoken: Sequence[Speech]) -> Iterator[tuple[int, str]]:
    """Every name of one or two of these traits, with its rank (lower is better)."""
    many = sum(speech.trait.share >= MANY for speech in spoken)
    for at, first in enumerate(spoken):
        for other, second in enumerate(spoken):
            if _are_two_things(first.trait, second.trait):
                lesser = LESSER * (max(at, other) >= many)
                yield from _fitting((at + other + clumsy + lesser, name) for clumsy, name in _pair(first, second))
        yield from _fitting((at + ALONE + LESSER * (at >= many), name) for name in _single(first.forms))


def _are_two_things(one: Trait, other: Trait) -> bool:
    """Whether two traits are not about the same: nobody is a low-spending big spender."""
    about = wording.subject(one.column, one.side)
    return one.column != other.column and (not about or about != wording.subject(other.column, other.side))


def _fitting(ranked: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Those that are names; "students without a loan" as "students without loan" where that alone is short enough."""
    for rank, name in ranked:
        short = next((told for told in (name, ARTICLE.sub(" ", name)) if _fits(told)), "")
        if short:
            yield rank, short[:1].upper() + short[1:]


def sentence(size: int, share: float, traits: Sequence[Trait]) -> str:
    """The group in a sentence: how many, and what is commoner in it than elsewhere."""
    people = f"{size:,} people, {share:.0%} of the audience."
    if size < DESCRIBED:
        return f"{size:,} people, too few to describe; groups are described from {DESCRIBED}."
    told = [f"{inside(t.trait)} ({t.share:.0%}, others {t.others:.0%})" for t in traits if t.lift > 1][:TOLD]
    if not told:
        return f"{people} Nothing in the columns sets them clearly apart."
    return f"{people} More often than elsewhere: {listed(told)}."


def _speech(trait: Trait) -> Speech | None:
    """How a name may say this trait; None where no name may or can."""
    if trait.lift <= 1 or is_unspoken(trait.column) or wording.is_unspoken_value(trait.column, trait.value):
        return None
    if trait.side == "is":
        forms = wording.category_forms(trait.column, trait.value)
    else:
        forms = wording.number_forms(trait.column, trait.value, trait.side)
    return Speech(trait, forms) if forms != Forms() else None


def _pair(first: Speech, second: Speech) -> Iterator[tuple[int, str]]:
    """Two traits in one name, each way with how clumsy it is."""
    one, other = first.forms, second.forms
    amount = AMOUNT if first.trait.side != "is" else 0
    if other.adjective and one.noun:
        yield amount, f"{other.adjective} {one.noun}"
    if one.noun and other.tail:
        yield amount + 1, f"{one.noun} {other.tail}"
    if one.adjective and other.tail:
        yield 3, f"{one.adjective} people {other.tail}"
    if one.adjective and other.adjective:
        yield 3, f"{one.adjective} {other.adjective} people"


def _single(forms: Forms) -> list[str]:
    names = [forms.noun if " " in forms.noun else f"mostly {forms.noun}"] if forms.noun else []
    if forms.adjective:
        names.append(f"{forms.adjective} people")
    if forms.tail:
        names.append(f"people {forms.tail}")
    return [*names, forms.phrase] if forms.phrase else names


def _fits(name: str) -> bool:
    """Whether a name has two to four words, none of them twice."""
    stems = [part.rstrip("s") for part in name.lower().replace("-", " ").split()]
    return WORDS[0] <= len(name.split()) <= WORDS[1] and len(set(stems)) == len(stems)
