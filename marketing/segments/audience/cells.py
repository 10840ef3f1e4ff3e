"""What stands in the cells of a column: amounts, levels or dates; each different value is looked at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNKNOWN = frozenset(
    {
        "",
        "unknown",
        "n/a",
        "na",
        "nan",
        "none given",
        "not known",
        "not available",
        "not stated",
        "null",
        "?",
        "-",
        "--",
    }
    | {"undefined", "unspecified", "missing", "prefer not to say", "unbekannt", "keine angabe", "desconocido"}
    | {"inconnu", "sconosciuto", "desconhecido", "onbekend", "nieznany", "#n/a", "none/unknown", "<na>", "nat"}
)
ANSWERS = dict.fromkeys(("yes", "y", "true", "t", "si", "sí", "oui", "ja", "sim", "tak", "on", "1"), "yes")
ANSWERS |= dict.fromkeys(("no", "n", "false", "f", "non", "nein", "nee", "não", "nie", "off", "0"), "no")
NO_YES = ("no", "yes")
NUMBER = re.compile(r"[€$£]?\s?([-−]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?)\s?[€$£%]?")

Codes = NDArray[np.intp]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Amounts:
    """A column of numbers; NaN where not known."""

    values: Numbers


@dataclass(frozen=True)
class Levels:
    """A column of texts: codes into `levels`, -1 where not known; `counts` of each level."""

    codes: Codes
    levels: tuple[str, ...]
    counts: NDArray[np.intp]


@dataclass(frozen=True)
class Dates:
    """A column of points in time; of which `filled` are known, and `different` differ."""

    filled: int
    different: int


def read(column: pd.Series) -> Amounts | Levels | Dates:
    """A column as what it holds.

    Every way of saying "unknown" is missing, and so are infinities. Texts that are nothing but numbers are numbers,
    unless zeros in front make them codes. Where nothing but answers stands (0 and 1, Y and N, si and no), levels are
    "no" and "yes". Spellings that differ in case or spaces only are one level, written as most often.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return Dates(int(column.notna().sum()), int(column.nunique()))
    if _is_plain_number(column):
        numbers = amounts(column, np.float64)
        known = numbers[~np.isnan(numbers)]
        if len(known) and ((known == 0) | (known == 1)).all():
            return _coded(np.where(np.isnan(numbers), -1, np.nan_to_num(numbers)).astype(np.intp), NO_YES)
        return Amounts(numbers)
    codes, values = distinct(column)
    texts = [plain(value) for value in values]
    if (as_numbers := _as_numbers(texts)) is not None:
        return Amounts(np.append(as_numbers, np.nan)[codes])
    return _levels(codes, texts)


def distinct(column: pd.Series) -> tuple[NDArray[Any], Iterable[Any]]:
    """Codes into the different values of a column, -1 where missing; of a categorical, as they are."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    try:
        return pd.factorize(column)
    except TypeError:  # lists or dictionaries in cells
        return pd.factorize(column.map(str, na_action="ignore"))


def plain(value: object) -> str:
    """A cell as text without needless spaces, whole numbers without ".0"; "" where it says "unknown"."""
    if isinstance(value, bool | np.bool_):
        return NO_YES[int(value)]
    if isinstance(value, int | float | np.number):
        number = float(value)
        return written(number) if np.isfinite(number) else ""
    text = " ".join(str(value).split())
    return "" if text.casefold() in UNKNOWN else text


def written(number: float) -> str:
    """A number as a level: "5", not "5.0"."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def key(text: str) -> str:
    """What spellings of one level have in common."""
    return written(number(text)) if NUMBER.fullmatch(text) and not _is_code(text) else text.casefold()


def answer(text: str) -> str:
    """ "yes" or "no", if the text says so; else ""."""
    return ANSWERS.get(text.casefold(), "")


def number(text: str) -> float:
    """The number that a text is, with a decimal comma or point, a currency or a per cent sign; NaN if it is none."""
    found = NUMBER.fullmatch(text)
    return float(found[1].replace("−", "-").replace(",", ".")) if found else np.nan


def amounts(column: pd.Series, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """A column as numbers of `dtype`; NaN for what is no number, or no finite one."""
    if not _is_plain_number(column):
        codes, values = distinct(column)
        table = np.array([*(number(plain(value)) for value in values), np.nan])
        found: NDArray[Any] = _finite(table, dtype)[codes]
        return found
    return _finite(column.to_numpy(np.float64 if column.hasnans else None, na_value=np.nan), dtype)


def _finite(values: NDArray[Any], dtype: type[np.floating[Any]]) -> NDArray[Any]:
    with np.errstate(over="ignore", invalid="ignore"):
        numbers: NDArray[Any] = values.astype(dtype)
        infinite = not np.isfinite(numbers.sum(dtype=np.float64))  # one pass where all is well and known
    if infinite:
        numbers[np.isinf(numbers)] = np.nan
    return numbers


def _is_plain_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype)


def _as_numbers(texts: Sequence[str]) -> Numbers | None:
    """Texts that are nothing but numbers (NaN for ""), or None where they are not, or are codes."""
    known = [text for text in texts if text]
    if not known or not all(NUMBER.fullmatch(text) for text in known) or any(map(_is_code, known)):
        return None
    if any("," in text for text in known) and any("." in text for text in known):
        return None
    numbers = np.array([number(text) if text else np.nan for text in texts])
    return None if set(numbers[~np.isnan(numbers)].tolist()) <= {0.0, 1.0} else numbers


def _is_code(text: str) -> bool:
    return len(text) > 1 and text[0] == "0" and text[1].isdigit()


def _levels(codes: Codes, texts: Sequence[str]) -> Levels:
    """Levels of the different texts, spellings joined."""
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    answers = [answer(text) for text in texts if text]
    if answers and all(answers):
        return _coded(np.array([*(NO_YES.index(answer(t)) if t else -1 for t in texts), -1], np.intp)[codes], NO_YES)
    spelled: dict[str, int] = {}
    for at in np.argsort(-counts, kind="stable").tolist():
        if texts[at] and counts[at]:
            spelled.setdefault(key(texts[at]), at)
    places = {told: place for place, told in enumerate(spelled)}
    table = np.array([*(places.get(key(text), -1) if text else -1 for text in texts), -1], np.intp)
    return _coded(table[codes], [texts[at] for at in spelled.values()])


def _coded(codes: Codes, levels: Iterable[str]) -> Levels:
    """Levels that somebody has, with their counts."""
    told = tuple(levels)
    counts = np.bincount(codes[codes >= 0], minlength=len(told))
    if counts.all():
        return Levels(codes, told, counts)
    kept = np.flatnonzero(counts)
    table = np.full(len(told) + 1, -1, np.intp)
    table[kept] = np.arange(len(kept))
    return Levels(table[codes], tuple(told[at] for at in kept), counts[kept])


def words_of(name: str) -> list[str]:
    """The words of a column's name, in lower case."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", split.lower()) if word]
