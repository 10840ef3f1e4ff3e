"""What one change of a scenario does to one trend, from the table of what events did and should do.

Effects are on the log scale and run their course as :mod:`marketing.trends.events.courses` says; all from rows of
`event_effects`, so a page needs no forecaster.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.events.courses import DAYS_IN, of_periods, placed
from marketing.trends.events.event_effects import LEAST_LEAD
from marketing.trends.events.kinds import kind, kind_of
from marketing.trends.events.pooling import BELIEF, MEAN_SHARE, OWN_SHARE, TITLE_SHARE
from marketing.trends.frequencies import Code
from marketing.trends.scenarios.changes import Add, Change, Drop, Move, Price

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

Z80 = 1.2816  # half of an 80% band in standard deviations
SETTLED = 4  # rounds after which size and fading of an event that weeks or months show in part agree
NOTHING_LEFT = -0.99  # no event takes all of an audience


@dataclass(frozen=True)
class Effect:
    """An event's effect on a trend: its size on the strongest day and its spread, log scale, and its shape in days."""

    size: float
    spread: float
    length: float = 0.0
    lead: float = 0.0
    peak: float = 0.0
    fading: float = 0.0

    def course(self, day: dt.date, dates: Days, code: Code) -> Array:
        """The share of its size that it has in each period of `dates`, if its first day is `day`."""
        step, offset = placed(np.array([day], dtype="datetime64[D]"), dates[:1], code)
        steps = np.arange(len(dates), dtype=np.float64) - float(step[0])
        length, lead, peak, fading = (np.array(each) for each in (self.length, self.lead, self.peak, self.fading))
        return of_periods(steps, code, np.array(float(offset[0])), length, lead, peak, fading)


@dataclass(frozen=True)
class Shift:
    """A change to a trend: an effect of a size and a spread (log scale), and its course before and after the change."""

    size: float
    spread: float
    before: Array
    after: Array


def shift(change: Change, trend: str, effects: pd.DataFrame, dates: Days, code: Code) -> Shift | None:
    """What a change does to a trend; None where the event does not concern it.

    Args:
        change: One that `effects` tells of for this trend or another.
        trend: Its id.
        effects: The table event_effects; of other trends too, since these tell what to expect of an event that is new
            to a trend.
        dates: The dates of the forecast.
        code: Its frequency.
    """
    none = np.zeros(len(dates))
    if isinstance(change, Price):
        last = np.datetime64(change.last or dt.date.max, "D")
        felt = (dates >= np.datetime64(change.first, "D")) & (dates <= last)
        return Shift(float(np.log1p(change.views)), 0.0, none, felt.astype(float))
    if isinstance(change, Add):
        effect = stronger(usual(change.kind, trend, effects, dates[:1], code), change.strength)
        length = ((change.end_date or change.date) - change.date).days
        return Shift(effect.size, effect.spread, none, replace(effect, length=length).course(change.date, dates, code))
    found = planned(effects[effects["trend"] == trend], change)
    if found.empty:
        return None
    effect = Effect(
        **{str(name): float(value) for name, value in _read(found.head(1), dates[:1], code).iloc[0].items()}
    )
    after = none if isinstance(change, Drop) else effect.course(change.to, dates, code)
    return Shift(effect.size, effect.spread, effect.course(change.date, dates, code), after)


def movement(effects: pd.DataFrame, dates: Days, code: Code) -> Array:
    """What events moved a trend by in each of its periods, or should, on the log scale.

    Args:
        effects: Its rows of the table event_effects; one whose effect is not known moves nothing.
        dates: The dates of its periods, without gaps.
        code: Its frequency.
    """
    known = effects[effects["effect"].notna()]
    if known.empty or not len(dates):
        return np.zeros(len(dates))
    told = _read(known, dates[:1], code)
    step, offset = placed(known["date"].to_numpy().astype("datetime64[D]"), dates[:1], code)
    shapes = (told[name].to_numpy(float)[:, None] for name in Shapes._fields)
    steps = np.arange(len(dates), dtype=np.float64) - step[:, None]
    share = of_periods(steps, code, offset[:, None].astype(np.float64), *shapes)
    return np.asarray(told["size"].to_numpy(float) @ share)


def planned(effects: pd.DataFrame, change: Move | Drop) -> pd.DataFrame:
    """The rows of `effects` for the event that is moved or left out."""
    return effects[(effects["event"] == change.event) & (effects["date"] == pd.Timestamp(change.date))]


def usual(kind_name: str, trend: str, effects: pd.DataFrame, first: Days, code: Code) -> Effect:
    """What to expect of an event of a kind on a trend: as its past ones were, the fewer the more as others' were.

    Normal-normal pooling (as :mod:`marketing.trends.events.pooling` does it with all that is known): what the kind's
    prior says, what past events of the kind did to the totals of all titles, and what they did to this trend. The
    spread is that of one event to come. `first` (one) is the date of the first period ahead.
    """
    told = kind(kind_of(kind_name))
    mine, others = (_read(rows, first, code) for rows in _past(kind_name, trend, effects, first))
    whole = told.spread**2
    within = _within((1 - OWN_SHARE) * whole, mine)
    mean, variance = _updated(told.effect, MEAN_SHARE * whole, others, whole)
    mean, variance = _updated(mean, variance + TITLE_SHARE * whole, mine, within)
    spread = float(np.sqrt(variance + within))
    shapes = mine if len(mine) else others
    if not len(shapes):
        return Effect(mean, spread, fading=told.fading)
    return Effect(mean, spread, **{name: float(shapes[name].median()) for name in ("lead", "peak", "fading")})


