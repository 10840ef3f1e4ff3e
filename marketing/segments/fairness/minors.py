"""Who may be under 18: by age, age band, year or date of birth, school grade, or a word that says so.

Where a band or a year leaves it open, the person counts as a minor: nobody is advertised to by profile who might be
one (Digital Services Act Art. 28(2)). An age that is not told says nothing. Which columns tell it, and in what unit,
is learned once, on a sample; people are then masked by the chunk.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.fairness import births
from marketing.segments.fairness.reading import lists, name_words, pattern, spellings, words
from marketing.segments.fairness.recognition import kept_out

ADULT = 18  # years
OLDEST = 120  # a column whose values mostly pass this counts something else
BANDS = 12  # numbers of an age group up to here are codes for bands, not years
SCALED = 0.2  # share of numbers under zero from which they are deviations from a mean
UNKNOWN = (-1, -8, -9, -88, -98, -99, -999)  # as surveys code it
LEVELS = 60  # a column of more different words is no list of age bands
TRUE = frozenset({"yes", "y", "true", "t", "1", "1.0", "si", "oui", "ja", "sim", "tak", "x", "wahr", "vrai", "vero"})
FALSE = frozenset({"no", "n", "false", "f", "0", "0.0", "non", "nein", "nee", "nao", "nie", "falsch", "faux", "falso"})
UP_TO = re.compile(
    r"[<≤]|^[-−–] ?(?:de |di )?[1-9]\d|\b(?:under|below|less|up to|younger|and under|unter|bis|junger|hochstens|moins|"
    r"jusqu a|menos|hasta|menor(?:es)?|meno|fino|sotto|minori?|ate|onder|tot|jonger|ponizej|do)\b"
)
GRADE = re.compile(r"(?:^|\D)(?:[1-9]|1[0-3])(?:\D|$)|^k(?:\W|indergarten|$)")
ROMAN = re.compile(r"(?:\w+ )?(?:i{1,3}|iv|vi{0,3}|ix|x|xi{1,3})(?: ?[a-f])?")

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Telling:
    """A column that tells who may be a minor: how, and in which unit its numbers are ("" where it has none)."""

    column: str
    kind: str
    unit: str = ""


@dataclass(frozen=True)
class Minors:
    """How a table tells who may be a minor on a day."""

    today: dt.date
    tellings: tuple[Telling, ...]

    @property
    def columns(self) -> list[str]:
        """The columns it is told by."""
        return [telling.column for telling in self.tellings]

    def by_column(self, frame: pd.DataFrame) -> dict[str, Mask]:
        """Who in `frame` (people, with those of the columns that it has) may be under 18, by each column."""
        there = [telling for telling in self.tellings if telling.column in frame.columns]
        return {t.column: _READERS[t.kind](frame[t.column], t.unit, self.today) for t in there}

    def mask(self, frame: pd.DataFrame) -> Mask:
        """Who in `frame` may be under 18 by any column."""
        found = np.zeros(len(frame), np.bool_)
        for young in self.by_column(frame).values():
            found |= young
        return found

    def to_record(self) -> dict[str, Any]:
        """As a plain dictionary for JSON."""
        return {"today": self.today.isoformat(), "tellings": [asdict(telling) for telling in self.tellings]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Minors":
        """As `to_record` wrote it."""
        return cls(dt.date.fromisoformat(record["today"]), tuple(Telling(**one) for one in record["tellings"]))


def learn(sample: pd.DataFrame, today: dt.date) -> Minors:
    """Which columns of `sample` tell who may be under 18 on `today`, and how."""
    found = [_telling(str(name), sample[name], today) for name in sample.columns]
    return Minors(today, tuple(telling for telling in found if telling is not None))


def find(frame: pd.DataFrame, today: dt.date) -> dict[str, pd.Series]:
    """Who in `frame` may be under 18 on `today`, for each column that says it of someone."""
    masks = learn(frame, today).by_column(frame)
    return {name: pd.Series(mask, frame.index) for name, mask in masks.items() if mask.any()}


def telling(name: str) -> str:
    """How a column of this name tells an age: "flag", "adult", "birth", "grade", "kind" or "age"; "" for not at all."""
    listed = lists("minors.toml")["minors"]
    forms = spellings(name_words(name))
    said = {word for form in forms for word in form.split()}
    if said & set(listed["others"]) or (said & set(listed["parts"]) and "year" not in said):
        return ""
    for kind in ("flag", "adult", "birth", "grade"):
        if any(map(pattern(listed[kind]).search, forms)):
            return kind
    if any(map(pattern(listed["kind"]).fullmatch, forms)):
        return "kind"
    return "age" if any(map(pattern(listed["age"]).search, forms)) and not set(listed["unless"]) & said else ""


def _telling(name: str, column: pd.Series, today: dt.date) -> Telling | None:
    kind = telling(name) or ("kind" if _holds_age_bands(column) else "")
    numbers = _numbers(column)
    if kind == "birth":
        return Telling(name, kind, births.unit(numbers, today))
    if kind == "age" or (kind == "kind" and np.isfinite(numbers).mean() > 0.5):
        unit = _age_unit(name, numbers)
        return Telling(name, "age", unit) if unit else None
    return Telling(name, kind) if kind else None


def _holds_age_bands(column: pd.Series) -> bool:
    """Whether a column whose name does not tell an age holds the bands that platforms sort people by."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return False
    levels = _texts(column).value_counts().index[: LEVELS + 1]
    found = kept_out("", levels) if len(levels) <= LEVELS else None
    return found is not None and found.id == "age"


