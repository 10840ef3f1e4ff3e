"""Releases, trailers, holidays, campaign flights: dated things that move an audience.

`learn` estimates what each past event did to each trend and pools that by kind, so that one past trailer of one title
informs the next of another; `moves` says what events did to a history and should do to a forecast, as it was known at
each origin. Effects are on the log scale: a release multiplies an audience, whatever its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.courses import DAYS_IN, FAINT, of_periods
from marketing.trends.effects import estimates
from marketing.trends.happenings import happenings, pairs, set_aside
from marketing.trends.kinds import kind, kind_of
from marketing.trends.moves import Moves
from marketing.trends.panels import Panel
from marketing.trends.pooling import SHAPE_ERROR, Pools, expected, held, pools
from marketing.trends.regressors import EFFECT_LIMIT, EFFECT_SD, doubt, effects, regressors, unknown_ahead

__all__ = [
    "EFFECT_LIMIT",
    "EFFECT_SD",
    "Learned",
    "Moves",
    "doubt",
    "effects",
    "kind_of",
    "learn",
    "moves",
    "regressors",
    "set_aside",
    "unknown_ahead",
    "untold_ahead",
]

Array = NDArray[np.float64]
AHEAD_LIMIT = 3.0  # no event ahead is expected to multiply an audience by more than twenty, or to divide it
UNDER_WAY = 0.3  # how unsure the fading is of an event that has been seen at work, on the log scale
MOVED = 5.0  # all events of a day together
EARLY = 12  # periods before its first day in which an event may be felt
_STEPS = 28  # least number of days counted back for a month, so that nothing counts as known too early


@dataclass(frozen=True)
class Learned:
    """What past events did and what those ahead may do.

    `happenings` are the events (:func:`marketing.trends.happenings.happenings`); `estimates` has a row for each past
    event of each trend (trend, title, happening, pool, sort, effect, error, spread, at, peak, decay, until). `sorts`
    is each title's kind.
    """

    happenings: pd.DataFrame
    estimates: pd.DataFrame
    pools: Pools
    sorts: Mapping[str, str]
    countries: Mapping[str, str]

    def of(self, trends: Sequence[str]) -> "Learned":
        """What some trends need of it, to be sent to a worker."""
        mine = self.estimates["trend"].isin(list(trends)).to_numpy()
        return replace(self, estimates=self.estimates[mine].reset_index(drop=True), pools=self.pools.of(trends))


def learn(
    panels: Sequence[Panel],
    events: pd.DataFrame,
    *,
    kinds_of_titles: Mapping[str, str] | None = None,
    territory: str = "",
    horizon: int = 28,
) -> Learned:
    """Estimate what each past event did to each trend that it concerns, and pool that by kind.

    Args:
        panels: All trends, days to set aside being NaN already (:func:`set_aside`).
        events: The events table, or an empty one; of one ahead, a date column `announced` says since when it is known.
        kinds_of_titles: The kind of each title ("film", "game").
        territory: Country of trends that are not of a country themselves, for its public holidays; empty for none.
        horizon: Periods ahead, for public holidays.
    """
    told, sorts = happenings(events), dict(kinds_of_titles or {})
    countries: dict[str, str] = {}
    parts = []
    for panel in panels:
        wanted = _enriched(panel, told, sorts, countries)
        parts.append(_estimated(panel, wanted))
    found = pd.concat(parts, ignore_index=True) if parts else _estimated_none()
    return Learned(told, found, pools(found), sorts, countries)


def _enriched(panel: Panel, told: pd.DataFrame, sorts: Mapping[str, str], countries: Mapping[str, str]) -> pd.DataFrame:
    """The panel's pairs with what their kinds say, in order of row and date; without those of days set aside."""
    both = pairs(panel, told, countries)
    names = told["kind"].to_numpy()[both["happening"]]
    facts = {name: kind(name) for name in np.unique(names)}
    titles = panel.heads["title"].astype("str").to_numpy()[both["row"]]
    both["trend"] = np.array(panel.trends, dtype=object)[both["row"]]
    both["title"] = titles
    both["kind"] = names
    both["sort"] = [sorts.get(title, "") for title in titles]
    calls = told["event"].to_numpy()[both["happening"]]
    both["pool"] = [
        f"{name}: {call.casefold()}" if facts[name].by_name else name for name, call in zip(names, calls, strict=True)
    ]
    both["fading"] = [facts[name].fading_of(sort) for name, sort in zip(names, both["sort"], strict=True)]
    for column, attribute in (("lead", "lead"), ("spread", "spread"), ("prior", "effect"), ("planned", "planned")):
        both[column] = [getattr(facts[name], attribute) for name in names]
    both["announced"] = told["announced"].to_numpy()[both["happening"]]
    return both[[not facts[name].set_aside for name in names]].reset_index(drop=True)


