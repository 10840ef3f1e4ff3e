"""Numbers as people write them: 1234.5, 1,234.5, 1.234,5, 1 234,5, 1'234.5, told apart over a whole column."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from marketing import contracts, tables
from marketing.errors import Fault

SIGN = r"[+\-−]?"
SPACES = " \u00a0\u202f\u2009"
EXPONENT = r"(?:[eE][+\-]?\d+)?"
DOT = (  # decimal dot; thousands by comma (also in lakhs), apostrophe or space
    rf"^{SIGN}(?:\d+|[1-9]\d{{0,2}}(?:(?:,\d{{3}})+|(?:['’]\d{{3}})+|(?:[{SPACES}]\d{{3}})+)"
    rf"|[1-9]\d?(?:,\d{{2}})+,\d{{3}})?(?:\.\d*)?{EXPONENT}$"
)
COMMA = (  # decimal comma; thousands by dot, apostrophe or space
    rf"^{SIGN}(?:\d+|[1-9]\d{{0,2}}(?:(?:\.\d{{3}})+|(?:['’]\d{{3}})+|(?:[{SPACES}]\d{{3}})+))?(?:,\d*)?{EXPONENT}$"
)
EITHER = rf"^{SIGN}[1-9]\d{{0,2}}[.,]\d{{3}}$"  # thousands, or three decimals
UNGROUPED = rf"^{SIGN}\d{{4,}}(?:[.,]\d*)?$"  # who writes 12345 groups no thousands
PLAIN = r"^-?(?:0|[1-9]\d{0,14})(?:[.,]\d+)?(?:[eE][+\-]\d+)?$|^-?[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d+)?$"
LONG = 10**15  # numbers of 16 digits: spreadsheets and floats do not keep them all
ROUNDED = r"^\d[.,]\d+[eE]\+\d{2,}$"  # 1.2021E+17: an id that a spreadsheet took for a number
CURRENCIES = "$€£¥"
EMPTY = r"(?i)^(?:#?n/?a|null|none|nan|nat|--?|[–—.?])$"  # in a column of numbers or dates


@dataclass(frozen=True)
class Typed:
    """A column after typing: its values, which rows could not be typed, and the faults that say so."""

    values: pd.Series
    bad: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    faults: list[Fault]
    note: str = ""


def filled_cells(texts: pd.Series) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which cells are neither empty nor say so in words: NA, null, -."""
    return texts.notna().to_numpy(bool) & ~tables.matches(texts, EMPTY)


def decimal_mark(texts: pd.Series) -> str:
    """The decimal mark a column speaks for, "." or ","; "?" where it may be either, "" where it makes no difference."""
    texts = _bare(texts)[0]
    dot, comma = _matches(texts, DOT), _matches(texts, COMMA)
    either = dot & comma & _matches(texts, EITHER)
    only_dot, only_comma = int((dot & ~comma).sum()), int((comma & ~dot).sum())
    if only_dot or only_comma:
        return "." if only_dot >= only_comma else ","
    if not either.any():
        return ""
    marks = {mark for mark in ".," if texts[either].str.contains(mark, regex=False).any()}
    if len(marks) == 1 and _matches(texts, UNGROUPED).any():
        return marks.pop()
    return "?"


def parse(texts: pd.Series, mark: str, column: contracts.Column, *, by_form: bool = False) -> Typed:
    """The numbers that `texts` are, with `mark` as decimal mark where the column itself leaves it open.

    `by_form` says that only the form of the file speaks for the mark: commas between cells leave decimals to the
    dot. That is too little to call 1.234 views one view and a bit.
    """
    filled = texts.notna().to_numpy(bool) if column.required else filled_cells(texts)
    kinds, unique = pd.factorize(texts[filled])
    bare, note = _bare(pd.Series(unique, dtype="str"))
    own = decimal_mark(bare)
    chosen = own if own in (".", ",") else mark
    doubt = own == "?" and (not chosen or (by_form and column.kind == "count" and _by_dot(bare)))
    fits = _matches(bare, COMMA if chosen == "," else DOT)
    numbers = _cast(bare.where(fits, "0"), "," if chosen == "," else ".")
    fits = fits & np.isfinite(numbers)
    values = np.full(len(texts), np.nan)
    values[filled] = np.where(fits, numbers, np.nan)[kinds]
    bad = np.zeros(len(texts), dtype=bool)
    bad[filled] = ~fits[kinds]
    faults = tables.faults_at(texts, bad, *_expected(chosen), column)
    if doubt:
        unclear = np.zeros(len(texts), dtype=bool)
        unclear[filled] = (fits & _matches(bare, EITHER))[kinds]
        faults += tables.faults_at(texts, unclear, *DOUBT, column)
        bad |= unclear
    return Typed(pd.Series(values, texts.index), bad, faults, note)


def _by_dot(texts: pd.Series) -> bool:
    """Whether a dot stands before three digits."""
    return bool(texts[_matches(texts, EITHER)].str.contains(".", regex=False).any())


DOUBT = (
    "a number that can be read in one way (are the three digits thousands or decimals?)",
    "Save the file with plain numbers: 1234 if they are thousands, 1.2340 if they are decimals.",
)


NO_ID = (
    "an id with all its digits; spreadsheets keep 15 of a number and round the rest",
    "Fetch the ids again, into a column formatted as text.",
)


def _expected(mark: str) -> tuple[str, str]:
    form = {",": "a number such as 1234,5, as in the other rows", ".": "a number such as 1234.5"}.get(mark, "a number")
    return (
        form,
        "Write digits alone, without %, K, brackets or a currency; where the column may be empty, empty is unknown.",
    )


def plain_numbers(texts: pd.Series, mark: str) -> pd.Series | None:
    """The column as numbers if every filled cell plainly is one, else None: 007 and +49 301 are not, nor 17 digits."""
    filled = filled_cells(texts)
    if not filled.any() or not _matches(texts[filled], PLAIN).all():
        return None
    own = decimal_mark(texts[filled])
    chosen = own if own in (".", ",") else mark
    if own == "?" and not chosen:
        return None
    typed = parse(texts, chosen, contracts.Column("", "number"))
    return None if typed.bad.any() else typed.values


def _bare(texts: pd.Series) -> tuple[pd.Series, str]:
    """`texts` without the sign of a currency, if it is one and the same all through."""
    found = {sign for sign in CURRENCIES if texts.str.contains(sign, regex=False).any()}
    if len(found) != 1:
        return texts, ""
    sign = found.pop()
    bare = texts.str.replace(rf"^(-?)\{sign}\s?|\s?\{sign}$", r"\1", regex=True)
    return bare, f"The sign {sign} was taken off."


def _matches(texts: pd.Series, pattern: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return tables.matches(texts, pattern) & tables.matches(texts, r"\d")


def _cast(texts: pd.Series, mark: str) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    thousands = "." if mark == "," else ","
    plain = texts.str.replace(rf"[{thousands}'’{SPACES}+]", "", regex=True).str.replace("−", "-", regex=False)
    if mark == ",":
        plain = plain.str.replace(",", ".", regex=False)
    cells = pa.array(plain.str.replace(r"\.([eE]|$)", r"\1", regex=True), pa.string())
    return np.asarray(pc.cast(cells, pa.float64()), dtype=float)
