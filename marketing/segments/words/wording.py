"""Columns and values in words: what a share is a share of ("Balance over 2,000"), and forms that names are made of.

How known kinds of columns are spoken of is data, in `naming.toml`; the rest follows a few plain patterns.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marketing.errors import printable
from marketing.segments.fairness import is_special_value, is_unspoken, name_words, pattern, words

LABEL_LIMIT = 40  # characters of a column's name or a value that are shown
EARLIEST_YEAR, LATEST_YEAR = 1850, 2200  # whole numbers between these are years, and written without a comma
FORMS = ("adjective", "noun", "tail")
LONGEST_TAIL = 4  # words
SHARE = "share "
SHARE_OF = f"{SHARE}of "  # how behaviour says how much of someone's time goes to a genre
WORDS = re.compile(r"[^\W\d_]{2,}(?:(?:[ &\-]| & |['’](?=s\b))(?:[^\W\d_]{2,}|a|s\b))*")
CODE = re.compile(r"[^\W\d_]{0,2}\d+[^\W\d_]?|[^\W\d_]|\d+")  # "q3", "x1", "07", "b": a number or a letter, no word
CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]+")  # no word: "fnlwgt"
BAND_EDGES = re.compile(r"([€$£]?\d+(?:[.,']\d+)*)\s?([kKmM](?![a-zA-Z])|[€$£%])?")
NUMBERS = re.compile(r"\d+(?:\.\d+)?")
SPAN = re.compile(r"over |up to |about |[^\w\s]?\d")  # what stands behind a column's name without a colon
NONE = "none"  # the span of nought alone, where nothing is below it


@dataclass(frozen=True)
class Forms:
    """How people with a trait may be spoken of in a name; "" where it cannot be said so."""

    adjective: str = ""
    noun: str = ""
    tail: str = ""
    phrase: str = ""  # for want of better, the whole name

    def stand_in(self, name: str) -> bool:
        """Whether one of them stands in a name; with or without "a"."""
        told = f" {name.lower()} "
        forms = (self.adjective, self.noun, self.tail, self.tail.replace(" a ", " "), self.phrase)
        return any(f" {form.lower()} " in told for form in forms if form)


def label(name: str) -> str:
    """A column's name as words: "minutes_a_session" is "minutes a session"."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", printable(name, LABEL_LIMIT))
    parts = [part for part in re.split(r"[\s_.\-/]+", split) if part]
    return " ".join(part if part.isupper() and len(part) <= 4 else part.lower() for part in parts) or "column"


def value_label(value: str) -> str:
    """A value as words."""
    shown = printable(value, LABEL_LIMIT).replace("_", " ").strip(" .,;:")
    return shown or "blank"


def category_trait(name: str, value: str) -> str:
    """What people with this value of a column have in common: "Plays on a console", "No loan", "Job: retired"."""
    entry = _entry(name, value)
    if told := entry.get("trait"):
        return _sentence(str(told).format(value=value_label(value)))
    if value in ("yes", "no"):
        return _answer(name, yes=value == "yes")
    return _sentence(f"{label(name)}: {value_label(value)}")


def number_trait(name: str, value: str) -> str:
    """What people within this span of a column have in common: "Balance over 2,000", "Studies: secondary or above"."""
    told = _percent(value) if name.startswith(SHARE) else value
    return _sentence(f"{label(name)} {told}" if SPAN.match(told) else f"{label(name)}: {told}")


def levels_trait(name: str, value: str) -> str:
    """What people within this span of levels have in common: "Income 50k or more", "Education: secondary or higher"."""
    return number_trait(name, value) if re.search(r"\d", value) else _sentence(f"{label(name)}: {value}")


def category_forms(name: str, value: str) -> Forms:
    """How a name may speak of people with this value."""
    entry = _entry(name, value)
    shown, column = value_label(value), noun(name)
    if entry or (value not in ("yes", "no") and _role(name, "any", "values")):
        liking = _liking(shown) if _role(name, "taste") else shown
        made = {form: str(entry.get(form, "")).format(value=_known(liking), column=column) for form in FORMS}
        return _sayable(Forms(**made))
    if value in ("yes", "no"):
        return _sayable(_answer_forms(name, column, yes=value == "yes")) if column else Forms()
    if words(value) in _lexicon()["words"]["adverbs"]:
        return Forms()
    of_column = f"with {shown} {column}"
    return _sayable(Forms(tail=of_column if column and len(of_column.split()) <= LONGEST_TAIL else f"with {shown}"))


