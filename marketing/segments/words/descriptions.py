"""Groups in words: a name of two to four words, and a sentence, from what sets each apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketing.segments.fairness import is_special_value, is_unspoken
from marketing.segments.words import wording
from marketing.segments.words.traits import Trait
from marketing.segments.words.wording import Forms

DESCRIBED = 100  # people: smaller groups are not described; Google serves no audience below it
SHOWN = 50  # people: smaller groups are not shown at all
WORDS = (2, 4)  # in a name
NAMED_AFTER = 6  # the weightiest traits that a name may be made of
MANY = 0.4  # the share of the group that should have a trait it is named after; lesser ones come last
ALONE = 6  # a name of one trait comes after names of two of about this rank
AMOUNT = 2  # a noun for how much ("heavy viewers") says less than one for what ("console players")
LESSER = 20  # a name after what few of the group share comes after all others
TOLD = 3  # traits in the sentence
PLAIN = ("Largest", "Larger", "Middle", "Smaller", "Smallest", "Remaining", "Other", "Further")
WHOLE = "The whole audience"


@dataclass(frozen=True)
class Speech:
    """A trait that a group may be named after, with the forms that say it."""

    trait: Trait
    forms: Forms


def name_all(traits: Sequence[Sequence[Trait]], sizes: Sequence[int]) -> list[str]:
    """A name for each group, no two alike; the largest group chooses first."""
    names = [""] * len(traits)
    taken: set[str] = set()
    for group in sorted(range(len(traits)), key=lambda g: (-sizes[g], g)):
        options = [*names_from(traits[group]), *(f"{word} mixed group" for word in PLAIN)]
        names[group] = next(name for name in options if name.lower() not in taken)
        taken.add(names[group].lower())
    return names


def names_from(traits: Sequence[Trait]) -> Iterator[str]:
    """Names that these traits (weightiest first) can make, best first: of weighty traits, and said in a plain way."""
    said = [speech for trait in traits if (speech := _speech(trait))]
    spoken = sorted(said, key=lambda speech: speech.trait.share < MANY)[:NAMED_AFTER]
    many = sum(speech.trait.share >= MANY for speech in spoken)
    ranked = [
        (at + other + clumsy + LESSER * (max(at, other) >= many), name)
        for at, first in enumerate(spoken)
        for other, second in enumerate(spoken)
        if first.trait.column != second.trait.column
        for clumsy, name in _pair(first, second)
    ]
    ranked += [
        (at + ALONE + LESSER * (at >= many), name) for at, speech in enumerate(spoken) for name in _single(speech.forms)
    ]
    for _, name in sorted(ranked, key=lambda entry: entry[0]):
        if _fits(name):
            yield name[:1].upper() + name[1:]


def sentence(size: int, share: float, traits: Sequence[Trait]) -> str:
    """The group in a sentence: how many, and what is commoner in it than elsewhere."""
    people = f"{size:,} people, {share:.0%} of the audience."
    if size < DESCRIBED:
        return f"{size:,} people, too few to describe; groups are described from {DESCRIBED}."
    told = [f"{_inside(t.trait)} ({t.share:.0%}, others {t.others:.0%})" for t in traits if t.lift > 1][:TOLD]
    if not told:
        return f"{people} Nothing in the columns sets them clearly apart."
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"{people} More often than elsewhere: {listed}."


def _speech(trait: Trait) -> Speech | None:
    """How a name may say this trait; None where no name may or can."""
    if trait.lift <= 1 or is_unspoken(trait.column) or is_special_value(trait.value):
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
        names += [f"people {forms.tail}", forms.tail.removeprefix("with ")]
    return names


def _fits(name: str) -> bool:
    """Whether a name has two to four words, none of them twice."""
    stems = [part.rstrip("s") for part in name.lower().replace("-", " ").split()]
    return WORDS[0] <= len(name.split()) <= WORDS[1] and len(set(stems)) == len(stems)


def _inside(text: str) -> str:
    """A trait within a sentence: its first letter small, unless it begins with an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
