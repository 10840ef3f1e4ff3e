"""What if: an event on another day, one more or one less, another price; beside the forecast, never over it.

A scenario is the question (:mod:`marketing.trends.scenarios.changes`); its outcome is worked out from the made tables
forecasts and event_effects alone, anew each time. Both sides of the difference rest on the same forecast, so what may
come besides falls out of it: its range is the doubt about the effects of the events that change.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing import people
from marketing.errors import InputError, MissingError, printable
from marketing.people import Person
from marketing.records import ScenarioRecord
from marketing.trends.engagement import part
from marketing.trends.events.courses import placed
from marketing.trends.events.kinds import kind_of
from marketing.trends.frequencies import Code, found
from marketing.trends.scenarios.changes import Add, Change, Drop, Move, Price, Scenario
from marketing.trends.scenarios.consequences import Shift, concerning, guessed, planned, shift
from marketing.trends.wording import amount, day, within

if TYPE_CHECKING:
    from marketing.ledger import Ledger

__all__ = ["Add", "Drop", "Move", "Outcome", "Price", "Scenario", "forget", "outcomes", "save"]

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

BANDS = {80: 1.2816, 95: 1.96}  # half-widths of a normal band in standard deviations
EFFECTS = ("trend", "event", "kind", "date", "effect", "low80", "high80", "peak_date", "lead", "fading")
NOTHING_LEARNT = pd.DataFrame({name: pd.Series(dtype="str") for name in EFFECTS}).astype(
    dict.fromkeys(("effect", "low80", "high80", "lead", "fading"), "float64")
    | dict.fromkeys(("date", "peak_date"), "datetime64[us]")
)
POINTS = 512  # of a lattice over the doubts of all changes; the edges of a range are good to 1% of it
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)


@dataclass(frozen=True)
class Outcome:
    """What a scenario comes to for one trend.

    `rows` has for each date what is expected `before` (the forecast) and in the scenario (`expected`, with its band).
    `before` and `expected` are their sums over the whole forecast; `difference` is expected less before, within `low80`
    to `high80` in four cases of five.
    """

    trend: str
    rows: pd.DataFrame
    before: float
    expected: float
    difference: float
    low80: float
    high80: float
    sentence: str


def outcomes(
    scenario: Scenario, forecasts: pd.DataFrame, effects: pd.DataFrame, name: str, today: dt.date
) -> list[Outcome]:
    """The outcome for the title's total, and then for each of its parts.

    Parts move by the effects on them; together they keep the share of their total that they have in the forecast.

    Args:
        scenario: The question.
        forecasts: The table of that name; of other titles too, if that is handy.
        effects: The table event_effects, best of all titles.
        name: The title's name, for the sentence.
        today: The date that counts as today.

    Raises:
        MissingError: there is no forecast of this metric of this title.
        InputError: an event that should move or go is not ahead, or a day is not in the forecast.
    """
    mine = forecasts[(forecasts["title"] == scenario.title) & (forecasts["metric"] == scenario.metric)]
    if mine.empty:
        raise MissingError(
            f"There is no forecast of {printable(scenario.metric)} of {printable(name)}. "
            "Make one first: marquee run forecast."
        )
    trends = [_Trend(str(trend), rows.sort_values("date")) for trend, rows in mine.groupby("trend")]
    trends.sort(key=lambda each: (part(each.trend), each.trend))
    effects = effects if "event" in effects else NOTHING_LEARNT
    effects = concerning(scenario.changes, [each.trend for each in trends], effects)
    _check(scenario, trends, effects)
    shifts = [_shifts(scenario.changes, each, effects) for each in trends]
    moved = [_movement(each) for each in shifts]
    if part(trends[0].trend) == ("", ""):
        moved = _together(trends, moved)
    found = [_outcome(scenario, *each, name=name, today=today) for each in zip(trends, shifts, moved, strict=True)]
    return [_with_guesses(each, scenario, effects) for each in found]


def save(ledger: "Ledger", scenario: Scenario, person: Person, *, at: dt.datetime, key: str) -> ScenarioRecord:
    """Keep a scenario under a key that the one who asks makes up, so that asking twice keeps it once.

    Raises:
        RightsError: the person may not save scenarios.
    """
    people.require(person, "plan")
    record = ScenarioRecord(key, scenario.title, scenario.name, scenario.content(), person.name, at)
    ledger.add_scenario(record)
    return record


def forget(ledger: "Ledger", scenario: str, person: Person, *, at: dt.datetime) -> bool:
    """Delete a kept scenario; False when it is gone already.

    Raises:
        RightsError: the person may not save scenarios, and so may not delete them.
    """
    people.require(person, "plan")
    return ledger.drop_scenario(scenario, by=person.name, at=at)


class _Trend:
    """The forecast of one trend: its rows in order of date, and what frequency they have."""

    def __init__(self, trend: str, rows: pd.DataFrame) -> None:
        self.trend, self.rows = trend, rows.reset_index(drop=True)
        self.dates: Days = rows["date"].to_numpy().astype("datetime64[D]")
        self.code: Code = found(pd.DatetimeIndex(self.rows["date"]))
        self.expected: Array = rows["expected"].to_numpy(float)

    def holds(self, date: dt.date) -> bool:
        """Whether a day lies in a period that is forecast."""
        step = int(placed(np.array([date], dtype="datetime64[D]"), self.dates[:1], self.code)[0][0])
        return 0 <= step < len(self.dates)


def _check(scenario: Scenario, trends: Sequence[_Trend], effects: pd.DataFrame) -> None:
    whole, here = trends[0], effects[effects["trend"].isin([each.trend for each in trends])]
    for change in scenario.changes:
        if isinstance(change, Move | Drop) and (planned(here, change).empty or not whole.holds(change.date)):
            raise InputError(
                f"There is no {printable(change.event)} on {_dated(change.date)} in what is ahead of this title. "
                "Choose an event of the forecast, or forecast anew if the events have changed."
            )
        wanted = {Move: "to", Add: "date", Price: "first"}.get(type(change))
        if wanted and not whole.holds(getattr(change, wanted)):
            first, last = (_dated(whole.rows["date"].iloc[at]) for at in (0, -1))
            raise InputError(
                f"{_dated(getattr(change, wanted))} is not in the forecast, which goes from {first} to {last}. "
                "Choose a day in it."
            )


def _dated(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _shifts(changes: Sequence[Change], trend: _Trend, effects: pd.DataFrame) -> list[Shift]:
    made = (shift(change, trend.trend, effects, trend.dates, trend.code) for change in changes)
    return [each for each in made if each is not None]


def _movement(shifts: Sequence[Shift]) -> Array | float:
    """The log-scale movement of each day by all changes."""
    return sum((each.size * (each.after - each.before) for each in shifts), 0.0)


def _together(trends: Sequence[_Trend], moved: Sequence[Array | float]) -> list[Array | float]:
    """The movements, those of parts such that together they keep their share of the total (the first trend)."""
    whole, own = trends[0], list(moved)
    total = whole.expected * np.exp(own[0])
    for dimension in {part(each.trend)[0] for each in trends[1:]}:
        parts = [n for n, each in enumerate(trends) if part(each.trend)[0] == dimension]
        parts = [n for n in parts if np.array_equal(trends[n].dates, whole.dates)]
        before = np.sum([trends[n].expected for n in parts], axis=0)
        after = np.sum([trends[n].expected * np.exp(own[n]) for n in parts], axis=0)
        lies = (before * total > 0) & ((total != whole.expected) | (after != before))
        scale = np.zeros(len(total))
        scale[lies] = np.log(before[lies] * total[lies] / (whole.expected[lies] * after[lies]))
        for n in parts:
            own[n] = own[n] + scale
    return own


def _outcome(
    scenario: Scenario, trend: _Trend, shifts: Sequence[Shift], moved: Array | float, *, name: str, today: dt.date
) -> Outcome:
    before, movement = trend.expected, np.broadcast_to(moved, trend.expected.shape)
    expected = before * np.exp(movement)
    rows = pd.DataFrame({"date": trend.rows["date"], "before": before, "expected": expected})
    rows = rows.assign(**_band(trend, shifts, movement, expected))
    difference = float((expected - before).sum())
    low, high = _range(before, shifts, movement, difference)
    sums = float(before.sum()), float(expected.sum())
    told = _sentence(scenario, trend, (*sums, low, high), name, today)
    return Outcome(trend.trend, rows, *sums, difference, low, high, told)


def _band(trend: _Trend, shifts: Sequence[Shift], movement: Array, expected: Array) -> dict[str, Array]:
    """The forecast's band, moved along on the log scale; wider by the doubt that comes, narrower by what goes."""
    doubt = sum(((each.spread**2) * (each.after**2 - each.before**2) for each in shifts), np.zeros(len(expected)))
    middle = np.log1p(trend.expected)
    made = {}
    for level, times in BANDS.items():
        for side, sign in (("low", -1.0), ("high", 1.0)):
            edge = trend.rows[f"{side}{level}"].to_numpy(float)
            half = np.abs(np.log1p(edge) - middle)
            half = np.sqrt(np.maximum(half**2 + times**2 * doubt, 0.0))
            moved = np.maximum(np.expm1(np.log1p(expected) + sign * half), 0.0)
            made[f"{side}{level}"] = np.where((movement == 0) & (doubt == 0), edge, moved)
    return {name: made[name] for name in ("low80", "high80", "low95", "high95")}