def is_unspoken_value(name: str, value: str) -> bool:
    """Whether no group may be named after this value of a column: an age, a home or a family, special data."""
    told = words(value)
    if is_special_value(value) or pattern(_lexicon()["words"]["unspoken"]).search(told):
        return True
    return is_unspoken(value) and not _role(name, "taste")


def number_forms(name: str, value: str, side: str) -> Forms:
    """How a name may speak of people whose number, or level in an order, is high, low or in between."""
    side = NONE if value == NONE else side
    if entry := _role(name, side).get(side):
        return _sayable(Forms(**{form: str(entry.get(form, "")) for form in FORMS}))
    if name.startswith(SHARE_OF):
        liking = _liking(value_label(name.removeprefix(SHARE_OF)))
        return _sayable(Forms(noun=f"{liking} fans")) if side == "high" else Forms()
    column = noun(name)
    if not column or column in _lexicon()["words"]["moments"] or (side == "between" and _role(name, "high", "low")):
        return Forms()
    if side == NONE:
        return _sayable(Forms(tail=f"without {_article(column)}"))
    degree = _degree(column, side)
    if not degree:
        return Forms()
    return _sayable(Forms(tail=f"with {degree} {column}", phrase=f"{degree} {column} people"))


def span(over: float, up_to: float, *, lowest: float, whole: bool, years: bool) -> str:
    """The numbers above `over` and not above `up_to`, in words."""

    def told(value: float) -> str:
        return figure(value, years=years)

    if over == -np.inf:
        if up_to == lowest:
            return NONE if up_to == 0 else told(up_to)
        return f"up to {told(up_to)}"
    if up_to == np.inf:
        return f"over {told(over)}"
    first = over + 1 if whole else over
    return told(up_to) if whole and first == up_to else f"{told(first)} to {told(up_to)}"


def levels_span(first: str, last: str, side: str) -> str:
    """Levels from `first` to `last`, in words: "50k or more" of bands of numbers, "secondary or higher" of others."""
    bands = all(re.search(r"\d", level) for level in (first, last))
    if side == "high":
        return f"{_edge(first, 0)} or more" if bands else f"{value_label(first)} or higher"
    if side == "low":
        return f"up to {_edge(last, -1)}" if bands else f"{value_label(last)} or lower"
    return f"{_edge(first, 0)} to {_edge(last, -1)}" if bands else f"{value_label(first)} to {value_label(last)}"


def figure(value: float, *, years: bool = False) -> str:
    """A number as people write it: "2,000", "0.35", "−12"."""
    if value == round(value):
        shown = f"{value:.0f}" if years else f"{value:,.0f}"
    else:
        shown = f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2g}"
    return shown.replace("-", "−")


def rounded(value: float) -> float:
    """`value` at two figures, which are easily said; small whole numbers stay."""
    if value == 0 or (value == round(value) and abs(value) < 100):
        return float(value)
    places = 1 - int(np.floor(np.log10(abs(value))))
    return float(round(value, places))


def is_years(known: NDArray[np.float64]) -> bool:
    """Whether a column's numbers are years."""
    between = known.min() >= EARLIEST_YEAR and known.max() <= LATEST_YEAR
    return bool(between and (known == known.round()).all())


def _percent(value: str) -> str:
    """A span of shares in per cent: "over 0.27" is "over 27%"; as it is where a number in it is no share."""
    numbers = [float(number) for number in NUMBERS.findall(value)]
    if any(number > 1 for number in numbers):
        return value
    return NUMBERS.sub(lambda found: f"{100 * float(found[0]):.3g}%", value)


def _edge(level: str, end: int) -> str:
    """The lowest (0) or highest (-1) number of a band, as it is written: of "50k-75k" it is "50k" or "75k"."""
    numbers = BAND_EDGES.findall(value_label(level))
    if not numbers:
        return value_label(level)
    amount, scale = numbers[end]
    shared = scale or numbers[-1][1]  # "50-75k" is from 50k
    return f"{amount}{shared}".strip()


def _answer(name: str, *, yes: bool) -> str:
    shown = _uncoded(label(name))
    first = shown.split()[0]
    if first in _lexicon()["words"]["verbs"]:
        return _sentence(shown) if yes else _sentence(f"{shown}: no")
    if first in ("is", "was"):
        return _sentence(_bare(name)) if yes else _sentence(f"not {_bare(name)}")
    return _sentence(f"with {_bare(name)}") if yes else _sentence(f"no {_bare(name)}")