def guessed(kind_name: str, trend: str, effects: pd.DataFrame, first: Days) -> bool:
    """Whether what is expected of a kind is a guess: no event of it is in the data."""
    return all(rows.empty for rows in _past(kind_name, trend, effects, first))


def concerning(changes: Sequence[Change], trends: Sequence[str], effects: pd.DataFrame) -> pd.DataFrame:
    """The rows of `effects` that tell anything of these changes to these trends, so that the rest is looked at once."""
    added = {kind_of(change.kind) for change in changes if isinstance(change, Add)}
    alike = {text: kind_of(text) in added for text in effects["kind"].unique()}
    others = ~effects["trend"].str.contains("=", regex=False) & effects["kind"].map(alike).astype(bool)
    return effects[effects["trend"].isin(trends) | others]


def _past(kind_name: str, trend: str, effects: pd.DataFrame, first: Days) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What past events of a kind did: to the trend itself, and to the totals of others."""
    name = kind_of(kind_name)
    alike = {text: kind_of(text) == name for text in effects["kind"].unique()}
    past = effects[(effects["date"] < pd.Timestamp(first[0])) & effects["kind"].map(alike).astype(bool)]
    own = past["trend"] == trend
    return past[own], past[~own & ~past["trend"].str.contains("=", regex=False)]


def stronger(effect: Effect, strength: float) -> Effect:
    """An event that adds `strength` times as much on its strongest day; of one that takes away, on the log scale."""
    low, size, high = (
        _times(effect.size + away, strength) for away in (-Z80 * effect.spread, 0.0, Z80 * effect.spread)
    )
    return replace(effect, size=size, spread=(high - low) / (2 * Z80))


def _times(size: float, strength: float) -> float:
    return float(np.log1p(strength * np.expm1(size))) if size > 0 else strength * size


def _within(believed: float, rows: pd.DataFrame) -> float:
    """The variance from one event of a trend to the next: what is believed of it, and what its past ones show."""
    apart = (rows["size"] - rows["size"].mean()) ** 2 - rows["spread"] ** 2
    return float((BELIEF * believed + max(apart.sum(), 0.0)) / (BELIEF + max(len(rows) - 1, 0)))


def _updated(mean: float, variance: float, rows: pd.DataFrame, between: float) -> tuple[float, float]:
    """A mean and its variance, after the effects in `rows`."""
    weights = 1 / (rows["spread"] ** 2 + between)
    precision = 1 / variance + weights.sum()
    return float((mean / variance + (weights * rows["size"]).sum()) / precision), float(1 / precision)


def _read(rows: pd.DataFrame, anchor: Days, code: Code) -> pd.DataFrame:
    """Rows of the table as effects: a column for each fact of one; what they do not tell is as the kind has it.

    `anchor` is the date (one) of a period, by which those with the events are told.
    """
    every = {text: kind(kind_of(text)) for text in rows["kind"].unique()}
    kinds = [every[text] for text in rows["kind"]]
    told, low, high = (
        np.log1p(np.maximum(rows[name].to_numpy(float), NOTHING_LEFT)) for name in ("effect", "low80", "high80")
    )
    length = _days(rows["date"], rows["end_date"] if "end_date" in rows else rows["date"])
    peak = _days(rows["date"], rows["peak_date"]) if code == "D" else np.zeros(len(rows))
    # An early interest that is felt, at LEAST_LEAD of the whole, so many days before grows by a factor e in `lead`.
    lead = np.nan_to_num(rows["lead"].to_numpy(float)) / np.log(np.maximum(1 / (LEAST_LEAD * (peak + 1)), 1.1))
    size, fading = told, np.array([each.fading for each in kinds], dtype=float)
    for _ in range(1 if code == "D" else SETTLED):
        fading = np.where(rows["fading"].isna(), fading, _fading(size, rows["fading"].to_numpy(float)))
        most = _most(rows, Shapes(length, lead, peak, fading), anchor, code)
        size = told / most
    spread = np.where(np.isnan(high - low), [each.spread for each in kinds], (high - low) / most / (2 * Z80))
    columns = {"size": size, "spread": spread, "length": length, "lead": lead, "peak": peak, "fading": fading}
    return pd.DataFrame(columns, index=rows.index)


class Shapes(NamedTuple):
    """The shapes of some events, as :func:`marketing.trends.events.courses.of_periods` takes them."""

    length: Array
    lead: Array
    peak: Array
    fading: Array


def _most(rows: pd.DataFrame, shapes: Shapes, anchor: Days, code: Code) -> Array:
    """The share of an event's whole effect that its strongest period shows: of a day's worth a week shows a part."""
    if code == "D" or rows.empty:
        return np.ones(len(rows))
    _, offset = placed(rows["date"].to_numpy().astype("datetime64[D]"), anchor, code)
    steps = np.arange(-1, 2 + int(shapes.length.max()) // DAYS_IN[code], dtype=np.float64)
    share = of_periods(steps, code, offset[:, None].astype(np.float64), *(each[:, None] for each in shapes))
    return np.asarray(np.maximum(share.max(axis=1), 1 / DAYS_IN[code]))


def _fading(size: Array, half: Array) -> Array:
    """The days in which an effect falls by a factor e, from those until half of what it added is gone."""
    safe = np.where(np.abs(size) > 1e-6, size, 1e-6)
    return np.asarray(-half / np.log(np.log1p(np.expm1(safe) / 2) / safe))


def _days(first: "pd.Series[Any]", last: "pd.Series[Any]") -> Array:
    """Days from one to the other; 0 where the other is not told."""
    apart = (pd.to_datetime(last) - pd.to_datetime(first)) / pd.Timedelta(days=1)
    return np.asarray(apart.fillna(0.0).clip(0.0).to_numpy(float))
