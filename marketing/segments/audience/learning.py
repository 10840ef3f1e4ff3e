"""How to read an audience table, learned from a sample of its people: what each column is, or why it is set aside."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.errors import InputError, printable
from marketing.segments.audience import cells, naming, orders, suitability
from marketing.segments.audience.cells import Amounts, Dates, Levels
from marketing.segments.audience.likeness import Likeness
from marketing.segments.audience.scheme import OTHER, Column, Scheme, SetAside
from marketing.segments.fairness import kept_out, minors

LEVELS = 24  # of a category are told apart; rarer ones count together
RARE = 0.005  # a level with a smaller share of people counts with the rare ones
RARE_STEP = 0.001  # one of an ordered column, whose neighbours make up for that, may have fewer
FEWEST = 5  # people of a level; fewer would tell of persons
COLUMNS = 500  # groups are found by, at most
LOOKED_AT = 1_000  # columns of a table; of more, those known of most people
READ_CELLS = 20_000_000  # of a sample are read; a wide table is learned from fewer people
CROWDED = f"Groups are found by {COLUMNS} columns at most; this one is known of fewer people, or comes later by name."

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Learned:
    """A column, with the values of the sample: codes or amounts, NaN missing."""

    column: Column
    values: Values


def learn(
    sample: pd.DataFrame,
    *,
    today: dt.date,
    allowed: Mapping[str, str] | None = None,
    weights: Mapping[str, float] | None = None,
    total: int | None = None,
) -> Scheme:
    """How to read a table that `sample` (person, then any columns) was drawn from.

    Equal for the same people and columns in another order. Of two columns that say the same, the one whose name
    comes first stays.

    Args:
        today: The day that ages are reckoned on.
        allowed: Columns on sex, age or postcode that the settings let in, with the recorded reason.
        weights: How much a block ("taste", "behaviour", "demographics") or a column counts; a column's own weight
            comes before its block's. 0 leaves it out.
        total: People in the whole table, where the sample is not all of it.

    Raises:
        InputError: a weight is no number of 0 or more.
    """
    scheme, _ = learned(sample, today=today, allowed=allowed or {}, weights=weights or {}, total=total)
    return scheme


def learned(
    sample: pd.DataFrame,
    *,
    today: dt.date,
    allowed: Mapping[str, str],
    weights: Mapping[str, float],
    total: int | None = None,
) -> tuple[Scheme, tuple[Learned, ...]]:
    """As `learn`, with the values of the adults in the sample (sorted by person), as far as they were read."""
    _check(weights)
    attributes = sample.drop(columns="person")
    scheme = Scheme((), (), minors.learn(attributes, today))
    adults = sample[scheme.adults(sample)]
    rows = _rows(adults, len(attributes.columns))
    names = sorted(map(str, attributes.columns), key=lambda name: (cells.words_of(name), name))
    reader = _Reader(suitability.people(rows["person"], total or len(sample)), allowed, weights)
    alike = Likeness(len(rows), len(names))
    found: list[Learned] = []
    set_aside: list[SetAside] = []
    looked_at = _filled(rows, names)
    for name in names:
        one = reader.read(name, rows[name]) if name in looked_at else CROWDED
        if isinstance(one, Learned):
            reason = alike.told_by(name, one.values, number=one.column.kind == "number")
            if not reason:
                found.append(one)
                continue
            one = reason
        set_aside.append(SetAside("column", name, one))
    kept, crowded = _most(found)
    aside = sorted([*set_aside, *crowded], key=lambda one: names.index(one.name)) if crowded else set_aside
    return Scheme(tuple(one.column for one in kept), tuple(aside), scheme.minors), kept


def _check(weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        if not (np.isfinite(weight) and weight >= 0):
            raise InputError(f"The weight of {printable(name, 40)} is {weight}. Give a number of 0 or more.")


def _rows(people: pd.DataFrame, columns: int) -> pd.DataFrame:
    """People that columns are learned from, by person; every n-th where a table is wide."""
    every = max(1, -(-len(people) * columns // READ_CELLS))
    return people.sort_values("person", kind="stable", ignore_index=True).iloc[::every].reset_index(drop=True)


def _filled(rows: pd.DataFrame, names: Sequence[str]) -> set[str]:
    """The columns that are looked at: those with most cells filled, where there are very many."""
    if len(names) <= LOOKED_AT:
        return set(names)
    missing = rows[list(names)].isna().to_numpy().sum(axis=0)
    return {names[at] for at in np.argsort(missing, kind="stable")[:LOOKED_AT]}


class _Reader:
    """Reads columns of one sample."""

    def __init__(self, whom: suitability.People, allowed: Mapping[str, str], weights: Mapping[str, float]) -> None:
        self.whom, self.allowed, self.weights = whom, allowed, weights

    def read(self, name: str, column: pd.Series) -> Learned | str:
        """The column ready for use, or the reason why it is set aside."""
        there = cells.read(column)
        reason = self._unlawful(name, there) or suitability.why_not(name, there, self.whom)
        if reason or isinstance(there, Dates):
            return reason
        block = naming.block(name)
        weight = float(self.weights.get(name, self.weights.get(block, 1.0)))
        if not weight:
            return "Its weight is set to 0."
        if isinstance(there, Amounts):
            if not _are_codes(name, there.values):
                return Learned(Column(name, "number", (), block, weight), there.values)
            there = _levels_of(there.values)
        coded = _coded(there)
        if isinstance(coded, str):
            return coded
        levels, values, in_order = coded
        return Learned(Column(name, "ordered" if in_order else "category", levels, block, weight), values)

    def _unlawful(self, name: str, there: Amounts | Levels | Dates) -> str:
        category = kept_out(name, _commonest(there) if isinstance(there, Levels) else [])
        if category and not category.setting:
            return f"It tells {category.id}, which the law keeps out of advertising by profile."
        if category and name not in self.allowed:
            return f"It tells {category.id}; groups are not made by it unless the settings let it in."
        return "It is used only to keep minors out." if minors.telling(name) in ("flag", "adult", "grade") else ""


def _commonest(column: Levels) -> list[str]:
    return [column.levels[at] for at in np.argsort(-column.counts, kind="stable")]


def _are_codes(name: str, values: Values) -> bool:
    """Whether numbers are codes; two different ones are as good as codes."""
    known = values[~np.isnan(values)]
    return naming.says(name, "code") or bool(((known == known.min()) | (known == known.max())).all())


def _levels_of(values: Values) -> Levels:
    """Numbers as levels."""
    codes, different = pd.factorize(values)
    return Levels(codes, tuple(map(cells.written, different)), np.bincount(codes[codes >= 0], minlength=len(different)))


def _coded(column: Levels) -> tuple[tuple[str, ...], Values, bool] | str:
    """Levels, codes, and whether they have an order; or why none are common enough."""
    steps = _common(column, RARE_STEP)
    if len(steps) <= LEVELS and (in_order := orders.ordered(steps)) is not None:
        return in_order, _values(column, in_order), True
    known = sorted(_common(column, RARE)[:LEVELS])
    if not known:
        return "It has too many different values, each of few people."
    values = _values(column, known)
    rare = (column.codes >= 0) & np.isnan(values)
    if rare.any():
        values[rare] = len(known)
        known.append(OTHER)
    if len(known) == 1:
        return suitability.SAME
    return tuple(known), values, False


def _common(column: Levels, share: float) -> list[str]:
    """Levels of enough people, the commonest first."""
    enough = max(share * len(column.codes), FEWEST)
    return [column.levels[at] for at in np.argsort(-column.counts, kind="stable") if column.counts[at] >= enough]


def _values(column: Levels, known: Sequence[str]) -> Values:
    places = {level: float(code) for code, level in enumerate(known)}
    return np.array([*(places.get(level, np.nan) for level in column.levels), np.nan])[column.codes]


def _most(found: Sequence[Learned]) -> tuple[tuple[Learned, ...], list[SetAside]]:
    """No more columns than groups can be found by in reasonable time: those that are known of most people."""
    if len(found) <= COLUMNS:
        return tuple(found), []
    missing = np.array([np.isnan(one.values).mean() for one in found])
    kept = set(np.argsort(missing, kind="stable")[:COLUMNS].tolist())
    reason = (
        f"Groups are found by {COLUMNS} columns at most; this one is known of fewer people, or comes later by name."
    )
    crowded = [SetAside("column", one.column.name, reason) for at, one in enumerate(found) if at not in kept]
    return tuple(one for at, one in enumerate(found) if at in kept), crowded
