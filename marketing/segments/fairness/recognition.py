"""What the law, or our default, keeps out of segments, recognised by a column's name and by what stands in it.

The words are data: one file a category in `categories/`, by language; what names have besides in `names.toml`. In them

* `names` tell a category wherever they stand in a name, unless an `unless` word says that it is about something else;
* `alone` also mean other things (a race is run): they count alone, or beside words that tell nothing ("race_cd"),
  beside values of the category ("race_white"), or where the column's values say so;
* `firm` names count even beside a word for what is watched ("political views"), `beside` are more words that tell
  nothing beside one that stands alone;
* `doubtful` names count only where the values say so;
* `unsaid` ones also where the values are but figures;
* `values` are cells; `weak` ones count only beside them; `codes` are sets of letters that say it by themselves;
  `patterns` are forms of codes, believed where most cells have the form and one has what it `needs`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from marketing.segments.fairness import reading
from marketing.segments.fairness.reading import pattern, vocabulary, words

MOST_LEVELS = 0.5  # share of a column's different values that must be of one category for it to be told by content
SOME_LEVELS = 0.2  # of them where SEVERAL are: a coded column holds noise besides
SEVERAL = 3
MOST_CODES = 0.8  # of them must look like codes (of illnesses, of blood groups), as codes say less than words
LOOKED_AT = 200  # different values of a column, the commonest first
COMMONEST = 3  # cells, of which two that are nothing but values of a category tell it
PROSE = 6  # words: a cell of so many is a text, which may mention anything

By = Literal["name", "content"]


@dataclass(frozen=True)
class Category:
    """What a column tells that is kept out, and how that was seen.

    `source` is the law; `setting`: whether the settings may let it in, with a reason; they cannot let in the rest.
    """

    id: str
    source: str
    setting: bool
    by: By


def kept_out(name: str, values: Iterable[object]) -> Category | None:
    """The category that a column is kept out for, if any.

    Args:
        name: The column's.
        values: Its different values, the commonest first; of numbers none need be given.
    """
    raw = (words(name), words(name.lower()))  # "GdB" is an abbreviation, not two words
    told = reading.name_words(name)
    cells = [cell for value in list(values)[:LOOKED_AT] if (cell := str(value).strip().lower())]
    for rule in _rules():
        if rule.by_name(raw, told, cells):
            return Category(rule.id, rule.source, rule.setting, "name")
    media = bool((vocabulary("content") | vocabulary("cuisine")) & set(told.split()))
    for rule in _rules():
        if rule.by_content(cells, media=media):
            return Category(rule.id, rule.source, rule.setting, "content")
    return None


def is_special_value(value: str) -> bool:
    """Whether this cell names a special category, wherever it stands."""
    told = words(value)
    return any(rule.values.search(told) for rule in _rules())


@dataclass(frozen=True)
class _Form:
    """A form of codes: `cell` of each, in at least `many` different cells, and `needs` of at least `sure` of them."""

    cell: re.Pattern[str]
    needs: re.Pattern[str]
    many: int
    sure: int

    def told_by(self, cells: Sequence[str]) -> bool:
        fit = [cell for cell in cells if self.cell.fullmatch(cell)]
        return len(fit) >= max(self.many, MOST_CODES * len(cells)) and self._needed(fit)

    def _needed(self, fit: Sequence[str]) -> bool:
        return sum(self.needs.fullmatch(cell) is not None for cell in fit) >= self.sure


@dataclass(frozen=True)
class _Rule:
    """One file of `categories/`."""

    id: str
    source: str
    setting: bool
    content: bool  # whether what somebody watches says nothing of it
    firm: re.Pattern[str]
    beside: frozenset[str]
    names: re.Pattern[str]
    alone: re.Pattern[str]
    doubtful: re.Pattern[str]
    unsaid: re.Pattern[str]
    unless: re.Pattern[str]
    values: re.Pattern[str]
    other_values: frozenset[str]
    weak: frozenset[str]
    codes: tuple[frozenset[str], ...]
    forms: tuple[_Form, ...]
    families: re.Pattern[str]
    skeletons: frozenset[str]

    def by_name(self, raw: tuple[str, str], told: str, cells: Sequence[str]) -> bool:
        forms = reading.spellings(told) | set(raw)
        if self.doubtful.search(told) and self.speaking(cells, media=False):
            return True
        if self.firm.search(told):
            return True
        if self._alone(self.unsaid, told) and all(re.fullmatch(r"[\d.]+", cell) for cell in cells):
            return True
        if self.unless.search(raw[0]) or (self.content and self._of_content(told)):
            return False
        if any(self.names.search(form) or self.families.fullmatch(form) for form in forms):
            return True
        return (
            self._abbreviated(told)
            or any(self._alone(self.alone, form) or self._alone(self.values, form) for form in forms)
        ) and not self._of_something_else(cells)

    def by_content(self, cells: Sequence[str], *, media: bool) -> bool:
        if len(cells) < 2:  # one value tells nobody apart
            return False
        if self._letters(cells):
            return True
        return self.speaking(cells, media=media) or any(form.told_by(cells) for form in self.forms)

    def speaking(self, cells: Sequence[str], *, media: bool) -> bool:
        """Whether enough of the cells are of this category. A list of genres or cuisines needs nearly all to be."""
        known = [cell for cell in cells if words(cell) not in vocabulary("unknown")]
        strong = sum(self._speaks(cell) for cell in known)
        weak = sum(words(cell) in self.weak for cell in known if not self._speaks(cell))
        if not strong or len(cells) < 2:
            return False
        if media and self.content:
            return strong >= max(SEVERAL, MOST_CODES * len(known))
        if strong == 1:
            return weak == len(known) - 1
        return (
            strong + weak >= MOST_LEVELS * len(known)
            or strong >= max(SEVERAL, SOME_LEVELS * len(known))
            or self._leading(known)
        )

    def _leading(self, known: Sequence[str]) -> bool:
        """Whether two of the commonest cells are nothing but values of the category: rare noise does not hide them."""
        return sum(self.values.fullmatch(words(cell)) is not None for cell in known[:COMMONEST]) > 1

    def _letters(self, cells: Sequence[str]) -> bool:
        """Whether the cells are such a pair of letters as "m" and "f", and nothing that is not of the category."""
        letters = {told for cell in cells if (told := words(cell)) not in vocabulary("unknown")}
        return any(code <= letters and letters <= self.weak | code for code in self.codes)

    def _speaks(self, cell: str) -> bool:
        """Whether a cell of a few words names the category."""
        told = words(cell)
        return len(told.split()) < PROSE and self.values.search(told) is not None

    def _of_content(self, told: str) -> bool:
        found = set(told.split())
        return bool(found & vocabulary("content")) or ("race" in found and bool(found & vocabulary("sports")))

    def _alone(self, names: re.Pattern[str], told: str) -> bool:
        """Whether a word that may mean something else stands beside nothing that would say so."""
        if not names.search(told):
            return False
        rest = self.values.sub(" ", self.alone.sub(" ", names.sub(" ", told)))
        return all(self._says_nothing(word) for word in rest.split())

    def _says_nothing(self, word: str) -> bool:
        plain = word in vocabulary("neutral") or word in self.weak or word in self.beside
        return plain or re.fullmatch(r"[a-z]?\d{1,3}", word) is not None

    def _abbreviated(self, told: str) -> bool:
        """Whether a word has the consonants of a known one ("natnlty"), or has no vowels and begins it ("rlgn")."""
        for word in told.split():
            bare, vowels = reading.skeleton(word), re.search("[aeiou]", word)
            if len(bare) >= reading.SKELETON and any(
                s == bare or (s.startswith(bare) and not vowels) for s in self.skeletons
            ):
                return True
        return False

    def _of_something_else(self, cells: Sequence[str]) -> bool:
        return 2 * sum(words(cell) in self.other_values for cell in cells) > len(cells)


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    """All categories: those of the law before those of our default, so that the graver one is told."""
    folder = resources.files("marketing.segments.fairness").joinpath("categories")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    rules = [_rule(tomllib.loads(file.read_text("utf-8"))) for file in files]
    return tuple(sorted(rules, key=lambda rule: rule.setting))


def _rule(entry: Mapping[str, Any]) -> _Rule:
    def listed(part: str) -> list[str]:
        found = entry.get(part, [])
        return [word for language in found.values() for word in language] if isinstance(found, dict) else list(found)

    return _Rule(
        id=entry["id"],
        source=entry["source"],
        setting=entry.get("setting", False),
        content=entry.get("content", False),
        beside=frozenset(listed("beside")),
        **{
            part: pattern(listed(part)) for part in ("names", "alone", "firm", "unsaid", "doubtful", "unless", "values")
        },
        other_values=frozenset(listed("other_values")),
        weak=frozenset(listed("weak")),
        codes=tuple(frozenset(code.split()) for code in listed("codes")),
        forms=tuple(_form(form) for form in entry.get("patterns", [])),
        families=re.compile("|".join(listed("families")) or r"(?!)"),
        skeletons=frozenset(map(reading.skeleton, listed("skeletons"))),
    )


def _form(entry: Mapping[str, Any]) -> _Form:
    return _Form(
        re.compile(entry["cell"]), re.compile(entry.get("needs", ".*")), entry.get("many", 2), entry.get("sure", 1)
    )
