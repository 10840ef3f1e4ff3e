"""Who may be under 18: by age, age band, year or date of birth, school grade, or a word that says so.

Where a band or a year leaves it open, the person counts as a minor: nobody is advertised to by profile who might be
one (Digital Services Act Art. 28(2)). An age that is not told says nothing.
"""

import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from marketing.segments.fairness.reading import lists, name_words, pattern, words

ADULT = 18  # years
OLDEST = 120  # a column whose values mostly pass this counts something else
TRUE = frozenset({"yes", "y", "true", "t", "1", "1.0", "si", "sí", "oui", "ja", "sim", "tak"})
UP_TO = re.compile(r"[<≤]|\b(?:under|below|up to|younger|unter|bis|moins|menos|hasta|meno|fino|onder|tot)\b")
GRADE = r"(?:^|\D)(?:[1-9]|1[0-3])(?:\D|$)|^[Kk](?:\W|indergarten|$)"

Mask = pd.Series  # of bool, a person a row


def find(frame: pd.DataFrame, today: dt.date) -> dict[str, Mask]:
    """Who may be under 18 on `today`, for each column that says it of someone."""
    found = {}
    for column in frame.columns:
        told = telling(str(column))
        mask = _READERS[told](frame[column], today) if told else None
        if mask is not None and mask.any():
            found[str(column)] = mask
    return found


def telling(name: str) -> str:
    """How a column of this name tells an age: "flag", "birth", "grade", "kind", "age", or "" for not at all."""
    told, listed = name_words(name), lists("minors.toml")["minors"]
    for kind in ("flag", "birth", "grade"):
        if pattern(listed[kind]).search(told):
            return kind
    if pattern(listed["kind"]).fullmatch(told):
        return "kind"
    return "age" if pattern(listed["age"]).search(told) and not set(listed["unless"]) & set(told.split()) else ""


def _by_flag(column: pd.Series, _: dt.date) -> Mask:
    return _by_level(column, lambda value: value.lower() in TRUE)


def _by_grade(column: pd.Series, _: dt.date) -> Mask:
    return _by_level(column, lambda value: re.search(GRADE, value) is not None)


def _by_word(column: pd.Series, _: dt.date) -> Mask:
    children = frozenset(lists("minors.toml")["minors"]["words"])
    return _by_level(column, lambda value: words(value) in children or 0 <= _lowest_age(value) < ADULT)


def _by_age(column: pd.Series, today: dt.date) -> Mask:
    levels = pd.Series(_texts(column).unique()).map(_lowest_age)
    if levels.quantile(0.9) > OLDEST:
        return _by_level(column, lambda _: False)
    return _by_word(column, today)


def _by_birth(column: pd.Series, today: dt.date) -> Mask:
    turned = today.replace(year=today.year - ADULT, day=min(today.day, 28))
    if pd.api.types.is_datetime64_any_dtype(column):
        return (column > pd.Timestamp(turned)).astype(bool)
    return _by_level(column, lambda value: _born_after(value, turned, today))


def _born_after(value: str, turned: dt.date, today: dt.date) -> bool:
    """Whether someone with this date or year of birth may be born after `turned`."""
    if whole := re.match(r"\d{4}-\d{2}-\d{2}", value):
        return turned.isoformat() < whole.group() <= today.isoformat()
    return turned.year <= _year(value, today) <= today.year


def _year(value: str, today: dt.date) -> float:
    if found := re.search(r"(?<!\d)(?:18|19|20)\d\d(?!\d)", value):
        return float(found.group())
    if short := re.search(r"^\d{1,2}\D\d{1,2}\D(\d\d)$", value):
        year = today.year // 100 * 100 + int(short.group(1))
        return float(year if year <= today.year else year - 100)
    return np.nan


def _lowest_age(value: str) -> float:
    """The lowest age that "17", "18-24", "under 35" or "65+" leaves possible; NaN where none is told."""
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", value)]
    if not numbers or value.startswith("-"):
        return np.nan
    return 0.0 if UP_TO.search(value.lower()) and len(numbers) == 1 else min(numbers)


def _by_level(column: pd.Series, says: Callable[[str], bool]) -> Mask:
    """What `says` answers for each value, asked once for each different one; never of an empty cell."""
    texts = _texts(column)
    answers = {value: bool(value) and says(value) for value in texts.unique()}
    return texts.map(answers).astype(bool)


def _texts(column: pd.Series) -> pd.Series:
    return column.astype("string").fillna("").str.strip()


_READERS: dict[str, Callable[[pd.Series, dt.date], Mask]] = {
    "flag": _by_flag,
    "birth": _by_birth,
    "grade": _by_grade,
    "kind": _by_word,
    "age": _by_age,
}