TEXTS = ["trend", "title", "pool", "sort"]
NUMBERS = ["effect", "error", "spread", "at", "peak", "decay"]


def _estimated(panel: Panel, wanted: pd.DataFrame) -> pd.DataFrame:
    """The estimates of the past events among the wanted, by trend and happening."""
    known = ~np.isnan(panel.values) & (panel.values > 0)
    first = np.where(known.any(axis=1), known.argmax(axis=1), panel.values.shape[1]) - panel.values.shape[1] + 1
    step = wanted["step"].to_numpy()
    over = step + (wanted["length"] + 3 * wanted["fading"]).to_numpy() / DAYS_IN[panel.frequency.code]
    past = wanted[(step <= 0) & (over >= first[wanted["row"]])].reset_index(drop=True)
    if past.empty:
        return _estimated_none()
    near = past.assign(at=0.0, peak=0.0, decay=past["fading"])
    found = estimates(panel, past, near)
    found["back"] = found["until"]
    days = {"D": 1, "W": 7, "M": _STEPS}[panel.frequency.code]
    found["until"] = (panel.last[found["row"]] + found["back"].to_numpy() * np.timedelta64(days, "D")).astype(
        "datetime64[s]"
    )
    return found[[*TEXTS, "happening", *NUMBERS, "until", "back"]]


def _estimated_none() -> pd.DataFrame:
    made = {name: pd.Series([], dtype="str") for name in TEXTS} | {name: pd.Series([], dtype=float) for name in NUMBERS}
    made |= {"happening": pd.Series([], dtype="int64"), "until": pd.Series([], dtype="datetime64[s]")}
    return pd.DataFrame(made | {"back": pd.Series([], dtype="int64")})[[*TEXTS, "happening", *NUMBERS, "until", "back"]]


def moves(panel: Panel, learned: Learned, horizon: int, origins: Sequence[int] = (0,)) -> Moves:
    """What events did to each past period of the panel and should do to each of `horizon` ahead, at each origin.

    Past events are told by their own effect, held to their kind's where that is unsure; one still under way at an
    origin is estimated anew from what was known there. Events ahead count where they are planned and were announced
    by then.
    """
    wanted = _enriched(panel, learned.happenings, learned.sorts, learned.countries)
    mine = learned.estimates[["trend", "happening", "effect", "error", "at", "peak", "decay", "back"]]
    wanted = wanted.merge(mine, on=["trend", "happening"], how="left", sort=False)
    parts = [_entries(panel, learned, wanted, horizon, (number, origin)) for number, origin in enumerate(origins)]
    entries = pd.concat(parts, ignore_index=True)
    return _laid_out(panel, entries, horizon, tuple(origins))


def _entries(
    panel: Panel, learned: Learned, wanted: pd.DataFrame, horizon: int, origin: tuple[int, int]
) -> pd.DataFrame:
    """The events felt at an origin, past and ahead: row, number, step from the origin, effect, shape and doubt."""
    number, cut = origin
    at = wanted.assign(step=wanted["step"] + cut)
    ends = panel.before(cut).last if cut else panel.last
    cutoff = ends[at["row"]]
    kin = expected(learned.pools, at, cutoff)
    past = (at["step"] <= 0).to_numpy() & ~np.isnan(at["effect"].to_numpy())
    old = past & (at["back"].to_numpy() + cut <= 0)
    late = past & ~old
    shape = ["effect", "error", "at", "peak", "decay"]
    if late.any():
        known = panel.before(cut)
        felt = at[past].drop(columns=shape).reset_index(drop=True)
        first = {"at": 0.0, "peak": 0.0, "decay": felt["fading"]}
        near = felt.assign(**{n: np.where(late[past], start, at.loc[past, n]) for n, start in first.items()})
        asked = felt[late[past]].reset_index(drop=True)
        at.loc[late, shape] = estimates(known, asked, near)[shape].to_numpy()
    effect, sd = held(at[past], kin[past])
    done = at.loc[past, ["row", "step", "offset", "length", "at", "peak", "decay"]].assign(effect=effect, sd=sd)
    announced = at["announced"].to_numpy().astype("datetime64[D]")
    known_ahead = at["planned"].to_numpy(bool) & ~(announced > cutoff)
    soon = (at["step"] > 0).to_numpy() & (at["step"] <= horizon + EARLY).to_numpy() & known_ahead
    coming = at.loc[soon, ["row", "step", "offset", "length"]].join(kin.loc[soon, ["effect", "at", "peak", "decay"]])
    coming = coming.assign(sd=kin.loc[soon, "error"], effect=coming["effect"].clip(-AHEAD_LIMIT, AHEAD_LIMIT))
    shaky = np.r_[np.full(len(done), UNDER_WAY), np.full(len(coming), SHAPE_ERROR)]
    both = pd.concat([done, coming])
    made: pd.DataFrame = both.assign(number=number, cut=cut, shaky=shaky).astype({"number": "int64", "cut": "int64"})
    return made