def _range(before: Array, shifts: Sequence[Shift], movement: Array, difference: float) -> tuple[float, float]:
    """Within what the difference falls in four cases of five, by the doubt about each effect.

    An event that moves is as strong as it is on either day: where it does more than expected, the forecast misses as
    much on the old day as the scenario on the new.
    """
    doubted = [each for each in shifts if each.spread > 0 and not np.array_equal(each.before, each.after)]
    if not doubted:
        return difference, difference
    spread = np.array([each.spread for each in doubted])
    luck = _lattice(len(doubted)) * spread  # (points, changes)
    after = np.exp(movement + luck @ np.array([each.after for each in doubted]))
    without = np.exp(luck @ np.array([each.before for each in doubted]))
    low, high = np.quantile((after - without) @ before, [0.1, 0.9])
    return min(float(low), difference), max(float(high), difference)


@cache
def _lattice(changes: int) -> Array:
    """Standard normal points, (POINTS, changes), evenly spread: a Kronecker lattice by roots of primes."""
    steps = np.arange(1, POINTS + 1)[:, None] * np.sqrt(np.array(PRIMES[:changes], dtype=float))
    even = (steps + 0.5) % 1.0
    normal = NormalDist()
    return np.array([[normal.inv_cdf(min(max(u, 1e-9), 1 - 1e-9)) for u in row] for row in even.tolist()])


