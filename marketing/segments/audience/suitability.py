"""Why no group can be found by a column: it is empty, tells persons apart, or holds texts, dates or addresses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.segments.audience import naming
from marketing.segments.audience.cells import Amounts, Dates, Levels

NEARLY_UNIQUE = 0.5  # a text column with more different values than this share of people tells persons, not groups
ALL_BUT_UNIQUE = 0.98  # for whole numbers, which may be amounts
NEARLY_EMPTY = 0.95  # share of missing cells
NEARLY_ALL = 0.995  # share of people with one value, from which the others are too few to be a group
FOLLOWS = 0.98  # rank correlation with the ids from which a column follows them
PROSE = 40  # characters: where half the cells are longer, it is free text
GLANCE = 300  # people a relation is looked for in before it is reckoned
FEW = 20  # people: below this, sharing and uniqueness say little
LARGE = 1e6  # numbers of one's own that all lie above are ids
SPARE = 1.05  # numbers that count people through may have gaps
LOOKED_AT = 500  # different values of a column are read to tell what it holds

DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?: .*)?|\d{4}[./]\d{1,2}[./]\d{1,2}(?: .*)?"
)
CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.\w+|\+?\d[\d ()/-]{8,}\d|https?://\S+|\d{1,3}(?:\.\d{1,3}){3}")
SEVERAL = re.compile(r"\{.*\}|\[.*\]|<\w.*>", re.DOTALL)  # JSON, a list, markup

EMPTY = "It is empty."
SAME = "Everyone has the same value."
NEARLY_SAME = "Nearly everyone has the same value."
A_DATE = "It is a date. Where groups should go by it, add a column of the days since then."
REACHES = "It holds ways to reach a person."
OWN_VALUE = "Nearly every person has a value of their own."
COUNTS = "It only counts people: it follows the order in which they were listed or numbers them through."
FOLLOWING = "It follows the numbers in people's ids, so it tells when they were listed and not what they are like."


@dataclass(frozen=True)
class People:
    """Whom columns are held against: `total` people in the whole table, `order` the ranks of some by their ids.

    `order` is NaN where an id has no number in it, and empty where ids have none.
    """

    total: int
    order: NDArray[np.float64]


def people(persons: pd.Series, total: int) -> People:
    """From the ids of a sample of `total` people."""
    numbers = persons.astype("str").str.extract(r"(\d{1,15})(?!.*\d)", expand=False)
    if numbers.notna().mean() < NEARLY_UNIQUE or numbers.nunique() < ALL_BUT_UNIQUE * len(numbers):
        return People(total, np.empty(0))
    return People(total, np.array(numbers.astype(float).rank(), np.float64))


def why_not(name: str, column: Amounts | Levels | Dates, whom: People) -> str:
    """The reason why no group can be found by a column, as a sentence; "" where one can."""
    if isinstance(column, Dates):
        return _too_alike(column.filled, column.different) or A_DATE
    if isinstance(column, Levels):
        return _empty(int(column.counts.sum()), len(column.codes)) or _of_levels(name, column)
    return _of_amounts(name, column.values, whom)


def _empty(filled: int, people: int) -> str:
    if not filled:
        return EMPTY
    if filled < (1 - NEARLY_EMPTY) * people:
        return f"It is empty for {min(1 - filled / people, 0.999):.0%} of people."
    return ""


def _too_alike(filled: int, different: int) -> str:
    return EMPTY if not filled else SAME if different == 1 else ""


def _of_amounts(name: str, values: NDArray[np.float64], whom: People) -> str:
    known = values[~np.isnan(values)]
    if reason := _empty(len(known), len(values)):
        return reason
    ranked = np.sort(known)
    different = 1 + int((np.diff(ranked) > 0).sum())
    if different == 1:
        return SAME
    if (known == ranked[len(ranked) // 2]).mean() > NEARLY_ALL:
        return NEARLY_SAME
    if len(known) < FEW:
        return ""
    if different >= ALL_BUT_UNIQUE * len(known) and (known == np.round(known)).all():
        if naming.says(name, "id") or known.min() >= LARGE:
            return "It looks like an id: nearly every person has a number of their own."
        if ranked[-1] - ranked[0] < SPARE * whom.total and _is_even(ranked):
            return COUNTS
    return FOLLOWING if different > FEW and _follows(values, whom.order) else ""


def _follows(values: NDArray[np.float64], order: NDArray[np.float64]) -> bool:
    """Whether a column rises or falls with the numbers in people's ids; a glance at some rules most columns out."""
    if len(order) != len(values):
        return False
    both = np.flatnonzero(~(np.isnan(values) | np.isnan(order)))
    if len(both) < FEW or _correlation(values[both[:GLANCE]], order[both[:GLANCE]]) < FOLLOWS / 2:
        return False
    return _correlation(values[both], order[both]) >= FOLLOWS


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's, without its sign; 0 where either does not vary."""
    ranks = np.array([pd.Series(values).rank() for values in (one, other)])
    return float(abs(np.corrcoef(ranks)[0, 1])) if np.ptp(ranks, axis=1).all() else 0.0


def _is_even(ranked: NDArray[np.float64]) -> bool:
    """Whether sorted numbers are spread as those of a count would be (Kolmogorov and Smirnov, at one in a thousand)."""
    places = (ranked - ranked[0]) / (ranked[-1] - ranked[0])
    return bool(np.abs(places - np.linspace(0, 1, len(places))).max() < 1.95 / np.sqrt(len(places)))


def _of_levels(name: str, column: Levels) -> str:
    filled, different = int(column.counts.sum()), len(column.levels)
    if different == 1:
        return SAME
    if naming.says(name, "identity"):
        return "It tells who a person is or where to find them."
    if reason := _by_form(column.levels[:LOOKED_AT]):
        return reason
    if different > NEARLY_UNIQUE * filled:
        return OWN_VALUE
    return NEARLY_SAME if column.counts.max() > NEARLY_ALL * filled else ""


def _by_form(levels: Sequence[str]) -> str:
    for form, reason in ((DATE, A_DATE), (CONTACT, REACHES), (SEVERAL, "Its cells hold several things at once.")):
        if sum(form.fullmatch(text) is not None for text in levels) > NEARLY_UNIQUE * len(levels):
            return reason
    if len(levels) > FEW and np.median([len(text) for text in levels]) > PROSE:
        return "It is free text."
    return ""
