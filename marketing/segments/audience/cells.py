"""What stands in the cells of a column: numbers, categories, or something no group can be found by."""

import re
from typing import Any

import numpy as np
import pandas as pd

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
    | {"inconnu", "sconosciuto", "desconhecido", "onbekend", "nieznany", "#n/a", "none/unknown"}
)
ANSWERS = dict.fromkeys(("yes", "y", "true", "t", "si", "sí", "oui", "ja", "sim", "tak", "on"), "yes") | dict.fromkeys(
    ("no", "n", "false", "f", "non", "nein", "nee", "não", "nie", "off"), "no"
)
NEARLY_UNIQUE = 0.5  # a text column with more different values than this share of people tells persons, not groups
ALL_BUT_UNIQUE = 0.98  # for whole numbers, which may be amounts
NEARLY_EMPTY = 0.95  # share of missing cells
PROSE = 40  # characters: where half the cells are longer, it is free text
FEW = 20  # people: below this, sharing and uniqueness say little
ID_WORDS = frozenset(
    {"id", "uuid", "guid", "hash", "key", "ref", "no", "number", "nr", "ssn", "msisdn", "ip", "cookie"}
)
CODE_WORDS = frozenset({"zip", "zipcode", "postcode", "postal", "plz", "cp", "cap", "dma", "code"})
DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?: .*)?|\d{4}[./]\d{1,2}[./]\d{1,2}(?: .*)?"
)
NUMBER = re.compile(r"[-−]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?")
CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?\d[\d ()/-]{8,}\d|https?://\S+|\d{1,3}(?:\.\d{1,3}){3}")
LOOKED_AT = 500  # different values of a column are read to tell its kind


def clean(column: pd.Series) -> pd.Series:
    """The column with every way of saying "unknown" as missing; numbers read as text are numbers, answers yes or no."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if pd.api.types.is_bool_dtype(column):
        column = column.astype("boolean").astype("Float64")
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.astype("Float64").astype(float).replace([np.inf, -np.inf], np.nan)
        return _answers(numbers, {0.0: "no", 1.0: "yes"})
    text = column.astype("string").str.strip()
    text = text.mask(text.str.lower().isin(UNKNOWN))
    as_numbers = _as_numbers(text)
    if as_numbers is not None:
        return _answers(as_numbers, {0.0: "no", 1.0: "yes"})
    return _answers(text, {level: ANSWERS.get(level.lower(), "") for level in text.dropna().unique()})


def is_number(name: str, column: pd.Series) -> bool:
    """Whether amounts stand in a cleaned column, not codes; two different numbers are as good as codes."""
    if not pd.api.types.is_numeric_dtype(column) or set(words_of(name)) & CODE_WORDS:
        return False
    return column.nunique() > 2


def _answers(column: pd.Series, meaning: dict[Any, str]) -> pd.Series:
    """Yes and no, where a column holds nothing else; else the column as it is."""
    levels = column.dropna().unique()
    if len(levels) and all(meaning.get(level) for level in levels):
        return column.map(meaning).astype("string")
    return column


def unusable(name: str, column: pd.Series, levels: pd.Series) -> str:
    """Why no group can be found by this cleaned column, or "". `levels` counts its different values."""
    filled = int(levels.sum())
    if filled == 0:
        return "It is empty."
    if len(levels) == 1:
        return "Everyone has the same value."
    if filled < (1 - NEARLY_EMPTY) * len(column):
        return f"It is empty for {1 - filled / len(column):.0%} of people."
    if pd.api.types.is_datetime64_any_dtype(column):
        return "It is a date."
    if pd.api.types.is_numeric_dtype(column):
        return _unusable_number(name, column, len(levels) / filled)
    return _unusable_text(levels.index[:LOOKED_AT].astype(str), len(levels) / filled)


def words_of(name: str) -> list[str]:
    """The words of a column's name, in lower case."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", split.lower()) if word]


def _unusable_number(name: str, column: pd.Series, different: float) -> str:
    known = column.dropna()
    if different < ALL_BUT_UNIQUE or len(known) < FEW or not (known == known.round()).all():
        return ""
    if set(words_of(name)) & ID_WORDS or known.min() >= 1e6:
        return "It looks like an id: nearly every person has a number of their own."
    order = known.reset_index(drop=True).diff().dropna()
    if (order > 0).all() or (order < 0).all() or known.max() - known.min() < 1.05 * len(known):
        return "It only counts people: it follows the order in which they were listed or numbers them through."
    return ""


def _unusable_text(sample: "pd.Index[str]", different: float) -> str:
    matches = [DATE.fullmatch(text) is not None for text in sample]
    if np.mean(matches) > NEARLY_UNIQUE:
        return "It is a date."
    if np.mean([CONTACT.fullmatch(text) is not None for text in sample]) > NEARLY_UNIQUE:
        return "It holds ways to reach a person."
    if np.median([len(text) for text in sample]) > PROSE and len(sample) > FEW:
        return "It is free text."
    if different > NEARLY_UNIQUE:
        return "Nearly every person has a value of their own."
    return ""


def _as_numbers(text: pd.Series) -> pd.Series | None:
    """Text that is nothing but numbers, as numbers; None where it is not, or where zeros in front make it a code."""
    levels = text.dropna().unique().tolist()
    if not levels or not all(NUMBER.fullmatch(level) for level in levels):
        return None
    if any(len(level) > 1 and level[0] == "0" and level[1].isdigit() for level in levels):
        return None
    if any("," in level for level in levels) and any("." in level for level in levels):
        return None
    numbers = {level: float(level.replace("−", "-").replace(",", ".")) for level in levels}
    return text.map(numbers).astype(float)