def _laid_out(panel: Panel, entries: pd.DataFrame, horizon: int, origins: tuple[int, ...]) -> Moves:
    """The entries' courses times their effects, laid over past and future."""
    width, days = panel.values.shape[1], DAYS_IN[panel.frequency.code]
    rows = np.unique(entries["row"].to_numpy(np.intp))
    whole = np.zeros((len(origins), len(rows), width + horizon))
    doubts = np.zeros((len(origins), len(rows), horizon))
    reach = (entries["length"] + entries["peak"] - np.log(FAINT) * entries["decay"]) / days + 2
    reaches = np.exp2(np.ceil(np.log2(reach.to_numpy(float)))).astype(int)  # few lengths, a block of arithmetic each
    for span in np.unique(reaches):
        group = entries[reaches == span]
        steps = np.arange(-EARLY, span + 1)
        told = {name: group[name].to_numpy(float)[:, None] for name in ("offset", "length", "at", "peak", "decay")}
        share = of_periods(steps[None, :].astype(float), panel.frequency.code, *told.values())
        number = group["number"].to_numpy()[:, None]
        row = np.searchsorted(rows, group["row"].to_numpy())[:, None]
        after = group["step"].to_numpy()[:, None] + steps  # periods after the origin's last, which is 0
        column = np.where(after <= 0, after + width - 1 - group["cut"].to_numpy()[:, None], after + width - 1)
        here = (share > 0) & (column >= 0) & (after <= horizon)
        spots = tuple(np.broadcast_to(part, here.shape)[here] for part in (number, row, column))
        effect = group["effect"].to_numpy()[:, None]
        np.add.at(whole, spots, (share * effect)[here])
        faded = np.maximum(steps * days - np.maximum(told["length"], told["peak"]), 0) / np.maximum(told["decay"], 0.1)
        shaky = group["shaky"].to_numpy()[:, None] * effect * faded
        doubt = share**2 * (group["sd"].to_numpy()[:, None] ** 2 + shaky**2)
        coming = here & (after > 0)
        spots = tuple(np.broadcast_to(part, here.shape)[coming] for part in (number, row, after - 1))
        np.add.at(doubts, spots, doubt[coming])
    whole = np.clip(whole, -MOVED, MOVED)
    return Moves(rows, origins, whole[:, :, :width], whole[:, :, width:], np.sqrt(doubts))


def untold_ahead(panel: Panel, learned: Learned, horizon: int) -> pd.DataFrame:
    """Planned events ahead whose kind no past event of any title tells of: trend, event, kind and date."""
    wanted = _enriched(panel, learned.happenings, learned.sorts, learned.countries)
    soon = wanted[(wanted["step"] > 0) & (wanted["step"] <= horizon) & wanted["planned"]]
    announced = soon["announced"].to_numpy().astype("datetime64[D]")
    soon = soon[~(announced > panel.last[soon["row"]])]
    kin = expected(learned.pools, soon, panel.last[soon["row"]])
    soon = soon[(kin["basis"] == "prior").to_numpy()]
    told = learned.happenings.iloc[soon["happening"]]
    made = {"trend": soon["trend"].to_numpy(), "event": told["event"].to_numpy(), "kind": soon["kind"].to_numpy()}
    return pd.DataFrame({**made, "date": told["start"].to_numpy()})
