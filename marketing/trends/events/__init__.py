"""Releases, trailers, holidays, campaign flights: dated things that move an audience.

`learn` estimates what each past event did to each trend and pools that by kind, so that one past trailer of one title
informs the next of another; `moves` says what events did to a history and should do to a forecast, as it was known at
each origin. Effects are on the log scale: a release multiplies an audience, whatever its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketing.trends.events.courses import DAYS_IN
from marketing.trends.events.effects import estimates
from marketing.trends.events.happenings import concerned, happenings, set_aside
from marketing.trends.events.holidays import countries, public
from marketing.trends.events.kinds import kind_of
from marketing.trends.events.moves import EARLY, Moves, laid_out
from marketing.trends.events.pooling import SHAPE_ERROR, Pools, expected, held, pools
from marketing.trends.panels import Panel

__all__ = [
    "Learned",
    "Moves",
    "felt",
    "kind_of",
    "learn",
    "moves",
    "set_aside",
    "untold_ahead",
]

Array = NDArray[np.float64]
AHEAD_LIMIT = 3.0  # no event ahead is expected to multiply an audience by more than twenty, or to divide it
UNDER_WAY = 0.5  # how unsure the fading is of an event that has been seen at work, on the log scale
OWN = 1.5  # standard errors in those of its kind up to which an event speaks for itself
AT_LEAST = {"D": 1, "W": 7, "M": 28}  # days of a period at the least, so that nothing counts as known too early

TEXTS = ["trend", "title", "pool", "sort"]
SHAPE = ["at", "peak", "decay"]
ESTIMATE = ["effect", "error", *SHAPE]
PLACE = ["row", "happening", "step", "offset", "length", "fading", "lead", "lasting", "public"]
FACTS = [*TEXTS, "prior", "spread", "fading", "happening"]
KEPT = [*TEXTS, "happening", *ESTIMATE, "spread", "until", "back", "held", "sd", "basis"]


@dataclass(frozen=True)
class Learned:
    """What past events did and what those ahead may do.

    `happenings` are the events (:func:`marketing.trends.events.happenings.happenings`) and public holidays.
    `estimates` has a row for each past event of each trend: trend, title, happening (position), pool, sort, effect
    (log scale), error, at, peak and decay (its shape), spread, until (the last date that it used), back (the same in
    periods from the trend's last, 0 or below), and held, sd and basis: the effect held to its kind's where it is
    unsure. `sorts` is each title's kind, `countries` the one of each region.
    """

    happenings: pd.DataFrame
    estimates: pd.DataFrame
    pools: Pools
    sorts: Mapping[str, str]
    countries: Mapping[str, str]

    def of(self, trends: Sequence[str]) -> "Learned":
        """What some trends need of it, to be sent to a worker."""
        titles = {unquote(trend.partition("/")[0]) for trend in trends}
        told = ((self.happenings["title"] == "") | self.happenings["title"].isin(titles)).to_numpy()
        found = self.estimates[self.estimates["trend"].isin(list(trends))].reset_index(drop=True)
        found["happening"] = (np.cumsum(told) - 1)[found["happening"].to_numpy(np.intp)]
        kept = self.happenings[told].reset_index(drop=True)
        return replace(self, happenings=kept, estimates=found, pools=self.pools.of(trends))


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
    sorts = dict(kinds_of_titles or {})
    told, places = _with_public(happenings(events), panels, territory, horizon)
    parts = [_estimated(panel, concerned(panel, told, sorts, places)) for panel in panels]
    found = pd.concat([part for part in parts if len(part)] or parts or [_none()], ignore_index=True)
    known = pools(found)
    kin = expected(known, found, found["until"].to_numpy())
    effect, sd = held(found, kin)
    found = found.assign(held=effect, sd=sd, basis=_basis(found, kin))
    return Learned(told, found[KEPT], known, sorts, places)


def _basis(found: pd.DataFrame, kin: pd.DataFrame) -> NDArray[np.str_]:
    """ "own" where an event's own days tell much of its effect, else what its kin's comes from."""
    own = (found["error"] <= OWN * kin["luck"]).to_numpy()
    return np.where(own, "own", np.where(kin["basis"].to_numpy(str) == "prior", "prior", "kind"))


def _with_public(
    told: pd.DataFrame, panels: Sequence[Panel], territory: str, horizon: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The events with the public holidays of daily trends' countries, and each region's country.

    A day that the table itself has under a holiday for everyone is left to the table.
    """
    daily = [panel for panel in panels if panel.frequency.code == "D" and len(panel)]
    regions = {str(r) for panel in daily if "region" in panel.heads for r in panel.heads["region"].dropna().unique()}
    places = countries(regions, territory) if daily else {}
    if not places:
        return told, {}
    first = min(panel.dates()[:, 0].min() for panel in daily)
    days = public(places, first, max(panel.last.max() for panel in daily) + np.timedelta64(horizon, "D"))
    own = told[(told["kind"] == "holiday") & (told["title"] == "")]
    covered = np.zeros(len(days), dtype=bool)
    for start, stop in zip(own["start"], own["stop"], strict=True):
        covered |= ((days["start"] >= start) & (days["start"] <= stop)).to_numpy()
    return pd.concat([told, days[~covered]], ignore_index=True) if len(told) else days[~covered], places


def _estimated(panel: Panel, wanted: pd.DataFrame) -> pd.DataFrame:
    """The estimates of the past events among the wanted, by trend and happening."""
    known = ~np.isnan(panel.values) & (panel.values > 0)
    width = panel.values.shape[1]
    first = np.where(known.any(axis=1), known.argmax(axis=1), width) - width + 1
    step = wanted["step"].to_numpy()
    over = step + (wanted["length"] + 3 * wanted["fading"]).to_numpy() / DAYS_IN[panel.frequency.code]
    past = wanted[(step <= 0) & (over >= first[wanted["row"]])].reset_index(drop=True)
    if past.empty:
        return _none()
    felt = past[PLACE].assign(line=past["row"], cut=0, at=0.0, peak=0.0, decay=past["fading"])
    found = estimates(panel, felt, np.ones(len(felt), dtype=bool))
    back = found["until"].to_numpy().astype(np.int64)
    until = panel.last[past["row"]] + (back * AT_LEAST[panel.frequency.code]).astype("timedelta64[D]")
    told = {name: found[name].to_numpy() for name in ESTIMATE}
    made: pd.DataFrame = past[FACTS].assign(**told, until=until.astype("datetime64[s]"), back=back)
    return made


def _none() -> pd.DataFrame:
    made = {name: pd.Series([], dtype="str") for name in TEXTS}
    numbers = {name: pd.Series([], dtype=float) for name in (*ESTIMATE, "spread", "prior", "fading")}
    whole = {name: pd.Series([], dtype="int64") for name in ("happening", "back")}
    return pd.DataFrame({**made, **numbers, **whole, "until": pd.Series([], dtype="datetime64[s]")})


def moves(panel: Panel, learned: Learned, horizon: int, origins: Sequence[int] = (0,)) -> Moves:
    """What events did to each past period of the panel and should do to each of `horizon` ahead, at each origin.

    Past events are told by their own effect, held to their kind's where that is unsure; one still under way at an
    origin is estimated anew from what was known there. Events ahead count where they are planned and were announced
    by then, public holidays where they have been seen at work before.
    """
    return laid_out(panel, felt(panel, learned, horizon, origins), horizon, tuple(origins))


def felt(panel: Panel, learned: Learned, horizon: int, origins: Sequence[int] = (0,)) -> pd.DataFrame:
    """The events that are felt at some origins, past and ahead, a row an origin, trend and event.

    Columns: number (of the origin), cut (the origin), row, happening, public, step (of its first day from the panel's
    last period), offset, length, effect (log scale, on the strongest day), sd (its standard deviation), at, peak and
    decay (its shape), shaky (how unsure its fading is), basis, ahead (0 or 1) and kin (of a past one, the standard
    deviation of those of its kind that are ahead of its trend then; 0 for none).
    """
    wanted = concerned(panel, learned.happenings, learned.sorts, learned.countries)
    mine = learned.estimates[["trend", "happening", *SHAPE, "back", "held", "sd", "basis"]]
    wanted = wanted.merge(mine, on=["trend", "happening"], how="left", sort=False)
    cuts = np.asarray(origins, dtype=np.int64)
    since = wanted["step"].to_numpy() + cuts[:, None]  # (origins, events)
    done = _done(panel, learned, wanted, cuts, (since <= 0) & ~np.isnan(wanted["held"].to_numpy()))
    soon = (since > 0) & (since <= horizon + EARLY) & wanted["planned"].to_numpy(bool)
    coming = _coming(panel, learned, wanted, cuts, soon)
    if coming.empty:
        return done.assign(kin=0.0).drop(columns="pool")
    # What one ahead may do is in the errors of the past as often as those of its kind have come: moves takes that off.
    same = ["number", "row", "pool"]
    sds = coming.assign(kin=coming["sd"])[[*same, "kin"]].drop_duplicates(same)
    done = done.merge(sds, on=same, how="left", sort=False)
    whole: pd.DataFrame = pd.concat([done, coming.assign(kin=0.0)], ignore_index=True).drop(columns="pool")
    return whole.assign(kin=whole["kin"].fillna(0.0))


def _placed(wanted: pd.DataFrame, cuts: NDArray[np.int64], where: NDArray[np.bool_]) -> pd.DataFrame:
    """The events at the origins where they are, by origin."""
    number, at = np.nonzero(where)
    return wanted.iloc[at].reset_index(drop=True).assign(number=number, cut=cuts[number])


def _done(
    panel: Panel, learned: Learned, wanted: pd.DataFrame, cuts: NDArray[np.int64], where: NDArray[np.bool_]
) -> pd.DataFrame:
    """Past events: as they were learnt, or from what was known at an origin at which they were still under way."""
    columns = [*PLACE, *SHAPE, "pool", "back", "held", "sd", "basis"]
    done = _placed(wanted[columns], cuts, where).rename(columns={"held": "effect"}).assign(shaky=UNDER_WAY, ahead=0)
    late = (done["back"].to_numpy() + done["cut"].to_numpy()) > 0
    if not late.any():
        return done
    beside = done.assign(line=done["number"] * len(panel) + done["row"])
    beside.loc[late, ["at", "peak"]], beside.loc[late, "decay"] = 0.0, done.loc[late, "fading"]
    found = estimates(panel, beside, late)
    facts = _placed(wanted[FACTS], cuts, where)[late]
    kin = expected(learned.pools, facts, cutoffs(panel, done[late]))
    effect, sd = held(found, kin)
    told = {"effect": effect, "sd": sd, "basis": _basis(found, kin)} | {name: found[name] for name in SHAPE}
    for name, values in told.items():
        column = done[name].to_numpy().copy()
        column[late] = values
        done[name] = column
    return done


def _coming(
    panel: Panel, learned: Learned, wanted: pd.DataFrame, cuts: NDArray[np.int64], where: NDArray[np.bool_]
) -> pd.DataFrame:
    """Events ahead that were known of, as their kin lets expect."""
    soon = _placed(wanted[list(dict.fromkeys([*PLACE, *FACTS, "announced"]))], cuts, where)
    cutoff = cutoffs(panel, soon)
    known = ~(soon["announced"].to_numpy().astype("datetime64[D]") > cutoff)
    soon, cutoff = soon[known].reset_index(drop=True), cutoff[known]
    kin = expected(learned.pools, soon, cutoff)
    told = {name: kin[name] for name in (*SHAPE, "basis")}
    effect = kin["effect"].clip(-AHEAD_LIMIT, AHEAD_LIMIT)
    coming = soon[[*PLACE, "pool", "number", "cut"]].assign(
        **told, effect=effect, sd=kin["error"], shaky=SHAPE_ERROR, ahead=1
    )
    return coming[~coming["public"].to_numpy(bool) | (coming["basis"] != "prior").to_numpy()]


def cutoffs(panel: Panel, events: pd.DataFrame) -> NDArray[np.datetime64]:
    """The last date known of each event's trend at its origin."""
    if events.empty:
        return np.zeros(0, dtype="datetime64[D]")
    column = np.maximum(panel.values.shape[1] - 1 - events["cut"].to_numpy(), 0)
    return np.asarray(panel.dates()[events["row"].to_numpy(), column])


def untold_ahead(panel: Panel, learned: Learned, horizon: int) -> pd.DataFrame:
    """Planned events ahead whose kind no past event of any title tells of: trend, event, kind and date."""
    entries = felt(panel, learned, horizon)
    soon = entries[(entries["ahead"] == 1) & (entries["basis"] == "prior") & (entries["step"] <= horizon)]
    told = learned.happenings.iloc[soon["happening"]]
    made = {
        "trend": np.array(panel.trends)[soon["row"]],
        "event": told["event"].to_numpy(),
        "kind": told["kind"].to_numpy(),
    }
    return pd.DataFrame({**made, "date": told["start"].to_numpy()})