def _answer_forms(name: str, column: str, *, yes: bool) -> Forms:
    first, *rest = _uncoded(label(name)).split()
    if first in _lexicon()["words"]["verbs"]:
        verb = re.sub(r"(?<=ch|sh)es$|s$", "", first)
        return Forms(tail=" ".join(["who", verb, *rest])) if yes else Forms()
    if first in ("is", "was"):
        return Forms(adjective=column) if yes else Forms()
    return Forms(tail=f"with {_article(column)}") if yes else Forms(tail=f"without {_article(column)}")


def _uncoded(shown: str) -> str:
    """Words without a number in front: "Q5 would recommend" is "would recommend"."""
    parts = shown.split()
    return " ".join(parts[1:]) if len(parts) > 1 and CODE.fullmatch(parts[0]) else shown


def _bare(name: str) -> str:
    """A column's name without the word that leads in."""
    parts = _uncoded(label(name)).split()
    return " ".join(parts[1:] if len(parts) > 1 and parts[0] in _lexicon()["words"]["leads"] else parts)


def noun(name: str) -> str:
    """What a column is about, in words that a name can be made of; "" where it is only numbered ("attr_07", "Q3_b")."""
    said = [part for part in _bare(name).split() if not CODE.fullmatch(part)]
    parts = [part for part in said if part.lower() not in _lexicon()["words"]["dull"]]
    acronyms = _lexicon()["words"]["acronyms"]
    if not parts or any(CONSONANTS.fullmatch(part) and part not in acronyms for part in map(str.lower, parts)):
        return ""
    return _known(" ".join(parts))


def _known(text: str) -> str:
    """Words as they are written: "NPS score", "TV"."""
    acronyms = _lexicon()["words"]["acronyms"]
    return " ".join(part.upper() if part.lower() in acronyms else part for part in text.split())


def _liking(value: str) -> str:
    """As it stands before fans: of "running shoes" it is "running shoe"."""
    last = value.split()[-1].lower()
    if last in _lexicon()["words"]["plurals"] or not re.search(r"[^siu]s$", last):
        return value
    return f"{value[:-3]}y" if last.endswith("ies") and len(last) > 5 else value[:-1]


def _article(column: str) -> str:
    """With "a" or "an" where that is known to be said: "a car"."""
    if column.split()[-1] not in _lexicon()["words"]["countable"]:
        return column
    return f"an {column}" if column[0] in "aeio" else f"a {column}"


def _degree(column: str, side: str) -> str:
    """ "long duration", "many orders", "high balance"."""
    last, words_ = column.split()[-1], _lexicon()["words"]
    kind = "long" if last in words_["long"] else "many" if re.search(r"[^su]s$", last) else "high"
    return str(words_["degrees"][kind][side])


def _sayable(forms: Forms) -> Forms:
    """The forms that are words, without figures, signs or single letters."""
    said = {form: getattr(forms, form) for form in (*FORMS, "phrase")}
    return Forms(**{form: text for form, text in said.items() if WORDS.fullmatch(text)})


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _entry(name: str, value: str) -> Mapping[str, Any]:
    """What `naming.toml` says of this value of this column; empty where it says nothing."""
    if value in ("yes", "no"):
        return dict(_role(name, value).get(value, {}))
    role = _role(name, "any", "values")
    shared = {"trait": role["trait"]} if "trait" in role else {}
    known = role.get("values", {}).get(words(value))
    return {**shared, **(role.get("any", {}) if known is None else known)}


def subject(name: str, side: str) -> str:
    """What a column is about, as far as it is known; "" where it is not. Of one subject a name says one thing."""
    role = _role(name, "any", "values", "yes", "no") if side == "is" else _role(name, side)
    return str(role.get("subject", role["names"][0])) if role else ""


@lru_cache(maxsize=10_000)
def _role(name: str, *wanted: str) -> Mapping[str, Any]:
    """The first role for columns of this name that has something of what is `wanted`."""
    told = {name_words(name), words(name)}
    for role in _lexicon()["role"]:
        if any(key in role for key in wanted) and any(pattern(role["names"]).search(text) for text in told):
            return dict(role)
    return {}


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(resources.files("marketing.segments.words").joinpath("naming.toml").read_text("utf-8"))