def _sentence(
    scenario: Scenario, trend: _Trend, sums: tuple[float, float, float, float], name: str, today: dt.date
) -> str:
    before, expected, low, high = sums
    dimension, value = part(trend.trend)
    where = f" {within(dimension)} {value}" if dimension else ""
    units = scenario.metric.replace("_", " ")
    until = day(trend.rows["date"].iloc[-1].date(), today)
    did = [change.did(today) for change in scenario.changes]
    given = f"With {' and '.join([', '.join(did[:-1]), did[-1]] if did[1:] else did)}, " if did else ""
    begins = (
        f"{given}{printable(name)} should draw {amount(expected)} {printable(units)}{printable(where)} until {until}"
    )
    difference = expected - before
    if amount(abs(difference)) == "0" and amount(max(-low, high, 0.0)) == "0":
        return f"{begins}, as in the forecast."
    return f"{begins}, {_apart(difference)} than in the forecast{_between(low, high)}."


def _with_guesses(outcome: Outcome, scenario: Scenario, effects: pd.DataFrame) -> Outcome:
    """The outcome, saying of each kind that is new to the data that its effect is a guess."""
    first = outcome.rows["date"].to_numpy()[:1].astype("datetime64[D]")
    kinds = dict.fromkeys(kind_of(each.kind) for each in scenario.changes if isinstance(each, Add))
    told = [
        f" No {printable(each)} is in the data, so this is a guess."
        for each in kinds
        if guessed(each, outcome.trend, effects, first)
    ]
    return replace(outcome, sentence=outcome.sentence + "".join(told))


def _apart(difference: float) -> str:
    return f"{amount(abs(difference))} {'more' if difference >= 0 else 'fewer'}"


def _between(low: float, high: float) -> str:
    """The range of a difference in words; nothing where it is as sure as what was entered."""
    if low == high:
        return ""
    if low < 0 < high:
        return f" ({_apart(low)} to {_apart(high)} in four cases of five)"
    near, far = sorted((abs(low), abs(high)))
    return f" ({amount(near)} to {amount(far)} in four cases of five)"