def _age_unit(name: str, numbers: NDArray[np.float64]) -> str:
    """ "years" or "months" of a person; "" where the numbers count something else, or are codes or deviations."""
    told = set(name_words(name).split())
    known = numbers[np.isfinite(numbers)]
    known = known[~np.isin(known, UNKNOWN)]
    if not len(known):
        return "years"  # ages in words
    if "months" in told or "monate" in told or "mois" in told:
        return "months"
    scaled = (known < 0).mean() > SCALED or (known.max() <= 1 and (known != np.round(known)).any())
    if scaled or np.quantile(known, 0.9) > OLDEST or _are_codes(told, known):
        return ""
    return "years"


def _are_codes(told: set[str], known: NDArray[np.float64]) -> bool:
    banded = told & {"group", "grp", "band", "bracket", "cat", "category", "code", "cd", "class", "klasse", "gruppe"}
    return bool(banded) and known.max() <= BANDS


def _by_age(column: pd.Series, unit: str, _: dt.date) -> Mask:
    if pd.api.types.is_numeric_dtype(column):
        years = _numbers(column) / (12 if unit == "months" else 1)
        return np.asarray((years >= 0) & (years < ADULT))
    return _by_word(column, unit, _)


def _by_word(column: pd.Series, unit: str, _: dt.date) -> Mask:
    children = frozenset(lists("minors.toml")["minors"]["words"])
    scale = 12 if unit == "months" else 1
    return _by_level(column, lambda value: words(value) in children or 0 <= _lowest_age(value) < ADULT * scale)


def _by_birth(column: pd.Series, unit: str, today: dt.date) -> Mask:
    return births.minors(column, unit, today, ADULT)


def _by_flag(column: pd.Series, _: str, __: dt.date) -> Mask:
    children = frozenset(lists("minors.toml")["minors"]["words"])
    return _by_level(column, lambda value: words(value) in children or value.lower() in TRUE or words(value) in TRUE)


def _by_adult(column: pd.Series, _: str, __: dt.date) -> Mask:
    return _by_level(column, lambda value: value.lower() in FALSE or words(value) in FALSE)


def _by_grade(column: pd.Series, _: str, __: dt.date) -> Mask:
    schools = pattern(lists("minors.toml")["minors"]["schools"])
    return _by_level(column, lambda value: _is_grade(value.lower(), schools))


def _is_grade(value: str, schools: re.Pattern[str]) -> bool:
    told = words(value)
    found = GRADE.search(value) or ROMAN.fullmatch(told) or schools.search(told)
    return found is not None


def _lowest_age(value: str) -> float:
    """The lowest age that "17", "18-24", "under 35" or "65+" leaves possible; NaN where none is told."""
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", value)]
    told = words(value)
    up_to = (UP_TO.search(value.lower()) or UP_TO.search(told)) and len(numbers) == 1
    if not numbers or (value.startswith("-") and not up_to):
        return np.nan
    return 0.0 if up_to else min(numbers)


def _by_level(column: pd.Series, says: Callable[[str], bool]) -> Mask:
    """What `says` answers for each value, asked once for each different one; never of an empty cell."""
    codes, levels = pd.factorize(_texts(column))
    answers = np.array([bool(level) and says(level) for level in levels] + [False], np.bool_)
    return answers[codes]


def _texts(column: pd.Series) -> pd.Series:
    return column.astype("string").fillna("").str.strip()


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    """A column's numbers, also where they stand as text; NaN for the rest."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_bool_dtype(column):
        return np.full(len(column), np.nan)
    return np.array(pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan))


_READERS: dict[str, Callable[[pd.Series, str, dt.date], Mask]] = {
    "flag": _by_flag,
    "adult": _by_adult,
    "birth": _by_birth,
    "grade": _by_grade,
    "kind": _by_word,
    "age": _by_age,
}
